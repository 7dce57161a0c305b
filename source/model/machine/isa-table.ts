// The instruction set: SDM vol. 2, appendix A (opcode map), restricted to 32-bit protected mode without FPU and SIMD.
//
// A row is [opcode, mnemonic, operands]. The opcode is in hexadecimal bytes; `/n` is the reg field of ModRM, `mem` or `reg` restricts
// ModRM to memory or to registers, `+` means that the low three bits name a register, and `66`, `F2` or `F3` before it a mandatory
// prefix. Where two rows fit, the one that says more wins. Operands are written as in appendix A.2:
//
//     E  ModRM r/m    G  ModRM reg    I  immediate    J  relative    O  offset alone    M  memory only    R  register only
//     Z  register in the opcode       S  segment register (ModRM reg)    C  control register    D  debug register
//     X  DS:eSI       Y  ES:eDI       A  far pointer in the instruction
//
//     b  byte    w  word    d  double word    v  word or double word, by operand size    z  the same (immediates)
//     s  sign-extended byte    p  far pointer    q  8 bytes    m  word in memory, v in a register
//
// and registers by name (`AL`, `eAX` by operand size, `DX`, `ES`).

import type {Mnemonic} from './instruction-table.js';

export type IsaRow = readonly [opcode: string, mnemonic: Mnemonic, operands?: string];

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

const arithmetic = (['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'] as const).flatMap((mnemonic, row): IsaRow[] => [
	[hex(row * 8), mnemonic, 'Eb,Gb'], [hex(row * 8 + 1), mnemonic, 'Ev,Gv'], [hex(row * 8 + 2), mnemonic, 'Gb,Eb'],
	[hex(row * 8 + 3), mnemonic, 'Gv,Ev'], [hex(row * 8 + 4), mnemonic, 'AL,Ib'], [hex(row * 8 + 5), mnemonic, 'eAX,Iz'],
	[`80 /${row}`, mnemonic, 'Eb,Ib'], [`81 /${row}`, mnemonic, 'Ev,Iz'], [`82 /${row}`, mnemonic, 'Eb,Ib'], [`83 /${row}`, mnemonic, 'Ev,Is'],
]);

const shifts = (['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'shl', 'sar'] as const).flatMap((mnemonic, row): IsaRow[] => [
	[`C0 /${row}`, mnemonic, 'Eb,Ib'], [`C1 /${row}`, mnemonic, 'Ev,Ib'], [`D0 /${row}`, mnemonic, 'Eb,1'], [`D1 /${row}`, mnemonic, 'Ev,1'],
	[`D2 /${row}`, mnemonic, 'Eb,CL'], [`D3 /${row}`, mnemonic, 'Ev,CL'],
]);

const conditional = Array.from({length: 16}, (_, condition): IsaRow[] => [
	[hex(0x70 + condition), 'jcc', 'Jb'], [`0F ${hex(0x80 + condition)}`, 'jcc', 'Jz'],
	[`0F ${hex(0x90 + condition)}`, 'setcc', 'Eb'], [`0F ${hex(0x40 + condition)}`, 'cmovcc', 'Gv,Ev'],
]).flat();

