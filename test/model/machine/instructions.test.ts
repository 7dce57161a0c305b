// Instructions by group, as tiny programs: what is in the registers when they halt. The judges (judged.test.ts, `npm run oracle`) check many
// more; these say what each is for.

import {describe, expect, test} from 'vitest';
import {register, runFor, runToHalt} from './guest.js';

/** A program, and what it leaves in registers. */
type Row = readonly [program: string, left: Readonly<Record<string, number>>];

function check(rows: readonly Row[]): void {
	test.each(rows)('%s', (program, left) => {
		const machine = runToHalt(`${program.replaceAll('; ', '\n')}\nhlt`);
		expect(Object.fromEntries(Object.keys(left).map(name => [name, register(machine, name)]))).toEqual(left);
	});
}

describe('arithmetic', () => {
	check([
		['mov eax, 0x7fffffff; add eax, 1; pushfd; pop ebx', {eax: 0x8000_0000, ebx: 0x896}],
		['mov eax, 5; sub eax, 7; pushfd; pop ebx', {eax: 0xFFFF_FFFE, ebx: 0x93}],
		['stc; mov eax, 0xffffffff; inc eax; pushfd; pop ebx', {eax: 0, ebx: 0x57}],
		['stc; mov al, 0xff; adc al, 0; sbb ah, 0', {eax: 0xFF00}],
		['mov eax, 0xffffffff; mov ecx, 0xffffffff; mul ecx', {eax: 1, edx: 0xFFFF_FFFE}],
		['mov eax, -7; cdq; mov ebx, 2; idiv ebx', {eax: 0xFFFF_FFFD, edx: 0xFFFF_FFFF}],
		['mov edx, 0x7fffffff; mov eax, 0xffffffff; mov ecx, 0x80000000; div ecx', {eax: 0xFFFF_FFFF, edx: 0x7FFF_FFFF}],
		['mov edx, 0x123456; mov eax, 0x789abcde; mov ecx, 0xfedcba98; div ecx', {eax: 0x12_4924, edx: 0x91AB_277E}],
		['imul eax, [dword 0x10000], 0', {eax: 0}],
		['mov ax, 0x0507; add al, 9; aaa', {eax: 0x0606}],
		['mov al, 0x38; add al, 0x45; daa', {eax: 0x83}],
		['mov al, 63; aam', {eax: 0x0603}],
		['mov eax, 0x11223344; bswap eax', {eax: 0x4433_2211}],
	]);
});

describe('shifts and bits', () => {
	check([
		['mov eax, 0x80000001; shl eax, 1; setc bl', {eax: 2, ebx: 1}],
		['mov eax, 0x80000000; sar eax, 31', {eax: 0xFFFF_FFFF}],
		['mov al, 0x81; rol al, 9', {eax: 0x03}],
		['stc; mov al, 0; rcr al, 1', {eax: 0x80}],
		['mov eax, 0x12345678; mov ebx, 0x9abcdef0; shld eax, ebx, 8', {eax: 0x3456_789A}],
		['mov ax, 0x1234; mov bx, 0x5678; shrd ax, bx, 4', {eax: 0x8123}],
		['mov eax, 0x100; bsf ecx, eax; bsr edx, eax', {ecx: 8, edx: 8}],
		['mov dword [0x8000], 0; mov eax, 100; bts [0x8000-8], eax; mov ebx, [0x8004]', {ebx: 0x10}],
		['mov dword [0x8000], 0; mov eax, -1; bts [0x8004], eax; mov ebx, [0x8000]', {ebx: 0x8000_0000}],
	]);
});

describe('moves and the stack', () => {
	check([
		['mov eax, 0x11223344; mov ah, 0x55; mov bl, ah', {eax: 0x1122_5544, ebx: 0x55}],
		['mov dword [0x8000], 0x80ff; movsx eax, byte [0x8000]; movzx ebx, word [0x8000]', {eax: 0xFFFF_FFFF, ebx: 0x80FF}],
		['mov eax, 1; mov ecx, 2; lea edx, [eax + ecx*8 - 0x20]', {edx: 0xFFFF_FFF1}],
		['mov esp, 0x8000; push esp; pop eax', {eax: 0x8000}],
		['mov esp, 0x8000; push dword 5; pop dword [esp]; mov eax, [0x8000]', {eax: 5, esp: 0x8000}],
		['mov eax, 1; mov ebx, 2; pushad; mov eax, 9; mov ebx, 9; popad', {eax: 1, ebx: 2, esp: 0xF000}],
		['mov ebp, 0x1234; enter 16, 0; mov eax, esp; leave', {eax: 0xEFEC, ebp: 0x1234, esp: 0xF000}],
		['mov eax, 5; mov ecx, 7; mov dword [0x8000], 5; cmpxchg [0x8000], ecx; mov ebx, [0x8000]', {ebx: 7, eax: 5}],
		['mov eax, 6; mov dword [0x8000], 5; cmpxchg [0x8000], ecx; mov ebx, [0x8000]', {ebx: 5, eax: 5}],
		['mov eax, 1; mov ebx, 2; xadd eax, ebx', {eax: 3, ebx: 1}],
		['mov eax, 1; cmp eax, 2; cmovl ecx, eax; cmovg ebx, eax', {ecx: 1, ebx: 0}],
	]);
});

