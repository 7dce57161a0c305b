// What a virsh command is, and how the words after its name become options. Source: libvirt 9.0 tools/vsh.c (vshCmddefGetOption,
// vshCommandParse, vshCommandCheckOpts).

import type {Json} from '../../base/json.js';
import {parseKib} from '../../model/hypervisor/memory-size.js';
import type {Answer, DomainDocument, LibvirtRequest, NodeDocument} from '../libvirt/request.js';
import type {Blocking, Output} from '../standard-io.js';
import type {Process} from '../../model/kernel/program.js';

export type VirshOption = {
	readonly name: string;
	/** `flag` takes no value; `rest` takes all words that are left. */
	readonly kind: 'flag' | 'text' | 'number' | 'rest';
	readonly isRequired?: boolean;
	/** It may stand without its name, in the order of the table. */
	readonly isPositional?: boolean;
	readonly help: string;
};

export type VirshCommand = {
	readonly name: string;
	/** One line for `virsh help`. */
	readonly info: string;
	readonly options: readonly VirshOption[];
	/** Answers whether it succeeded. */
	readonly run: (virsh: Virsh, given: Given) => Blocking<boolean>;
};

export type Connection = {ask(request: LibvirtRequest): Blocking<Answer>};

export type Call = {readonly command: VirshCommand; readonly given: Given};

/** Options of one call, by name. */
export class Given {
	readonly #values: ReadonlyMap<string, readonly string[]>;

	constructor(values: ReadonlyMap<string, readonly string[]>) {
		this.#values = values;
	}

	has(name: string): boolean {
		return this.#values.has(name);
	}

	text(name: string): string | undefined {
		return this.#values.get(name)?.at(-1);
	}

	all(name: string): readonly string[] {
		return this.#values.get(name) ?? [];
	}
}

/** A running virsh: where it prints, and whom it asks. */
export class Virsh {
	readonly process: Process;
	readonly out: Output;
	readonly isQuiet: boolean;
	readonly #errors: Output;
	readonly #connection: Connection;

	constructor(options: {readonly process: Process; readonly out: Output; readonly errors: Output; readonly isQuiet: boolean; readonly connection: Connection}) {
		this.process = options.process;
		this.out = options.out;
		this.isQuiet = options.isQuiet;
		this.#errors = options.errors;
		this.#connection = options.connection;
	}

	print(text: string): Blocking<void> {
		return this.out.print(text);
	}

	/** What `-q` leaves out. */
	* printExtra(text: string): Blocking<void> {
		if (!this.isQuiet) {
			yield * this.out.print(text);
		}
	}

	/** `error: ` lines; the answer is false, for `return yield * virsh.fail(...)`. */
	* fail(...messages: readonly string[]): Blocking<false> {
		yield * this.out.flush();
		for (const message of messages) {
			yield * this.#errors.print(`error: ${message}\n`);
		}

		yield * this.#errors.flush();
		return false;
	}

	ask(request: LibvirtRequest): Blocking<Answer> {
		return this.#connection.ask(request);
	}

	/** The value, or undefined after the refusal was told, behind a line of its own if there is one. */
	* need<T>(request: LibvirtRequest, headline?: string): Blocking<{readonly value: T} | undefined> {
		const answer = yield * this.ask(request);
		if ('refusal' in answer) {
			yield * this.fail(...headline === undefined ? [] : [headline], answer.refusal);
			return undefined;
		}

		return {value: answer.value as T & Json};
	}

	* node(): Blocking<NodeDocument> {
		const answer = yield * this.ask({call: 'node'});
		return ('value' in answer ? answer.value : undefined) as NodeDocument;
	}

	/** The domain that the option `domain` names, by id, uuid or name. */
	* domain(given: Given): Blocking<DomainDocument | undefined> {
		const key = given.text('domain')!;
		const answer = yield * this.ask({call: 'domain', name: key});
		if ('refusal' in answer) {
			yield * this.fail(...answer.refusal.startsWith('Domain not found') ? [`failed to get domain '${key}'`] : [answer.refusal]);
			return undefined;
		}

		return answer.value as DomainDocument;
	}

	/** A whole number, or undefined after the complaint. */
	* number(given: Given, name: string): Blocking<number | undefined> {
		const text = given.text(name) ?? '';
		if (/^\d{1,9}$/v.test(text)) {
			return Number(text);
		}

		yield * this.fail(`Numeric value '${text}' for <${name}> option is malformed or out of range`);
		return undefined;
	}

	/** A size in KiB, as `512M` or `4G`; without a unit it is KiB already. */
	* kib(given: Given, name: string): Blocking<number | undefined> {
		const text = given.text(name) ?? '';
		const found = /^(?<digits>\d+)(?<unit>[A-Za-z]*)$/v.exec(text)?.groups;
		const kib = found === undefined ? undefined : parseKib(found['digits']!, found['unit']! === '' ? 'KiB' : found['unit']!);
		if (kib === undefined) {
			yield * this.fail(`Scaled numeric value '${text}' for <${name}> option is malformed or out of range`);
		}

		return kib;
	}
}

/** The options that words give to a command, or what is wrong with them. */
export function parseOptions(command: VirshCommand, words: readonly string[]): Given | string {
	const values = new Map<string, string[]>();
	const give = (name: string, value: string) => {
		values.set(name, [...values.get(name) ?? [], value]);
	};

	const positional = () => command.options.find(option => option.isPositional === true && (!values.has(option.name) || option.kind === 'rest'));
	let areOptionsOver = false;
	for (let at = 0; at < words.length; at++) {
		const word = words[at]!;
		if (!areOptionsOver && word === '--') {
			areOptionsOver = true;
		} else if (!areOptionsOver && /^--[^\-]/v.test(word)) {
			const [name = '', attached] = word.slice(2).split(/=(?<value>.*)/sv, 2);
			const option = command.options.find(candidate => candidate.name === name);
			if (option === undefined) {
				return `command '${command.name}' doesn't support option --${name}`;
			}

			if (option.kind === 'flag') {
				if (attached !== undefined) {
					return `invalid '=' after option --${name}`;
				}

				give(name, '');
				continue;
			}

			const value = attached ?? words[++at];
			if (value === undefined) {
				return `expected syntax: --${name} <${option.kind === 'number' ? 'number' : 'string'}>`;
			}

			give(name, value);
		} else {
			const option = positional();
			if (option === undefined) {
				return `unexpected data '${word}'`;
			}

			give(option.name, word);
		}
	}

	const missing = command.options.find(option => option.isRequired === true && !values.has(option.name));
	return missing === undefined ? new Given(values) : `command '${command.name}' requires <${missing.name}> option`;
}

export const domainOption: VirshOption = {name: 'domain', kind: 'text', isRequired: true, isPositional: true, help: 'domain name, id or uuid'};

export function flag(name: string, help: string): VirshOption {
	return {name, kind: 'flag', help};
}

export const impactOptions: readonly VirshOption[] = [flag('config', 'affect next boot'), flag('live', 'affect running domain'), flag('current', 'affect current domain')];

/** Which states --live, --config and --current mean; undefined after the complaint. */
export function * readImpact(virsh: Virsh, given: Given): Blocking<{readonly live: boolean; readonly config: boolean} | undefined> {
	for (const other of ['live', 'config']) {
		if (given.has('current') && given.has(other)) {
			yield * virsh.fail(`Options --current and --${other} are mutually exclusive`);
			return undefined;
		}
	}

	return {live: given.has('live'), config: given.has('config')};
}
