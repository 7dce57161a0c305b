// The output of the simulated terminal, as lines of styled spans: a small interpreter of what programs write. It obeys colours (SGR),
// carriage return, backspace, tab, moving and erasing within the lines just written (docker pull draws its progress so) and clearing
// the screen; every other control character and sequence is shown
// in visible notation and never passed on, so that no output can drive the learner's real terminal. Bytes that are not UTF-8 are
// shown as \x9b.
//
//     bytes ──> characters ──> cells of the line being written ──> finished lines (bounded in number and in characters)
//
// Simplified: the cursor cannot be sent to a row by its number, so programs that draw a whole screen (vi, top) show their sequences.

import {plain, type Line, type Span, type Style} from '../text/styled-line.js';
import {visibleControl} from '../text/visible-controls.js';
import {graphemesOf, isPrintableAscii, widthOf} from '../text/width.js';
import {applySgr} from './sgr.js';
import {Utf8Stream} from './utf8-stream.js';

export type TerminalLogLimits = {
	/** Finished lines that are kept. */
	readonly lines: number;
	/** Characters in finished lines that are kept. */
	readonly characters: number;
	/** Of one write, only this much of its end is looked at; the rest is replaced by a note. */
	readonly writeBytes: number;
	/** A line longer than this is broken. */
	readonly lineCells: number;
};

export const defaultLimits: TerminalLogLimits = {lines: 5000, characters: 1_000_000, writeBytes: 1_000_000, lineCells: 4096};

type Cell = {readonly text: string; readonly width: number; readonly style: Style};

