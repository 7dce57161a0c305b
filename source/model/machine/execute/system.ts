// Instructions of the system: flags of the machine, descriptor tables, control registers, MSRs, time, the TLB. Each asks in the order of the
// SDM: what the guest's own rules say (#UD, #GP) first, then whether a hypervisor intercepts it, then does it.

import {cpuid as answerCpuid} from '../cpuid.js';
import {cr4Bits, type Cpu} from '../cpu.js';
import {readControl, writeControl, loadMachineStatus, clearTaskSwitched, visibleControl} from '../control-registers.js';
import {generalProtection, NotModelled, undefinedOpcode} from '../fault.js';
import {DF, eflagsOf, IF, IOPL, setEflags} from '../flags.js';
import type {Instruction, Operand} from '../instruction.js';
import {checkPort, exitForPort} from '../io-permission.js';
import {changeableFlags} from '../interrupts.js';
import {readMsr, writeMsr} from '../msr.js';
import {EAX, ECX, EDX} from '../registers.js';
import {exitReason, VmExit, type Intercepts} from '../vm-exit.js';
import {addressOf, type Compile, needMemory, offsetOf, readerOf, writerOf} from './operands.js';
import type {Operation} from '../code-cache.js';

function needRing0(cpu: Cpu): void {
	if (cpu.cpl !== 0) {
		throw generalProtection();
	}
}

export function exitIf(cpu: Cpu, control: keyof Intercepts, reason: number, qualification = 0): void {
	if (cpu.intercepts !== undefined && cpu.intercepts[control] === true) {
		throw new VmExit(reason, {qualification});
	}
}

/** Exits from every guest in non-root operation, whatever the hypervisor asked for. */
function exitAlways(cpu: Cpu, reason: number): void {
	if (cpu.intercepts !== undefined && cpu.intercepts.idtOnly !== true) {
		throw new VmExit(reason);
	}
}

/** CLI and STI (SDM vol. 2): IOPL decides. */
function needIopl(cpu: Cpu): void {
	if (cpu.protectedMode && cpu.cpl > (cpu.systemFlags >> 12 & 3)) {
		throw generalProtection();
	}
}

const cli: Compile = cpu => () => {
	needIopl(cpu);
	cpu.systemFlags &= ~IF;
};

const sti: Compile = cpu => () => {
	needIopl(cpu);
	if ((cpu.systemFlags & IF) === 0) {
		cpu.systemFlags |= IF;
		cpu.shadow = true;
	}

	cpu.attention();
};

const setDirection = (bits: number): Compile => cpu => () => {
	cpu.systemFlags = (cpu.systemFlags & ~DF) | bits;
};

const pushf: Compile = (cpu, {operandSize}) => () => cpu.push(eflagsOf(cpu), operandSize);

/** IF and IOPL silently keep their value where the ring may not change them: the best known of the instructions that break trap-and-emulate. */
const popf: Compile = (cpu, {operandSize}) => () => {
	const value = cpu.peek(0, operandSize);
	cpu.setStackPointer(cpu.stackPointer(operandSize));
	const changeable = cpu.protectedMode ? changeableFlags(cpu) : changeableFlags(cpu) | IF | IOPL;
	setEflags(cpu, value, operandSize === 4 ? changeable : changeable & 0xFFFF);
	cpu.attention();
};

const hlt: Compile = cpu => () => {
	needRing0(cpu);
	exitIf(cpu, 'hlt', exitReason.hlt);
	cpu.halted = true;
	cpu.attention();
};

/** User-mode instruction prevention (CR4.UMIP): what leaks the machine's tables faults outside ring 0. */
export function checkUmip(cpu: Cpu): void {
	if (cpu.cpl !== 0 && (cpu.cr4 & cr4Bits.UMIP) !== 0) {
		throw generalProtection();
	}
}

