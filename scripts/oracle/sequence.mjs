// Random sequences of instructions on registers and a scratch page, with jumps forward, calls, strings, and now and then a fault that is
// logged and gone on from.

const scratch = 0x21_0000;
const saved = 0x20_0000;
const registers = ['eax', 'ebx', 'ecx', 'edx', 'ebp'];
const words = ['ax', 'bx', 'cx', 'dx', 'bp'];
const bytes = ['al', 'bl', 'cl', 'dl', 'ah', 'bh', 'ch', 'dh'];

/** Every memory operand stays in the scratch page: esi and edi are put there before. */
function line(random, index) {
	const {pick, below, word} = random;
	const r = () => pick(registers);
	const memory = () => pick([`[esi + ${below(1000)}]`, `[edi + ${below(1000)}]`, `[${scratch + below(3000)}]`]);
	const kinds = [
		() => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'])} ${r()}, ${r()}`,
		() => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'])} ${pick(words)}, ${pick(words)}`,
		() => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'])} ${pick(bytes)}, ${pick(bytes)}`,
		() => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'test'])} ${memory()}, ${pick([...registers, ...bytes, ...words])}`,
		() => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'])} ${pick([...registers, ...bytes, ...words])}, ${memory()}`,
		() => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'mov'])} ${pick(['byte', 'word', 'dword'])} ${memory()}, ${below(256) - 128}`,
		() => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'mov'])} dword ${memory()}, ${word()}`,
		() => `mov ${pick([...registers, ...bytes, ...words])}, ${memory()}`,
		() => `mov ${memory()}, ${pick([...registers, ...bytes, ...words])}`,
		() => `${pick(['inc', 'dec', 'neg', 'not'])} ${pick([...registers, ...bytes, ...words, `byte ${memory()}`, `word ${memory()}`, `dword ${memory()}`])}`,
		() => `${pick(['shl', 'shr', 'sar'])} ${pick([...registers, `dword ${memory()}`])}, ${1 + below(31)}`,
		() => `${pick(['rol', 'ror', 'rcl', 'rcr'])} ${pick([...registers, `dword ${memory()}`])}, 1`,
		() => `${pick(['movzx', 'movsx'])} ${r()}, ${pick([...bytes, ...words, `byte ${memory()}`, `word ${memory()}`])}`,
		() => `imul ${r()}, ${pick([r(), memory()])}`,
		() => `${pick(['mul', 'imul'])} ${pick(['ebx', 'cx', 'dl', `dword ${memory()}`, `byte ${memory()}`])}\n  test eax, eax`,
		() => `${pick(['div', 'idiv'])} ${pick(['ebx', 'cx', 'bl', `dword ${memory()}`])}`,
		() => `${pick(['xchg', 'xadd'])} ${pick([r(), memory()])}, ${r()}`,
		() => `cmpxchg ${pick([r(), memory()])}, ${r()}`,
		() => `cmpxchg8b ${memory()}`,
		() => `${pick(['bts', 'btr', 'btc', 'bt'])} ${pick([r(), `dword ${memory()}`])}, ${below(32)}`,
		() => `mov ecx, ${below(600) - 300}\n  ${pick(['bts', 'btr', 'btc', 'bt'])} dword [${scratch + 1500}], ecx`,
		() => `push ${pick([...registers, ...words, `dword ${memory()}`, `word ${memory()}`, String(below(256) - 128), `dword ${word()}`])}`,
		() => `pop ${pick([...registers, ...words, `dword ${memory()}`])}`,
		() => pick(['pushad', 'pushaw', 'pushfd', 'pushfw', 'lahf', 'sahf', 'cbw', 'cwde', 'cwd', 'cdq', 'cmc', 'clc', 'stc', 'salc_no'].filter(name => name !== 'salc_no')),
		() => `enter ${4 * below(8)}, ${below(4)}\n  leave`,
		() => `lea ${r()}, [${r()} + ${r()}*${pick([1, 2, 4, 8])} + ${below(5000) - 2500}]`,
		() => `${pick(['j', 'cmov', 'set'])}`.replace(/^(?:j|cmov|set)$/v, name => conditional(random, name, index, r)),
		() => `${pick(['cld', 'std', 'cld'])}\n  mov ecx, ${below(20)}\n  ${pick(['rep movsb', 'rep movsd', 'rep stosw', 'rep stosd', 'rep lodsb', 'repe cmpsb', 'repne scasb', 'repne scasd', 'movsw', 'stosb', 'lodsd', 'cmpsd', 'scasw'])}\n  cld`,
		() => `call .f${index}\n  jmp .g${index}\n.f${index}:\n  ${pick(['inc eax', 'xor edx, 5'])}\n  ret ${pick(['', '0'])}\n.g${index}:`,
		() => `mov ecx, ${1 + below(9)}\n.l${index}:\n  add eax, ecx\n  ${pick(['loop', 'loope', 'loopne'])} .l${index}`,
		() => `bound ${r()}, ${memory()}`,
		() => `mov ebx, ${scratch + below(2000)}\n  xlatb`,
		() => `${pick(['shld', 'shrd'])} ${pick([r(), `dword ${memory()}`])}, ${r()}, ${1 + below(30)}`,
		() => `bswap ${r()}`,
		() => `mov ax, [bx + 0x1234]`,
		() => pick(['into', 'int 0x80', 'int3', 'ud2', 'lar eax, ebx', 'lsl edx, eax', 'verr bx', 'verw cx', 'arpl bx, cx', 'str dx', 'sldt ebx', 'smsw ecx']),
	];
	return pick(kinds)();
}

