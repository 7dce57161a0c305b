// The state of a running awk program: global variables, the record and its fields, input files.

import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import type {PosixRegex} from '../../base/posix-regex.js';
import type {Blocking, Output} from '../standard-io.js';
import {printTo} from '../standard-io.js';
import {RecordReader, splitFields} from './records.js';
import {Streams} from './streams.js';
import type {Expression, LeftValue} from './syntax.js';
import {awkRegex, inputValue, toNumber, toText, type Cell, type Value} from './values.js';

/** What the built-in functions need of the interpreter. */
export type AwkHost = {
	readonly machine: Machine;
	evaluate(expression: Expression): Blocking<Value>;
	assign(target: LeftValue, value: Value): Blocking<void>;
	array(name: string): Map<string, Value> | undefined;
	cell(name: string): Cell;
	regexOf(expression: Expression): Blocking<PosixRegex | undefined>;
};

const textMax = 4 * 1024 * 1024;
const elementsMax = 500_000;
const fieldsMax = 32_767;

export class Machine {
	/** What ended the program, in words for a message. */
	problem: string | undefined;
	readonly process: Process;
	readonly out: Output;
	readonly streams: Streams;
	/** Of rand(); see functions.ts. */
	seed = 1;
	previousSeed = 1;
	readonly #globals = new Map<string, Cell>();
	#record = '';
	/** Undefined until the record's fields are needed. */
	#fields: Value[] | undefined = [];
	#recordIsStale = false;
	#reader: RecordReader | undefined;
	#argument = 1;
	#usedInput = false;
	status = 0;

	constructor(process: Process, out: Output) {
		this.process = process;
		this.out = out;
		this.streams = new Streams(process, out);
		for (const [name, value] of Object.entries({NR: 0, FNR: 0, NF: 0, FS: ' ', OFS: ' ', ORS: '\n', RS: '\n', SUBSEP: '\u001C', CONVFMT: '%.6g', OFMT: '%.6g', RSTART: 0, RLENGTH: -1, FILENAME: ''})) {
			this.#globals.set(name, {value, array: undefined});
		}

		this.#globals.set('ENVIRON', {value: undefined, array: new Map([...process.env].map(([name, value]) => [name, inputValue(value)]))});
	}

	global(name: string): Cell {
		let cell = this.#globals.get(name);
		if (cell === undefined) {
			cell = {value: undefined, array: undefined};
			this.#globals.set(name, cell);
		}

		return cell;
	}

	setGlobal(name: string, value: Value): void {
		const cell = this.global(name);
		cell.value = value;
		this.assigned(name, cell);
	}

	setArguments(args: readonly string[]): void {
		this.setGlobal('ARGC', args.length);
		this.global('ARGV').array = new Map(args.map((argument, index) => [String(index), inputValue(argument)]));
	}

	isSpecial(name: string): boolean {
		return name === 'NF';
	}

	read(name: string, cell: Cell): Value {
		if (name === 'NF' && cell === this.#globals.get('NF')) {
			this.#split();
			return cell.value;
		}

		if (cell.array !== undefined) {
			this.problem ??= `can't use array '${name}' as a value`;
		}

		return cell.value;
	}

	/** Assigning to NF cuts or extends the record. */
	assigned(name: string, cell: Cell): void {
		if (name !== 'NF' || cell !== this.#globals.get('NF')) {
			return;
		}

		const value = cell.value;
		this.#split();
		const count = Math.max(0, Math.min(fieldsMax, Math.trunc(toNumber(value))));
		this.#fields = Array.from({length: count}, (_, index) => this.#fields![index] ?? '');
		cell.value = count;
		this.#recordIsStale = true;
	}

	text(name: string): string {
		return this.textOf(this.global(name).value);
	}

