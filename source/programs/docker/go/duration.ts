// Durations as people write them and as docker says them. Source: Go time.ParseDuration; docker/go-units duration.go.

import {microsecondNs, millisecondNs, secondNs} from '../../../base/clock.js';

const minuteNs = 60 * secondNs;
const hourNs = 60 * minuteNs;

const unitNs: Readonly<Record<string, number>> = {
	ns: 1, us: microsecondNs, 'µs': microsecondNs, 'μs': microsecondNs, ms: millisecondNs, s: secondNs, m: minuteNs, h: hourNs,
};

/** `1h30m`, `1.5s`, `-2ms` in nanoseconds, or the error of time.ParseDuration. */
export function parseDuration(text: string): number | {readonly error: string} {
	const invalid = {error: `time: invalid duration ${JSON.stringify(text)}`};
	const sign = text.startsWith('-') ? -1 : 1;
	let rest = text.replace(/^[\+\-]/v, '');
	if (rest === '0') {
		return 0;
	}

	if (rest === '') {
		return invalid;
	}

	let totalNs = 0;
	while (rest !== '') {
		const number = /^(?:\d+\.?\d*|\.\d+)/v.exec(rest)?.[0];
		if (number === undefined) {
			return invalid;
		}

		rest = rest.slice(number.length);
		const unit = /^[^\d.]+/v.exec(rest)?.[0];
		if (unit === undefined) {
			return {error: `time: missing unit in duration ${JSON.stringify(text)}`};
		}

		const each = Object.hasOwn(unitNs, unit) ? unitNs[unit] : undefined;
		if (each === undefined) {
			return {error: `time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`};
		}

		rest = rest.slice(unit.length);
		totalNs += Math.trunc(Number(number) * each);
	}

	return Number.isSafeInteger(totalNs) ? sign * totalNs : invalid;
}

/** Go's Duration.String: `1m30s`, `1.5s`, `200ms`, `0s`. */
export function goDuration(ns: number): string {
	const whole = Math.abs(ns);
	const sign = ns < 0 ? '-' : '';
	if (whole < secondNs) {
		const [unit, size] = whole < microsecondNs ? ['ns', 1] as const : (whole < millisecondNs ? ['µs', microsecondNs] as const : ['ms', millisecondNs] as const);
		return whole === 0 ? '0s' : `${sign}${whole / size}${unit}`;
	}

	const hours = Math.floor(whole / hourNs);
	const minutes = Math.floor(whole % hourNs / minuteNs);
	return `${sign}${hours === 0 ? '' : `${hours}h`}${hours === 0 && minutes === 0 ? '' : `${minutes}m`}${whole % minuteNs / secondNs}s`;
}

/** `Less than a second`, `3 minutes`, `About an hour`, ...: units.HumanDuration. */
export function humanDuration(ns: number): string {
	const seconds = Math.trunc(ns / secondNs);
	const minutes = Math.trunc(ns / minuteNs);
	// Go: int(d.Hours() + 0.5)
	const hours = Math.trunc(ns / hourNs + 0.5);
	if (seconds < 1) {
		return 'Less than a second';
	}

	if (seconds < 60) {
		return seconds === 1 ? '1 second' : `${seconds} seconds`;
	}

	if (minutes < 60) {
		return minutes === 1 ? 'About a minute' : `${minutes} minutes`;
	}

	if (hours < 48) {
		return hours === 1 ? 'About an hour' : `${hours} hours`;
	}

	if (hours < 24 * 7 * 2) {
		return `${Math.trunc(hours / 24)} days`;
	}

	if (hours < 24 * 30 * 2) {
		return `${Math.trunc(hours / 24 / 7)} weeks`;
	}

	return hours < 24 * 365 * 2 ? `${Math.trunc(hours / 24 / 30)} months` : `${Math.trunc(ns / hourNs / 24 / 365)} years`;
}
