// Popek and Goldberg's first property: a program under a hypervisor ends as it does on the bare machine. The programs are those that
// QEMU and Bochs judge the bare machine by (test/golden/machine).

import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {runFirmware, type UnmodifiedRunner} from '../../../../source/model/hypervisor/technique/techniques.js';
import {finalState, type FinalState} from '../../../../source/model/machine/final-state.js';

const folder = new URL('../../../golden/machine/', import.meta.url);
const programs = readdirSync(folder).filter(name => name.endsWith('.bin')).map(name => name.slice(0, -4));
const budget = 20_000_000;
const ramBytes = 32 * 2 ** 20;

function under(technique: UnmodifiedRunner, program: string): FinalState {
	const {ended, stop} = runFirmware(technique, readFileSync(new URL(`${program}.bin`, folder)), {ramBytes, budget});
	return finalState(ended, stop);
}

const onBareMachine = (program: string): FinalState => under('bare', program);

/** Everything but the number of instructions: the hypervisor's time is not the guest's business. */
const visible = ({instructions, ...rest}: FinalState): Omit<FinalState, 'instructions'> => rest;

describe.each(['binary-translation', 'hardware-shadow', 'hardware-nested'] as const)('%s', technique => {
	test.each(programs)('%s ends as on the bare machine', program => {
		expect(visible(under(technique, program))).toEqual(visible(onBareMachine(program)));
	});
});

/** Paths at which two states differ, with both values. */
function differences(bare: unknown, here: unknown, path = ''): readonly string[] {
	if (typeof bare !== 'object' || bare === null || typeof here !== 'object' || here === null) {
		return bare === here ? [] : [`${path} ${String(bare)} -> ${String(here)}`];
	}

	const [old, now] = [new Map(Object.entries(bare)), new Map(Object.entries(here))];
	return [...new Set([...old.keys(), ...now.keys()])].flatMap(key => differences(old.get(key), now.get(key), path === '' ? key : `${path}.${key}`));
}

describe('trap-and-emulate', () => {
	const wrong = programs.filter(program => differences(visible(onBareMachine(program)), visible(under('trap-and-emulate', program))).length > 0);

	test('goes wrong where sensitive instructions do not trap, and nowhere else', () => {
		expect(wrong).toEqual(['t01-alu', 't02-popf-cpl3', 't03-sensitive-ring3', 't03b-umip', 't03c-sensitive-rest', 't09-int80', 'u01-call-gate', 'u02-single-step', 'u06-code16', 'u07-iopl-flags', 'u08-ldt']);
	});

	test('PUSHF shows the real IF: the guest has it clear', () => {
		const found = differences(visible(onBareMachine('t01-alu')), visible(under('trap-and-emulate', 't01-alu')));
		expect(found.map(text => text.split(' ')).every(([, bare, , here]) => (Number(bare) | 0x200) === Number(here))).toBe(true);
		expect(found).toHaveLength(7);
	});

	test('POPF in the guest\'s kernel does not change IF and IOPL', () => {
		expect(differences(visible(onBareMachine('t02-popf-cpl3')), visible(under('trap-and-emulate', 't02-popf-cpl3')))).toEqual([
			'mem.0x6000.0 0x00003202 -> 0x00000202', 'mem.0x6000.1 0x00000002 -> 0x00000202', 'mem.0x6000.2 0x00000002 -> 0x00000202',
			'mem.0x6000.3 0x00000cd7 -> 0x00000ed7', 'mem.0x6000.4 0x00040002 -> 0x00040202',
		]);
	});

	test('SGDT and SIDT show the hypervisor\'s tables, SMSW the real CR0', () => {
		const found = differences(visible(onBareMachine('t03-sensitive-ring3')), visible(under('trap-and-emulate', 't03-sensitive-ring3')));
		expect(found.slice(0, 6)).toEqual([
			'mem.0x6000.0 0x1230003f -> 0x00000000', 'mem.0x6000.1 0x00000001 -> 0x0000fc40', 'mem.0x6000.2 0x700007ff -> 0x000007ff',
			'mem.0x6000.3 0x00000000 -> 0x0000fc41', 'mem.0x6000.5 0x60000011 -> 0x80010031', 'mem.0x6000.6 0x55550038 -> 0x55550000',
		]);
	});

	test('a store of CS shows ring 1 to a kernel that takes itself to be in ring 0', () => {
		expect(differences(visible(onBareMachine('t09-int80')), visible(under('trap-and-emulate', 't09-int80')))).toEqual(['mem.0x6000.8 0x00000008 -> 0x00000009']);
	});
});
