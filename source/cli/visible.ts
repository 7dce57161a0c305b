// Output of simulated programs on a real terminal: shown, never obeyed. Control characters other than newline and tab become
// `^X`, those above 0x7f `<9b>`, so that no sequence of theirs reaches the terminal.

import {decodeText} from '../base/bytes.js';

export function visible(bytes: Uint8Array): string {
	return decodeText(bytes).replaceAll('\r\n', '\n').replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/gv, character => {
		const code = character.charCodeAt(0);
		return code < 32 ? `^${String.fromCharCode(code + 64)}` : (code === 127 ? '^?' : `<${code.toString(16)}>`);
	});
}
