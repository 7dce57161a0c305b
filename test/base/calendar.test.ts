import {expect, test} from 'vitest';
import {civilFromSeconds, parseDate, secondsFromCivil, strftime} from '../../source/base/calendar.js';

/** Tuesday, 1 September 2026, 08:00:00 UTC. */
const now = {seconds: 1_788_249_600, nanoseconds: 0};

// Expected: `TZ=UTC date -d TEXT '+%F %T %a'` of coreutils 9.1, with the clock at `now`.
test.each([
	['now', '2026-09-01 08:00:00 Tue'], ['yesterday', '2026-08-31 08:00:00 Mon'], ['2024-02-29 12:34:56', '2024-02-29 12:34:56 Thu'], ['1 day ago', '2026-08-31 08:00:00 Mon'],
	['next month', '2026-10-01 08:00:00 Thu'], ['monday', '2026-09-07 00:00:00 Mon'], ['last monday', '2026-08-31 00:00:00 Mon'], ['next tuesday', '2026-09-08 00:00:00 Tue'],
	['@86400', '1970-01-02 00:00:00 Fri'], ['2 Jan 2024 03:04', '2024-01-02 03:04:00 Tue'], ['2024-01-02T03:04:05Z', '2024-01-02 03:04:05 Tue'], ['2024-01-02 03:04:05 +0800', '2024-01-01 19:04:05 Mon'],
	['20240102', '2024-01-02 00:00:00 Tue'], ['-2 hours', '2026-09-01 06:00:00 Tue'], ['tomorrow 10:00', '2026-09-02 10:00:00 Wed'], ['Mon, 01 Sep 2025 08:00:00 +0000', '2025-09-01 08:00:00 Mon'],
	['2024-01-31 +1 month', '2024-03-02 00:00:00 Sat'], ['3pm', '2026-09-01 15:00:00 Tue'],
])('%s', (text, expected) => {
	const moment = parseDate(text, now);
	expect(moment && strftime('%F %T %a', moment)).toBe(expected);
});

test.each(['foo', '2023-13-01', '2023-02-29', '25:00', '2024-01-02 2024-01-03'])('%s is no date', text => {
	expect(parseDate(text, now)).toBe(undefined);
});

test('formats, with flags and widths', () => {
	expect(strftime('%Y-%j %U %W %V %G %u|%-d|%_H|%^a|%10Y|%3N|%e %k|%p %P|%s|%%|%Q', now)).toBe('2026-244 35 35 36 2026 2|1| 8|TUE|0000002026|000| 1  8|AM am|1788249600|%|%Q');
});

test('every day of four centuries is found again', () => {
	for (let days = -80_000; days < 80_000; days += 7) {
		const {year, month, day} = civilFromSeconds(days * 86_400);
		expect(secondsFromCivil({year, month, day})).toBe(days * 86_400);
	}
});
