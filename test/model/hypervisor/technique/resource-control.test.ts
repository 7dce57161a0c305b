// Popek and Goldberg's second and third property. Resource control: whatever a guest does, only what it was given is changed or seen.
// Efficiency: most instructions run without the hypervisor. The first property, equivalence, is in equivalence.test.ts.

import {describe, expect, test} from 'vitest';
import {textFromBytes} from '../../../../source/base/byte-text.js';
import {GuestMachine} from '../../../../source/model/hypervisor/guest-machine.js';
import {countsOf} from '../../../../source/model/hypervisor/guest-snapshot.js';
import type {RunnerName} from '../../../../source/model/hypervisor/technique/techniques.js';
import {assemble} from '../../../../source/model/machine/assembler/assemble.js';
import {guestSources} from '../../../../source/model/world/guest-sources-table.js';

const frameBytes = 4096;
const ramBytes = 4 * 2 ** 20;
/** Linear addresses from here on are the translation cache's (translation-cache.ts): its data and 64 frames of code. */
const hypervisorBase = 0xFFC0_0000;
const cacheFrames = 65;
const canary = 0x0BAD_CAFE;
const techniques = ['binary-translation', 'hardware-shadow', 'hardware-nested'] as const satisfies readonly RunnerName[];

function image(source: string): Uint8Array {
	const result = assemble(source, {includes: name => guestSources[name]});
	if ('errors' in result) {
		throw new Error(JSON.stringify(result.errors));
	}

	return result.bytes;
}

const start = (runner: RunnerName, source: string): GuestMachine => new GuestMachine(runner, {ramBytes, image: {kind: 'kernel', bytes: image(source)}});

/** Frames of the host that belong to the guest, or to the tables that stand between. */
function ownFrames({vcpu}: GuestMachine): {readonly guest: ReadonlySet<number>; readonly tables: ReadonlySet<number>} {
	const {nested, shadow} = vcpu!.technique;
	return {guest: new Set(vcpu!.memory.residentPages().values()), tables: new Set((nested ?? shadow)!.tableFrames)};
}

/** Fills every frame that nobody has with the mark that the hostile kernel looks for. */
function markOthers(guest: GuestMachine): void {
	const {memory} = guest.host;
	const words = new Uint32Array(frameBytes / 4).fill(canary);
	for (let frame = 0; frame < memory.ramBytes; frame += frameBytes) {
		if (memory.read(frame, frameBytes).every(byte => byte === 0) && !ownFrames(guest).tables.has(frame)) {
			memory.write(frame, new Uint8Array(words.buffer));
		}
	}
}

/** Frames that are reached through 32-bit shadow tables, with the pages that they are reached at. */
function reachedThroughShadow({host: {memory}, vcpu}: GuestMachine): ReadonlyArray<{readonly page: number; readonly frame: number; readonly user: boolean}> {
	const {root} = vcpu!.technique.shadow!;
	return Array.from({length: 1024}, (_, directory) => {
		const entry = memory.readDword(root + 4 * directory) >>> 0;
		return entry % 2 === 0 ? [] : Array.from({length: 1024}, (__, index) => ({page: (directory * 1024 + index) * frameBytes, entry: memory.readDword(entry - entry % frameBytes + 4 * index) >>> 0}));
	}).flat().filter(({entry}) => entry % 2 === 1).map(({page, entry}) => ({page, frame: entry - entry % frameBytes, user: (entry & 4) !== 0}));
}

/** Frames that are reached through four levels of nested tables. */
function reachedThroughNested({host: {memory}, vcpu}: GuestMachine): readonly number[] {
	const entries = (table: number): readonly number[] => Array.from({length: 512}, (_, index) => (memory.readDword(table + 8 * index) >>> 0) + (memory.readDword(table + 8 * index + 4) >>> 0) * 2 ** 32).filter(entry => entry % 8 !== 0).map(entry => entry - entry % frameBytes);
	return entries(vcpu!.technique.nested!.stage.root).flatMap(entries).flatMap(entries).flatMap(entries);
}

