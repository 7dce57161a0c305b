// The format of a transcript: JSON lines that are a valid asciicast v3, so that any player shows what the learner saw. Source:
// docs.asciinema.org/manual/asciicast/v3.
//
//     {"version":3,"term":{...},"timestamp":...,"virtlab":{...}}     header; `virtlab` is ours, players ignore it
//     [0.812,"i","docker ps\r"]                                      what was typed
//     [0.003,"o","CONTAINER ID   IMAGE ..."]                         what was shown
//     [0.0,"A","<seal> {\"action\":{...},\"output\":\"sha256:...\",...}"]    our record: closes the lines since the record before
//
// Players skip codes that they do not know, if the data is text. The seal of a record is the SHA-256 of all lines since the record
// before and of the record itself, with the seal of the record before in the place of its own: a chain that covers every byte of the
// file. A seal that is made on the learner's machine shows that nothing broke or was edited by hand; it does not show who typed.

import * as z from 'zod';
import {encodeText} from '../base/bytes.js';
import {Hasher, isDigest, sha256Hex, type Digest} from '../base/digest.js';
import type {Action} from '../session/action.js';
import {maxLineBytes, maxSendBytes} from '../session/limits.js';
import type {Output, Reply} from '../session/session.js';

/** Of the records beside asciicast's own. */
export const formatVersion = 1;

/** The code of our own events. */
export const recordCode = 'A';

const shortText = z.string().max(200);
const digest = z.string().refine(isDigest, 'is not a digest').transform(text => text as Digest);

/** The end of the year 9999, which is as far as dates of four digits go. */
const maxEpochSeconds = 253_402_300_799;

export const headerSchema = z.strictObject({
	version: z.literal(3),
	term: z.strictObject({cols: z.int().min(1).max(1000), rows: z.int().min(1).max(1000), type: shortText.optional()}),
	timestamp: z.int().min(0).optional(),
	title: shortText.optional(),
	virtlab: z.strictObject({
		format: z.literal(formatVersion),
		engine: shortText,
		lab: z.strictObject({id: shortText, version: z.int(), digest}).optional(),
		scenario: shortText,
		seed: z.int().min(0),
		learner: shortText,
		interactive: z.boolean(),
		epochSeconds: z.int().min(0).max(maxEpochSeconds).optional(),
		/** A teacher's (ticket.ts). */
		ticket: z.string().max(2000).regex(/^[\w\-]+\.[\w\-]+$/v).optional(),
	}),
});

export type Header = z.infer<typeof headerSchema>;

const virtualTime = z.int().min(0).max(1e15);
const line = z.string().max(maxLineBytes);
const step = z.string().max(40);
const connection = z.int().min(1);

const actionSchema = z.discriminatedUnion('type', [
	z.strictObject({type: z.literal('line'), text: line, waitNs: virtualTime.optional()}),
	z.strictObject({type: z.literal('interrupt')}),
	z.strictObject({type: z.literal('end-of-input')}),
	z.strictObject({type: z.literal('suspend')}),
	z.strictObject({type: z.literal('advance'), ns: virtualTime, steps: z.int().min(1).optional()}),
	z.strictObject({type: z.literal('client'), connection, does: z.enum(['connect', 'half-close', 'leave', 'stop-reading', 'read-on'])}),
	z.strictObject({type: z.literal('client-bytes'), connection, encoding: z.enum(['utf8', 'base64']), data: z.string().max(2 * maxSendBytes)}),
	z.strictObject({type: z.literal('resize'), columns: z.int().min(1).max(1000), rows: z.int().min(1).max(1000)}),
	z.strictObject({type: z.literal('answer'), step, text: line}),
	z.strictObject({type: z.literal('hint'), step}),
	z.strictObject({type: z.literal('undo')}),
	z.strictObject({type: z.literal('redo')}),
]);

export const recordSchema = z.strictObject({
	/** Missing from the first record, which is the start: what was shown before anything was done. */
	action: actionSchema.optional(),
	/** Of what the action showed (`outputDigest`). */
	output: digest,
});

/** What a record holds. */
export type RecordBody = {readonly action: Action | undefined; readonly output: Digest};

/** The digest of what an action showed, and of what it sent to clients: streams and bytes in order, however they were cut. */
export function outputDigest(output: readonly Output[], replies: readonly Reply[] = []): Digest {
	const hasher = new Hasher();
	let stream: string | undefined;
	for (const part of output.filter(({bytes}) => bytes.length > 0)) {
		if (part.stream !== stream) {
			stream = part.stream;
			// 0xff never stands in UTF-8, so a program cannot easily print what looks like a change of stream.
			hasher.update(Uint8Array.of(0xff, stream.charCodeAt(3)));
		}

		hasher.update(part.bytes);
	}

	for (const {connection: number, bytes, isEnd} of replies) {
		hasher.update(Uint8Array.of(0xff)).update(encodeText(`client ${number} ${bytes.length}${isEnd ? ' end' : ''}\n`)).update(bytes);
	}

	return hasher.digest();
}

/** What the first record's seal builds on. */
export function headerSeal(headerLine: string): string {
	return sha256Hex(headerLine);
}

/** The seal of a record: `lines` since the record before, and `record` with the `previous` seal in the place of its own. */
export function sealOf(lines: readonly string[], record: string): string {
	return sha256Hex([...lines, record].join('\n'));
}

/** An event's line. The seconds have three digits after the point. */
export function eventLine(seconds: number, code: string, data: string): string {
	return `[${(Math.max(0, Math.round(seconds * 1000)) / 1000).toFixed(3)},${JSON.stringify(code)},${JSON.stringify(data)}]`;
}
