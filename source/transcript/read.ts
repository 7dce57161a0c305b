// Reads a transcript and checks its chain. The bytes are untrusted: every budget is counted, and every refusal names a line.
//
// A last record that was cut off (power loss, disk full) is not an edit: what is before it is kept and the rest is reported.

import type {z} from 'zod';
import {decodeUtf8} from '../base/bytes.js';
import type {Digest} from '../base/digest.js';
import type {Action} from '../session/action.js';
import {headerSchema, headerSeal, recordCode, recordSchema, sealOf, type Header, type RecordBody} from './format.js';

export type TranscriptRecord = {
	readonly action: Action;
	/** The digest of what the action showed. */
	readonly output: Digest;
	/** The line of the file, from 1. */
	readonly line: number;
	/** Real seconds from the start to this record, as written down. */
	readonly atSeconds: number;
};

export type Transcript = {
	readonly header: Header;
	/** What was shown before the first action. Undefined if the file ends before it. */
	readonly start: Digest | undefined;
	readonly records: readonly TranscriptRecord[];
	/** The seal of the last record: on what a continued transcript builds, and the receipt of this one. */
	readonly seal: string;
	/** How many bytes hold the header and whole records. */
	readonly wholeBytes: number;
	/** What is wrong with the rest, if there is a rest. */
	readonly cutOff: Refusal | undefined;
};

export type Refusal = {readonly line: number; readonly message: string};

export const budgets = {fileBytes: 256 * 1024 * 1024, lineCharacters: 1_048_576, lines: 1_000_000, records: 100_000} as const;

export function readTranscript(bytes: Uint8Array): Transcript | {readonly refused: Refusal} {
	if (bytes.length > budgets.fileBytes) {
		return refusal(1, `the file has more than ${budgets.fileBytes} bytes`);
	}

	const {lines, tail} = cutLines(bytes);
	if (lines.length === 0) {
		return refusal(1, tail === 0 ? 'the file is empty' : 'the header is cut off');
	}

	if (lines.length > budgets.lines) {
		return refusal(budgets.lines, `the file has more than ${budgets.lines} lines`);
	}

	const header = readHeader(lines[0]!);
	return 'refused' in header ? header : new Reader(header, lines, tail).read();
}

/** Reads records one after the other, carrying the chain along. */
class Reader {
	readonly #header: Header;
	readonly #lines: readonly Line[];
	readonly #tail: number;
	#start: Digest | undefined;
	readonly #records: TranscriptRecord[] = [];
	/** Index of the first line after the last whole record. */
	#from = 1;
	#seal: string;
	#seconds = 0;

	constructor(header: Header, lines: readonly Line[], tail: number) {
		this.#header = header;
		this.#lines = lines;
		this.#tail = tail;
		this.#seal = headerSeal(lines[0]!.text);
	}

