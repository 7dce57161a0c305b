// Random single instructions on random registers and flags: results and defined flags.

const C = 1;
const P = 4;
const A = 0x10;
const Z = 0x40;
const S = 0x80;
const O = 0x800;
const all = C | P | A | Z | S | O;

/** [text, flags that are defined afterwards (others are not compared)]. Operands: eax, ebx, ecx, edx; the count in cl. */
function instruction(random) {
	const {pick, below, word} = random;
	const [a, b] = pick([['eax', 'ebx'], ['ax', 'bx'], ['al', 'bl'], ['ah', 'dl'], ['bh', 'al'], ['edx', 'eax'], ['dx', 'ax']]);
	const wide = pick([['eax', 'ebx'], ['ax', 'bx'], ['edx', 'eax']]);
	const bits = a.startsWith('e') ? 32 : (a.endsWith('x') ? 16 : 8);
	const count = below(34);
	const kinds = [
		() => [`${pick(['add', 'adc', 'sub', 'sbb', 'cmp'])} ${a}, ${b}`, all],
		() => [`${pick(['and', 'or', 'xor', 'test'])} ${a}, ${b}`, all & ~A],
		() => [`${pick(['add', 'adc', 'sub', 'sbb', 'cmp'])} ${a}, ${word() % 2 ** bits}`, all],
		() => [`${pick(['inc', 'dec', 'neg'])} ${a}`, all],
		() => [`not ${a}`, all],
		() => [`${pick(['shl', 'shr', 'sar'])} ${a}, ${count}`, shiftFlags(count & 31, bits)],
		() => [`${pick(['rol', 'ror', 'rcl', 'rcr'])} ${a}, ${count}`, (count & 31) === 1 ? all : all & ~O],
		() => [`mov cl, ${count}\n  ${pick(['shl', 'shr', 'sar'])} ${a === 'ah' ? 'al' : a}, cl`, shiftFlags(count & 31, bits)],
		() => [`${pick(['shld', 'shrd'])} ${wide[0]}, ${wide[1]}, ${count % (wide[0].startsWith('e') ? 32 : 17)}`, doubleFlags(count % (wide[0].startsWith('e') ? 32 : 17))],
		() => [`${pick(['mul', 'imul'])} ${b === 'al' ? 'bl' : b}`, C | O],
		() => [`imul ${wide[0]}, ${wide[1]}`, C | O],
		() => [`imul ${wide[0]}, ${wide[1]}, ${below(256) - 128}`, C | O],
		() => [`mov edx, ${below(1000)}\n  mov ebx, ${1001 + below(0x7FFF0000)}\n  ${pick(['div', 'idiv'])} ebx`, 0],
		() => [`mov dx, ${below(100)}\n  mov bx, ${201 + below(0x7000)}\n  ${pick(['div', 'idiv'])} bx`, 0],
		() => [`mov ax, ${below(100)}\n  mov bl, ${1 + below(127)}\n  ${pick(['div', 'idiv'])} bl`, 0],
		() => [`${pick(['bt', 'bts', 'btr', 'btc'])} ${wide[0]}, ${pick([wide[1], String(below(64))])}`, C | Z],
		() => [`${pick(['bsf', 'bsr'])} ${wide[0]}, ${wide[1]}`, Z],
		() => [`xadd ${a}, ${b}`, all],
		() => [`cmpxchg ${b === 'al' ? 'dl' : (b === 'eax' ? 'ecx' : (b === 'ax' ? 'cx' : b))}, ${bits === 32 ? 'edx' : (bits === 16 ? 'dx' : 'dh')}`, all],
		() => [pick(['cbw', 'cwde', 'cwd', 'cdq', 'bswap eax', 'xchg eax, ebx', 'xchg al, bh', 'lahf', 'sahf', 'cmc', 'clc', 'stc', 'xchg ax, dx']), all],
		() => [pick(['daa', 'das']), all & ~O],
		() => [pick(['aaa', 'aas']), C | A],
		() => [`aam ${1 + below(255)}`, S | Z | P],
		() => [`aad ${below(256)}`, S | Z | P],
		() => [`set${pick(['o', 'no', 'c', 'nc', 'z', 'nz', 'na', 'a', 's', 'ns', 'pe', 'po', 'l', 'nl', 'ng', 'g'])} ${pick(['al', 'bh', 'dl'])}`, all],
		() => [`cmov${pick(['o', 'no', 'c', 'nc', 'z', 'nz', 'na', 'a', 's', 'ns', 'pe', 'po', 'l', 'nl', 'ng', 'g'])} ${wide[0]}, ${wide[1]}`, all],
		() => [`${pick(['movzx', 'movsx'])} ${pick(['eax', 'edx', 'ebx'])}, ${pick(['al', 'ah', 'bx', 'dx'])}`, all],
		() => [`lea eax, [ebx + edx*${pick([1, 2, 4, 8])} + ${word() | 0}]`, all],
		() => [`lea ax, [bx + si + ${below(0x8000)}]`, all],
	];
	return pick(kinds)();
}

const shiftFlags = (count, bits) => count === 0 ? all : (all & ~A & (count === 1 ? -1 : ~O) & (count >= bits ? ~C : -1));
const doubleFlags = count => count === 0 ? all : (all & ~A & (count === 1 ? -1 : ~O));

/** 240 of them: four words a piece at 0x6000. */
export function aluProgram(random) {
	const count = 240;
	const at = 0x20_0000;
	const masks = [];
	const lines = ['%include "rom32.inc"', 'main:'];
	for (let index = 0; index < count; index++) {
		const [text, mask] = instruction(random);
		const flags = (random.next() & all) | 2;
		masks.push(mask);
		lines.push(
			`  mov ebx, ${random.word()}`, `  mov edx, ${random.word()}`, `  mov ecx, ${random.word()}`, `  mov esi, ${random.word()}`,
			`  push dword ${flags}`, '  popfd', `  mov eax, ${random.word()}`, `  ${text}`,
			`  mov [0x${(at + 16 * index).toString(16)}], eax`, '  pushfd', `  pop dword [0x${(at + 16 * index + 12).toString(16)}]`,
			`  mov [0x${(at + 16 * index + 4).toString(16)}], ebx`, `  mov [0x${(at + 16 * index + 8).toString(16)}], edx`,
		);
	}

	lines.push('  DONE', 'END_ROM');
	return {
		source: lines.join('\n'),
		ranges: [[at, 16 * count]],
		/** Word 3 of each is the flags. */
		mask: (address, index) => address === at && index % 4 === 3 ? masks[index >> 2] | 0x700 : 0xFFFFFFFF,
		where: (address, index) => address === at ? lines.slice(2 + 13 * (index >> 2), 2 + 13 * (index >> 2) + 8).map(line => line.trim()).join('; ') : '',
	};
}
