// Every source ends, with bytes or with words.

import {describe, expect, test} from 'vitest';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';
import type {AssemblerLimits} from '../../../../source/model/machine/assembler/limits.js';

/** The last thing that is said, and in which line. */
function end(source: string, limits: Partial<AssemblerLimits> = {}): string {
	const result = assemble(source, {file: 'bomb.asm', includes: name => name === 'self.inc' ? '%include "self.inc"\n' : undefined, limits});
	const last = ('errors' in result ? result.errors : result.warnings).at(-1);
	return `${last?.line} ${last?.message}`;
}

describe('bombs', () => {
	test.each([
		['a thousand million bytes', '\ttimes 1000000000 db 0\n', '1 the output is longer than 4194304 bytes'],
		['more bytes than numbers', '\ttimes 0x7fffffffffffffff dq 0\n', '1 the output is longer than 4194304 bytes'],
		['a reservation', '\tresb 0x7fffffffffffffff\n', '1 the output is longer than 4194304 bytes'],
		['dup inside dup', '\tdb 100000 dup (100000 dup (1))\n', '1 the output is longer than 4194304 bytes'],
		['an alignment', '\tdb 1\n\talign 0x40000000\n', '2 the output is longer than 4194304 bytes'],
		['jumps that are all their own', '\ttimes 100000000 jmp $\n', '1 the source expands to more than 1500000 tokens'],
		['a repetition', '%rep 1000000\n\tnop\n%endrep\n', '2 the source expands to more than 1500000 tokens'],
		['an empty repetition', '%rep 1000000\n%rep 1000000\n%endrep\n%endrep\n', '3 the source expands to more than 1500000 tokens'],
		['a repetition beyond NASM\'s limit', '%rep 1000001\n%endrep\n', '1 `%rep\' count 1000001 exceeds limit (currently 1000000)'],
		['a file that includes itself', '%include "self.inc"\n', '1 files are included more than 64 levels deep'],
		['expressions inside expressions', `\tdd ${'('.repeat(5000)}1${')'.repeat(5000)}\n`, '1 expression too long'],
		['signs before signs', `\tdd ${'-'.repeat(5000)}1\n`, '1 expression too long'],
		['conditions inside conditions', `\tdd ${'1 ? '.repeat(3000)}1${' : 0'.repeat(3000)}\n`, '1 expression too long'],
		['lists inside lists', `\tdb ${'1 dup ('.repeat(3000)}1\n`, '1 expression too long'],
	])('%s', (_, source, message) => {
		expect(end(source)).toBe(message);
	});

	test('a macro that doubles at every level', () => {
		const doubling = Array.from({length: 40}, (_, level) => `%define d${level + 1} d${level} d${level}\n`).join('');
		expect(end(`%define d0 nop\n${doubling}\td40\n`)).toBe('42 a line expands to more than 20000 tokens');
	});

	test('macros that call two of the next level', () => {
		const levels = Array.from({length: 60}, (_, level) => `%macro m${level + 1} 0\n\tm${level}\n\tm${level}\n%endmacro\n`).join('');
		expect(end(`%macro m0 0\n%endmacro\n${levels}\tm60\n`)).toContain('the source expands to more than 1500000 tokens');
	});

	test('macros inside macros', () => {
		const levels = Array.from({length: 100}, (_, level) => `%macro m${level + 1} 0\n\tm${level}\n%endmacro\n`).join('');
		expect(end(`%macro m0 0\n%endmacro\n${levels}\tm100\n`)).toContain('macros and repetitions are expanded more than 64 levels deep');
	});

	test('a string that doubles', () => {
		expect(end(`%define s "0123456789"\n%rep 100\n%strcat s s, s\n%endrep\n`)).toBe('3 a string is longer than 20000 bytes');
	});

	test('a constant that is never at peace with itself', () => {
		expect(end('a equ b + 1\nb equ a + 1\n\tdd a\n')).toBe('0 unable to find valid values for all labels after 100 passes; giving up.');
	});

	test('thousands of errors', () => {
		expect(end('%rep 5000\n\tbad word\n%endrep\n')).toBe('2 more than 100 messages: giving up');
	});

	test('a long source', () => {
		expect(end(`${'; comment\n'.repeat(100)}\n`, {sourceCharacters: 500})).toBe('1 the source has more than 500 characters');
	});
});

test('macros that call each other end, because none expands inside itself', () => {
	expect(end('%macro a 0\n\tb\n%endmacro\n%macro b 0\n\ta\n%endmacro\n\ta\n')).toBe('7 label alone on a line without a colon might be in error [-w+label-orphan]');
	expect(end('%define x y\n%define y x\n\tdd x\n')).toBe('3 symbol `x\' not defined');
});

test('random bytes never break it', () => {
	let state = 12_345;
	const random = (limit: number) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor(state / 2 ** 32 * limit);
	};
	const pieces = ['%', '%macro', '%endmacro', '%rep', '%endrep', '%if', '%else', '%endif', '%define', '%assign', '%%', '%1', '%{', '}', '%[', ']', '[', '(', ')', ',', ':', '"', '\'', '`', '\\', '$', '$$', '.x', 'x', 'eax', 'mov', 'db', 'times', 'equ', 'align', 'struc', 'endstruc', 'istruc', 'at', 'iend', 'section', 'absolute', 'bits', 'org', '5', '0x', '-', '*', '?', ' ', ' ', '\n', '\n', '\t', ';', '\u0000', '€', '%include', '%push', '%pop', '%rotate', '%strlen', '%substr', '%xdefine', 'far', 'short', 'dword', 'jmp', 'lock', 'dup', '%exitrep', '%error'];
	for (let round = 0; round < 3000; round++) {
		const source = Array.from({length: random(60)}, () => pieces[random(pieces.length)]).join(random(2) === 0 ? ' ' : '');
		const result = assemble(source, {limits: {tokens: 20_000, outputBytes: 10_000}});
		expect('errors' in result ? result.errors.some(({severity}) => severity === 'error' || severity === 'fatal') : result.bytes).toBeTruthy();
	}
});
