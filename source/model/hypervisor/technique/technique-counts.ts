// What is counted while a guest runs. Exact numbers; what they cost is another table's business (cost-table.ts).

export type TechniqueCounts = {
	/** Units of time that the guest's code, or its translation, ran on the processor by itself. */
	direct: number;
	/** Instructions that the hypervisor did for the guest. */
	emulated: number;
	/** Times that the processor came back to the hypervisor, by Intel's basic exit reasons; 0 are exceptions. */
	readonly exits: Map<number, number>;
	/** Of the exceptions, by vector. */
	readonly exceptions: Map<number, number>;
	/** Page faults of the real processor of which the guest never hears: its shadow table was behind. */
	shadowFills: number;
	/** EPT violations that were filled in. */
	nestedFills: number;
	/** Interrupts and exceptions that the hypervisor delivered. */
	hypercalls: number;
	translatedBlocks: number;
	callouts: number;
};

export function newCounts(): TechniqueCounts {
	return {direct: 0, emulated: 0, exits: new Map(), exceptions: new Map(), shadowFills: 0, nestedFills: 0, hypercalls: 0, translatedBlocks: 0, callouts: 0};
}
