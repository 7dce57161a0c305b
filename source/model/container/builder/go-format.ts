// Values as Go's fmt prints them in image histories, and Go's durations. Source: Go fmt, strconv.Quote, time.Duration.String.

import {millisecondNs, secondNs} from '../../../base/clock.js';
import type {Healthcheck} from '../schema.js';

/** `%q` of a string. */
export function goQuote(text: string): string {
	return JSON.stringify(text).replaceAll(/\\u00(?<digits>[\da-f]{2})/gv, String.raw`\x$<digits>`);
}

/** `%q` of a list of strings: `["a" "b"]`. */
export function goQuoteList(words: readonly string[]): string {
	return `[${words.map(goQuote).join(' ')}]`;
}

/** `%v` of a list of strings: `[a b]`. */
export function goList(words: readonly string[]): string {
	return `[${words.join(' ')}]`;
}

const minuteNs = 60 * secondNs;
const hourNs = 60 * minuteNs;

/** `1h0m5s`, `500ms`, `0s`. */
export function goDuration(ns: number): string {
	if (ns < secondNs) {
		const unit = ns >= millisecondNs ? [millisecondNs, 'ms'] as const : (ns >= 1000 ? [1000, 'µs'] as const : [1, 'ns'] as const);
		return ns === 0 ? '0s' : `${ns / unit[0]}${unit[1]}`;
	}

	const hours = Math.floor(ns / hourNs);
	const minutes = Math.floor(ns % hourNs / minuteNs);
	const seconds = ns % minuteNs / secondNs;
	return `${hours > 0 ? `${hours}h` : ''}${ns >= minuteNs ? `${minutes}m` : ''}${seconds}s`;
}

const units: Readonly<Record<string, number>> = {ns: 1, us: 1000, 'µs': 1000, ms: millisecondNs, s: secondNs, m: minuteNs, h: hourNs};

/** Nanoseconds of a text like `1m30s`, or the message of time.ParseDuration. */
export function parseGoDuration(text: string): number | {readonly error: string} {
	if (text === '0') {
		return 0;
	}

	let total = 0;
	let rest = text;
	while (rest !== '') {
		const match = /^(?<number>\d+(?:\.\d*)?|\.\d+)(?<unit>[a-zµ]*)/v.exec(rest);
		if (match?.groups === undefined) {
			return {error: `time: invalid duration ${goQuote(text)}`};
		}

		const unit = match.groups['unit']!;
		const scale = units[unit];
		if (scale === undefined) {
			return {error: unit === '' ? `time: missing unit in duration ${goQuote(text)}` : `time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`};
		}

		total += Number(match.groups['number']) * scale;
		rest = rest.slice(match[0].length);
	}

	return text === '' ? {error: 'time: invalid duration ""'} : Math.round(total);
}

/** A healthcheck as the classic builder's history has it (`%v`) and as BuildKit's has it (`%+q`). */
export function healthcheckText(check: Healthcheck, isQuoted: boolean): string {
	const times = [check.Interval, check.Timeout, check.StartPeriod, check.StartInterval].map(ns => goDuration(ns ?? 0));
	const test = check.Test ?? [];
	const retries = check.Retries ?? 0;
	return isQuoted
		? `&{${goQuoteList(test)} ${times.map(goQuote).join(' ')} ${goRune(retries)}}`
		: `&{${goList(test)} ${times.join(' ')} ${retries}}`;
}

/** `%q` of an integer. */
function goRune(value: number): string {
	return value < 32 || value === 127 ? `'\\x${value.toString(16).padStart(2, '0')}'` : `'${String.fromCodePoint(value)}'`;
}
