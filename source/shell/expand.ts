// Word expansion, in bash's order: braces, tilde, parameters and substitutions and arithmetic from left to right, splitting by IFS,
// pathnames, removal of quotes. Source: bash manual 3.5.

import {evaluateArithmetic} from './arithmetic.js';
import type {ArithmeticVariables} from './arithmetic.js';
import {expandBraces} from './brace-expansion.js';
import {evaluateSubscript, expandParameter, isArithmeticError} from './expand-parameter.js';
import type {Expander} from './expand-parameter.js';
import {fieldPattern, fieldText, joinSegments, plain, splitFields, splitting} from './field.js';
import type {Field, Segment} from './field.js';
import {expandPath} from './glob.js';
import {parameterValue} from './parameter-value.js';
import {escapePattern, isPattern} from './pattern.js';
import {passwdEntry} from './prompt.js';
import {Abandoned, abandon, complain} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {substituteCommand, substituteProcess, wordBytesMax} from './substitution.js';
import type {Word} from './syntax.js';
import {partsOf, scanWord} from './word.js';
import type {WordMode, WordPart} from './word.js';

/** More words than this in one command are refused, as the kernel refuses an argument list that is too long. */
const wordsMax = 100_000;

export function * expandWords(shell: Shell, words: readonly Word[]): Doing<string[]> {
	const results: string[] = [];
	for (const word of words) {
		yield * expandWordInto(shell, word, results);
		if (results.length > wordsMax) {
			return yield * abandon(shell, 'Argument list too long');
		}
	}

	return results;
}

function hasAnsiQuotes(shell: Shell): boolean {
	return shell.personality.kind !== 'dash';
}

const plainWord = /^[\w.\/,:@%+\-]+$/v;

function * expandWordInto(shell: Shell, word: Word, results: string[]): Doing<void> {
	if (plainWord.test(word.text)) {
		results.push(word.text);
		return;
	}

	for (const raw of yield * braces(shell, word)) {
		const segments = yield * expandParts(shell, partsOf(raw, 'word', hasAnsiQuotes(shell)));
		for (const field of splitFields(segments, shell.variables.get('IFS') ?? ' \t\n')) {
			yield * expandField(shell, field, results);
		}
	}
}

const braceCache = new WeakMap<Word, readonly Word[]>();

function * braces(shell: Shell, word: Word): Doing<readonly Word[]> {
	if (!word.text.includes('{') || !shell.personality.hasBashSyntax || !shell.isSet('braceexpand')) {
		return [word];
	}

	let expanded = braceCache.get(word);
	if (expanded === undefined) {
		const texts = expandBraces(word.text);
		if (texts === undefined) {
			return yield * abandon(shell, `brace expansion: cannot allocate memory for more than 10000 words`);
		}

		expanded = texts.map(text => ({text}));
		braceCache.set(word, expanded);
	}

	return expanded;
}

