// The page walk, for any number of levels and any number of stages (SDM vol. 3, 4.3 and 28.3).
//
// One stage turns an address into another with a tree of tables. On bare hardware there is one: guest virtual to physical. Under a
// hypervisor with nested paging there are two, and the tables of the first are themselves at guest-physical addresses, so that every
// look into one of them is a walk of the second stage. With n levels in the first and m in the second that makes
//
//     n * (m + 1) + m  =  (n + 1)(m + 1) - 1
//
// table reads: 2 levels natively 2, 2 x 2 = 8, 4 x 4 = 24, 5 x 5 = 35. No number here is written down; the same loop counts them.
//
// Addresses are plain non-negative numbers (of which stage, the caller knows), so that trees of more than 32 bits fit.

export type AccessKind = 'read' | 'write' | 'fetch';

/** Bits of rights, as collected along a walk. */
export const right = {read: 1, write: 2, execute: 4, user: 8} as const;

export type Entry = {
	readonly present: boolean;
	readonly leaf: boolean;
	/** A reserved bit is set, or the combination of bits is none. */
	readonly reserved: boolean;
	readonly rights: number;
	/** Of the next table, or of the page. */
	readonly frame: number;
	readonly global: boolean;
};

/** How the entries of a tree read. Level 0 is the last; a leaf above it is a large page. */
export type EntryFormat = {
	readonly entryBytes: 4 | 8;
	/** Address bits that pick the entry of one table. */
	readonly indexBits: number;
	readonly interpret: (entry: number, level: number) => Entry;
	/** Bits that the walk sets; 0 where a format has none. */
	readonly accessed: number;
	readonly dirty: number;
};

export type TableStage = {
	readonly levels: number;
	readonly root: number;
	readonly format: EntryFormat;
	/** Whether supervisor writes obey the write right (CR0.WP). */
	readonly writeProtect: boolean;
	/** Whether the entries tell user from supervisor; those of a hypervisor do not. */
	readonly checksUser: boolean;
};

/** A stage without tables: a function from address to address, for what is contiguous. */
export type DirectStage = {readonly map: (address: number, access: AccessKind) => {readonly address: number; readonly rights: number} | undefined};

export type Stage = TableStage | DirectStage;

export type TableMemory = {
	/** Entry at an address after the last stage. */
	readonly load: (address: number, bytes: 4 | 8) => number;
	readonly store: (address: number, bytes: 4 | 8, entry: number) => void;
};

/** One look into a table, for panels. */
export type WalkStep = {readonly stage: number; readonly level: number; readonly index: number; readonly entryAddress: number; readonly entry: number};

export type WalkSuccess = {
	readonly ok: true;
	readonly address: number;
	/** Rights along the whole way, all stages. */
	readonly rights: number;
	/** Rights of the stages after the first alone. */
	readonly lowerRights: number;
	/** Logarithm of the page size: the smaller one of all stages. */
	readonly pageBits: number;
	/** Of the first stage's leaf. */
	readonly global: boolean;
	readonly dirty: boolean;
};

export type WalkFailure = {
	readonly ok: false;
	readonly stage: number;
	readonly reason: 'not-present' | 'rights' | 'reserved';
	/** What this stage was asked to translate. */
	readonly address: number;
	readonly access: AccessKind;
	/** The access was to a table of the stage before, not to what the program asked for. */
	readonly duringWalk: boolean;
	/** Rights that the failing stage found. */
	readonly rights: number;
};

export type WalkResult = WalkSuccess | WalkFailure;

const allRights = right.read | right.write | right.execute | right.user;

export class PageWalk {
	readonly #stages: readonly Stage[];
	readonly #memory: TableMemory;
	readonly #user: boolean;
	readonly #onStep: ((step: WalkStep) => void) | undefined;
	/** Table entries read so far. */
	references = 0;

	constructor(stages: readonly Stage[], memory: TableMemory, user: boolean, onStep?: (step: WalkStep) => void) {
		this.#stages = stages;
		this.#memory = memory;
		this.#user = user;
		this.#onStep = onStep;
	}

	translate(address: number, access: AccessKind): WalkResult {
		return this.#through(0, address, access, false);
	}

	#through(stage: number, address: number, access: AccessKind, duringWalk: boolean): WalkResult {
		const way = this.#stages[stage];
		if (way === undefined) {
			return {ok: true, address, rights: allRights, lowerRights: allRights, pageBits: 52, global: false, dirty: true};
		}

