// The instruction set of the machine's assembler: for every form its operands and its bytes (Intel SDM vol. 2A to 2D, chapters 3 to 6;
// the VM instructions vol. 3C chapter 31 and AMD APM vol. 3). The order of the forms of one mnemonic is NASM's: the first that fits is taken,
// so that `add eax, 1` becomes 83 /0 ib and not 05 id.
//
//     sizes | mnemonic | operands | operand encoding | bytes | options
//
// sizes              b, w, d: the row stands for one row a width; `#` is then 8, 16, 32, `A#` is al, ax, eax, and `#` after an opcode byte adds
//                    1 for the wider ones (the opcode's w bit). `o#` and `i#` are the operand size and the immediate of that width.
// operands           r8 r16 r32, rm8 rm16 rm32, m (any memory) m16 m32 m64, imm imm8 imm16 imm32, sb16 sb32 (fits a sign-extended byte, of a word or
//                    dword), sb16w sb32d (the same, of that stated width), 1, al ax eax cl cx ecx dx, sreg es cs ss ds fs gs, cr, dr, moffs (memory
//                    without registers), r32na (not eax); `imm:imm` is a far pointer; near, far, short as they are written.
// operand encoding   one letter an operand (the column Op/En of the SDM): r in ModRM.reg or the opcode, m in ModRM.rm, i the first immediate,
//                    j the second, R in both fields of ModRM, - nowhere.
// bytes              hexadecimal opcode bytes; /r and /0 to /7 a ModRM byte; +r the register and +c the condition added to the byte before;
//                    o16 o32 a16 a32 sizes that need a prefix in the other mode; ib iw id immediates, `ibs` sign-extended, `ibu` unsigned, `iwd`
//                    16 or 32 bits as the mode is; rel8 and rel displacements; moffs an address; seg a segment base.
// options            sm: operands without a width take the width of the others; sm2: the first two only; sb, sw, sd, ss: operands without a width are
//                    bytes, words, dwords, of the mode's width; ss0: only the first operand; any: of any width; lock: may be locked; fits: only while a byte
//                    reaches the target; norepne: repne before it would mean something else (bnd).

function arithmetic(mnemonic: string, number: number, lock: string): string {
	const opcode = (offset: number) => (number * 8 + offset).toString(16).padStart(2, '0');
	return `
		bwd | ${mnemonic} | m, r#     | mr | o# ${opcode(0)}# /r      | sm ${lock}
		bwd | ${mnemonic} | r#, r#    | mr | o# ${opcode(0)}# /r      |
		bwd | ${mnemonic} | r#, m     | rm | o# ${opcode(2)}# /r      | sm
		wd  | ${mnemonic} | rm#, imm8 | mi | o# 83 /${number} ibs     | ${lock}
		    | ${mnemonic} | al, imm   | -i | ${opcode(4)} ib          | sm
		wd  | ${mnemonic} | A#, sb#   | mi | o# 83 /${number} ibs     | sm
		wd  | ${mnemonic} | A#, imm   | -i | o# ${opcode(5)} i#       | sm
		    | ${mnemonic} | rm8, imm  | mi | 80 /${number} ib         | sm ${lock}
		wd  | ${mnemonic} | rm#, sb#  | mi | o# 83 /${number} ibs     | sm ${lock}
		wd  | ${mnemonic} | rm#, imm  | mi | o# 81 /${number} i#      | sm ${lock}
		    | ${mnemonic} | m, imm8   | mi | 80 /${number} ib         | sm ${lock}
		    | ${mnemonic} | m, sb16w  | mi | o16 83 /${number} ibs    | sm ${lock}
		    | ${mnemonic} | m, imm16  | mi | o16 81 /${number} iw     | sm ${lock}
		    | ${mnemonic} | m, sb32d  | mi | o32 83 /${number} ibs    | sm ${lock}
		    | ${mnemonic} | m, imm32  | mi | o32 81 /${number} id     | sm ${lock}`;
}

function shift(mnemonic: string, number: number): string {
	return `
		bwd | ${mnemonic} | rm#, 1    | m- | o# d0# /${number}     |
		bwd | ${mnemonic} | rm#, cl   | m- | o# d2# /${number}     |
		bwd | ${mnemonic} | rm#, imm8 | mi | o# c0# /${number} ibu |`;
}

