// Where the next line comes from: a file, the body of a macro being expanded, or the body of a `%rep`, each inside the one before.

import {lexLine} from './lexer.js';
import type {MacroLine, Position} from './diagnostics.js';
import type {MacroCall, SourceLine} from './multi-line-macro.js';

export type Frame = {
	readonly kind: 'file' | 'macro' | 'repetition';
	readonly file: string;
	readonly lines: readonly SourceLine[];
	next: number;
	/** The macro call whose parameters hold here. */
	readonly call: MacroCall | undefined;
	/** The place to report for code of a macro: the call in the file, and the macro lines on the way. */
	readonly reported: Position | undefined;
	/** How often a repetition still runs after this time. */
	remaining: number;
	/** How many `%if` were open when the frame began. */
	readonly conditions: number;
};

/** Cuts a file into logical lines: a backslash at the end of a line continues it. */
export function sourceLines(text: string): readonly SourceLine[] {
	const physical = text.split(/\r?\n/v);
	if (physical.at(-1) === '') {
		physical.pop();
	}

	const lines: SourceLine[] = [];
	for (let at = 0; at < physical.length; at++) {
		const line = at + 1;
		let whole = physical[at]!;
		const firstLength = whole.length;
		while (whole.endsWith('\\') && at + 1 < physical.length) {
			at++;
			whole = whole.slice(0, -1) + ' ' + physical[at]!;
		}

		const {tokens, openQuote} = lexLine(whole);
		const placed = tokens.map(token => token.column > firstLength ? {...token, column: Math.max(1, firstLength)} : token);
		lines.push({tokens: placed, line, ...(openQuote === undefined ? {} : {openQuote})});
	}

	return lines;
}

/** The place of a line of this frame, for messages. */
export function framePosition(frame: Frame, line: number): Position {
	const {reported, call} = frame;
	if (reported === undefined) {
		return {file: frame.file, line, column: 1, macros: []};
	}

	const entry: MacroLine = {macro: call!.macro.name, file: call!.macro.file, line};
	return {...reported, macros: [...reported.macros, entry]};
}
