// Control characters made visible. Whatever a simulated program, a file or a lab text contains, the real terminal must never be told
// to do something by it: C0 is shown in caret notation as `cat -v` does (^[ for escape), C1 as \x9b, and the invisible characters
// that reorder or hide text as <U+202E>. Joiners and variation selectors stay, since emoji and scripts need them.

const controls = /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}\uD800-\uDFFF]/gv;

/** One control character, as it is shown. */
export function visibleControl(character: string): string {
	const code = character.codePointAt(0)!;
	if (code < 0x20) {
		return '^' + String.fromCodePoint(code + 0x40);
	}

	if (code === 0x7F) {
		return '^?';
	}

	return code < 0xA0
		? String.raw`\x` + code.toString(16)
		: `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** The text with every control character made visible. */
export function visibleText(text: string): string {
	return text.replaceAll(controls, visibleControl);
}
