// A guest's memory on a host that watches it, merges it, takes it away and has too little of it: the guest never notices.

import {expect, test, describe} from 'vitest';
import {GuestMemory} from '../../../source/model/hypervisor/memory/guest-memory.js';
import {FramePool} from '../../../source/model/hypervisor/memory/frame-pool.js';
import {HostMemory, OutOfFrames} from '../../../source/model/hypervisor/memory/host-memory.js';
import {BinaryTranslation} from '../../../source/model/hypervisor/technique/binary-translation.js';
import {saveCpu} from '../../../source/model/hypervisor/technique/cpu-state.js';
import {HardwareNested, HardwareShadow} from '../../../source/model/hypervisor/technique/hardware-assisted.js';
import {TrapAndEmulate} from '../../../source/model/hypervisor/technique/trap-and-emulate.js';
import {type Technique, Vcpu} from '../../../source/model/hypervisor/technique/vcpu.js';
import {assemble} from '../../../source/model/machine/assembler/assemble.js';
import {bootFlat} from '../../../source/model/machine/boot.js';
import {Machine} from '../../../source/model/machine/machine.js';
import {PhysicalMemory} from '../../../source/model/machine/physical-memory.js';

const kernelAt = 0x10_0000;
const ramBytes = 8 * 2 ** 20;

function program(source: string): Uint8Array {
	const result = assemble(`bits 32\norg 0x100000\n${source}`);
	if (!('bytes' in result)) {
		throw new Error(JSON.stringify(result.errors));
	}

	return result.bytes;
}

/** Turns paging on with one 4 MiB identity mapping (tables at 0x200000 and 0x201000). */
const pagingOn = `
    mov edi, 0x200000
    mov dword [edi], 0x201007
    mov edi, 0x201000
    mov eax, 7
    mov ecx, 1024
.fill: stosd
    add eax, 4096
    loop .fill
    mov eax, 0x200000
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
`;

type Guest = {readonly vcpu: Vcpu; dword(address: number): number};

function guest(technique: new (vcpu: Vcpu) => Technique, source: string, {hostPages, swapPages}: {readonly hostPages: number; readonly swapPages?: number}): Guest {
	const image = program(source);
	const start = new Machine({ramBytes});
	bootFlat(start, image, kernelAt);
	const vcpu = new Vcpu({guestRamBytes: ramBytes, hostRamBytes: hostPages * 4096, ...swapPages === undefined ? {} : {swapPages}});
	vcpu.use(new technique(vcpu));
	vcpu.guest = saveCpu(start.cpu);
	for (const [index, byte] of image.entries()) {
		const backing = vcpu.memory.backing(kernelAt + index, 'write');
		if (backing.kind === 'ram') {
			vcpu.host.memory.writeByte(backing.hpa, byte);
		}
	}

	return {
		vcpu,
		dword(address) {
			const backing = vcpu.memory.backing(address);
			return backing.kind === 'ram' ? vcpu.host.memory.readDword(backing.hpa) : -1;
		},
	};
}

const techniques = {'trap-and-emulate': TrapAndEmulate, 'binary-translation': BinaryTranslation, 'hardware-shadow': HardwareShadow, 'hardware-nested': HardwareNested} as const;

