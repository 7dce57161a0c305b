// Ties the parts together: runs texts and lists of commands at the shell's outermost level, where abandoned commands end.

import {builtinsOf} from './builtins/builtin-table.js';
import {TextCommands} from './command-source.js';
import type {Commands} from './command-source.js';
import {runCompound} from './compound-command.js';
import {failed} from '../model/kernel/errno.js';
import {limitText} from './fork.js';
import {runList} from './list.js';
import {redirect} from './redirect.js';
import {Abandoned, complain, writeText} from './shell.js';
import type {Doing, Engine, Shell} from './shell.js';
import {runInvocation} from './simple-command.js';
import type {List} from './syntax.js';
import {syntaxMessage} from './syntax-message.js';
import type {Personality} from './personality.js';

export function engineOf(personality: Personality): Engine {
	return {
		builtins: builtinsOf(personality),
		runList,
		runCompound,
		runText,
		runWords: (shell, words, options) => runInvocation(shell, {words, arrays: new Map(), assignments: [], redirections: [], text: words.join(' '), isTail: false, ...options}),
	};
}

/** Runs text as `eval`, a trap, `.` or a substitution does. */
function * runText(shell: Shell, text: string, source: 'eval' | 'trap' | 'file' | 'substitution'): Doing {
	const {command, line} = shell;
	shell.command = undefined;
	shell.evalDepth += source === 'substitution' ? 1 : 0;
	const commands = new TextCommands(shell, text, source === 'file' ? 1 : line);
	let status = source === 'trap' ? shell.status : 0;
	try {
		for (let next = commands.next(); next !== undefined && shell.flow === undefined; next = commands.next()) {
			if (next.kind === 'error') {
				return yield * refuseSyntax(shell, next, source);
			}

			const input = source === 'substitution' ? inputFile(next.list) : undefined;
			status = input === undefined ? yield * runList(shell, next.list, source === 'substitution') : yield * copyInput(shell, input);
		}

		return shell.flow === undefined ? status : shell.status;
	} finally {
		shell.command = command;
		shell.evalDepth -= source === 'substitution' ? 1 : 0;
		shell.line = source === 'file' ? shell.line : line;
	}
}

export function * refuseSyntax(shell: Shell, {failure}: Commands & {readonly kind: 'error'}, source: 'eval' | 'trap' | 'file' | 'substitution' | 'top'): Doing {
	yield * writeText(shell, 2, syntaxMessage(shell, failure, source === 'eval' ? 'eval' : (source === 'substitution' ? 'command substitution' : undefined)));
	shell.status = 2;
	if (shell.personality.kind !== 'bash' && source !== 'top') {
		throw new Abandoned(2, true);
	}

	return 2;
}

/** `$(< file)` is the file's content. */
function inputFile(list: List): List | undefined {
	const [statement] = list;
	const command = statement?.first.commands[0];
	const isInput = list.length === 1 && statement!.rest.length === 0 && statement!.first.commands.length === 1 && command?.kind === 'simple'
		&& command.words.length === 0 && command.assignments.length === 0 && command.redirections.length === 1
		&& command.redirections[0]!.kind === 'file' && command.redirections[0]!.operator === '<';
	return isInput ? list : undefined;
}

function * copyInput(shell: Shell, list: List): Doing {
	const command = list[0]!.first.commands[0]!;
	if (command.kind !== 'simple' || !(yield * redirect(shell, command.redirections))) {
		return 1;
	}

	const {sys} = shell.process;
	for (;;) {
		const bytes = sys.read(0, 65_536);
		if (failed(bytes) && bytes.errno === 'EAGAIN') {
			yield {kind: 'sleep', channels: [sys.readChannel(0)]};
			continue;
		}

		if (failed(bytes) || bytes.length === 0) {
			return 0;
		}

		for (let rest = bytes; rest.length > 0;) {
			const taken = sys.write(1, rest);
			if (typeof taken === 'number') {
				rest = rest.subarray(taken);
			} else if (taken.errno === 'EAGAIN') {
				yield {kind: 'sleep', channels: [sys.writeChannel(1)]};
			} else {
				return 1;
			}
		}
	}
}

/**
 * Runs the commands of one reading at the outermost level. An abandoned command takes the rest of its line with it.
 * Sets `flow` to leave the shell where the error demands it.
 */
export function * runTopLevel(shell: Shell, list: List, mayBeTail: boolean): Doing {
	let rest = list;
	for (;;) {
		try {
			return yield * runList(shell, rest, mayBeTail);
		} catch (error) {
			const status = yield * recover(shell, error);
			const line = shell.abandonedLine;
			rest = rest.filter(statement => statement.line > line);
			shell.status = status;
			if (shell.flow !== undefined || rest.length === 0) {
				return status;
			}
		}
	}
}

function * recover(shell: Shell, error: unknown): Doing {
	shell.abandonedLine = shell.line;
	resetDepths(shell);
	if (error instanceof RangeError) {
		yield * complain(shell, limitText(error));
		return 1;
	}

	if (!(error instanceof Abandoned)) {
		throw error;
	}

	if (!shell.isInteractive && (error.isFatal || shell.source === 'text')) {
		shell.flow = {kind: 'exit'};
	}

	return error.status;
}

function resetDepths(shell: Shell): void {
	shell.testDepth = 0;
	shell.loopDepth = 0;
	shell.evalDepth = 0;
	shell.listDepth = 0;
	shell.trapDepth = 0;
	shell.command = undefined;
	shell.isRunningTrap = false;
	if (shell.flow?.kind !== 'interrupt') {
		shell.flow = undefined;
	}
}
