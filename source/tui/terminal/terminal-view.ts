// What the terminal pane shows: the log, cut at the pane's width, and the line being typed right behind the prompt that the simulated
// shell wrote. The real cursor goes where the next character goes, since input methods open their window there.

import type {PromptState} from '../prompt/prompt-state.js';
import {lineWidth, span, type Line} from '../text/styled-line.js';
import {padEnd, widthOf} from '../text/width.js';
import {cutLine} from '../text/wrap.js';
import type {TerminalLog} from './terminal-log.js';

export type TerminalView = {
	readonly rows: readonly Line[];
	/** undefined while scrolled back. */
	readonly cursor: {readonly row: number; readonly column: number} | undefined;
	/** How far back the view really is. */
	readonly scroll: number;
};

export type TerminalWish = {
	readonly log: TerminalLog;
	readonly prompt: PromptState;
	/** Shown in place of the prompt while the history is searched. */
	readonly searchLabels: {readonly search: string; readonly failed: string};
	readonly width: number;
	readonly height: number;
	/** Rows scrolled back. */
	readonly scroll: number;
};

export function terminalView(wish: TerminalWish): TerminalView {
	const {log, width, height} = wish;
	const typed = typedRows(wish);
	const wanted = height + wish.scroll;
	const first = wish.scroll > 0 ? 0 : log.top;
	const blocks: Array<readonly Line[]> = [];
	let count = typed.rows.length;
	for (let index = log.lines.length - 1; index >= first && count < wanted; index--) {
		const rows = rowsOf(log.lines[index]!, width);
		blocks.push(rows);
		count += rows.length;
	}

	const all = [...blocks.reverse().flat(), ...typed.rows];
	const scroll = Math.min(wish.scroll, Math.max(all.length - height, 0));
	const start = Math.max(all.length - scroll - height, 0);
	const rows = all.slice(start, start + height);
	const cursorRow = all.length - typed.rows.length + typed.cursorRow - start;
	return {
		rows,
		cursor: scroll > 0 || cursorRow >= height || cursorRow < 0 ? undefined : {row: cursorRow, column: typed.cursorColumn},
		scroll,
	};
}

type TypedRows = {readonly rows: readonly Line[]; readonly cursorRow: number; readonly cursorColumn: number};

function typedRows({log, prompt, searchLabels, width, height}: TerminalWish): TypedRows {
	const {before, after, below} = log.partial;
	const lead: Line = prompt.search === undefined
		? before
		: [span(prompt.search.found === undefined && prompt.search.query !== '' ? searchLabels.failed : searchLabels.search), span(`\`${prompt.search.query}': `)];
	const upToCursor: Line = [...lead, span(prompt.graphemes.slice(0, prompt.cursor).join(''))];
	const rest: Line = [span(prompt.graphemes.slice(prompt.cursor).join('')), ...(prompt.search === undefined ? after : [])];
	const rows = cutLine([...upToCursor, ...rest], width);
	const cut = cutLine(upToCursor, width);
	const column = lineWidth(cut.at(-1)!);
	const isFull = column >= width;
	const cursorRow = cut.length - (isFull ? 0 : 1);
	if (cursorRow >= rows.length) {
		rows.push([]);
	}

	const listed = candidateRows(prompt.candidates, width, Math.max(height - rows.length - 1, 1));
	return {rows: [...rows, ...below.flatMap(row => rowsOf(row, width)), ...listed], cursorRow, cursorColumn: isFull ? 0 : column};
}

/** Candidates in columns, as bash lists them. */
function candidateRows(candidates: readonly string[], width: number, height: number): Line[] {
	if (candidates.length === 0) {
		return [];
	}

	// Of paths, only the last part.
	const names = candidates.map(candidate => /[^\/]*\/?$/v.exec(candidate)?.[0] ?? candidate);
	const column = Math.min(Math.max(...names.map(name => widthOf(name))) + 2, width);
	const perRow = Math.max(Math.floor(width / column), 1);
	const rowCount = Math.ceil(names.length / perRow);
	const shown = Math.min(rowCount, height);
	const rows = Array.from({length: shown}, (_, row) => names.slice(row * perRow, (row + 1) * perRow).map(name => padEnd(name, column)).join('').trimEnd());
	return rows.map((text, row) => [span(row === shown - 1 && shown < rowCount ? `… +${names.length - row * perRow}` : text, {dim: true})]);
}

const cutRows = new WeakMap<Line, {readonly width: number; readonly rows: readonly Line[]}>();

/** A finished line's rows; they are asked for again at every key. */
function rowsOf(content: Line, width: number): readonly Line[] {
	const known = cutRows.get(content);
	if (known?.width === width) {
		return known.rows;
	}

	const rows = cutLine(content, width);
	cutRows.set(content, {width, rows});
	return rows;
}
