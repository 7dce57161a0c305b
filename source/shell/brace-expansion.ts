// Brace expansion: `a{b,c}d` and `{1..9..2}`. It comes before every other expansion and is purely textual, so it works on the
// raw word; quotes and `${` are only looked at to be passed over. Source: bash manual 3.5.1.

import {skipQuoted} from './scan.js';

/** More words than this are refused. */
export const braceResultsMax = 10_000;

/** The words a raw word becomes; undefined if there would be too many. */
export function expandBraces(text: string): readonly string[] | undefined {
	if (!text.includes('{')) {
		return [text];
	}

	return expand(text, 0);
}

function expand(text: string, depth: number): readonly string[] | undefined {
	const brace = findBrace(text);
	if (brace === undefined || depth > 100) {
		return [text];
	}

	const before = text.slice(0, brace.open);
	const middles = brace.parts === undefined ? brace.sequence : expandAll(brace.parts, depth + 1);
	const afters = expand(text.slice(brace.close + 1), depth + 1);
	if (middles === undefined || afters === undefined || middles.length * afters.length > braceResultsMax) {
		return undefined;
	}

	return middles.flatMap(middle => afters.map(after => before + middle + after));
}

function expandAll(parts: readonly string[], depth: number): readonly string[] | undefined {
	const words: string[] = [];
	for (const part of parts) {
		const expanded = expand(part, depth);
		if (expanded === undefined || words.length + expanded.length > braceResultsMax) {
			return undefined;
		}

		words.push(...expanded);
	}

	return words;
}

type Brace = {readonly open: number; readonly close: number} & (
	| {readonly parts: readonly string[]; readonly sequence?: undefined}
	| {readonly parts?: undefined; readonly sequence: readonly string[] | undefined}
);

/** The first brace that is a list or a sequence. */
function findBrace(text: string): Brace | undefined {
	for (let at = 0; at < text.length;) {
		if (text[at] === '{' && text[at + 1] !== '}') {
			const brace = braceAt(text, at);
			if (brace !== undefined) {
				return brace;
			}

			at++;
		} else {
			at = skipQuoted(text, at) ?? at + 1;
		}
	}

	return undefined;
}

function braceAt(text: string, open: number): Brace | undefined {
	const commas: number[] = [];
	let depth = 0;
	for (let at = open; at < text.length;) {
		const character = text[at]!;
		if (character === '{') {
			depth++;
			at++;
		} else if (character === '}') {
			if (--depth === 0) {
				return braceBetween(text, {open, close: at}, commas);
			}

			at++;
		} else if (character === ',' && depth === 1) {
			commas.push(at++);
		} else {
			at = skipQuoted(text, at) ?? at + 1;
		}
	}

	return undefined;
}

function braceBetween(text: string, {open, close}: {readonly open: number; readonly close: number}, commas: readonly number[]): Brace | undefined {
	if (commas.length > 0) {
		const cuts = [open, ...commas, close];
		return {open, close, parts: cuts.slice(1).map((end, index) => text.slice(cuts[index]! + 1, end))};
	}

	const inner = /^(?<from>-?\d{1,18}|[A-Za-z])\.\.(?<to>-?\d{1,18}|[A-Za-z])(?:\.\.(?<step>-?\d{1,18}))?$/v.exec(text.slice(open + 1, close))?.groups;
	if (inner === undefined || isLetter(inner['from']!) !== isLetter(inner['to']!)) {
		return undefined;
	}

	return {open, close, sequence: sequence(inner['from']!, inner['to']!, inner['step'])};
}

function isLetter(text: string): boolean {
	return /^[A-Za-z]$/v.test(text);
}

function sequence(fromText: string, toText: string, stepText: string | undefined): readonly string[] | undefined {
	const letters = isLetter(fromText);
	const from = letters ? BigInt(fromText.codePointAt(0)!) : BigInt(fromText);
	const to = letters ? BigInt(toText.codePointAt(0)!) : BigInt(toText);
	const size = BigInt(stepText ?? '1');
	const step = size === 0n ? 1n : (size < 0n ? -size : size);
	const distance = to > from ? to - from : from - to;
	if (distance / step >= BigInt(braceResultsMax)) {
		return undefined;
	}

	const width = letters ? 0 : paddedWidth(fromText, toText);
	const words: string[] = [];
	for (let offset = 0n; offset <= distance; offset += step) {
		const value = to > from ? from + offset : from - offset;
		words.push(letters ? String.fromCodePoint(Number(value)) : padded(value, width));
	}

	return words;
}

/** A leading zero in either end makes all numbers equally wide. */
function paddedWidth(from: string, to: string): number {
	return /^-?0\d/v.test(from) || /^-?0\d/v.test(to) ? Math.max(from.length, to.length) : 0;
}

function padded(value: bigint, width: number): string {
	return value < 0n ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
}
