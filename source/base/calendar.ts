// Calendar arithmetic without `Date`: civil dates from day counts, strftime(3) and the date strings that GNU `date -d` and
// `touch -d` are given most. Source of the day arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
//
// Simplified: all local time is UTC, whatever TZ or /etc/localtime say.

/** A moment: Unix seconds and nanoseconds within the second. */
export type Moment = {readonly seconds: number; readonly nanoseconds: number};

/** A moment as calendars name it, in UTC. */
export type Civil = {
	readonly year: number;
	/** 1 to 12. */
	readonly month: number;
	readonly day: number;
	readonly hour: number;
	readonly minute: number;
	readonly second: number;
	/** 0 is Sunday. */
	readonly weekday: number;
	/** 0 is the first of January. */
	readonly dayOfYear: number;
};

const daySeconds = 86_400;

export const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const;
export const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** Days since 1970-01-01 of a civil date; months beyond 1 to 12 and days beyond the month's carry over. */
export function daysFromCivil(year: number, month: number, day: number): number {
	const carried = year + Math.floor((month - 1) / 12);
	const inYear = ((month - 1) % 12 + 12) % 12 + 1;
	const shifted = inYear <= 2 ? carried - 1 : carried;
	const era = Math.floor(shifted / 400);
	const yearOfEra = shifted - era * 400;
	const dayOfYear = Math.floor((153 * (inYear + (inYear > 2 ? -3 : 9)) + 2) / 5);
	return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468 + day - 1;
}

export function civilFromSeconds(seconds: number): Civil {
	const days = Math.floor(seconds / daySeconds);
	const rest = seconds - days * daySeconds;
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
		hour: Math.floor(rest / 3600),
		minute: Math.floor(rest % 3600 / 60),
		second: rest % 60,
		weekday: ((days + 4) % 7 + 7) % 7,
		dayOfYear: days - daysFromCivil(year, 1, 1),
	};
}

export type CivilFields = {readonly year: number; readonly month: number; readonly day: number; readonly hour?: number; readonly minute?: number; readonly second?: number};

export function secondsFromCivil({year, month, day, hour = 0, minute = 0, second = 0}: CivilFields): number {
	return daysFromCivil(year, month, day) * daySeconds + hour * 3600 + minute * 60 + second;
}