describe('strings', () => {
	check([
		['mov edi, 0x8000; mov ecx, 4; mov eax, 7; rep stosd; mov esi, 0x8000; mov edi, 0x9000; mov ecx, 4; rep movsd; mov ebx, [0x900c]', {ebx: 7, ecx: 0, esi: 0x8010, edi: 0x9010}],
		['mov dword [0x8000], "abcd"; mov edi, 0x8000; mov ecx, 4; mov al, "c"; repne scasb', {ecx: 1, edi: 0x8003}],
		['mov dword [0x8000], "abcd"; mov dword [0x9000], "abxd"; mov esi, 0x8000; mov edi, 0x9000; mov ecx, 4; repe cmpsb; setb al', {ecx: 1, eax: 1}],
		['std; mov edi, 0x8008; mov ecx, 2; rep stosd', {edi: 0x8000}],
	]);
});

describe('going elsewhere', () => {
	check([
		['mov ecx, 5; .l:; add eax, ecx; loop .l', {eax: 15}],
		['call .f; jmp .e; .f:; mov eax, 3; ret; .e:', {eax: 3, esp: 0xF000}],
		['push dword 1; push dword 2; call .f; jmp .e; .f:; mov eax, [esp+4]; ret 8; .e:', {eax: 2, esp: 0xF000}],
		['mov eax, .t; jmp eax; hlt; .t:; mov ebx, 4', {ebx: 4}],
		['jecxz .t; mov eax, 1; .t:', {eax: 0}],
	]);
});

test('code that changes itself runs changed, also inside one run of instructions', () => {
	const machine = runToHalt(`
		mov byte [next + 1], 7
next:	mov al, 1
		mov ecx, 3
.l:
.p:	add ebx, 1
		inc byte [.p + 2]
		loop .l
		hlt`);
	expect([register(machine, 'eax'), register(machine, 'ebx')]).toEqual([7, 6]);
});

test('an instruction that is on two pages, and one that is changed there', () => {
	const machine = runToHalt(`
		mov ecx, 2
again:	jmp there
		times 0x1000 - 3 - ($ - $$) db 0x90
there:	mov eax, 0x11111111
		add ebx, eax
		mov dword [there + 1], 0x22222222
		dec ecx
		jnz near again
		hlt`);
	expect(register(machine, 'ebx')).toBe(0x3333_3333);
});

describe('what is not modelled says so, and is not #UD', () => {
	test.each([
		['db 0xd9, 0xe8', 'd9 e8', 'FPU instruction'],
		['db 0x0f, 0x58, 0xc1', '0f 58 c1', 'MMX or SSE instruction'],
		['db 0x0f, 0x34', '0f 34', 'sysenter, sysexit'],
	])('%s', (source, bytes, what) => {
		const {stop} = runFor(source, 100);
		expect(stop).toMatchObject({why: 'not-modelled', what, eip: 0x1_0000});
		expect(stop.why === 'not-modelled' && [...stop.bytes].map(byte => byte.toString(16).padStart(2, '0')).join(' ')).toMatch(new RegExp(`^${bytes}`, 'v'));
	});
});

test('virtual time: one for each instruction and each step of a repeated one', () => {
	const {machine, stop} = runFor('mov ecx, 1000\nmov edi, 0x8000\nrep stosb\nrdtsc\nhlt', 1_000_000);
	expect(stop).toEqual({why: 'halted'});
	expect(register(machine, 'eax')).toBe(1002);
	expect(machine.counts().instructions).toBe(1004);
});

test('a budget ends a loop, in the middle of a repeated instruction too, and the run can go on', () => {
	const {machine, stop} = runFor('mov ecx, 1000\nmov edi, 0x8000\nrep stosb\nhlt', 500);
	expect(stop).toEqual({why: 'budget'});
	expect([machine.cpu.clock, register(machine, 'ecx')]).toEqual([500, 502]);
	expect(machine.run(1000)).toEqual({why: 'halted'});
	expect(register(machine, 'edi')).toBe(0x8000 + 1000);
});

test('HLT with interrupts on and nothing that could interrupt waits', () => {
	expect(runFor('sti\nhlt', 1000).stop).toEqual({why: 'waiting'});
});
