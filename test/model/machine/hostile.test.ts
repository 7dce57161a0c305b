// Programs that nobody meant: they end, with a reason.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {bootFlat} from '../../../source/model/machine/boot.js';
import {finalState} from '../../../source/model/machine/final-state.js';
import {Machine} from '../../../source/model/machine/machine.js';
import {origin} from './guest.js';

const reasons = ['budget', 'halted', 'waiting', 'triple-fault', 'not-modelled'];

/** Bytes in which prefixes and the less common opcodes are frequent. */
const bytes = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0x0F, 0x66, 0x67, 0xF3, 0xF2, 0x8E, 0xCF, 0xCA, 0x9A, 0xEA, 0xFF, 0xC8, 0x62, 0x0F, 0x01, 0x22, 0x20)), {minLength: 1, maxLength: 300}).map(list => Uint8Array.from(list));

test('any bytes as a program in flat mode', () => {
	fc.assert(fc.property(bytes, image => {
		const machine = new Machine({ramBytes: 2 ** 20, tlbSize: 64});
		bootFlat(machine, image, origin);
		machine.cpu.regs[4] = 0x8000;
		const stop = machine.run(5000);
		expect(reasons).toContain(stop.why);
		expect(machine.cpu.clock).toBeLessThan(100_000);
		expect(() => JSON.stringify(finalState(machine, stop))).not.toThrow();
	}), {numRuns: 150});
});

test('any bytes as firmware', () => {
	fc.assert(fc.property(bytes, image => {
		const machine = new Machine({ramBytes: 2 ** 20});
		const firmware = new Uint8Array(0x1_0000);
		firmware.set(image, 0);
		// Jump from the reset vector to the beginning.
		firmware.set([0xEA, 0, 0, 0, 0xF0], 0xFFF0);
		machine.memory.loadFirmware(firmware);
		expect(reasons).toContain(machine.run(20_000).why);
	}), {numRuns: 100});
});

test('page tables of any bytes', () => {
	fc.assert(fc.property(fc.uint8Array({minLength: 64, maxLength: 64}), fc.nat(0xFFFF_FFFF), (entries, address) => {
		const machine = new Machine({ramBytes: 2 ** 20, tlbSize: 16});
		for (let at = 0; at < 0x4000; at += 64) {
			machine.memory.write(0x2000 + at, entries);
		}

		Object.assign(machine.mmu.controls, {paging: true, root: 0x2000, pse: true, pge: true});
		for (const access of ['read', 'write', 'fetch'] as const) {
			const found = machine.mmu.walk(address | 0, access, true);
			expect(found.ok || found.reason.length > 0).toBe(true);
		}
	}), {numRuns: 200});
});

test('a program that changes its own code all the time is stopped before its time is up, and can go on', () => {
	const machine = new Machine({ramBytes: 2 ** 20});
	// inc byte [the operand of the next instruction]; mov al, 0; jmp back
	bootFlat(machine, Uint8Array.of(0xFE, 0x05, 0x07, 0x00, 0x01, 0x00, 0xB0, 0x00, 0xEB, 0xF6), origin);
	expect(machine.run(1e9)).toEqual({why: 'budget'});
	expect(machine.cpu.clock).toBeLessThan(10_000_000);
	expect(machine.run(300)).toEqual({why: 'budget'});
	// Every round has seen its own change.
	const rounds = machine.memory.readByte(origin + 7);
	expect([rounds, (rounds + 255) % 256]).toContain(machine.cpu.regs[0]! & 0xFF);
});
