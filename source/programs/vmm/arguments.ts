// What the subcommands of `vmm` read of their arguments, and how they complain.

import type {ExitStatus, Process} from '../../model/kernel/program.js';
import {type Option, parseOptions} from '../options.js';
import {type Blocking, printTo} from '../standard-io.js';

export type Arguments<Name extends string> = {readonly operands: readonly string[]; readonly value: (name: Name) => string | undefined; readonly has: (name: Name) => boolean};

export const nameOption = {long: 'name', value: 'NAME', help: 'which machine'} as const satisfies Option;

/** `vmm: message` and a status. */
export function * complain(process: Process, message: string, status: ExitStatus = 1): Blocking<ExitStatus> {
	yield * printTo(process, 2, `vmm: ${message}\n`);
	return status;
}

/** The options and between `least` and `most` operands, or the status of a complaint. */
export function * readArguments<Name extends string>(
	process: Process, args: readonly string[], {name, options, usage, operands: [least, most]}: {readonly name: string; readonly options: Readonly<Record<Name, Option>>; readonly usage: string; readonly operands: readonly [number, number]},
): Blocking<Arguments<Name> | ExitStatus> {
	const parsed = parseOptions<Name>({name: `vmm ${name}`, usage: [usage], summary: '', options}, args, 'gnu');
	if (parsed.kind !== 'parsed' || parsed.operands.length < least || parsed.operands.length > most) {
		const isHelp = parsed.kind === 'help';
		yield * printTo(process, isHelp ? 1 : 2, `${parsed.kind === 'error' ? `vmm: ${parsed.message}\n` : ''}Usage: vmm ${name} ${usage}\n`);
		return isHelp ? 0 : 2;
	}

	return {operands: parsed.operands, value: wanted => parsed.given.findLast(given => given.name === wanted)?.value, has: wanted => parsed.given.some(given => given.name === wanted)};
}

/** A whole number, decimal or hexadecimal, within bounds; undefined if it is none. */
export function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
	const number = text !== undefined && /^(?:0x[\da-f]+|\d+)$/iv.test(text) ? Number(text) : Number.NaN;
	return number >= least && number <= most ? number : undefined;
}
