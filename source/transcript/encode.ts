// Turns what happened into the lines of a transcript. Pure; write.ts puts them on the disk.

import {decodeText} from '../base/bytes.js';
import type {Action} from '../session/action.js';
import {engineVersion} from '../session/engine-version.js';
import type {Origin, Output, Reply} from '../session/session.js';
import {eventLine, formatVersion, headerSeal, outputDigest, recordCode, sealOf, type Header, type RecordBody} from './format.js';

const chunkCharacters = 16_384;

/** Who wrote a transcript when: information for people, never believed by the grader. And the teacher's ticket, which is checked. */
export type Circumstances = {readonly timestampSeconds: number; readonly terminalType: string | undefined; readonly ticket?: string | undefined};

/** What was done (nothing at the start) and shown, and how many real seconds after the action before. */
export type Happening = {readonly action: Action | undefined; readonly output: readonly Output[]; readonly replies?: readonly Reply[]; readonly seconds: number};

export function headerOf(origin: Origin, circumstances: Circumstances): Header {
	const {lab} = origin;
	return {
		version: 3,
		term: {cols: origin.columns, rows: origin.rows, ...circumstances.terminalType === undefined ? {} : {type: circumstances.terminalType}},
		timestamp: circumstances.timestampSeconds,
		title: `virtlab ${lab === undefined ? origin.scenario : lab.id}`,
		virtlab: {
			format: formatVersion,
			engine: engineVersion,
			...lab === undefined ? {} : {lab: {id: lab.id, version: lab.version, digest: lab.digest}},
			scenario: origin.scenario,
			seed: origin.seed,
			learner: origin.learner,
			interactive: origin.interactive,
			...origin.epochSeconds === undefined ? {} : {epochSeconds: origin.epochSeconds},
			...circumstances.ticket === undefined ? {} : {ticket: circumstances.ticket},
		},
	};
}

/** Lines to append (each without its newline), and the seal that the next record builds on. */
export type Encoded = {readonly lines: readonly string[]; readonly seal: string};

export function encodeHeader(header: Header): Encoded {
	const line = JSON.stringify(header);
	return {lines: [line], seal: headerSeal(line)};
}

export function encodeHappening({action, output, replies, seconds}: Happening, previousSeal: string): Encoded {
	const shown = [...action === undefined ? [] : typed(action), ...output.flatMap(showing)];
	const lines = shown.map(({code, data}, index) => eventLine(index === 0 ? seconds : 0, code, data));
	const body: RecordBody = {action, output: outputDigest(output, replies)};
	const record = (seal: string): string => eventLine(lines.length === 0 ? seconds : 0, recordCode, `${seal} ${JSON.stringify(body)}`);
	const seal = sealOf(lines, record(previousSeal));
	return {lines: [...lines, record(seal)], seal};
}

type Shown = {readonly code: string; readonly data: string};

function typed(action: Action): readonly Shown[] {
	switch (action.type) {
		case 'line': {
			return [{code: 'i', data: `${action.text}\r`}];
		}

		case 'interrupt': {
			return [{code: 'i', data: '\u0003'}];
		}

		case 'end-of-input': {
			return [{code: 'i', data: '\u0004'}];
		}

		case 'suspend': {
			return [{code: 'i', data: '\u001A'}];
		}

		case 'resize': {
			return [{code: 'r', data: `${action.columns}x${action.rows}`}];
		}

		default: {
			return [];
		}
	}
}

/** Line mode has no terminal that would return the carriage, and players are one. */
function showing({stream, bytes}: Output): readonly Shown[] {
	const text = decodeText(bytes);
	const data = stream === 'terminal' ? text : text.replaceAll('\n', '\r\n');
	const parts: Shown[] = [];
	for (let at = 0; at < data.length;) {
		const end = at + chunkCharacters;
		const splitsPair = end < data.length && isHighSurrogate(data.charCodeAt(end - 1));
		parts.push({code: 'o', data: data.slice(at, splitsPair ? end + 1 : end)});
		at = splitsPair ? end + 1 : end;
	}

	return parts;
}

function isHighSurrogate(unit: number): boolean {
	return unit >= 0xd8_00 && unit < 0xdc_00;
}
