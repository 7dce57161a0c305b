import {expect, test} from 'vitest';
import {formatFloat, formatInteger, interpretEscapes, parseFormat} from '../../source/base/printf.js';

function format(text: string, value: number | bigint): string {
	const [part] = parseFormat(text);
	if (part?.kind !== 'directive') {
		return text;
	}

	const filled = {flags: part.flags, width: Number(part.width ?? 0), precision: part.precision === undefined ? undefined : Number(part.precision), conversion: part.conversion};
	return typeof value === 'bigint' ? formatInteger(filled, value) : formatFloat(filled, value);
}

// Expected texts: printf(1) of coreutils and C's printf on x86-64.
test.each([
	['%d', -5n, '-5'], ['%05d', -42n, '-0042'], ['%+d', 3n, '+3'], ['%-5d|', 3n, '3    '], ['%x', -1n, 'ffffffffffffffff'], ['%#o', 8n, '010'],
	['%#X', 255n, '0XFF'], ['%.3d', 7n, '007'], ['%u', 18_446_744_073_709_551_615n, '18446744073709551615'], ['%08.3d', 7n, '     007'],
])('%s of integers', (text, value, expected) => {
	expect(format(text, value)).toBe(expected);
});

test.each([
	['%.0f', 0.5, '0'], ['%.0f', 1.5, '2'], ['%.2f', 0.125, '0.12'], ['%.1f', 0.25, '0.2'], ['%f', 1e22, '10000000000000000000000.000000'], ['%.20f', 0.1, '0.10000000000000000555'],
	['%e', 12_345.678, '1.234568e+04'], ['%e', 0, '0.000000e+00'], ['%.2e', 9.999, '1.00e+01'], ['%g', 100_000, '100000'], ['%g', 1_000_000, '1e+06'], ['%g', 0.0001, '0.0001'],
	['%g', 0.000_01, '1e-05'], ['%#g', 1, '1.00000'], ['%.3g', 1234.5, '1.23e+03'], ['%010.2f', -3.14159, '-000003.14'], ['%f', Infinity, 'inf'], ['%5.1f', -0.04, ' -0.0'],
])('%s of floating-point numbers', (text, value, expected) => {
	expect(format(text, value)).toBe(expected);
});

test('escapes: \\0nnn of echo and %b, \\nnn of printf, \\c ends', () => {
	expect(interpretEscapes(String.raw`a\tb\0101\101`, {octal: 'zero'})).toEqual({text: 'a\tbA\\101', stopped: false});
	expect(interpretEscapes(String.raw`\101\x42\u0043\"`, {octal: 'plain'})).toEqual({text: 'ABC"', stopped: false});
	expect(interpretEscapes(String.raw`a\cb`, {octal: 'both'})).toEqual({text: 'a', stopped: true});
	expect(interpretEscapes(String.raw`\xc3\xa9`, {octal: 'plain'}).text).toBe('é');
});
