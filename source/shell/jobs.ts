// Jobs: pipelines the shell started and has not forgotten yet. Source: bash manual 7.

import type {ExitStatus, Pid} from '../model/kernel/program.js';
import type {SignalName} from '../model/kernel/signal.js';
import {signalNumbers, signalText} from '../model/kernel/signal.js';

export type JobProcess = {
	readonly pid: Pid;
	state: 'running' | 'stopped' | 'ended';
	status: ExitStatus;
	/** What stopped or killed it. */
	signal: SignalName | undefined;
	coreDumped: boolean;
};

export type Job = {
	readonly number: number;
	/** The process group; the shell's own when there is no job control. */
	readonly group: Pid;
	readonly processes: readonly JobProcess[];
	readonly text: string;
	/** Runs behind the prompt. */
	isBackground: boolean;
	/** Its last change of state has been shown. */
	isReported: boolean;
};

export type JobTable = {
	jobs: readonly Job[];
	/** Job numbers, the current (`%+`) first. */
	recent: readonly number[];
	/** Statuses of background processes that were reaped before anybody waited for them. */
	readonly remembered: Map<Pid, ExitStatus>;
};

export function newJobTable(): JobTable {
	return {jobs: [], recent: [], remembered: new Map()};
}

export function newProcess(pid: Pid): JobProcess {
	return {pid, state: 'running', status: 0, signal: undefined, coreDumped: false};
}

export function addJob(table: JobTable, job: Omit<Job, 'number'>): Job {
	const number = 1 + Math.max(0, ...table.jobs.map(other => other.number));
	const added: Job = {...job, number};
	table.jobs = [...table.jobs, added];
	makeCurrent(table, added);
	return added;
}

export function removeJob(table: JobTable, job: Job): void {
	table.jobs = table.jobs.filter(other => other !== job);
	table.recent = table.recent.filter(number => number !== job.number);
}

export function makeCurrent(table: JobTable, job: Job): void {
	table.recent = [job.number, ...table.recent.filter(number => number !== job.number)];
}

export function jobState(job: Job): 'running' | 'stopped' | 'ended' {
	if (job.processes.some(process => process.state === 'stopped')) {
		return 'stopped';
	}

	return job.processes.some(process => process.state === 'running') ? 'running' : 'ended';
}

/** The status of the job's last process. */
export function jobStatus(job: Job): ExitStatus {
	return job.processes.at(-1)?.status ?? 0;
}

/** The job that `%1`, `%+`, `%-`, `%name` or `%?text` means. */
export function findJob(table: JobTable, spec: string): Job | 'none' | 'ambiguous' {
	const bare = spec.startsWith('%') ? spec.slice(1) : spec;
	if (bare === '' || bare === '+' || bare === '%') {
		return byNumber(table, currentNumber(table, 0));
	}

	if (bare === '-') {
		return byNumber(table, currentNumber(table, 1) ?? currentNumber(table, 0));
	}

	if (/^\d+$/v.test(bare)) {
		return byNumber(table, Number(bare));
	}

	const found = table.jobs.filter(job => bare.startsWith('?') ? job.text.includes(bare.slice(1)) : job.text.startsWith(bare));
	return found.length > 1 ? 'ambiguous' : found[0] ?? 'none';
}

function byNumber(table: JobTable, number: number | undefined): Job | 'none' {
	return table.jobs.find(job => job.number === number) ?? 'none';
}

/** Stopped jobs come before running ones. */
function currentNumber(table: JobTable, rank: number): number | undefined {
	const order = table.recent.map(number => table.jobs.find(job => job.number === number)).filter(job => job !== undefined);
	const sorted = [...order.filter(job => jobState(job) === 'stopped'), ...order.filter(job => jobState(job) !== 'stopped')];
	return sorted[rank]?.number;
}

export function jobMark(table: JobTable, job: Job): string {
	return currentNumber(table, 0) === job.number ? '+' : (currentNumber(table, 1) === job.number ? '-' : ' ');
}

/** `Running`, `Done`, `Exit 2`, `Stopped`, `Terminated`, ... */
export function jobWords(job: Job): string {
	const state = jobState(job);
	if (state === 'running') {
		return 'Running';
	}

	if (state === 'stopped') {
		const signal = job.processes.find(process => process.state === 'stopped')?.signal;
		return signal === undefined ? 'Stopped' : signalText[signal];
	}

	const last = job.processes.at(-1)!;
	if (last.signal !== undefined) {
		return `${signalText[last.signal]}${last.coreDumped ? ' (core dumped)' : ''}`;
	}

	return last.status === 0 ? 'Done' : `Exit ${last.status}`;
}

export function statusOfSignal(signal: SignalName): ExitStatus {
	return 128 + signalNumbers[signal];
}

/** A line of `jobs`. */
export function jobLine(table: JobTable, job: Job, options: {readonly long: boolean}): string {
	const state = jobState(job);
	const ampersand = state === 'running' && job.isBackground ? ' &' : '';
	const pid = options.long ? `${String(job.processes[0]!.pid).padStart(5)} ` : ' ';
	return `[${job.number}]${jobMark(table, job)} ${pid}${jobWords(job).padEnd(24)}${job.text}${ampersand}`;
}