const storeTable = (which: 'gdtr' | 'idtr'): Compile => (cpu, {operands: [to], operandSize}) => {
	const address = addressOf(cpu, needMemory(to), 6, true);
	const mask = operandSize === 4 ? -1 : 0xFF_FFFF;
	return () => {
		checkUmip(cpu);
		exitIf(cpu, 'descriptorTables', exitReason.descriptorTable);
		const at = address();
		cpu.mmu.checkWrite(at, 6);
		cpu.mmu.write16(at, cpu[which].limit);
		cpu.mmu.write32((at + 2) | 0, cpu[which].base & mask);
	};
};

const loadTable = (which: 'gdtr' | 'idtr'): Compile => (cpu, {operands: [from], operandSize}) => {
	const address = addressOf(cpu, needMemory(from), 6, false);
	const mask = operandSize === 4 ? -1 : 0xFF_FFFF;
	return () => {
		needRing0(cpu);
		exitIf(cpu, 'descriptorTables', exitReason.descriptorTable);
		const at = address();
		const limit = cpu.mmu.read16(at);
		const base = cpu.mmu.read32((at + 2) | 0) & mask;
		cpu[which].limit = limit;
		cpu[which].base = base;
	};
};

/** SLDT, STR, SMSW: memory gets a word, a register its whole width. */
export function storeWord(cpu: Cpu, {operands: [to], operandSize}: Instruction): (value: number) => void {
	return writerOf(cpu, to?.kind === 'register' ? {...to, size: operandSize} : to);
}

const smsw: Compile = (cpu, instruction) => {
	const write = storeWord(cpu, instruction);
	return () => {
		checkUmip(cpu);
		write(visibleControl(cpu, 0));
	};
};

const lmsw: Compile = (cpu, {operands: [from]}) => {
	const read = readerOf(cpu, from);
	return () => {
		needRing0(cpu);
		loadMachineStatus(cpu, read());
	};
};

const clts: Compile = cpu => () => {
	needRing0(cpu);
	clearTaskSwitched(cpu);
};

/** CR0, CR2, CR3 and CR4 exist. */
const movcr: Compile = (cpu, {operands: [to, from]}): Operation => {
	const register = to?.kind === 'control' ? to.index : (from as Extract<Operand, {kind: 'control'}>).index;
	if (register === 1 || register > 4) {
		return () => {
			throw undefinedOpcode();
		};
	}

	if (to?.kind === 'control') {
		const read = readerOf(cpu, from);
		const general = from?.kind === 'register' ? from.index : 0;
		return () => {
			needRing0(cpu);
			writeControl(cpu, register, read(), general);
		};
	}

	const write = writerOf(cpu, to);
	const general = to?.kind === 'register' ? to.index : 0;
	return () => {
		needRing0(cpu);
		write(readControl(cpu, register, general));
	};
};

/** Debug registers keep what they are given (SDM vol. 3, 17.2). Simplified: breakpoints do not break; switching one on ends the run. */
const movdr: Compile = (cpu, {operands: [to, from]}) => {
	const toDebug = to?.kind === 'debug';
	const index = toDebug ? to.index : (from as Extract<Operand, {kind: 'debug'}>).index;
	const register = index === 4 || index === 5 ? index + 2 : index;
	const general = toDebug ? from : to;
	const read = toDebug ? readerOf(cpu, general) : undefined;
	const write = toDebug ? undefined : writerOf(cpu, general);
	const generalIndex = general?.kind === 'register' ? general.index : 0;
	return () => {
		if (index !== register && (cpu.cr4 & cr4Bits.DE) !== 0) {
			throw undefinedOpcode();
		}

		needRing0(cpu);
		exitIf(cpu, 'drAccess', exitReason.drAccess, index | (toDebug ? 0 : 0x10) | generalIndex << 8);
		if (read === undefined) {
			write!(cpu.dr[register]!);
		} else {
			writeDebug(cpu, register, read());
		}
	};
};

function writeDebug(cpu: Cpu, register: number, value: number): void {
	if (register === 7 && (value & 0xFF) !== 0) {
		throw new NotModelled('hardware breakpoints (DR7)');
	}

	// Bits that are fixed (SDM vol. 3, figure 17-1).
	cpu.dr[register] = register === 7 ? (value & 0xFFFF_2FFF) | 0x400 : (register === 6 ? (value & 0xE00F) | 0xFFFF_0FF0 : value);
}

