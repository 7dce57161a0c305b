// Popek and Goldberg's question ("Formal Requirements for Virtualizable Third Generation Architectures", CACM 17(7), 1974): a machine can be
// virtualized by running the guest in an outer ring and emulating what traps, if every sensitive instruction is privileged. Each
// instruction is one of three:
//
//     innocuous   not sensitive: may run directly
//     privileged  sensitive, and traps outside ring 0 (or above IOPL): the VMM gets it
//     critical    sensitive, and does not trap: the VMM never learns that it ran. IA-32 has them; later extensions (UMIP, VT-x) close the gap

import {factsOf, type Mnemonic} from './instruction-table.js';

export type InstructionClass = 'innocuous' | 'privileged' | 'critical';

/** By the ring that the instruction needs and what it reads or changes of the machine, both from the instruction table. */
export function classify(mnemonic: Mnemonic): InstructionClass {
	const {privilege = 'any', sensitive} = factsOf(mnemonic);
	if (sensitive === undefined) {
		return 'innocuous';
	}

	return privilege === 'any' ? 'critical' : 'privileged';
}
