// The shells as programs: bash, dash (which Debian calls sh), and BusyBox's ash (which Alpine calls sh). They read commands from
// `-c`, a script, or standard input, and run them until the end or `exit`.

import type {Process, Program, Running} from '../model/kernel/program.js';
import {readCommands, TextCommands} from './command-source.js';
import {expandText} from './expand.js';
import {runExitTrap} from './fork.js';
import {refuseSyntax, runTopLevel} from './interpreter.js';
import {reportJobs} from './job-control.js';
import {bashPersonality, busyboxPersonality, dashPersonality} from './personality.js';
import type {Personality} from './personality.js';
import {decodePrompt} from './prompt.js';
import {readLine} from './read-input.js';
import {Replaced, writeText} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {invoke, readFile, takeTerminal} from './start-up.js';
import type {Invoked} from './start-up.js';
import {decodeShellText} from './text.js';
import {handleSignals} from './trap.js';

export const bash: Program = process => runShell(process, bashPersonality);

export const dash: Program = process => runShell(process, dashPersonality);

/** `sh` is dash on Debian and Ubuntu, and BusyBox's ash in Alpine and BusyBox images. */
export const sh: Program = process => runShell(process, process.flavour === 'busybox' ? busyboxPersonality : dashPersonality);

export const ash: Program = process => runShell(process, busyboxPersonality);

function * runShell(process: Process, personality: Personality): Running {
	try {
		return yield * live(process, personality);
	} catch (error) {
		if (error instanceof Replaced) {
			return yield * error.image.run();
		}

		throw error;
	}
}

function * live(process: Process, personality: Personality): Doing {
	const invoked = yield * invoke(process, personality);
	if (typeof invoked === 'number') {
		return invoked;
	}

	const {shell, commands} = invoked;
	if (shell.isInteractive) {
		takeTerminal(shell);
	}

	yield * readStartFiles(invoked);
	if (isLeaving(shell)) {
		return yield * runExitTrap(shell, shell.status);
	}

	const status = commands.kind === 'input' ? yield * runInput(shell) : yield * runFixed(shell, commands);
	return yield * runExitTrap(shell, status);
}

function isLeaving(shell: Shell): boolean {
	return shell.flow?.kind === 'exit';
}

function * readStartFiles({shell, isLogin, readsStartFiles}: Invoked): Doing<void> {
	const home = shell.variables.get('HOME') ?? '';
	const files = isLogin ? ['/etc/profile', `${home}/.profile`] : [];
	if (shell.personality.kind === 'bash' && shell.isInteractive && readsStartFiles && !isLogin) {
		files.push('/etc/bash.bashrc', `${home}/.bashrc`);
	}

	const env = shell.personality.kind !== 'bash' && shell.isInteractive ? shell.variables.get('ENV') : undefined;
	for (const file of [...files, ...env === undefined ? [] : [env]]) {
		const read = yield * readFile(shell, file);
		if ('text' in read && !isLeaving(shell)) {
			const {source} = shell;
			yield * runAll(shell, new TextCommands(shell, decodeShellText(read.text), 1), false);
			shell.source = source;
			shell.flow = shell.flow?.kind === 'return' ? undefined : shell.flow;
		}
	}
}

/** The text of `-c`, or a script. */
function * runFixed(shell: Shell, commands: Exclude<Invoked['commands'], {readonly kind: 'input'}>): Doing {
	if (commands.kind === 'text') {
		return yield * runAll(shell, new TextCommands(shell, commands.text, 1), true);
	}

	const read = yield * readFile(shell, commands.path);
	if ('problem' in read) {
		return yield * refuseScript(shell, commands.path, read);
	}

	if (read.text.subarray(0, 80).includes(0)) {
		yield * writeText(shell, 2, `${shell.process.argv[0]!}: ${commands.path}: cannot execute binary file\n`);
		return 126;
	}

	return yield * runAll(shell, new TextCommands(shell, decodeShellText(read.text), 1), false);
}

function * refuseScript(shell: Shell, path: string, {problem, isMissing}: {readonly problem: string; readonly isMissing: boolean}): Doing {
	const name = shell.process.argv[0]!;
	switch (shell.personality.kind) {
		case 'bash': {
			yield * writeText(shell, 2, `${name}: ${path}: ${problem}\n`);
			return isMissing ? 127 : 126;
		}

		case 'dash': {
			yield * writeText(shell, 2, `${name}: 0: cannot open ${path}: ${isMissing ? 'No such file' : problem}\n`);
			return 2;
		}

		case 'busybox': {
			yield * writeText(shell, 2, `${name}: can't open '${path}': ${problem}\n`);
			return 2;
		}
	}
}

