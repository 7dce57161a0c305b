// The log of a container: a file of JSON lines on the host, one for each line that it wrote.
// Source: moby/moby daemon/logger/jsonfilelog, copier.go.
//
//     {"log":"hello\n","stream":"stdout","time":"2026-09-01T08:00:00.000000123Z"}

import {decodeText, encodeText} from '../../base/bytes.js';
import {parseRfc3339, rfc3339Nano} from '../../base/internet-date.js';
import {encodeHtmlSafeJson, isJsonObject, parseJson} from '../../base/json.js';
import type {Moment} from '../../base/calendar.js';
import type {OutputStream} from './engine-host.js';

export type LogEntry = {
	/** With its newline, unless it was cut. */
	readonly text: string;
	readonly stream: OutputStream;
	readonly time: string;
	readonly moment: Moment;
};

/** Longer lines are logged in parts. Source: copier.go, defaultBufSize. */
const maxLineBytes = 16 * 1024;

/** Cuts what a stream brings into log lines. One for each stream of a container. */
export class LineCutter {
	#rest = '';

	/** Complete lines (or parts of overlong ones); what is left waits for more. */
	push(bytes: Uint8Array): readonly string[] {
		const text = this.#rest + decodeText(bytes);
		const lines: string[] = [];
		let from = 0;
		for (;;) {
			const newline = text.indexOf('\n', from);
			const end = newline === -1 ? text.length : newline + 1;
			if (end - from > maxLineBytes) {
				lines.push(text.slice(from, from + maxLineBytes));
				from += maxLineBytes;
			} else if (newline === -1) {
				this.#rest = text.slice(from);
				return lines;
			} else {
				lines.push(text.slice(from, end));
				from = end;
			}
		}
	}

	/** What no newline ended. */
	finish(): readonly string[] {
		const rest = this.#rest;
		this.#rest = '';
		return rest === '' ? [] : [rest];
	}
}

export function encodeLogLine(line: {readonly text: string; readonly stream: OutputStream; readonly ns: number}): Uint8Array {
	return encodeText(`${encodeHtmlSafeJson({log: line.text, stream: line.stream, time: rfc3339Nano(line.ns)})}\n`);
}

/** Entries of a log file's text; lines that are none (somebody edited the file) are left out. */
export function parseLog(text: string): readonly LogEntry[] {
	const entries: LogEntry[] = [];
	for (const line of text.split('\n')) {
		const parsed = line === '' ? undefined : parseJson(line);
		if (parsed === undefined || 'error' in parsed || !isJsonObject(parsed.value)) {
			continue;
		}

		const {log, stream, time} = parsed.value;
		const moment = typeof time === 'string' ? parseRfc3339(time) : undefined;
		if (typeof log === 'string' && (stream === 'stdout' || stream === 'stderr') && moment !== undefined && typeof time === 'string') {
			entries.push({text: log, stream, time, moment});
		}
	}

	return entries;
}

/** What everybody waits on that follows the log. */
export function logChannel(id: string): string {
	return `container-log:${id}`;
}
