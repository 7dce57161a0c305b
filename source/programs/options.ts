// One parser of options for all programs, after getopt_long(3): clusters of short ones, long ones that may be shortened, `--`,
// values attached or following. What it does not know it refuses in the words of the C library that the program is linked with:
// glibc's for GNU programs, musl's for BusyBox (Alpine). Help texts are made from the same table, so that they list exactly the
// options that are modelled.

import type {Flavour} from '../model/kernel/program.js';

export type Option = {
	/** One letter; further letters are other names of it. */
	readonly short?: string;
	/** Without dashes; further names after commas. */
	readonly long?: string;
	/** What the value is called in the help, for options that take one. */
	readonly value?: string;
	/** The value may be left out; then it can only be attached (`--color=always`, `-i.bak`). */
	readonly optional?: boolean;
	/** Only the long form takes the value. */
	readonly longValue?: boolean;
	readonly help: string;
	/** Known to one family only. */
	readonly only?: Flavour;
};

export type Command<Name extends string> = {
	readonly name: string;
	/** What follows `Usage: NAME`, one text for each line. */
	readonly usage: readonly string[];
	readonly summary: string;
	readonly options: Readonly<Record<Name, Option>>;
	/** Exit status of a usage error of the GNU program; BusyBox always has 1. */
	readonly usageStatus?: number;
	/** Options end at the first operand (`env`, `xargs`, `timeout`). */
	readonly stopAtOperand?: boolean;
	/** `-5` is the value of this option (`head -5`). */
	readonly numberOption?: Name;
	/** `-5` is an operand (`seq -5 5`). */
	readonly negativeOperands?: boolean;
	/** What `--version` of the GNU program says in its first line. */
	readonly version?: string;
	/** What the GNU program prints after the message of a usage error, where it is not coreutils' `Try '...'`. */
	readonly hint?: (calledAs: string) => string;
};

export type Given<Name extends string> = {readonly name: Name; readonly value: string | undefined};

export type ParsedOptions<Name extends string> =
	| {readonly kind: 'parsed'; readonly given: readonly Given<Name>[]; readonly operands: readonly string[]}
	| {readonly kind: 'help' | 'version'}
	| {readonly kind: 'error'; readonly message: string};

type Words = {
	readonly unknownShort: (letter: string) => string;
	readonly unknownLong: (name: string) => string;
	readonly missingShort: (letter: string) => string;
	readonly missingLong: (name: string) => string;
	readonly surplus: (name: string) => string;
	readonly ambiguous: (name: string, candidates: readonly string[]) => string;
};

const words: Readonly<Record<Flavour, Words>> = {
	gnu: {
		unknownShort: letter => `invalid option -- '${letter}'`,
		unknownLong: name => `unrecognized option '--${name}'`,
		missingShort: letter => `option requires an argument -- '${letter}'`,
		missingLong: name => `option '--${name}' requires an argument`,
		surplus: name => `option '--${name}' doesn't allow an argument`,
		ambiguous: (name, candidates) => `option '--${name}' is ambiguous; possibilities:${candidates.map(candidate => ` '--${candidate}'`).join('')}`,
	},
	busybox: {
		unknownShort: letter => `unrecognized option: ${letter}`,
		unknownLong: name => `unrecognized option: ${name}`,
		missingShort: letter => `option requires an argument: ${letter}`,
		missingLong: name => `option requires an argument: ${name}`,
		surplus: name => `option does not take an argument: ${name}`,
		ambiguous: name => `option is ambiguous: ${name}`,
	},
};

/** Sorts the arguments (without argv[0]) into options and operands. */
export function parseOptions<Name extends string>(command: Command<Name>, args: readonly string[], flavour: Flavour): ParsedOptions<Name> {
	return new OptionParser(command, args, flavour).parse();
}

class OptionParser<Name extends string> {
	readonly #command: Command<Name>;
	readonly #args: readonly string[];
	readonly #words: Words;
	readonly #options: ReadonlyArray<readonly [Name, Option]>;
	readonly #given: Given<Name>[] = [];
	readonly #operands: string[] = [];
	#at = 0;
	#special: 'help' | 'version' | undefined;

	constructor(command: Command<Name>, args: readonly string[], flavour: Flavour) {
		this.#command = command;
		this.#args = args;
		this.#words = words[flavour];
		this.#options = (Object.entries(command.options) as [Name, Option][]).filter(([, option]) => option.only === undefined || option.only === flavour);
	}

