// Accesses at the ends of segments: byte- and page-granular, expand-up and expand-down, 16 and 32 bits, read-only, execute-only. QEMU does not
// check limits, so that only Bochs judges.

const results = 0x20_0000;

export function limitProgram(random) {
	const {pick, below} = random;
	const cases = 40;
	const lines = ['%include "rom32.inc"', 'main:'];
	const descriptors = [];
	lines.push('  lgdt [newgdtr]');
	for (let index = 0; index < cases; index++) {
		const pages = below(3) === 0;
		const big = below(3) > 0;
		const type = pick([0x92, 0x92, 0x96, 0x96, 0x90, 0x94, 0x9A, 0x98]);
		const limit = pages ? below(8) : pick([0, 1, 3, 7, 0xFF, 0xFFF, 0x1000, 0xFFFF, below(0x2000)]);
		const base = 0x300000 + 0x10000 * (index % 8);
		descriptors.push(`  dd 0x${((limit & 0xFFFF) | (base & 0xFFFF) << 16 >>> 0).toString(16)}, 0x${((base & 0xFF000000 | (base >> 16 & 0xFF) | type << 8 | (limit & 0xF0000) | (pages ? 0x800000 : 0) | (big ? 0x400000 : 0)) >>> 0).toString(16)}`);
		const end = pages ? limit * 4096 + 4095 : limit;
		lines.push(`  EXPECT .no${index}`, `  mov ax, ${0x40 + 8 * index}`, `  mov es, ax`);
		for (let access = 0; access < 6; access++) {
			const offset = Math.max(0, pick([end, end - 1, end - 2, end - 3, end + 1, end - 4, 0, 0xFFFD, 0xFFFE, 0xFFFF]));
			const at = `0x${(results + 4 * (index * 8 + access)).toString(16)}`;
			lines.push(`  mov dword [${at}], 1`, `  EXPECT .a${index}_${access}`,
				`  ${pick(['mov al, [es:O]', 'mov ax, [es:O]', 'mov eax, [es:O]', 'mov [es:O], cl', 'mov [es:O], cx', 'mov [es:O], ecx', 'add dword [es:O], 1', 'inc byte [es:O]', 'push dword [es:O]', 'bts dword [es:O], 3', 'cmpxchg8b [es:O]']).replace('O', `0x${offset.toString(16)}`)}`,
				`  mov dword [${at}], 2`, `.a${index}_${access}:`);
		}

		lines.push(`.no${index}:`, '  mov esp, 0xB000');
	}

	lines.push('  mov ax, SEL_K0D', '  mov es, ax', '  DONE', 'align 8', 'newgdt:', '  dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff, 0x00cfba000000ffff, 0x00cfb2000000ffff, 0x0000890080000067',
		...descriptors, 'newgdt_end:', 'newgdtr: dw newgdt_end-newgdt-1', '  dd newgdt', 'END_ROM');
	return {source: lines.join('\n'), ranges: [[results, 4 * 8 * cases], [0x300000, 4096]], judges: ['bochs']};
}
