// What `${name...}` does to a value, once its operands are expanded: pure functions on text.

import {compilePattern, findMatches, matches, matchPrefix, matchSuffix} from './pattern.js';
import type {PatternOptions} from './pattern.js';
import type {ParameterOperation} from './parameter-syntax.js';
import {quoteSingle, unescapeAnsi} from './quote.js';

export function removePart(value: string, operation: ParameterOperation & {readonly kind: 'remove'}, pattern: string, options: PatternOptions): string {
	const compiled = compilePattern(pattern, options);
	const characters = [...value];
	if (operation.fromStart) {
		return characters.slice(matchPrefix(compiled, value, operation.longest) ?? 0).join('');
	}

	const length = matchSuffix(compiled, value, operation.longest) ?? 0;
	return characters.slice(0, characters.length - length).join('');
}

/** `replacement` gives the text for what was matched (where `&` stands for it). */
export function replacePart(value: string, {where, pattern, replacement, options}: {
	readonly where: 'first' | 'all' | 'start' | 'end'; readonly pattern: string; readonly replacement: (match: string) => string; readonly options: PatternOptions;
}): string {
	if (pattern === '' && (where === 'first' || where === 'all')) {
		return value;
	}

	const compiled = compilePattern(pattern, options);
	const characters = [...value];
	const text = (from: number, to: number): string => characters.slice(from, to).join('');
	if (where === 'start' || where === 'end') {
		const length = where === 'start' ? matchPrefix(compiled, value, true) : matchSuffix(compiled, value, true);
		if (length === undefined) {
			return value;
		}

		const cut = characters.length - length;
		return where === 'start' ? replacement(text(0, length)) + text(length, characters.length) : text(0, cut) + replacement(text(cut, characters.length));
	}

	let result = '';
	let at = 0;
	for (const {from, to} of findMatches(compiled, value, where === 'all')) {
		result += text(at, from) + replacement(text(from, to));
		at = to;
	}

	return result + text(at, characters.length);
}

export function changeCase(value: string, operation: ParameterOperation & {readonly kind: 'case'}, pattern: string, options: PatternOptions): string {
	const compiled = compilePattern(pattern === '' ? '?' : pattern, options);
	return Array.from(value, (character, index) => (operation.all || index === 0) && matches(compiled, character)
		? (operation.upper ? character.toUpperCase() : character.toLowerCase())
		: character).join('');
}

/** Offset and length as of `${value:offset:length}`; undefined if the length reaches back before the offset. */
export function sliceRange(size: number, offset: bigint, length: bigint | undefined): {readonly from: number; readonly to: number} | undefined {
	const start = offset < 0n ? offset + BigInt(size) : offset;
	if (start < 0n || start > BigInt(size)) {
		return {from: 0, to: 0};
	}

	if (length === undefined) {
		return {from: Number(start), to: size};
	}

	const end = length < 0n ? BigInt(size) + length : start + length;
	return end < start ? undefined : {from: Number(start), to: end > BigInt(size) ? size : Number(end)};
}

/** The transformations of `${value@X}` that need nothing but the value. */
export function transformValue(value: string, letter: string): string {
	switch (letter) {
		case 'Q': {
			return quoteSingle(value);
		}

		case 'E': {
			return unescapeAnsi(value, 'quote').text;
		}

		case 'U': {
			return value.toUpperCase();
		}

		case 'u': {
			const [first = '', ...rest] = value;
			return first.toUpperCase() + rest.join('');
		}

		case 'L': {
			return value.toLowerCase();
		}

		default: {
			return value;
		}
	}
}