function * runAll(shell: Shell, commands: TextCommands, mayBeTail: boolean): Doing {
	let status = 0;
	for (let next = commands.next(); next !== undefined; next = commands.next()) {
		if (next.kind === 'error') {
			status = yield * refuseSyntax(shell, next, 'top');
			return status;
		}

		status = yield * runTopLevel(shell, next.list, mayBeTail && commands.isAtEnd);
		shell.status = status;
		if (shell.flow !== undefined) {
			return shell.status;
		}
	}

	yield * handleSignals(shell);
	return status;
}

/** Commands from standard input, line by line, so that a command may read the lines after its own. */
function * runInput(shell: Shell): Doing {
	let text = '';
	let firstLine = 1;
	let lineCount = 0;
	for (;;) {
		if (text === '') {
			yield * beforePrompt(shell);
			reportStatus(shell);
		}

		if (isLeaving(shell)) {
			return shell.status;
		}

		yield * showPrompt(shell, text === '' ? 'PS1' : 'PS2');
		const line = yield * readLine(shell, 0);
		if (line !== undefined && typeof line !== 'string') {
			if (line.errno !== 'EINTR') {
				return shell.status;
			}

			// Ctrl-C at the prompt throws the line away; a trap runs and the prompt comes again.
			if (shell.flow?.kind === 'interrupt') {
				text = '';
			}

			continue;
		}

		lineCount++;
		text += line === undefined ? '' : `${line}\n`;
		const read = text === '' ? undefined : readCommands(shell, text, firstLine);
		if (read?.kind === 'incomplete' && line !== undefined) {
			continue;
		}

		yield * runRead(shell, {read, text, isLast: line === undefined});
		if (isLeaving(shell) || (line === undefined && !(yield * staysAtEnd(shell)))) {
			return shell.status;
		}

		text = '';
		firstLine = lineCount + 1;
	}
}

/** Tells whoever watches the session how the last command ended: `$?` is otherwise the shell's own secret. */
function reportStatus({process, status, isInteractive}: Shell): void {
	if (isInteractive) {
		const {tx, task} = process.sys.kernel();
		tx.emit({kind: 'command-status', task, status});
	}
}

type Read = {readonly read: ReturnType<typeof readCommands> | undefined; readonly text: string; readonly isLast: boolean};

function * runRead(shell: Shell, {read, text}: Read): Doing<void> {
	if (read === undefined) {
		return;
	}

	if (shell.isInteractive && text.trim() !== '') {
		shell.history.push(text.replace(/\n$/v, ''));
	}

	if (shell.isSet('verbose')) {
		yield * writeText(shell, 2, text);
	}

	const list = read.kind === 'error' ? undefined : read.list;
	if (list === undefined) {
		const failure = read.kind === 'list' ? undefined : read.failure;
		if (failure !== undefined) {
			yield * refuseSyntax(shell, {kind: 'error', failure, atEnd: false}, 'top');
			if (!shell.isInteractive) {
				shell.flow = {kind: 'exit'};
			}
		}

		return;
	}

	if (list.length > 0) {
		shell.hasWarnedOfJobs &&= text.startsWith('exit') || text.startsWith('jobs');
		shell.status = yield * runTopLevel(shell, list, false);
	}
}

/** At the end of the input: whether an interactive shell goes on all the same, because jobs are stopped. */
function * staysAtEnd(shell: Shell): Doing<boolean> {
	if (!shell.isInteractive) {
		return false;
	}

	yield * shell.engine.builtins.get('exit')!(shell, {name: 'exit', args: [], arrays: new Map()});
	return !isLeaving(shell);
}

/** Between commands: signals, jobs that ended, and the state that an interrupted command left behind. */
function * beforePrompt(shell: Shell): Doing<void> {
	if (shell.flow?.kind === 'interrupt' && shell.process.sys.isTerminal(2)) {
		yield * writeText(shell, 2, '\n');
	}

	if (!isLeaving(shell)) {
		shell.flow = undefined;
	}

	yield * handleSignals(shell);
	if (!isLeaving(shell)) {
		shell.flow = undefined;
	}

	yield * reportJobs(shell);
	const command = shell.isInteractive && shell.personality.kind === 'bash' ? shell.variables.get('PROMPT_COMMAND') : undefined;
	if (command !== undefined && command !== '') {
		const {status} = shell;
		yield * runAll(shell, new TextCommands(shell, command, 1), false);
		shell.status = status;
	}
}

function * showPrompt(shell: Shell, name: 'PS1' | 'PS2'): Doing<void> {
	if (!shell.isInteractive) {
		return;
	}

	const source = shell.variables.get(name) ?? '';
	const {status} = shell;
	const decoded = shell.personality.kind === 'dash' ? source : decodePrompt(shell, source);
	const text = decoded.includes('$') || decoded.includes('`') ? yield * expandText(shell, {text: decoded}, 'here-document') : decoded;
	shell.status = status;
	yield * writeText(shell, 2, text);
}

