// The date formats of protocols: RFC 3339 as Go writes it, HTTP's, and the Common Log Format. Always UTC.

import {civilFromSeconds, type Civil, type Moment, monthNames, secondsFromCivil, weekdayNames} from './calendar.js';

/** `2026-09-01T08:00:00.12Z`: Go's RFC3339Nano, trailing zeros of the fraction left out. */
export function rfc3339OfMoment({seconds, nanoseconds}: Moment): string {
	const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/v, '')}`;
	return `${isoSeconds(seconds)}${fraction}Z`;
}

/** The same with all nine digits, as `docker logs -t` has it. */
export function rfc3339NanoFixed({seconds, nanoseconds}: Moment): string {
	return `${isoSeconds(seconds)}.${String(nanoseconds).padStart(9, '0')}Z`;
}

/** The moment that an RFC 3339 text names, or `undefined` if it is none. Offsets are honoured. */
export function parseRfc3339(text: string): Moment | undefined {
	const pattern = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)[T ](?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[+\-]\d\d:\d\d)$/v;
	const groups = pattern.exec(text)?.groups;
	if (groups === undefined) {
		return undefined;
	}

	const zone = groups['zone']!;
	const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4)) * 60);
	const seconds = secondsFromCivil({
		year: Number(groups['year']), month: Number(groups['month']), day: Number(groups['day']),
		hour: Number(groups['hour']), minute: Number(groups['minute']), second: Number(groups['second']),
	});
	return {seconds: seconds - offset, nanoseconds: Number((groups['fraction'] ?? '').padEnd(9, '0'))};
}

/** `Tue, 01 Sep 2026 08:00:00 GMT`: the preferred form of RFC 9110, 5.6.7. */
export function httpDate(seconds: number): string {
	const time = civilFromSeconds(seconds);
	return `${weekdayNames[time.weekday]!.slice(0, 3)}, ${two(time.day)} ${monthAbbreviation(time)} ${time.year} ${clockText(time)} GMT`;
}

/** The seconds of such a date; undefined for anything else. */
export function parseHttpDate(text: string): number | undefined {
	const found = /^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/v.exec(text)?.groups;
	const month = monthNames.findIndex(name => name.startsWith(found?.['month'] ?? '-')) + 1;
	return found === undefined || month === 0 ? undefined : parseRfc3339(`${found['year']}-${two(month)}-${found['day']}T${found['time']}Z`)?.seconds;
}

/** `01/Sep/2026:08:00:00 +0000`: the Common Log Format of web servers. */
export function commonLogDate(seconds: number): string {
	const time = civilFromSeconds(seconds);
	return `${two(time.day)}/${monthAbbreviation(time)}/${time.year}:${clockText(time)} +0000`;
}

function isoSeconds(seconds: number): string {
	const time = civilFromSeconds(seconds);
	return `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)}T${clockText(time)}`;
}

function monthAbbreviation(time: Civil): string {
	return monthNames[time.month - 1]!.slice(0, 3);
}

/** `08:05:09`. */
export function clockText(time: Civil): string {
	return `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
}

function two(value: number): string {
	return String(value).padStart(2, '0');
}