function conditional({pick}, name, index, r) {
	const condition = pick(['o', 'no', 'c', 'nc', 'z', 'nz', 'na', 'a', 's', 'ns', 'pe', 'po', 'l', 'nl', 'ng', 'g']);
	switch (name) {
		case 'j': { return `j${condition} .c${index}\n  add ${r()}, 3\n.c${index}:`; }
		case 'set': { return `set${condition} ${pick(bytes)}`; }
		default: { return `cmov${condition} ${r()}, ${r()}`; }
	}
}

/** Undefined flags must not live on: what leaves some is followed by a TEST. */
const leavesUndefined = /^(?:shl|shr|sar|shld|shrd|mul|imul|div|idiv|bt|enter|and|or|xor|test|rcl|rcr|rol|ror)/v;

export function sequenceProgram(random) {
	const count = 300;
	const lines = ['%include "rom32.inc"', 'main:', `  mov edi, ${scratch}`, '  mov ecx, 1024', '  mov eax, 0x1234567', '.fill:', '  stosd', '  imul eax, eax, 0x41c64e6d', '  add eax, 12345', '  loop .fill'];
	for (let index = 0; index < count; index++) {
		const text = line(random, index);
		lines.push(`  mov esi, ${scratch + 1000 + random.below(1000)}`, `  mov edi, ${scratch + 1000 + random.below(1000)}`, '  mov esp, 0xB000', `  EXPECT .n${index}`);
		if (random.below(3) === 0) {
			lines.push(`  mov ${random.pick(registers)}, ${random.word()}`);
		}

		lines.push(`  ${text}`, ...(leavesUndefined.test(text) || /\bbt[src]?\b/v.test(text) ? ['  test eax, eax'] : []), `.n${index}:`);
		if (index % 10 === 9) {
			const at = saved + 32 * (index / 10 | 0);
			lines.push(`  mov [${at}], eax`, `  mov [${at + 4}], ebx`, `  mov [${at + 8}], ecx`, `  mov [${at + 12}], edx`, `  mov [${at + 16}], ebp`, `  mov [${at + 20}], esi`, `  mov [${at + 24}], edi`, '  mov esp, 0xB000');
		}
	}

	lines.push('  DONE', 'END_ROM');
	return {source: lines.join('\n'), ranges: [[saved, 32 * count / 10], [scratch, 4096]]};
}
