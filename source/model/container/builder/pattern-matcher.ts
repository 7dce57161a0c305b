// The two pattern languages of a build. `pathMatch` is Go's filepath.Match, with which COPY expands its sources. `IgnoreMatcher` is
// .dockerignore: the same and `**`, `!` for exceptions, a match of a directory covers what is in it, and the last match decides.
// Source: Go path/filepath match.go; github.com/moby/patternmatcher. Matching follows all alternatives at once (a set of states), so
// its cost is pattern times text.

type Token =
	| {readonly kind: 'character'; readonly character: string}
	| {readonly kind: 'any'}
	| {readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[]}
	/** `*`: anything but slashes. */
	| {readonly kind: 'star'}
	/** `**` followed by more: nothing, or anything up to a slash. */
	| {readonly kind: 'folders'}
	/** `**` at the end. */
	| {readonly kind: 'everything'};

/** Undefined: a malformed pattern (`syntax error in pattern`). */
export function pathMatch(pattern: string, text: string): boolean | undefined {
	const tokens = tokenize(pattern, false);
	return tokens === undefined ? undefined : matches(tokens, text);
}

export function hasWildcards(pattern: string): boolean {
	return /[*?\[]/v.test(pattern.replaceAll(/\\./gv, ''));
}

function tokenize(pattern: string, hasFolders: boolean): readonly Token[] | undefined {
	const characters = [...pattern];
	const tokens: Token[] = [];
	let at = 0;
	while (at < characters.length) {
		const character = characters[at++]!;
		if (character === '*') {
			if (hasFolders && characters[at] === '*') {
				at += characters[at + 1] === '/' ? 2 : 1;
				tokens.push({kind: at >= characters.length ? 'everything' : 'folders'});
			} else {
				tokens.push({kind: 'star'});
			}
		} else if (character === '?') {
			tokens.push({kind: 'any'});
		} else if (character === '[') {
			const parsed = parseClass(characters, at);
			if (parsed === undefined) {
				return undefined;
			}

			tokens.push(parsed.token);
			at = parsed.end;
		} else if (character === '\\') {
			const next = characters[at++];
			if (next === undefined) {
				return undefined;
			}

			tokens.push({kind: 'character', character: next});
		} else {
			tokens.push({kind: 'character', character});
		}
	}

	return tokens;
}

function parseClass(characters: readonly string[], from: number): {readonly token: Token; readonly end: number} | undefined {
	let at = from;
	const isNegated = characters[at] === '^';
	at += isNegated ? 1 : 0;
	const ranges: [string, string][] = [];
	const one = (): string | undefined => {
		const character = characters[at++];
		return character === undefined || character === '-' || (character === ']') ? undefined : (character === '\\' ? characters[at++] : character);
	};

	while (characters[at] !== ']' || ranges.length === 0) {
		const low = one();
		let high = low;
		if (low !== undefined && characters[at] === '-') {
			at++;
			high = one();
		}

		if (low === undefined || high === undefined || at >= characters.length) {
			return undefined;
		}

		ranges.push([low, high]);
	}

	return {token: {kind: 'class', isNegated, ranges}, end: at + 1};
}

function inClass(token: Extract<Token, {kind: 'class'}>, character: string): boolean {
	const point = character.codePointAt(0)!;
	const isIn = token.ranges.some(([low, high]) => low.codePointAt(0)! <= point && point <= high.codePointAt(0)!);
	return isIn !== token.isNegated;
}

/** A state is twice the index of the token to match next, plus one inside a `folders` that has taken something. */
function matches(tokens: readonly Token[], text: string): boolean {
	let states = closure(new Set([0]), tokens);
	for (const character of text) {
		const next = new Set<number>();
		for (const state of states) {
			step(tokens, state, character, next);
		}

		states = closure(next, tokens);
		if (states.size === 0) {
			return false;
		}
	}

	return states.has(tokens.length * 2);
}

function closure(states: Set<number>, tokens: readonly Token[]): Set<number> {
	for (const state of states) {
		const kind = state % 2 === 0 ? tokens[state / 2]?.kind : undefined;
		if (kind === 'star' || kind === 'folders' || kind === 'everything') {
			states.add(state + 2);
		}
	}

	return states;
}

function step(tokens: readonly Token[], state: number, character: string, next: Set<number>): void {
	const isInside = state % 2 === 1;
	const index = Math.floor(state / 2);
	const token = tokens[index];
	if (token === undefined) {
		return;
	}

	switch (token.kind) {
		case 'character': {
			if (token.character === character) {
				next.add(state + 2);
			}

			break;
		}

		case 'any': {
			if (character !== '/') {
				next.add(state + 2);
			}

			break;
		}

		case 'class': {
			if (character !== '/' && inClass(token, character)) {
				next.add(state + 2);
			}

			break;
		}

		case 'star': {
			if (character !== '/') {
				next.add(state);
			}

			break;
		}

		case 'folders': {
			next.add(isInside ? state : state + 1);
			if (character === '/') {
				next.add(index * 2 + 2);
			}

			break;
		}

		case 'everything': {
			next.add(state);
			break;
		}

		default: {
			token satisfies never;
		}
	}
}

/** filepath.Clean: no empty, `.` and needless `..` components. */
export function cleanPath(path: string): string {
	const isAbsolute = path.startsWith('/');
	const parts: string[] = [];
	for (const part of path.split('/')) {
		if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') {
			parts.pop();
		} else if (part !== '' && part !== '.' && !(part === '..' && isAbsolute)) {
			parts.push(part);
		}
	}

	const cleaned = parts.join('/');
	return isAbsolute ? `/${cleaned}` : cleaned || '.';
}

