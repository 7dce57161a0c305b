// Lists: statements one after the other, `&&` and `||`, and `&`.

import {forkShell} from './fork.js';
import {addJob, newProcess} from './jobs.js';
import type {Job} from './jobs.js';
import {announcesJobs, reapChildren} from './job-control.js';
import {runPipeline, startPipeline} from './pipeline.js';
import {abandon, writeText} from './shell.js';
import type {Doing, Shell} from './shell.js';
import type {List, Statement} from './syntax.js';
import {handleSignals} from './trap.js';

/** How deep lists may stand in lists and functions: what surely fits on the stack of the machine that runs the model. */
const depthMax = 1000;

export function * runList(shell: Shell, list: List, isTail = false): Doing {
	if (shell.listDepth >= depthMax) {
		return yield * abandon(shell, `maximum nesting level exceeded (${depthMax})`);
	}

	shell.listDepth++;
	try {
		return yield * runStatements(shell, list, isTail);
	} finally {
		shell.listDepth--;
	}
}

function * runStatements(shell: Shell, list: List, isTail: boolean): Doing {
	let status = 0;
	for (const [index, statement] of list.entries()) {
		if (shell.isSet('noexec') && !shell.isInteractive) {
			return 0;
		}

		const isLast = isTail && index === list.length - 1;
		if (statement.background) {
			yield * startInBackground(shell, statement);
			status = 0;
			shell.status = 0;
		} else {
			status = yield * runStatement(shell, statement, isLast);
		}

		yield * handleSignals(shell);
		if (shell.flow !== undefined) {
			return shell.flow.kind === 'exit' || shell.flow.kind === 'return' || shell.flow.kind === 'interrupt' ? shell.status : status;
		}
	}

	return status;
}

function * runStatement(shell: Shell, {first, rest}: Statement, isTail: boolean): Doing {
	let status = yield * runLink(shell, () => runPipeline(shell, first, isTail && rest.length === 0), rest.length > 0);
	for (const [index, {operator, pipeline}] of rest.entries()) {
		if (shell.flow !== undefined) {
			return status;
		}

		if ((status === 0) === (operator === '&&')) {
			const isLast = index === rest.length - 1;
			status = yield * runLink(shell, () => runPipeline(shell, pipeline, isTail && isLast), !isLast);
		}
	}

	return status;
}

/** All but the last link of a chain may fail. */
function * runLink(shell: Shell, run: () => Doing, isTested: boolean): Doing {
	shell.testDepth += isTested ? 1 : 0;
	const status = yield * run();
	shell.testDepth -= isTested ? 1 : 0;
	return status;
}

function * startInBackground(shell: Shell, statement: Statement): Doing<void> {
	const started = statement.rest.length === 0 && !statement.first.negated && statement.first.time === undefined
		? yield * startPipeline(shell, {...statement.first, text: statement.text}, true)
		: yield * startChain(shell, statement);
	reapChildren(shell);
	const job = addJob(shell.jobs, started);
	shell.lastBackground = job.processes.at(-1)!.pid;
	if (announcesJobs(shell)) {
		yield * writeText(shell, 2, `[${job.number}] ${shell.lastBackground}\n`);
	}
}

/** `a && b &`: the whole chain in one child. */
function * startChain(shell: Shell, statement: Statement): Doing<Omit<Job, 'number'>> {
	const group = shell.isSet('monitor') ? 0 : undefined;
	const pid = yield * forkShell(shell, {group, isBackground: true}, child => runStatement(child, statement, true));
	return {group: group === 0 ? pid : shell.pid, processes: [newProcess(pid)], text: statement.text, isBackground: true, isReported: false};
}