function * expandField(shell: Shell, field: Field, results: string[]): Doing<void> {
	const extended = shell.hasShopt('extglob');
	const mayMatch = !shell.isSet('noglob') && field.some(segment => !segment.quoted && /[*?\[\(]/v.test(segment.text));
	const pattern = mayMatch ? fieldPattern(field) : '';
	if (!mayMatch || !isPattern(pattern, {extended})) {
		results.push(fieldText(field));
		return;
	}

	const paths = yield * expandPath(shell, pattern);
	if (paths === undefined) {
		yield * abandon(shell, `${fieldText(field)}: pathname expansion gives more than 20000 names`);
	} else if (paths.length > 0) {
		results.push(...paths);
	} else if (shell.hasShopt('failglob')) {
		yield * abandon(shell, `no match: ${fieldText(field)}`);
	} else if (!shell.hasShopt('nullglob')) {
		results.push(fieldText(field));
	}
}

/** A word where nothing is split or matched: the right side of an assignment, the word of `case`, a here-string. */
export function * expandText(shell: Shell, word: Word, mode: WordMode = 'word'): Doing<string> {
	if (mode !== 'here-document' && plainWord.test(word.text)) {
		return word.text;
	}

	return joinSegments(yield * expandParts(shell, partsOf(word, mode, hasAnsiQuotes(shell))));
}

/** A word as a pattern, in which quoted text is plain. */
export function * expandPattern(shell: Shell, word: Word): Doing<string> {
	return patternOf(yield * expandParts(shell, partsOf(word, 'word', hasAnsiQuotes(shell))));
}

/** A word as a regular expression, in which quoted text is plain. */
export function * expandRegularExpression(shell: Shell, word: Word): Doing<string> {
	const segments = yield * expandParts(shell, partsOf(word, 'word', hasAnsiQuotes(shell)));
	return segments.map(segment => segment.joiner ?? (segment.quoted ? segment.text.replace(/[.\[\]\{\}\(\)\\*+?\|\^$]/gv, String.raw`\$&`) : segment.text)).join('');
}

function patternOf(segments: readonly Segment[]): string {
	return segments.map(segment => segment.joiner ?? (segment.quoted ? escapePattern(segment.text) : segment.text)).join('');
}

function * expandParts(shell: Shell, parts: readonly WordPart[]): Doing<readonly Segment[]> {
	const segments: Segment[] = [];
	let size = 0;
	for (const part of parts) {
		if (part.kind === 'text') {
			segments.push(plain(part.value, part.quoted));
		} else {
			segments.push(...yield * expandPart(shell, part));
		}

		size = segments.length < 2 ? segments[0]?.text.length ?? 0 : size + segments.at(-1)!.text.length;
		if (size > wordBytesMax) {
			return yield * abandon(shell, `word is longer than ${wordBytesMax} characters`);
		}
	}

	return segments;
}

function * expandPart(shell: Shell, part: WordPart): Doing<readonly Segment[]> {
	switch (part.kind) {
		case 'text': {
			return [plain(part.value, part.quoted)];
		}

		case 'tilde': {
			return [plain(expandTilde(shell, part.user), true)];
		}

		case 'parameter': {
			return yield * expandParameter({shell, expander, quoted: part.quoted, source: part.source});
		}

		case 'command': {
			const text = yield * substituteCommand(shell, part.source);
			return [part.quoted ? plain(text, true) : splitting(text)];
		}

		case 'arithmetic': {
			const text = String(yield * expandArithmetic(shell, part.source));
			return [part.quoted ? plain(text, true) : splitting(text)];
		}

		case 'process': {
			return [plain(yield * substituteProcess(shell, part.direction, part.source), true)];
		}
	}
}

function expandTilde(shell: Shell, user: string): string {
	if (user === '') {
		const {uid} = shell.process.sys.credentials();
		return shell.variables.get('HOME') ?? passwdEntry(shell, fields => fields[2] === String(uid))?.[5] ?? '/';
	}

	if (user === '+' || user === '-') {
		return shell.variables.get(user === '+' ? 'PWD' : 'OLDPWD') ?? `~${user}`;
	}

	return passwdEntry(shell, fields => fields[0] === user)?.[5] ?? `~${user}`;
}

const expander: Expander = {
	* segments(shell, text, quoted) {
		const segments = yield * expandParts(shell, scanWord(text, quoted ? 'quoted' : 'word', hasAnsiQuotes(shell)));
		// Unquoted literal text of an operand is split, as the result of an expansion is.
		return quoted ? segments.map(segment => segment.joiner === undefined ? {...segment, quoted: true, splits: false} : segment) : segments.map(segment => segment.quoted || segment.joiner !== undefined ? segment : splitting(segment.text));
	},
	* text(shell, text) {
		return joinSegments(yield * expandParts(shell, scanWord(text, 'word', hasAnsiQuotes(shell))));
	},
	* pattern(shell, text) {
		return patternOf(yield * expandParts(shell, scanWord(text, 'word', hasAnsiQuotes(shell))));
	},
	arithmetic: expandArithmetic,
};

/** The value of a subscript of an assignment: a number or a key. */
export function subscriptValue(shell: Shell, name: string, subscript: string | undefined): Doing<string | undefined> {
	return evaluateSubscript(shell, {name, subscript}, expander);
}

/** Expands the text as if in double quotes, then evaluates it. An error gives up the command line. */
export function * expandArithmetic(shell: Shell, source: string): Doing<bigint> {
	const result = yield * tryArithmetic(shell, source);
	if (result === undefined) {
		throw new Abandoned(shell.personality.kind === 'bash' ? 1 : 2, shell.personality.kind !== 'bash');
	}

	return result;
}

/** The same for `(( ))` and `let`, where an error, already printed, is only a failure: undefined. */
export function * tryArithmetic(shell: Shell, source: string, command?: string): Doing<bigint | undefined> {
	const text = /[$`"\\]/v.test(source) ? joinSegments(yield * expandParts(shell, scanWord(source, 'quoted', hasAnsiQuotes(shell)))) : source;
	try {
		return evaluateArithmetic(text, arithmeticVariables(shell));
	} catch (error) {
		if (isArithmeticError(error)) {
			yield * complain(shell, arithmeticMessage(shell, error, command));
			return undefined;
		}

		if (error instanceof Refusal) {
			return yield * abandon(shell, error.message, {isFatal: error.isFatal});
		}

		throw error;
	}
}

function arithmeticMessage(shell: Shell, error: {readonly message: string; readonly kind: string; readonly expression: string}, command: string | undefined): string {
	switch (shell.personality.kind) {
		case 'bash': {
			return `${command === undefined ? '' : `${command}: `}${error.message}`;
		}

		case 'dash': {
			const problem = error.kind === 'division' ? 'division by zero' : (error.kind === 'operand' ? 'expecting primary' : 'expecting EOF');
			return `arithmetic expression: ${problem}: "${error.expression}"`;
		}

		case 'busybox': {
			return error.kind === 'division' ? 'divide by zero' : 'arithmetic syntax error';
		}
	}
}

class Refusal extends Error {
	readonly isFatal: boolean;

	constructor(message: string, isFatal: boolean) {
		super(message);
		this.isFatal = isFatal;
	}
}

/** Variables as expressions see them. Subscripts in expressions were expanded with the expression. */
function arithmeticVariables(shell: Shell): ArithmeticVariables {
	const subscriptOf = (name: string, subscript: string): string => shell.variables.find(name)?.kind === 'associative'
		? subscript.replace(/^(?<quote>['"])(?<key>.*)\k<quote>$/v, '$<key>')
		: String(evaluateArithmetic(subscript, variables, 1));
	const variables: ArithmeticVariables = {
		get(name, subscript) {
			const value = parameterValue(shell, name, subscript === undefined ? undefined : subscriptOf(name, subscript));
			if (value.kind === 'scalar' && value.value === undefined && shell.isSet('nounset')) {
				throw new Refusal(shell.personality.kind === 'bash' ? `${name}: unbound variable` : `${name}: parameter not set`, true);
			}

			return value.kind === 'scalar' ? value.value ?? '' : value.values.join(' ');
		},
		set(name, subscript, value) {
			const failure = subscript === undefined
				? shell.variables.set(name, String(value))
				: shell.variables.setElement(name, subscriptOf(name, subscript), String(value));
			if (failure !== undefined) {
				throw new Refusal(`${name}: ${failure === 'readonly' ? 'readonly variable' : 'bad array subscript'}`, false);
			}
		},
	};
	return variables;
}
