import fc from 'fast-check';
import {expect, test} from 'vitest';
import {bytesFromText, textFromBytes} from '../../source/base/byte-text.js';

test('any bytes survive being text', () => {
	fc.assert(fc.property(fc.uint8Array({maxLength: 40}), bytes => {
		expect([...bytesFromText(textFromBytes(bytes))]).toEqual([...bytes]);
	}), {seed: 1, numRuns: 5000});
});

test('UTF-8 is read as its characters, a stray byte as a lone surrogate', () => {
	expect(textFromBytes(Uint8Array.of(0xC3, 0xA9, 0xFF))).toBe('é\uDCFF');
});