export const isaTable: readonly IsaRow[] = [
	...arithmetic, ...shifts, ...conditional,
	['06', 'pushsr', 'ES'], ['07', 'popsr', 'ES'], ['0E', 'pushsr', 'CS'], ['16', 'pushsr', 'SS'], ['17', 'popsr', 'SS'],
	['1E', 'pushsr', 'DS'], ['1F', 'popsr', 'DS'], ['27', 'daa'], ['2F', 'das'], ['37', 'aaa'], ['3F', 'aas'],
	['40+', 'inc', 'Zv'], ['48+', 'dec', 'Zv'], ['50+', 'push', 'Zv'], ['58+', 'pop', 'Zv'],
	['60', 'pusha'], ['61', 'popa'], ['62 mem', 'bound', 'Gv,M'], ['63', 'arpl', 'Ew,Gw'],
	['68', 'push', 'Iz'], ['69', 'imul', 'Gv,Ev,Iz'], ['6A', 'push', 'Is'], ['6B', 'imul', 'Gv,Ev,Is'],
	['6C', 'ins', 'Yb,DX'], ['6D', 'ins', 'Yv,DX'], ['6E', 'outs', 'DX,Xb'], ['6F', 'outs', 'DX,Xv'],
	['84', 'test', 'Eb,Gb'], ['85', 'test', 'Ev,Gv'], ['86', 'xchg', 'Eb,Gb'], ['87', 'xchg', 'Ev,Gv'],
	['88', 'mov', 'Eb,Gb'], ['89', 'mov', 'Ev,Gv'], ['8A', 'mov', 'Gb,Eb'], ['8B', 'mov', 'Gv,Ev'],
	['8C', 'movsr', 'Em,Sw'], ['8D mem', 'lea', 'Gv,M'], ['8E', 'movsr', 'Sw,Ew'], ['8F /0', 'pop', 'Ev'],
	['90', 'nop'], ['F3 90', 'pause'], ['90+', 'xchg', 'Zv,eAX'], ['98', 'cbw'], ['99', 'cwd'], ['9A', 'callf', 'Ap'],
	['9C', 'pushf'], ['9D', 'popf'], ['9E', 'sahf'], ['9F', 'lahf'],
	['A0', 'mov', 'AL,Ob'], ['A1', 'mov', 'eAX,Ov'], ['A2', 'mov', 'Ob,AL'], ['A3', 'mov', 'Ov,eAX'],
	['A4', 'movs', 'Yb,Xb'], ['A5', 'movs', 'Yv,Xv'], ['A6', 'cmps', 'Xb,Yb'], ['A7', 'cmps', 'Xv,Yv'],
	['A8', 'test', 'AL,Ib'], ['A9', 'test', 'eAX,Iz'], ['AA', 'stos', 'Yb,AL'], ['AB', 'stos', 'Yv,eAX'],
	['AC', 'lods', 'AL,Xb'], ['AD', 'lods', 'eAX,Xv'], ['AE', 'scas', 'AL,Yb'], ['AF', 'scas', 'eAX,Yv'],
	['B0+', 'mov', 'Zb,Ib'], ['B8+', 'mov', 'Zv,Iv'], ['C2', 'ret', 'Iw'], ['C3', 'ret'],
	['C4 mem', 'les', 'Gv,Mp'], ['C5 mem', 'lds', 'Gv,Mp'], ['C6 /0', 'mov', 'Eb,Ib'], ['C7 /0', 'mov', 'Ev,Iz'],
	['C8', 'enter', 'Iw,Ib'], ['C9', 'leave'], ['CA', 'retf', 'Iw'], ['CB', 'retf'],
	['CC', 'int3'], ['CD', 'int', 'Ib'], ['CE', 'into'], ['CF', 'iret'],
	['D4', 'aam', 'Ib'], ['D5', 'aad', 'Ib'], ['D7', 'xlatb'],
	['E0', 'loopne', 'Jb'], ['E1', 'loope', 'Jb'], ['E2', 'loop', 'Jb'], ['E3', 'jcxz', 'Jb'],
	['E4', 'in', 'AL,Ib'], ['E5', 'in', 'eAX,Ib'], ['E6', 'out', 'Ib,AL'], ['E7', 'out', 'Ib,eAX'],
	['E8', 'call', 'Jz'], ['E9', 'jmp', 'Jz'], ['EA', 'jmpf', 'Ap'], ['EB', 'jmp', 'Jb'],
	['EC', 'in', 'AL,DX'], ['ED', 'in', 'eAX,DX'], ['EE', 'out', 'DX,AL'], ['EF', 'out', 'DX,eAX'],
	['F4', 'hlt'], ['F5', 'cmc'], ['F8', 'clc'], ['F9', 'stc'], ['FA', 'cli'], ['FB', 'sti'], ['FC', 'cld'], ['FD', 'std'],
	['F6 /0', 'test', 'Eb,Ib'], ['F6 /1', 'test', 'Eb,Ib'], ['F6 /2', 'not', 'Eb'], ['F6 /3', 'neg', 'Eb'],
	['F6 /4', 'mul', 'Eb'], ['F6 /5', 'imul', 'Eb'], ['F6 /6', 'div', 'Eb'], ['F6 /7', 'idiv', 'Eb'],
	['F7 /0', 'test', 'Ev,Iz'], ['F7 /1', 'test', 'Ev,Iz'], ['F7 /2', 'not', 'Ev'], ['F7 /3', 'neg', 'Ev'],
	['F7 /4', 'mul', 'Ev'], ['F7 /5', 'imul', 'Ev'], ['F7 /6', 'div', 'Ev'], ['F7 /7', 'idiv', 'Ev'],
	['FE /0', 'inc', 'Eb'], ['FE /1', 'dec', 'Eb'], ['FF /0', 'inc', 'Ev'], ['FF /1', 'dec', 'Ev'],
	['FF /2', 'call', 'Ev'], ['FF /3 mem', 'callf', 'Mp'], ['FF /4', 'jmp', 'Ev'], ['FF /5 mem', 'jmpf', 'Mp'], ['FF /6', 'push', 'Ev'],
	// 0F
	['0F 00 /0', 'sldt', 'Em'], ['0F 00 /1', 'str', 'Em'], ['0F 00 /2', 'lldt', 'Ew'], ['0F 00 /3', 'ltr', 'Ew'],
	['0F 00 /4', 'verr', 'Ew'], ['0F 00 /5', 'verw', 'Ew'],
	['0F 01 /0 mem', 'sgdt', 'M'], ['0F 01 /1 mem', 'sidt', 'M'], ['0F 01 /2 mem', 'lgdt', 'M'], ['0F 01 /3 mem', 'lidt', 'M'],
	['0F 01 /4', 'smsw', 'Em'], ['0F 01 /6', 'lmsw', 'Ew'], ['0F 01 /7 mem', 'invlpg', 'M'],
	['0F 01 C1', 'vmcall'], ['0F 01 C2', 'vmlaunch'], ['0F 01 C3', 'vmresume'], ['0F 01 C4', 'vmxoff'],
	['0F 02', 'lar', 'Gv,Ew'], ['0F 03', 'lsl', 'Gv,Ew'], ['0F 06', 'clts'], ['0F 08', 'invd'], ['0F 09', 'wbinvd'], ['0F 0B', 'ud2'],
	['0F 18', 'nop', 'Ev'], ['0F 19', 'nop', 'Ev'], ['0F 1A', 'nop', 'Ev'], ['0F 1B', 'nop', 'Ev'],
	['0F 1C', 'nop', 'Ev'], ['0F 1D', 'nop', 'Ev'], ['0F 1E', 'nop', 'Ev'], ['0F 1F', 'nop', 'Ev'],
	['0F 20', 'movcr', 'Rd,Cd'], ['0F 21', 'movdr', 'Rd,Dd'], ['0F 22', 'movcr', 'Cd,Rd'], ['0F 23', 'movdr', 'Dd,Rd'],
	['0F 30', 'wrmsr'], ['0F 31', 'rdtsc'], ['0F 32', 'rdmsr'], ['0F 78', 'vmread', 'Ed,Gd'], ['0F 79', 'vmwrite', 'Gd,Ed'],
	['0F A0', 'pushsr', 'FS'], ['0F A1', 'popsr', 'FS'], ['0F A2', 'cpuid'], ['0F A3', 'bt', 'Ev,Gv'],
	['0F A4', 'shld', 'Ev,Gv,Ib'], ['0F A5', 'shld', 'Ev,Gv,CL'], ['0F A8', 'pushsr', 'GS'], ['0F A9', 'popsr', 'GS'],
	['0F AB', 'bts', 'Ev,Gv'], ['0F AC', 'shrd', 'Ev,Gv,Ib'], ['0F AD', 'shrd', 'Ev,Gv,CL'], ['0F AF', 'imul', 'Gv,Ev'],
	['0F B0', 'cmpxchg', 'Eb,Gb'], ['0F B1', 'cmpxchg', 'Ev,Gv'], ['0F B2 mem', 'lss', 'Gv,Mp'], ['0F B3', 'btr', 'Ev,Gv'],
	['0F B4 mem', 'lfs', 'Gv,Mp'], ['0F B5 mem', 'lgs', 'Gv,Mp'], ['0F B6', 'movzx', 'Gv,Eb'], ['0F B7', 'movzx', 'Gv,Ew'],
	['0F B9', 'ud1', 'Gv,Ev'], ['0F BA /4', 'bt', 'Ev,Ib'], ['0F BA /5', 'bts', 'Ev,Ib'], ['0F BA /6', 'btr', 'Ev,Ib'], ['0F BA /7', 'btc', 'Ev,Ib'],
	['0F BB', 'btc', 'Ev,Gv'], ['0F BC', 'bsf', 'Gv,Ev'], ['0F BD', 'bsr', 'Gv,Ev'], ['0F BE', 'movsx', 'Gv,Eb'], ['0F BF', 'movsx', 'Gv,Ew'],
	['0F C0', 'xadd', 'Eb,Gb'], ['0F C1', 'xadd', 'Ev,Gv'], ['0F C7 /1 mem', 'cmpxchg8b', 'Mq'],
	['0F C7 /6 mem', 'vmptrld', 'Mq'], ['66 0F C7 /6 mem', 'vmclear', 'Mq'], ['F3 0F C7 /6 mem', 'vmxon', 'Mq'], ['0F C7 /7 mem', 'vmptrst', 'Mq'],
	['0F C8+', 'bswap', 'Zv'], ['0F FF', 'ud0', 'Gv,Ev'],
];

