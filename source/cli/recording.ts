// Sessions that are written down as they happen, and going on with one that was left or killed.

import {readFileSync} from 'node:fs';
import type {Lab} from '../lab/schema.js';
import {startSession} from '../session/apply.js';
import type {Entry, Origin, Output, Session} from '../session/session.js';
import {headerOf} from '../transcript/encode.js';
import {readTranscript} from '../transcript/read.js';
import {replay} from '../transcript/replay.js';
import {TranscriptWriter} from '../transcript/write.js';

export type Recording = {
	readonly session: Session;
	/** Everything that was shown so far. */
	readonly output: readonly Output[];
	readonly writer: TranscriptWriter | undefined;
	/** Writes one entry; returns when it is on the disk. */
	readonly record: (entry: Entry) => void;
};

/** Starts a session; with a path, its transcript begins there, with the teacher's ticket if there is one. Errors of the disk are thrown. */
export function beginRecording(origin: Origin, path: string | undefined, ticket?: string): Recording {
	const {session, output} = startSession(origin);
	const header = headerOf(origin, {timestampSeconds: Math.floor(Date.now() / 1000), terminalType: process.env['TERM'], ticket});
	const writer = path === undefined ? undefined : TranscriptWriter.create(path, header, output);
	return {session, output, writer, record: recorder(writer)};
}

/** Goes on with a transcript: replays it and appends from there. A text if that cannot be done. */
export function resumeRecording(path: string, lab: Lab | undefined): Recording | string {
	const transcript = readTranscript(readFileSync(path));
	if ('refused' in transcript) {
		return `line ${transcript.refused.line}: ${transcript.refused.message}`;
	}

	const output: Output[] = [];
	let session: Session | undefined;
	for (const {applied, agrees, record} of replay(transcript, lab)) {
		if (!agrees) {
			return `line ${record?.line ?? 2}: the replay shows something else than what was recorded`;
		}

		session = applied.session;
		output.push(...applied.output);
	}

	if (session === undefined) {
		return 'the transcript is empty';
	}

	const writer = TranscriptWriter.resume(path, transcript);
	return {session, output, writer, record: recorder(writer)};
}

function recorder(writer: TranscriptWriter | undefined): (entry: Entry) => void {
	let last = performance.now();
	return ({action, output, replies}) => {
		const now = performance.now();
		writer?.append({action, output, replies, seconds: Math.round(now - last) / 1000});
		last = now;
	};
}

/** Writes to the disk until that fails once: after a lost record nothing may follow it. The session itself goes on. */
export function untilItFails(consequence: string): (write: () => void) => string | undefined {
	let hasFailed = false;
	return write => {
		if (hasFailed) {
			return undefined;
		}

		try {
			write();
			return undefined;
		} catch (error) {
			hasFailed = true;
			return `virtlab: ${consequence} (${error instanceof Error ? error.message : String(error)})`;
		}
	};
}
