// A machine saved in the middle and loaded again ends as one that was never stopped; two states share the frames that nobody wrote to.

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {finalState} from '../../../source/model/machine/final-state.js';
import {Machine} from '../../../source/model/machine/machine.js';
import {loadMachine, saveMachine} from '../../../source/model/machine/state.js';
import {machineWith, register} from './guest.js';

function firmware(name: string): Machine {
	const machine = new Machine();
	machine.memory.loadFirmware(readFileSync(new URL(`../../golden/machine/${name}.bin`, import.meta.url)));
	return machine;
}

test.each(['t03-sensitive-ring3', 't08-tlb', 't09-int80', 't12-hlt-timer', 't16-self-modify'])('%s, saved and loaded every 30,011 instructions, ends with the same state and counts', name => {
	const whole = firmware(name);
	const expected = finalState(whole, whole.run(10_000_000));
	let machine = firmware(name);
	let stop = machine.run(30_011);
	for (let pieces = 0; stop.why === 'budget' && pieces < 1000; pieces++) {
		machine = loadMachine(saveMachine(machine));
		stop = machine.run(30_011);
	}

	expect(finalState(machine, stop)).toEqual(expected);
	expect(machine.counts()).toEqual(whole.counts());
});

test('frames that were not written to are the same arrays, and zeros take no room', () => {
	const machine = machineWith('mov dword [0x20000], 1\nmov dword [0x30000], 1\nvmcall\nmov dword [0x20000], 2\nmov dword [0x30000], 0\nvmcall');
	machine.cpu.intercepts = {};
	machine.run(100);
	const before = saveMachine(machine);
	expect([...before.frames.keys()].sort((a, b) => a - b)).toEqual([0x10, 0x20, 0x30]);
	machine.cpu.eip += 3;
	machine.run(100);
	const after = saveMachine(machine);
	expect([...after.frames.keys()].sort((a, b) => a - b)).toEqual([0x10, 0x20]);
	expect(after.frames.get(0x10)).toBe(before.frames.get(0x10));
	expect([before.frames.get(0x20)![0], after.frames.get(0x20)![0]]).toEqual([1, 2]);
	expect(saveMachine(machine).frames).toBe(after.frames);
});

test('two machines from one state do not know of each other', () => {
	const state = saveMachine(machineWith('inc dword [0x20000]\nmov eax, [0x20000]\nhlt'));
	const [first, second] = [loadMachine(state), loadMachine(state)];
	first.run(100);
	second.run(100);
	expect([register(first, 'eax'), register(second, 'eax')]).toEqual([1, 1]);
	expect(state.frames.has(0x20)).toBe(false);
});
