// Multi-line macros: `%macro name 1-2+ default` (NASM manual, 4.3). A macro does not expand inside its own expansion.

import {lexLine} from './lexer.js';
import {joinWithCommas, unbrace} from './single-line-macro.js';
import {isSymbol} from './token.js';
import type {Token} from './token.js';

export type SourceLine = {
	readonly tokens: readonly Token[];
	readonly line: number;
	/** A quote that is never closed. */
	readonly openQuote?: {readonly quote: string; readonly column: number};
};

export type MultiLineMacro = {
	readonly name: string;
	readonly caseless: boolean;
	readonly minimum: number;
	/** Infinity for `*`. */
	readonly maximum: number;
	readonly greedy: boolean;
	readonly defaults: ReadonlyArray<readonly Token[]>;
	readonly body: readonly SourceLine[];
	readonly file: string;
};

export type MacroHeader = Pick<MultiLineMacro, 'name' | 'caseless' | 'minimum' | 'maximum' | 'greedy' | 'defaults'>;

/** One expansion of a macro: what `%1`, `%0` and `%%label` mean in it. */
export type MacroCall = {
	readonly macro: MultiLineMacro;
	readonly parameters: ReadonlyArray<readonly Token[]>;
	/** The label before the call: `%00`. */
	readonly label: Token | undefined;
	/** The name as it was written: `%?`. */
	readonly name: Token;
	/** Makes the local labels of this expansion its own. */
	readonly number: number;
	/** How far `%rotate` has turned the parameters. */
	rotation: number;
};

/** Reads what stands after `%macro`; text if it is wrong. */
export function parseMacroHeader(directive: string, tokens: readonly Token[]): MacroHeader | string {
	const [name, ...rest] = tokens;
	if (name === undefined || (name.kind !== 'name' && name.kind !== 'symbol')) {
		return `\`${directive}' expects a macro name`;
	}

	const first = rest.shift();
	if (first?.kind !== 'number') {
		return first?.kind === 'name' ? `unable to parse parameter count \`${first.text}'` : `\`${directive}' expects a parameter count`;
	}

	const minimum = Number.parseInt(first.text, 10);
	let maximum = minimum;
	if (isSymbol(rest[0], '-')) {
		rest.shift();
		const last = rest.shift();
		if (!isSymbol(last, '*') && last?.kind !== 'number') {
			return `\`${directive}' expects a parameter count after \`-'`;
		}

		maximum = last!.kind === 'number' ? Number.parseInt(last!.text, 10) : Number.POSITIVE_INFINITY;
		if (minimum > maximum) {
			return 'minimum parameter count exceeds maximum';
		}
	}

	const greedy = isSymbol(rest[0], '+');
	const after = rest.slice(greedy ? 1 : 0);
	const options = after[0]?.text.toLowerCase() === '.nolist' ? after.slice(1) : after;
	return {name: name.text, caseless: directive.startsWith('%i'), minimum, maximum, greedy, defaults: splitParameters(options)};
}

/** The parameters of a call, split at commas outside braces. */
export function splitParameters(tokens: readonly Token[]): ReadonlyArray<readonly Token[]> {
	if (tokens.length === 0) {
		return [];
	}

	const list: Token[][] = [[]];
	let braces = 0;
	for (const token of tokens) {
		const symbol = token.kind === 'symbol' ? token.text : '';
		braces += symbol === '{' ? 1 : (symbol === '}' ? -1 : 0);
		if (symbol === ',' && braces <= 0) {
			list.push([]);
		} else {
			list.at(-1)!.push(token);
		}
	}

	return list.map(unbrace);
}

export function takesParameters(macro: MacroHeader, count: number): boolean {
	return count >= macro.minimum && (macro.greedy || count <= macro.maximum);
}

/** The parameters as `macro` takes them: those that are missing have their defaults, the rest of a greedy one is together. */
export function fitParameters(macro: MacroHeader, written: ReadonlyArray<readonly Token[]>): ReadonlyArray<readonly Token[]> {
	if (written.length > macro.maximum) {
		const last = macro.maximum - 1;
		return last < 0 ? [] : [...written.slice(0, last), joinWithCommas(written.slice(last))];
	}

	return [...written, ...macro.defaults.slice(Math.max(0, written.length - macro.minimum))];
}

export type ParameterProblem = (message: string, column: number) => void;

