// Simple commands: expand the words, decide what the first one names (function, builtin, program), and run it with the
// assignments and redirections that belong to it. Source: bash manual 3.7.1.

import {step} from '../model/kernel/blocking.js';
import {assign} from './assign.js';
import {expandText, expandWords} from './expand.js';
import {forkShell} from './fork.js';
import {callFunction} from './function-call.js';
import {runInForeground} from './job-control.js';
import {newProcess} from './jobs.js';
import {lookUp} from './lookup.js';
import {redirect, redirectionStatus, withRedirections} from './redirect.js';
import {executeProgram} from './run-program.js';
import {Abandoned, complain} from './shell.js';
import type {ArrayArgument, Doing, Shell} from './shell.js';
import {isArrayValue, isAssignment} from './syntax.js';
import type {Assignment, Redirection, SimpleCommand, Word} from './syntax.js';
import {runPseudoTrap} from './trap.js';
import type {Variable} from './variables.js';
import {trace, traceWords} from './xtrace.js';

/** Builtins that POSIX calls special: in sh, assignments before them last, and their failure ends a script. */
export const specialBuiltins: ReadonlySet<string> = new Set(['.', ':', 'break', 'continue', 'eval', 'exec', 'exit', 'export', 'readonly', 'return', 'set', 'shift', 'times', 'trap', 'unset']);

export type Words = {readonly words: readonly string[]; readonly arrays: ReadonlyMap<number, ArrayArgument>};

export type Invocation = Words & {
	readonly assignments: readonly Assignment[];
	readonly redirections: readonly Redirection[];
	/** As it was written, for `jobs`. */
	readonly text: string;
	readonly isTail: boolean;
	readonly functions: boolean;
	readonly builtins: boolean;
};

export function * runSimple(shell: Shell, command: SimpleCommand, {text, isTail}: {readonly text: string; readonly isTail: boolean}): Doing {
	shell.line = command.line;
	shell.commandText = shell.isRunningTrap ? shell.commandText : command.words.map(word => word.text).join(' ');
	yield step;
	yield * runPseudoTrap(shell, 'DEBUG');
	shell.substitutionStatus = undefined;
	const expanded = yield * expandCommand(shell, command.words);
	const {assignments, redirections} = command;
	const status = expanded.words.length === 0
		? yield * runAssignments(shell, assignments, redirections)
		: yield * runInvocation(shell, {...expanded, assignments, redirections, text, isTail, functions: true, builtins: true});
	shell.lastArgument = expanded.words.at(-1) ?? shell.lastArgument;
	closeSubstitutions(shell);
	return status;
}

function closeSubstitutions(shell: Shell): void {
	for (const fd of shell.substitutionFds.splice(0)) {
		shell.process.sys.close(fd);
	}
}

function * expandCommand(shell: Shell, source: readonly (Word | Assignment)[]): Doing<Words> {
	const words: string[] = [];
	const arrays = new Map<number, ArrayArgument>();
	for (const word of source) {
		if (!isAssignment(word)) {
			words.push(...yield * expandWords(shell, [word]));
		} else if (isArrayValue(word.value)) {
			arrays.set(words.length - 1, {name: word.name, append: word.append, value: word.value});
			words.push(word.name);
		} else {
			const subscript = word.subscript === undefined ? '' : `[${word.subscript}]`;
			words.push(`${word.name}${subscript}${word.append ? '+' : ''}=${yield * expandText(shell, word.value, 'assignment')}`);
		}
	}

	return {words, arrays};
}

/** A command without a name: its assignments stay. */
function * runAssignments(shell: Shell, assignments: readonly Assignment[], redirections: readonly Redirection[]): Doing {
	for (const assignment of assignments) {
		yield * assign(shell, assignment);
		if (shell.isSet('xtrace')) {
			yield * trace(shell, isArrayValue(assignment.value) ? assignment.text : `${assignment.name}${assignment.append ? '+' : ''}=${traceWords([shell.variables.get(assignment.name) ?? '']).replace(/^''$/v, '')}`);
		}
	}

	return yield * withRedirections(shell, redirections, function * () {
		return shell.substitutionStatus ?? 0;
	});
}

