// The arithmetic instructions that programs are mostly made of, in their 32-bit forms and with flat segments: each a function of its own,
// so that the JavaScript engine compiles each for itself. What they do is what arithmetic.ts does; a test runs both side by side.
//
//     rr  register, register    ri  register, immediate    rm  register, memory    mr  memory, register    mi  memory, immediate

import {adc, add, and, dec, inc, or, sbb, sub, xor} from '../alu.js';
import type {Operation} from '../code-cache.js';
import type {Cpu} from '../cpu.js';
import {rol, ror, sar, shl, shr} from '../shifts.js';
import {type FlatAddress, flatAddress} from './flat-address.js';

export type ArithmeticForms = {
	readonly rr: (cpu: Cpu, to: number, from: number) => Operation;
	readonly ri: (cpu: Cpu, to: number, value: number) => Operation;
	readonly rm: (cpu: Cpu, to: number, from: FlatAddress) => Operation;
	readonly mr: (cpu: Cpu, to: FlatAddress, from: number) => Operation;
	readonly mi: (cpu: Cpu, to: FlatAddress, value: number) => Operation;
};

const addForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			regs[to] = add(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			regs[to] = add(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			regs[to] = add(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, add(cpu, mmu.read32(at), regs[from]!, 0));
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, add(cpu, mmu.read32(at), value, 0));
		};
	},
};

const orForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			regs[to] = or(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			regs[to] = or(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			regs[to] = or(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, or(cpu, mmu.read32(at), regs[from]!, 0));
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, or(cpu, mmu.read32(at), value, 0));
		};
	},
};

const adcForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			regs[to] = adc(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			regs[to] = adc(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			regs[to] = adc(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, adc(cpu, mmu.read32(at), regs[from]!, 0));
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, adc(cpu, mmu.read32(at), value, 0));
		};
	},
};

const sbbForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			regs[to] = sbb(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			regs[to] = sbb(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			regs[to] = sbb(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, sbb(cpu, mmu.read32(at), regs[from]!, 0));
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, sbb(cpu, mmu.read32(at), value, 0));
		};
	},
};

const andForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			regs[to] = and(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			regs[to] = and(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			regs[to] = and(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, and(cpu, mmu.read32(at), regs[from]!, 0));
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, and(cpu, mmu.read32(at), value, 0));
		};
	},
};

const subForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			regs[to] = sub(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			regs[to] = sub(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			regs[to] = sub(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, sub(cpu, mmu.read32(at), regs[from]!, 0));
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, sub(cpu, mmu.read32(at), value, 0));
		};
	},
};

const xorForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			regs[to] = xor(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			regs[to] = xor(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			regs[to] = xor(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, xor(cpu, mmu.read32(at), regs[from]!, 0));
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			const at = flatAddress(regs, to);
			mmu.checkWrite(at, 4);
			mmu.write32(at, xor(cpu, mmu.read32(at), value, 0));
		};
	},
};

/** CMP: memory is only read. */
const cmpForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			sub(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			sub(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			sub(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			sub(cpu, mmu.read32(flatAddress(regs, to)), regs[from]!, 0);
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			sub(cpu, mmu.read32(flatAddress(regs, to)), value, 0);
		};
	},
};

const testForms: ArithmeticForms = {
	rr: (cpu, to, from) => {
		const {regs} = cpu;
		return () => {
			and(cpu, regs[to]!, regs[from]!, 0);
		};
	},
	ri: (cpu, to, value) => {
		const {regs} = cpu;
		return () => {
			and(cpu, regs[to]!, value, 0);
		};
	},
	rm: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			and(cpu, regs[to]!, mmu.read32(flatAddress(regs, from)), 0);
		};
	},
	mr: (cpu, to, from) => {
		const {regs, mmu} = cpu;
		return () => {
			and(cpu, mmu.read32(flatAddress(regs, to)), regs[from]!, 0);
		};
	},
	mi: (cpu, to, value) => {
		const {regs, mmu} = cpu;
		return () => {
			and(cpu, mmu.read32(flatAddress(regs, to)), value, 0);
		};
	},
};

export const quickArithmetic: Readonly<Record<string, ArithmeticForms>> = {
	add: addForms, or: orForms, adc: adcForms, sbb: sbbForms, and: andForms, sub: subForms, xor: xorForms, cmp: cmpForms, test: testForms,
};

/** INC and DEC of a register. */
export const quickSingle: Readonly<Record<string, (cpu: Cpu, register: number) => Operation>> = {
	inc: (cpu, register) => {
		const {regs} = cpu;
		return () => {
			regs[register] = inc(cpu, regs[register]!, 0);
		};
	},
	dec: (cpu, register) => {
		const {regs} = cpu;
		return () => {
			regs[register] = dec(cpu, regs[register]!, 0);
		};
	},
};

/** Shifts of a register by a count of 1 to 31. */
export const quickShift: Readonly<Record<string, (cpu: Cpu, register: number, count: number) => Operation>> = {
	shl: (cpu, register, count) => {
		const {regs} = cpu;
		return () => {
			regs[register] = shl(cpu, regs[register]!, count, 0);
		};
	},
	shr: (cpu, register, count) => {
		const {regs} = cpu;
		return () => {
			regs[register] = shr(cpu, regs[register]!, count, 0);
		};
	},
	sar: (cpu, register, count) => {
		const {regs} = cpu;
		return () => {
			regs[register] = sar(cpu, regs[register]!, count, 0);
		};
	},
	rol: (cpu, register, count) => {
		const {regs} = cpu;
		return () => {
			regs[register] = rol(cpu, regs[register]!, count, 0);
		};
	},
	ror: (cpu, register, count) => {
		const {regs} = cpu;
		return () => {
			regs[register] = ror(cpu, regs[register]!, count, 0);
		};
	},
};
