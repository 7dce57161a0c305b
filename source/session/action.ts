// What somebody did, at the level of meaning. Keystrokes, focus and scrolling are not actions.

import type {Nanoseconds} from '../base/clock.js';

export type Action =
	/** A line typed at the terminal and Enter, without the newline; also what answers a program that reads. */
	| {readonly type: 'line'; readonly text: string; /** Returns once this much virtual time has passed, with the command still running. */ readonly waitNs?: Nanoseconds}
	/** Ctrl-C. */
	| {readonly type: 'interrupt'}
	/** Ctrl-D at the start of a line. */
	| {readonly type: 'end-of-input'}
	/** Ctrl-Z. */
	| {readonly type: 'suspend'}
	/** Time passes while nobody types. */
	| {readonly type: 'advance'; readonly ns: Nanoseconds}
	| {readonly type: 'resize'; readonly columns: number; readonly rows: number}
	/** An answer to the question of a lab's step. */
	| {readonly type: 'answer'; readonly step: string; readonly text: string}
	/** The next hint of a lab's step was asked for. */
	| {readonly type: 'hint'; readonly step: string}
	/** Back to the world before the last action that changed it. Appended to the history like every action. */
	| {readonly type: 'undo'}
	| {readonly type: 'redo'};
