// Reads instructions into a block (code-cache.ts). A block ends
//
//   - behind an instruction that may go elsewhere, or that may be interrupted and go on (REP);
//   - before one that needs the exact time, because the clock stands still inside a block;
//   - at the end of the page, and before an instruction that lies on two.
//
// Whatever else changes how code is to be read ends the block when it runs (Cpu.endBlock).

import {type Block, CodePage, type Operation} from './code-cache.js';
import type {Cpu} from './cpu.js';
import {mode} from './cpu.js';
import {decode} from './decode.js';
import {quickForm} from './execute/quick-forms.js';
import {operationTable} from './execute/table.js';
import {Fault, generalProtection, NotModelled} from './fault.js';
import {type Instruction, nextEip} from './instruction.js';
import type {Mnemonic} from './instruction-table.js';
import {noOffset} from './physical-memory.js';
import {CS} from './registers.js';

const maxInstructions = 32;
/** Where code changes again and again, blocks are kept short. */
const manyInvalidations = 16;
const maxInstructionsThere = 2;

const endsBlock: ReadonlySet<Mnemonic> = new Set(['jmp', 'jcc', 'call', 'ret', 'loop', 'loope', 'loopne', 'jcxz', 'jmpf', 'callf', 'retf', 'int', 'int3', 'into', 'iret', 'ud0', 'ud1', 'ud2']);
const needsTime: ReadonlySet<Mnemonic> = new Set(['rdtsc', 'rdmsr', 'wrmsr', 'in', 'out', 'ins', 'outs']);

/** The instruction at `eip`. Bytes beyond the page that `cpu.fetchPage` names are looked up; they and the segment's end may fault. */
function decodeAt(cpu: Cpu, eip: number): Instruction {
	const code = cpu.segments[CS]!;
	return decode(offset => {
		const at = (eip + offset) | 0;
		if (at >>> 0 > code.limit) {
			throw generalProtection();
		}

		const linear = (code.base + at) | 0;
		const where = linear >>> 12 === cpu.fetchPage && cpu.fetchOffset !== noOffset ? cpu.fetchOffset + (linear & 0xFFF) : cpu.mmu.fetch(linear);
		return where === noOffset ? 0xFF : cpu.memory.bytes[where]!;
	}, eip, (cpu.mode & mode.code32) !== 0);
}

function compile(cpu: Cpu, instruction: Instruction): Operation {
	return quickForm(cpu, instruction) ?? operationTable[instruction.mnemonic](cpu, instruction);
}

function makeBlock(cpu: Cpu, instructions: readonly Instruction[]): Block {
	cpu.translated += instructions.length;
	const eips = [...instructions.map(({eip}) => eip), nextEip(instructions.at(-1)!)];
	return {
		eip: instructions[0]!.eip, mode: cpu.mode, instructions, eips: Int32Array.from(eips),
		operations: instructions.map(instruction => compile(cpu, instruction)),
	};
}

/** The block that begins at `cpu.eip`. What is wrong with its first instruction is thrown; what is wrong further on ends it before. */
export function translateBlock(cpu: Cpu): Block {
	const base = cpu.segments[CS]!.base;
	const pageOf = (eip: number): number => (base + eip) >>> 12;
	const first = decodeAt(cpu, cpu.eip);
	if (cpu.fetchOffset === noOffset || pageOf((nextEip(first) - 1) | 0) !== cpu.fetchPage) {
		return makeBlock(cpu, [first]);
	}

	const instructions = [first];
	const changes = cpu.memory.code[cpu.fetchOffset >>> 12]?.invalidations ?? 0;
	const most = changes > manyInvalidations ? maxInstructionsThere : maxInstructions;
	while (instructions.length < most && !isLast(instructions.at(-1)!)) {
		const eip = nextEip(instructions.at(-1)!);
		const following = pageOf(eip) === cpu.fetchPage ? decodeFollowing(cpu, eip) : undefined;
		if (following === undefined || pageOf((nextEip(following) - 1) | 0) !== cpu.fetchPage) {
			break;
		}

		instructions.push(following);
	}

	const block = makeBlock(cpu, instructions);
	keep(cpu, block);
	return block;
}

function isLast({mnemonic, repeat}: Instruction): boolean {
	return endsBlock.has(mnemonic) || repeat !== undefined;
}

function decodeFollowing(cpu: Cpu, eip: number): Instruction | undefined {
	// The longest instruction may reach into the next page, and looking there would count.
	const room = 4096 - ((cpu.segments[CS]!.base + eip) & 0xFFF);
	try {
		const instruction = decodeWithin(cpu, eip, room);
		return instruction === undefined || needsTime.has(instruction.mnemonic) || instruction.repeat !== undefined ? undefined : instruction;
	} catch (thrown) {
		if (thrown instanceof Fault || thrown instanceof NotModelled) {
			return undefined;
		}

		throw thrown;
	}
}

const outOfRoom = new Fault(-1);

function decodeWithin(cpu: Cpu, eip: number, room: number): Instruction | undefined {
	const code = cpu.segments[CS]!;
	const start = cpu.fetchOffset + ((code.base + eip) & 0xFFF);
	return decode(offset => {
		if (offset >= room) {
			throw outOfRoom;
		}

		if (((eip + offset) | 0) >>> 0 > code.limit) {
			throw generalProtection();
		}

		return cpu.memory.bytes[start + offset]!;
	}, eip, (cpu.mode & mode.code32) !== 0);
}

function keep(cpu: Cpu, block: Block): void {
	const frame = cpu.fetchOffset >>> 12;
	const page = cpu.memory.code[frame] ?? newCodePage(cpu, frame);
	const offset = (cpu.segments[CS]!.base + block.eip) & 0xFFF;
	page.keep(offset, (block.eips.at(-1)! - block.eip) | 0, block);
}

function newCodePage(cpu: Cpu, frame: number): CodePage {
	const page = new CodePage(() => {
		cpu.limit = 0;
	});
	cpu.memory.code[frame] = page;
	cpu.mmu.tlb.forbidQuickWrites(frame * 4096);
	return page;
}
