// Compound commands: groups, loops, `case`, `if`, `(( ))`, `[[ ]]`. Lists inside of them are run by the engine.

import {step} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import {runConditional} from './conditional.js';
import {expandPattern, expandText, expandWords, tryArithmetic} from './expand.js';
import {forkShell} from './fork.js';
import {runInForeground} from './job-control.js';
import {newProcess} from './jobs.js';
import {compilePattern, matches} from './pattern.js';
import {withRedirections} from './redirect.js';
import {readLine} from './read-input.js';
import {abandon, complain, writeText} from './shell.js';
import type {Doing, Shell} from './shell.js';
import type {CompoundCommand, List} from './syntax.js';
import {handleSignals} from './trap.js';
import {commandText} from './syntax-text.js';
import {trace, traceWords} from './xtrace.js';

export function * runCompound(shell: Shell, command: CompoundCommand, isTail = false): Doing {
	if (command.kind === 'subshell') {
		return yield * runSubshell(shell, command, isTail);
	}

	return yield * withRedirections(shell, command.redirections, () => runBody(shell, command, isTail), {isTail});
}

function * runBody(shell: Shell, command: CompoundCommand, isTail: boolean): Doing {
	switch (command.kind) {
		case 'group':
		case 'subshell': {
			return yield * shell.engine.runList(shell, command.body, isTail);
		}

		case 'if': {
			return yield * runIf(shell, command, isTail);
		}

		case 'while': {
			return yield * runWhile(shell, command);
		}

		case 'for': {
			return yield * runFor(shell, command);
		}

		case 'select': {
			return yield * runSelect(shell, command);
		}

		case 'arithmetic-for': {
			return yield * runArithmeticFor(shell, command);
		}

		case 'case': {
			return yield * runCase(shell, command);
		}

		case 'arithmetic': {
			shell.line = command.line;
			yield step;
			if (shell.personality.kind !== 'bash') {
				return yield * notFound(shell, command.text.trim().split(/\s/v)[0]!);
			}

			yield * trace(shell, `(( ${command.text} ))`);
			const value = yield * tryArithmetic(shell, command.text, '((');
			return value === undefined || value === 0n ? 1 : 0;
		}

		case 'conditional': {
			shell.line = command.line;
			yield step;
			return shell.personality.kind === 'dash' ? yield * notFound(shell, '[[') : yield * runConditional(shell, command.condition);
		}
	}
}

/** To dash `[[` is a command like any other, and `((` two subshells; neither names a program. */
function * notFound(shell: Shell, name: string): Doing {
	yield * complain(shell, `${name}: not found`);
	return 127;
}

/** `( ... )`: in a child, or right here if the process ends with it anyway. */
function * runSubshell(shell: Shell, command: CompoundCommand, isTail: boolean): Doing {
	const body = (child: Shell): Doing => withRedirections(child, command.redirections, () => runBody(child, command, true), {isTail: true});
	if (isTail && shell.traps.size === 0) {
		shell.subshellDepth++;
		return yield * body(shell);
	}

	const pid = yield * forkShell(shell, {group: shell.isSet('monitor') ? 0 : undefined}, body);
	return yield * runInForeground(shell, {number: 0, group: pid, processes: [newProcess(pid)], text: commandText(command, 0), isBackground: false, isReported: false});
}

/** Runs commands whose failure ends nothing. */
function * runTest(shell: Shell, test: List): Doing {
	shell.testDepth++;
	const status = yield * shell.engine.runList(shell, test);
	shell.testDepth--;
	return status;
}

function * runIf(shell: Shell, {clauses, otherwise}: CompoundCommand & {readonly kind: 'if'}, isTail: boolean): Doing {
	for (const {test, body} of clauses) {
		const status = yield * runTest(shell, test);
		if (shell.flow !== undefined) {
			return status;
		}

		if (status === 0) {
			return yield * shell.engine.runList(shell, body, isTail);
		}
	}

	return otherwise === undefined ? 0 : yield * shell.engine.runList(shell, otherwise, isTail);
}

/** After the body of a loop: whether it goes on. */
function goesOn(shell: Shell): boolean {
	const {flow} = shell;
	if (flow === undefined) {
		return true;
	}

	if (flow.kind !== 'break' && flow.kind !== 'continue') {
		return false;
	}

	if (flow.levels > 1) {
		shell.flow = {...flow, levels: flow.levels - 1};
		return false;
	}

	shell.flow = undefined;
	return flow.kind === 'continue';
}

function * loop(shell: Shell, body: () => Doing): Doing {
	shell.loopDepth++;
	try {
		return yield * body();
	} finally {
		shell.loopDepth--;
	}
}

function * runWhile(shell: Shell, {test, until, body}: CompoundCommand & {readonly kind: 'while'}): Doing {
	return yield * loop(shell, function * () {
		let status = 0;
		for (;;) {
			yield * handleSignals(shell);
			const tested = yield * runTest(shell, test);
			if (shell.flow !== undefined) {
				if (!goesOn(shell)) {
					return shell.flow === undefined ? status : tested;
				}

				continue;
			}

			if ((tested === 0) === until) {
				return status;
			}

			status = yield * shell.engine.runList(shell, body);
			if (!goesOn(shell)) {
				return status;
			}
		}
	});
}

function * loopWords(shell: Shell, command: CompoundCommand & {readonly kind: 'for' | 'select'}): Doing<readonly string[]> {
	shell.line = command.line;
	if (!/^[A-Z_a-z]\w*$/v.test(command.name)) {
		return yield * (shell.personality.kind === 'bash' ? abandon(shell, `\`${command.name}': not a valid identifier`) : abandon(shell, 'Syntax error: Bad for loop variable', {status: 2, isFatal: true}));
	}

	return command.words === undefined ? shell.positional : yield * expandWords(shell, command.words);
}

