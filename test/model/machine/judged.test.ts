// Every program of test/golden/machine ends as it did on QEMU and on Bochs (how they were recorded: the README there).

import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {finalState, type FinalState} from '../../../source/model/machine/final-state.js';
import {Machine} from '../../../source/model/machine/machine.js';

const folder = new URL('../../golden/machine/', import.meta.url);
const programs = readdirSync(folder).filter(name => name.endsWith('.bin')).map(name => name.slice(0, -4));

type Judgement = Pick<FinalState, 'faults' | 'mem'> & {readonly ok?: boolean};

function judgement(name: string): Judgement {
	return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Judgement;
}

function run(program: string): FinalState {
	const machine = new Machine({ramBytes: 32 * 2 ** 20});
	machine.memory.loadFirmware(readFileSync(new URL(`${program}.bin`, folder)));
	return finalState(machine, machine.run(20_000_000));
}

/** Words that a judge has wrong or that differ by model: see the README. */
const notBinding: Readonly<Record<string, {readonly qemu?: readonly number[]; readonly bochs?: readonly number[]}>> = {
	// LAR's bits 16 to 19 are undefined: QEMU clears them, Bochs leaves them, and so do we.
	't03-sensitive-ring3': {qemu: [9]},
	// CR3 must keep global entries, which QEMU drops.
	't08-tlb': {qemu: [6]},
};

/** Registers that still hold what CPUID answered. */
const ofTheModel: Readonly<Record<string, readonly string[]>> = {'t04-privileged-ring3': ['EBX', 'ECX', 'EDX']};

function registers({regs}: Pick<FinalState, 'regs'>, program: string): unknown {
	return Object.fromEntries(Object.entries(regs).filter(([name]) => ofTheModel[program]?.includes(name) !== true));
}

function words(state: Pick<FinalState, 'mem'>, ignored: readonly number[] = []): readonly string[] {
	return Object.values(state.mem).flat().map((word, index) => ignored.includes(index) ? '-' : word);
}

const essential = (state: Pick<FinalState, 'faults'>, withFlags: boolean): unknown => state.faults.map(({name, err, cpl, ip, cs, sp, ss, cr2, flags}) => ({
	name, err, cpl, ip, cs, sp, ss, ...(name === '#PF' ? {cr2} : {}), ...(withFlags ? {flags} : {}),
}));

describe.each(programs.filter(name => name !== 't11-cpuid'))('%s', program => {
	const ours = run(program);

	test.runIf(existsSync(new URL(`${program}.json`, folder)))('as QEMU: how it ends, registers, faults, memory', () => {
		const qemu = judgement(`${program}.json`) as FinalState;
		const ignored = notBinding[program]?.qemu;
		expect({end: ours.end, finished: ours.finished, regs: registers(ours, program), faults: essential(ours, false), mem: words(ours, ignored), text: ours.port_e9})
			.toEqual({end: qemu.end, finished: qemu.finished, regs: registers(qemu, program), faults: essential(qemu, false), mem: words(qemu, ignored), text: qemu.port_e9});
	});

	test('as Bochs: faults with the flags they push, memory', () => {
		const bochs = judgement(`${program}.bochs.json`);
		if (bochs.ok === false) {
			// A triple fault leaves Bochs nothing to print.
			expect(ours.end).toBe('triple-fault');
			return;
		}

		const ignored = notBinding[program]?.bochs;
		expect({faults: essential(ours, true), mem: words(ours, ignored)}).toEqual({faults: essential(bochs, true), mem: words(bochs, ignored)});
	});
});

test('t11-cpuid: the faults are the judges\', the answers are this machine\'s own', () => {
	const ours = run('t11-cpuid');
	expect(essential(ours, true)).toEqual(essential(judgement('t11-cpuid.bochs.json'), true));
	expect(ours.mem['0x6000']?.slice(1, 4)).toEqual(['0x756e6547', '0x6c65746e', '0x49656e69']);
});
