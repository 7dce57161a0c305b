// What each instruction is to a hypervisor (SDM vol. 2 for each; Robin and Irvine, USENIX Security 2000, for the sensitive ones).
//
//     privilege  who may execute it: 'any', 'ring0' (#GP(0) above ring 0), 'iopl' (#GP(0) if CPL > IOPL and, for I/O, the TSS's bitmap says no)
//     sensitive  why it matters to whoever shares the machine: 'control' changes what belongs to the machine as a whole, 'behaviour'
//                shows or depends on it (the real ring, the real table); undefined: it touches only what is the program's own
//     writes     status flags it defines (o s z a p c); flags an instruction leaves undefined are not listed
//     exit       basic VM-exit reason that it has or may have in Intel's VMX (SDM vol. 3, appendix C)
//     text       name in listings, where it differs from the key
//
// A privileged instruction traps in an outer ring; a sensitive one that is not privileged is what breaks trap-and-emulate on x86.

export type Privilege = 'any' | 'ring0' | 'iopl';
export type Sensitivity = 'control' | 'behaviour';

export type InstructionFacts = {
	readonly privilege?: Privilege;
	readonly sensitive?: Sensitivity;
	readonly writes?: string;
	readonly exit?: number;
	readonly text?: string;
};

const arithmeticFlags = {writes: 'oszapc'};
const logicFlags = {writes: 'oszpc'};
const bits = {writes: 'c'};
const plain = {};
const farTransfer = {sensitive: 'behaviour'} as const;

export const instructionTable = {
	// Data
	mov: plain, movzx: plain, movsx: plain, xchg: plain, bswap: plain, lea: plain, xlatb: plain, cmovcc: plain, setcc: plain,
	push: plain, pop: plain, pusha: plain, popa: plain, enter: plain, leave: plain, cbw: plain, cwd: plain, lahf: plain,
	sahf: {writes: 'szapc'}, nop: plain, pause: {exit: 40},
	// Arithmetic
	add: arithmeticFlags, or: logicFlags, adc: arithmeticFlags, sbb: arithmeticFlags, and: logicFlags, sub: arithmeticFlags,
	xor: logicFlags, cmp: arithmeticFlags, test: logicFlags, not: plain, neg: arithmeticFlags, inc: {writes: 'oszap'}, dec: {writes: 'oszap'},
	xadd: arithmeticFlags, cmpxchg: arithmeticFlags, cmpxchg8b: {writes: 'z'},
	mul: {writes: 'oc'}, imul: {writes: 'oc'}, div: plain, idiv: plain,
	rol: {writes: 'oc'}, ror: {writes: 'oc'}, rcl: {writes: 'oc'}, rcr: {writes: 'oc'}, shl: logicFlags, shr: logicFlags, sar: logicFlags,
	shld: logicFlags, shrd: logicFlags,
	bt: bits, bts: bits, btr: bits, btc: bits, bsf: {writes: 'z'}, bsr: {writes: 'z'},
	daa: {writes: 'szapc'}, das: {writes: 'szapc'}, aaa: {writes: 'ac'}, aas: {writes: 'ac'}, aam: {writes: 'szp'}, aad: {writes: 'szp'},
	// Strings
	movs: plain, cmps: arithmeticFlags, stos: plain, lods: plain, scas: arithmeticFlags,
	// Where to go on
	jmp: plain, jcc: plain, call: plain, ret: plain, loop: plain, loope: plain, loopne: plain, jcxz: plain, bound: plain,
	int: farTransfer, int3: farTransfer, into: farTransfer,
	iret: {...farTransfer, writes: 'oszapc'},
	jmpf: {...farTransfer, text: 'jmp far'}, callf: {...farTransfer, text: 'call far'}, retf: farTransfer,
	// Flags
	clc: bits, stc: bits, cmc: bits, cld: plain, std: plain,
	pushf: {sensitive: 'behaviour'}, popf: {sensitive: 'control', writes: 'oszapc'},
	cli: {privilege: 'iopl', sensitive: 'control'}, sti: {privilege: 'iopl', sensitive: 'control'},
	// Segments
	movsr: {sensitive: 'behaviour', text: 'mov'}, pushsr: {sensitive: 'behaviour', text: 'push'}, popsr: {sensitive: 'behaviour', text: 'pop'},
	les: {sensitive: 'behaviour'}, lds: {sensitive: 'behaviour'}, lss: {sensitive: 'behaviour'}, lfs: {sensitive: 'behaviour'}, lgs: {sensitive: 'behaviour'},
	lar: {sensitive: 'behaviour', writes: 'z'}, lsl: {sensitive: 'behaviour', writes: 'z'},
	verr: {sensitive: 'behaviour', writes: 'z'}, verw: {sensitive: 'behaviour', writes: 'z'}, arpl: {writes: 'z'},
	// System
	lgdt: {privilege: 'ring0', sensitive: 'control', exit: 46}, lidt: {privilege: 'ring0', sensitive: 'control', exit: 46},
	sgdt: {sensitive: 'behaviour', exit: 46}, sidt: {sensitive: 'behaviour', exit: 46},
	lldt: {privilege: 'ring0', sensitive: 'control', exit: 47}, ltr: {privilege: 'ring0', sensitive: 'control', exit: 47},
	sldt: {sensitive: 'behaviour', exit: 47}, str: {sensitive: 'behaviour', exit: 47},
	movcr: {privilege: 'ring0', sensitive: 'control', exit: 28, text: 'mov'}, movdr: {privilege: 'ring0', sensitive: 'control', exit: 29, text: 'mov'},
	lmsw: {privilege: 'ring0', sensitive: 'control', exit: 28}, clts: {privilege: 'ring0', sensitive: 'control', exit: 28},
	smsw: {sensitive: 'behaviour'},
	invlpg: {privilege: 'ring0', sensitive: 'control', exit: 14}, invd: {privilege: 'ring0', sensitive: 'control', exit: 13},
	wbinvd: {privilege: 'ring0', sensitive: 'control', exit: 54},
	hlt: {privilege: 'ring0', sensitive: 'control', exit: 12},
	rdmsr: {privilege: 'ring0', sensitive: 'control', exit: 31}, wrmsr: {privilege: 'ring0', sensitive: 'control', exit: 32},
	// Robin and Irvine count neither; a hypervisor must still answer them, because they show the real processor and the real time.
	cpuid: {exit: 10}, rdtsc: {exit: 16},
	in: {privilege: 'iopl', sensitive: 'control', exit: 30}, out: {privilege: 'iopl', sensitive: 'control', exit: 30},
	ins: {privilege: 'iopl', sensitive: 'control', exit: 30}, outs: {privilege: 'iopl', sensitive: 'control', exit: 30},
	// A hypervisor's own: #UD outside VMX operation, an exit inside
	vmcall: {exit: 18}, vmclear: {exit: 19}, vmlaunch: {exit: 20}, vmptrld: {exit: 21}, vmptrst: {exit: 22}, vmread: {exit: 23},
	vmresume: {exit: 24}, vmwrite: {exit: 25}, vmxoff: {exit: 26}, vmxon: {exit: 27},
	// Undefined for ever, so that programs can rely on #UD
	ud0: plain, ud1: plain, ud2: plain,
} as const satisfies Readonly<Record<string, InstructionFacts>>;

export type Mnemonic = keyof typeof instructionTable;

export function factsOf(mnemonic: Mnemonic): InstructionFacts {
	return instructionTable[mnemonic];
}
