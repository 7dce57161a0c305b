// Devices, as programs use them.

import {describe, expect, test} from 'vitest';
import {decodeText, encodeText} from '../../../source/base/bytes.js';
import {maxConsoleBytes} from '../../../source/model/machine/devices/console.js';
import {networkCardBase, virtioDiskBase, type Machine} from '../../../source/model/machine/machine.js';
import {machineWith, register, runToHalt} from './guest.js';

const tables = `
align 8
gdt:	dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdtr:	dw 23
	dd gdt
idtr:	dw 0x7ff
	dd 0x7000
`;

/** Takes over the tables, and has the interrupt controllers use vectors 0x20 and up, with \`lines\` open. */
const setUp = (lines: number): string => `
	lgdt [gdtr]
	lidt [idtr]
	jmp 8:.on
.on:	mov al, 0x11
	out 0x20, al
	out 0xa0, al
	mov al, 0x20
	out 0x21, al
	mov al, 0x28
	out 0xa1, al
	mov al, 4
	out 0x21, al
	mov al, 2
	out 0xa1, al
	mov al, 1
	out 0x21, al
	out 0xa1, al
	mov al, ${~lines & 0xFF}
	out 0x21, al
	mov al, ${~(lines >> 8) & 0xFF}
	out 0xa1, al`;

const gate = (vector: number, label: string): string => `
	mov eax, ${label}
	mov [0x7000 + ${8 * vector}], ax
	mov word [0x7002 + ${8 * vector}], 8
	mov word [0x7004 + ${8 * vector}], 0x8e00
	shr eax, 16
	mov [0x7006 + ${8 * vector}], ax`;

describe('consoles', () => {
	test('the debug port and the serial line keep what is written', () => {
		const machine = runToHalt('mov al, "A"\nout 0xe9, al\nmov dx, 0x3f8\nmov al, "b"\nout dx, al\nin al, 0xe9\nhlt');
		expect([decodeText(machine.debugConsole.text.bytes), decodeText(machine.serial.text.bytes), register(machine, 'eax') & 0xFF]).toEqual(['A', 'b', 0xE9]);
	});

	test('typing interrupts, and the program reads it', () => {
		const machine = machineWith(`${setUp(1 << 4)}${gate(0x24, 'typed')}
			mov dx, 0x3f9
			mov al, 1
			out dx, al
			sti
		.w:	hlt
			cmp edi, 3
			jb .w
			cli
			hlt
		typed:	mov dx, 0x3fd
			in al, dx
			test al, 1
			jz .end
			mov dx, 0x3f8
			in al, dx
			mov [0x20000 + edi], al
			inc edi
			jmp typed
		.end:	mov al, 0x20
			out 0x20, al
			iretd
			${tables}`);
		expect(machine.run(100_000)).toEqual({why: 'waiting'});
		machine.serial.type(encodeText('abc'));
		expect(machine.run(100_000)).toEqual({why: 'halted'});
		expect(decodeText(machine.memory.read(0x2_0000, 3))).toBe('abc');
	});

	test('a flood is kept up to a megabyte, and the rest counted', () => {
		const machine = machineWith('mov al, "x"\n.l: out 0xe9, al\njmp .l');
		machine.run(2 * maxConsoleBytes + 100);
		expect([machine.debugConsole.text.bytes.length, machine.debugConsole.text.dropped]).toEqual([maxConsoleBytes, 50]);
	});
});

describe('the timer', () => {
	test('ticks come every 42 instructions a count', () => {
		const machine = runToHalt(`${setUp(1)}${gate(0x20, 'tick')}
			mov al, 0x34
			out 0x43, al
			mov al, 100
			out 0x40, al
			mov al, 0
			out 0x40, al
			sti
		.w:	cmp ecx, 3
			jb .w
			cli
			hlt
		tick:	rdtsc
			mov [0x20000 + ecx*4], eax
			inc ecx
			mov al, 0x20
			out 0x20, al
			iretd
			${tables}`);
		const [first, second, third] = [0, 4, 8].map(offset => machine.memory.readDword(0x2_0000 + offset));
		expect([second! - first!, third! - second!]).toEqual([4200, 4200]);
	});

	test('a counter can be latched and read', () => {
		const machine = runToHalt('mov al, 0x34\nout 0x43, al\nmov al, 0\nout 0x40, al\nmov al, 1\nout 0x40, al\nmov ecx, 420\nmov edi, 0x20000\nrep stosb\nmov al, 0\nout 0x43, al\nin al, 0x40\nmov bl, al\nin al, 0x40\nmov bh, al\nhlt');
		expect(register(machine, 'ebx')).toBe(256 - 10);
	});
});

const readSector = (lba: number): string => `
	mov dx, 0x1f2
	mov al, 1
	out dx, al
	inc edx
	mov al, ${lba & 0xFF}
	out dx, al
	inc edx
	mov al, ${lba >> 8 & 0xFF}
	out dx, al
	inc edx
	mov al, 0
	out dx, al
	inc edx
	mov al, 0xe0
	out dx, al
	inc edx`;

