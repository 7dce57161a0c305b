// Tables in host memory, as page walks read them and hypervisors write them.

import type {PhysicalMemory} from '../../machine/physical-memory.js';
import type {TableMemory} from '../../machine/page-walk.js';

const high = 2 ** 32;

/** Entries of 4 or 8 bytes, as numbers, at addresses of `memory`. */
export function tableMemory(memory: PhysicalMemory): TableMemory {
	return {
		load: (address, bytes) => (memory.readDword(address) >>> 0) + (bytes === 8 ? (memory.readDword(address + 4) >>> 0) * high : 0),
		store(address, bytes, entry) {
			memory.writeDword(address, entry % high | 0);
			if (bytes === 8) {
				memory.writeDword(address + 4, Math.floor(entry / high));
			}
		},
	};
}