/**
 * Simplified: these exist on real processors and are not modelled; a guest that executes one stops with a message. Ranges of
 * opcodes, first and last, with `0F` opcodes as 0x0F00 and up; `/n` restricts to a ModRM reg field and `reg` to register forms.
 */
export const notModelledTable: ReadonlyArray<readonly [first: number, last: number, what: string, only?: {readonly reg?: number; readonly registers?: true}]> = [
	[0x9B, 0x9B, 'wait (FPU)'], [0xD8, 0xDF, 'FPU instruction'], [0xD6, 0xD6, 'salc'], [0xF1, 0xF1, 'int1'],
	[0x62, 0x62, 'EVEX (AVX-512) instruction', {registers: true}],
	[0xC4, 0xC5, 'VEX (AVX) instruction', {registers: true}], [0xC6, 0xC7, 'transactional memory', {reg: 7, registers: true}],
	[0x0F01, 0x0F01, 'system instruction of later processors', {registers: true}],
	[0x0F05, 0x0F05, 'syscall'], [0x0F07, 0x0F07, 'sysret'], [0x0F0D, 0x0F0E, '3DNow! instruction'],
	[0x0F10, 0x0F17, 'SSE instruction'], [0x0F28, 0x0F2F, 'SSE instruction'],
	[0x0F33, 0x0F33, 'rdpmc'], [0x0F34, 0x0F35, 'sysenter, sysexit'], [0x0F37, 0x0F37, 'getsec'], [0x0F38, 0x0F38, 'SSSE3 or SSE4 instruction'], [0x0F3A, 0x0F3A, 'SSSE3 or SSE4 instruction'],
	[0x0F50, 0x0F77, 'MMX or SSE instruction'], [0x0F7C, 0x0F7F, 'MMX or SSE instruction'], [0x0FAA, 0x0FAA, 'rsm'], [0x0FAE, 0x0FAE, 'fxsave and its group'],
	[0x0FB8, 0x0FB8, 'popcnt'], [0x0FC2, 0x0FC6, 'SSE instruction'], [0x0FC7, 0x0FC7, 'rdrand, xsave or a later instruction'], [0x0FD0, 0x0FFE, 'MMX or SSE instruction'],
];
