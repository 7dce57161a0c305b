// Takes `${...}` apart. Source: bash manual 3.5.3.

import {closingBracket, skipQuoted} from './scan.js';

export type ParameterOperation =
	| {readonly kind: 'default'; readonly operator: '-' | '=' | '+' | '?'; /** `:-` and its kin also act on an empty value. */ readonly orEmpty: boolean; readonly operand: string}
	| {readonly kind: 'remove'; readonly fromStart: boolean; readonly longest: boolean; readonly pattern: string}
	| {readonly kind: 'replace'; readonly where: 'first' | 'all' | 'start' | 'end'; readonly pattern: string; readonly replacement: string}
	| {readonly kind: 'slice'; readonly offset: string; readonly length: string | undefined}
	| {readonly kind: 'case'; readonly upper: boolean; readonly all: boolean; readonly pattern: string}
	| {readonly kind: 'transform'; readonly letter: string}
	/** `${!prefix*}`: names that begin so. */
	| {readonly kind: 'names'; readonly separate: boolean};

export type Parameter = {
	readonly name: string;
	readonly subscript: string | undefined;
	/** `${#name}` */
	readonly isLength: boolean;
	/** `${!name}` */
	readonly isIndirect: boolean;
	readonly operation: ParameterOperation | undefined;
};

const cache = new Map<string, Parameter | 'bad'>();
const cacheMax = 2000;

/** `'bad'` for what a shell calls a bad substitution. */
export function parseParameter(source: string): Parameter | 'bad' {
	let parameter = cache.get(source);
	if (parameter === undefined) {
		parameter = read(source);
		if (cache.size >= cacheMax) {
			cache.clear();
		}

		cache.set(source, parameter);
	}

	return parameter;
}

function read(source: string): Parameter | 'bad' {
	if (source.startsWith('#') && source.length > 1) {
		const reference = readReference(source, 1);
		if (reference !== undefined && reference.end === source.length) {
			return {name: reference.name, subscript: reference.subscript, isLength: true, isIndirect: false, operation: undefined};
		}
	}

	const isIndirect = source.startsWith('!') && /^!(?:\w|[@*#?\-])/v.test(source);
	const reference = readReference(source, isIndirect ? 1 : 0);
	if (reference === undefined) {
		return 'bad';
	}

	const {name, subscript} = reference;
	const rest = source.slice(reference.end);
	const isNames = isIndirect && subscript === undefined && (rest === '*' || rest === '@') && /^[A-Z_a-z]/v.test(name);
	const operation = isNames ? {kind: 'names' as const, separate: rest === '@'} : readOperation(rest);
	return operation === 'bad' ? 'bad' : {name, subscript, isLength: false, isIndirect, operation};
}

function readReference(source: string, from: number): {readonly name: string; readonly subscript: string | undefined; readonly end: number} | undefined {
	const name = /^(?:[A-Z_a-z]\w*|\d+|[@*#?$!\-])/v.exec(source.slice(from))?.[0];
	if (name === undefined) {
		return undefined;
	}

	const end = from + name.length;
	if (source[end] !== '[' || !/^[A-Z_a-z]/v.test(name)) {
		return {name, subscript: undefined, end};
	}

	const close = closingBracket(source, end);
	return close === -1 ? undefined : {name, subscript: source.slice(end + 1, close), end: close + 1};
}

function readOperation(rest: string): ParameterOperation | 'bad' | undefined {
	const first = rest[0];
	const doubled = rest[1] === first;
	switch (first) {
		case undefined: {
			return undefined;
		}

		case '-':
		case '=':
		case '+':
		case '?': {
			return {kind: 'default', operator: first, orEmpty: false, operand: rest.slice(1)};
		}

		case ':': {
			const operator = rest[1];
			return operator === '-' || operator === '=' || operator === '+' || operator === '?'
				? {kind: 'default', operator, orEmpty: true, operand: rest.slice(2)}
				: readSlice(rest.slice(1));
		}

		case '#':
		case '%': {
			return {kind: 'remove', fromStart: first === '#', longest: doubled, pattern: rest.slice(doubled ? 2 : 1)};
		}

		case '/': {
			return readReplace(rest.slice(1));
		}

		case '^':
		case ',': {
			return {kind: 'case', upper: first === '^', all: doubled, pattern: rest.slice(doubled ? 2 : 1)};
		}

		case '@': {
			return /^@[QEPAKakUuL]$/v.test(rest) ? {kind: 'transform', letter: rest[1]!} : 'bad';
		}

		default: {
			return 'bad';
		}
	}
}

function readReplace(text: string): ParameterOperation {
	const where = text.startsWith('/') ? 'all' : (text.startsWith('#') ? 'start' : (text.startsWith('%') ? 'end' : 'first'));
	const body = where === 'first' ? text : text.slice(1);
	const slash = indexOfPlain(body, character => character === '/');
	return {
		kind: 'replace', where,
		pattern: slash === -1 ? body : body.slice(0, slash),
		replacement: slash === -1 ? '' : body.slice(slash + 1),
	};
}

function readSlice(text: string): ParameterOperation {
	let ternaries = 0;
	let depth = 0;
	const colon = indexOfPlain(text, character => {
		depth += character === '(' ? 1 : (character === ')' ? -1 : 0);
		if (depth > 0) {
			return false;
		}

		ternaries += character === '?' ? 1 : 0;
		return character === ':' && ternaries-- === 0;
	});
	return {kind: 'slice', offset: colon === -1 ? text : text.slice(0, colon), length: colon === -1 ? undefined : text.slice(colon + 1)};
}

/** The first character outside of quotes and substitutions that the test accepts, or -1. */
function indexOfPlain(text: string, test: (character: string) => boolean): number {
	for (let at = 0; at < text.length;) {
		const after = skipQuoted(text, at);
		if (after !== undefined) {
			at = after;
		} else if (test(text[at]!)) {
			return at;
		} else {
			at++;
		}
	}

	return -1;
}
