// Puts statements into the sections: how long they are in every pass, their bytes in the last one.

import {chooseAddressSize} from './address-size.js';
import type {Position} from './diagnostics.js';
import {encode, encodePrefixes, exceeds, isFixedAddress, sizeNames} from './encode.js';
import type {Encoded, Piece, Range} from './encode.js';
import type {Form} from './encoding.js';
import type {DataItem, Instruction, Prefixes, Statement} from './instruction.js';
import {findForm} from './match.js';
import {operandBits} from './operand-bits.js';
import type {Operand} from './operand.js';
import type {PassState} from './pass-state.js';
import type {Token} from './token.js';
import type {Value} from './value.js';

export type WrittenLine = {readonly file: string; readonly line: number; readonly section: number; readonly at: number; length: number};

/** What a repeated instruction costs of the budget, as if it had been read again. */
const instructionTokens = 10;

/** A number on its way into a section. */
type Placed = {readonly value: bigint; readonly add: number | undefined; readonly subtract: number | undefined};

export class Generator {
	/** What the last pass wrote, line by line. */
	readonly written: WrittenLine[] = [];
	readonly #state: PassState;

	constructor(state: PassState) {
		this.#state = state;
	}

	statement(statement: Statement, {label, times}: {readonly label: Token | undefined; readonly times: bigint}, position: Position): void {
		switch (statement.kind) {
			case 'equ': {
				this.#equ(statement.operands, label, {...position, column: statement.column});
				break;
			}

			case 'reserve': {
				this.#reserve(statement.size, statement.count, times, position);
				break;
			}

			case 'data': {
				this.#repeat(times, position, false, () => this.#data(statement.items, statement.size, position));
				break;
			}

			case 'prefixes': {
				this.#repeat(times, position, false, () => this.#prefixes(statement.prefixes, position));
				break;
			}

			case 'instruction': {
				this.#repeat(times, position, statement.instruction.operands.some(operand => (operand.type & operandBits.immediate) !== 0), () => this.#instruction(statement.instruction, position));
				break;
			}

			default: {
				statement satisfies never;
			}
		}
	}

	/** Zeros, or nothing in a section without bits: `resb`. */
	reserveBytes(count: number, position: Position): void {
		const {location, kind, diagnostics} = this.#state;
		if (kind === 'final' && count > 0 && location.absolute === undefined && !location.section.attributes.nobits) {
			diagnostics.warning(position, `uninitialized space declared in ${location.section.name} section: zeroing`, 'zeroing');
		}

		this.#fill([0], count, position, true);
	}

	/** The same bytes over and over: `align`. */
	fill(bytes: readonly number[], times: number, position: Position, isSpace: boolean): void {
		this.#fill(bytes, times, position, isSpace);
	}

	/** Does something `times` times. What does not depend on its place is done once and copied. */
	#repeat(times: bigint, position: Position, depends: boolean, emit: () => number): void {
		if (times === 0n) {
			return;
		}

		const {location} = this.#state;
		const at = location.offset;
		const fixups = location.section.fixups.length;
		const length = emit();
		const copyable = !depends && location.section.fixups.length === fixups;
		if (copyable) {
			this.#copy(at, length, times - 1n, position);
			return;
		}

