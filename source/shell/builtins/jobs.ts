// Builtins about jobs: `jobs`, `fg`, `bg`, `wait`, `kill`, `disown`.

import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {Pid} from '../../model/kernel/program.js';
import {parseSignal, signalNumbers} from '../../model/kernel/signal.js';
import type {SignalName} from '../../model/kernel/signal.js';
import {forgetJob, reapChildren, runInForeground, waitForJob} from '../job-control.js';
import {findJob, jobLine, jobMark, jobState, jobStatus, makeCurrent, removeJob} from '../jobs.js';
import type {Job} from '../jobs.js';
import {complain, print, writeText} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {awaitChild} from '../substitution.js';
import {printUsage, readOptions} from './usage.js';

function * namedJob(shell: Shell, spec: string): Doing<Job | undefined> {
	const job = findJob(shell.jobs, spec);
	if (job !== 'none' && job !== 'ambiguous') {
		return job;
	}

	yield * complain(shell, job === 'ambiguous' ? `${spec}: ambiguous job spec` : (spec === '%+' || spec === '%%' ? 'current: no such job' : `${spec}: no such job`));
	return undefined;
}

export function * jobs(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'lnprs');
	if (typeof options === 'number') {
		return options;
	}

	reapChildren(shell);
	const {flags, rest} = options;
	let status = 0;
	const chosen: Job[] = rest.length === 0 ? [...shell.jobs.jobs] : [];
	for (const spec of rest) {
		const job = yield * namedJob(shell, spec.startsWith('%') ? spec : `%${spec}`);
		status = job === undefined ? 1 : status;
		chosen.push(...job === undefined ? [] : [job]);
	}

	for (const job of chosen) {
		const state = jobState(job);
		if ((flags.has('r') && state !== 'running') || (flags.has('s') && state !== 'stopped')) {
			continue;
		}

		yield * print(shell, flags.has('p') ? `${job.processes[0]!.pid}\n` : `${jobLine(shell.jobs, job, {long: flags.has('l')})}\n`);
		job.isReported = true;
		if (state === 'ended') {
			forgetJob(shell, job);
		}
	}

	return status;
}

export function * foreground(shell: Shell, {args}: BuiltinCall): Doing {
	if (!shell.isSet('monitor')) {
		yield * complain(shell, 'no job control');
		return 1;
	}

	reapChildren(shell);
	const job = yield * namedJob(shell, args[0] ?? '%+');
	if (job === undefined) {
		return 1;
	}

	if (jobState(job) === 'ended') {
		yield * complain(shell, 'job has terminated');
		forgetJob(shell, job);
		return 1;
	}

	yield * print(shell, `${job.text}\n`);
	job.isBackground = false;
	makeCurrent(shell.jobs, job);
	shell.process.sys.tcsetpgrp(shell.terminalFd, job.group);
	resume(shell, job);
	return yield * runInForeground(shell, job);
}

function resume(shell: Shell, job: Job): void {
	for (const process of job.processes) {
		if (process.state === 'stopped') {
			process.state = 'running';
			process.signal = undefined;
		}
	}

	shell.process.sys.kill(-job.group, 'CONT');
}

export function * background(shell: Shell, {args}: BuiltinCall): Doing {
	if (!shell.isSet('monitor')) {
		yield * complain(shell, 'no job control');
		return 1;
	}

	reapChildren(shell);
	let status = 0;
	for (const spec of args.length === 0 ? ['%+'] : args) {
		const job = yield * namedJob(shell, spec);
		if (job === undefined) {
			status = 1;
		} else if (jobState(job) === 'running') {
			yield * complain(shell, `job ${job.number} already in background`);
		} else {
			job.isBackground = true;
			yield * print(shell, `[${job.number}]${jobMark(shell.jobs, job)} ${job.text} &\n`);
			resume(shell, job);
		}
	}

	return status;
}

export function * wait(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'fnp:');
	if (typeof options === 'number') {
		return options;
	}

	if (options.flags.has('n')) {
		return yield * waitForAny(shell, options.rest);
	}

	if (options.rest.length > 0) {
		let status = 0;
		for (const spec of options.rest) {
			status = yield * waitForOne(shell, spec);
		}

		return status;
	}

	for (const job of shell.jobs.jobs) {
		if (jobState(job) !== 'stopped' && (yield * waitForJob(shell, job, true)) === 'signal') {
			return interrupted(shell);
		}

		if (jobState(job) === 'ended' && !shell.isInteractive) {
			forgetJob(shell, job);
		}
	}

	for (const pid of shell.strays.splice(0)) {
		yield * awaitChild(shell, pid);
	}

	shell.jobs.remembered.clear();
	return 0;
}

function interrupted(shell: Shell): number {
	const [signal] = shell.pendingSignals;
	return 128 + (signal === undefined ? signalNumbers.INT : signalNumbers[signal]);
}

function * waitForOne(shell: Shell, spec: string): Doing {
	const job = spec.startsWith('%') ? yield * namedJob(shell, spec) : shell.jobs.jobs.find(other => other.processes.some(process => String(process.pid) === spec));
	if (job === undefined) {
		const remembered = shell.jobs.remembered.get(Number(spec));
		if (remembered !== undefined || spec.startsWith('%')) {
			return remembered ?? 127;
		}

		if (shell.personality.kind === 'dash' && /^\d+$/v.test(spec)) {
			return 127;
		}

		yield * complain(shell, /^\d+$/v.test(spec) ? `pid ${spec} is not a child of this shell` : `\`${spec}': not a pid or valid job spec`);
		return /^\d+$/v.test(spec) ? 127 : 1;
	}

	const status = yield * waitForJob(shell, job, true);
	if (status === 'signal') {
		return interrupted(shell);
	}

	const own = job.processes.find(process => String(process.pid) === spec)?.status ?? status;
	if (jobState(job) === 'ended' && !shell.isInteractive) {
		forgetJob(shell, job);
	}

	return own;
}

