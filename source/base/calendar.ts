// Dates out of Unix time, in UTC, without the clock or the locale of the machine that runs us.
// Source: proleptic Gregorian calendar, algorithm of Howard Hinnant, "chrono-compatible low-level date algorithms".

import {wallTime, type Nanoseconds} from './clock.js';

export type CivilTime = {
	readonly year: number;
	/** 1 to 12. */
	readonly month: number;
	/** 1 to 31. */
	readonly day: number;
	readonly hour: number;
	readonly minute: number;
	readonly second: number;
	/** 0 is Sunday. */
	readonly weekday: number;
	/** 1 to 366. */
	readonly yearDay: number;
};

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const daySeconds = 86_400;

/** The date and time of day that `unixSeconds` is in UTC. */
export function civilTime(unixSeconds: number): CivilTime {
	const days = Math.floor(unixSeconds / daySeconds);
	const seconds = unixSeconds - days * daySeconds;
	const shifted = days + 719_468;
	const era = Math.floor(shifted / 146_097);
	const dayOfEra = shifted - era * 146_097;
	const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
	const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
	const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
	const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
	return {
		year,
		month,
		day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
		hour: Math.floor(seconds / 3600),
		minute: Math.floor(seconds / 60) % 60,
		second: seconds % 60,
		weekday: (((days + 4) % 7) + 7) % 7,
		yearDay: days - daysFromCivil({year, month: 1, day: 1}) + 1,
	};
}

/** Days since 1970-01-01. */
export function daysFromCivil(date: {readonly year: number; readonly month: number; readonly day: number}): number {
	const year = date.month <= 2 ? date.year - 1 : date.year;
	const era = Math.floor(year / 400);
	const yearOfEra = year - era * 400;
	const dayOfYear = Math.floor((153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5) + date.day - 1;
	const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
	return era * 146_097 + dayOfEra - 719_468;
}

/** The Unix time of a moment in UTC. */
export function unixSeconds(time: Omit<CivilTime, 'weekday' | 'yearDay'>): number {
	return daysFromCivil(time) * daySeconds + time.hour * 3600 + time.minute * 60 + time.second;
}

/** `2026-09-01T08:00:00.123456789Z`: RFC 3339 as Go's RFC3339Nano writes it, trailing zeros of the fraction left out. */
export function rfc3339Nano(ns: Nanoseconds): string {
	const {seconds, nanoseconds} = wallTime(ns);
	const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/v, '')}`;
	return `${isoSeconds(seconds)}${fraction}Z`;
}

/** The same with all nine digits, as json-file logs and `docker logs -t` have them. */
export function rfc3339NanoFixed(ns: Nanoseconds): string {
	const {seconds, nanoseconds} = wallTime(ns);
	return `${isoSeconds(seconds)}.${String(nanoseconds).padStart(9, '0')}Z`;
}

/** Nanoseconds since the world began that an RFC 3339 text names, or `undefined` if it is none. Offsets are honoured. */
export function parseRfc3339(text: string): {readonly seconds: number; readonly nanoseconds: number} | undefined {
	const pattern = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)[T ](?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[+\-]\d\d:\d\d)$/v;
	const groups = pattern.exec(text)?.groups;
	if (groups === undefined) {
		return undefined;
	}

	const zone = groups['zone']!;
	const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4)) * 60);
	const seconds = unixSeconds({
		year: Number(groups['year']), month: Number(groups['month']), day: Number(groups['day']),
		hour: Number(groups['hour']), minute: Number(groups['minute']), second: Number(groups['second']),
	});
	return {seconds: seconds - offset, nanoseconds: Number((groups['fraction'] ?? '').padEnd(9, '0'))};
}

/** `Tue, 01 Sep 2026 08:00:00 GMT`: the preferred form of RFC 9110, 5.6.7. */
export function httpDate(seconds: number): string {
	const time = civilTime(seconds);
	return `${weekdays[time.weekday]!}, ${two(time.day)} ${months[time.month - 1]!} ${time.year} ${clockText(time)} GMT`;
}

/** `01/Sep/2026:08:00:00 +0000`: the Common Log Format of web servers. */
export function commonLogDate(seconds: number): string {
	const time = civilTime(seconds);
	return `${two(time.day)}/${months[time.month - 1]!}/${time.year}:${clockText(time)} +0000`;
}

export function monthName(month: number): string {
	return months[month - 1]!;
}

export function weekdayName(weekday: number): string {
	return weekdays[weekday]!;
}

/** `08:05:09`. */
export function clockText(time: Pick<CivilTime, 'hour' | 'minute' | 'second'>): string {
	return `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
}

function isoSeconds(seconds: number): string {
	const time = civilTime(seconds);
	return `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)}T${clockText(time)}`;
}

function two(value: number): string {
	return String(value).padStart(2, '0');
}
