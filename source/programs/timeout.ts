// timeout(1): runs a command and sends it a signal if it takes too long.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {statusNumber} from '../model/kernel/exit.js';
import type {ChildStatus, Pid} from '../model/kernel/program.js';
import {parseSignal, type SignalName} from '../model/kernel/signal.js';
import {parseDuration} from './durations.js';
import type {Command} from './options.js';
import {executeByPath} from './run-command.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	foreground: {long: 'foreground', help: 'when not running timeout directly from a shell prompt, allow COMMAND to read from the TTY', only: 'gnu'},
	killAfter: {short: 'k', long: 'kill-after', value: 'DURATION', help: 'also send a KILL signal if COMMAND is still running this long after the initial signal was sent'},
	preserveStatus: {long: 'preserve-status', help: 'exit with the same status as COMMAND, even when the command times out', only: 'gnu'},
	signal: {short: 's', long: 'signal', value: 'SIGNAL', help: 'specify the signal to be sent on timeout'},
	verbose: {short: 'v', long: 'verbose', help: 'diagnose to stderr any signal sent upon timeout', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'timeout', usage: ['[OPTION] DURATION COMMAND [ARG]...'], summary: 'Start COMMAND, and kill it if still running after DURATION.', options, stopAtOperand: true, usageStatus: 125};

export const timeout = tool(command, function * (t) {
	const [duration, ...argv] = t.operands;
	if (duration === undefined || argv.length === 0) {
		return yield * t.usageError(undefined);
	}

	const limitNs = parseDuration(duration);
	const killNs = t.has('killAfter') ? parseDuration(t.value('killAfter')!) : 0;
	if (limitNs === undefined || killNs === undefined) {
		const bad = limitNs === undefined ? duration : t.value('killAfter')!;
		return yield * t.isGnu ? t.usageError(`invalid time interval '${bad}'`) : t.complain(`invalid number '${bad}'`);
	}

	const signal = parseSignal(t.value('signal') ?? 'TERM');
	if (signal === undefined) {
		return yield * t.isGnu ? t.usageError(`'${t.value('signal')!}': invalid signal`) : t.complain(`bad signal name '${t.value('signal')!}'`);
	}

	const {name} = t;
	const child = t.sys.fork(function * (process) {
		const image = executeByPath(process, argv);
		if (failed(image)) {
			yield * printTo(process, 2, process.flavour === 'gnu' ? `${name}: failed to run command '${argv[0]!}': ${errorTextOf(image)}\n` : `timeout: can't execute '${argv[0]!}': ${errorTextOf(image)}\n`);
			return image.errno === 'ENOENT' ? 127 : 126;
		}

		return yield * image.run();
	});
	return failed(child) ? yield * t.complain(`fork system call failed: ${errorTextOf(child)}`, 125) : yield * watch(t, child, {limitNs, killNs, signal, command: argv[0]!});
});

type Watch = {readonly limitNs: number; readonly killNs: number; readonly signal: SignalName; readonly command: string};

function * watch(t: Tool<Name>, child: Pid, {limitNs, killNs, signal, command: watched}: Watch): Blocking<number> {
	let untilNs = limitNs === 0 ? undefined : t.sys.now() + limitNs;
	let timedOut = false;
	let killed = false;
	for (;;) {
		const status = t.sys.wait(child);
		if (!failed(status) && (status.kind === 'exited' || status.kind === 'killed')) {
			return statusOf(t, status, timedOut, killed);
		}

		if (failed(status) && status.errno !== 'EAGAIN') {
			return 125;
		}

		if (untilNs !== undefined && t.sys.now() >= untilNs) {
			const sent = timedOut ? 'KILL' : signal;
			killed = sent === 'KILL';
			if (t.has('verbose')) {
				yield * t.complain(`sending signal ${sent} to command '${watched}'`);
			}

			t.sys.kill(child, sent);
			timedOut = true;
			untilNs = killNs > 0 && !killed ? t.sys.now() + killNs : undefined;
			continue;
		}

		yield {kind: 'sleep', channels: [t.sys.childChannel()], ...untilNs === undefined ? {} : {untilNs}};
	}
}

function statusOf(t: Tool<Name>, status: ChildStatus & {kind: 'exited' | 'killed'}, timedOut: boolean, killed: boolean): number {
	const own = statusNumber(status);
	if (!timedOut || t.has('preserveStatus')) {
		return own;
	}

	// BusyBox ends with the status of the signal; GNU has 124, or 137 after KILL.
	return t.isGnu ? (killed ? 137 : 124) : 143;
}
