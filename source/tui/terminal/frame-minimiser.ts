// A frame of Ink's, said in fewer bytes. Ink walks from the bottom of the screen to its top, down again row by row, and back to the
// cursor, for a single changed cell. Here only the cursor's way counts: moves are added up and written when something is drawn, and
// the ceremony around a frame (cursor off and on, synchronized output) is left out when there is but one thing to draw.
//
//     Ink:  ESC[?2026h ESC[?25l ESC[20B ESC[1G ESC[39A ESC[19E ESC[106G ESC[K z LF ESC[19E ESC[20A ESC[107G ESC[?25h ESC[?2026l
//     here: ESC[K z
//
// Moves are relative, as Ink's are, so nothing need be known about the screen but its width. What is not understood is passed on as
// it came. Tested against a terminal emulator: both ways must leave the same screen and cursor.

import {widthOf} from '../text/width.js';

type Position = {readonly row: number; /** undefined where a line was filled to its end. */ readonly column: number | undefined};

/** Rows count from where the last frame left the terminal's cursor. */
const origin: Position = {row: 0, column: undefined};

const token = /\u001B\[(?<parameters>\??[\d;]*)(?<final>[A-Za-z])|(?<text>[^\u001B\r\n]+)|(?<line>[\r\n])/yv;
const syncStart = '\u{1B}[?2026h';
const syncEnd = '\u{1B}[?2026l';
const cursorOff = '\u{1B}[?25l';
const cursorOn = '\u{1B}[?25h';

export class FrameMinimiser {
	readonly #columns: number;
	/** Where the terminal's cursor is, and where Ink believes it is. */
	#actual: Position;
	#wanted: Position;
	#isVisible = true;

	/** The screen was just cleared, with the cursor in its upper left corner. */
	constructor(columns: number) {
		this.#columns = columns;
		this.#actual = {row: 0, column: 0};
		this.#wanted = this.#actual;
	}

	/** The bytes to send for a frame. */
	minimise(frame: string): string {
		const drawing = this.#draw(frame);
		if (drawing === undefined) {
			return this.#passOn(frame);
		}

		const {text, segments, isVisible} = drawing;
		// A hidden cursor goes there too: Ink counts on where the terminal puts it when the window shrinks.
		const move = this.#moveTo();
		const whole = segments > 1;
		const wasVisible = this.#isVisible;
		this.#isVisible = isVisible;
		const start = (whole ? syncStart : '') + (wasVisible && (whole || !isVisible) ? cursorOff : '');
		const end = (isVisible && (whole || !wasVisible) ? cursorOn : '') + (whole ? syncEnd : '');
		return start + text + move + end;
	}

	#draw(frame: string): {readonly text: string; readonly segments: number; readonly isVisible: boolean} | undefined {
		const before = {actual: this.#actual, wanted: this.#wanted};
		let isVisible = this.#isVisible;
		let text = '';
		let segments = 0;
		for (token.lastIndex = 0; token.lastIndex < frame.length;) {
			const at = token.lastIndex;
			const groups = token.exec(frame)?.groups;
			const drawn = groups === undefined ? undefined : this.#step(groups);
			if (drawn === undefined) {
				this.#actual = before.actual;
				this.#wanted = before.wanted;
				return undefined;
			}

			if (drawn === cursorOn || drawn === cursorOff) {
				isVisible = drawn === cursorOn;
			} else {
				// Text right behind what was drawn before belongs to it; a move or an erasure begins something new.
				segments += groups!['final'] !== 'm' && /^[\u001B\r\n]/v.test(drawn) ? 1 : 0;
				text += drawn;
			}

			token.lastIndex = Math.max(token.lastIndex, at + 1);
		}

		return {text, segments, isVisible};
	}

	/** What one token draws; undefined if it is not understood. */
	#step({parameters, final, text, line}: Readonly<Record<string, string | undefined>>): string | undefined {
		if (text !== undefined) {
			return this.#put(text);
		}

		if (line !== undefined) {
			// The terminal is in a mode in which a newline also goes to the first column.
			this.#wanted = {row: this.#wanted.row + (line === '\n' ? 1 : 0), column: 0};
			return '';
		}

		const sequence = `\u{1B}[${parameters}${final}`;
		if (final === 'm') {
			return sequence;
		}

		if (final === 'K') {
			return parameters === '' || parameters === '0' ? this.#moveTo() + '\u{1B}[K' : undefined;
		}

		if (sequence === syncStart || sequence === syncEnd) {
			return '';
		}

		return sequence === cursorOn || sequence === cursorOff ? sequence : (this.#move(parameters!, final!) ? '' : undefined);
	}

	#move(parameters: string, final: string): boolean {
		const count = parameters === '' ? 1 : Number(parameters);
		const {row, column} = this.#wanted;
		if (!Number.isSafeInteger(count)) {
			return false;
		}

		switch (final) {
			case 'A':
				this.#wanted = {row: row - count, column};
				return true;
			case 'B':
				this.#wanted = {row: row + count, column};
				return true;
			case 'E':
				this.#wanted = {row: row + count, column: 0};
				return true;
			case 'G':
				this.#wanted = {row, column: count - 1};
				return true;
			default:
				return false;
		}
	}

	#put(text: string): string {
		const move = this.#moveTo();
		const {row, column} = this.#actual;
		const end = column === undefined ? undefined : column + widthOf(text);
		this.#actual = {row, column: end !== undefined && end < this.#columns ? end : undefined};
		this.#wanted = this.#actual;
		return move + text;
	}

	/** Takes the terminal's cursor to where Ink believes it is. */
	#moveTo(): string {
		const from = this.#actual;
		const to = this.#wanted;
		const down = to.row - from.row;
		this.#actual = {row: 0, column: to.column};
		this.#wanted = this.#actual;
		if (down === 1 && to.column === 0) {
			return '\n';
		}

		if (down > 1 && to.column === 0) {
			return `\u{1B}[${down}E`;
		}

		const vertical = down === 0 ? '' : `\u{1B}[${Math.abs(down) === 1 ? '' : Math.abs(down)}${down > 0 ? 'B' : 'A'}`;
		return vertical + horizontal(from.column, to.column);
	}

	#passOn(frame: string): string {
		const move = this.#moveTo();
		const shown = frame.lastIndexOf(cursorOn);
		const hidden = frame.lastIndexOf(cursorOff);
		this.#isVisible = shown === hidden ? this.#isVisible : shown > hidden;
		// Where the cursor is now is not known; rows count from there, and columns when Ink names one.
		this.#actual = origin;
		this.#wanted = origin;
		return move + frame;
	}
}

function horizontal(from: number | undefined, to: number | undefined): string {
	if (to === undefined || from === to) {
		return '';
	}

	if (to === 0) {
		return '\r';
	}

	return from === to - 1 ? '\u{1B}[C' : `\u{1B}[${to + 1}G`;
}
