// Two kinds of errors exist in virtlab, and only one of them throws. What the simulated system refuses is a value with the
// real tool's wording; a broken invariant of our own is a `BrokenInvariant`, which rolls the whole action back.

/** A promise of ours that turned out false. The message is "function: violated condition", enough to find the place. */
export class BrokenInvariant extends Error {
	override readonly name = 'BrokenInvariant';
}

/** Throws `BrokenInvariant` unless `condition` holds. Always on: the cost is nothing beside a lost session. */
export function assert(condition: unknown, message: string): asserts condition {
	if (!condition) {
		throw new BrokenInvariant(message);
	}
}

/** Returns `value`, or throws `BrokenInvariant` if it is `undefined`. */
export function must<T>(value: T | undefined, message: string): T {
	assert(value !== undefined, message);
	return value;
}
