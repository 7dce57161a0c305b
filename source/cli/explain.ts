// `virtlab replay FILE --at N` and `--diff A B`: what the world was at a moment of somebody's work, and what changed between two.
// `virtlab replay` itself is in reports.ts.

import type {World} from '../base/transaction.js';
import {worldDiff, type FieldChange, type RecordChange} from '../base/world-diff.js';
import {deedText} from '../grade/deed-text.js';
import type {Lab} from '../lab/schema.js';
import type {Transcript} from '../transcript/read.js';
import {replay, type Replayed} from '../transcript/replay.js';
import {panels} from '../tui/panel/panels.js';

export type Moment = Replayed & {readonly world: World; readonly before: World | undefined};

/** The state after each of the given actions (0 is the start). Throws `RangeError` where the transcript has fewer. */
export function momentsAt(transcript: Transcript, lab: Lab | undefined, numbers: readonly number[]): readonly Moment[] {
	const found = new Map<number, Moment>();
	const last = Math.max(...numbers);
	let number = 0;
	let before: World | undefined;
	for (const replayed of replay(transcript, lab)) {
		const {world} = replayed.applied.session;
		if (numbers.includes(number)) {
			found.set(number, {...replayed, world, before});
		}

		if (number === last) {
			break;
		}

		before = world;
		number += 1;
	}

	return numbers.map(wanted => {
		const moment = found.get(wanted);
		if (moment === undefined) {
			throw new RangeError(`the transcript has ${transcript.records.length} actions`);
		}

		return moment;
	});
}

/** A moment as plain data: what was done, what it showed, how far the lab is, and every panel. */
export function describeMoment({applied, record, agrees, world, before}: Moment): object {
	return {
		line: record?.line ?? 2,
		deed: record === undefined ? '' : deedText(record.action),
		atSeconds: record?.atSeconds ?? 0,
		agrees,
		output: applied.output.map(({stream, bytes}) => ({stream, text: new TextDecoder().decode(bytes)})),
		events: applied.trace,
		progress: applied.session.progress,
		panels: Object.fromEntries(Object.entries(panels).map(([name, panel]) => [name, panel.data({world, before, trace: applied.trace})])),
	};
}

/** What changed from one moment to another, a line for each record and each of its fields. */
export function describeDiff(from: Moment, to: Moment): string {
	return worldDiff(from.world, to.world).map(changeText).join('');
}

const marks = {added: '+', removed: '-', changed: '~'} as const;

function changeText({table, id, kind, fields}: RecordChange): string {
	return `${marks[kind]} ${table} ${id}\n${fields.map(field => `    ${fieldText(field, kind)}\n`).join('')}`;
}

const widest = 160;

function fieldText({field, before, after}: FieldChange, kind: RecordChange['kind']): string {
	const text = (value: unknown): string => {
		const json = JSON.stringify(value) ?? 'nothing';
		return json.length > widest ? `${json.slice(0, widest)}…` : json;
	};

	return kind === 'changed' ? `${field}: ${text(before)} -> ${text(after)}` : `${field}: ${text(kind === 'added' ? after : before)}`;
}