		for (let count = 1n; count < times && length > 0; count++) {
			this.#state.spendTokens(instructionTokens, position);
			emit();
		}
	}

	#copy(at: number, length: number, times: bigint, position: Position): void {
		if (times === 0n || length === 0) {
			return;
		}

		const {location, kind} = this.#state;
		const more = Number(times) * length;
		this.#advance(more, position);
		if (kind === 'final' && location.absolute === undefined && !location.section.attributes.nobits) {
			location.section.repeat(at, length, Number(times));
		}
	}

	#fill(bytes: readonly number[], times: number, position: Position, isSpace: boolean): void {
		if (times > 0) {
			const at = this.#state.location.offset;
			this.#write([{kind: 'bytes', bytes}], bytes.length, position, isSpace);
			this.#copy(at, bytes.length, BigInt(times - 1), position);
		}
	}

	/** Moves on, and remembers which line the bytes belong to. */
	#advance(length: number, position: Position): void {
		const {location, diagnostics, limits, kind} = this.#state;
		const at = location.offset;
		if (!location.advance(length)) {
			diagnostics.fatal(position, `the output is longer than ${limits.outputBytes} bytes`);
		}

		if (kind !== 'final' || length === 0 || location.absolute !== undefined) {
			return;
		}

		const last = this.written.at(-1);
		const section = location.section.number;
		if (last?.file === position.file && last.line === position.line && last.section === section && last.at + last.length === at) {
			last.length += length;
		} else {
			this.written.push({file: position.file, line: position.line, section, at, length});
		}
	}

	#equ(operands: readonly Operand[], label: Token | undefined, position: Position): void {
		const {symbols, diagnostics, kind} = this.#state;
		const [operand] = operands;
		if (label === undefined) {
			diagnostics.error(position, 'EQU not preceded by label');
		} else if (operands.length === 1 && (operand!.type & operandBits.immediate) !== 0 && !operand!.relative) {
			const name = label.text.startsWith('$') ? label.text.slice(1) : label.text;
			symbols.define(name, operand!.section, operand!.offset, {...position, column: label.column}, false, kind === 'final');
		} else {
			diagnostics.error(position, 'bad syntax for EQU');
		}
	}

	#reserve(size: number, count: Operand, times: bigint, position: Position): void {
		const {diagnostics, kind} = this.#state;
		const place = {...position, column: count.column};
		if (count.forward) {
			diagnostics.warning(place, 'forward reference in RESx can have unpredictable results', 'forward');
			return;
		}

		if (count.unknown || count.section !== undefined) {
			diagnostics.error(place, 'attempt to reserve non-constant quantity of BSS space');
			return;
		}

		if (count.offset < 0n) {
			diagnostics.error(place, `the number of bytes to reserve, ${count.offset}, is negative`);
			return;
		}

		const total = count.offset * BigInt(size) * times;
		if (total > BigInt(Number.MAX_SAFE_INTEGER)) {
			diagnostics.fatal(place, `the output is longer than ${this.#state.limits.outputBytes} bytes`);
		}

		this.reserveBytes(Number(total), kind === 'final' ? position : place);
	}

	#data(items: readonly DataItem[], size: number, position: Position): number {
		return items.reduce((sum, item) => sum + this.#dataItem(item, size, position), 0);
	}

	#dataItem(item: DataItem, size: number, position: Position): number {
		switch (item.kind) {
			case 'string': {
				const padding = (size - item.bytes.length % size) % size;
				this.#write([{kind: 'bytes', bytes: [...item.bytes, ...Array.from({length: padding}, () => 0)]}], item.bytes.length + padding, position, false);
				return item.bytes.length + padding;
			}

			case 'reserve': {
				this.reserveBytes(size, position);
				return size;
			}

			case 'repeat': {
				const before = this.#state.location.offset;
				this.#repeat(BigInt(item.count), position, false, () => this.#data(item.items, size, position));
				return this.#state.location.offset - before;
			}

			default: {
				this.#number(item.value, size, {...position, column: item.column});
				return size;
			}
		}
	}

	#number(value: Value, size: number, position: Position): void {
		const {location, kind} = this.#state;
		const at = location.offset;
		this.#advance(size, position);
		if (kind === 'final' && this.#mayWrite(position, false)) {
			const placed = {
				value: value.constant,
				add: value.sections.find(term => term.factor === 1n)?.key,
				subtract: value.sections.find(term => term.factor === -1n)?.key,
			};
			this.#store(placed, size, at, 'either', position);
		}
	}

	#prefixes(prefixes: Prefixes, position: Position): number {
		const bytes = encodePrefixes(prefixes, this.#state.location.bits);
		if (prefixes.lock !== undefined && this.#state.kind === 'final') {
			this.#state.diagnostics.warning(position, 'instruction is not lockable', 'prefix-lock');
		}

		this.#write([{kind: 'bytes', bytes}], bytes.length, position, false);
		return bytes.length;
	}

	#instruction(written: Instruction, position: Position): number {
		const {location, diagnostics, kind} = this.#state;
		const place = {...position, column: written.column};
		const {bits} = location;
		const {size, instruction, impossible} = chooseAddressSize(written, bits);
		const found = findForm(instruction, bits, (form, candidate) => this.#isNear(form, candidate, size));
		if (impossible) {
			diagnostics.error(place, 'impossible combination of address sizes');
		}

		if (typeof found === 'string') {
			if (kind === 'final') {
				diagnostics.error(place, found);
			}

			return 0;
		}

		const encoded = encode(found.form, found.instruction, bits, size);
		this.#sayWarnings(encoded, place);
		this.#sayErrors(encoded, true, found.instruction, place);
		this.#write(encoded.pieces, encoded.length, place, false);
		if (kind === 'final') {
			this.#sayErrors(encoded, false, found.instruction, place);
		}

		return encoded.length;
	}

	#sayErrors(encoded: Encoded, early: boolean, instruction: Instruction, place: Position): void {
		for (const error of encoded.errors.filter(item => item.early === early)) {
			const operand = instruction.operands.find(({address}) => address !== undefined) ?? instruction.operands[0];
			this.#state.diagnostics.error({...place, column: operand?.column ?? place.column}, error.message);
		}
	}

	#sayWarnings(encoded: Encoded, place: Position): void {
		const {diagnostics, kind} = this.#state;
		for (const warning of encoded.warnings.filter(({early}) => early || kind === 'final')) {
			diagnostics.warning(place, warning.message, warning.name);
		}
	}

	/** Whether a byte reaches the target of a jump. Of a target not known yet one hopes so. */
	#isNear(form: Form, instruction: Instruction, addressSize: 16 | 32): boolean {
		const {location} = this.#state;
		const target = instruction.operands[0]!;
		if ((target.type & operandBits.strict) !== 0) {
			return false;
		}

		if (target.unknown) {
			return true;
		}

		const {length} = encode(form, instruction, location.bits, addressSize);
		const distance = target.offset - BigInt(location.offset + length);
		return target.section === location.sectionNumber && location.sectionNumber !== undefined && distance >= -128n && distance <= 127n;
	}

	/** Writes pieces at the current place, and moves on behind them. */
	#write(pieces: readonly Piece[], length: number, position: Position, isSpace: boolean): void {
		const {location, kind} = this.#state;
		const start = location.offset;
		this.#advance(length, position);
		if (kind !== 'final' || length === 0 || !this.#mayWrite(position, isSpace)) {
			return;
		}

		let at = start;
		for (const piece of pieces) {
			if (piece.kind === 'bytes') {
				location.section.write(piece.bytes, at);
				at += piece.bytes.length;
			} else {
				this.#storePiece(piece, at, start + length, position);
				at += piece.size;
			}
		}
	}

	/** Whether bytes can be put here; says so if not. */
	#mayWrite(position: Position, isSpace: boolean): boolean {
		const {location, diagnostics} = this.#state;
		if (location.absolute !== undefined) {
			if (!isSpace) {
				diagnostics.error(position, 'attempt to assemble code in [ABSOLUTE] space');
			}

			return false;
		}

		if (location.section.attributes.nobits) {
			if (!isSpace) {
				diagnostics.warning(position, 'attempt to initialize memory in a nobits section: ignored', 'other');
			}

			return false;
		}

		return true;
	}

	#storePiece(piece: Piece & {readonly kind: 'number' | 'distance'}, at: number, end: number, position: Position): void {
		const {location, diagnostics} = this.#state;
		const {operand, size} = piece;
		const own = location.section.number;
		if (piece.kind === 'number') {
			if (piece.overflow !== undefined) {
				diagnostics.warning(position, piece.overflow, 'number-overflow');
			}

			this.#store({value: operand.offset, add: operand.section, subtract: operand.relative ? own : undefined}, size, at, piece.range, position);
			return;
		}

		const distance = operand.offset - BigInt(end);
		const sameSection = operand.section === own;
		if (size === 1 && sameSection && (distance < -128n || distance > 127n)) {
			diagnostics.error({...position, column: operand.column}, 'short jump is out of range');
		}

		const subtract = sameSection ? undefined : own;
		this.#store({value: distance, add: sameSection || isFixedAddress(operand) ? undefined : operand.section, subtract}, size, at, 'signed', position);
	}

	#store({value, add, subtract}: Placed, size: number, at: number, range: Range, position: Position): void {
		const {location, diagnostics} = this.#state;
		const fixed = add === undefined && subtract === undefined;
		if (fixed && exceeds(value, size, range)) {
			diagnostics.warning(position, `${sizeNames[size]} data exceeds bounds`, 'number-overflow');
		}

		location.section.writeNumber(value, size, at);
		if (!fixed) {
			location.section.fixups.push({at, bytes: size, value, add, subtract});
		}
	}
}

