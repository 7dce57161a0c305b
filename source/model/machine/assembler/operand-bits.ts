// What an operand is, as a set of bits: an instruction form fits if the operand has every bit that the form asks for. Width in bits is
// kept apart, because an operand that says none fits any.

export const operandBits = {
	register: 1,
	immediate: 1 << 1,
	/** A general register or a memory operand: what ModRM's r/m field can hold. */
	registerOrMemory: 1 << 2,
	memory: 1 << 3,
	/** A memory operand that is an address without registers. */
	directMemory: 1 << 4,
	general: 1 << 5,
	accumulator: 1 << 6,
	count: 1 << 7,
	port: 1 << 8,
	notAccumulator: 1 << 9,
	segment: 1 << 10,
	control: 1 << 11,
	debug: 1 << 12,
	es: 1 << 13,
	cs: 1 << 14,
	ss: 1 << 15,
	ds: 1 << 16,
	fs: 1 << 17,
	gs: 1 << 18,
	/** The number 1. */
	unity: 1 << 19,
	/** A number that a sign-extended byte can say, of 16 and of 32 bits. */
	signedByteWord: 1 << 20,
	signedByteDword: 1 << 21,
	/** The part before the colon of a far pointer. */
	colon: 1 << 22,
	near: 1 << 23,
	far: 1 << 24,
	short: 1 << 25,
	strict: 1 << 26,
	/** The word `to`, which only floating-point instructions take. */
	to: 1 << 27,
} as const;

/** `near`, `far` and `short` are widths of a jump: what is stated must be what the form has. */
export const distanceBits = operandBits.near | operandBits.far | operandBits.short;