/** `wait -n`: the next job to end. */
function * waitForAny(shell: Shell, specs: readonly string[]): Doing {
	const isWanted = (job: Job): boolean => specs.length === 0 || specs.some(spec => spec === `%${job.number}` || job.processes.some(process => String(process.pid) === spec));
	for (;;) {
		reapChildren(shell);
		const wanted = shell.jobs.jobs.filter(job => isWanted(job));
		const ended = wanted.find(job => jobState(job) === 'ended');
		if (ended !== undefined) {
			forgetJob(shell, ended);
			return jobStatus(ended);
		}

		if (wanted.length === 0) {
			return 127;
		}

		if ((yield {kind: 'sleep', channels: [shell.process.sys.childChannel()]}) === 'signal') {
			return interrupted(shell);
		}
	}
}

export function * disown(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'ahr');
	if (typeof options === 'number') {
		return options;
	}

	if (options.flags.has('a')) {
		for (const job of shell.jobs.jobs) {
			removeJob(shell.jobs, job);
		}

		return 0;
	}

	let status = 0;
	for (const spec of options.rest.length === 0 ? ['%+'] : options.rest) {
		const job = shell.jobs.jobs.find(other => other.processes.some(process => String(process.pid) === spec)) ?? (yield * namedJob(shell, spec));
		if (job === undefined) {
			status = 1;
		} else {
			removeJob(shell.jobs, job);
		}
	}

	return status;
}

/** Signals by number as `kill -l` prints them; 32 and 33 belong to the C library. Simplified: real-time signals are not modelled. */
export function signalTable(): string {
	const cells = Object.entries(signalNumbers).map(([name, number]) => `${String(number).padStart(2)}) SIG${name}`);
	const rows: string[] = [];
	for (let index = 0; index < cells.length; index += 5) {
		rows.push(cells.slice(index, index + 5).join('\t'));
	}

	return `${rows.join('\n')}\n`;
}

export function * kill(shell: Shell, {name, args}: BuiltinCall): Doing {
	if (args.length === 0) {
		return yield * printUsage(shell, name);
	}

	if (args[0] === '-l' || args[0] === '-L') {
		return yield * listSignals(shell, args.slice(1));
	}

	const request = readRequest(args);
	if ('bad' in request) {
		yield * complain(shell, request.bad);
		return 1;
	}

	if (request.targets.length === 0) {
		return yield * printUsage(shell, name);
	}

	let status = 0;
	for (const target of request.targets) {
		status = (yield * sendSignal(shell, target, request.signal)) ? status : 1;
	}

	return status;
}

type KillRequest = {readonly signal: SignalName | 0; readonly targets: readonly string[]} | {readonly bad: string};

function readRequest(args: readonly string[]): KillRequest {
	const [first = '', second] = args;
	let text = 'TERM';
	let rest = args;
	if (first === '-s' || first === '-n') {
		if (second === undefined) {
			return {bad: `${first}: option requires an argument`};
		}

		text = second;
		rest = args.slice(2);
	} else if (/^-[^\-]/v.test(first)) {
		text = first.slice(1);
		rest = args.slice(1);
	}

	const signal = text === '0' || text === 'EXIT' ? 0 : parseSignal(text);
	return signal === undefined ? {bad: `${text}: invalid signal specification`} : {signal, targets: rest[0] === '--' ? rest.slice(1) : rest};
}

function * sendSignal(shell: Shell, target: string, signal: SignalName | 0): Doing<boolean> {
	const pid: Pid | undefined = target.startsWith('%') ? yield * jobTarget(shell, target) : (/^-?\d+$/v.test(target) ? Number(target) : undefined);
	if (pid === undefined) {
		if (!target.startsWith('%')) {
			yield * complain(shell, `${target}: arguments must be process or job IDs`);
		}

		return false;
	}

	const result = shell.process.sys.kill(pid, signal);
	if (failed(result)) {
		yield * complain(shell, shell.personality.kind === 'bash' ? `(${target}) - ${errorTextOf(result)}` : (shell.personality.kind === 'busybox' ? `can't kill pid ${target}: ${errorTextOf(result)}` : errorTextOf(result)));
		return false;
	}

	// A stopped job hears of other signals only when it goes on.
	if (target.startsWith('%') && (signal === 'TERM' || signal === 'HUP')) {
		shell.process.sys.kill(pid, 'CONT');
	}

	return true;
}

/** With job control a job is a process group; without, its processes are in the shell's own, and the last one is meant. */
function * jobTarget(shell: Shell, spec: string): Doing<Pid | undefined> {
	const job = yield * namedJob(shell, spec);
	return job === undefined ? undefined : (shell.isSet('monitor') ? -job.group : job.processes.at(-1)!.pid);
}

function * listSignals(shell: Shell, specs: readonly string[]): Doing {
	if (specs.length === 0) {
		return yield * print(shell, signalTable());
	}

	let status = 0;
	for (const spec of specs) {
		const number = Number(spec);
		const signal = /^\d+$/v.test(spec) ? parseSignal(String(number > 128 ? number - 128 : number)) : parseSignal(spec);
		if (signal === undefined) {
			yield * complain(shell, `${spec}: invalid signal specification`);
			status = 1;
		} else {
			yield * writeText(shell, 1, `${/^\d+$/v.test(spec) ? signal : signalNumbers[signal]}\n`);
		}
	}

	return status;
}