/** Formats a moment as strftime(3) does in the C locale, with GNU's `%N`, `%s`, `%P`, `%:z`, flags `-_0^#` and widths. */
export function strftime(format: string, moment: Moment): string {
	const civil = civilFromSeconds(moment.seconds);
	return format.replaceAll(/%([_\-0\^#]*)(\d*)(:{0,2})([EO]?)([A-Za-z%+])/gv, (whole, flags: string, width: string, colons: string, _modifier: string, letter: string) => {
		if (letter === 'N') {
			return moment.nanoseconds.toString().padStart(9, '0').slice(0, width === '' ? 9 : Number(width)).padEnd(Number(width), '0');
		}

		const field = colons === '' ? fieldOf(letter, civil, moment) : (letter === 'z' ? {text: colons === ':' ? '+00:00' : '+00:00:00', width: 0, pad: ' '} : undefined);
		return field === undefined ? whole : padField(field, flags, Number(width));
	});
}

type Field = {readonly text: string; readonly width: number; readonly pad: string};

function padField(field: Field, flags: string, width: number): string {
	let {text, pad} = field;
	for (const flag of flags) {
		switch (flag) {
			case '-': {
				pad = '';
				break;
			}

			case '_': {
				pad = ' ';
				break;
			}

			case '0': {
				pad = '0';
				break;
			}

			case '^': {
				text = text.toUpperCase();
				break;
			}

			default: {
				text = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
			}
		}
	}

	return pad === '' ? text : text.padStart(Math.max(field.width, width), pad);
}

function number(value: number, width: number, pad = '0'): Field {
	return {text: String(value), width, pad};
}

function words(text: string): Field {
	return {text, width: 0, pad: ' '};
}

function fieldOf(letter: string, civil: Civil, moment: Moment): Field | undefined {
	const hour12 = civil.hour % 12 === 0 ? 12 : civil.hour % 12;
	switch (letter) {
		case 'Y': return number(civil.year, 4);
		case 'C': return number(Math.floor(civil.year / 100), 2);
		case 'y': return number(civil.year % 100, 2);
		case 'm': return number(civil.month, 2);
		case 'd': return number(civil.day, 2);
		case 'e': return number(civil.day, 2, ' ');
		case 'H': return number(civil.hour, 2);
		case 'k': return number(civil.hour, 2, ' ');
		case 'I': return number(hour12, 2);
		case 'l': return number(hour12, 2, ' ');
		case 'M': return number(civil.minute, 2);
		case 'S': return number(civil.second, 2);
		case 's': return number(moment.seconds, 1);
		case 'j': return number(civil.dayOfYear + 1, 3);
		case 'q': return number(Math.ceil(civil.month / 3), 1);
		case 'u': return number(civil.weekday === 0 ? 7 : civil.weekday, 1);
		case 'w': return number(civil.weekday, 1);
		case 'U': return number(Math.floor((civil.dayOfYear + 7 - civil.weekday) / 7), 2);
		case 'W': return number(Math.floor((civil.dayOfYear + 7 - (civil.weekday + 6) % 7) / 7), 2);
		case 'V': return number(isoWeek(civil).week, 2);
		case 'G': return number(isoWeek(civil).year, 4);
		case 'g': return number(isoWeek(civil).year % 100, 2);
		case 'a': return words(weekdayNames[civil.weekday]!.slice(0, 3));
		case 'A': return words(weekdayNames[civil.weekday]!);
		case 'b':
		case 'h': return words(monthNames[civil.month - 1]!.slice(0, 3));
		case 'B': return words(monthNames[civil.month - 1]!);
		case 'p': return words(civil.hour < 12 ? 'AM' : 'PM');
		case 'P': return words(civil.hour < 12 ? 'am' : 'pm');
		case 'z': return words('+0000');
		case 'Z': return words('UTC');
		case 'n': return words('\n');
		case 't': return words('\t');
		default: {
			const composed = compositions[letter];
			return composed === undefined ? (letter === '%' ? words('%') : undefined) : words(strftime(composed, moment));
		}
	}
}

const compositions: Readonly<Record<string, string>> = {
	c: '%a %b %e %H:%M:%S %Y', D: '%m/%d/%y', F: '%Y-%m-%d', R: '%H:%M', r: '%I:%M:%S %p', T: '%H:%M:%S', X: '%H:%M:%S', x: '%m/%d/%y',
};

/** ISO 8601: the week that holds the year's first Thursday is week 1. */
function isoWeek(civil: Civil): {readonly year: number; readonly week: number} {
	const weekday = civil.weekday === 0 ? 7 : civil.weekday;
	const thursday = daysFromCivil(civil.year, 1, 1) + civil.dayOfYear + 4 - weekday;
	const year = civilFromSeconds(thursday * daySeconds).year;
	return {year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1};
}

type Reading = {
	date: {year: number; month: number; day: number} | undefined;
	time: {hour: number; minute: number; second: number; nanoseconds: number} | undefined;
	zoneSeconds: number | undefined;
	weekday: {index: number; weeks: number} | undefined;
	absolute: Moment | undefined;
	readonly relative: {months: number; seconds: number; nanoseconds: number};
};

/** Reads a date as GNU's `-d` does; `undefined` if it is none that we know. Days begin at 00:00 when only a date is named. */
export function parseDate(text: string, now: Moment): Moment | undefined {
	const reading: Reading = {
		date: undefined, time: undefined, zoneSeconds: undefined, weekday: undefined, absolute: undefined, relative: {months: 0, seconds: 0, nanoseconds: 0},
	};
	let rest = text.trim().toLowerCase();
	while (rest !== '') {
		const taken = items.map(item => ({item, match: item.pattern.exec(rest)})).find(({match}) => match !== null);
		if (taken === undefined || !taken.item.apply(reading, taken.match as RegExpExecArray)) {
			return undefined;
		}

		rest = rest.slice(taken.match![0].length).replace(/^[\s,]+/v, '');
	}

	return momentOf(reading, now);
}

function momentOf(reading: Reading, now: Moment): Moment | undefined {
	if (reading.absolute !== undefined) {
		return {seconds: reading.absolute.seconds + reading.relative.seconds, nanoseconds: reading.absolute.nanoseconds};
	}

	const today = civilFromSeconds(now.seconds);
	const dated = reading.date !== undefined || reading.weekday !== undefined;
	const time = reading.time ?? (dated ? {hour: 0, minute: 0, second: 0, nanoseconds: 0} : {...today, nanoseconds: now.nanoseconds});
	const date = reading.date ?? today;
	let days = daysFromCivil(date.year, date.month + reading.relative.months, date.day);
	if (reading.weekday !== undefined) {
		const ahead = (reading.weekday.index - civilFromSeconds(days * daySeconds).weekday + 7) % 7;
		days += ahead + 7 * (reading.weekday.weeks > 0 && ahead !== 0 ? reading.weekday.weeks - 1 : reading.weekday.weeks);
	}

	const seconds = days * daySeconds + time.hour * 3600 + time.minute * 60 + time.second - (reading.zoneSeconds ?? 0) + reading.relative.seconds;
	return {seconds, nanoseconds: time.nanoseconds};
}

const units: Readonly<Record<string, {readonly months?: number; readonly seconds?: number}>> = {
	sec: {seconds: 1}, second: {seconds: 1}, min: {seconds: 60}, minute: {seconds: 60}, hour: {seconds: 3600}, day: {seconds: daySeconds},
	week: {seconds: 7 * daySeconds}, fortnight: {seconds: 14 * daySeconds}, month: {months: 1}, year: {months: 12},
};

const monthPattern = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const unitPattern = '(sec|second|min|minute|hour|day|week|fortnight|month|year)s?';

type Item = {readonly pattern: RegExp; readonly apply: (reading: Reading, match: RegExpExecArray) => boolean};

function setDate(reading: Reading, year: number, month: number, day: number): boolean {
	const fits = month >= 1 && month <= 12 && day >= 1 && day <= daysFromCivil(year, month + 1, 1) - daysFromCivil(year, month, 1);
	if (!fits || reading.date !== undefined) {
		return false;
	}

	reading.date = {year, month, day};
	return true;
}

function setTime(reading: Reading, hour: number, minute: number, second: number, fraction = ''): boolean {
	if (hour > 23 || minute > 59 || second > 60 || reading.time !== undefined) {
		return false;
	}

	reading.time = {hour, minute, second, nanoseconds: Number(fraction.slice(0, 9).padEnd(9, '0'))};
	return true;
}

function addRelative(reading: Reading, count: number, unit: string): boolean {
	const {months = 0, seconds = 0} = units[unit] ?? {};
	reading.relative.months += months * count;
	reading.relative.seconds += seconds * count;
	return true;
}

function fullYear(text: string): number {
	return text.length > 2 ? Number(text) : Number(text) + (Number(text) < 69 ? 2000 : 1900);
}

function monthNumber(name: string): number {
	return monthNames.findIndex(month => month.toLowerCase().startsWith(name)) + 1;
}

/** Tried in this order at the beginning of what is left of the text. */
const items: readonly Item[] = [
	{
		pattern: /^@(-?\d+)(?:\.(\d+))?/v,
		apply(reading, match) {
			reading.absolute = {seconds: Number(match[1]), nanoseconds: Number((match[2] ?? '').slice(0, 9).padEnd(9, '0'))};
			return true;
		},
	},
	{pattern: /^(\d{4,})-(\d{1,2})-(\d{1,2})t?/v, apply: (reading, match) => setDate(reading, Number(match[1]), Number(match[2]), Number(match[3]))},
	{pattern: /^(\d{1,2})\/(\d{1,2})(?:\/(\d{2,4}))?/v, apply: (reading, match) => match[3] !== undefined && setDate(reading, fullYear(match[3]), Number(match[1]), Number(match[2]))},
	{
		pattern: /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(am|pm)?/v,
		apply(reading, match) {
			const hour = match[5] === undefined ? Number(match[1]) : Number(match[1]) % 12 + (match[5] === 'pm' ? 12 : 0);
			return setTime(reading, hour, Number(match[2]), Number(match[3] ?? 0), match[4]);
		},
	},
	{pattern: /^(\d{1,2})\s*(am|pm)\b/v, apply: (reading, match) => setTime(reading, Number(match[1]) % 12 + (match[2] === 'pm' ? 12 : 0), 0, 0)},
	{
		// A sign after a time is a zone; elsewhere it begins a relative item.
		pattern: /^([+\-])(\d{2}):?(\d{2})(?!\d|\s*[a-z])/v,
		apply(reading, match) {
			reading.zoneSeconds = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60);
			return reading.time !== undefined;
		},
	},
	{
		pattern: /^(?:utc|gmt|z)\b/v,
		apply(reading) {
			reading.zoneSeconds = 0;
			return true;
		},
	},
	{pattern: new RegExp(String.raw`^(\d{1,2})[\s\-]*${monthPattern}(?:[\s,\-]+(\d{4}))?`, 'v'), apply: (reading, match) => match[3] !== undefined && setDate(reading, Number(match[3]), monthNumber(match[2]!), Number(match[1]))},
	{pattern: new RegExp(String.raw`^([+\-]?)\s*(\d+)\s*${unitPattern}(\s+ago)?\b`, 'v'), apply: (reading, match) => addRelative(reading, Number(match[2]) * (match[1] === '-' ? -1 : 1) * (match[4] === undefined ? 1 : -1), match[3]!)},
	{pattern: new RegExp(String.raw`^(next|last|this)\s+${unitPattern}\b`, 'v'), apply: (reading, match) => addRelative(reading, match[1] === 'next' ? 1 : (match[1] === 'last' ? -1 : 0), match[2]!)},
	{pattern: new RegExp(String.raw`^${unitPattern}(\s+ago)?\b`, 'v'), apply: (reading, match) => addRelative(reading, match[2] === undefined ? 1 : -1, match[1]!)},
	{pattern: new RegExp(String.raw`^${monthPattern}\s+(\d{1,2})(?:,?\s+(\d{4}))?\b(?!:)`, 'v'), apply: (reading, match) => match[3] !== undefined && setDate(reading, Number(match[3]), monthNumber(match[1]!), Number(match[2]))},
	{
		pattern: /^(next\s+|last\s+)?(sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?/v,
		apply(reading, match) {
			// A weekday beside a date only names it again.
			reading.weekday = {index: weekdayNames.findIndex(name => name.toLowerCase().startsWith(match[2]!)), weeks: match[1] === undefined ? 0 : (match[1].startsWith('next') ? 1 : -1)};
			return true;
		},
	},
	{pattern: /^(?:now|today)\b/v, apply: () => true},
	{pattern: /^yesterday\b/v, apply: reading => addRelative(reading, -1, 'day')},
	{pattern: /^tomorrow\b/v, apply: reading => addRelative(reading, 1, 'day')},
	{pattern: /^(?:midnight)\b/v, apply: reading => setTime(reading, 0, 0, 0)},
	{pattern: /^(?:noon)\b/v, apply: reading => setTime(reading, 12, 0, 0)},
	{pattern: /^(\d{4})(\d{2})(\d{2})(?!\d)/v, apply: (reading, match) => setDate(reading, Number(match[1]), Number(match[2]), Number(match[3]))},
];
