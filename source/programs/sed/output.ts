// What sed makes of text: the filled-in right side of `s`, and the visible form of `l`.

import {bytesFromText} from '../../base/byte-text.js';
import type {RegexMatch} from '../../base/posix-regex.js';
import type {ReplacementPart} from './syntax.js';

/** Fills in groups and applies `\U \L \u \l \E`. */
export function expand(parts: readonly ReplacementPart[], text: string, match: RegexMatch): string {
	let result = '';
	let whole: 'U' | 'L' | undefined;
	let next: 'u' | 'l' | undefined;
	for (const part of parts) {
		if (part.kind === 'case') {
			if (part.how === 'u' || part.how === 'l') {
				next = part.how;
			} else {
				whole = part.how === 'E' ? undefined : part.how;
			}

			continue;
		}

		const span = part.kind === 'group' ? match[part.group] : undefined;
		let piece = part.kind === 'text' ? part.text : (span === undefined ? '' : text.slice(span.start, span.end));
		piece = whole === undefined ? piece : (whole === 'U' ? piece.toUpperCase() : piece.toLowerCase());
		if (next !== undefined && piece !== '') {
			piece = (next === 'u' ? piece[0]!.toUpperCase() : piece[0]!.toLowerCase()) + piece.slice(1);
			next = undefined;
		}

		result += piece;
	}

	return result;
}

const visibleEscapes: Readonly<Record<string, string>> = {'\\': '\\\\', '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v'};

/** The unambiguous form of the `l` command, broken at `width`. */
export function visible(text: string, width: number): string {
	const pieces: string[] = [];
	for (const byte of bytesFromText(text)) {
		const character = String.fromCharCode(byte);
		pieces.push(visibleEscapes[character] ?? (byte >= 32 && byte < 127 ? character : `\\${byte.toString(8).padStart(3, '0')}`));
	}

	let result = '';
	let column = 0;
	for (const piece of pieces) {
		if (width > 1 && column + piece.length > width - 1) {
			result += '\\\n';
			column = 0;
		}

		result += piece;
		column += piece.length;
	}

	return `${result}$\n`;
}