function bitTest(mnemonic: string, opcode: string, number: number, lock: string): string {
	return `
		wd  | ${mnemonic} | m, r#    | mr | o# 0f ${opcode} /r     | sm ${lock}
		wd  | ${mnemonic} | r#, r#   | mr | o# 0f ${opcode} /r     |
		wd  | ${mnemonic} | rm#, imm8 | mi | o# 0f ba /${number} ibu | ${lock}`;
}

function doubleShift(mnemonic: string, opcode: string, opcodeCl: string): string {
	return `
		wd  | ${mnemonic} | m, r#, imm  | mri | o# 0f ${opcode} /r ibu | sm2
		wd  | ${mnemonic} | r#, r#, imm | mri | o# 0f ${opcode} /r ibu | sm2
		wd  | ${mnemonic} | m, r#, cl   | mr- | o# 0f ${opcodeCl} /r   | sm
		wd  | ${mnemonic} | r#, r#, cl  | mr- | o# 0f ${opcodeCl} /r   |`;
}

function loop(mnemonic: string, opcode: string): string {
	return `
		    | ${mnemonic} | imm      | i  | ${opcode} rel8     |
		    | ${mnemonic} | imm, cx  | i- | a16 ${opcode} rel8 |
		    | ${mnemonic} | imm, ecx | i- | a32 ${opcode} rel8 |`;
}

function transfer(mnemonic: string, near: string, far: string, nearNumber: number, farNumber: number): string {
	return `
		    | ${mnemonic} | imm          | i  | ${near} rel       | norepne
		    | ${mnemonic} | imm near     | i  | ${near} rel       | norepne
		    | ${mnemonic} | imm far      | i  | ${far} iwd seg    |
		    | ${mnemonic} | imm16        | i  | o16 ${near} rel   | norepne
		    | ${mnemonic} | imm16 near   | i  | o16 ${near} rel   | norepne
		    | ${mnemonic} | imm16 far    | i  | o16 ${far} iwd seg |
		    | ${mnemonic} | imm32        | i  | o32 ${near} rel   | norepne
		    | ${mnemonic} | imm32 near   | i  | o32 ${near} rel   | norepne
		    | ${mnemonic} | imm32 far    | i  | o32 ${far} iwd seg |
		    | ${mnemonic} | imm:imm      | ji | ${far} iwd iw     |
		    | ${mnemonic} | imm16:imm    | ji | o16 ${far} iw iw  |
		    | ${mnemonic} | imm:imm16    | ji | o16 ${far} iw iw  |
		    | ${mnemonic} | imm32:imm    | ji | o32 ${far} id iw  |
		    | ${mnemonic} | imm:imm32    | ji | o32 ${far} id iw  |
		    | ${mnemonic} | m far        | m  | ff /${farNumber}  |
		    | ${mnemonic} | m16 far      | m  | o16 ff /${farNumber} |
		    | ${mnemonic} | m32 far      | m  | o32 ff /${farNumber} |
		    | ${mnemonic} | m near       | m  | ff /${nearNumber} | norepne
		wd  | ${mnemonic} | rm# near     | m  | o# ff /${nearNumber} | norepne
		    | ${mnemonic} | m            | m  | ff /${nearNumber} | norepne
		wd  | ${mnemonic} | rm#          | m  | o# ff /${nearNumber} | norepne`;
}

function selector(mnemonic: string, group: string, number: number): string {
	return `
		    | ${mnemonic} | m   | m | 0f ${group} /${number} |
		    | ${mnemonic} | m16 | m | 0f ${group} /${number} |
		    | ${mnemonic} | r16 | m | 0f ${group} /${number} |`;
}

function storeSelector(mnemonic: string, group: string, number: number): string {
	return `
		    | ${mnemonic} | m   | m | 0f ${group} /${number}    |
		    | ${mnemonic} | m16 | m | 0f ${group} /${number}    |
		wd  | ${mnemonic} | r#  | m | o# 0f ${group} /${number} |`;
}

/** Instructions of one or more fixed bytes. */
function fixed(lines: string): string {
	return lines.trim().split(/\s*;\s*/v).map(line => {
		const [mnemonic, ...bytes] = line.split(' ');
		return `| ${mnemonic} | | | ${bytes.join(' ')} |`;
	}).join('\n');
}

