// `x` and `xp` of the monitor: memory as numbers, by memory_dump of QEMU 7.2 (monitor/misc.c).

import {readLinear, registersOf} from '../../model/hypervisor/guest-snapshot.js';
import type {GuestMachine} from '../../model/hypervisor/guest-machine.js';

type Size = 1 | 2 | 4 | 8;
/** How memory was shown last, which is how it is shown where nothing is said. */
export type Format = {readonly letter: string; readonly size: Size};
export const firstFormat: Format = {letter: 'x', size: 4};

/** More than this is not shown at once. */
const mostBytes = 65_536;
const sizes: Readonly<Record<string, Size>> = {b: 1, h: 2, w: 4, g: 8, L: 8};

export type Examined = {readonly text: string; readonly format: Format};

export function examine(guest: GuestMachine, command: 'x' | 'xp', rest: string, last: Format): Examined {
	const {count, letter, size, wrong, expression} = readFormat(rest, last);
	const hint = `Try "help ${command}" for more information\n`;
	if (wrong !== undefined) {
		return {text: `invalid char in format: '${wrong}'\n${hint}`, format: last};
	}

	const address = readExpression(guest, expression);
	if (typeof address === 'string') {
		return {text: `${address.replace('%', command)}\n${hint}`, format: last};
	}

	const format: Format = {letter, size};
	if (letter === 'i') {
		return {text: `virtlab: ${command} with the format i is not modelled\n`, format: last};
	}

	return {text: count * size > mostBytes ? `virtlab: more than ${mostBytes} bytes at once are not modelled\n` : dump(guest, command === 'xp', {address, count, ...format}), format};
}

function readFormat(rest: string, last: Format): Format & {readonly count: number; readonly wrong: string | undefined; readonly expression: string} {
	const given = /^\/(?<count>\d*)(?<letters>[oduxicbhwgL]*)(?<wrong>\S?)/v.exec(rest);
	const {count = '', letters = '', wrong = ''} = given?.groups ?? {};
	const letter = [...letters].findLast(one => sizes[one] === undefined) ?? last.letter;
	const sizeLetter = [...letters].findLast(one => sizes[one] !== undefined);
	return {
		count: count === '' ? 1 : Number(count), letter, size: sizeLetter === undefined ? last.size : sizes[sizeLetter]!,
		wrong: wrong === '' ? undefined : wrong, expression: rest.slice(given?.[0].length ?? 0).trim(),
	};
}

/** A sum of numbers and registers. Simplified: of QEMU's operators only + and - are known. */
function readExpression(guest: GuestMachine, text: string): number | string {
	const registers: Readonly<Record<string, number>> = registersOf(guest);
	let sum = 0;
	let rest = text;
	for (let sign = 1; ;) {
		const term = /^\s*(?<minus>-?)\s*(?:(?<number>0x[\da-f]+|\d+)|\$(?<register>\w+))\s*/iv.exec(rest);
		if (term === null) {
			const wrong = rest.trimStart()[0];
			return wrong === undefined ? 'unexpected end of expression' : `invalid char '${wrong}' in expression`;
		}

		const {minus, number = '', register} = term.groups!;
		const value = register === undefined ? Number(/^0\d/v.test(number) ? `0o${number}` : number) : registers[register.toUpperCase()];
		if (value === undefined || Number.isNaN(value)) {
			return register === undefined ? `virtlab: the number ${number} is not modelled` : 'unknown register';
		}

		sum += sign * (minus === '' ? value : -value);
		rest = rest.slice(term[0].length);
		if (rest === '') {
			return ((sum % 2 ** 32) + 2 ** 32) % 2 ** 32;
		}

		if (/^[*\/%\&\|\^]/v.test(rest)) {
			return `virtlab: the operator ${rest[0]!} is not modelled`;
		}

		if (!/^[+\-]/v.test(rest)) {
			return '%: extraneous characters at the end of line';
		}

		sign = rest.startsWith('+') ? 1 : -1;
		rest = rest.slice(1);
	}
}

function dump(guest: GuestMachine, isPhysical: boolean, {address, count, letter, size}: Format & {readonly address: number; readonly count: number}): string {
	const perLine = size === 1 ? 8 : 16;
	let text = '';
	for (let at = 0; at < count * size; at += perLine) {
		const where = (address + at) % 2 ** 32;
		const length = Math.min(perLine, count * size - at);
		const bytes = isPhysical ? guest.read(where, length) : readLinear(guest, where, length);
		text += `${where.toString(16).padStart(isPhysical ? 16 : 8, '0')}:`;
		if (bytes === undefined) {
			return `${text} Cannot access memory\n`;
		}

		text += `${items(bytes, letter === 'c' ? 1 : size).map(item => ` ${itemText(item, letter, size)}`).join('')}\n`;
	}

	return text;
}

function items(bytes: Uint8Array, size: Size): readonly bigint[] {
	return Array.from({length: bytes.length / size}, (_, index) => [...bytes.subarray(index * size, (index + 1) * size)].reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n));
}

function itemText(item: bigint, letter: string, size: Size): string {
	switch (letter) {
		case 'c': { return characterText(Number(item)); }
		case 'o': { return (item === 0n ? '0' : `0${item.toString(8)}`).padStart(Math.ceil(size * 8 / 3)); }
		case 'x': { return `0x${item.toString(16).padStart(size * 2, '0')}`; }
		default: { return (letter === 'd' ? BigInt.asIntN(64, item) : item).toString().padStart(Math.ceil(size * 80 / 33)); }
	}
}

const escapes: Readonly<Record<string, string>> = {'\'': '\\\'', '\\': '\\\\', '\n': '\\n', '\r': '\\r'};

function characterText(code: number): string {
	const character = String.fromCharCode(code);
	const plain = code >= 32 && code <= 126 ? character : `\\x${code.toString(16).padStart(2, '0')}`;
	return `'${escapes[character] ?? plain}'`;
}