/** Runs expanded words as a command. */
export function * runInvocation(shell: Shell, invocation: Invocation): Doing {
	const {words} = invocation;
	yield * trace(shell, traceWords(words, shell.personality));
	const name = words[0]!;
	const isSpecial = shell.personality.kind !== 'bash' && specialBuiltins.has(name);
	const definition = invocation.functions && !isSpecial ? shell.functions.get(name) : undefined;
	if (definition !== undefined) {
		return yield * withRedirections(shell, invocation.redirections, () => withAssignments(shell, invocation.assignments, () => callFunction(shell, name, {definition, args: words.slice(1)})), {isTail: invocation.isTail});
	}

	if (invocation.builtins && shell.engine.builtins.has(name)) {
		return yield * runBuiltin(shell, invocation, isSpecial);
	}

	return yield * runProgram(shell, invocation);
}

function * runBuiltin(shell: Shell, invocation: Invocation, isSpecial: boolean): Doing {
	const {words, arrays, redirections, assignments} = invocation;
	const name = words[0]!;
	const builtin = shell.engine.builtins.get(name)!;
	const call = {name, args: words.slice(1), arrays};
	if (name === 'exec') {
		return yield * runExec(shell, invocation);
	}

	const body = function * (): Doing {
		const before = shell.command;
		shell.command = name;
		try {
			return yield * builtin(shell, call);
		} finally {
			shell.command = before;
		}
	};

	if (isSpecial) {
		for (const assignment of assignments) {
			yield * assign(shell, assignment);
		}

		return yield * withRedirections(shell, redirections, body, {isTail: false, isSpecial: true});
	}

	return yield * withRedirections(shell, redirections, () => withAssignments(shell, assignments, body));
}

/** `exec`: redirections stay, and a program takes the shell's place. */
function * runExec(shell: Shell, {words, redirections, assignments}: Invocation): Doing {
	if (!(yield * redirect(shell, redirections))) {
		if (!shell.isInteractive) {
			throw new Abandoned(redirectionStatus(shell), true);
		}

		return 1;
	}

	for (const assignment of assignments) {
		yield * assign(shell, assignment);
		shell.variables.declare(assignment.name, 'any').attributes.add('exported');
	}

	return yield * shell.engine.builtins.get('exec')!(shell, {name: 'exec', args: words.slice(1), arrays: new Map()});
}

/** Assignments before a function or builtin are in its environment and gone afterwards. */
function * withAssignments(shell: Shell, assignments: readonly Assignment[], body: () => Doing): Doing {
	if (assignments.length === 0) {
		return yield * body();
	}

	const before = new Map<string, Variable | undefined>();
	for (const assignment of assignments) {
		if (!before.has(assignment.name)) {
			before.set(assignment.name, copyOf(shell, assignment.name));
		}

		yield * assign(shell, assignment);
		shell.variables.declare(assignment.name, 'any').attributes.add('exported');
	}

	try {
		return yield * body();
	} finally {
		for (const [name, variable] of before) {
			shell.variables.restore(name, variable);
		}
	}
}

function copyOf(shell: Shell, name: string): Variable | undefined {
	const variable = shell.variables.findRaw(name);
	return variable === undefined ? undefined : {...variable, indexed: new Map(variable.indexed), associative: new Map(variable.associative), attributes: new Set(variable.attributes)};
}

function * runProgram(shell: Shell, invocation: Invocation): Doing {
	const path = lookUp(shell, invocation.words[0]!);
	if (invocation.isTail && shell.traps.size === 0) {
		return yield * becomeProgram(shell, invocation, path);
	}

	const group = shell.isSet('monitor') ? 0 : undefined;
	const pid = yield * forkShell(shell, {group}, child => becomeProgram(child, invocation, path));
	return yield * runInForeground(shell, {
		number: 0, group: pid, processes: [newProcess(pid)], text: invocation.text, isBackground: false, isReported: false,
	});
}

function * becomeProgram(child: Shell, {words, redirections, assignments}: Invocation, path: string | undefined): Doing {
	for (const assignment of assignments) {
		yield * assign(child, assignment);
		child.variables.declare(assignment.name, 'any').attributes.add('exported');
	}

	if (!(yield * redirect(child, redirections))) {
		return redirectionStatus(child);
	}

	const found = assignments.some(({name}) => name === 'PATH') ? lookUp(child, words[0]!) : path;
	if (found === undefined) {
		const handler = child.functions.get('command_not_found_handle');
		if (handler !== undefined && child.personality.kind === 'bash') {
			return yield * callFunction(child, 'command_not_found_handle', {definition: handler, args: words});
		}

		yield * complain(child, `${words[0]!}: ${child.personality.kind === 'bash' ? 'command not found' : 'not found'}`);
		return 127;
	}

	return yield * executeProgram(child, words, {path: found});
}