function * setLoopVariable(shell: Shell, name: string, value: string): Doing<boolean> {
	if (shell.variables.set(name, value) === undefined) {
		return true;
	}

	yield * complain(shell, `${name}: readonly variable`);
	return false;
}

function * runFor(shell: Shell, command: CompoundCommand & {readonly kind: 'for' | 'select'}): Doing {
	const words = yield * loopWords(shell, command);
	return yield * loop(shell, function * () {
		let status = 0;
		for (const word of words) {
			shell.line = command.line;
			yield step;
			yield * handleSignals(shell);
			if (shell.flow !== undefined || !(yield * setLoopVariable(shell, command.name, word))) {
				return shell.flow === undefined ? 1 : shell.status;
			}

			yield * trace(shell, `for ${command.name} in ${(command.words ?? []).map(source => source.text).join(' ')}`.trimEnd());
			status = yield * shell.engine.runList(shell, command.body);
			if (!goesOn(shell)) {
				return status;
			}
		}

		return status;
	});
}

function * runArithmeticFor(shell: Shell, command: CompoundCommand & {readonly kind: 'arithmetic-for'}): Doing {
	const evaluate = function * (text: string): Doing<bigint | undefined> {
		yield step;
		yield * trace(shell, `(( ${text} ))`);
		return yield * tryArithmetic(shell, text, '((');
	};

	return yield * loop(shell, function * () {
		let status = 0;
		if (command.initialize !== '' && (yield * evaluate(command.initialize)) === undefined) {
			return 1;
		}

		for (;;) {
			yield * handleSignals(shell);
			const tested = command.test === '' ? 1n : yield * evaluate(command.test);
			if (tested === undefined || tested === 0n || shell.flow !== undefined) {
				return tested === undefined ? 1 : status;
			}

			status = yield * shell.engine.runList(shell, command.body);
			if (!goesOn(shell)) {
				return status;
			}

			if (command.update !== '' && (yield * evaluate(command.update)) === undefined) {
				return 1;
			}
		}
	});
}

function * runCase(shell: Shell, command: CompoundCommand & {readonly kind: 'case'}): Doing {
	shell.line = command.line;
	yield step;
	const value = yield * expandText(shell, command.word);
	yield * trace(shell, `case ${traceWords([value])} in`);
	let status = 0;
	let fallsThrough = false;
	for (const item of command.items) {
		if (!fallsThrough && !(yield * matchesAny(shell, item.patterns.map(pattern => pattern.text), value))) {
			continue;
		}

		status = item.body.length === 0 ? 0 : yield * shell.engine.runList(shell, item.body);
		if (item.terminator === ';;' || shell.flow !== undefined) {
			return status;
		}

		fallsThrough = item.terminator === ';&';
	}

	return status;
}

function * matchesAny(shell: Shell, patterns: readonly string[], value: string): Doing<boolean> {
	for (const text of patterns) {
		const pattern = yield * expandPattern(shell, {text});
		if (matches(compilePattern(pattern, {extended: shell.hasShopt('extglob'), ignoreCase: shell.hasShopt('nocasematch')}), value)) {
			return true;
		}
	}

	return false;
}

/** `select`: a menu on standard error, an answer from standard input. */
function * runSelect(shell: Shell, command: CompoundCommand & {readonly kind: 'for' | 'select'}): Doing {
	const words = yield * loopWords(shell, command);
	return yield * loop(shell, function * () {
		let status = 0;
		for (let showsMenu = words.length > 0; words.length > 0;) {
			yield * writeText(shell, 2, `${showsMenu ? menu(shell, words) : ''}${shell.variables.get('PS3') ?? '#? '}`);
			const line = yield * readLine(shell, 0);
			if (line === undefined || failed(line)) {
				yield * writeText(shell, 1, '\n');
				return 1;
			}

			const answer = line.trim();
			shell.variables.set('REPLY', line);
			showsMenu = answer === '';
			if (showsMenu) {
				continue;
			}

			shell.variables.set(command.name, /^\d+$/v.test(answer) ? words[Number(answer) - 1] ?? '' : '');
			status = yield * shell.engine.runList(shell, command.body);
			if (!goesOn(shell)) {
				return status;
			}
		}

		return status;
	});
}

/** Numbered words in columns that fit COLUMNS, filled downwards, as bash's print_select_list does. */
function menu(shell: Shell, words: readonly string[]): string {
	const columns = Number(shell.variables.get('COLUMNS') ?? '80') || 80;
	const indexWidth = String(words.length).length;
	const longest = Math.max(...words.map(word => word.length)) + indexWidth + 2;
	const width = longest + 2;
	const perRow = Math.max(1, Math.floor(columns / width));
	const rows = words.length <= perRow && words.length > 1 ? words.length : Math.ceil(words.length / perRow);
	const actualRows = rows === words.length && Math.ceil(words.length / perRow) === 1 ? words.length : rows;
	const lines: string[] = [];
	for (let row = 0; row < actualRows; row++) {
		let line = '';
		for (let index = row; index < words.length; index += actualRows) {
			const cell = `${String(index + 1).padStart(indexWidth)}) ${words[index]!}`;
			line += index + actualRows < words.length ? cell.padEnd(width) : cell;
		}

		lines.push(`${line}\n`);
	}

	return lines.join('');
}