	parse(): ParsedOptions<Name> {
		while (this.#at < this.#args.length) {
			const argument = this.#args[this.#at++]!;
			if (argument === '--') {
				this.#operands.push(...this.#args.slice(this.#at));
				break;
			}

			if (this.#isOperand(argument)) {
				if (this.#command.stopAtOperand === true) {
					this.#operands.push(...this.#args.slice(this.#at - 1));
					break;
				}

				this.#operands.push(argument);
				continue;
			}

			const message = argument.startsWith('--') ? this.#long(argument.slice(2)) : this.#shorts(argument.slice(1));
			if (message !== undefined) {
				return {kind: 'error', message};
			}

			if (this.#special !== undefined) {
				return {kind: this.#special};
			}
		}

		return {kind: 'parsed', given: this.#given, operands: this.#operands};
	}

	#isOperand(argument: string): boolean {
		return !argument.startsWith('-') || argument === '-' || (this.#command.negativeOperands === true && /^-[.\d]/v.test(argument));
	}

	#shorts(cluster: string): string | undefined {
		const {numberOption} = this.#command;
		const digits = numberOption === undefined ? undefined : /^\d+/v.exec(cluster)?.[0];
		if (digits !== undefined) {
			this.#given.push({name: numberOption!, value: digits});
			return digits.length < cluster.length ? this.#shorts(cluster.slice(digits.length)) : undefined;
		}

		const letter = String.fromCodePoint(cluster.codePointAt(0)!);
		const rest = cluster.slice(letter.length);
		const found = this.#options.find(([, option]) => option.short?.includes(letter));
		if (found === undefined) {
			return this.#words.unknownShort(letter);
		}

		const [name, option] = found;
		if (option.value === undefined || option.longValue === true) {
			this.#given.push({name, value: undefined});
			return rest === '' ? undefined : this.#shorts(rest);
		}

		if (rest !== '' || option.optional === true) {
			this.#given.push({name, value: rest === '' ? undefined : rest});
			return undefined;
		}

		const value = this.#args[this.#at++];
		if (value === undefined) {
			return this.#words.missingShort(letter);
		}

		this.#given.push({name, value});
		return undefined;
	}

	#long(text: string): string | undefined {
		const equals = text.indexOf('=');
		const written = equals < 0 ? text : text.slice(0, equals);
		const attached = equals < 0 ? undefined : text.slice(equals + 1);
		const known = [...this.#options.flatMap(([name, option]) => (option.long ?? '').split(',').filter(long => long !== '').map(long => ({long, name, option}))), {long: 'help'}, {long: 'version'}];
		const exact = known.find(({long}) => long === written);
		const candidates = exact === undefined ? known.filter(({long}) => long.startsWith(written)) : [exact];
		const [found] = candidates;
		if (found === undefined || written === '') {
			return this.#words.unknownLong(written);
		}

		if (candidates.length > 1 && new Set(candidates.map(candidate => 'name' in candidate ? candidate.name : candidate.long)).size > 1) {
			return this.#words.ambiguous(written, candidates.map(({long}) => long));
		}

		if (!('option' in found)) {
			this.#special = found.long as 'help' | 'version';
			return undefined;
		}

		return this.#longValue(found, attached);
	}

	#longValue({long, name, option}: {readonly long: string; readonly name: Name; readonly option: Option}, attached: string | undefined): string | undefined {
		if (option.value === undefined) {
			if (attached !== undefined) {
				return this.#words.surplus(long);
			}

			this.#given.push({name, value: undefined});
			return undefined;
		}

		const value = attached ?? (option.optional === true ? undefined : this.#args[this.#at++]);
		if (value === undefined && option.optional !== true) {
			return this.#words.missingLong(long);
		}

		this.#given.push({name, value});
		return undefined;
	}
}

/** The help of a GNU program, listing what is modelled. */
export function gnuHelp(command: Command<string>, calledAs: string): string {
	const usage = command.usage.map((line, index) => `${index === 0 ? 'Usage:' : '  or: '} ${calledAs}${line === '' ? '' : ` ${line}`}\n`).join('');
	const options = optionLines(command, 'gnu');
	return `${usage}${command.summary}\n${options === '' ? '' : `\n${options}`}`;
}

const busyboxBanner = 'BusyBox v1.36.1 (2023-11-07 18:53:09 UTC) multi-call binary.';

/** The help of a BusyBox applet, which also follows every usage error. */
export function busyboxHelp(command: Command<string>): string {
	const usage = command.usage.map((line, index) => `${index === 0 ? 'Usage:' : '   or:'} ${command.name}${line === '' ? '' : ` ${line}`}\n`).join('');
	const options = optionLines(command, 'busybox');
	return `${busyboxBanner}\n\n${usage}\n${command.summary}\n${options === '' ? '' : `\n${options}`}`;
}

function optionLines(command: Command<string>, flavour: Flavour): string {
	const rows = Object.values(command.options).filter(option => option.only === undefined || option.only === flavour).map(option => {
		const short = [...option.short ?? ''].map(letter => `-${letter}`).join(', ');
		const value = option.value === undefined ? '' : (option.optional === true ? `[=${option.value}]` : `=${option.value}`);
		const long = (option.long ?? '').split(',').filter(name => name !== '').map(name => `--${name}${value}`).join(', ');
		const names = long === '' ? `${short}${option.value === undefined ? '' : ` ${option.value}`}` : `${short === '' ? '    ' : `${short}, `}${long}`;
		return {names, help: option.help};
	});
	return rows.map(({names, help}) => `  ${names.length > 24 ? `${names}\n${' '.repeat(28)}` : names.padEnd(26)}${help}\n`).join('');
}
