// Exceptions (SDM vol. 3, 6.15). A fault is thrown by whatever notices it and caught by the run loop, which puts EIP back on the
// instruction and delivers it through the guest's IDT, or hands it to a hypervisor.

export const vector = {
	DE: 0, DB: 1, NMI: 2, BP: 3, OF: 4, BR: 5, UD: 6, NM: 7, DF: 8, TS: 10, NP: 11, SS: 12, GP: 13, PF: 14, MF: 16, AC: 17, MC: 18,
} as const;

/** `#GP` for 13. */
export function vectorName(number: number): string {
	const found = Object.entries(vector).find(([, value]) => value === number);
	return found === undefined ? `interrupt 0x${number.toString(16)}` : `#${found[0]}`;
}

/** Not an Error: a guest may raise a million of them, and nobody reads their stack traces. */
export class Fault {
	readonly vector: number;
	/** Pushed on the stack if there is one. */
	readonly errorCode: number | undefined;
	/** The linear address of a #PF, for CR2. */
	readonly address: number;

	constructor(vector: number, errorCode?: number, address = 0) {
		this.vector = vector;
		this.errorCode = errorCode;
		this.address = address;
	}
}

export const divideError = (): Fault => new Fault(vector.DE);
export const undefinedOpcode = (): Fault => new Fault(vector.UD);
export const generalProtection = (errorCode = 0): Fault => new Fault(vector.GP, errorCode);
export const stackFault = (errorCode = 0): Fault => new Fault(vector.SS, errorCode);
export const notPresent = (errorCode: number): Fault => new Fault(vector.NP, errorCode);
export const invalidTss = (errorCode: number): Fault => new Fault(vector.TS, errorCode);

/** Bits of a page fault's error code (SDM vol. 3, 4.7). */
export const pageFaultBits = {present: 1, write: 2, user: 4, reserved: 8} as const;

/** What real hardware has and this machine has not. The run ends here and says so; pretending #UD would teach something false. */
export class NotModelled {
	readonly what: string;

	constructor(what: string) {
		this.what = what;
	}
}
