// The bytes of one instruction in the form that was found for it.

import {must} from '../../../base/assert.js';
import {effectiveAddress, isDirect} from './effective-address.js';
import type {Form, Step} from './encoding.js';
import type {Instruction, Prefixes} from './instruction.js';
import {operandBits} from './operand-bits.js';
import type {Operand} from './operand.js';

/** How a number that does not fit its place is judged. */
export type Range = 'either' | 'signed' | 'unsigned' | 'unchecked';

/** A piece of an instruction. Numbers are not bytes yet, because sections have no addresses before the end. */
export type Piece =
	| {readonly kind: 'bytes'; readonly bytes: readonly number[]}
	/** `overflow` is what to say of a number that its place changes. */
	| {readonly kind: 'number'; readonly size: 1 | 2 | 4; readonly operand: Operand; readonly range: Range; readonly overflow?: string}
	/** The distance from the end of the instruction. */
	| {readonly kind: 'distance'; readonly size: 1 | 2 | 4; readonly operand: Operand};

export type EncodingWarning = {
	readonly message: string;
	readonly name: string;
	/** Whether it is said in every pass, so that errors of an early pass do not hide it. */
	readonly early: boolean;
};

export type Encoded = {
	readonly pieces: readonly Piece[];
	readonly length: number;
	readonly warnings: readonly EncodingWarning[];
	readonly errors: ReadonlyArray<{readonly message: string; readonly early: boolean}>;
};

const prefixBytes: Readonly<Record<string, number>> = {
	lock: 0xf0, rep: 0xf3, repe: 0xf3, repz: 0xf3, repne: 0xf2, repnz: 0xf2,
	es: 0x26, cs: 0x2e, ss: 0x36, ds: 0x3e, fs: 0x64, gs: 0x65,
};

/** Bytes of prefixes, in NASM's order. */
export function encodePrefixes(prefixes: Prefixes, bits: 16 | 32): readonly number[] {
	const bytes = (['repeat', 'lock', 'segment'] as const).flatMap(slot => {
		const word = prefixes[slot];
		return word === undefined ? [] : [must(prefixBytes[word], `encode: ${word} is a prefix`)];
	});
	const operandSize = prefixes.operandSize !== undefined && prefixes.operandSize !== `o${bits}`;
	const addressSize = prefixes.addressSize !== undefined && prefixes.addressSize !== `a${bits}`;
	return [...bytes, ...operandSize ? [0x66] : [], ...addressSize ? [0x67] : []];
}

export function encode(form: Form, instruction: Instruction, bits: 16 | 32, addressSize: 16 | 32): Encoded {
	return new Encoder(form, instruction, bits, addressSize).run();
}

class Encoder {
	readonly #form: Form;
	readonly #instruction: Instruction;
	readonly #bits: 16 | 32;
	readonly #addressSize: 16 | 32;
	readonly #pieces: Piece[] = [];
	readonly #warnings: EncodingWarning[] = [];
	readonly #errors: Array<{readonly message: string; readonly early: boolean}> = [];
	#prefixes: Prefixes;

	constructor(form: Form, instruction: Instruction, bits: 16 | 32, addressSize: 16 | 32) {
		this.#form = form;
		this.#instruction = instruction;
		this.#bits = bits;
		this.#addressSize = addressSize;
		this.#prefixes = instruction.prefixes;
	}

	run(): Encoded {
		for (const step of this.#form.steps) {
			if (step.kind === 'operand size') {
				this.#operandSize(step.size);
			}
		}

		for (const step of this.#form.steps) {
			this.#step(step);
		}

		this.#checkLock();

		const pieces: readonly Piece[] = [{kind: 'bytes', bytes: encodePrefixes(this.#prefixes, this.#bits)}, ...this.#pieces];
		const length = pieces.reduce((sum, piece) => sum + (piece.kind === 'bytes' ? piece.bytes.length : piece.size), 0);
		return {pieces, length, warnings: this.#warnings, errors: this.#errors};
	}

	#operandSize(size: 16 | 32): void {
		const asked = this.#prefixes.operandSize;
		if (asked !== undefined && asked !== `o${size}`) {
			this.#warnings.push({message: `invalid operand size prefix, must be o${size}`, name: 'prefix-opsize', early: false});
		} else {
			this.#prefixes = {...this.#prefixes, operandSize: `o${size}`};
		}
	}

	#checkLock(): void {
		const {lockable} = this.#form;
		const target = lockable === undefined ? undefined : this.#instruction.operands[lockable];
		if (this.#prefixes.lock !== undefined && target?.address === undefined) {
			this.#warnings.push({message: 'instruction is not lockable', name: 'prefix-lock', early: false});
		}
	}

	#operand(role: 'r' | 'm' | 'i' | 'j'): Operand {
		return this.#instruction.operands[must(this.#form.roles[role], `encode: ${this.#form.mnemonic} has no operand ${role}`)]!;
	}

	#step(step: Step): void {
		switch (step.kind) {
			case 'byte': {
				const added = step.add === 'register' ? this.#operand('r').register!.number : (step.add === 'condition' ? this.#instruction.mnemonic.condition : 0);
				this.#bytes(step.byte + added);
				break;
			}

			case 'operand size': {
				break;
			}

			case 'address size': {
				// The counter of `jecxz` and `loop` is chosen by the address size prefix, which then stands behind all others.
				if (step.size !== this.#bits && this.#prefixes.addressSize !== `a${step.size}`) {
					this.#bytes(0x67);
				}

				break;
			}

			case 'modrm': {
				this.#modrm(step.field ?? this.#operand('r').register!.number);
				break;
			}

			case 'immediate': {
				this.#immediate(step, this.#operand(step.which));
				break;
			}

			case 'relative': {
				this.#pieces.push({kind: 'distance', size: step.size === 8 ? 1 : this.#wordBytes(this.#operand('i')), operand: this.#operand('i')});
				break;
			}

			case 'address': {
				this.#pieces.push({kind: 'number', size: this.#addressSize === 16 ? 2 : 4, operand: this.#operand('i'), range: 'either'});
				break;
			}

			case 'segment base': {
				const message = this.#operand('i').section === undefined ? 'value referenced by FAR is not relocatable' : 'binary output format does not support segment base references';
				this.#errors.push({message, early: false});
				this.#bytes(0, 0);
				break;
			}

			default: {
				step satisfies never;
			}
		}
	}

