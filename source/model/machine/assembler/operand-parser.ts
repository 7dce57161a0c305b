// Operands of an instruction: registers, numbers, far pointers and memory in brackets (NASM manual, 3.3).

import {evaluate} from './expression.js';
import type {Evaluated} from './expression.js';
import type {Prefixes} from './instruction.js';
import {distanceBits, operandBits} from './operand-bits.js';
import type {Address, Operand} from './operand.js';
import {prefixKeywords, registers, sizeKeywords, specialKeywords} from './registers.js';
import type {Register} from './registers.js';
import type {StatementHost} from './statement-host.js';
import {isSymbol} from './token.js';
import type {TokenCursor} from './token-cursor.js';
import {hasRegisters, isJustUnknown, isRelocatable, isSimple} from './value.js';
import type {Value} from './value.js';

export type ParsedOperands = {readonly operands: readonly Operand[]; readonly prefixes: Prefixes};

/** Everything up to the end of the line; `undefined` if it is wrong, which has been said. */
export function parseOperands(cursor: TokenCursor, host: StatementHost, prefixes: Prefixes, mayBeFar: boolean): ParsedOperands | undefined {
	const parser = new OperandParser(cursor, host, prefixes, mayBeFar);
	const operands: Operand[] = [];
	while (!cursor.ended) {
		const operand = parser.operand();
		if (operand === undefined) {
			return undefined;
		}

		operands.push(operand);
		if (!cursor.take(',') && !cursor.take(':')) {
			break;
		}
	}

	return {operands, prefixes: parser.prefixes};
}

/** What was said of an operand in words before it: `strict dword`, `short`. */
type Stated = {size: number; type: number};

const wordBits: Readonly<Record<string, number>> = {strict: operandBits.strict, near: operandBits.near, far: operandBits.far, short: operandBits.short, to: operandBits.to};

class OperandParser {
	prefixes: Prefixes;
	readonly #cursor: TokenCursor;
	readonly #host: StatementHost;
	readonly #mayBeFar: boolean;

	constructor(cursor: TokenCursor, host: StatementHost, prefixes: Prefixes, mayBeFar: boolean) {
		this.#cursor = cursor;
		this.#host = host;
		this.#mayBeFar = mayBeFar;
		this.prefixes = prefixes;
	}

	operand(): Operand | undefined {
		const {column} = this.#cursor;
		const stated = this.#words();
		if (this.#cursor.take('[')) {
			return this.#memory(column, stated);
		}

		const evaluated = evaluate(this.#cursor, this.#host.context);
		if (evaluated === undefined) {
			return undefined;
		}

		if (this.#cursor.at(':') && !this.#mayBeFar) {
			// `es:[bx]` without brackets around the segment.
			return this.#segmentBefore(evaluated.value, column) && this.#cursor.take('[') ? this.#memory(column, stated) : undefined;
		}

		const {type} = stated;
		const colon = this.#cursor.at(':') ? operandBits.colon : 0;
		if (!this.#cursor.ended && !this.#cursor.at(',') && colon === 0) {
			this.#host.context.error('comma, colon, decorator or end of line expected after operand', this.#cursor.column);
			this.#skip();
		}

		if ((type & operandBits.far) !== 0 && !this.#mayBeFar) {
			this.#host.context.error('invalid use of FAR operand specifier', column);
		}

		return this.#plain(evaluated, {...stated, type: type | colon}, column);
	}

	/** Goes to the next comma after an error. */
	#skip(): void {
		while (!this.#cursor.ended && !this.#cursor.at(',')) {
			this.#cursor.next();
		}
	}

	#words(): Stated {
		const stated: Stated = {size: 0, type: 0};
		for (let word = this.#keyword(); word !== undefined; word = this.#keyword()) {
			const {column} = this.#cursor;
			this.#cursor.next();
			const size = sizeKeywords.get(word);
			if (size !== undefined) {
				stated.size = stated.size === 0 ? size : stated.size;
			} else if (wordBits[word] === undefined) {
				this.#host.context.error('invalid operand size specification', column);
			} else {
				stated.type |= wordBits[word]!;
			}
		}

