// Input records and fields: RS and FS in their forms.

import {textFromBytes} from '../../base/byte-text.js';
import type {PosixRegex} from '../../base/posix-regex.js';
import {readAll} from '../../model/kernel/blocking.js';
import {failed, type Failure} from '../../model/kernel/errno.js';
import type {Fd, Process} from '../../model/kernel/program.js';
import {LineReader, type Blocking} from '../standard-io.js';
import {awkRegex} from './values.js';

/** Input with a regular expression as RS, or in paragraphs, is read whole: at most this much. */
const wholeBytesMax = 16 * 1024 * 1024;

/** Reads records from one descriptor. RS is looked at when the first record is read. */
export class RecordReader {
	readonly #process: Process;
	readonly #fd: Fd;
	#lines: LineReader | undefined;
	#records: string[] | undefined;

	constructor(process: Process, fd: Fd) {
		this.#process = process;
		this.#fd = fd;
	}

	* next(rs: string): Blocking<string | undefined | Failure> {
		if (this.#lines === undefined && this.#records === undefined) {
			if (/^[^\\]$/v.test(rs) && rs.charCodeAt(0) < 128) {
				this.#lines = new LineReader(this.#process, this.#fd, rs);
			} else {
				const bytes = yield * readAll(this.#process, this.#fd, wholeBytesMax);
				if (failed(bytes)) {
					return bytes;
				}

				this.#records = splitRecords(textFromBytes(bytes), rs);
			}
		}

		if (this.#records !== undefined) {
			return this.#records.shift();
		}

		const line = yield * this.#lines!.next();
		return line === undefined || failed(line) ? line : line.text;
	}

	close(): void {
		if (this.#fd > 2) {
			this.#process.sys.close(this.#fd);
		}
	}
}

function splitRecords(text: string, rs: string): string[] {
	const regex = awkRegex(rs === '' ? '\n\n+' : rs);
	const body = rs === '' ? text.replaceAll(/^\n+|\n+$/gv, '') : text.replace(/\n$/v, '');
	return body === '' ? [] : ('error' in regex ? [body] : splitBy(body, regex));
}

/** Splits at every match that is not empty. */
export function splitBy(text: string, regex: PosixRegex): string[] {
	const parts: string[] = [];
	let start = 0;
	for (let at = 0; at <= text.length;) {
		const match = regex.find(text, at)?.[0];
		if (match === undefined) {
			break;
		}

		if (match.end > match.start) {
			parts.push(text.slice(start, match.start));
			start = match.end;
		}

		at = Math.max(match.end, match.start + 1);
	}

	return [...parts, text.slice(start)];
}

/** Splits into fields: by blanks if FS is one space, by a character, by each character if empty, else by a regular expression. */
export function splitFields(text: string, fs: string, paragraphs = false): string[] {
	if (fs === ' ') {
		return text.split(/[ \t\n]+/v).filter(field => field !== '');
	}

	if (text === '') {
		return [];
	}

	if (fs === '') {
		return [...text];
	}

	// In paragraph mode a newline separates fields too.
	const parts = paragraphs ? text.split('\n') : [text];
	if ([...fs].length === 1) {
		return parts.flatMap(part => part.split(fs));
	}

	const regex = awkRegex(fs);
	return 'error' in regex ? [text] : parts.flatMap(part => splitBy(part, regex));
}
