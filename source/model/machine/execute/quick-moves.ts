// The moves, jumps and stack instructions that programs are mostly made of, for 32 bits and flat segments (see quick-arithmetic.ts).

import type {Operation} from '../code-cache.js';
import type {Cpu} from '../cpu.js';
import {overflowOf, signOf} from '../flags.js';
import {ESP} from '../registers.js';
import {type FlatAddress, flatAddress} from './flat-address.js';

export const quickMove = {
	rr: ({regs}: Cpu, to: number, from: number): Operation => () => {
		regs[to] = regs[from]!;
	},
	ri: ({regs}: Cpu, to: number, value: number): Operation => () => {
		regs[to] = value;
	},
	rm: ({regs, mmu}: Cpu, to: number, from: FlatAddress): Operation => () => {
		regs[to] = mmu.read32(flatAddress(regs, from));
	},
	mr: ({regs, mmu}: Cpu, to: FlatAddress, from: number): Operation => () => mmu.write32(flatAddress(regs, to), regs[from]!),
	mi: ({regs, mmu}: Cpu, to: FlatAddress, value: number): Operation => () => mmu.write32(flatAddress(regs, to), value),
};

export const quickLea = ({regs}: Cpu, to: number, address: FlatAddress): Operation => () => {
	regs[to] = flatAddress(regs, address);
};

/** MOVZX from the low byte of a register, and from memory. */
export const quickZeroExtend = {
	register: ({regs}: Cpu, to: number, from: number, mask: number): Operation => () => {
		regs[to] = regs[from]! & mask;
	},
	byte: ({regs, mmu}: Cpu, to: number, from: FlatAddress): Operation => () => {
		regs[to] = mmu.read8(flatAddress(regs, from));
	},
	word: ({regs, mmu}: Cpu, to: number, from: FlatAddress): Operation => () => {
		regs[to] = mmu.read16(flatAddress(regs, from));
	},
};

/** Bytes to and from the low half of the first four registers. */
export const quickByte = {
	load: ({regs, mmu}: Cpu, to: number, from: FlatAddress): Operation => () => {
		regs[to] = (regs[to]! & ~0xFF) | mmu.read8(flatAddress(regs, from));
	},
	store: ({regs, mmu}: Cpu, to: FlatAddress, from: number): Operation => () => mmu.write8(flatAddress(regs, to), regs[from]! & 0xFF),
};

export const quickStack = {
	push: ({regs, mmu}: Cpu, from: number): Operation => () => {
		const top = (regs[ESP]! - 4) | 0;
		mmu.write32(top, regs[from]!);
		regs[ESP] = top;
	},
	pushValue: ({regs, mmu}: Cpu, value: number): Operation => () => {
		const top = (regs[ESP]! - 4) | 0;
		mmu.write32(top, value);
		regs[ESP] = top;
	},
	pop: ({regs, mmu}: Cpu, to: number): Operation => () => {
		const top = regs[ESP]!;
		const value = mmu.read32(top);
		regs[ESP] = (top + 4) | 0;
		regs[to] = value;
	},
	call: (cpu: Cpu, target: number, back: number): Operation => {
		const {regs, mmu} = cpu;
		return () => {
			const top = (regs[ESP]! - 4) | 0;
			mmu.write32(top, back);
			regs[ESP] = top;
			cpu.eip = target;
		};
	},
	ret: (cpu: Cpu): Operation => {
		const {regs, mmu} = cpu;
		return () => {
			const top = regs[ESP]!;
			cpu.eip = mmu.read32(top);
			regs[ESP] = (top + 4) | 0;
		};
	},
};

export const quickJump = (cpu: Cpu, target: number): Operation => () => {
	cpu.eip = target;
};

/** Conditional jumps by their number; those that are missing are rare (parity, overflow). */
export const quickBranch: ReadonlyArray<((cpu: Cpu, target: number) => Operation) | undefined> = [
	undefined,
	undefined,
	(cpu, target) => () => {
		if (cpu.flagCarries < 0) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (cpu.flagCarries >= 0) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (cpu.flagResult === 0) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (cpu.flagResult !== 0) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (cpu.flagCarries < 0 || cpu.flagResult === 0) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (cpu.flagCarries >= 0 && cpu.flagResult !== 0) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (signOf(cpu)) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (!signOf(cpu)) {
			cpu.eip = target;
		}
	},
	undefined,
	undefined,
	(cpu, target) => () => {
		if (signOf(cpu) !== overflowOf(cpu)) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (signOf(cpu) === overflowOf(cpu)) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (cpu.flagResult === 0 || signOf(cpu) !== overflowOf(cpu)) {
			cpu.eip = target;
		}
	},
	(cpu, target) => () => {
		if (cpu.flagResult !== 0 && signOf(cpu) === overflowOf(cpu)) {
			cpu.eip = target;
		}
	},
];
