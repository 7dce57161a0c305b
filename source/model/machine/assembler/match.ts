// Finds the form of an instruction that its operands fit: the first of the table, as NASM does.

import type {Form} from './encoding.js';
import type {Instruction} from './instruction.js';
import {distanceBits, operandBits} from './operand-bits.js';
import type {Operand} from './operand.js';

/** In the order of how close an operand came; the closest failure is the one that is reported. */
const failures = ['invalid combination of opcode and operands', 'operation size not specified', 'mismatch in operand sizes', 'repne prefix is not allowed'] as const;
type Failure = 0 | 1 | 2 | 3;
type Fit = 'fits' | 'fits if near' | Failure;

export type Match = {readonly form: Form; readonly instruction: Instruction} | string;

/** The form, and the instruction with widths filled in; or NASM's words for why there is none. */
export function findForm(instruction: Instruction, bits: 16 | 32, isNear: (form: Form, instruction: Instruction) => boolean): Match {
	const first = tryForms(instruction, bits, isNear);
	if (first.form !== undefined) {
		return {form: first.form, instruction};
	}

	// If the forms that only lack a width agree on one, it is meant: `sgdt [x]`, but not `inc [x]`.
	const operands = instruction.operands.map((operand, index) => withSize(operand, first.missingSizes[index] ?? []));
	if (!first.missing || operands.includes(undefined)) {
		return failures[first.failure];
	}

	const sized = {...instruction, operands: operands as readonly Operand[]};
	const second = tryForms(sized, bits, isNear);
	return second.form === undefined ? failures[Math.max(first.failure, second.failure) as Failure] : {form: second.form, instruction: sized};
}

function withSize(operand: Operand, sizes: readonly number[]): Operand | undefined {
	if (operand.register !== undefined) {
		return operand;
	}

	const distinct = [...new Set([width(operand), ...sizes].filter(size => size !== 0))];
	const [size = 0, ...more] = distinct;
	return more.length > 0 ? undefined : {...operand, size: size & ~distanceBits, type: operand.type | (size & distanceBits)};
}

/** Width and distance as one number. */
function width({size, type}: {readonly size: number; readonly type: number}): number {
	return size | (type & distanceBits);
}

type Attempt = {readonly form: Form | undefined; readonly failure: Failure; readonly missing: boolean; readonly missingSizes: readonly number[][]};

function tryForms(instruction: Instruction, bits: 16 | 32, isNear: (form: Form, instruction: Instruction) => boolean): Attempt {
	const missingSizes: number[][] = instruction.operands.map(() => []);
	let failure: Failure = 0;
	let missing = false;
	for (const form of instruction.mnemonic.forms) {
		const fit = fits(form, instruction, bits);
		if (fit === 'fits' || (fit === 'fits if near' && isNear(form, instruction))) {
			return {form, failure, missing, missingSizes};
		}

		if (fit === 1) {
			missing = true;
			form.operands.forEach((operand, index) => {
				missingSizes[index]!.push(width(operand));
			});
		}

		failure = typeof fit === 'number' && fit > failure ? fit : failure;
	}

	return {form: undefined, failure, missing, missingSizes};
}

function fits(form: Form, {operands, prefixes}: Instruction, bits: 16 | 32): Fit {
	if (form.operands.length !== operands.length || operands.some((operand, index) => wronglyMarked(operand, form.operands[index]!.type))) {
		return 0;
	}

	const defaults = defaultSizes(form, bits);
	let missing = false;
	for (const [index, wanted] of form.operands.entries()) {
		const operand = operands[index]!;
		const size = width(operand) === 0 ? defaults[index]! : width(operand);
		if ((wanted.type & ~operand.type & ~distanceBits) !== 0) {
			return 0;
		}

		if (width(wanted) !== 0 && width(wanted) !== size) {
			if (size !== 0) {
				return 0;
			}

			missing ||= operand.register === undefined;
		}
	}

	if (missing) {
		return 1;
	}

	if (!widthsAgree(form, operands, defaults)) {
		return 2;
	}

	if (form.fits) {
		return 'fits if near';
	}

	return form.refusesRepne && (prefixes.repeat === 'repne' || prefixes.repeat === 'repnz') ? 3 : 'fits';
}

/** A colon or `to` where the form has none. */
function wronglyMarked(operand: Operand, wanted: number): boolean {
	return (operand.type & ~wanted & (operandBits.colon | operandBits.to)) !== 0;
}

function defaultSizes(form: Form, bits: 16 | 32): readonly number[] {
	return form.operands.map((_, index) => {
		const {defaultSize} = form;
		if (defaultSize === undefined || (defaultSize.operand !== undefined && defaultSize.operand !== index)) {
			return 0;
		}

		return defaultSize.size === 'mode' ? bits : defaultSize.size;
	});
}

/** Whether operands whose width the form leaves open have the width that the form has elsewhere. */
function widthsAgree(form: Form, operands: readonly Operand[], defaults: readonly number[]): boolean {
	const common = form.sizeMatch === 0 ? 0 : form.operands.slice(0, form.sizeMatch).map(width).find(size => size !== 0) ?? 0;
	return form.operands.every((wanted, index) => {
		const size = common !== 0 && index < form.sizeMatch ? common : defaults[index]!;
		const stated = width(operands[index]!);
		return form.anySize || width(wanted) !== 0 || stated === 0 || stated === size;
	});
}
