// Pipelines: every stage its own process, joined by pipes, all running at once. A pipeline of one command that needs no process
// of its own runs in the shell. Source: bash manual 3.2.3.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Fd, Pid} from '../model/kernel/program.js';
import {runCompound} from './compound-command.js';
import {forkShell} from './fork.js';
import {runInForeground} from './job-control.js';
import {newProcess} from './jobs.js';
import type {Job, JobProcess} from './jobs.js';
import {abandon, complain} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {runSimple} from './simple-command.js';
import type {Command, Pipeline} from './syntax.js';
import {runPseudoTrap} from './trap.js';
import {reportTime, startTime} from './time.js';

export function * runPipeline(shell: Shell, pipeline: Pipeline, isTail: boolean): Doing {
	const start = pipeline.time === undefined ? undefined : startTime(shell);
	const isTested = pipeline.negated;
	shell.testDepth += isTested ? 1 : 0;
	let status = yield * runStages(shell, pipeline, isTail && !isTested && start === undefined);
	shell.testDepth -= isTested ? 1 : 0;
	if (shell.flow === undefined || shell.flow.kind !== 'exit') {
		status = isTested ? (status === 0 ? 1 : 0) : status;
	}

	shell.status = status;
	if (start !== undefined && pipeline.time !== undefined) {
		yield * reportTime(shell, start, pipeline.time);
	}

	if (status !== 0 && !isTested && shell.testDepth === 0 && shell.flow === undefined && mayEnd(pipeline)) {
		yield * failCommand(shell, status);
	}

	return status;
}

/** A group or loop that fails has ended the shell from within already, if it should. */
function mayEnd({commands}: Pipeline): boolean {
	return commands.length > 1 || ['simple', 'subshell', 'arithmetic', 'conditional'].includes(commands[0]!.kind);
}

/** The ERR trap, then `set -e`. */
function * failCommand(shell: Shell, status: number): Doing<void> {
	if (shell.frames.length === 0 || shell.isSet('errtrace')) {
		yield * runPseudoTrap(shell, 'ERR');
	}

	if (shell.isSet('errexit') && shell.flow === undefined) {
		shell.status = status;
		shell.flow = {kind: 'exit'};
	}
}

function * runStages(shell: Shell, pipeline: Pipeline, isTail: boolean): Doing {
	const [only] = pipeline.commands;
	if (pipeline.commands.length === 1) {
		const status = yield * runCommand(shell, only!, {text: pipeline.text, isTail});
		if (only!.kind === 'simple' || only!.kind === 'subshell') {
			shell.pipeStatus = [status];
		}

		return status;
	}

	const job = yield * startPipeline(shell, pipeline, false);
	const last = yield * runInForeground(shell, job);
	return shell.isSet('pipefail') ? job.processes.findLast(process => process.status !== 0)?.status ?? 0 : last;
}

export function * runCommand(shell: Shell, command: Command, how: {readonly text: string; readonly isTail: boolean}): Doing {
	switch (command.kind) {
		case 'simple': {
			return yield * runSimple(shell, command, how);
		}

		case 'function': {
			return yield * defineFunction(shell, command, how.text);
		}

		default: {
			return yield * runCompound(shell, command, how.isTail);
		}
	}
}

function * defineFunction(shell: Shell, command: Command & {readonly kind: 'function'}, text: string): Doing {
	if (shell.readonlyFunctions.has(command.name)) {
		yield * complain(shell, `${command.name}: readonly function`);
		return 1;
	}

	shell.functions.set(command.name, {body: command.body, text});
	return 0;
}

/** Starts all stages. Not yet in the job table. */
export function * startPipeline(shell: Shell, pipeline: Pipeline, isBackground: boolean): Doing<Job> {
	const {commands, joinsErrors, text} = pipeline;
	const {sys} = shell.process;
	const processes: JobProcess[] = [];
	let group: Pid | undefined = shell.isSet('monitor') ? 0 : undefined;
	let input: Fd | undefined;
	for (const [index, command] of commands.entries()) {
		const pipe = index + 1 < commands.length ? sys.pipe() : undefined;
		if (failed(pipe)) {
			return yield * abandon(shell, `pipe error: ${errorTextOf(pipe)}`);
		}

		const stage: Stage = {command, text, input, pipe, joinsErrors: joinsErrors[index] ?? false, readsNothing: isBackground && index === 0 && group === undefined};
		const pid: Pid = yield * forkShell(shell, {group, isBackground}, child => runStage(child, stage));
		group = group === 0 ? pid : group;
		processes.push(newProcess(pid));
		if (input !== undefined) {
			sys.close(input);
		}

		if (pipe !== undefined) {
			sys.close(pipe.writeEnd);
			input = pipe.readEnd;
		}
	}

	return {number: 0, group: group ?? shell.pid, processes, text, isBackground, isReported: false};
}

type Stage = {
	readonly command: Command;
	readonly text: string;
	readonly input: Fd | undefined;
	readonly pipe: {readonly readEnd: Fd; readonly writeEnd: Fd} | undefined;
	readonly joinsErrors: boolean;
	/** In the background without job control: standard input is empty. */
	readonly readsNothing: boolean;
};

function * runStage(child: Shell, {command, text, input, pipe, joinsErrors, readsNothing}: Stage): Doing {
	const {sys} = child.process;
	if (input !== undefined) {
		sys.dup2(input, 0);
		sys.close(input);
	} else if (readsNothing) {
		const empty = sys.open('/dev/null', {read: true});
		if (!failed(empty) && empty !== 0) {
			sys.dup2(empty, 0);
			sys.close(empty);
		}
	}

	if (pipe !== undefined) {
		sys.close(pipe.readEnd);
		sys.dup2(pipe.writeEnd, 1);
		if (pipe.writeEnd !== 1) {
			sys.close(pipe.writeEnd);
		}

		if (joinsErrors) {
			sys.dup2(1, 2);
		}
	}

	return yield * runCommand(child, command, {text, isTail: true});
}
