// killall(1): signals by name of process. Source: psmisc 23.6; BusyBox.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {parseSignal, signalNumbers, type SignalName} from '../model/kernel/signal.js';
import {readProcesses} from './proc-files.js';
import {printTo, type Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

const usage = 'Usage: killall [OPTION]... [--] NAME...\n       killall -l, --list\n       killall -V, --version\n\n  -l,--list           list all known signal names\n  -q,--quiet          don\'t print complaints\n  -s,--signal SIGNAL  send this signal instead of SIGTERM\n  -v,--verbose        report if the signal was successfully sent\n\n';
const busyboxUsage = 'BusyBox v1.36.1 (2023-11-07 18:53:09 UTC) multi-call binary.\n\nUsage: killall [-lq] [-SIG] PROCESS_NAME...\n\nSend a signal (default: TERM) to given processes\n\n\t-l\tList all signal names and numbers\n\t-q\tDon\'t complain if no processes were killed\n';

export const killall = plainTool('killall', function * (t) {
	let signal: SignalName = 'TERM';
	let quiet = false;
	let verbose = false;
	const names: string[] = [];
	const rest = [...t.operands];
	while (rest.length > 0) {
		const argument = rest.shift()!;
		const named = /^-s$|^--signal$/v.test(argument) ? rest.shift() : (/^-[A-Z\d]/v.test(argument) ? argument.slice(1) : undefined);
		if (named !== undefined) {
			const found = parseSignal(named);
			if (found === undefined) {
				return yield * t.complain(t.says(`${named}: unknown signal; killall -l lists signals.`, `bad signal name '${named}'`));
			}

			signal = found;
		} else if (argument === '-q' || argument === '--quiet') {
			quiet = true;
		} else if ((argument === '-v' || argument === '--verbose') && t.isGnu) {
			verbose = true;
		} else if (argument === '-l' || argument === '--list') {
			yield * t.print(`${Object.keys(signalNumbers).join(' ')}\n`);
			return 0;
		} else if (argument.startsWith('-') && argument !== '--') {
			yield * printTo(t.process, 2, `${t.name}: ${t.says(`invalid option -- '${argument.replace(/^-+/v, '').slice(0, 1)}'`, `unrecognized option: ${argument.slice(1, 2)}`)}\n${t.says(usage, busyboxUsage)}`);
			return 1;
		} else if (argument !== '--') {
			names.push(argument);
		}
	}

	if (names.length === 0) {
		yield * printTo(t.process, 2, t.says(usage, busyboxUsage));
		return 1;
	}

	const processes = (yield * readProcesses(t.process)).filter(({pid}) => pid !== t.sys.getpid());
	let status = 0;
	for (const name of names) {
		const matching = processes.filter(info => info.name === name.slice(0, 15) || (info.argv[0] ?? '').replace(/^.*\//v, '') === name);
		if (matching.length === 0) {
			status = quiet ? 1 : yield * complainOf(t, name, t.says('no process found', 'no process killed'));
		}

		for (const {pid} of matching) {
			const refusal = t.sys.kill(pid, signal);
			if (failed(refusal)) {
				status = yield * complainOf(t, `${name}(${pid})`, errorTextOf(refusal));
			} else if (verbose) {
				yield * printTo(t.process, 2, `Killed ${name}(${pid}) with signal ${signalNumbers[signal]}\n`);
			}
		}
	}

	return status;
});

/** psmisc names only the process, BusyBox itself too. */
function * complainOf(t: Tool<never>, subject: string, text: string): Blocking<number> {
	yield * printTo(t.process, 2, `${t.says('', 'killall: ')}${subject}: ${text}\n`);
	return 1;
}
