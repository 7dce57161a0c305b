// How much room text takes in a terminal: cells, not characters. A grapheme cluster is one unit for the cursor and for wrapping; a
// Chinese character and most emoji take two cells. Measured by string-width, as Ink does, so that both agree.

import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

const printableAscii = /^[ -~]*$/v;

/** Zero-width joiner, variation selectors, skin tones: what makes terminals disagree about the width of emoji. */
const emojiJoiners = /[\u200D\uFE0E\uFE0F\u{1F3FB}-\u{1F3FF}]/gv;

/** The text as it is sent to the terminal: a family is shown as its members, which have the same width in every terminal. */
export function displayed(text: string): string {
	return isPrintableAscii(text) ? text : text.replaceAll(emojiJoiners, '');
}

export function isPrintableAscii(text: string): boolean {
	return printableAscii.test(text);
}

/** Cells that `text` takes, as it is displayed. */
export function widthOf(text: string): number {
	return isPrintableAscii(text) ? text.length : stringWidth(displayed(text));
}

/** What a reader takes for single characters, in order. */
export function graphemesOf(text: string): string[] {
	return isPrintableAscii(text) ? [...text] : Array.from(segmenter.segment(text), part => part.segment);
}

/** The longest start of `text` that fits into `width` cells. */
export function clip(text: string, width: number): string {
	if (isPrintableAscii(text)) {
		return text.slice(0, Math.max(width, 0));
	}

	let result = '';
	let used = 0;
	for (const grapheme of graphemesOf(text)) {
		used += widthOf(grapheme);
		if (used > width) {
			break;
		}

		result += grapheme;
	}

	return result;
}

/** `text`, or its start and an ellipsis where it is too long for `width` cells. */
export function shorten(text: string, width: number): string {
	return widthOf(text) <= width ? text : (width <= 0 ? '' : clip(text, width - 1) + '…');
}

export function padEnd(text: string, width: number): string {
	return text + ' '.repeat(Math.max(width - widthOf(text), 0));
}

export function padStart(text: string, width: number): string {
	return ' '.repeat(Math.max(width - widthOf(text), 0)) + text;
}