const csi = /^\[(?<parameters>[0-?]*)(?<intermediates>[ -\/]*)(?<final>[@-~])/v;
const unfinishedCsi = /^\[[0-?]*[ -\/]*$/v;
const run = /[^\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}\uD800-\uDFFF]+/yv;

export class TerminalLog {
	readonly #limits: TerminalLogLimits;
	readonly #cutNote: (bytes: number) => string;
	readonly #utf8 = new Utf8Stream();
	#lines: Line[] = [];
	#characters = 0;
	#row: Cell[] = [];
	/** Lines under the one being written, after the cursor was moved up; nearest first. */
	#below: Line[] = [];
	#column = 0;
	#style: Style = plain;
	#escape = '';
	#top = 0;
	#version = 0;

	constructor(cutNote: (bytes: number) => string, limits: TerminalLogLimits = defaultLimits) {
		this.#cutNote = cutNote;
		this.#limits = limits;
	}

	/** Grows with every change. */
	get version(): number {
		return this.#version;
	}

	/** Finished lines since the screen was last cleared come from this index on. */
	get top(): number {
		return this.#top;
	}

	/** Finished lines, oldest first. */
	get lines(): readonly Line[] {
		return this.#lines;
	}

	/** The line being written, in which the cursor is (a shell's prompt, mostly), and what is under it. */
	get partial(): {readonly before: Line; readonly after: Line; readonly below: readonly Line[]} {
		const missing = Array.from({length: Math.max(this.#column - this.#row.length, 0)}, () => blank);
		return {before: spansOf([...this.#row.slice(0, this.#column), ...missing]), after: spansOf(this.#row.slice(this.#column)), below: this.#below};
	}

	write(bytes: Uint8Array): void {
		if (bytes.length === 0) {
			return;
		}

		this.#version++;
		let shown = bytes;
		if (bytes.length > this.#limits.writeBytes) {
			shown = endOf(bytes, this.#limits.writeBytes);
			this.#freshLine();
			this.#put(this.#cutNote(bytes.length - shown.length), {dim: true});
			this.#newLine();
		}

		this.#interpret(this.#utf8.decode(shown));
	}

	/** Puts lines of our own above the line being written. */
	note(lines: readonly Line[]): void {
		this.#version++;
		for (const content of lines) {
			this.#push(content);
		}
	}

	/** Forgets the line being written: after an undo the prompt is another one. */
	dropPartial(): void {
		this.#version++;
		this.#row = [];
		this.#below = [];
		this.#column = 0;
		this.#style = plain;
		this.#escape = '';
	}

	/** Starts an empty screen, keeping the line being written (Ctrl-L). */
	clear(): void {
		this.#version++;
		this.#top = this.#lines.length;
	}

	#interpret(text: string): void {
		const input = this.#escape + text;
		this.#escape = '';
		let at = 0;
		while (at < input.length) {
			run.lastIndex = at;
			const match = run.exec(input);
			if (match !== null) {
				this.#put(match[0], this.#style);
				at = run.lastIndex;
				continue;
			}

			const character = String.fromCodePoint(input.codePointAt(at)!);
			if (character === '\u{1B}') {
				const used = this.#takeEscape(input.slice(at + 1, at + 65));
				if (used === undefined) {
					this.#escape = input.slice(at);
					return;
				}

				at += 1 + used;
			} else {
				this.#control(character);
				at += character.length;
			}
		}
	}

	/** Obeys or shows the sequence behind an ESC; answers how long it is, or undefined if it has not arrived in full. */
	#takeEscape(rest: string): number | undefined {
		const match = csi.exec(rest);
		if (match !== null) {
			const {parameters, intermediates, final} = match.groups as {parameters: string; intermediates: string; final: string};
			if (intermediates !== '' || !this.#obey(parameters, final)) {
				this.#put(visibleControl('\u{1B}') + match[0], plain);
			}

			return match[0].length;
		}

		if (rest.length < 64 && (rest === '' || unfinishedCsi.test(rest))) {
			return undefined;
		}

		this.#put(visibleControl('\u{1B}'), plain);
		return 0;
	}

	#obey(parameters: string, final: string): boolean {
		const count = parameters === '' ? 1 : Number(parameters);
		switch (final) {
			case 'm': {
				const style = applySgr(this.#style, parameters);
				this.#style = style ?? this.#style;
				return style !== undefined;
			}

			case 'K':
				return this.#eraseInLine(parameters);
			case 'A':
				return this.#moveUp(Math.max(count, 1));
			case 'B':
				return this.#moveDown(Math.max(count, 1));
			case 'C':
				return this.#moveTo(this.#column + count);
			case 'D':
				return this.#moveTo(this.#column - count);
			case 'G':
				return this.#moveTo(count - 1);
			case 'H':
				return parameters === '' || parameters === '1;1';
			case 'J':
				return this.#eraseScreen(parameters);
			case 'h':
			case 'l':
				// Whether the cursor is shown: it is ours, and shows where typing goes.
				return parameters === '?25';
			default:
				return false;
		}
	}

	/** Not above what the screen shows since it was cleared, nor above what a screen could show. */
	#moveUp(count: number): boolean {
		const limit = Math.min(this.#lines.length - this.#top, Math.max(screenRows - this.#below.length, 0));
		for (let moved = 0; moved < Math.min(count, limit); moved++) {
			this.#below.unshift(spansOf(this.#row));
			this.#row = cellsOf(this.#pop());
		}

		return true;
	}

	/** Not below what has been written. */
	#moveDown(count: number): boolean {
		for (let moved = 0; moved < count && this.#below.length > 0; moved++) {
			this.#push(spansOf(this.#row));
			this.#row = cellsOf(this.#below.shift()!);
		}

		return true;
	}

	#eraseScreen(parameters: string): boolean {
		if (parameters === '' || parameters === '0') {
			this.#below = [];
			return this.#eraseInLine('0');
		}

		if (parameters !== '2' && parameters !== '3') {
			return false;
		}

		this.#moveDown(this.#below.length);
		this.#freshLine();
		this.#top = this.#lines.length;
		return true;
	}

	#eraseInLine(parameters: string): boolean {
		switch (parameters) {
			case '':
			case '0':
				this.#row.length = Math.min(this.#column, this.#row.length);
				return true;
			case '1':
				this.#row.fill(blank, 0, Math.min(this.#column + 1, this.#row.length));
				return true;
			case '2':
				this.#row.fill(blank, 0, Math.min(this.#column, this.#row.length));
				this.#row.length = Math.min(this.#column, this.#row.length);
				return true;
			default:
				return false;
		}
	}

	#moveTo(column: number): boolean {
		if (!Number.isSafeInteger(column)) {
			return false;
		}

		this.#column = Math.min(Math.max(column, 0), this.#limits.lineCells - 1);
		return true;
	}

	#control(character: string): void {
		switch (character) {
			case '\n':
				this.#newLine();
				return;
			case '\r':
				this.#column = 0;
				return;
			case '\b':
				this.#column = Math.max(this.#column - 1, 0);
				return;
			case '\t':
				this.#moveTo(this.#column + 8 - (this.#column % 8));
				return;
			default:
				this.#put(visibleControl(character), this.#style);
		}
	}

	/** Writes over what is at the cursor, as a terminal does. */
	#put(text: string, style: Style): void {
		if (isPrintableAscii(text)) {
			for (const character of text) {
				this.#putCell({text: character, width: 1, style});
			}

			return;
		}

		for (const grapheme of graphemesOf(text)) {
			const width = widthOf(grapheme);
			const before = this.#row[this.#column - 1];
			if (width === 0 && before !== undefined) {
				// Eight combining marks on one character are more than any language has.
				if (before.text.length < 10) {
					this.#row[this.#column - 1] = {...before, text: before.text + grapheme};
				}
			} else {
				this.#putCell({text: clipMarks(grapheme), width, style});
			}
		}
	}

	#putCell(cell: Cell): void {
		if (this.#column >= this.#limits.lineCells) {
			this.#newLine();
		}

		// A wide character is one cell followed by empty ones, so that columns stay columns.
		this.#place(cell);
		for (let column = 1; column < cell.width; column++) {
			this.#place(continuation);
		}
	}

	#place(cell: Cell): void {
		this.#fillTo(this.#column);
		const column = this.#column++;
		if (this.#row[column] === continuation && cell !== continuation) {
			this.#row[column - 1] = blank;
		}

		if (this.#row[column + 1] === continuation) {
			this.#row[column + 1] = blank;
		}

		this.#row[column] = cell;
	}

	#fillTo(column: number): void {
		while (this.#row.length < column) {
			this.#row.push(blank);
		}
	}

	#freshLine(): void {
		if (this.#row.length > 0) {
			this.#newLine();
		}
	}

	#newLine(): void {
		if (this.#below.length > 0) {
			this.#column = 0;
			this.#moveDown(1);
			return;
		}

		this.#push(spansOf(this.#row));
		this.#row = [];
		this.#column = 0;
	}

	#push(content: Line): void {
		this.#lines.push(content);
		this.#characters += lengthOf(content);
		// Dropping a tenth at a time keeps the cost of a line constant.
		if (this.#lines.length > this.#limits.lines * 1.1 || this.#characters > this.#limits.characters * 1.1) {
			this.#dropOldest();
		}
	}

	#pop(): Line {
		const content = this.#lines.pop()!;
		this.#characters -= lengthOf(content);
		return content;
	}

	#dropOldest(): void {
		let drop = 0;
		while (drop < this.#lines.length - 1 && (this.#lines.length - drop > this.#limits.lines || this.#characters > this.#limits.characters)) {
			this.#characters -= lengthOf(this.#lines[drop]!);
			drop++;
		}

		this.#lines = this.#lines.slice(drop);
		this.#top = Math.max(this.#top - drop, 0);
	}
}

