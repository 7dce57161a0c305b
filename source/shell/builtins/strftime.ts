// Time as strftime(3) writes it in the C locale and UTC.

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const daySeconds = 86_400;

/** Year, month (1 to 12) and day of a number of days since 1970-01-01. Source: H. Hinnant, chrono-compatible low-level date algorithms. */
export function civilDate(days: number): {readonly year: number; readonly month: number; readonly day: number} {
	const shifted = days + 719_468;
	const era = Math.floor(shifted / 146_097);
	const dayOfEra = shifted - era * 146_097;
	const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
	const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
	const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
	return {year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1};
}

export function formatTime(format: string, seconds: number): string {
	const days = Math.floor(seconds / daySeconds);
	const {year, month, day} = civilDate(days);
	const rest = seconds - days * daySeconds;
	const hour = Math.floor(rest / 3600);
	const minute = Math.floor(rest / 60) % 60;
	const weekday = ((days + 4) % 7 + 7) % 7;
	const two = (value: number, fill = '0'): string => String(value).padStart(2, fill);
	const twelve = hour % 12 === 0 ? 12 : hour % 12;
	let yearDay = day;
	for (let at = days - day; civilDate(at).year === year; at -= civilDate(at).day) {
		yearDay += civilDate(at).day;
	}

	const values: Readonly<Record<string, string>> = {
		Y: String(year), C: two(Math.floor(year / 100)), y: two(year % 100), m: two(month), d: two(day), e: two(day, ' '), H: two(hour), I: two(twelve),
		k: two(hour, ' '), l: two(twelve, ' '), M: two(minute), S: two(rest % 60), p: hour < 12 ? 'AM' : 'PM', P: hour < 12 ? 'am' : 'pm',
		a: weekdays[weekday]!.slice(0, 3), A: weekdays[weekday]!, b: months[month - 1]!.slice(0, 3), h: months[month - 1]!.slice(0, 3), B: months[month - 1]!,
		u: String(weekday === 0 ? 7 : weekday), w: String(weekday), j: String(yearDay).padStart(3, '0'), s: String(seconds), z: '+0000', Z: 'UTC', n: '\n', t: '\t', '%': '%',
		F: `${year}-${two(month)}-${two(day)}`, T: `${two(hour)}:${two(minute)}:${two(rest % 60)}`, X: `${two(hour)}:${two(minute)}:${two(rest % 60)}`, R: `${two(hour)}:${two(minute)}`,
		D: `${two(month)}/${two(day)}/${two(year % 100)}`, x: `${two(month)}/${two(day)}/${two(year % 100)}`,
		c: `${weekdays[weekday]!.slice(0, 3)} ${months[month - 1]!.slice(0, 3)} ${two(day, ' ')} ${two(hour)}:${two(minute)}:${two(rest % 60)} ${year}`,
		r: `${two(twelve)}:${two(minute)}:${two(rest % 60)} ${hour < 12 ? 'AM' : 'PM'}`,
	};
	return format.replace(/%(?<letter>[A-Za-z%])/gv, (whole, letter: string) => Object.hasOwn(values, letter) ? values[letter]! : whole);
}
