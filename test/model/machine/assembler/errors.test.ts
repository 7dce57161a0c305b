// Where an error is: line and column of what is wrong, in the person's own source.

import {expect, test} from 'vitest';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';

/** `line:column message` of everything that is wrong. */
function problems(source: string, includes: Readonly<Record<string, string>> = {}): readonly string[] {
	const result = assemble(source, {file: 'lesson.asm', includes: name => includes[name]});
	const diagnostics = 'errors' in result ? result.errors : result.warnings;
	return diagnostics.map(({file, line, column, message}) => `${file === 'lesson.asm' ? '' : file + ' '}${line}:${column} ${message}`);
}

test('an expression is wrong at the token that does not fit', () => {
	expect(problems('bits 32\n\tmov eax, [ebx + ]\n\tmov eax, (1 + 2\n\tdb 1, 2 +, 3\n')).toEqual([
		'2:18 expression syntax error',
		'3:17 expecting `)\'',
		'4:11 expression syntax error',
	]);
});

test('a symbol is undefined where it is used', () => {
	expect(problems('bits 32\nstart:\n\tmov eax, nowhere\n\tjmp .missing\n')).toEqual([
		'3:11 symbol `nowhere\' not defined',
		'4:6 symbol `start.missing\' not defined',
	]);
});

test('operands are wrong at the mnemonic', () => {
	expect(problems('bits 32\n\tmov al, ebx\nlabel:\tinc [eax]\n\tlock add eax, [bl]\n')).toEqual([
		'4:16 invalid 32-bit effective address',
	]);
	expect(problems('bits 32\n\tmov al, ebx\nlabel:\tinc [eax]\n')).toEqual([
		'2:2 invalid combination of opcode and operands',
		'3:8 operation size not specified',
	]);
});

test('an instruction that the machine does not have is not an unknown word', () => {
	expect(problems('bits 32\n\tfadd\n\tmovaps xmm0, xmm1\n\tfrobnicate eax\n')).toEqual([
		'2:2 `fadd\' is not in the machine\'s instruction set',
		'3:2 `movaps\' is not in the machine\'s instruction set',
		'4:13 parser: instruction expected',
	]);
});

test('what the machine lacks is said in words', () => {
	expect(problems('bits 64\n\tdd 1.5\n%use altreg\n\tmov rax, xmm0\n')).toEqual([
		'1:1 the machine has no 64-bit mode',
		'2:5 `1.5\' is a floating-point number, which the machine does not have',
		'3:1 `%use\' is not in this assembler',
		'4:6 `rax\' is not a register of the machine',
	]);
});

test('code of a macro is wrong at its call, and the macro\'s line is named', () => {
	const source = 'bits 32\n%macro store 2\n\tmov [%1], %2\n%endmacro\n\tstore eax, ebx\nhere:\tstore bl, ebx\n\tstore eax, unknown\n';
	const result = assemble(source, {file: 'lesson.asm'});
	expect(result).toMatchObject({errors: [{line: 6, column: 7, macros: [{macro: 'store', file: 'lesson.asm', line: 3}], message: 'invalid 32-bit effective address'}]});
	expect(problems(source.replace('here:\tstore bl, ebx\n', ''))).toEqual(['6:13 symbol `unknown\' not defined']);
});

test('an included file has its own lines', () => {
	expect(problems('%include "a.inc"\n\tmov\n', {'a.inc': '\n\tdb 1 +\n'})).toEqual(['a.inc 2:8 expression syntax error']);
});

test('warnings come with the bytes', () => {
	const result = assemble('\tdb 1, 256\nlonely\n', {file: 'lesson.asm'});
	expect(result).toMatchObject({bytes: Uint8Array.of(1, 0), warnings: [
		{line: 1, column: 8, severity: 'warning', message: 'byte data exceeds bounds [-w+number-overflow]'},
		{line: 2, column: 1, severity: 'warning', message: 'label alone on a line without a colon might be in error [-w+label-orphan]'},
	]});
});
