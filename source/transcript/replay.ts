// Runs a transcript's actions again from its origin, and compares what they show with what was recorded.

import type {Lab} from '../lab/schema.js';
import {apply, startSession} from '../session/apply.js';
import type {Applied, Origin} from '../session/session.js';
import {outputDigest, type Header} from './format.js';
import type {Transcript, TranscriptRecord} from './read.js';

export type Replayed = {
	readonly applied: Applied;
	/** Undefined for the start, before the first action. */
	readonly record: TranscriptRecord | undefined;
	/** Whether the replay shows what was recorded. */
	readonly agrees: boolean;
};

/** Where a recorded session began; `lab` is the reader's own copy of the lab that the header names. */
export function originOf(header: Header, lab: Lab | undefined): Origin {
	const {scenario, seed, learner, interactive, epochSeconds} = header.virtlab;
	return {lab, scenario, seed, learner, interactive, columns: header.term.cols, rows: header.term.rows, ...epochSeconds === undefined ? {} : {epochSeconds}};
}

/** The start, then one value for each record, in order. */
export function * replay(transcript: Transcript, lab: Lab | undefined): Generator<Replayed, void, void> {
	let applied = startSession(originOf(transcript.header, lab));
	yield {applied, record: undefined, agrees: transcript.start === undefined || outputDigest(applied.output) === transcript.start};
	for (const record of transcript.records) {
		applied = apply(applied.session, record.action);
		yield {applied, record, agrees: applied.broken === undefined && outputDigest(applied.output, applied.replies) === record.output};
	}
}
