// A replayed session as text, action by action, for reports that show it.

import {stripVTControlCharacters} from 'node:util';
import {decodeText} from '../base/bytes.js';
import type {Output} from '../session/session.js';
import type {Replayed} from '../transcript/replay.js';
import {deedText} from './deed-text.js';

export type LoggedAction = {
	/** The line of the transcript. */
	readonly line: number;
	readonly deed: string;
	readonly atSeconds: number;
	/** Without the sequences of a terminal. */
	readonly output: string;
};

/** Of one action, and of all together; a report is for reading. */
const maxActionCharacters = 8192;
const maxCharacters = 1_048_576;

export class Log {
	readonly actions: LoggedAction[] = [];
	#characters = 0;

	note({record, applied}: Replayed): void {
		const output = cut(textOf(applied.output), Math.min(maxActionCharacters, maxCharacters - this.#characters));
		this.#characters += output.length;
		this.actions.push({line: record?.line ?? 2, deed: record === undefined ? '' : deedText(record.action), atSeconds: record?.atSeconds ?? 0, output});
	}
}

function textOf(output: readonly Output[]): string {
	return stripVTControlCharacters(output.map(({bytes}) => decodeText(bytes)).join('')).replaceAll('\r\n', '\n');
}

function cut(text: string, characters: number): string {
	return text.length <= characters ? text : `${text.slice(0, Math.max(0, characters)).toWellFormed()}\n[${text.length - Math.max(0, characters)} more characters]\n`;
}
