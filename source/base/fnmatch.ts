// Shell patterns (POSIX.1-2017, XCU 2.13): `*`, `?`, bracket expressions and backslash, as fnmatch(3) matches them. Matching
// remembers the last star only, so it takes at most (pattern x text) steps.

export type PatternOptions = {
	/** `/` is matched only by itself (FNM_PATHNAME). */
	readonly pathname?: boolean;
	/** A leading period is matched only by itself (FNM_PERIOD). */
	readonly period?: boolean;
	readonly ignoreCase?: boolean;
};

/** Whether the whole `text` matches the shell pattern. */
export function fnmatch(pattern: string, text: string, options: PatternOptions = {}): boolean {
	const parts = [...(options.ignoreCase === true ? pattern.toLowerCase() : pattern)];
	const characters = [...(options.ignoreCase === true ? text.toLowerCase() : text)];
	let part = 0;
	let at = 0;
	let starPart = -1;
	let starAt = -1;
	for (;;) {
		if (part < parts.length && parts[part] === '*' && !guarded(characters, at, options)) {
			starPart = part++;
			starAt = at;
			continue;
		}

		if (part === parts.length && at === characters.length) {
			return true;
		}

		const next = at < characters.length ? matchOne(parts, part, characters, at, options) : undefined;
		if (next !== undefined) {
			part = next;
			at++;
			continue;
		}

		// Let the last star take one character more.
		if (starPart < 0 || starAt >= characters.length || (options.pathname === true && characters[starAt] === '/')) {
			return false;
		}

		starAt++;
		at = starAt;
		part = starPart + 1;
	}
}

function guarded(characters: readonly string[], at: number, options: PatternOptions): boolean {
	return options.period === true && characters[at] === '.' && (at === 0 || (options.pathname === true && characters[at - 1] === '/'));
}

/** Matches one character; the answer is the index of the pattern's next part. */
function matchOne(parts: readonly string[], part: number, characters: readonly string[], at: number, options: PatternOptions): number | undefined {
	const wanted = parts[part];
	const character = characters[at]!;
	if (wanted === undefined || wanted === '*') {
		return undefined;
	}

	if (wanted === '?' || wanted === '[') {
		if ((options.pathname === true && character === '/') || guarded(characters, at, options)) {
			return undefined;
		}

		if (wanted === '?') {
			return part + 1;
		}

		const bracket = matchBracket(parts, part + 1, character);
		if (bracket !== undefined) {
			return bracket.matched ? bracket.next : undefined;
		}
	}

	if (wanted === '\\' && part + 1 < parts.length) {
		return parts[part + 1] === character ? part + 2 : undefined;
	}

	return wanted === character ? part + 1 : undefined;
}

const classTests: Readonly<Record<string, RegExp>> = {
	alpha: /^[A-Za-z]$/v, digit: /^\d$/v, alnum: /^[0-9A-Za-z]$/v, upper: /^[A-Z]$/v, lower: /^[a-z]$/v, space: /^[\t\n\v\f\r ]$/v,
	blank: /^[\t ]$/v, punct: /^[!-\/:-@\[-`\{-~]$/v, print: /^[ -~]$/v, graph: /^[!-~]$/v, cntrl: /^[\x00-\x1F\x7F]$/v, xdigit: /^[0-9A-Fa-f]$/v,
};

/** Undefined if the bracket is never closed: then `[` stands for itself. */
function matchBracket(parts: readonly string[], from: number, character: string): {readonly matched: boolean; readonly next: number} | undefined {
	let at = from;
	const negated = parts[at] === '!' || parts[at] === '^';
	if (negated) {
		at++;
	}

	let matched = false;
	for (let first = true; ; first = false) {
		const start = parts[at];
		if (start === undefined) {
			return undefined;
		}

		if (start === ']' && !first) {
			return {matched: matched !== negated, next: at + 1};
		}

		if (start === '[' && parts[at + 1] === ':') {
			const end = parts.indexOf(']', at + 2);
			const name = parts.slice(at + 2, end - 1).join('');
			if (end > 0 && parts[end - 1] === ':' && Object.hasOwn(classTests, name)) {
				matched ||= classTests[name]!.test(character);
				at = end + 1;
				continue;
			}
		}

		if (start === '\\' && parts[at + 1] !== undefined) {
			at++;
		}

		const low = parts[at]!;
		if (parts[at + 1] === '-' && parts[at + 2] !== undefined && parts[at + 2] !== ']') {
			const high = parts[at + 2]!;
			matched ||= character.codePointAt(0)! >= low.codePointAt(0)! && character.codePointAt(0)! <= high.codePointAt(0)!;
			at += 3;
		} else {
			matched ||= low === character;
			at++;
		}
	}
}
