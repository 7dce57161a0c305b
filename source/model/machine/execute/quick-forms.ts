// Picks the quick form of an instruction, if it has one: 32-bit operands and addresses, no LOCK, and the segments flat, which the block's
// mode guarantees as long as it runs.

import type {Operation} from '../code-cache.js';
import {type Cpu, mode} from '../cpu.js';
import {type Instruction, type MemoryOperand, nextEip, type Operand} from '../instruction.js';
import {FlatAddress} from './flat-address.js';
import {isFlat} from './operands.js';
import {type ArithmeticForms, quickArithmetic, quickShift, quickSingle} from './quick-arithmetic.js';
import {quickBranch, quickByte, quickJump, quickLea, quickMove, quickStack, quickZeroExtend} from './quick-moves.js';

const register = (operand: Operand | undefined): number | undefined => operand?.kind === 'register' && operand.size === 4 ? operand.index : undefined;
const immediate = (operand: Operand | undefined): number | undefined => operand?.kind === 'immediate' ? operand.value : undefined;

/** The address of a memory operand that needs no check, for the size that the instruction works with. */
function flat(cpu: Cpu, operand: Operand | undefined, size: MemoryOperand['size']): FlatAddress | undefined {
	return operand?.kind === 'memory' && operand.size === size && operand.addressSize === 4 && isFlat(cpu, operand.segment) ? new FlatAddress(operand) : undefined;
}

export function quickForm(cpu: Cpu, instruction: Instruction): Operation | undefined {
	if (instruction.operandSize !== 4 || instruction.lock) {
		return undefined;
	}

	return quickTwoOperands(cpu, instruction) ?? quickOneOperand(cpu, instruction) ?? quickTransfer(cpu, instruction);
}

function quickTwoOperands(cpu: Cpu, {mnemonic, operands: [to, from]}: Instruction): Operation | undefined {
	switch (mnemonic) {
		case 'mov': { return inForm(cpu, quickMove, to, from) ?? quickByteMove(cpu, to, from); }
		case 'lea': { return quickAddress(cpu, to, from); }
		case 'movzx': { return quickExtension(cpu, to, from); }
		case 'shl':
		case 'shr':
		case 'sar':
		case 'rol':
		case 'ror': {
			const place = register(to);
			const count = (immediate(from) ?? 0) & 31;
			return place !== undefined && count !== 0 ? quickShift[mnemonic]!(cpu, place, count) : undefined;
		}

		default: {
			const forms = quickArithmetic[mnemonic];
			return forms === undefined ? undefined : inForm(cpu, forms, to, from);
		}
	}
}

function inForm(cpu: Cpu, forms: ArithmeticForms, to: Operand | undefined, from: Operand | undefined): Operation | undefined {
	const target = register(to);
	const source = register(from);
	const value = immediate(from);
	if (target !== undefined) {
		const memory = flat(cpu, from, 4);
		return source !== undefined ? forms.rr(cpu, target, source) : (value !== undefined ? forms.ri(cpu, target, value) : memory && forms.rm(cpu, target, memory));
	}

	const memory = flat(cpu, to, 4);
	if (memory === undefined) {
		return undefined;
	}

	return source !== undefined ? forms.mr(cpu, memory, source) : (value === undefined ? undefined : forms.mi(cpu, memory, value));
}

const lowByte = (operand: Operand | undefined): number | undefined => operand?.kind === 'register' && operand.size === 1 && operand.index < 4 ? operand.index : undefined;

function quickByteMove(cpu: Cpu, to: Operand | undefined, from: Operand | undefined): Operation | undefined {
	const target = lowByte(to);
	const source = lowByte(from);
	const address = flat(cpu, target === undefined ? to : from, 1);
	if (address === undefined) {
		return undefined;
	}

	return target === undefined ? (source === undefined ? undefined : quickByte.store(cpu, address, source)) : quickByte.load(cpu, target, address);
}

function quickAddress(cpu: Cpu, to: Operand | undefined, from: Operand | undefined): Operation | undefined {
	const target = register(to);
	return target !== undefined && from?.kind === 'memory' && from.addressSize === 4 ? quickLea(cpu, target, new FlatAddress(from)) : undefined;
}

function quickExtension(cpu: Cpu, to: Operand | undefined, from: Operand | undefined): Operation | undefined {
	const target = register(to);
	if (target === undefined) {
		return undefined;
	}

	if (from?.kind === 'register') {
		return from.size === 1 && from.index >= 4 ? undefined : quickZeroExtend.register(cpu, target, from.index, from.size === 1 ? 0xFF : 0xFFFF);
	}

	const byte = flat(cpu, from, 1);
	const word = flat(cpu, from, 2);
	return byte === undefined ? word && quickZeroExtend.word(cpu, target, word) : quickZeroExtend.byte(cpu, target, byte);
}

const flatStack = mode.flatData | mode.stack32;

function quickOneOperand(cpu: Cpu, {mnemonic, operands: [operand]}: Instruction): Operation | undefined {
	const place = register(operand);
	const value = immediate(operand);
	const stack = (cpu.mode & flatStack) === flatStack;
	switch (mnemonic) {
		case 'inc':
		case 'dec': { return place === undefined ? undefined : quickSingle[mnemonic]!(cpu, place); }
		case 'push': { return stack ? (place === undefined ? (value === undefined ? undefined : quickStack.pushValue(cpu, value)) : quickStack.push(cpu, place)) : undefined; }
		case 'pop': { return stack && place !== undefined ? quickStack.pop(cpu, place) : undefined; }
		default: { return undefined; }
	}
}

function quickTransfer(cpu: Cpu, instruction: Instruction): Operation | undefined {
	const {mnemonic, operands: [to], condition} = instruction;
	if ((cpu.mode & mode.flatCode) === 0) {
		return undefined;
	}

	const target = to?.kind === 'target' ? to.eip : undefined;
	const stack = (cpu.mode & flatStack) === flatStack;
	switch (mnemonic) {
		case 'jmp': { return target === undefined ? undefined : quickJump(cpu, target); }
		case 'jcc': { return target === undefined ? undefined : quickBranch[condition]?.(cpu, target); }
		case 'call': { return stack && target !== undefined ? quickStack.call(cpu, target, nextEip(instruction)) : undefined; }
		case 'ret': { return stack && to === undefined ? quickStack.ret(cpu) : undefined; }
		default: { return undefined; }
	}
}
