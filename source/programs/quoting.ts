// How GNU programs quote file names in messages and `ls` in listings (gnulib's quotearg, style shell-escape).
// Simplified: messages have the ASCII quotes of the C locale, in which containers run; in a UTF-8 locale some have ‘these’.

/** Always in quotes: `cannot stat 'x'`. */
export function quoted(name: string): string {
	if (!/[\u0000-\u001F\u007F\uDC80-\uDCFF]/v.test(name)) {
		if (!name.includes('\'')) {
			return `'${name}'`;
		}

		if (!/["$`!\\]/v.test(name)) {
			return `"${name}"`;
		}
	}

	return shellEscape(name);
}

/** In quotes only if a shell would need them: `cat: 'a b': No such file or directory`. */
export function quotedIfNeeded(name: string): string {
	return needsQuotes(name) ? quoted(name) : name;
}

export function needsQuotes(name: string): boolean {
	return name === '' || name === '{' || name === '}' || /[\u0000- !"$\&'\(\)*;<=>?\[\\\^`\|\u007F\uDC80-\uDCFF]|^[#~]/v.test(name);
}

const controlNames: Readonly<Record<string, string>> = {'\u0007': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r'};

/** Control characters leave the quotes for `$'...'`. */
function shellEscape(name: string): string {
	let result = '\'';
	let inDollar = false;
	for (const character of name) {
		const code = character.codePointAt(0)!;
		const isByte = code >= 0xDC80 && code <= 0xDCFF;
		if (code < 32 || code === 127 || isByte) {
			const named = controlNames[character];
			result += `${inDollar ? '' : '\'$\''}\\${named ?? (isByte ? code - 0xDC00 : code).toString(8).padStart(3, '0')}`;
			inDollar = true;
			continue;
		}

		if (inDollar) {
			result += '\'\'';
			inDollar = false;
		}

		result += character === '\'' ? String.raw`'\''` : character;
	}

	return `${result}'`;
}

/** `ls -b`: C escapes without quotes, spaces too. */
export function escaped(name: string): string {
	return [...name].map(character => {
		const code = character.codePointAt(0)!;
		if (code >= 0xDC80 && code <= 0xDCFF) {
			return `\\${(code - 0xDC00).toString(8)}`;
		}

		if (code < 32 || code === 127) {
			return `\\${controlNames[character] ?? code.toString(8).padStart(3, '0')}`;
		}

		return character === ' ' || character === '\\' ? `\\${character}` : character;
	}).join('');
}