describe.each(Object.entries(techniques))('%s', (_name, technique) => {
	test('dirty logging: the pages that the guest wrote to since the log was taken, and its tables where it marked them', () => {
		const {vcpu} = guest(technique, `${pagingOn}
    hlt                         ; the log begins here
    mov eax, [0x300000]
    mov dword [0x301000], 1
    mov dword [0x302000], 2
    hlt
    mov dword [0x302004], 3
    hlt
`, {hostPages: 4096});
		const untilHalt = (): void => {
			expect(vcpu.run(1_000_000).why).toBe('halted');
			vcpu.guest.halted = false;
		};

		untilHalt();
		vcpu.memory.startDirtyLog();
		untilHalt();
		const isData = (gpa: number): boolean => gpa >= 0x30_0000;
		expect(vcpu.memory.takeDirtyLog().filter(isData)).toEqual([0x30_1000, 0x30_2000]);
		untilHalt();
		expect(vcpu.memory.takeDirtyLog().filter(isData)).toEqual([0x30_2000]);
		expect(vcpu.memory.takeDirtyLog()).toEqual([]);
	});

	test('merged pages: equal ones share a frame until one is written to, and the others keep their content', () => {
		const {vcpu, dword} = guest(technique, `
    mov eax, 0x11111111
    mov edi, 0x300000
    mov ecx, 3 * 1024
    rep stosd
    hlt
    mov dword [0x301000], 0x22222222
    hlt
`, {hostPages: 4096});
		vcpu.run(1_000_000);
		const before = vcpu.hostMemory.counts();
		expect(vcpu.hostMemory.merge()).toBeGreaterThanOrEqual(2);
		const frames = [0x30_0000, 0x30_1000, 0x30_2000].map(gpa => vcpu.memory.resident(gpa));
		expect(new Set(frames).size).toBe(1);
		vcpu.guest.halted = false;
		vcpu.run(1_000_000);
		expect([0x30_0000, 0x30_1000, 0x30_1004, 0x30_2000].map(dword)).toEqual([0x1111_1111, 0x2222_2222, 0x1111_1111, 0x1111_1111]);
		expect(vcpu.memory.resident(0x30_1000)).not.toBe(frames[0]);
		expect(before.pagesShared).toBe(0);
		expect(vcpu.hostMemory.counts().pagesShared).toBeGreaterThanOrEqual(1);
	});

	test('over-commit: a guest that uses more pages than the host has gets them through the swap, and every word is right', () => {
		const {vcpu, dword} = guest(technique, `
    mov edi, 0x300000
    mov ecx, 200                ; pages
write:
    mov [edi], ecx
    add edi, 4096
    loop write
    mov edi, 0x300000
    mov ecx, 200
    xor eax, eax
read:
    add eax, [edi]
    add edi, 4096
    loop read
    mov [0x200000], eax
    hlt
`, {hostPages: 200, swapPages: 1000});
		expect(vcpu.run(10_000_000).why).toBe('halted');
		expect(dword(0x20_0000)).toBe(200 * 201 / 2);
		expect(vcpu.hostMemory.counts().swapOuts).toBeGreaterThan(50);
	});

	test('a page that the guest gave back is empty when it comes back to it', () => {
		const {vcpu, dword} = guest(technique, `
    mov dword [0x300000], 7
    hlt
    mov eax, [0x300000]
    mov [0x301000], eax
    hlt
`, {hostPages: 4096});
		vcpu.run(1_000_000);
		const free = vcpu.pool.freeFrames;
		vcpu.memory.release(0x30_0000);
		expect(vcpu.pool.freeFrames).toBe(free + 1);
		vcpu.guest.halted = false;
		vcpu.run(1_000_000);
		expect(dword(0x30_1000)).toBe(0);
	});
});

test('two guests of one system share what is the same in both', () => {
	const memory = new PhysicalMemory(100 * 4096);
	const host = new HostMemory(memory, new FramePool(memory));
	const [one, two] = [new GuestMemory(host, 2 ** 20), new GuestMemory(host, 2 ** 20)];
	for (const [index, guestMemory] of [one, two].entries()) {
		for (let page = 0; page < 10; page++) {
			const backing = guestMemory.backing(page * 4096, 'write');
			// Eight pages of a kernel that both have, and two of their own.
			memory.write(backing.kind === 'ram' ? backing.hpa : 0, Uint8Array.of(page < 8 ? page : 100 + page * 10 + index));
		}
	}

	expect(host.merge()).toBe(8);
	expect(host.counts()).toMatchObject({pagesShared: 8, pagesSharing: 8, freeFrames: 100 - 12});
	expect(host.merge()).toBe(0);
	expect(one.backing(0, 'write')).not.toEqual(two.backing(0));
	expect(host.counts()).toMatchObject({pagesShared: 7, pagesSharing: 7, freeFrames: 100 - 13});
});

test('without swap the host runs out of frames, and says so', () => {
	const memory = new PhysicalMemory(4 * 4096);
	const guestMemory = new GuestMemory(new HostMemory(memory, new FramePool(memory)), 2 ** 20);
	for (let page = 0; page < 4; page++) {
		guestMemory.backing(page * 4096);
	}

	expect(() => guestMemory.backing(5 * 4096)).toThrow(OutOfFrames);
});
