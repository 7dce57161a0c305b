import {expect, test} from 'vitest';
import {commonLogDate, httpDate, parseRfc3339, rfc3339OfMoment, rfc3339NanoFixed} from '../../source/base/internet-date.js';

test('the world begins on a Tuesday', () => {
	expect(rfc3339OfMoment({seconds: 1_788_249_600, nanoseconds: 0})).toBe('2026-09-01T08:00:00Z');
	expect(rfc3339OfMoment({seconds: 1_788_249_661, nanoseconds: 120_000_000})).toBe('2026-09-01T08:01:01.12Z');
	expect(rfc3339NanoFixed({seconds: 1_788_249_600, nanoseconds: 5})).toBe('2026-09-01T08:00:00.000000005Z');
	expect(httpDate(1_788_249_600)).toBe('Tue, 01 Sep 2026 08:00:00 GMT');
	expect(commonLogDate(1_788_249_600)).toBe('01/Sep/2026:08:00:00 +0000');
});

test('HTTP dates agree with the platform over five centuries', () => {
	for (let seconds = -8_000_000_000; seconds < 8_000_000_000; seconds += 7_777_777) {
		expect(httpDate(seconds)).toBe(new Date(seconds * 1000).toUTCString());
	}
});

test('RFC 3339 texts are read with their offsets', () => {
	expect(parseRfc3339('2026-09-01T10:00:00.5+02:00')).toEqual({seconds: 1_788_249_600, nanoseconds: 500_000_000});
	expect(parseRfc3339('yesterday')).toBeUndefined();
});
