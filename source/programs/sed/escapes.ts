// The escapes of sed scripts: in regular expressions, and on the right side of `s`.

import {characterOfByte} from '../../base/byte-text.js';
import type {ReplacementPart} from './syntax.js';

const characterEscapes: Readonly<Record<string, string>> = {a: '\u0007', f: '\f', r: '\r', t: '\t', v: '\v'};

/** GNU's escapes that regcomp does not know: `\t`, `\xHH`, `\dNNN`, `\oNNN`; what they make stands for itself. */
export function regexEscapes(pattern: string): string {
	return pattern.replaceAll(/\\(?:([afrtv])|x([\dA-Fa-f]{1,2})|d(\d{3})|o([0-7]{1,3})|([\s\S]))/gv, (whole, name?: string, hex?: string, decimal?: string, octal?: string) => {
		if (name !== undefined) {
			return characterEscapes[name]!;
		}

		const code = hex === undefined ? (decimal === undefined ? (octal === undefined ? undefined : Number.parseInt(octal, 8)) : Number(decimal)) : Number.parseInt(hex, 16);
		if (code === undefined) {
			return whole;
		}

		const character = characterOfByte(code & 0xFF);
		return /[\^$.*\[\]\\\(\)+?\{\|]/v.test(character) ? `[${character}]`.replace('[^]', String.raw`\^`) : character;
	});
}

export function parseReplacement(text: string): readonly ReplacementPart[] {
	const parts: ReplacementPart[] = [];
	const push = (piece: string): void => {
		const last = parts.at(-1);
		if (last?.kind === 'text') {
			parts[parts.length - 1] = {kind: 'text', text: last.text + piece};
		} else {
			parts.push({kind: 'text', text: piece});
		}
	};

	for (const [token, escaped] of text.matchAll(/\\(x[\dA-Fa-f]{1,2}|o[0-7]{1,3}|d\d{3}|[\s\S]?)|[\s\S]/gv)) {
		if (escaped === undefined) {
			if (token === '&') {
				parts.push({kind: 'group', group: 0});
			} else {
				push(token);
			}
		} else if (/^\d$/v.test(escaped)) {
			parts.push({kind: 'group', group: Number(escaped)});
		} else if (/^[ULEul]$/v.test(escaped)) {
			parts.push({kind: 'case', how: escaped as 'U'});
		} else if (escaped.length > 1) {
			push(characterOfByte(Number.parseInt(escaped.slice(1), {x: 16, o: 8, d: 10}[escaped[0]!]) & 0xFF));
		} else {
			push(escaped === 'n' ? '\n' : (characterEscapes[escaped] ?? escaped));
		}
	}

	return parts;
}