describe('the emulated disk', () => {
	test('a sector written is a sector read', () => {
		const machine = runToHalt(`${readSector(5)}
			mov al, 0x30
			out dx, al
			mov dx, 0x1f0
			mov esi, .text
			mov ecx, 256
			rep outsw
			${readSector(5)}
			mov al, 0x20
			out dx, al
			in al, dx
			mov bl, al
			mov dx, 0x1f0
			mov edi, 0x20000
			mov ecx, 256
			rep insw
			hlt
		.text:	db 'hello disk'`);
		expect(register(machine, 'ebx')).toBe(0x58);
		expect(decodeText(machine.memory.read(0x2_0000, 10))).toBe('hello disk');
		expect(decodeText(machine.ata.sectors.read(5)!.slice(0, 10))).toBe('hello disk');
	});

	test('beyond the end: error, sector not found', () => {
		const machine = runToHalt(`${readSector(0xFFFF)}\nmov al, 0x20\nout dx, al\nin al, dx\nmov bl, al\nmov dx, 0x1f1\nin al, dx\nmov bh, al\nhlt`);
		expect(register(machine, 'ebx')).toBe(0x1051);
	});

	test('a command that it does not have is aborted', () => {
		const machine = runToHalt('mov dx, 0x1f7\nmov al, 0xc8\nout dx, al\nin al, dx\nmov bl, al\nmov dx, 0x1f1\nin al, dx\nmov bh, al\nhlt');
		expect(register(machine, 'ebx')).toBe(0x0451);
	});
});

/** Puts one chain into a virtqueue at 0x40000: descriptors of [address, length, the device writes it]. */
function offer(machine: Machine, buffers: ReadonlyArray<readonly [address: number, length: number, deviceWrites: boolean]>, {queue = 0x4_0000, index = 0, head = 0} = {}): void {
	const {memory} = machine;
	for (const [offset, [address, length, deviceWrites]] of buffers.entries()) {
		const at = queue + 16 * (head + offset);
		memory.writeDword(at, address);
		memory.writeDword(at + 4, 0);
		memory.writeDword(at + 8, length);
		memory.writeDword(at + 12, (offset + 1 < buffers.length ? 1 : 0) | (deviceWrites ? 2 : 0) | (head + offset + 1) << 16);
	}

	memory.write(queue + 1024 + 4 + 2 * (index % 64), Uint8Array.of(head, 0));
	memory.write(queue + 1024 + 2, Uint8Array.of((index + 1) & 0xFF, index + 1 >> 8));
}

describe('the virtio disk', () => {
	const notify = `mov dx, ${virtioDiskBase + 8}\nmov eax, 0x40\nout dx, eax\nmov dx, ${virtioDiskBase + 16}\nmov ax, 0\nout dx, ax\nmov dx, ${virtioDiskBase + 19}\nin al, dx\nhlt`;

	test('three requests, one notification: written, read back, and one of an unknown kind', () => {
		const machine = machineWith(notify);
		const {memory} = machine;
		const request = (at: number, type: number, sector: number): void => {
			memory.writeDword(at, type);
			memory.writeDword(at + 8, sector);
		};

		request(0x5_0000, 1, 7);
		request(0x5_0010, 0, 7);
		request(0x5_0020, 99, 0);
		memory.write(0x6_0000, encodeText('ring'));
		offer(machine, [[0x5_0000, 16, false], [0x6_0000, 512, false], [0x5_0100, 1, true]]);
		offer(machine, [[0x5_0010, 16, false], [0x7_0000, 512, true], [0x5_0101, 1, true]], {index: 1, head: 3});
		offer(machine, [[0x5_0020, 16, false], [0x5_0102, 1, true]], {index: 2, head: 6});
		memory.write(0x5_0100, Uint8Array.of(9, 9, 9));
		expect(machine.run(1000)).toEqual({why: 'halted'});
		expect([...memory.read(0x5_0100, 3)]).toEqual([0, 0, 2]);
		expect(decodeText(memory.read(0x7_0000, 4))).toBe('ring');
		// Used ring: index 3, and how much of each was written.
		expect([memory.readDword(0x4_1000) >>> 16, memory.readDword(0x4_1008), memory.readDword(0x4_1010), memory.readDword(0x4_1018)]).toEqual([3, 1, 513, 1]);
		expect([machine.virtioDisk.transport.notifications, register(machine, 'eax') & 0xFF]).toEqual([1, 1]);
	});

	test('a chain that goes round in circles, and lengths that lie, end', () => {
		const machine = machineWith(notify);
		const {memory} = machine;
		for (let descriptor = 0; descriptor < 64; descriptor++) {
			memory.writeDword(0x4_0000 + 16 * descriptor, 0xFFFF_F000);
			memory.writeDword(0x4_0000 + 16 * descriptor + 8, -1);
			memory.writeDword(0x4_0000 + 16 * descriptor + 12, 1 | ((descriptor + 1) % 64) << 16);
		}

		memory.write(0x4_0000 + 1024 + 2, Uint8Array.of(0xFF, 0xFF));
		expect(machine.run(1000)).toEqual({why: 'halted'});
	});
});

test('the network card: a frame goes out, one comes in, one that finds no buffer is dropped', () => {
	const machine = machineWith(`
		mov dx, ${networkCardBase + 8}
		mov eax, 0x40
		out dx, eax
		mov dx, ${networkCardBase + 14}
		mov ax, 1
		out dx, ax
		mov dx, ${networkCardBase + 8}
		mov eax, 0x60
		out dx, eax
		mov dx, ${networkCardBase + 16}
		mov ax, 1
		out dx, ax
		mov dx, ${networkCardBase + 20}
		in eax, dx
		sti
		hlt`);
	const {memory, networkCard} = machine;
	memory.write(0x7_000A, encodeText('outgoing'));
	offer(machine, [[0x7_0000, 18, false]], {queue: 0x6_0000});
	offer(machine, [[0x8_0000, 1524, true]]);
	machine.run(1000);
	expect(networkCard.takeSent().map(frame => decodeText(frame))).toEqual(['outgoing']);
	networkCard.receive(encodeText('incoming'));
	networkCard.receive(encodeText('too much'));
	expect(decodeText(memory.read(0x8_000A, 8))).toBe('incoming');
	expect([networkCard.dropped, register(machine, 'eax')]).toEqual([1, 0x0000_5452 | 0]);
});
