// The log of a container: a file of JSON lines on the host, one for each line that it wrote.
// Source: moby/moby daemon/logger/jsonfilelog, copier.go.
//
//     {"log":"hello\n","stream":"stdout","time":"2026-09-01T08:00:00.000000123Z"}

import {decodeText, encodeText} from '../../base/bytes.js';
import {parseRfc3339, rfc3339OfMoment} from '../../base/internet-date.js';
import {encodeHtmlSafeJson, isJsonObject, parseJson} from '../../base/json.js';
import type {Moment} from '../../base/calendar.js';
import type {OutputStream} from './engine-host.js';
import {decodeLocalLog, encodeLocalEntry} from './local-log.js';

export type LogEntry = {
	/** With its newline, unless it was cut. */
	readonly text: string;
	readonly stream: OutputStream;
	readonly moment: Moment;
	/** What the options `labels` and `env` of the driver added. */
	readonly attributes: ReadonlyArray<readonly [name: string, value: string]>;
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

export type NewEntry = {readonly text: string; readonly stream: OutputStream; readonly moment: Moment};
type Driver = 'json-file' | 'local';

export function encodeLogEntry(driver: Driver, entry: NewEntry, attributes: Readonly<Record<string, string>>): Uint8Array {
	if (driver === 'local') {
		return encodeLocalEntry(entry);
	}

	const {text, stream, moment} = entry;
	return encodeText(`${encodeHtmlSafeJson({log: text, stream, ...(Object.keys(attributes).length === 0 ? {} : {attrs: attributes}), time: rfc3339OfMoment(moment)})}\n`);
}

/** The complete entries that bytes of a log begin with, and how many bytes they take. What is no entry (somebody edited the file) is left out. */
export function decodeLog(driver: Driver, bytes: Uint8Array): {readonly entries: readonly LogEntry[]; readonly usedBytes: number} {
	if (driver === 'local') {
		return decodeLocalLog(bytes);
	}

	const usedBytes = bytes.lastIndexOf(0x0A) + 1;
	return {entries: parseLog(decodeText(bytes.subarray(0, usedBytes))), usedBytes};
}

function parseLog(text: string): readonly LogEntry[] {
	const entries: LogEntry[] = [];
	for (const line of text.split('\n')) {
		const parsed = line === '' ? undefined : parseJson(line);
		if (parsed === undefined || 'error' in parsed || !isJsonObject(parsed.value)) {
			continue;
		}

		const {log, stream, time, attrs} = parsed.value;
		const moment = typeof time === 'string' ? parseRfc3339(time) : undefined;
		if (typeof log === 'string' && (stream === 'stdout' || stream === 'stderr') && moment !== undefined) {
			entries.push({text: log, stream, moment, attributes: isJsonObject(attrs) ? Object.entries(attrs).map(([name, value]) => [name, String(value)] as const) : []});
		}
	}

	return entries;
}

/** What everybody waits on that follows the log. */
export function logChannel(id: string): string {
	return `container-log:${id}`;
}