function checkReached(guest: GuestMachine): void {
	const {guest: own} = ownFrames(guest);
	if (guest.vcpu!.technique.nested !== undefined) {
		expect(reachedThroughNested(guest).filter(frame => !own.has(frame))).toEqual([]);
		return;
	}

	const foreign = reachedThroughShadow(guest).filter(({frame}) => !own.has(frame));
	expect(foreign.filter(({page, user}) => page < hypervisorBase || user)).toEqual([]);
	expect(foreign).toHaveLength(guest.runner === 'binary-translation' ? cacheFrames : 0);
}

/** Frames of nobody that have lost the mark. */
function changedFrames(guest: GuestMachine): readonly number[] {
	const {guest: own, tables} = ownFrames(guest);
	const {memory} = guest.host;
	return Array.from({length: memory.ramBytes / frameBytes}, (_, index) => index * frameBytes)
		.filter(frame => !own.has(frame) && !tables.has(frame) && !new Uint32Array(memory.read(frame, frameBytes).buffer).every(word => word === canary));
}

test.each(techniques)('a device under %s reaches the memory of its guest and no other', runner => {
	// The same ports with addresses beyond the guest's 4 MiB: the device reads ones there and writes nowhere.
	const beyond = guestSources['virtio.asm']!.replaceAll('0x211000', '0x611000').replaceAll('0x212000', '0x612000');
	for (const source of [guestSources['virtio.asm']!, beyond]) {
		const guest = start(runner, source);
		markOthers(guest);
		expect(guest.run(1_000_000).why).toBe('halted');
		expect(changedFrames(guest).length).toBeLessThanOrEqual(runner === 'binary-translation' ? cacheFrames : 0);
	}
});

describe.each(techniques)('the hostile kernel under %s', runner => {
	const guest = start(runner, guestSources['hostile.asm']!);
	markOthers(guest);
	let why = 'budget';
	test('at every stop on its way, only frames of its own are reached through the tables', () => {
		for (let slices = 0; slices < 500 && why === 'budget'; slices++) {
			({why} = guest.run(2000));
			if (slices % 10 === 0 || why !== 'budget') {
				checkReached(guest);
			}
		}

		expect(why).toBe('halted');
	});

	test('it finds nothing of the host, in memory or in registers', () => {
		expect(textFromBytes(guest.host.debugConsole.text.since(0))).toMatch(/\nfaults: [\da-f]{8}, canaries found: 00000000\n$/v);
		expect([...guest.cpu.regs].map(value => value >>> 0)).not.toContain(canary);
		const {host: {memory}} = guest;
		const seen = [...ownFrames(guest).guest].filter(frame => new Uint32Array(memory.read(frame, frameBytes).buffer).includes(canary));
		// The kernel's own code has the number in a comparison, in whichever frame that is, and not at a multiple of four.
		expect(seen).toEqual([]);
	});

	test('every other frame of the host is as it was', () => {
		// Under binary translation the cache is there too: what it has not used is empty or marked.
		expect(changedFrames(guest).length).toBeLessThanOrEqual(runner === 'binary-translation' ? cacheFrames : 0);
	});
});

/** 100,001 rounds of three instructions and some to begin and end with; nothing in it is sensitive but CLI and HLT. */
const computes = 'bits 32\norg 0x100000\nmov ecx, 100001\nagain: add eax, ecx\nxor eax, 0x55\nloop again\ncli\nhlt';
const instructions = 1 + 3 * 100_001 + 2;

describe('a kernel that only computes', () => {
	// CLI and HLT: both fault in ring 1; HLT alone exits; CLI is translated in place, so that there HLT is the only one.
	test.each([['trap-and-emulate', 2], ['binary-translation', 1], ['hardware-shadow', 1], ['hardware-nested', 1]] as const)('under %s the hypervisor does %i instructions, and the processor the rest', (runner, emulated) => {
		const guest = start(runner, computes);
		expect(guest.run(10_000_000).why).toBe('halted');
		const counts = countsOf(guest);
		expect(counts.emulated).toBe(emulated);
		// Translated code has its jumps besides: one more for each round at most.
		expect(counts.direct).toBeGreaterThanOrEqual(instructions - emulated);
		expect(counts.direct).toBeLessThanOrEqual(runner === 'binary-translation' ? instructions + 100_100 : instructions - emulated);
		expect(counts.exits).toBeLessThan(10);
	});
});
