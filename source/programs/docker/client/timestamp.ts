// Moments as `--since` and `--until` take them, made into Unix seconds for the API. Source: moby api/types/time/timestamp.go.

import {parseRfc3339} from '../../../base/internet-date.js';
import {refusal, type Refusal} from '../command/refusal.js';
import {parseDuration} from '../go/duration.js';

/** `20s` (ago), a date, or Unix seconds, as the API's text; the empty text stays empty. */
export function apiTimestamp(text: string, nowSeconds: number): string | Refusal {
	const duration = parseDuration(text);
	if (text !== '0' && typeof duration === 'number') {
		return String(Math.floor(nowSeconds - duration / 1e9));
	}

	if (text === '' || /^\d+(?:\.\d+)?$/v.test(text)) {
		return text;
	}

	// Simplified: a date without a zone is taken for UTC, as the clock of every host here is.
	const moment = parseRfc3339(completed(text));
	return moment === undefined
		? refusal(`failed to parse value as time or duration: "${text}"`)
		: `${moment.seconds}.${String(moment.nanoseconds).padStart(9, '0')}`;
}

/** Fills in what RFC 3339 demands and docker lets people leave out. */
function completed(text: string): string {
	const withTime = /^\d{4}-\d\d-\d\d$/v.test(text) ? `${text}T00:00:00` : text;
	const withMinutes = /T\d\d$/v.test(withTime) ? `${withTime}:00:00` : (/T\d\d:\d\d$/v.test(withTime) ? `${withTime}:00` : withTime);
	return /(?:Z|[+\-]\d\d:\d\d)$/v.test(withMinutes) ? withMinutes : `${withMinutes}Z`;
}
