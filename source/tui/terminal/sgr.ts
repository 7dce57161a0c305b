// Select Graphic Rendition (ECMA-48 8.3.117): the colours and attributes of ESC [ ... m.

import {plain, type Style} from '../text/styled-line.js';

const wellFormed = /^[\d;]{0,48}$/v;

/** The style after the sequence's parameters, or undefined if they are not ones we know. */
export function applySgr(style: Style, parameters: string): Style | undefined {
	if (!wellFormed.test(parameters)) {
		return undefined;
	}

	const numbers = parameters.split(';').map(Number);
	let result: Style = style;
	for (let index = 0; index < numbers.length; index++) {
		const code = numbers[index]!;
		if (code === 38 || code === 48) {
			const colour = extendedColour(numbers, index);
			if (colour === undefined) {
				return undefined;
			}

			result = code === 38 ? {...result, foreground: colour.parameters} : {...result, background: colour.parameters};
			index += colour.length;
		} else {
			result = applyCode(result, code);
		}
	}

	return result;
}

/** Codes that mean nothing here (fonts, blinking, frames) change nothing, as in a terminal without them. */
function applyCode(style: Style, code: number): Style {
	if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
		return {...style, foreground: String(code)};
	}

	if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) {
		return {...style, background: String(code)};
	}

	switch (code) {
		case 0:
			return plain;
		case 1:
			return {...style, bold: true};
		case 2:
			return {...style, dim: true};
		case 3:
			return {...style, italic: true};
		case 4:
			return {...style, underline: true};
		case 7:
			return {...style, inverse: true};
		case 9:
			return {...style, strikethrough: true};
		case 22:
			return {...style, bold: false, dim: false};
		case 23:
			return {...style, italic: false};
		case 24:
			return {...style, underline: false};
		case 27:
			return {...style, inverse: false};
		case 29:
			return {...style, strikethrough: false};
		case 39:
			return without(style, 'foreground');
		case 49:
			return without(style, 'background');
		default:
			return style;
	}
}

function without(style: Style, name: 'foreground' | 'background'): Style {
	const {[name]: _, ...rest} = style;
	return rest;
}

/** `38;5;N` and `38;2;R;G;B`: the parameters, and how many numbers follow the first. */
function extendedColour(numbers: readonly number[], index: number): {readonly parameters: string; readonly length: number} | undefined {
	const length = numbers[index + 1] === 5 ? 2 : (numbers[index + 1] === 2 ? 4 : 0);
	const parts = numbers.slice(index, index + 1 + length);
	if (length === 0 || parts.length !== length + 1 || parts.slice(2).some(part => part > 255)) {
		return undefined;
	}

	return {parameters: parts.join(';'), length};
}
