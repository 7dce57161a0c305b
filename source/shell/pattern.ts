// Shell patterns: `*`, `?`, `[...]` and, where enabled, `?(a|b)`, `*(...)`, `+(...)`, `@(...)`, `!(...)`. A backslash makes the
// next character plain. Source: POSIX 2.14, bash manual 3.5.8.1.
//
// Matching follows all possibilities at once: from a set of positions, one pattern element leads to a set of positions. So the cost
// is bounded by length times length, whatever the pattern, where a backtracking matcher can take exponential time.

/** Thrown when a match would take more work than this many positions. */
export class PatternLimit extends RangeError {
	override readonly message = 'pattern matching: too much work';
}

const workMax = 5_000_000;

type Element =
	| {readonly kind: 'literal'; readonly character: string}
	| {readonly kind: 'any'}
	| {readonly kind: 'star'}
	| {readonly kind: 'bracket'; readonly negated: boolean; readonly items: readonly BracketItem[]}
	| {readonly kind: 'group'; readonly operator: string; readonly alternatives: readonly (readonly Element[])[]};

type BracketItem =
	| {readonly kind: 'range'; readonly from: number; readonly to: number}
	| {readonly kind: 'class'; readonly name: string};

export type Pattern = {readonly elements: readonly Element[]; readonly ignoreCase: boolean};

export type PatternOptions = {readonly extended?: boolean; readonly ignoreCase?: boolean};

export function compilePattern(text: string, {extended = false, ignoreCase = false}: PatternOptions = {}): Pattern {
	const characters = [...(ignoreCase ? text.toLowerCase() : text)];
	return {elements: parseSequence(characters, {at: 0, extended, inGroup: false, depth: 0}), ignoreCase};
}

/** Whether the pattern matches the whole text. */
export function matches(pattern: Pattern, text: string): boolean {
	const characters = charactersOf(pattern, text);
	return run(pattern.elements, characters, [0]).includes(characters.length);
}

/** How many characters of the beginning the pattern matches, at the longest or shortest; undefined if it does not match. */
export function matchPrefix(pattern: Pattern, text: string, longest: boolean): number | undefined {
	const ends = run(pattern.elements, charactersOf(pattern, text), [0]);
	return longest ? ends.at(-1) : ends[0];
}

/** How many characters of the end the pattern matches: the mirrored pattern on the mirrored text. */
export function matchSuffix(pattern: Pattern, text: string, longest: boolean): number | undefined {
	const ends = run(mirrored(pattern.elements), charactersOf(pattern, text).toReversed(), [0]);
	return longest ? ends.at(-1) : ends[0];
}

/** The longest match of the pattern at each place where one begins, in characters, not overlapping. */
export function findMatches(pattern: Pattern, text: string, all: boolean): readonly {readonly from: number; readonly to: number}[] {
	const characters = charactersOf(pattern, text);
	const found: {from: number; to: number}[] = [];
	// Beyond the last place of a character that every match must have, nothing is found.
	const lastStart = pattern.elements.reduce((last, element) => element.kind === 'literal' ? Math.min(last, characters.lastIndexOf(element.character)) : last, characters.length);
	const work = {left: workMax};
	for (let at = 0; at <= lastStart && (at < characters.length || at === 0);) {
		const end = run(pattern.elements, characters, [at], work).at(-1);
		if (end === undefined || (end === at && characters.length > 0)) {
			at++;
			continue;
		}

		found.push({from: at, to: end});
		if (!all || end === at) {
			break;
		}

		at = end;
	}

	return found;
}

/** Whether the text has characters that make it a pattern rather than a plain name. */
export function isPattern(text: string, {extended = false}: PatternOptions = {}): boolean {
	for (let at = 0; at < text.length; at++) {
		const character = text[at]!;
		if (character === '\\') {
			at++;
		} else if (character === '*' || character === '?' || (character === '[' && text.includes(']', at + 1))) {
			return true;
		} else if (extended && '+@!'.includes(character) && text[at + 1] === '(') {
			return true;
		}
	}

	return false;
}