export const encodingTable: string = [
	// Data movement.
	`
		    | mov | m, sreg    | mr | 8c /r         | sw
		wd  | mov | r#, sreg   | mr | o# 8c /r      |
		    | mov | sreg, m    | rm | 8e /r         | sw
		wd  | mov | sreg, r#   | rm | 8e /r         |
		bwd | mov | A#, moffs  | -i | o# a0# moffs  | sm
		bwd | mov | moffs, A#  | i- | o# a2# moffs  | sm
		    | mov | r32, cr    | mr | 0f 20 /r      |
		    | mov | cr, r32    | rm | 0f 22 /r      |
		    | mov | r32, dr    | mr | 0f 21 /r      |
		    | mov | dr, r32    | rm | 0f 23 /r      |
		bwd | mov | m, r#      | mr | o# 88# /r     | sm
		bwd | mov | r#, r#     | mr | o# 88# /r     |
		bwd | mov | r#, m      | rm | o# 8a# /r     | sm
		    | mov | r8, imm    | ri | b0 +r ib      | sm
		wd  | mov | r#, imm    | ri | o# b8 +r i#   | sm
		bwd | mov | rm#, imm   | mi | o# c6# /0 i#  | sm
		bwd | mov | m, imm#    | mi | o# c6# /0 i#  | sm

		    | movzx | r16, m    | rm | o16 0f b6 /r | sb
		    | movzx | r16, r8   | rm | o16 0f b6 /r |
		    | movzx | r32, rm8  | rm | o32 0f b6 /r |
		    | movzx | r32, rm16 | rm | o32 0f b7 /r |
		    | movsx | r16, m    | rm | o16 0f be /r | sb
		    | movsx | r16, r8   | rm | o16 0f be /r |
		    | movsx | r32, rm8  | rm | o32 0f be /r |
		    | movsx | r32, rm16 | rm | o32 0f bf /r |

		    | xchg | ax, r16    | -r | o16 90 +r    |
		    | xchg | eax, r32na | -r | o32 90 +r    |
		    | xchg | r16, ax    | r- | o16 90 +r    |
		    | xchg | r32na, eax | r- | o32 90 +r    |
		    | xchg | eax, eax   | -- | o32 90       |
		bwd | xchg | r#, m      | rm | o# 86# /r    | sm lock1
		bwd | xchg | r#, r#     | rm | o# 86# /r    |
		bwd | xchg | m, r#      | mr | o# 86# /r    | sm lock

		wd  | lea | r#, m       | rm | o# 8d /r     | any
		wd  | lea | r#, imm     | rm | o# 8d /r     | any
		wd  | lds | r#, m       | rm | o# c5 /r     |
		wd  | les | r#, m       | rm | o# c4 /r     |
		wd  | lfs | r#, m       | rm | o# 0f b4 /r  |
		wd  | lgs | r#, m       | rm | o# 0f b5 /r  |
		wd  | lss | r#, m       | rm | o# 0f b2 /r  |

		wd  | push | r#    | r | o# 50 +r    |
		wd  | push | rm#   | m | o# ff /6    |
		    | push | es    | - | 06          |
		    | push | cs    | - | 0e          |
		    | push | ss    | - | 16          |
		    | push | ds    | - | 1e          |
		    | push | fs    | - | 0f a0       |
		    | push | gs    | - | 0f a8       |
		    | push | imm8  | i | 6a ibs      |
		    | push | sb16w | i | o16 6a ibs  | ss0
		    | push | imm16 | i | o16 68 iw   | ss0
		    | push | sb32d | i | o32 6a ibs  | ss0
		    | push | imm32 | i | o32 68 id   | ss0
		    | push | sb32d | i | o32 6a ibs  | sd
		    | push | imm32 | i | o32 68 id   | sd
		wd  | pop  | r#    | r | o# 58 +r    |
		wd  | pop  | rm#   | m | o# 8f /0    |
		    | pop  | es    | - | 07          |
		    | pop  | ss    | - | 17          |
		    | pop  | ds    | - | 1f          |
		    | pop  | fs    | - | 0f a1       |
		    | pop  | gs    | - | 0f a9       |
	`,
	fixed('pusha 60; pushad o32 60; pushaw o16 60; popa 61; popad o32 61; popaw o16 61; pushf 9c; pushfd o32 9c; pushfw o16 9c; popf 9d; popfd o32 9d; popfw o16 9d'),

	// Arithmetic and logic.
	...['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor'].map((mnemonic, number) => arithmetic(mnemonic, number, 'lock')),
	arithmetic('cmp', 7, ''),
	`
		bwd | test | m, r#    | mr | o# 84# /r    | sm
		bwd | test | r#, r#   | mr | o# 84# /r    |
		bwd | test | r#, m    | rm | o# 84# /r    | sm
		bwd | test | A#, imm  | -i | o# a8# i#    | sm
		bwd | test | rm#, imm | mi | o# f6# /0 i# | sm
		bwd | test | m, imm#  | mi | o# f6# /0 i# | sm

		wd  | inc  | r#       | r  | o# 40 +r     |
		bwd | inc  | rm#      | m  | o# fe# /0    | lock
		wd  | dec  | r#       | r  | o# 48 +r     |
		bwd | dec  | rm#      | m  | o# fe# /1    | lock
		bwd | not  | rm#      | m  | o# f6# /2    | lock
		bwd | neg  | rm#      | m  | o# f6# /3    | lock
		bwd | mul  | rm#      | m  | o# f6# /4    |
		bwd | div  | rm#      | m  | o# f6# /6    |
		bwd | idiv | rm#      | m  | o# f6# /7    |
		bwd | imul | rm#      | m  | o# f6# /5    |
		wd  | imul | r#, m            | rm  | o# 0f af /r  | sm
		wd  | imul | r#, r#           | rm  | o# 0f af /r  |
		wd  | imul | r#, m, imm8      | rmi | o# 6b /r ibs | sm
		wd  | imul | r#, m, sb#       | rmi | o# 6b /r ibs | sm
		wd  | imul | r#, m, imm#      | rmi | o# 69 /r i#  | sm
		wd  | imul | r#, m, imm       | rmi | o# 69 /r i#  | sm
		wd  | imul | r#, r#, imm8     | rmi | o# 6b /r ibs |
		wd  | imul | r#, r#, sb#      | rmi | o# 6b /r ibs | sm
		wd  | imul | r#, r#, imm#     | rmi | o# 69 /r i#  |
		wd  | imul | r#, r#, imm      | rmi | o# 69 /r i#  | sm
		wd  | imul | r#, imm8         | Ri  | o# 6b /r ibs |
		wd  | imul | r#, sb#          | Ri  | o# 6b /r ibs | sm
		wd  | imul | r#, imm#         | Ri  | o# 69 /r i#  |
		wd  | imul | r#, imm          | Ri  | o# 69 /r i#  | sm
	`,
	...['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr'].map((mnemonic, number) => shift(mnemonic, number)),
	shift('sal', 4),
	shift('sar', 7),
	doubleShift('shld', 'a4', 'a5'),
	doubleShift('shrd', 'ac', 'ad'),
	bitTest('bt', 'a3', 4, ''),
	bitTest('bts', 'ab', 5, 'lock'),
	bitTest('btr', 'b3', 6, 'lock'),
	bitTest('btc', 'bb', 7, 'lock'),
	`
		wd  | bsf     | r#, m   | rm | o# 0f bc /r  | sm
		wd  | bsf     | r#, r#  | rm | o# 0f bc /r  |
		wd  | bsr     | r#, m   | rm | o# 0f bd /r  | sm
		wd  | bsr     | r#, r#  | rm | o# 0f bd /r  |
		    | bswap   | r32     | r  | o32 0f c8 +r |
		bwd | cmpxchg | m, r#   | mr | o# 0f b0# /r | sm lock
		bwd | cmpxchg | r#, r#  | mr | o# 0f b0# /r |
		    | cmpxchg8b | m64   | m  | 0f c7 /1     | lock
		bwd | xadd    | m, r#   | mr | o# 0f c0# /r | sm lock
		bwd | xadd    | r#, r#  | mr | o# 0f c0# /r |
		wd  | cmovcc  | r#, m   | rm | o# 0f 40 +c /r | sm
		wd  | cmovcc  | r#, r#  | rm | o# 0f 40 +c /r |
		    | setcc   | m       | m  | 0f 90 +c /0  | sb
		    | setcc   | r8      | m  | 0f 90 +c /0  |
		    | aad     | imm     | i  | d5 ibu       | sb
		    | aam     | imm     | i  | d4 ibu       | sb
	`,
	fixed('aaa 37; aas 3f; aad d5 0a; aam d4 0a; daa 27; das 2f; cbw o16 98; cwde o32 98; cwd o16 99; cdq o32 99'),
	fixed('clc f8; stc f9; cmc f5; cld fc; std fd; cli fa; sti fb; lahf 9f; sahf 9e; xlat d7; xlatb d7'),

	// Strings and ports.
	fixed('movsb a4; movsw o16 a5; movsd o32 a5; cmpsb a6; cmpsw o16 a7; cmpsd o32 a7; stosb aa; stosw o16 ab; stosd o32 ab'),
	fixed('lodsb ac; lodsw o16 ad; lodsd o32 ad; scasb ae; scasw o16 af; scasd o32 af; insb 6c; insw o16 6d; insd o32 6d; outsb 6e; outsw o16 6f; outsd o32 6f'),
	`
		bwd | in  | A#, imm | -i | o# e4# ibu | sb
		bwd | in  | A#, dx  | -- | o# ec#     |
		bwd | out | imm, A# | i- | o# e6# ibu | sb
		bwd | out | dx, A#  | -- | o# ee#     |
	`,

	// Control transfer.
	`
		    | jmp | imm short | i | eb rel8 |
		    | jmp | imm       | i | eb rel8 | fits
	`,
	transfer('jmp', 'e9', 'ea', 4, 5),
	transfer('call', 'e8', '9a', 2, 3),
	`
		    | jcc   | imm near   | i | 0f 80 +c rel     | norepne
		    | jcc   | imm16 near | i | o16 0f 80 +c rel | norepne
		    | jcc   | imm32 near | i | o32 0f 80 +c rel | norepne
		    | jcc   | imm short  | i | 70 +c rel8       | norepne
		    | jcc   | imm        | i | 70 +c rel8       | fits
		    | jcc   | imm        | i | 0f 80 +c rel     | norepne
		    | jcxz  | imm        | i | a16 e3 rel8      |
		    | jecxz | imm        | i | a32 e3 rel8      |
		    | ret   | imm        | i | c2 iw            | sw norepne
		    | retn  | imm        | i | c2 iw            | sw norepne
		    | retf  | imm        | i | ca iw            | sw
		    | int   | imm        | i | cd ibu           | sb
		    | enter | imm, imm   | ij | c8 iw ibu       |
		wd  | bound | r#, m      | rm | o# 62 /r        |
	`,
	loop('loop', 'e2'), loop('loope', 'e1'), loop('loopz', 'e1'), loop('loopne', 'e0'), loop('loopnz', 'e0'),
	`
		    | ret  | | | c3 | norepne
		    | retn | | | c3 | norepne
	`,
	fixed('retf cb; iret cf; iretd o32 cf; iretw o16 cf; int3 cc; int03 cc; into ce; leave c9; nop 90; pause f3 90; hlt f4; ud2 0f 0b'),
	`
		wd  | nop | rm# | m | o# 0f 1f /0 |
	`,

	// The system: descriptor tables, tasks, control registers, caches, virtual machines.
	`
		    | lgdt   | m | m | 0f 01 /2 |
		    | lidt   | m | m | 0f 01 /3 |
		    | sgdt   | m | m | 0f 01 /0 |
		    | sidt   | m | m | 0f 01 /1 |
		    | invlpg | m | m | 0f 01 /7 |
		    | arpl   | m, r16   | mr | 63 /r | sm
		    | arpl   | r16, r16 | mr | 63 /r |
		wd  | lar    | r#, m    | rm | o# 0f 02 /r | sw
		wd  | lar    | r#, r16  | rm | o# 0f 02 /r |
		wd  | lar    | r#, r32  | rm | o# 0f 02 /r |
		wd  | lsl    | r#, m    | rm | o# 0f 03 /r | sw
		wd  | lsl    | r#, r16  | rm | o# 0f 03 /r |
		wd  | lsl    | r#, r32  | rm | o# 0f 03 /r |
	`,
	storeSelector('sldt', '00', 0), storeSelector('str', '00', 1), storeSelector('smsw', '01', 4),
	selector('lldt', '00', 2), selector('ltr', '00', 3), selector('verr', '00', 4), selector('verw', '00', 5), selector('lmsw', '01', 6),
	fixed('clts 0f 06; invd 0f 08; wbinvd 0f 09; wrmsr 0f 30; rdtsc 0f 31; rdmsr 0f 32; cpuid 0f a2'),
	fixed('vmcall 0f 01 c1; vmlaunch 0f 01 c2; vmresume 0f 01 c3; vmxoff 0f 01 c4; vmmcall 0f 01 d9'),
	`
		    | vmptrld | m         | m  | 0f c7 /6    |
		    | vmptrst | m         | m  | 0f c7 /7    |
		    | vmclear | m         | m  | 66 0f c7 /6 |
		    | vmxon   | m         | m  | f3 0f c7 /6 |
		    | vmread  | rm32, r32 | mr | 0f 78 /r    | sd
		    | vmwrite | r32, rm32 | rm | 0f 79 /r    | sd
		wd  | ud0     | r#, rm#   | rm | o# 0f ff /r |
		wd  | ud1     | r#, rm#   | rm | o# 0f b9 /r |
	`,
].join('\n');
