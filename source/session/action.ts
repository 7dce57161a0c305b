// What somebody did, at the level of meaning. Keystrokes, focus and scrolling are not actions.

import type {Nanoseconds} from '../base/clock.js';

/** `half-close`: it sends no more and still reads. `stop-reading`: what the engine sends waits until it reads on. */
export type ClientDeed = 'connect' | 'half-close' | 'leave' | 'stop-reading' | 'read-on';

export type Action =
	/** A line typed at the terminal and Enter, without the newline; also what answers a program that reads. */
	| {readonly type: 'line'; readonly text: string; /** Returns once this much virtual time has passed, with the command still running. */ readonly waitNs?: Nanoseconds}
	/** Ctrl-C. */
	| {readonly type: 'interrupt'}
	/** Ctrl-D at the start of a line. */
	| {readonly type: 'end-of-input'}
	/** Ctrl-Z. */
	| {readonly type: 'suspend'}
	/** Time passes while nobody types; less of it if the world makes `steps` steps before. */
	| {readonly type: 'advance'; readonly ns: Nanoseconds; readonly steps?: number}
	/** A client outside the world did something with its connection to the engine's socket. Whoever serves the connection numbers it. */
	| {readonly type: 'client'; readonly connection: number; readonly does: ClientDeed}
	/** It sent bytes: as text where they are UTF-8, so that a transcript can be read. */
	| {readonly type: 'client-bytes'; readonly connection: number; readonly encoding: 'utf8' | 'base64'; readonly data: string}
	| {readonly type: 'resize'; readonly columns: number; readonly rows: number}
	/** An answer to the question of a lab's step. */
	| {readonly type: 'answer'; readonly step: string; readonly text: string}
	/** The next hint of a lab's step was asked for. */
	| {readonly type: 'hint'; readonly step: string}
	/** Back to the world before the last action that changed it. Appended to the history like every action. */
	| {readonly type: 'undo'}
	| {readonly type: 'redo'};