	read(): Transcript | {readonly refused: Refusal} {
		for (let index = 1; index < this.#lines.length; index++) {
			const line = this.#lines[index]!;
			const event = readEvent(line);
			if ('refused' in event) {
				return event;
			}

			this.#seconds += event.seconds;
			const record = event.code === recordCode ? this.#readRecord(index, event.data) : undefined;
			if (record !== undefined) {
				return record;
			}
		}

		const isWhole = this.#from === this.#lines.length && this.#tail === 0;
		return {
			header: this.#header,
			start: this.#start,
			records: this.#records,
			seal: this.#seal,
			wholeBytes: this.#lines[this.#from - 1]!.endByte,
			cutOff: isWhole ? undefined : {line: this.#from + 1, message: 'the last record is cut off; what is before it is kept'},
		};
	}

	#readRecord(index: number, data: string): {readonly refused: Refusal} | undefined {
		const number = index + 1;
		if (this.#records.length >= budgets.records) {
			return refusal(number, `the file has more than ${budgets.records} records`);
		}

		const seal = /^[\da-f]{64}(?= )/v.exec(data)?.[0];
		if (seal === undefined) {
			return refusal(number, 'the record has no seal');
		}

		const before = this.#lines.slice(this.#from, index).map(line => line.text);
		if (sealOf(before, this.#lines[index]!.text.replace(seal, this.#seal)) !== seal) {
			const lines = before.length === 0 ? `line ${number} was` : `lines ${this.#from + 1} to ${number} were`;
			return refusal(number, `the seal does not fit: ${lines} changed after being written, or a record before is missing`);
		}

		const body = parse(recordSchema, data.slice(seal.length + 1));
		if ('error' in body) {
			return refusal(number, `not a record of this version: ${body.error}`);
		}

		this.#seal = seal;
		this.#from = index + 1;
		return this.#keep(body.value as RecordBody, number);
	}

	/** The first record is the start and has no action; all others have one. */
	#keep({action, output}: RecordBody, line: number): {readonly refused: Refusal} | undefined {
		if ((this.#start === undefined) !== (action === undefined)) {
			return refusal(line, action === undefined ? 'a second start' : 'the start is missing');
		}

		this.#start ??= output;
		if (action !== undefined) {
			this.#records.push({action, output, line, atSeconds: this.#seconds});
		}

		return undefined;
	}
}

type Line = {readonly number: number; readonly text: string; readonly endByte: number};

/** Whole lines, and how many bytes follow the last newline. */
function cutLines(bytes: Uint8Array): {readonly lines: readonly Line[]; readonly tail: number} {
	const lines: Line[] = [];
	let from = 0;
	for (let end = bytes.indexOf(10); end !== -1 && lines.length <= budgets.lines; end = bytes.indexOf(10, from)) {
		// What is not UTF-8 becomes a text that is no JSON, so its line is refused when it is read.
		const text = end - from > 4 * budgets.lineCharacters ? '' : decodeUtf8(bytes.subarray(from, end)) ?? '';
		lines.push({number: lines.length + 1, text, endByte: end + 1});
		from = end + 1;
	}

	return {lines, tail: bytes.length - from};
}

function readHeader(line: Line): Header | {readonly refused: Refusal} {
	const value = parseJson(line.text);
	if (value === undefined || typeof value !== 'object' || value === null || !('version' in value)) {
		return refusal(1, 'not a transcript: the first line is not the header of an asciicast');
	}

	const {virtlab, version} = value as {virtlab?: {format?: unknown}; version: unknown};
	if (version !== 3 || virtlab === undefined) {
		return refusal(1, version === 3 ? 'an asciicast, but not one of virtlab' : `asciicast version ${JSON.stringify(version)?.slice(0, 20)}; virtlab writes and reads version 3`);
	}

	const parsed = headerSchema.safeParse(value);
	if (parsed.success) {
		return parsed.data;
	}

	const format = JSON.stringify(virtlab?.format)?.slice(0, 20) ?? 'none';
	return refusal(1, format === '1' ? `the header is not one of this version: ${describe(parsed.error)}` : `transcript format ${format}; this virtlab reads format 1`);
}

function readEvent(line: Line): {readonly seconds: number; readonly code: string; readonly data: string} | {readonly refused: Refusal} {
	const value = line.text.length > budgets.lineCharacters ? undefined : parseJson(line.text);
	if (!Array.isArray(value) || value.length !== 3) {
		return refusal(line.number, 'not an event: a line must be [seconds, code, text]');
	}

	const [seconds, code, data] = value as readonly unknown[];
	return typeof seconds === 'number' && seconds >= 0 && typeof code === 'string' && typeof data === 'string'
		? {seconds, code, data}
		: refusal(line.number, 'not an event: a line must be [seconds, code, text]');
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): {readonly value: z.infer<Schema>} | {readonly error: string} {
	const parsed = schema.safeParse(parseJson(text));
	return parsed.success ? {value: parsed.data} : {error: describe(parsed.error)};
}

function describe(error: z.ZodError): string {
	const [issue] = error.issues;
	return `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 200);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function refusal(line: number, message: string): {readonly refused: Refusal} {
	return {refused: {line, message}};
}
