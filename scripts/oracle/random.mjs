// Random numbers from a seed (mulberry32), so that a failure can be run again.

export function randomFrom(seed) {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6D2B79F5) >>> 0;
		let mixed = Math.imul(state ^ state >>> 15, state | 1);
		mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
		return (mixed ^ mixed >>> 14) >>> 0;
	};

	const below = limit => next() % limit;
	const edges = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE];
	return {
		next, below,
		pick: list => list[below(list.length)],
		/** Half of them at the edges of 8, 16 and 32 bits. */
		word: () => below(2) === 0 ? edges[below(edges.length)] : next(),
	};
}
