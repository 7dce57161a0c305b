// Translates a block of a guest kernel's code, from its bytes to bytes that may run in ring 1 (Adams and Agesen, ASPLOS 2006, section 3).
//
// Most instructions are copied as they are. Those that are sensitive become a callout, after which the hypervisor does them; CLI, which
// kernels use all the time, is done in place on the virtual interrupt flag. Jumps and calls lose their direct targets: each ends in a
// callout that the hypervisor turns into a jump to the translated target once that exists (chaining). A call pushes the guest's return
// address, so that the guest's stack never shows translated addresses; returns and indirect jumps ask the hypervisor every time.
//
// Simplified: returns and indirect jumps do not look their target up in translated code by themselves, as VMware's did.

import {type Instruction, nextEip} from '../../machine/instruction.js';
import {factsOf, type Mnemonic} from '../../machine/instruction-table.js';
import {CS, GS} from '../../machine/registers.js';
import {callout} from './translation-cache.js';

/** A jump's displacement that the hypervisor may fill in: four bytes at `place`, which now lead to a callout. */
export type Link = {readonly place: number; readonly stub: number; readonly target: number};

export type Translation = {
	readonly code: Uint8Array;
	/** Where the guest is when translated code stops at an offset: the start of an instruction, or a callout. */
	readonly guestAt: ReadonlyMap<number, number>;
	/** Callouts that stand for the guest instruction at their guest address. */
	readonly emulated: ReadonlySet<number>;
	/** Offsets, not addresses. */
	readonly links: readonly Link[];
	/** Of the guest's code. */
	readonly bytes: number;
	readonly instructions: number;
	/** Copied without a change. */
	readonly identical: number;
};

/** Instructions in a block at most, as in VMware's translation units. */
export const maxInstructions = 12;

const jumps: ReadonlySet<Mnemonic> = new Set(['jmp', 'jcc', 'call', 'loop', 'loope', 'loopne', 'jcxz']);
/** What cannot run in ring 1 in place of ring 0 though no rule of the instruction set says so: it goes elsewhere. */
const indirect: ReadonlySet<Mnemonic> = new Set(['ret']);

/** Whether the hypervisor has to do it. */
function needsCallout(instruction: Instruction): boolean {
	const {sensitive, privilege, exit} = factsOf(instruction.mnemonic);
	const isIndirect = indirect.has(instruction.mnemonic) || (jumps.has(instruction.mnemonic) && targetOf(instruction) === undefined);
	// RDTSC and CPUID answer as the machine does, which is what the guest's own would; PAUSE does nothing.
	const isHypervisors = exit !== undefined && instruction.mnemonic !== 'rdtsc' && instruction.mnemonic !== 'cpuid' && instruction.mnemonic !== 'pause';
	return sensitive !== undefined || privilege !== undefined || isHypervisors || isIndirect || usesOwnSegments(instruction);
}

/** GS is the hypervisor's while translated code runs, and CS is a segment that cannot be read. */
function usesOwnSegments({operands, segment}: Instruction): boolean {
	return segment === GS || segment === CS || operands.some(operand => operand.kind === 'memory' && (operand.segment === GS || operand.segment === CS));
}

function targetOf({operands}: Instruction): number | undefined {
	const [operand] = operands;
	return operand?.kind === 'target' ? operand.eip : undefined;
}

/** `decodeAt` gives the instruction at an address of the guest's code and its bytes; undefined ends the block before it. */
export function translate(eip: number, decodeAt: (eip: number) => {readonly instruction: Instruction; readonly bytes: Uint8Array} | undefined): Translation | undefined {
	const emitter = new Emitter();
	let at = eip;
	for (let count = 0; count < maxInstructions; count++) {
		const next = decodeAt(at);
		if (next === undefined) {
			break;
		}

		emitter.instructions += 1;
		emitter.at(at);
		at = nextEip(next.instruction);
		if (emitInstruction(emitter, next.instruction, next.bytes) === 'end') {
			return emitter.finish(at - eip);
		}
	}

	if (emitter.instructions === 0) {
		return undefined;
	}

	emitter.jump(at);
	return emitter.finish(at - eip);
}

/** The answer says whether the block goes on behind it. */
function emitInstruction(emitter: Emitter, instruction: Instruction, bytes: Uint8Array): 'end' | 'next' {
	const {mnemonic} = instruction;
	if (mnemonic === 'cli') {
		// mov dword [gs:0], 0
		emitter.bytes(0x65, 0xC7, 0x05, 0, 0, 0, 0, 0, 0, 0, 0);
		return 'next';
	}

	if (needsCallout(instruction)) {
		emitter.callout(instruction.eip);
		return 'end';
	}

	const target = targetOf(instruction);
	if (!jumps.has(mnemonic) || target === undefined) {
		emitter.identical += 1;
		emitter.bytes(...bytes);
		return 'next';
	}

	emitJump(emitter, instruction, {bytes, target});
	return 'end';
}

function emitJump(emitter: Emitter, instruction: Instruction, {bytes, target}: {readonly bytes: Uint8Array; readonly target: number}): void {
	const behind = nextEip(instruction);
	switch (instruction.mnemonic) {
		case 'jmp': {
			emitter.jump(target);
			return;
		}

		case 'call': {
			// push dword: the address behind the call
			emitter.bytes(0x68, ...dword(behind));
			emitter.at(target);
			emitter.jump(target);
			return;
		}

		case 'jcc': {
			emitter.link([0x0F, 0x80 + instruction.condition], target);
			emitter.at(behind);
			emitter.jump(behind);
			return;
		}

		default: {
			// LOOP and JCXZ have short forms only: over a jump to what is behind, which is 5 bytes long.
			const withoutTarget = bytes.subarray(0, -1);
			emitter.bytes(...withoutTarget, 5);
			emitter.at(behind);
			emitter.jump(behind);
			emitter.at(target);
			emitter.jump(target);
		}
	}
}

function dword(value: number): readonly number[] {
	return [value & 0xFF, value >>> 8 & 0xFF, value >>> 16 & 0xFF, value >>> 24];
}

/** Collects bytes, and at the end the callouts that unlinked jumps lead to. */
class Emitter {
	readonly #code: number[] = [];
	readonly #guestAt = new Map<number, number>();
	readonly #emulated = new Set<number>();
	readonly #open: Array<{readonly place: number; readonly target: number}> = [];
	instructions = 0;
	identical = 0;

	/** From here on the guest is at this address. */
	at(eip: number): void {
		this.#guestAt.set(this.#code.length, eip);
	}

	bytes(...bytes: readonly number[]): void {
		this.#code.push(...bytes);
	}

	/** The hypervisor does the guest's instruction at `eip`. */
	callout(eip: number): void {
		this.at(eip);
		this.#emulated.add(this.#code.length);
		this.bytes(callout);
	}

	jump(target: number): void {
		this.link([0xE9], target);
	}

	/** A jump with a displacement of four bytes. */
	link(opcode: readonly number[], target: number): void {
		this.bytes(...opcode);
		this.#open.push({place: this.#code.length, target});
		this.bytes(0, 0, 0, 0);
	}

	finish(guestBytes: number): Translation {
		const links = this.#open.map(({place, target}): Link => {
			const stub = this.#code.length;
			this.at(target);
			this.bytes(callout);
			for (const [index, byte] of dword(stub - (place + 4)).entries()) {
				this.#code[place + index] = byte;
			}

			return {place, stub, target};
		});
		return {code: Uint8Array.from(this.#code), guestAt: this.#guestAt, emulated: this.#emulated, links, bytes: guestBytes, instructions: this.instructions, identical: this.identical};
	}
}