/** As far back as the cursor can be moved up. */
const screenRows = 200;

const blank: Cell = {text: ' ', width: 1, style: plain};
const continuation: Cell = {text: '', width: 0, style: plain};

function spansOf(cells: readonly Cell[]): Line {
	const spans: Span[] = [];
	let text = '';
	let style: Style = plain;
	for (const cell of cells) {
		if (cell === continuation) {
			continue;
		}

		if (cell.style !== style && text !== '') {
			spans.push({text, style});
			text = '';
		}

		style = cell.style;
		text += cell.text;
	}

	if (text !== '') {
		spans.push({text, style});
	}

	return spans;
}

function cellsOf(content: Line): Cell[] {
	return content.flatMap(({text, style}) => graphemesOf(text).flatMap((grapheme): Cell[] => {
		const width = widthOf(grapheme);
		return [{text: grapheme, width, style}, ...Array.from({length: Math.max(width - 1, 0)}, () => continuation)];
	}));
}

function lengthOf(content: Line): number {
	return content.reduce((sum, part) => sum + part.text.length, 0);
}

function clipMarks(grapheme: string): string {
	return grapheme.length <= 32 ? grapheme : grapheme.slice(0, 32).toWellFormed();
}

/** The last `count` bytes, from the start of a line if there is one near. */
function endOf(bytes: Uint8Array, count: number): Uint8Array {
	const from = bytes.length - count;
	const newLine = bytes.subarray(from, from + 4096).indexOf(10);
	return bytes.subarray(newLine === -1 ? from : from + newLine + 1);
}
