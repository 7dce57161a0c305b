// Shell variables: scalars, indexed and associative arrays, their attributes, and the scopes of functions. Scoping is dynamic: a
// function sees the locals of its callers. Source: bash manual 3.4, 6.7.

import {compareText, encodeText} from '../base/bytes.js';

export type Attribute = 'exported' | 'readonly' | 'integer' | 'lower' | 'upper' | 'nameref';

export type Variable = {
	kind: 'scalar' | 'indexed' | 'associative';
	scalar: string | undefined;
	indexed: Map<number, string>;
	associative: Map<string, string>;
	readonly attributes: Set<Attribute>;
	/** An array that was only declared has no value yet, not even an empty one. */
	isArraySet: boolean;
};

/** Why a variable cannot be written; the caller adds its own words. */
export type VariableFailure = 'readonly' | 'subscript';

/** The value of a variable that the shell computes, and what assigning to it does. */
export type DynamicVariable = {get(): string; set?(value: string): void};

const chainMax = 20;

export class Variables {
	/** The global scope first. */
	readonly #scopes: Map<string, Variable>[];
	readonly dynamic = new Map<string, DynamicVariable>();

	constructor(scopes: Map<string, Variable>[] = [new Map()]) {
		this.#scopes = scopes;
	}

	/** A copy that shares nothing, for a child process. */
	clone(): Variables {
		return new Variables(this.#scopes.map(scope => new Map(Array.from(scope, ([name, variable]) => [name, cloneVariable(variable)]))));
	}

	enterScope(): void {
		this.#scopes.push(new Map());
	}

	leaveScope(): void {
		this.#scopes.pop();
	}

	get isLocalScope(): boolean {
		return this.#scopes.length > 1;
	}

	/** The variable a name stands for, through name references. */
	find(name: string): Variable | undefined {
		return this.findRaw(this.resolve(name).name);
	}

	findRaw(name: string): Variable | undefined {
		for (let index = this.#scopes.length - 1; index >= 0; index--) {
			const variable = this.#scopes[index]!.get(name);
			if (variable !== undefined) {
				return variable;
			}
		}

		return undefined;
	}

	/** Follows name references; a reference may name an element of an array. */
	resolve(name: string): {readonly name: string; readonly subscript: string | undefined} {
		let current = name;
		for (let links = 0; links < chainMax; links++) {
			const variable = this.findRaw(current);
			if (variable === undefined || !variable.attributes.has('nameref') || variable.scalar === undefined || variable.scalar === '') {
				return {name: current, subscript: undefined};
			}

			const element = /^(?<name>\w+)\[(?<subscript>.*)\]$/sv.exec(variable.scalar)?.groups;
			if (element !== undefined) {
				return {name: element['name']!, subscript: element['subscript']};
			}

			current = variable.scalar;
		}

		return {name: current, subscript: undefined};
	}

	/** The value as a scalar: element 0 of an array. */
	get(name: string): string | undefined {
		const dynamic = this.dynamic.get(name);
		if (dynamic !== undefined) {
			return dynamic.get();
		}

		const {name: target, subscript} = this.resolve(name);
		const variable = this.findRaw(target);
		return variable === undefined ? undefined : elementOf(variable, subscript ?? '0');
	}

	set(name: string, value: string): VariableFailure | undefined {
		const dynamic = this.dynamic.get(name);
		if (dynamic !== undefined) {
			dynamic.set?.(value);
			return undefined;
		}

		const {name: target, subscript} = this.resolve(name);
		const variable = this.#writable(target);
		return variable === undefined ? 'readonly' : assignElement(variable, subscript, value);
	}

	/** `subscript` is a number for indexed arrays (negative counts from the end), a key for associative ones. */
	setElement(name: string, subscript: string, value: string): VariableFailure | undefined {
		const variable = this.#writable(this.resolve(name).name);
		if (variable === undefined) {
			return 'readonly';
		}

		if (variable.kind === 'scalar') {
			toIndexed(variable);
		}

		return assignElement(variable, subscript, value);
	}

	/** Makes the variable an array of the given kind, empty unless it is to keep what it has. */
	setArray(name: string, kind: 'indexed' | 'associative', keep: boolean): Variable | VariableFailure {
		const variable = this.#writable(this.resolve(name).name);
		if (variable === undefined) {
			return 'readonly';
		}

		if (kind === 'indexed' && variable.kind === 'scalar' && keep) {
			toIndexed(variable);
		}

		variable.kind = kind;
		variable.isArraySet = true;
		if (!keep) {
			variable.indexed = new Map();
			variable.associative = new Map();
			variable.scalar = undefined;
		}

		return variable;
	}

	/** The variable of the innermost scope that has it, made in the global scope if none has. */
	declare(name: string, where: 'local' | 'global' | 'any'): Variable {
		const scope = where === 'local' ? this.#scopes.at(-1)! : this.#scopes[0]!;
		const existing = where === 'any' ? this.findRaw(name) : scope.get(name);
		if (existing !== undefined) {
			return existing;
		}

		const variable = newVariable();
		scope.set(name, variable);
		return variable;
	}

	/** Puts back a variable as it was before, or its absence. */
	restore(name: string, variable: Variable | undefined): void {
		for (let index = this.#scopes.length - 1; index >= 0; index--) {
			if (this.#scopes[index]!.has(name)) {
				if (variable === undefined) {
					this.#scopes[index]!.delete(name);
				} else {
					this.#scopes[index]!.set(name, variable);
				}

				return;
			}
		}

		if (variable !== undefined) {
			this.#scopes[0]!.set(name, variable);
		}
	}

	unset(name: string): VariableFailure | undefined {
		for (let index = this.#scopes.length - 1; index >= 0; index--) {
			const variable = this.#scopes[index]!.get(name);
			if (variable === undefined) {
				continue;
			}

			if (variable.attributes.has('readonly')) {
				return 'readonly';
			}

			this.#scopes[index]!.delete(name);
			return undefined;
		}

		this.dynamic.delete(name);
		return undefined;
	}

	unsetElement(name: string, subscript: string): VariableFailure | undefined {
		const variable = this.find(name);
		if (variable?.attributes.has('readonly')) {
			return 'readonly';
		}

		if (variable?.kind === 'associative') {
			variable.associative.delete(subscript);
		} else if (variable?.kind === 'indexed') {
			variable.indexed.delete(indexOf(variable, subscript) ?? -1);
		} else if (variable !== undefined) {
			variable.scalar = undefined;
		}

		return undefined;
	}

	/** All names that are visible, sorted. */
	names(): readonly string[] {
		return [...new Set([...this.#scopes.flatMap(scope => [...scope.keys()]), ...this.dynamic.keys()])].sort(compareText);
	}

	/** What a child program gets as its environment. */
	environment(): Map<string, string> {
		const environment = new Map<string, string>();
		for (const scope of this.#scopes) {
			for (const [name, variable] of scope) {
				if (variable.attributes.has('exported') && variable.scalar !== undefined && variable.kind === 'scalar') {
					environment.set(name, variable.scalar);
				} else {
					environment.delete(name);
				}
			}
		}

		return environment;
	}

	#writable(name: string): Variable | undefined {
		const variable = this.declare(name, 'any');
		return variable.attributes.has('readonly') ? undefined : variable;
	}
}

export function newVariable(): Variable {
	return {kind: 'scalar', scalar: undefined, indexed: new Map(), associative: new Map(), attributes: new Set(), isArraySet: false};
}

/** One element, or the scalar itself; undefined if it is not set. */
export function elementOf(variable: Variable, subscript: string): string | undefined {
	switch (variable.kind) {
		case 'scalar': {
			return subscript === '0' || subscript === '-1' ? variable.scalar : undefined;
		}

		case 'indexed': {
			const index = indexOf(variable, subscript);
			return index === undefined ? undefined : variable.indexed.get(index);
		}

		case 'associative': {
			return variable.associative.get(subscript);
		}
	}
}

/** Subscripts and values: in ascending order for indexed arrays, in the order of bash's hash table for associative ones. */
export function elementsOf(variable: Variable): readonly (readonly [string, string])[] {
	switch (variable.kind) {
		case 'scalar': {
			return variable.scalar === undefined ? [] : [['0', variable.scalar]];
		}

		case 'indexed': {
			return Array.from(variable.indexed).sort(([a], [b]) => a - b).map(([index, value]) => [String(index), value]);
		}

		case 'associative': {
			return Array.from(variable.associative, ([key, value], age) => ({key, value, age, bucket: bucketOf(key)}))
				.sort((a, b) => a.bucket - b.bucket || b.age - a.age)
				.map(({key, value}) => [key, value]);
		}
	}
}

/** FNV-1 over the key's bytes, in a table of 1024 buckets with the newest key first. Source: bash hashlib.c. */
function bucketOf(key: string): number {
	let hash = 2_166_136_261;
	for (const byte of encodeText(key)) {
		hash = Math.imul(hash, 16_777_619) ^ byte;
	}

	return hash & 1023;
}

/** The first index after the last element. */
export function nextIndex(variable: Variable): number {
	let next = 0;
	for (const index of variable.indexed.keys()) {
		next = Math.max(next, index + 1);
	}

	return next;
}

function assignElement(variable: Variable, subscript: string | undefined, value: string): VariableFailure | undefined {
	const text = caseOf(variable, value);
	variable.isArraySet = true;
	if (variable.kind === 'associative') {
		variable.associative.set(subscript ?? '0', text);
	} else if (variable.kind === 'indexed') {
		const index = indexOf(variable, subscript ?? '0');
		if (index === undefined) {
			return 'subscript';
		}

		variable.indexed.set(index, text);
	} else {
		variable.scalar = text;
	}

	return undefined;
}

function caseOf(variable: Variable, value: string): string {
	return variable.attributes.has('lower') ? value.toLowerCase() : (variable.attributes.has('upper') ? value.toUpperCase() : value);
}

function indexOf(variable: Variable, subscript: string): number | undefined {
	const index = Number(subscript);
	const resolved = index < 0 ? nextIndex(variable) + index : index;
	return Number.isSafeInteger(resolved) && resolved >= 0 ? resolved : undefined;
}

function toIndexed(variable: Variable): void {
	variable.kind = 'indexed';
	if (variable.scalar !== undefined) {
		variable.indexed.set(0, variable.scalar);
		variable.scalar = undefined;
	}
}

function cloneVariable(variable: Variable): Variable {
	return {
		...variable, indexed: new Map(variable.indexed), associative: new Map(variable.associative), attributes: new Set(variable.attributes),
	};
}