	textOf(value: Value, format = '%.6g'): string {
		return typeof value === 'number' && !Number.isInteger(value) ? toText(value, format === '%.6g' ? toText(this.#globals.get('CONVFMT')!.value, '%.6g') : format) : toText(value, format);
	}

	/** A text that is not too long to be kept. */
	bounded(text: string): string {
		if (text.length > textMax) {
			this.problem ??= 'out of memory';
			return '';
		}

		return text;
	}

	regex(source: string): PosixRegex | undefined {
		const regex = awkRegex(source);
		if ('error' in regex) {
			this.problem ??= `regular expression compile failed (${regex.error})\n${source}`;
			return undefined;
		}

		return regex;
	}

	setElement(array: Map<string, Value> | undefined, key: string, value: Value): void {
		if (array !== undefined && array.size >= elementsMax && !array.has(key)) {
			this.problem ??= 'out of memory';
			return;
		}

		array?.set(key, value);
	}

	// The record

	setRecord(text: string): void {
		this.#record = text;
		this.#recordIsStale = false;
		this.#fields = undefined;
	}

	/** The text of a field; 0 is the record. */
	field(index: number): string {
		return this.textOf(this.fieldValue(index));
	}

	fieldValue(index: number): Value {
		if (index < 0 || Number.isNaN(index)) {
			this.problem ??= `negative field index $${index}`;
			return '';
		}

		if (index === 0) {
			if (this.#recordIsStale) {
				this.#record = this.#fields!.map(value => this.textOf(value)).join(this.text('OFS'));
				this.#recordIsStale = false;
			}

			return inputValue(this.#record);
		}

		this.#split();
		return this.#fields![index - 1];
	}

	setField(index: number, value: Value): void {
		if (index < 0 || index > fieldsMax) {
			this.problem ??= index < 0 ? `negative field index $${index}` : 'out of memory';
			return;
		}

		if (index === 0) {
			this.setRecord(this.textOf(value));
			return;
		}

		this.#split();
		while (this.#fields!.length < index) {
			this.#fields!.push('');
		}

		this.#fields![index - 1] = value;
		this.#globals.get('NF')!.value = this.#fields!.length;
		this.#recordIsStale = true;
	}

	#split(): void {
		if (this.#fields === undefined) {
			this.#fields = splitFields(this.#record, this.text('FS'), this.text('RS') === '').map(field => inputValue(field));
			this.#globals.get('NF')!.value = this.#fields.length;
		}
	}

	// Input

	countRecord(): void {
		this.setGlobal('NR', toNumber(this.global('NR').value) + 1);
	}

	/** The next record of the files in ARGV, or of standard input. */
	* nextRecord(): Blocking<string | undefined> {
		for (;;) {
			if (this.#reader === undefined && !(yield * this.#openNext())) {
				return undefined;
			}

			const record = yield * this.#reader!.next(this.text('RS'));
			if (failed(record)) {
				this.status = 2;
				yield * printTo(this.process, 2, `${this.process.argv[0] ?? 'awk'}: read failure on ${this.text('FILENAME')} (${errorTextOf(record)})\n`);
			} else if (record !== undefined) {
				this.countRecord();
				this.setGlobal('FNR', toNumber(this.global('FNR').value) + 1);
				return record;
			}

			this.skipFile();
		}
	}

	skipFile(): void {
		this.#reader?.close();
		this.#reader = undefined;
	}

	* #openNext(): Blocking<boolean> {
		const argv = this.global('ARGV').array;
		while (this.#argument < toNumber(this.global('ARGC').value)) {
			const argument = toText(argv?.get(String(this.#argument++)), '%.6g');
			const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/v.exec(argument);
			if (assignment !== null) {
				this.setGlobal(assignment[1]!, inputValue(assignment[2]!));
			} else if (argument !== '' && (yield * this.#open(argument))) {
				return true;
			}
		}

		if (this.#usedInput) {
			return false;
		}

		return yield * this.#open('-');
	}

	* #open(path: string): Blocking<boolean> {
		this.#usedInput = true;
		const fd = path === '-' ? 0 : this.process.sys.open(path, {read: true});
		if (failed(fd)) {
			this.status = 2;
			const name = this.process.argv[0] ?? 'awk';
			yield * printTo(this.process, 2, this.process.flavour === 'gnu' ? `${name}: cannot open "${path}" (${errorTextOf(fd)})\n` : `awk: ${path}: ${errorTextOf(fd)}\n`);
			return false;
		}

		this.#reader = new RecordReader(this.process, fd);
		this.setGlobal('FILENAME', path === '-' ? '' : path);
		this.setGlobal('FNR', 0);
		return true;
	}
}