	#bytes(...bytes: readonly number[]): void {
		this.#pieces.push({kind: 'bytes', bytes});
	}

	/** Bytes of an offset whose width the operand states or the mode decides. */
	#wordBytes(operand: Operand): 2 | 4 {
		const size = operand.size === 16 || operand.size === 32 ? operand.size : this.#bits;
		return size === 16 ? 2 : 4;
	}

	#modrm(field: number): void {
		const operand = this.#operand('m');
		const address = effectiveAddress(operand, this.#addressSize);
		if (address === undefined) {
			this.#errors.push({message: `invalid ${this.#bits}-bit effective address`, early: true});
			return;
		}

		const stated = operand.address?.displacementSize ?? 0;
		if (stated !== 0 && stated !== this.#addressSize && isDirect(operand)) {
			this.#warnings.push({message: 'displacement size ignored on absolute address', name: 'ea-dispsize', early: true});
		}

		const [modrm, ...sib] = address.bytes;
		this.#bytes(modrm! | (field << 3), ...sib);
		this.#displacement(operand, address.displacementBytes);
	}

	#displacement(operand: Operand, size: 0 | 1 | 2 | 4): void {
		if (size === 0) {
			return;
		}

		const addressBytes = this.#addressSize / 8;
		const whole = BigInt.asIntN(this.#addressSize, operand.offset);
		const lost = exceeds(operand.offset, addressBytes, 'either') || whole !== BigInt.asIntN(size * 8, operand.offset);
		const overflow = lost ? {overflow: `${sizeNames[size]} data exceeds bounds`} : {};
		this.#pieces.push({kind: 'number', size, operand, range: addressBytes > size ? 'signed' : 'either', ...overflow});
	}

	#immediate(step: Step & {readonly kind: 'immediate'}, operand: Operand): void {
		if (step.sign === 'extended' && operand.section === undefined && !operand.relative) {
			this.#pieces.push({kind: 'number', size: 1, operand, range: 'unchecked', ...this.#extendedOverflow(operand)});
			return;
		}

		const size = step.size === 'mode' ? this.#wordBytes(operand) : step.size / 8 as 1 | 2 | 4;
		this.#pieces.push({kind: 'number', size, operand, range: step.sign === 'unsigned' ? 'unsigned' : 'either'});
	}

	/** A byte that the processor extends by its sign must say the whole number, modulo the operand's width. */
	#extendedOverflow(operand: Operand): {readonly overflow?: string} {
		const width = this.#prefixes.operandSize === undefined ? this.#bits : Number(this.#prefixes.operandSize.slice(1));
		const value = BigInt.asUintN(64, operand.offset);
		const modulus = 2n ** BigInt(width);
		const small = value <= 127n || value >= 2n ** 64n - 128n || (value >= modulus - 128n && value <= modulus - 1n);
		const what = operand.size === 8 ? 'signed byte' : (width === 16 ? 'word' : 'dword');
		return small ? {} : {overflow: `${what} value exceeds bounds`};
	}
}

export const sizeNames: Readonly<Record<number, string>> = {1: 'byte', 2: 'word', 4: 'dword', 8: 'qword'};

/** Whether a number does not fit so many bytes. Where either sign may be meant, NASM allows the whole width on both sides of zero. */
export function exceeds(value: bigint, bytes: number, range: Range): boolean {
	if (bytes >= 8 || range === 'unchecked') {
		return false;
	}

	const half = 2n ** BigInt(bytes * 8 - 1);
	switch (range) {
		case 'signed': {
			return value < -half || value >= half;
		}

		case 'unsigned': {
			return value < 0n || value >= 2n * half;
		}

		default: {
			return value < -2n * half || value >= 2n * half;
		}
	}
}

/** Whether the operand is an address without a section, so that its distance is a matter of the final layout. */
export function isFixedAddress(operand: Operand): boolean {
	return (operand.type & operandBits.immediate) !== 0 && operand.section === undefined;
}
