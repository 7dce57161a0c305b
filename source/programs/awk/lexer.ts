// Tokens of the awk language (POSIX.1-2017, XCU awk). Whether `/` divides or begins a regular expression depends on the token before.

export type Token =
	| {readonly kind: 'number'; readonly value: number; readonly line: number}
	| {readonly kind: 'string' | 'regex' | 'name' | 'function name' | 'builtin' | 'word' | 'symbol'; readonly text: string; readonly line: number}
	| {readonly kind: 'newline' | 'end'; readonly line: number};

export const builtins = new Set(['length', 'substr', 'index', 'split', 'sub', 'gsub', 'match', 'sprintf', 'tolower', 'toupper', 'int', 'sqrt', 'exp', 'log', 'sin', 'cos', 'atan2', 'rand', 'srand', 'system', 'close', 'fflush']);

const keywords = new Set(['BEGIN', 'END', 'function', 'func', 'if', 'else', 'while', 'for', 'do', 'break', 'continue', 'next', 'nextfile', 'exit', 'return', 'delete', 'in', 'getline', 'print', 'printf']);

const symbols = ['**=', '**', '&&', '||', '++', '--', '+=', '-=', '*=', '/=', '%=', '^=', '==', '<=', '>=', '!=', '!~', '>>', '{', '}', '(', ')', '[', ']', ';', ',', '+', '-', '*', '/', '%', '^', '!', '>', '<', '|', '?', ':', '~', '$', '='];

export type LexProblem = {readonly error: string; readonly line: number};

/** All tokens, or what is wrong. */
export function lex(source: string): readonly Token[] | LexProblem {
	const tokens: Token[] = [];
	let at = 0;
	let line = 1;
	while (at < source.length) {
		const rest = source.slice(at, at + 4096);
		const blank = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)+/v.exec(rest);
		if (blank !== null) {
			line += blank[0].split('\n').length - 1;
			at += blank[0].length;
			continue;
		}

		if (rest.startsWith('\n')) {
			tokens.push({kind: 'newline', line});
			line++;
			at++;
			continue;
		}

		const number = /^(?:0[xX][\dA-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?)/v.exec(rest);
		if (number !== null) {
			tokens.push({kind: 'number', value: Number(number[0]), line});
			at += number[0].length;
			continue;
		}

		const name = /^[A-Za-z_]\w*/v.exec(rest);
		if (name !== null) {
			at += name[0].length;
			tokens.push(wordToken(name[0], source[at], line));
			continue;
		}

		if (rest.startsWith('"') || (rest.startsWith('/') && regexMayFollow(tokens.at(-1)))) {
			const literal = readLiteral(source, at);
			if (literal === undefined) {
				return {error: rest.startsWith('"') ? `runaway string constant ${rest.split('\n')[0]!} ...` : `runaway regular expression ${rest.split('\n')[0]!} ...`, line};
			}

			tokens.push({kind: rest.startsWith('"') ? 'string' : 'regex', text: literal.text, line});
			at = literal.end;
			continue;
		}

		const symbol = symbols.find(candidate => rest.startsWith(candidate));
		if (symbol === undefined) {
			return {error: `syntax error at or near ${rest[0]!}`, line};
		}

		tokens.push({kind: 'symbol', text: symbol === '**' ? '^' : (symbol === '**=' ? '^=' : symbol), line});
		at += symbol.length;
	}

	return [...tokens, {kind: 'newline', line}, {kind: 'end', line}];
}

function wordToken(text: string, next: string | undefined, line: number): Token {
	if (keywords.has(text)) {
		return {kind: 'word', text: text === 'func' ? 'function' : text, line};
	}

	if (builtins.has(text)) {
		return {kind: 'builtin', text, line};
	}

	return {kind: next === '(' ? 'function name' : 'name', text, line};
}

function regexMayFollow(last: Token | undefined): boolean {
	switch (last?.kind) {
		case 'number':
		case 'string':
		case 'regex':
		case 'name':
		case 'builtin': return false;
		case 'symbol': return ![')', ']', '$', '++', '--'].includes(last.text);
		default: return true;
	}
}

const escapes: Readonly<Record<string, string>> = {'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', '"': '"', 'a': '\u0007', 'b': '\b', 'f': '\f', 'v': '\v'};

/** A string is read with its escapes resolved; a regex keeps all but the one of the slash. */
function readLiteral(source: string, start: number): {readonly text: string; readonly end: number} | undefined {
	const delimiter = source[start]!;
	let text = '';
	let inBracket = false;
	for (let at = start + 1; at < source.length; at++) {
		const character = source[at]!;
		if (character === delimiter && !inBracket) {
			return {text, end: at + 1};
		}

		if (character === '\n') {
			return undefined;
		}

		if (delimiter === '/') {
			inBracket = character === '[' || (inBracket && character !== ']');
		}

		if (character !== '\\') {
			text += character;
			continue;
		}

		const next = source[++at] ?? '';
		if (delimiter === '/') {
			text += next === '/' ? '/' : `\\${next}`;
		} else if (next !== '\n') {
			const octal = /^[0-7]{1,3}/v.exec(source.slice(at, at + 3));
			text += octal === null ? unescape(next) : String.fromCharCode(Number.parseInt(octal[0], 8));
			at += octal === null ? 0 : octal[0].length - 1;
		}
	}

	return undefined;
}

/** An unknown escape keeps its backslash. */
function unescape(letter: string): string {
	return escapes[letter] ?? `\\${letter}`;
}

/** The escapes of a string that comes from the command line (`-v name=text`). */
export function unescapeText(text: string): string {
	return text.replaceAll(/\\([\s\S])/gv, (_, letter: string) => unescape(letter));
}
