import {isSymbol} from './token.js';
import type {Token} from './token.js';

/** Reads the tokens of one line one after another. */
export class TokenCursor {
	readonly #tokens: readonly Token[];
	#next = 0;

	constructor(tokens: readonly Token[], start = 0) {
		this.#tokens = tokens;
		this.#next = start;
	}

	get ended(): boolean {
		return this.#next >= this.#tokens.length;
	}

	get index(): number {
		return this.#next;
	}

	peek(ahead = 0): Token | undefined {
		return this.#tokens[this.#next + ahead];
	}

	next(): Token | undefined {
		return this.#tokens[this.#next++];
	}

	/** Whether the next token is this symbol. */
	at(text: string): boolean {
		return isSymbol(this.peek(), text);
	}

	/** Takes the next token if it is this symbol. */
	take(text: string): boolean {
		if (this.at(text)) {
			this.#next++;
			return true;
		}

		return false;
	}

	/** Goes back to a token read before. */
	rewind(index: number): void {
		this.#next = index;
	}

	rest(): readonly Token[] {
		return this.#tokens.slice(this.#next);
	}

	/** The column of the next token, or one after the last. */
	get column(): number {
		const last = this.#tokens.at(-1);
		return this.peek()?.column ?? (last === undefined ? 1 : last.column + last.text.length);
	}
}
