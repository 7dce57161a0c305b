// Cuts a template into text and the tokens of its actions. Source: Go text/template/parse/lex.go, whose words errors use.

export type TokenKind =
	| 'text' | 'open' | 'close' | 'field' | 'variable' | 'identifier' | 'keyword' | 'dot' | 'nil' | 'bool' | 'number' | 'char' | 'string'
	| 'raw-string' | 'pipe' | 'left-paren' | 'right-paren' | 'assign' | 'declare' | 'comma' | 'space' | 'error' | 'end';

/** `position` counts UTF-16 units from the template's beginning. */
export type Token = {readonly kind: TokenKind; readonly text: string; readonly position: number; readonly line: number};

const keywords: ReadonlySet<string> = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);

const leftTrim = /^\{\{- /v;

export function lex(input: string): readonly Token[] {
	const tokens: Token[] = [];
	let at = 0;
	let trimNext = false;
	while (at < input.length) {
		const open = input.indexOf('{{', at);
		const textEnd = open === -1 ? input.length : open;
		let text = input.slice(at, textEnd);
		let textStart = at;
		if (trimNext) {
			const trimmed = text.trimStart();
			textStart += text.length - trimmed.length;
			text = trimmed;
		}

		const trims = open !== -1 && (leftTrim.test(input.slice(open, open + 4)) || /^\{\{-\s/v.test(input.slice(open, open + 4)));
		text = trims ? text.trimEnd() : text;
		if (text !== '') {
			tokens.push(token(input, 'text', text, textStart));
		}

		if (open === -1) {
			break;
		}

		const action = lexAction(input, open, trims, tokens);
		if (action === undefined) {
			return tokens;
		}

		at = action.end;
		trimNext = action.trims;
	}

	tokens.push(token(input, 'end', 'EOF', input.length));
	return tokens;
}

function token(input: string, kind: TokenKind, text: string, position: number): Token {
	let line = 1;
	for (let newline = input.indexOf('\n'); newline !== -1 && newline < position; newline = input.indexOf('\n', newline + 1)) {
		line++;
	}

	return {kind, text, position, line};
}

/** Lexes from `{{` to `}}`; `undefined` after an error token, which is the last. */
function lexAction(input: string, open: number, trims: boolean, tokens: Token[]): {readonly end: number; readonly trims: boolean} | undefined {
	let at = open + (trims ? 4 : 2);
	const fail = (message: string) => {
		tokens.push(token(input, 'error', message, at));
		return undefined;
	};

	if (input.startsWith('/*', at)) {
		const close = input.indexOf('*/', at);
		if (close === -1) {
			return fail('unclosed comment');
		}

		const end = closing(input, close + 2);
		return end ?? fail('comment ends before closing delimiter');
	}

	tokens.push(token(input, 'open', '{{', open));
	let parens = 0;
	for (;;) {
		const end = closing(input, at);
		if (end !== undefined) {
			if (parens > 0) {
				return fail('unclosed left paren');
			}

			tokens.push(token(input, 'close', '}}', at));
			return end;
		}

		const next = nextToken(input, at);
		tokens.push(next);
		if (next.kind === 'error') {
			return undefined;
		}

		parens += next.kind === 'left-paren' ? 1 : (next.kind === 'right-paren' ? -1 : 0);
		if (parens < 0) {
			tokens.pop();
			return fail('unexpected right paren');
		}

		at += next.text.length;
	}
}

function closing(input: string, at: number): {readonly end: number; readonly trims: boolean} | undefined {
	if (/^\s-\}\}/v.test(input.slice(at, at + 4))) {
		return {end: at + 4, trims: true};
	}

	return input.startsWith('}}', at) ? {end: at + 2, trims: false} : undefined;
}

const patterns: ReadonlyArray<readonly [TokenKind, RegExp]> = [
	['space', /[ \t\r\n]+/vy],
	['raw-string', /`[^`]*`/vy],
	['string', /"(?:[^"\\\n]|\\.)*"/vy],
	['char', /'(?:[^'\\\n]|\\.)+'/vy],
	['declare', /:=/vy],
	['assign', /[=]/vy],
	['pipe', /\|/vy],
	['left-paren', /\(/vy],
	['right-paren', /\)/vy],
	['comma', /,/vy],
	['number', /[\+\-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d*)?(?:[eE][\+\-]?\d+)?|\.\d+(?:[eE][\+\-]?\d+)?)/vy],
	['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/vy],
	['dot', /\./vy],
	['variable', /\$[\p{L}\p{Nd}_]*/vy],
	['identifier', /[\p{L}_][\p{L}\p{Nd}_]*/vy],
];

function nextToken(input: string, at: number): Token {
	if (at >= input.length) {
		return token(input, 'error', 'unclosed action', at);
	}

	for (const [kind, pattern] of patterns) {
		pattern.lastIndex = at;
		const text = pattern.exec(input)?.[0];
		if (text !== undefined) {
			return checkedEnd(input, token(input, kindOf(kind, text), text, at));
		}
	}

	const char = String.fromCodePoint(input.codePointAt(at)!);
	switch (char) {
		case '"': {
			return token(input, 'error', 'unterminated quoted string', at);
		}

		case '`': {
			return token(input, 'error', 'unterminated raw quoted string', at);
		}

		case '\'': {
			return token(input, 'error', 'unterminated character constant', at);
		}

		case ':': {
			return token(input, 'error', 'expected :=', at);
		}

		default: {
			return token(input, 'error', `unrecognized character in action: ${unicodeName(char)}`, at);
		}
	}
}

function kindOf(kind: TokenKind, text: string): TokenKind {
	if (kind !== 'identifier') {
		return kind;
	}

	return keywords.has(text) ? 'keyword' : (text === 'true' || text === 'false' ? 'bool' : (text === 'nil' ? 'nil' : 'identifier'));
}

const wordKinds: ReadonlySet<TokenKind> = new Set(['field', 'variable', 'identifier', 'keyword', 'bool', 'nil']);

/** A word or number must be followed by something that cannot be part of it. */
function checkedEnd(input: string, found: Token): Token {
	const end = found.position + found.text.length;
	const next = String.fromCodePoint(input.codePointAt(end) ?? 32);
	if (wordKinds.has(found.kind) && !(/^[ \t\r\n.,\|:\)\(]$/v.test(next) || input.startsWith('}}', end))) {
		return token(input, 'error', `bad character ${unicodeName(next)}`, end);
	}

	if (found.kind === 'number' && /^[\p{L}\p{Nd}_]$/v.test(next)) {
		return token(input, 'error', `bad number syntax: ${JSON.stringify(found.text + next)}`, end);
	}

	return found;
}

function unicodeName(char: string): string {
	return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}
