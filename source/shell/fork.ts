// Child processes of the shell: a forked task with a copy of the shell's state, in which one piece of the syntax tree is run.

import {nowNs, secondNs} from '../base/clock.js';
import {errorTextOf, type Failure, failed} from '../model/kernel/errno.js';
import type {ExitStatus, Pid, Process, Running} from '../model/kernel/program.js';
import type {SignalName} from '../model/kernel/signal.js';
import {reapChildren} from './job-control.js';
import {PatternLimit} from './pattern.js';
import {Abandoned, abandon, baseName, complain, Replaced, stashSignals, writeText} from './shell.js';
import type {Doing, Shell} from './shell.js';

export type ForkPlace = {
	/** With job control: the group to join, 0 for one of its own. Without: undefined, and the child stays in the shell's group. */
	readonly group: Pid | undefined;
	/** Started with `&`: without job control it does not hear Ctrl-C. */
	readonly isBackground?: boolean;
};

/** What a shell that gives its subshells no chance to nest for ever allows. */
const subshellDepthMax = 100;

/** The longest that bash sleeps, in seconds, before it gives a fork up: jobs.c FORKSLEEP_MAX, which it does not reach. */
const forkSleepMax = 16;

/** A copy of the shell's process in which `body` runs. The parent goes on with its number. */
export function * forkShell(shell: Shell, {group, isBackground = false}: ForkPlace, body: (child: Shell) => Doing): Doing<Pid> {
	if (shell.subshellDepth >= subshellDepthMax) {
		return yield * abandon(shell, `maximum subshell nesting level exceeded (${subshellDepthMax})`);
	}

	const child = shell.clone();
	const fork = (): Pid | Failure => shell.process.sys.fork(process => runChild(child, process, {shell, group, isBackground, body}));
	const pid = shell.personality.kind === 'bash' ? yield * forkPatiently(shell, fork) : fork();
	if (failed(pid)) {
		if (shell.personality.kind === 'bash') {
			yield * sayForkFailed(shell, '', pid);
			throw new Abandoned(254, true);
		}

		return yield * abandon(shell, `${shell.personality.kind === 'busybox' ? 'can\'t fork' : 'Cannot fork'}: ${errorTextOf(pid)}`, {status: 2, isFatal: true});
	}

	if (group !== undefined) {
		shell.process.sys.setpgid(pid, group === 0 ? pid : group);
	}

	return pid;
}

/**
 * While there is no room for another task, bash sleeps, reaps its children, and tries again. A signal, also that of a child's end, cuts the
 * sleep short; if a whole second or more of it is left (sleep(3) answers whole seconds), bash gives up. Source: bash jobs.c make_child.
 */
function * forkPatiently(shell: Shell, fork: () => Pid | Failure): Doing<Pid | Failure> {
	let pid = fork();
	for (let seconds = 1; failed(pid) && pid.errno === 'EAGAIN' && seconds < forkSleepMax; seconds *= 2) {
		yield * sayForkFailed(shell, 'retry: ', pid);
		const {tx} = shell.process.sys.kernel();
		const untilNs = nowNs(tx) + (seconds * secondNs);
		if ((yield {kind: 'sleep', channels: [shell.process.sys.childChannel()], untilNs}) !== 'deadline') {
			stashSignals(shell);
			if (shell.flow?.kind === 'interrupt' || untilNs - nowNs(tx) >= secondNs) {
				return {errno: 'EINTR'};
			}
		}

		reapChildren(shell);
		pid = fork();
	}

	return pid;
}

/** bash's sys_error, whose messages name no line. */
function * sayForkFailed(shell: Shell, what: 'retry: ' | '', why: Failure): Doing<void> {
	yield * writeText(shell, 2, `${shell.belongsToPrompt ? baseName(shell.name) : shell.name}: fork: ${what}${errorTextOf(why)}\n`);
}

type Birth = {readonly shell: Shell; readonly group: Pid | undefined; readonly isBackground: boolean; readonly body: (child: Shell) => Doing};

function * runChild(child: Shell, process: Process, {group, isBackground, body}: Birth): Running {
	child.process = process;
	resetSignals(child, {hasJobControl: group !== undefined, isBackground});
	takeEarlySignals(process);
	child.subshellDepth++;
	child.options.set.delete('monitor');
	child.isInteractive = false;
	child.flow = undefined;
	child.loopDepth = 0;
	child.testDepth = 0;
	try {
		const status = yield * guarded(child, body(child));
		return yield * runExitTrap(child, status);
	} catch (error) {
		if (error instanceof Replaced) {
			return yield * error.image.run();
		}

		throw error;
	}
}

/** A signal between the fork and now was caught by a handler that the child has not: it comes again, as if it had been blocked until now. */
function takeEarlySignals({sys}: Process): void {
	for (const signal of sys.takeSignals()) {
		sys.kill(sys.getpid(), signal);
	}
}

/** Which of our limits was reached: a counted one says so itself, else it was the stack. */
export function limitText(error: RangeError): string {
	return error instanceof PatternLimit ? error.message : 'maximum nesting level exceeded';
}

/** Runs to the end, whatever ends it: an error in an expansion, `exit`, or recursion beyond what can be run. */
export function * guarded(shell: Shell, running: Doing): Doing {
	try {
		return yield * running;
	} catch (error) {
		if (error instanceof Abandoned) {
			return error.status;
		}

		if (error instanceof RangeError) {
			yield * complain(shell, limitText(error));
			return 1;
		}

		throw error;
	}
}

/** A child's traps are those it sets itself; what was ignored when the shell began stays ignored. */
function resetSignals(child: Shell, {hasJobControl, isBackground}: {readonly hasJobControl: boolean; readonly isBackground: boolean}): void {
	const {sys} = child.process;
	for (const [name, action] of child.traps) {
		if (name !== 'EXIT' && name !== 'ERR' && name !== 'DEBUG' && name !== 'RETURN' && action !== '') {
			sys.sigaction(name, 'default');
		}
	}

	child.traps = new Map([...child.traps].filter(([name, action]) => (action === '' && name !== 'EXIT') || (name === 'ERR' && child.isSet('errtrace')) || ((name === 'DEBUG' || name === 'RETURN') && child.isSet('functrace'))));
	if (child.isInteractive) {
		for (const name of ['INT', 'QUIT', 'TERM', 'TSTP', 'TTIN', 'TTOU'] as const satisfies readonly SignalName[]) {
			sys.sigaction(name, child.traps.has(name) ? 'ignore' : 'default');
		}
	}

	if (isBackground && !hasJobControl) {
		sys.sigaction('INT', 'ignore');
		sys.sigaction('QUIT', 'ignore');
	}
}

/** The EXIT trap runs once, when the shell ends by itself. Answers the final status. */
export function * runExitTrap(shell: Shell, status: ExitStatus): Doing {
	const action = shell.traps.get('EXIT');
	if (action === undefined || action === '') {
		return status;
	}

	shell.traps.delete('EXIT');
	shell.flow = undefined;
	shell.status = status;
	yield * guarded(shell, shell.engine.runText(shell, action, 'trap'));
	return (shell.flow as Shell['flow'])?.kind === 'exit' ? shell.status : status;
}