		return stated;
	}

	#keyword(): string | undefined {
		const token = this.#cursor.peek();
		const word = token?.kind === 'name' ? token.text.toLowerCase() : '';
		return sizeKeywords.has(word) || specialKeywords.has(word) ? word : undefined;
	}

	/** A number or a register. */
	#plain({value, forward}: Evaluated, stated: Stated, column: number): Operand | undefined {
		const none = {column, register: undefined, offset: 0n, section: undefined, relative: false, unknown: false, forward, address: undefined};
		if (isJustUnknown(value)) {
			// An unknown number may be a small one: the first pass takes the shortest form, later ones make it longer.
			const hopes = (stated.type & operandBits.strict) === 0 ? operandBits.unity | operandBits.signedByteWord | operandBits.signedByteDword : 0;
			return {...none, type: stated.type | operandBits.immediate | hopes, size: stated.size, unknown: true};
		}

		if (isRelocatable(value, this.#host.section)) {
			return {...none, type: stated.type | operandBits.immediate | immediateBits(value, stated.type), size: stated.size, offset: value.constant, ...sectionParts(value)};
		}

		const register = onlyRegister(value);
		if (register === undefined) {
			this.#host.context.error('invalid operand type', column);
			return undefined;
		}

		const width = stated.size | (stated.type & distanceBits);
		if (width !== 0 && width !== register.size) {
			this.#host.context.warning('invalid register size specification ignored', 'regsize', column);
		}

		return {...none, type: register.type | (stated.type & operandBits.to), size: register.size, register};
	}

	#memory(column: number, stated: Stated): Operand | undefined {
		const shape = {displacementSize: 0, noSplit: false};
		this.#addressWords(shape);
		let evaluated = evaluate(this.#cursor, this.#host.context);
		while (evaluated !== undefined && this.#cursor.at(':')) {
			if (!this.#segmentBefore(evaluated.value, column)) {
				return undefined;
			}

			this.#addressWords(shape);
			evaluated = evaluate(this.#cursor, this.#host.context);
		}

		if (evaluated === undefined) {
			return undefined;
		}

		if (!this.#cursor.take(']')) {
			this.#host.context.error('expecting ] at end of memory operand', this.#cursor.column);
			this.#skip();
		} else if (!this.#cursor.ended && !this.#cursor.at(',')) {
			this.#host.context.error(`comma, decorator or end of line expected, got ${this.#cursor.peek()!.text}`, this.#cursor.column);
			this.#skip();
		}

		return this.#address(evaluated, shape, stated, column);
	}

	#addressWords(shape: {displacementSize: number; noSplit: boolean}): void {
		for (let token = this.#cursor.peek(); token?.kind === 'name'; token = this.#cursor.peek()) {
			const word = token.text.toLowerCase();
			const size = sizeKeywords.get(word);
			if (prefixKeywords.get(word) === 'addressSize') {
				if (this.prefixes.addressSize !== undefined && this.prefixes.addressSize !== word) {
					this.#host.context.error('conflicting address size specifications', token.column);
				}

				this.prefixes = {...this.prefixes, addressSize: word};
			} else if (word === 'nosplit') {
				shape.noSplit = true;
			} else if (size !== undefined && size <= 64) {
				shape.displacementSize = size;
			} else if (size !== undefined || (specialKeywords.has(word) && word !== 'abs' && word !== 'rel')) {
				this.#host.context.error('invalid size specification in effective address', token.column);
			} else if (!specialKeywords.has(word)) {
				return;
			}

			this.#cursor.next();
		}
	}

	/** `fs:` before an address. The cursor is at the colon. */
	#segmentBefore(value: Value, column: number): boolean {
		const register = onlyRegister(value);
		this.#cursor.next();
		if (register === undefined || (register.type & operandBits.segment) === 0) {
			this.#host.context.error('invalid segment override', column);
		} else if (this.prefixes.segment === undefined) {
			this.prefixes = {...this.prefixes, segment: register.name};
		} else {
			this.#host.context.error('instruction has conflicting segment overrides', column);
		}

		return true;
	}

	#address({value, hint, forward}: Evaluated, shape: {displacementSize: number; noSplit: boolean}, stated: Stated, column: number): Operand | undefined {
		const parts = addressRegisters(value);
		if (typeof parts === 'string' || (!value.unknown && !isRelocatable({...value, registers: []}, this.#host.section))) {
			const message = typeof parts === 'string' ? parts : 'impossible segment base multiplier';
			this.#host.context.error(`invalid effective address: ${message}`, column);
			return undefined;
		}

		const direct = parts.base === undefined && (parts.index === undefined || parts.scale === 0) ? operandBits.directMemory : 0;
		return {
			type: stated.type | operandBits.memory | operandBits.registerOrMemory | direct,
			size: stated.size, column, register: undefined, offset: value.constant, ...sectionParts(value),
			unknown: value.unknown, forward, address: {...parts, ...shape, hint},
		};
	}
}

/** The section that a number is an address in, and whether it is counted from the section of the instruction. */
function sectionParts(value: Value): {readonly section: number | undefined; readonly relative: boolean} {
	return {
		section: value.sections.find(term => term.factor === 1n)?.key,
		relative: value.sections.some(term => term.factor === -1n),
	};
}

function immediateBits(value: Value, type: number): number {
	if (!isSimple(value)) {
		return 0;
	}

	const {constant} = value;
	const unity = constant === 1n ? operandBits.unity : 0;
	if ((type & operandBits.strict) !== 0) {
		return unity;
	}

	return unity
		| (BigInt.asUintN(32, constant + 128n) <= 255n ? operandBits.signedByteDword : 0)
		| (BigInt.asUintN(16, constant + 128n) <= 255n ? operandBits.signedByteWord : 0);
}

/** The register that an expression is, if it is nothing else. */
function onlyRegister(value: Value): Register | undefined {
	const [term, ...more] = value.registers.filter(({factor}) => factor !== 0n);
	const alone = term !== undefined && term.factor === 1n && more.length === 0 && value.constant === 0n && !value.unknown && value.sections.every(({factor}) => factor === 0n);
	return alone ? registers.get(term.key) : undefined;
}

/** Base and index of an address, or NASM's words for what is wrong. */
function addressRegisters(value: Value): Pick<Address, 'base' | 'index' | 'scale'> | string {
	let base: Register | undefined;
	let index: Register | undefined;
	let scale = 0;
	if (!hasRegisters(value) && value.registers.length === 0) {
		return {base, index, scale};
	}

	for (const {key, factor} of value.registers) {
		const register = registers.get(key)!;
		const general = (register.type & operandBits.general) !== 0;
		if (general && factor === 1n && base === undefined) {
			base = register;
		} else if (index === undefined) {
			index = register;
			scale = Number(factor);
		} else {
			return base === undefined ? 'two index registers' : (general ? 'too many registers' : 'impossible register');
		}
	}

	return {base, index, scale};
}

/** Whether the next token is one that ends an operand of `db`. */
export function endsItem(cursor: TokenCursor, ahead: number): boolean {
	const token = cursor.peek(ahead);
	return token === undefined || isSymbol(token, ',') || isSymbol(token, ')');
}