/** The patterns of a .dockerignore file. */
export function parseIgnoreFile(text: string): readonly string[] {
	return text.replace(/^\uFEFF/v, '').split('\n').flatMap(line => {
		const pattern = line.replace(/\r$/v, '');
		const trimmed = pattern.startsWith('#') ? '' : pattern.trim();
		if (trimmed === '') {
			return [];
		}

		const isException = trimmed.startsWith('!');
		const bare = isException ? trimmed.slice(1).trim() : trimmed;
		const cleaned = bare === '' ? '' : cleanPath(bare);
		return [(isException ? '!' : '') + (cleaned.length > 1 ? cleaned.replace(/^\//v, '') : cleaned)];
	});
}

type IgnorePattern = {readonly tokens: readonly Token[]; readonly isException: boolean};

export class IgnoreMatcher {
	readonly #patterns: readonly IgnorePattern[];

	private constructor(patterns: readonly IgnorePattern[]) {
		this.#patterns = patterns;
	}

	/** A matcher, or why the patterns are refused. */
	static of(patterns: readonly string[]): IgnoreMatcher | {readonly error: string} {
		const compiled: IgnorePattern[] = [];
		for (const pattern of patterns.map(text => text.trim()).filter(text => text !== '')) {
			const cleaned = cleanPath(pattern);
			const isException = cleaned.startsWith('!');
			if (cleaned === '!') {
				return {error: 'illegal exclusion pattern: "!"'};
			}

			const bare = isException ? cleaned.slice(1) : cleaned;
			const tokens = tokenize(bare, true);
			if (tokens === undefined) {
				return {error: 'syntax error in pattern'};
			}

			compiled.push({tokens, isException});
		}

		return new IgnoreMatcher(compiled);
	}

	/** Whether a path relative to the context is left out. */
	isIgnored(path: string): boolean {
		const slashes = [...path.matchAll(/\//gv)].map(match => match.index);
		const names = [path, ...slashes.filter(index => index > 0).map(index => path.slice(0, index))];
		let isIgnored = false;
		for (const {tokens, isException} of this.#patterns) {
			if (isException === isIgnored && names.some(name => matches(tokens, name))) {
				isIgnored = !isException;
			}
		}

		return isIgnored;
	}
}
