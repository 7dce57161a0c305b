// Flags of a command as data, and the reading of their values. Source: spf13/pflag; docker/cli opts/; errors in their words.

import {parseDuration} from '../go/duration.js';
import {ramInBytes} from '../go/size.js';

/** The type as help shows it; `bool` takes no value. What may be given several times: scale, list, strings, stringArray, map, filter, ... */
export type FlagType =
	| 'bool' | 'string' | 'int' | 'uint16' | 'duration' | 'bytes' | 'decimal'
	| 'scale' | 'list' | 'strings' | 'stringArray' | 'map' | 'filter' | 'mount' | 'network' | 'ulimit' | 'gpu-request';

export type FlagSpec = {
	readonly name: string;
	readonly type: FlagType;
	readonly usage: string;
	readonly short?: string;
	/** As help shows it; strings without the quotes. */
	readonly default?: string;
	/** Exists in docker and is refused here. */
	readonly isMissing?: boolean;
	/** Not in the help text. */
	readonly isHidden?: boolean;
	/** Another name of that flag. */
	readonly aliasOf?: string;
	/** What the value must look like, beyond its type: the reason if it does not. */
	readonly check?: (value: string) => string | undefined;
};

export function flag(name: string, type: FlagType, usage: string, rest: Omit<FlagSpec, 'name' | 'type' | 'usage'> = {}): FlagSpec {
	return {name, type, usage, ...rest};
}

/** As error messages call it: `-t, --tag`. */
export function flagTitle({name, short}: FlagSpec): string {
	return short === undefined ? `--${name}` : `-${short}, --${name}`;
}

const truths: ReadonlyMap<string, boolean> = new Map([
	...['1', 't', 'T', 'TRUE', 'true', 'True'].map(word => [word, true] as const),
	...['0', 'f', 'F', 'FALSE', 'false', 'False'].map(word => [word, false] as const),
]);

export function parseTruth(text: string): boolean | undefined {
	return truths.get(text);
}

/** Why the flag cannot have this value, or `undefined`. */
export function valueProblem(spec: FlagSpec, text: string): string | undefined {
	return typeProblem(spec.type, text) ?? spec.check?.(text);
}

function typeProblem(type: FlagType, text: string): string | undefined {
	switch (type) {
		case 'bool': {
			return truths.has(text) ? undefined : `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`;
		}

		case 'int': {
			return integerOf(text) === undefined ? `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax` : undefined;
		}

		case 'uint16': {
			const number = integerOf(text);
			return number === undefined || number < 0 ? `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax` : (number > 65_535 ? `strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range` : undefined);
		}

		case 'duration': {
			const duration = parseDuration(text);
			return typeof duration === 'number' ? undefined : duration.error;
		}

		case 'bytes': {
			const size = text === '-1' ? -1 : ramInBytes(text);
			return typeof size === 'number' ? undefined : size.error;
		}

		case 'decimal': {
			const cpus = nanoCpus(text);
			return typeof cpus === 'number' ? undefined : cpus.error;
		}

		case 'filter': {
			return text === '' || text.includes('=') ? undefined : 'bad format of filter (expected name=value)';
		}

		default: {
			return undefined;
		}
	}
}

/** strconv.ParseInt with base 0: decimal, 0x, 0o, 0b and a leading 0 for octal. */
export function integerOf(text: string): number | undefined {
	const match = /^([\+\-]?)(?:0[xX]([\da-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9]\d*))$/v.exec(text);
	if (match === null) {
		return undefined;
	}

	const [, sign, hexadecimal, octal, binary, decimal] = match;
	const number = hexadecimal === undefined
		? (octal === undefined ? (binary === undefined ? Number(decimal) : Number.parseInt(binary, 2)) : Number.parseInt(octal, 8))
		: Number.parseInt(hexadecimal, 16);
	return Number.isSafeInteger(number) ? (sign === '-' ? -number : number) : undefined;
}

/** `--cpus`: a decimal or a fraction, in billionths of a processor (opts.ParseCPUs). */
export function nanoCpus(text: string): number | {readonly error: string} {
	const match = /^([\+\-]?\d+(?:\.\d*)?|[\+\-]?\.\d+)(?:\/(\d+))?$/v.exec(text);
	if (match === null || match[2] === '0') {
		return {error: `failed to parse ${text} as a rational number`};
	}

	const [whole = '', fraction = ''] = match[1]!.split('.');
	if (match[2] === undefined && fraction.replace(/0+$/v, '').length > 9) {
		return {error: 'value is too precise'};
	}

	const scaled = Number(`${whole === '' || whole === '-' || whole === '+' ? `${whole}0` : whole}${fraction.padEnd(9, '0').slice(0, 9)}`);
	const nano = match[2] === undefined ? scaled : scaled / Number(match[2]);
	return Number.isInteger(nano) ? nano : {error: 'value is too precise'};
}
