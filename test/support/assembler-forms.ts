// Random instructions of the assembler's encoding table, most of them right and some of them wrong, for comparison with nasm.

import {mnemonics} from '../../source/model/machine/assembler/encoding.js';
import type {OperandForm} from '../../source/model/machine/assembler/encoding.js';
import {operandBits} from '../../source/model/machine/assembler/operand-bits.js';

const byteRegisters = 'al cl dl bl ah ch dh bh'.split(' ');
const wordRegisters = 'ax cx dx bx sp bp si di'.split(' ');
const dwordRegisters = 'eax ecx edx ebx esp ebp esi edi'.split(' ');
const segments = 'es cs ss ds fs gs'.split(' ');
const allRegisters = [...byteRegisters, ...wordRegisters, ...dwordRegisters];
const numbers = ('0 1 2 5 -1 127 128 -128 -129 200 255 256 300 0x1234 0x7fff 0x8000 0xff80 0xffff 0x12345 -32768 0x12345678 0x7fffffff 0x80000000 '
	+ '0xffffff80 0xffffffff -0x80000000 0x100000000 lab fwd lab+3 fwd-lab $ lab-$').split(' ');
const displacements = ['', '', '', '+5', '-5', '+127', '+128', '-128', '-129', '+0x12345678', '+lab', '+fwd', '-0x12345', '+0'];
const narrowAddresses = 'bx bp si di bx+si bx+di bp+si bp+di si+bx di+bp bx+bp ax sp'.split(' ');
const sizeWords: Readonly<Record<number, string>> = {8: 'byte ', 16: 'word ', 32: 'dword ', 64: 'qword '};

/** `count` instructions that follow from `seed`. */
export function randomForms(seed: number, count: number): readonly string[] {
	let state = seed >>> 0;
	const below = (limit: number): number => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor(state / 2 ** 32 * limit);
	};
	const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
	const names = [...mnemonics.keys()];
	const registersOf = (size: number) => ({8: byteRegisters, 16: wordRegisters, 32: dwordRegisters})[size] ?? allRegisters;
	const statedSize = () => pick(['', '', '', '', 'byte ', 'word ', 'dword ', 'strict byte ', 'strict dword ', 'strict word ', 'strict ']);

	const base = (): string => {
		switch (below(5)) {
			case 0:
			case 1: {
				return pick(dwordRegisters) + (below(2) === 0 ? '' : `+${pick(dwordRegisters)}${pick(['', '', '*1', '*2', '*4', '*8'])}`);
			}

			case 2: {
				return `${pick(dwordRegisters)}*${pick([1, 2, 3, 4, 5, 8, 9])}`;
			}

			case 3: {
				return `${pick(dwordRegisters)}*${pick([1, 2, 4, 8])}+${pick(dwordRegisters)}`;
			}

			default: {
				return pick(narrowAddresses);
			}
		}
	};
	const address = (): string => {
		const words = pick(['', '', '', '', '', 'fs:', 'es:', 'ss:']) + (below(15) === 0 ? 'nosplit ' : '') + pick(['', '', '', '', '', '', 'byte ', 'dword ', 'word ']);
		return below(5) === 0 ? `[${words}${pick(numbers)}]` : `[${words}${base()}${pick(displacements)}]`;
	};
	const anything = () => pick([() => pick(allRegisters), () => pick(segments), () => statedSize() + pick(numbers), () => pick(['', 'byte ', 'word ', 'dword ']) + address()])();
	const special = (type: number, size: number): string | undefined => {
		const names: ReadonlyArray<readonly [number, () => string]> = [
			[operandBits.es, () => 'es'], [operandBits.cs, () => 'cs'], [operandBits.ss, () => 'ss'], [operandBits.ds, () => 'ds'], [operandBits.fs, () => 'fs'], [operandBits.gs, () => 'gs'],
			[operandBits.segment, () => pick(segments)],
			[operandBits.control, () => pick(['cr0', 'cr2', 'cr3', 'cr4'])],
			[operandBits.debug, () => `dr${below(8)}`],
			[operandBits.accumulator, () => registersOf(size)[0]!],
			[operandBits.count, () => registersOf(size)[1]!],
			[operandBits.port, () => 'dx'],
		];
		return names.find(([bit]) => (type & bit) !== 0)?.[1]();
	};
	const operand = ({type, size}: OperandForm): string => {
		const distance = (type & operandBits.near) !== 0 ? 'near ' : ((type & operandBits.far) !== 0 ? 'far ' : ((type & operandBits.short) !== 0 ? 'short ' : ''));
		const word = sizeWords[size] ?? '';
		if (below(15) === 0) {
			return anything();
		}

		if ((type & operandBits.immediate) !== 0) {
			return distance + (below(3) === 0 ? word || statedSize() : '') + ((type & operandBits.unity) === 0 ? pick(numbers) : '1');
		}

		const memory = () => distance + (below(3) === 0 ? '' : word || pick(['', '', 'byte ', 'word ', 'dword '])) + address();
		if ((type & operandBits.memory) !== 0) {
			return memory();
		}

		return special(type, size) ?? ((type & operandBits.register) !== 0 || below(2) === 0 ? distance + pick(registersOf(size)) : memory());
	};

	return Array.from({length: count}, () => {
		const name = pick(names);
		const {operands} = pick(mnemonics.get(name)!.forms);
		const separator = operands[0] !== undefined && (operands[0].type & operandBits.colon) !== 0 ? ':' : ', ';
		const prefix = below(12) === 0 ? pick(['lock ', 'rep ', 'repne ', 'o16 ', 'o32 ', 'a16 ', 'a32 ', 'fs ', 'cs ', 'times 2 ']) : '';
		return `${prefix}${name} ${operands.map(operand).join(separator)}`.trim();
		// `pop cs` is an instruction of the 8086 alone, which nasm still writes.
	}).filter(line => !line.endsWith('pop cs'));
}

/** An instruction with a label on each side, as it is compared. */
export function formSource(bits: string, instruction: string): string {
	return `bits ${bits}\norg 0x1000\nlab: db 0\n${instruction}\nfwd: db 0\n`;
}
