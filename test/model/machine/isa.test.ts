// The instruction table: what decodes, what is written of it, and which instructions a hypervisor must fear.

import {describe, expect, test} from 'vitest';
import {assemble} from '../../../source/model/machine/assembler/assemble.js';
import {classify} from '../../../source/model/machine/classify.js';
import {disassemble} from '../../../source/model/machine/disassemble.js';
import {instructionTable, type Mnemonic} from '../../../source/model/machine/instruction-table.js';
import {code, origin} from './guest.js';

function listing(bytes: Uint8Array): readonly string[] {
	const lines: string[] = [];
	for (let at = 0; at < bytes.length; ) {
		const line = disassemble(offset => bytes[at + offset] ?? 0, origin + at, true);
		lines.push(line.text);
		at += line.bytes.length;
	}

	return lines;
}

const program = [
	'add eax, ebx', 'add dword [ebx+0x4], 0x5', 'mov byte [esp+ecx*4-0x10], 0xff', 'mov ax, word [bx+si+0x7]', 'mov eax, dword [fs:0x1234]', 'imul edx, dword [ebp+0x8], 0x64',
	'push dword [eax]', 'pop es', 'lea esi, [edi*8+0x12345678]', 'movzx eax, byte [ecx]', 'shl ebx, 0x1', 'shl ebx, cl', 'shld eax, ebx, 0x3', 'jz 0x10020', 'call 0x10400', 'call dword [eax*4+0x100]',
	'jmp 0x8:0x12345', 'retf 0x8', 'int 0x80', 'iretd', 'pushfd', 'popfw', 'rep movsd', 'repne scasb', 'repe cmpsb', 'lock xadd dword [ebx], ecx', 'mov cr3, eax', 'mov ebx, cr0', 'mov dr7, edx',
	'lgdt [0x8000]', 'invlpg [eax+0x10]', 'ltr ax', 'lar ecx, dx', 'in al, 0x60', 'out dx, eax', 'cmovg eax, dword [ebx]', 'setna cl', 'bswap edi', 'enter 0x10, 0x2', 'loope 0x10080', 'ud2', 'vmcall', 'cmpxchg8b [esi]',
	'bts dword [eax], 0x1f', 'xlatb', 'aam 0xa', 'les ebx, [edx]', 'mov dword [0x6000], 0x12345678', 'test byte [ecx], 0x80', 'xchg esp, eax', 'pause', 'cwde', 'jecxz 0x100b0', 'bound eax, [ebx]', 'arpl word [eax], cx',
];

describe('listings', () => {
	test('are what the assembler takes', () => {
		const bytes = code(program.join('\n'));
		const lines = listing(bytes);
		const again = assemble(`bits 32\norg ${origin}\n${lines.join('\n')}`);
		expect('errors' in again ? again.errors : again.bytes).toEqual(bytes);
	});

	test.each(program.filter(line => !/0x10|lar |ltr|arpl|popfw|xchg|cmpxchg8b/v.test(line)))('%s', line => {
		expect(listing(code(line))).toEqual([line]);
	});

	test('what is no instruction is a byte', () => {
		expect(listing(Uint8Array.of(0x0F, 0x04, 0x90))).toEqual(['db 0xf', 'add al, 0x90']);
		expect(listing(Uint8Array.of(0xD9))[0]).toBe('db 0xd9 ; FPU instruction');
	});
});

describe('Popek and Goldberg', () => {
	test('the sensitive instructions that do not trap in an outer ring are those of Robin and Irvine', () => {
		const mnemonics = Object.keys(instructionTable) as Mnemonic[];
		expect(mnemonics.filter(mnemonic => classify(mnemonic) === 'critical').sort()).toEqual([
			'callf', 'int', 'int3', 'into', 'iret', 'jmpf', 'lar', 'lds', 'les', 'lfs', 'lgs', 'lsl', 'lss', 'movsr', 'popf', 'popsr', 'pushf', 'pushsr', 'retf',
			'sgdt', 'sidt', 'sldt', 'smsw', 'str', 'verr', 'verw',
		]);
	});

	test('privileged ones trap; arithmetic is nobody\'s business', () => {
		expect(['hlt', 'movcr', 'lgdt', 'invlpg', 'cli', 'in'].map(name => classify(name as 'hlt'))).toEqual(Array.from({length: 6}, () => 'privileged'));
		expect(['add', 'mov', 'jcc', 'cpuid'].map(name => classify(name as 'add'))).toEqual(Array.from({length: 4}, () => 'innocuous'));
	});
});
