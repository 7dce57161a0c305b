// The moments that requests name, as time of the virtual clock.

import {type ClockSchema, worldTime} from '../base/clock.js';
import {parseRfc3339} from '../base/internet-date.js';
import type {Reads} from '../base/transaction.js';

/** `2026-09-01T08:00:00Z`, Unix seconds with an optional fraction; undefined if the text is empty. */
export function parseMoment(tx: Reads<ClockSchema>, text: string | null): number | undefined {
	if (text === null || text === '' || text === '0') {
		return undefined;
	}

	const match = /^(?<seconds>-?\d+)(?:\.(?<fraction>\d{1,9}))?$/v.exec(text)?.groups;
	const moment = match === undefined ? parseRfc3339(text) : {seconds: Number(match['seconds']), nanoseconds: Number((match['fraction'] ?? '').padEnd(9, '0'))};
	return moment === undefined ? undefined : worldTime(tx, moment);
}