const invlpg: Compile = (cpu, {operands: [memory]}) => {
	const operand = needMemory(memory);
	const offset = offsetOf(cpu, operand);
	return () => {
		needRing0(cpu);
		const linear = (cpu.segments[operand.segment]!.base + offset()) | 0;
		exitIf(cpu, 'invlpg', exitReason.invlpg, linear >>> 0);
		cpu.mmu.tlb.invalidate(linear >>> 12, cpu.mmu.vpid);
		cpu.endBlock();
	};
};

/** Simplified: there are no caches to write back or throw away. */
const invd: Compile = cpu => () => {
	needRing0(cpu);
	exitAlways(cpu, exitReason.invd);
};

const wbinvd: Compile = cpu => () => {
	needRing0(cpu);
	exitIf(cpu, 'wbinvd', exitReason.wbinvd);
};

const rdmsr: Compile = cpu => () => {
	needRing0(cpu);
	const [low, high] = readMsr(cpu, cpu.regs[ECX]! >>> 0);
	cpu.regs[EAX] = low;
	cpu.regs[EDX] = high;
};

const wrmsr: Compile = cpu => () => {
	needRing0(cpu);
	writeMsr(cpu, cpu.regs[ECX]! >>> 0, cpu.regs[EAX]!, cpu.regs[EDX]!);
	cpu.attention();
};

const rdtsc: Compile = cpu => () => {
	if (cpu.cpl !== 0 && (cpu.cr4 & cr4Bits.TSD) !== 0) {
		throw generalProtection();
	}

	exitIf(cpu, 'rdtsc', exitReason.rdtsc);
	const [low, high] = readMsr(cpu, 0x10, false);
	cpu.regs[EAX] = low;
	cpu.regs[EDX] = high;
};

const cpuid: Compile = cpu => () => {
	exitAlways(cpu, exitReason.cpuid);
	answerCpuid(cpu);
};

/** In a guest these exit, whatever the ring; outside they do not exist, because no hypervisor made of instructions is modelled. */
const vmx = (reason: number): Compile => cpu => () => {
	exitAlways(cpu, reason);
	throw undefinedOpcode();
};

const input: Compile = (cpu, {operands: [to, from]}) => {
	const write = writerOf(cpu, to);
	const port = readerOf(cpu, from);
	const size = to?.kind === 'register' ? to.size : 1;
	const immediate = from?.kind === 'immediate';
	return () => {
		checkPort(cpu, port(), size);
		exitForPort(cpu, {port: port(), size, input: true, string: false, repeat: false, immediate});
		write(cpu.ports.read(port(), size));
		cpu.attention();
	};
};

const output: Compile = (cpu, {operands: [to, from]}) => {
	const port = readerOf(cpu, to);
	const read = readerOf(cpu, from);
	const size = from?.kind === 'register' ? from.size : 1;
	const immediate = to?.kind === 'immediate';
	return () => {
		checkPort(cpu, port(), size);
		exitForPort(cpu, {port: port(), size, input: false, string: false, repeat: false, immediate});
		cpu.ports.write(port(), size, read());
		cpu.attention();
	};
};

const pause: Compile = cpu => () => exitIf(cpu, 'pause', exitReason.pause);

export const systemOperations = {
	cli, sti, cld: setDirection(0), std: setDirection(DF), pushf, popf, hlt, pause,
	sgdt: storeTable('gdtr'), sidt: storeTable('idtr'), lgdt: loadTable('gdtr'), lidt: loadTable('idtr'),
	smsw, lmsw, clts, movcr, movdr, invlpg, invd, wbinvd, rdmsr, wrmsr, rdtsc, cpuid, in: input, out: output,
	vmcall: vmx(18), vmclear: vmx(19), vmlaunch: vmx(20), vmptrld: vmx(21), vmptrst: vmx(22), vmread: vmx(23),
	vmresume: vmx(24), vmwrite: vmx(25), vmxoff: vmx(26), vmxon: vmx(27),
};
