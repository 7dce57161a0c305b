// Breaking text into lines as Chinese and English readers expect (a subset of Unicode TR14 and of GB/T 15834): English between words,
// Chinese between any two characters, but no line begins with closing punctuation and none ends with opening punctuation. A word that
// is longer than a line is cut.

import type {Line, Span, Style} from './styled-line.js';
import {graphemesOf, widthOf} from './width.js';

const closing = new Set(['，', '。', '、', '；', '：', '？', '！', '）', '」', '』', '】', '》', '〉', '”', '’', '…', '—', '～', '％', '·',
	',', '.', ';', ':', '?', '!', ')', ']', '}', '%', '"', '\'']);
const opening = new Set(['（', '「', '『', '【', '《', '〈', '“', '‘', '(', '[', '{']);

type Cell = {readonly text: string; readonly width: number; readonly style: Style};

/** Cuts `content` into lines of at most `width` cells. `hang` is how far the second and later lines are moved in. */
export function wrapLine(content: Line, width: number, hang = 0): Line[] {
	const lines: Line[] = [];
	let row: Cell[] = [];
	let used = 0;
	const room = () => Math.max(width - (lines.length === 0 ? 0 : hang), 1);
	const finish = () => {
		lines.push(toLine(row, lines.length === 0 ? 0 : hang));
		row = [];
		used = 0;
	};

	for (const piece of piecesOf(content)) {
		const pieceWidth = cellsWidth(piece.cells);
		if (used > 0 && used + pieceWidth > room()) {
			finish();
		}

		for (const cell of piece.cells) {
			if (used > 0 && used + cell.width > room()) {
				finish();
			}

			row.push(cell);
			used += cell.width;
		}

		// Spaces between words hang over the end of the line rather than begin the next one.
		for (const space of piece.spaces) {
			if (used < room()) {
				row.push(space);
				used += space.width;
			}
		}
	}

	finish();
	return lines;
}

/** Cuts a line at the last column, wherever that is: what a terminal does. */
export function cutLine(content: Line, width: number): Line[] {
	const lines: Line[] = [];
	let row: Cell[] = [];
	let used = 0;
	for (const cell of cellsOf(content)) {
		if (used + cell.width > width && row.length > 0) {
			lines.push(toLine(row, 0));
			row = [];
			used = 0;
		}

		row.push(cell);
		used += cell.width;
	}

	lines.push(toLine(row, 0));
	return lines;
}

type Piece = {readonly cells: Cell[]; readonly spaces: Cell[]};

/** Runs of cells that stay together, each with the spaces behind it. */
function piecesOf(content: Line): Piece[] {
	const pieces: Piece[] = [];
	let piece: Piece = {cells: [], spaces: []};
	for (const cell of cellsOf(content)) {
		if (cell.text === ' ') {
			piece.spaces.push(cell);
			continue;
		}

		const previous = piece.cells.at(-1);
		if (piece.spaces.length > 0 || (previous !== undefined && mayBreakBetween(previous, cell))) {
			pieces.push(piece);
			piece = {cells: [], spaces: []};
		}

		piece.cells.push(cell);
	}

	pieces.push(piece);
	return pieces;
}

function mayBreakBetween(before: Cell, after: Cell): boolean {
	return (before.width === 2 || after.width === 2) && !closing.has(after.text) && !opening.has(before.text);
}

function * cellsOf(content: Line): Generator<Cell> {
	for (const part of content) {
		for (const text of graphemesOf(part.text)) {
			yield {text, width: widthOf(text), style: part.style};
		}
	}
}

function cellsWidth(cells: readonly Cell[]): number {
	return cells.reduce((sum, cell) => sum + cell.width, 0);
}

function toLine(cells: readonly Cell[], indent: number): Line {
	const spans: Span[] = indent > 0 ? [{text: ' '.repeat(indent), style: {}}] : [];
	let text = '';
	let style: Style | undefined;
	for (const cell of cells) {
		if (cell.style !== style && text !== '') {
			spans.push({text, style: style!});
			text = '';
		}

		style = cell.style;
		text += cell.text;
	}

	if (text !== '') {
		spans.push({text, style: style!});
	}

	return spans;
}
