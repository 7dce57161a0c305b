// A map as a value, cheap to change: each change copies a small layer on top of a big base that it shares with the map before. A
// change of a map of n entries costs about the square root of n, where copying a Map would cost n: that is what keeps a
// directory of 100,000 files from taking 100,000 times 100,000 steps to make.
//
// Order: that of the base, then what was added or changed since. Two maps made by the same changes have the same order.

const smallestLayer = 32;

const removed = Symbol('removed');

export class LayeredMap<K, V> implements ReadonlyMap<K, V> {
	readonly size: number;
	readonly #base: ReadonlyMap<K, V>;
	/** What differs from the base. */
	readonly #layer: ReadonlyMap<K, V | typeof removed>;

	private constructor(base: ReadonlyMap<K, V>, layer: ReadonlyMap<K, V | typeof removed>, size: number) {
		this.#base = base;
		this.#layer = layer;
		this.size = size;
	}

	/** Any map as one that is cheap to change. The given one must not be changed any more. */
	static of<K, V>(map: ReadonlyMap<K, V>): LayeredMap<K, V> {
		return map instanceof LayeredMap ? map as LayeredMap<K, V> : new LayeredMap<K, V>(map, new Map(), map.size);
	}

	get(key: K): V | undefined {
		const value = this.#layer.get(key);
		return value === removed ? undefined : (value ?? this.#base.get(key));
	}

	has(key: K): boolean {
		const value = this.#layer.get(key);
		return value === undefined ? this.#base.has(key) : value !== removed;
	}

	with(key: K, value: V): LayeredMap<K, V> {
		const layer = new Map(this.#layer);
		layer.delete(key);
		return LayeredMap.#make(this.#base, layer.set(key, value), this.size + (this.has(key) ? 0 : 1));
	}

	without(key: K): LayeredMap<K, V> {
		if (!this.has(key)) {
			return this;
		}

		const layer = new Map(this.#layer);
		layer.delete(key);
		return LayeredMap.#make(this.#base, this.#base.has(key) ? layer.set(key, removed) : layer, this.size - 1);
	}

	* entries(): MapIterator<[K, V]> {
		for (const [key, value] of this.#base) {
			if (!this.#layer.has(key)) {
				yield [key, value];
			}
		}

		for (const [key, value] of this.#layer) {
			if (value !== removed) {
				yield [key, value];
			}
		}
	}

	* keys(): MapIterator<K> {
		for (const [key] of this.entries()) {
			yield key;
		}
	}

	* values(): MapIterator<V> {
		for (const [, value] of this.entries()) {
			yield value;
		}
	}

	[Symbol.iterator](): MapIterator<[K, V]> {
		return this.entries();
	}

	forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
		for (const [key, value] of this.entries()) {
			visit(value, key, this);
		}
	}

	static #make<K, V>(base: ReadonlyMap<K, V>, layer: ReadonlyMap<K, V | typeof removed>, size: number): LayeredMap<K, V> {
		const made = new LayeredMap(base, layer, size);
		return layer.size > smallestLayer && layer.size * layer.size > base.size ? new LayeredMap<K, V>(new Map(made), new Map(), size) : made;
	}
}
