import {expect, test} from 'vitest';
import {translate, type Translation} from '../../../../source/model/hypervisor/technique/translate.js';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';
import {decode} from '../../../../source/model/machine/decode.js';

const origin = 0x1000;

/** Translates the block that begins at 0x1000. */
function translated(source: string): Translation {
	const {bytes} = assembled(`bits 32\norg 0x1000\n${source}`);
	const at = (address: number): number => bytes[address - origin] ?? 0xF4;
	const found = translate(origin, eip => {
		const instruction = decode(offset => at(eip + offset), eip, true);
		return {instruction, bytes: Uint8Array.from({length: instruction.length}, (_, index) => at(eip + index))};
	});
	return found!;
}

function assembled(source: string): {readonly bytes: Uint8Array} {
	const result = assemble(source, {});
	if (!('bytes' in result)) {
		throw new Error(JSON.stringify(result));
	}

	return result;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').replaceAll(/(?<byte>..)(?!$)/gv, '$<byte> ');

test('innocuous instructions are copied; a sensitive one becomes a callout, which ends the block', () => {
	const {code, identical, instructions, emulated, guestAt} = translated('mov eax, [ebx+4]\nadd eax, 7\npopf\nnop');
	expect(hex(code)).toBe('8b 43 04 83 c0 07 cc');
	expect([identical, instructions, [...emulated], guestAt.get(6)]).toEqual([2, 3, [6], 0x1006]);
});

test('CLI is done in place, on the hypervisor\'s word behind GS, without touching flags', () => {
	expect(hex(translated('cli\nsti').code)).toBe('65 c7 05 00 00 00 00 00 00 00 00 cc');
});

test('a conditional jump has two ways out, each a callout until it is linked', () => {
	const {code, links} = translated('again: dec ecx\njnz again');
	expect(hex(code)).toBe('49 0f 85 05 00 00 00 e9 01 00 00 00 cc cc');
	expect(links).toEqual([{place: 3, stub: 12, target: 0x1000}, {place: 8, stub: 13, target: 0x1003}]);
});

test('a call pushes the guest\'s return address, not one of the cache', () => {
	const {code, links} = translated('call 0x1234');
	expect(hex(code)).toBe('68 05 10 00 00 e9 00 00 00 00 cc');
	expect(links).toEqual([{place: 6, stub: 10, target: 0x1234}]);
});

test('LOOP keeps its short form and jumps over the way out', () => {
	const {code, links} = translated('again: loop again');
	expect(hex(code)).toBe('e2 05 e9 05 00 00 00 e9 01 00 00 00 cc cc');
	expect(links.map(({target}) => target)).toEqual([0x1002, 0x1000]);
});

test('returns, indirect jumps, and memory behind GS or CS are the hypervisor\'s', () => {
	for (const source of ['ret', 'jmp eax', 'call [ebx]', 'mov eax, [gs:0]', 'mov eax, [cs:ebx]', 'mov ax, ss', 'push cs', 'sgdt [eax]', 'in al, 0x60', 'vmcall']) {
		expect([source, hex(translated(source).code)]).toEqual([source, 'cc']);
	}
});

test('a block ends after twelve instructions and goes on behind them', () => {
	const {instructions, bytes, links} = translated('times 20 inc eax');
	expect([instructions, bytes, links]).toEqual([12, 12, [{place: 13, stub: 17, target: 0x100C}]]);
});
