// Waiting for jobs, and giving the terminal to the one in the foreground. Source: bash manual 7, glibc manual 28.

import {signalNumbers} from '../model/kernel/signal.js';
import {failed} from '../model/kernel/errno.js';
import type {ChildStatus, ExitStatus, Pid} from '../model/kernel/program.js';
import {addJob, jobLine, jobState, jobStatus, jobWords, removeJob, statusOfSignal} from './jobs.js';
import type {Job, JobProcess} from './jobs.js';
import {messagePrefix, stashSignals, writeText} from './shell.js';
import type {Doing, Shell} from './shell.js';

/** Waits until the job ends or stops. Answers its status. `interruptible`: a caught signal ends the waiting (the builtin `wait`). */
export function * waitForJob(shell: Shell, job: Job, interruptible = false): Doing<ExitStatus | 'signal'> {
	for (const process of job.processes) {
		while (process.state === 'running') {
			if (poll(shell, process)) {
				continue;
			}

			const wake = yield {kind: 'sleep', channels: [shell.process.sys.childChannel()]};
			if (wake === 'signal') {
				stashSignals(shell);
				if (shell.flow?.kind === 'interrupt' || (interruptible && shell.pendingSignals.length > 0)) {
					return 'signal';
				}
			}
		}
	}

	return jobStatus(job);
}

/** Asks once, without waiting. Whether the process's state changed. */
function poll(shell: Shell, process: JobProcess): boolean {
	const status = shell.process.sys.wait(process.pid, {stopped: true});
	if (!failed(status)) {
		note(process, status);
		return true;
	}

	if (status.errno === 'EAGAIN') {
		return false;
	}

	process.state = 'ended';
	process.status = 127;
	return true;
}

function note(process: JobProcess, status: ChildStatus): void {
	switch (status.kind) {
		case 'exited': {
			process.state = 'ended';
			process.status = status.status;
			break;
		}

		case 'killed': {
			process.state = 'ended';
			process.signal = status.signal;
			process.coreDumped = status.coreDumped;
			process.status = statusOfSignal(status.signal);
			break;
		}

		case 'stopped': {
			process.state = 'stopped';
			process.signal = status.signal;
			process.status = statusOfSignal(status.signal);
			break;
		}

		case 'continued': {
			process.state = 'running';
			process.signal = undefined;
		}
	}
}

/** Lets the job have the terminal until it ends or stops. */
export function * runInForeground(shell: Shell, job: Job): Doing {
	const {sys} = shell.process;
	const hasTerminal = shell.isSet('monitor');
	if (hasTerminal) {
		sys.tcsetpgrp(shell.terminalFd, job.group);
	}

	const status = yield * waitForJob(shell, job);
	if (hasTerminal) {
		sys.tcsetpgrp(shell.terminalFd, ownGroup(shell));
	}

	if (jobState(job) === 'stopped') {
		const kept = shell.jobs.jobs.find(other => other === job) ?? addJob(shell.jobs, job);
		kept.isBackground = false;
		kept.isReported = true;
		yield * writeText(shell, 2, `\n${jobLine(shell.jobs, kept, {long: false})}\n`);
	} else {
		removeJob(shell.jobs, job);
		yield * reportDeath(shell, job);
	}

	shell.pipeStatus = job.processes.map(process => process.status);
	return status === 'signal' ? shell.status : status;
}

function ownGroup(shell: Shell): Pid {
	const group = shell.process.sys.getpgid();
	return failed(group) ? shell.pid : group;
}

/** A foreground job that a signal killed is mentioned, except after Ctrl-C and for a broken pipe. Source: bash jobs.c, notify_of_job_status. */
function * reportDeath(shell: Shell, job: Job): Doing<void> {
	const last = job.processes.at(-1)!;
	if (last.signal === undefined || last.signal === 'PIPE') {
		return;
	}

	if (last.signal === 'INT') {
		// A list or loop ends with the command that Ctrl-C killed, as if the shell had got the signal too (bash 4 and newer).
		if (shell.isInteractive && !shell.traps.has('INT')) {
			shell.flow = {kind: 'interrupt'};
			shell.status = 128 + signalNumbers.INT;
		}

		return;
	}

	const words = jobWords(job);
	if (shell.isInteractive || shell.personality.kind !== 'bash' || last.signal === 'TERM') {
		yield * writeText(shell, 2, `${words}\n`);
	} else {
		yield * writeText(shell, 2, `${messagePrefix(shell)}${String(last.pid).padStart(5)} ${words.padEnd(24)}${job.text}\n`);
	}
}

/** Learns what became of children meanwhile, without waiting. */
export function reapChildren(shell: Shell): void {
	for (const job of shell.jobs.jobs) {
		for (const process of job.processes) {
			if (process.state !== 'ended' && poll(shell, process)) {
				job.isReported = false;
			}
		}
	}

	shell.strays = shell.strays.filter(pid => {
		const status = shell.process.sys.wait(pid);
		return failed(status) && status.errno === 'EAGAIN';
	});
}

/** Before a prompt: lines for jobs that ended or stopped. In a script ended jobs are only remembered for `wait`. */
export function * reportJobs(shell: Shell): Doing<void> {
	if (shell.jobs.jobs.length === 0 && shell.strays.length === 0) {
		return;
	}

	reapChildren(shell);
	for (const job of shell.jobs.jobs) {
		const state = jobState(job);
		if (state === 'running' || job.isReported) {
			continue;
		}

		job.isReported = true;
		if (announcesJobs(shell)) {
			yield * writeText(shell, 2, `${jobLine(shell.jobs, job, {long: false})}\n`);
		}

		if (state === 'ended') {
			forgetJob(shell, job);
		}
	}
}

/** Jobs are talked about where somebody sits and reads. (bash does so for every `bash -i`; a script's standard error is better without.) */
export function announcesJobs(shell: Shell): boolean {
	return shell.isInteractive && shell.process.sys.isTerminal(2);
}

/** Drops a job that has ended; the status of its processes stays known. */
export function forgetJob(shell: Shell, job: Job): void {
	const last = job.processes.at(-1)!;
	shell.jobs.remembered.set(last.pid, last.status);
	removeJob(shell.jobs, job);
}
