// Texts of transcripts on their way into a report. They are untrusted: they cannot begin another line, nor speak to a terminal.

/** Control characters as `\x1b`; marks that turn the direction of text, and separators of lines, too. */
export function onOneLine(text: string): string {
	return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/gv, character => {
		const code = character.charCodeAt(0);
		return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
	});
}

/** A template's text and a newline, with everything that is filled in on one line. */
export function line(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
	return `${strings.map((text, index) => index === 0 ? text : onOneLine(String(values[index - 1])) + text).join('')}\n`;
}
