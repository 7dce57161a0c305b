// kill(1), pidof(1), pgrep(1), pkill(1) and killall: signals by number and by name of process.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {parseSignal, signalNumbers, type SignalName} from '../model/kernel/signal.js';
import type {Program} from '../model/kernel/program.js';
import {compilePosixRegex} from '../base/posix-regex.js';
import {readAccounts} from './account-names.js';
import type {Command} from './options.js';
import {commandOf, type ProcessInfo, readProcesses} from './proc-files.js';
import {printTo, type Blocking} from './standard-io.js';
import {plainTool, tool, type Tool} from './tool.js';

/** The signal of leading arguments such as `-9`, `-KILL`, `-s TERM`, and what follows it; a text names the one that is none. */
function takeSignal(args: readonly string[]): {readonly signal: SignalName; readonly rest: readonly string[]} | string {
	const [first = '', second] = args;
	if (first === '-s' || first === '-n' || first === '--signal') {
		const signal = parseSignal(second ?? '');
		return signal === undefined ? second ?? '' : {signal, rest: args.slice(2)};
	}

	if (first.startsWith('-') && first !== '-' && first !== '--') {
		const signal = parseSignal(first.slice(1));
		return signal === undefined ? first.slice(1) : {signal, rest: args.slice(1)};
	}

	return {signal: 'TERM', rest: first === '--' ? args.slice(1) : args};
}

export const kill = plainTool('kill', function * (t) {
	if (t.operands[0] === '-l' || t.operands[0] === '-L') {
		yield * t.print(`${Object.keys(signalNumbers).join(' ')}\n`);
		return 0;
	}

	const taken = takeSignal(t.operands);
	if (typeof taken === 'string') {
		return yield * t.complain(t.says(`unknown signal: ${taken}`, `bad signal name '${taken}'`));
	}

	const {signal, rest} = taken;
	if (rest.length === 0) {
		return yield * t.complain(t.says('not enough arguments', 'you need to specify whom to kill'));
	}

	let status = 0;
	for (const operand of rest) {
		if (!/^-?\d+$/v.test(operand)) {
			status = yield * t.complain(t.says(`cannot find process "${operand}"`, `invalid number '${operand}'`));
			continue;
		}

		const result = t.sys.kill(Number(operand), signal);
		if (failed(result)) {
			status = yield * t.complain(t.says(`sending signal to ${operand} failed: ${errorTextOf(result)}`, `can't kill pid ${operand}: ${errorTextOf(result)}`));
		}
	}

	return status;
});

const matchOptions = {
	full: {short: 'f', long: 'full', help: 'use full process name to match'},
	listName: {short: 'l', long: 'list-name', help: 'list PID and process name'},
	listFull: {short: 'a', long: 'list-full', help: 'list PID and full command line'},
	count: {short: 'c', long: 'count', help: 'count of matching processes'},
	exact: {short: 'x', long: 'exact', help: 'match exactly with the command name'},
	parent: {short: 'P', long: 'parent', value: '<PPID>', help: 'match only child processes of the given parent'},
	euid: {short: 'u', long: 'euid', value: '<ID>', help: 'match by effective IDs'},
	newest: {short: 'n', long: 'newest', help: 'select most recently started'},
	oldest: {short: 'o', long: 'oldest', help: 'select least recently started'},
} as const;

type MatchOption = keyof typeof matchOptions;

/** What `matching` needs of pgrep and of pkill. */
type Matcher = Pick<Tool<never>, 'name' | 'operands' | 'process' | 'sys' | 'complain'> & {has(...names: readonly MatchOption[]): boolean; value(...names: readonly MatchOption[]): string | undefined};

function matchCommand(name: string): Command<MatchOption> {
	return {name, usage: ['[options] <pattern>'], summary: '', options: matchOptions, usageStatus: 2, version: 'from procps-ng 4.0.2'};
}