/** The pattern that matches exactly this text. */
export function escapePattern(text: string): string {
	return text.replace(/[\\*?\[\]\(\)\|!+@\-\^]/gv, String.raw`\$&`);
}

/** The text of a pattern without special characters. */
export function unescapePattern(text: string): string {
	return text.replace(/\\(?<plain>[\s\S])/gv, '$<plain>');
}

type Cursor = {at: number; readonly extended: boolean; readonly inGroup: boolean; readonly depth: number};

function parseSequence(text: readonly string[], cursor: Cursor): readonly Element[] {
	const elements: Element[] = [];
	while (cursor.at < text.length) {
		const character = text[cursor.at]!;
		if (cursor.inGroup && (character === '|' || character === ')')) {
			break;
		}

		const group = cursor.extended && '?*+@!'.includes(character) && text[cursor.at + 1] === '(' ? parseGroup(text, cursor) : undefined;
		elements.push(group ?? parseElement(text, cursor));
	}

	return elements;
}

function parseElement(text: readonly string[], cursor: Cursor): Element {
	const character = text[cursor.at++]!;
	if (character === '\\' && cursor.at < text.length) {
		return {kind: 'literal', character: text[cursor.at++]!};
	}

	if (character === '?') {
		return {kind: 'any'};
	}

	if (character === '*') {
		return {kind: 'star'};
	}

	return (character === '[' ? parseBracket(text, cursor) : undefined) ?? {kind: 'literal', character};
}

/** At the operator of `@(a|b)`. Answers nothing, and stays where it is, if the group is not closed. */
function parseGroup(text: readonly string[], cursor: Cursor): Element | undefined {
	const inner: Cursor = {at: cursor.at + 2, extended: true, inGroup: true, depth: cursor.depth + 1};
	const alternatives: (readonly Element[])[] = [];
	for (;;) {
		alternatives.push(parseSequence(text, inner));
		if (inner.at >= text.length) {
			return undefined;
		}

		if (text[inner.at++] === ')') {
			const operator = text[cursor.at]!;
			cursor.at = inner.at;
			return {kind: 'group', operator, alternatives};
		}
	}
}

/** After the opening bracket. Without a closing one the bracket is plain. */
function parseBracket(text: readonly string[], cursor: Cursor): Element | undefined {
	let at = cursor.at;
	const negated = text[at] === '!' || text[at] === '^';
	at += negated ? 1 : 0;
	const items: BracketItem[] = [];
	for (let isFirst = true; ; isFirst = false) {
		const character = text[at];
		if (character === undefined || character === '/') {
			return undefined;
		}

		if (character === ']' && !isFirst) {
			cursor.at = at + 1;
			return {kind: 'bracket', negated, items};
		}

		if (character === '[' && ':.='.includes(text[at + 1] ?? ' ')) {
			const named = bracketName(text, at);
			if (named !== undefined) {
				items.push(text[at + 1] === ':' ? {kind: 'class', name: named.name} : singleItem(named.name));
				at = named.end;
				continue;
			}
		}

		const from = plainAt(text, at);
		at = from.end;
		if (text[at] === '-' && text[at + 1] !== undefined && text[at + 1] !== ']') {
			const to = plainAt(text, at + 1);
			at = to.end;
			items.push({kind: 'range', from: from.code, to: to.code});
		} else {
			items.push({kind: 'range', from: from.code, to: from.code});
		}
	}
}

function singleItem(character: string): BracketItem {
	const code = character.codePointAt(0) ?? 0;
	return {kind: 'range', from: code, to: code};
}

function plainAt(text: readonly string[], at: number): {readonly code: number; readonly end: number} {
	const escaped = text[at] === '\\' && text[at + 1] !== undefined;
	return {code: text[escaped ? at + 1 : at]!.codePointAt(0)!, end: at + (escaped ? 2 : 1)};
}

