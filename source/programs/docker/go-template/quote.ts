// Go's quoted strings: strconv.Unquote and strconv.Quote.

const simple: Readonly<Record<string, string>> = {a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"', '\'': '\''};

/** The text between double quotes or back quotes, or `undefined` if an escape is wrong. */
export function unquote(text: string): string | undefined {
	const inner = text.slice(1, -1);
	if (text.startsWith('`')) {
		return inner.replaceAll('\r', '');
	}

	let bad = false;
	const result = inner.replace(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|.)/gvs, escape => {
		const letter = escape[1]!;
		if (/^\\[xuU][\da-fA-F]/v.test(escape)) {
			const code = Number.parseInt(escape.slice(2), 16);
			bad ||= code > 0x10_FF_FF;
			return bad ? '' : String.fromCodePoint(code);
		}

		if (escape.length === 4) {
			return String.fromCodePoint(Number.parseInt(escape.slice(1), 8));
		}

		bad ||= !Object.hasOwn(simple, letter);
		return simple[letter] ?? '';
	});
	return bad ? undefined : result;
}

const shown: Readonly<Record<string, string>> = {
	'\x07': String.raw`\a`, '\b': String.raw`\b`, '\f': String.raw`\f`, '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t`, '\v': String.raw`\v`, '\\': String.raw`\\`, '"': String.raw`\"`,
};

/** strconv.Quote: `%q`. */
export function quote(text: string): string {
	return `"${text.replace(/["\\]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]/gv, char => shown[char] ?? (char === '\uFFFD' ? char : hexEscape(char)))}"`;
}

function hexEscape(char: string): string {
	const code = char.codePointAt(0)!;
	if (code < 0x80) {
		return `\\x${code.toString(16).padStart(2, '0')}`;
	}

	return code > 0xFF_FF ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