export const pgrep = tool(matchCommand('pgrep'), function * (t) {
	const found = yield * matching(t);
	if (typeof found === 'number') {
		return found;
	}

	if (t.has('count')) {
		yield * t.print(`${found.length}\n`);
	} else {
		for (const info of found) {
			yield * t.print(`${info.pid}${t.has('listFull') ? ` ${commandOf(info)}` : (t.has('listName') ? ` ${info.name}` : '')}\n`);
		}
	}

	return found.length === 0 ? 1 : 0;
});

const pkillOptions = {...matchOptions, signal: {long: 'signal', value: '<sig>', help: 'signal to send (either number or name)'}} as const;

const pkillCommand: Command<keyof typeof pkillOptions> = {...matchCommand('pkill'), options: pkillOptions};

/** Takes `-9` and `-TERM` out of the arguments before getopt sees them, as procps's signal_option() does. */
export const pkill: Program = function * (process) {
	const at = process.argv.findIndex((argument, index) => index > 0 && /^-.+/v.test(argument) && parseSignal(argument.slice(1)) !== undefined);
	const signal = at === -1 ? 'TERM' : parseSignal(process.argv[at]!.slice(1))!;
	return yield * pkillWith(signal)(at === -1 ? process : {...process, argv: process.argv.toSpliced(at, 1)});
};

function pkillWith(early: SignalName): Program {
	return tool(pkillCommand, function * (t) {
		const text = t.value('signal');
		const signal = text === undefined ? early : parseSignal(text);
		if (signal === undefined) {
			return yield * t.complain(`Unknown signal "${text}".`, 2);
		}

		const found = yield * matching(t);
		if (typeof found === 'number') {
			return found;
		}

		let status = found.length === 0 ? 1 : 0;
		for (const {pid} of found) {
			const result = t.sys.kill(pid, signal);
			status = failed(result) ? yield * t.complain(`killing pid ${pid} failed: ${errorTextOf(result)}`) : status;
		}

		return status;
	});
}

function * matching(t: Matcher): Blocking<readonly ProcessInfo[] | number> {
	const [pattern] = t.operands;
	const hasCriterion = t.has('parent', 'euid');
	if ((pattern === undefined && !hasCriterion) || t.operands.length > 1) {
		const why = pattern === undefined ? 'no matching criteria specified' : 'only one pattern can be provided';
		yield * printTo(t.process, 2, `${t.name}: ${why}\nTry \`${t.name} --help' for more information.\n`);
		return 2;
	}

	const regex = pattern === undefined ? undefined : compilePosixRegex(t.has('exact') ? `^(${pattern})$` : pattern, {extended: true, ignoreCase: false});
	if (regex !== undefined && 'error' in regex) {
		return yield * t.complain(regex.error, 2);
	}

	const accounts = yield * readAccounts(t.process);
	const uid = t.value('euid') === undefined ? undefined : accounts.uidOf(t.value('euid')!);
	const parent = t.value('parent');
	const own = t.sys.getpid();
	const found = (yield * readProcesses(t.process)).filter(info => info.pid !== own
		&& (parent === undefined || String(info.ppid) === parent)
		&& (t.value('euid') === undefined || info.uid === uid)
		&& (regex === undefined || regex.find(t.has('full') ? commandOf(info) : info.name, 0) !== undefined));
	const order = [...found].sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
	return t.has('newest') ? order.slice(-1) : (t.has('oldest') ? order.slice(0, 1) : found);
}

export const pidof = plainTool('pidof', function * (t) {
	const wanted = new Set(t.operands);
	const found = (yield * readProcesses(t.process)).filter(({name, argv}) => wanted.has(name) || wanted.has((argv[0] ?? '').replace(/^.*\//v, '')));
	if (found.length === 0) {
		return 1;
	}

	yield * t.print(`${found.map(({pid}) => pid).reverse().join(' ')}\n`);
	return 0;
});