function bracketName(text: readonly string[], open: number): {readonly name: string; readonly end: number} | undefined {
	const kind = text[open + 1];
	for (let at = open + 2; at + 1 < text.length; at++) {
		if (text[at] === kind && text[at + 1] === ']') {
			return {name: text.slice(open + 2, at).join(''), end: at + 2};
		}
	}

	return undefined;
}

const classes: Readonly<Record<string, RegExp>> = {
	alpha: /\p{L}/v, digit: /[0-9]/v, alnum: /[\p{L}0-9]/v, upper: /\p{Lu}/v, lower: /\p{Ll}/v, space: /[ \t-\r]/v, blank: /[ \t]/v,
	punct: /[!-\/:-@\[-`\{-~]/v, xdigit: /[\dA-Fa-f]/v, cntrl: /[\0-\x1F\x7F]/v, print: /[^\0-\x1F\x7F]/v, graph: /[^\0- \x7F]/v, word: /[\p{L}0-9_]/v,
};

function inBracket(element: Element & {readonly kind: 'bracket'}, character: string): boolean {
	const code = character.codePointAt(0)!;
	const found = element.items.some(item => item.kind === 'class'
		? Object.hasOwn(classes, item.name) && classes[item.name]!.test(character)
		: item.from <= code && code <= item.to);
	return found !== element.negated;
}

function charactersOf(pattern: Pattern, text: string): readonly string[] {
	return [...(pattern.ignoreCase ? text.toLowerCase() : text)];
}

type Work = {left: number};

/** The positions, ascending, at which a match that begins at one of `starts` can end. */
function run(elements: readonly Element[], text: readonly string[], starts: readonly number[], work: Work = {left: workMax}): readonly number[] {
	let positions = starts;
	for (const element of elements) {
		if (positions.length === 0) {
			return positions;
		}

		positions = advance(element, text, positions, work);
		work.left -= positions.length + 1;
		if (work.left < 0) {
			throw new PatternLimit();
		}
	}

	return positions;
}

function advance(element: Element, text: readonly string[], positions: readonly number[], work: Work): readonly number[] {
	switch (element.kind) {
		case 'literal': {
			return positions.filter(at => text[at] === element.character).map(at => at + 1);
		}

		case 'any': {
			return positions.filter(at => at < text.length).map(at => at + 1);
		}

		case 'bracket': {
			return positions.filter(at => at < text.length && inBracket(element, text[at]!)).map(at => at + 1);
		}

		case 'star': {
			return ascendingFrom(positions[0]!, text.length);
		}

		case 'group': {
			return advanceGroup(element, text, {positions, work});
		}
	}
}

function ascendingFrom(first: number, last: number): readonly number[] {
	return Array.from({length: last - first + 1}, (_, index) => first + index);
}

function advanceGroup(group: Element & {readonly kind: 'group'}, text: readonly string[], {positions, work}: {readonly positions: readonly number[]; readonly work: Work}): readonly number[] {
	const once = (from: readonly number[]): readonly number[] => union(group.alternatives.map(alternative => run(alternative, text, from, work)));
	switch (group.operator) {
		case '?': {
			return union([positions, once(positions)]);
		}

		case '@': {
			return once(positions);
		}

		case '!': {
			return union(positions.map(at => {
				work.left -= text.length - at;
				const ends = new Set(once([at]));
				return ascendingFrom(at, text.length).filter(end => !ends.has(end));
			}));
		}

		default: {
			let all = group.operator === '*' ? positions : once(positions);
			for (let fresh = all; fresh.length > 0;) {
				const known = new Set(all);
				fresh = once(fresh).filter(end => !known.has(end));
				all = union([all, fresh]);
			}

			return all;
		}
	}
}

function union(sets: readonly (readonly number[])[]): readonly number[] {
	return sets.length === 1 ? sets[0]! : [...new Set(sets.flat())].sort((a, b) => a - b);
}

function mirrored(elements: readonly Element[]): readonly Element[] {
	return elements.map(element => element.kind === 'group'
		? {...element, alternatives: element.alternatives.map(alternative => mirrored(alternative))}
		: element).toReversed();
}
