// Styled text as data: a line is spans, a span is text and a style. Selectors and renderers of Markdown make them, and only the last
// step, `paint`, turns them into escape sequences. A row of the screen is one string.

import {clip, displayed, shorten, widthOf} from './width.js';

/** Colours as SGR parameters (`31`, `38;5;120`, `38;2;1;2;3`), attributes as flags. */
export type Style = {
	readonly foreground?: string;
	readonly background?: string;
	readonly bold?: boolean;
	readonly dim?: boolean;
	readonly italic?: boolean;
	readonly underline?: boolean;
	readonly inverse?: boolean;
	readonly strikethrough?: boolean;
};

export type Span = {readonly text: string; readonly style: Style};
export type Line = readonly Span[];

export const plain: Style = Object.freeze({});

export function span(text: string, style: Style = plain): Span {
	return {text, style};
}

export function line(...parts: readonly (string | Span)[]): Line {
	return parts.map(part => typeof part === 'string' ? span(part) : part);
}

export function lineWidth(content: Line): number {
	return content.reduce((sum, part) => sum + widthOf(part.text), 0);
}

export function lineText(content: Line): string {
	return content.map(part => part.text).join('');
}

/** Cuts a line to `width` cells, ending in an ellipsis if something was cut off. */
export function shortenLine(content: Line, width: number): Line {
	if (lineWidth(content) <= width) {
		return content;
	}

	const result: Span[] = [];
	let left = width;
	for (const part of content) {
		const partWidth = widthOf(part.text);
		if (partWidth >= left) {
			result.push({...part, text: partWidth === left ? clip(part.text, left - 1) + '…' : shorten(part.text, left)});
			break;
		}

		result.push(part);
		left -= partWidth;
	}

	return result;
}

/** The line made exactly `width` cells wide. */
export function fitLine(content: Line, width: number): Line {
	const fitting = shortenLine(content, width);
	const missing = width - lineWidth(fitting);
	return missing > 0 ? [...fitting, span(' '.repeat(missing))] : fitting;
}

/** The line as a string with escape sequences; without colours (attributes stay) if `colours` is false. */
export function paint(content: Line, colours: boolean): string {
	return content.map(part => {
		const parameters = sgrParameters(part.style, colours);
		const text = displayed(part.text);
		return parameters === '' || text === '' ? text : `\u{1B}[${parameters}m${text}\u{1B}[0m`;
	}).join('');
}

function sgrParameters(style: Style, colours: boolean): string {
	const parameters: string[] = [];
	if (style.bold === true) {
		parameters.push('1');
	}

	if (style.dim === true) {
		parameters.push('2');
	}

	if (style.italic === true) {
		parameters.push('3');
	}

	if (style.underline === true) {
		parameters.push('4');
	}

	if (style.inverse === true) {
		parameters.push('7');
	}

	if (style.strikethrough === true) {
		parameters.push('9');
	}

	if (colours && style.foreground !== undefined) {
		parameters.push(style.foreground);
	}

	if (colours && style.background !== undefined) {
		parameters.push(style.background);
	}

	return parameters.join(';');
}
