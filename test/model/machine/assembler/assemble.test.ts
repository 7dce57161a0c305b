// What `assemble` gives besides bytes: the origin, the symbols, and which line went where.

import {expect, test} from 'vitest';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';
import type {Assembled} from '../../../../source/model/machine/assembler/assemble.js';

function assembled(source: string, includes: Readonly<Record<string, string>> = {}): Assembled {
	const result = assemble(source, {file: 'lesson.asm', includes: name => includes[name]});
	if ('errors' in result) {
		throw new Error(JSON.stringify(result.errors));
	}

	return result;
}

test('symbols are addresses and constants', () => {
	const {origin, symbols} = assembled('bits 32\norg 0x7c00\nsize equ 4\nstart:\tnop\n.loop:\tjmp .loop\n..@deep:\tnop\nsection .bss\nbuffer:\tresb size\n');
	expect(origin).toBe(0x7c00);
	expect(Object.fromEntries(symbols)).toEqual({size: 4, start: 0x7c00, 'start.loop': 0x7c01, '..@deep': 0x7c03, buffer: 0x7c04});
});

test('lines know their addresses, and code of a macro belongs to the line that called it', () => {
	const source = 'bits 32\norg 0x1000\n%macro twice 1\n\t%1\n\t%1\n%endmacro\n\ttwice nop\n\tdb 1, 2, 3\n%include "more.inc"\n\ttimes 4 nop\nsection .bss\n\tresd 2\n';
	expect(assembled(source, {'more.inc': '\n\tret\n'}).lines).toEqual([
		{file: 'lesson.asm', line: 7, address: 0x1000, length: 2, offset: 0},
		{file: 'lesson.asm', line: 8, address: 0x1002, length: 3, offset: 2},
		{file: 'more.inc', line: 2, address: 0x1005, length: 1, offset: 5},
		{file: 'lesson.asm', line: 10, address: 0x1006, length: 4, offset: 6},
		{file: 'lesson.asm', line: 12, address: 0x100c, length: 8, offset: undefined},
	]);
});

test('the same source gives the same result', () => {
	const source = 'bits 32\n%rep 50\n\tjmp end\n%endrep\nend:\tdd end\n';
	expect(assembled(source)).toEqual(assembled(source));
});

test('an empty source is an empty program', () => {
	expect(assembled('')).toEqual({bytes: new Uint8Array(0), origin: 0, symbols: new Map(), lines: [], warnings: []});
	expect(assembled('; nothing\n\n').bytes.length).toBe(0);
});