		return 'map' in way ? this.#direct(way, {stage, address, access, duringWalk}) : this.#tables(way, {stage, address, access, duringWalk});
	}

	#direct(way: DirectStage, {stage, address, access, duringWalk}: Request): WalkResult {
		const found = way.map(address, access);
		if (found === undefined || (found.rights & needed(access)) === 0) {
			return {ok: false, stage, reason: found === undefined ? 'not-present' : 'rights', address, access, duringWalk, rights: found?.rights ?? 0};
		}

		const below = this.#through(stage + 1, found.address, access, duringWalk);
		return below.ok ? {...below, rights: (found.rights | right.user) & below.rights, lowerRights: below.rights, pageBits: 12, global: false, dirty: true} : below;
	}

	#tables(way: TableStage, request: Request): WalkResult {
		const {stage, address, access, duringWalk} = request;
		const {format} = way;
		const path: Visited[] = [];
		let rights = allRights;
		let table = way.root;
		for (let level = way.levels - 1; ; level--) {
			const shift = 2 ** (12 + format.indexBits * level);
			const index = Math.floor(address / shift) % 2 ** format.indexBits;
			const place = this.#through(stage + 1, table + index * format.entryBytes, 'read', true);
			if (!place.ok) {
				return place;
			}

			const raw = this.#read(request, {level, index, entryAddress: table + index * format.entryBytes, physical: place.address, bytes: format.entryBytes});
			const entry = format.interpret(raw, level);
			path.push({physical: place.address, raw, writable: (place.rights & right.write) !== 0, guestAddress: table + index * format.entryBytes});
			if (!entry.present || entry.reserved) {
				return {ok: false, stage, reason: entry.present ? 'reserved' : 'not-present', address, access, duringWalk, rights: rights & entry.rights};
			}

			rights &= entry.rights;
			table = entry.frame;
			if (entry.leaf) {
				return this.#leaf(way, request, {rights, path, page: entry.frame, offset: address % shift, pageBits: 12 + format.indexBits * level, global: entry.global});
			}
		}
	}

	#read({stage}: Request, {level, index, entryAddress, physical, bytes}: Look): number {
		const entry = this.#memory.load(physical, bytes);
		this.references++;
		this.#onStep?.({stage, level, index, entryAddress, entry});
		return entry;
	}

	#leaf(way: TableStage, request: Request, {rights, path, page, offset, pageBits, global}: Leaf): WalkResult {
		const {stage, address, access, duringWalk} = request;
		if (!permits(way, rights, access, this.#user)) {
			return {ok: false, stage, reason: 'rights', address, access, duringWalk, rights};
		}

		const refused = this.#mark(way, request, path);
		if (refused !== undefined) {
			return refused;
		}

		const below = this.#through(stage + 1, page + offset, access, duringWalk);
		if (!below.ok) {
			return below;
		}

		const dirty = access === 'write' || way.format.dirty === 0 || (path.at(-1)!.raw & way.format.dirty) !== 0;
		const own = way.checksUser ? rights : rights | right.user;
		return {ok: true, address: below.address, rights: own & below.rights, lowerRights: below.rights, pageBits: Math.min(pageBits, below.pageBits), global, dirty};
	}

	/**
	 * Sets the accessed bits on the way and the leaf's dirty bit, now that the access is known to be allowed. SDM vol. 3, 4.8: a
	 * processor may also set those of the upper levels when the lower ones refuse; Bochs does as here, QEMU does the other.
	 */
	#mark({format}: TableStage, {stage, access}: Request, path: readonly Visited[]): WalkFailure | undefined {
		for (const [depth, visited] of path.entries()) {
			const wanted = format.accessed | (access === 'write' && depth === path.length - 1 ? format.dirty : 0);
			const missing = wanted & ~visited.raw;
			if (missing === 0) {
				continue;
			}

			if (!visited.writable) {
				return {ok: false, stage: stage + 1, reason: 'rights', address: visited.guestAddress, access: 'write', duringWalk: true, rights: right.read};
			}

			this.#memory.store(visited.physical, format.entryBytes, visited.raw + missing);
		}

		return undefined;
	}
}

type Request = {readonly stage: number; readonly address: number; readonly access: AccessKind; readonly duringWalk: boolean};
type Look = {readonly level: number; readonly index: number; readonly entryAddress: number; readonly physical: number; readonly bytes: 4 | 8};
type Visited = {readonly physical: number; readonly raw: number; readonly writable: boolean; readonly guestAddress: number};
type Leaf = {readonly rights: number; readonly path: readonly Visited[]; readonly page: number; readonly offset: number; readonly pageBits: number; readonly global: boolean};

function needed(access: AccessKind): number {
	return access === 'read' ? right.read : (access === 'write' ? right.write : right.execute);
}

function permits(way: TableStage, rights: number, access: AccessKind, user: boolean): boolean {
	if (way.checksUser && user && (rights & right.user) === 0) {
		return false;
	}

	const ignoresWrite = access === 'write' && way.checksUser && !user && !way.writeProtect;
	return ignoresWrite || (rights & needed(access)) !== 0;
}
