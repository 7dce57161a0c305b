// Labels and `equ` constants (NASM manual, 3.9): `.name` belongs to the last label without a dot before it.

import type {Diagnostics, Position} from './diagnostics.js';
import {constantValue} from './value.js';
import type {Value} from './value.js';

export type Symbol = {
	readonly section: number | undefined;
	readonly offset: bigint;
	/** The pass that defined it last. */
	readonly pass: number;
	readonly position: Position;
};

export class SymbolTable {
	readonly #symbols = new Map<string, Symbol>();
	readonly #diagnostics: Diagnostics;
	#pass = 0;
	#previous = '';
	#changes = 0;

	constructor(diagnostics: Diagnostics) {
		this.#diagnostics = diagnostics;
	}

	/** How many symbols were new or moved in this pass. */
	get changes(): number {
		return this.#changes;
	}

	get entries(): ReadonlyMap<string, Symbol> {
		return this.#symbols;
	}

	beginPass(pass: number): void {
		this.#pass = pass;
		this.#previous = '';
		this.#changes = 0;
	}

	/** `loop.again` for `.again`; `..@7.x` and names without a dot stay as they are. */
	wholeName(name: string): string {
		return name.startsWith('.') && !name.startsWith('..') ? this.#previous + name : name;
	}

	value(name: string): Value | undefined {
		const symbol = this.#symbols.get(this.wholeName(name));
		if (symbol === undefined) {
			return undefined;
		}

		return {...constantValue(symbol.offset), sections: symbol.section === undefined ? [] : [{key: symbol.section, factor: 1n}]};
	}

	/** Defines a symbol; a label without a dot becomes the one that local labels belong to. */
	define(name: string, section: number | undefined, offset: bigint, position: Position, isLabel: boolean, finalPass: boolean): void {
		const whole = this.wholeName(name);
		const old = this.#symbols.get(whole);
		if (isLabel && !name.startsWith('.')) {
			this.#previous = whole;
		}

		const changed = old === undefined || old.section !== section || old.offset !== offset;
		this.#changes += changed ? 1 : 0;
		if (old?.pass === this.#pass) {
			this.#redefined(whole, old, position, changed, finalPass);
		} else if (changed && finalPass && !this.#diagnostics.hasErrors) {
			this.#diagnostics.error(position, `label \`${whole}' ${old === undefined ? 'defined' : 'changed'} during code generation`);
		}

		this.#symbols.set(whole, {section, offset, pass: this.#pass, position: old?.pass === this.#pass ? old.position : position});
	}

	#redefined(name: string, old: Symbol, position: Position, changed: boolean, finalPass: boolean): void {
		if (changed) {
			this.#diagnostics.error(position, `label \`${name}' inconsistently redefined`);
			this.#diagnostics.info(old.position, `label \`${name}' originally defined here`);
		} else if (finalPass) {
			this.#diagnostics.warning(position, `label \`${name}' redefined to an identical value`, 'label-redef');
		}
	}
}