/** Replaces `%1`, `%0`, `%%label` and their like, and joins what touches them into one token. */
export function substituteParameters(tokens: readonly Token[], call: MacroCall, problem: ParameterProblem): readonly Token[] {
	const output: Token[] = [];
	// Whether the last token came from a parameter and the next one may grow onto it.
	let open = false;
	for (const token of tokens) {
		const replacement = token.kind === 'percent' ? parameterTokens(token, call, problem) : undefined;
		const pieces = replacement ?? [token];
		const joins = !token.space && (open || replacement !== undefined);
		pieces.forEach((piece, index) => {
			const placed = index === 0 ? {...piece, space: token.space} : piece;
			const before = output.at(-1);
			if (index === 0 && joins && before !== undefined && canJoin(before, placed)) {
				output.pop();
				output.push(...lexLine(before.text + placed.text).tokens.map(joined => ({...joined, column: before.column, space: before.space})));
			} else {
				output.push(placed);
			}
		});
		open = replacement !== undefined;
	}

	return output;
}

function canJoin(left: Token, right: Token): boolean {
	return (left.kind === 'name' || left.kind === 'number' || (left.kind === 'percent' && !left.text.endsWith(']'))) && (right.kind === 'name' || right.kind === 'number');
}

function parameterTokens(token: Token, call: MacroCall, problem: ParameterProblem): readonly Token[] | undefined {
	const text = token.text.startsWith('%{') ? token.text.slice(2, -1) : token.text.slice(1);
	if (text.startsWith('%')) {
		return [{...token, kind: 'name', text: `..@${call.number}.${text.slice(1)}`}];
	}

	if (text === '?' || text === '??') {
		return [{...token, kind: 'name', text: text === '?' ? call.name.text : call.macro.name}];
	}

	if (text === '00') {
		return call.label === undefined ? [] : [call.label];
	}

	if (/^\d+$/v.test(text)) {
		const index = Number.parseInt(text, 10);
		return index === 0 ? [{...token, kind: 'number', text: String(call.parameters.length)}] : parameter(call, index);
	}

	if (/^[+\-]\d+$/v.test(text)) {
		return conditionCode(token, text.startsWith('-'), parameter(call, Number.parseInt(text.slice(1), 10)), problem);
	}

	const range = token.text.startsWith('%{') ? /^(-?\d+):(-?\d+)$/v.exec(text) : null;
	return range === null ? undefined : parameterRange(token, call, Number(range[1]), Number(range[2]), problem);
}

function parameter(call: MacroCall, index: number): readonly Token[] {
	const count = call.parameters.length;
	return index < 1 || index > count ? [] : call.parameters[(index - 1 + call.rotation) % count]!;
}

/** `%{2:4}`: several parameters with commas between; negative numbers count from the end. */
function parameterRange(token: Token, call: MacroCall, first: number, last: number, problem: ParameterProblem): readonly Token[] {
	const count = call.parameters.length;
	const from = first < 0 ? count + first + 1 : first;
	const to = last < 0 ? count + last + 1 : last;
	if (from < 1 || to < 1 || from > count || to > count) {
		problem(`\`${token.text}': macro parameters out of range`, token.column);
		return [];
	}

	const step = from <= to ? 1 : -1;
	return joinWithCommas(Array.from({length: Math.abs(to - from) + 1}, (_, index) => parameter(call, from + step * index)));
}

const conditionCodes = 'o no b ae e ne be a s ns p np l ge le g'.split(' ');
const conditionAliases: Readonly<Record<string, string>> = {c: 'b', nae: 'b', nb: 'ae', nc: 'ae', z: 'e', nz: 'ne', na: 'be', nbe: 'a', pe: 'p', po: 'np', nge: 'l', nl: 'ge', ng: 'le', nle: 'g'};

/** The number of a condition code (Intel SDM vol. 2, B.1.4.7). */
export function conditionNumber(code: string): number | undefined {
	const index = conditionCodes.indexOf(conditionAliases[code] ?? code);
	return index === -1 ? undefined : index;
}

export const conditionNames: readonly string[] = [...conditionCodes, ...Object.keys(conditionAliases)];

/** `j%-1`: the opposite condition. */
function conditionCode(token: Token, inverted: boolean, tokens: readonly Token[], problem: ParameterProblem): readonly Token[] {
	const text = tokens.length === 1 ? tokens[0]!.text.toLowerCase() : '';
	const number = conditionNumber(text);
	if (number === undefined) {
		problem(`macro parameter \`${token.text.slice(1)}' is not a condition code`, token.column);
		return [];
	}

	return [{...tokens[0]!, text: inverted ? conditionCodes[number ^ 1]! : text}];
}
