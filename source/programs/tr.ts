// tr(1): translates, squeezes or deletes characters. Like GNU tr it works on bytes.

import {bytesFromText} from '../base/byte-text.js';
import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {readBlock} from './standard-io.js';
import {tool} from './tool.js';

const options = {
	complement: {short: 'cC', long: 'complement', help: 'use the complement of SET1'},
	delete: {short: 'd', long: 'delete', help: 'delete characters in SET1, do not translate'},
	squeeze: {short: 's', long: 'squeeze-repeats', help: 'replace each sequence of a repeated character that is listed in the last specified SET, with a single occurrence of that character'},
	truncate: {short: 't', long: 'truncate-set1', help: 'first truncate SET1 to length of SET2', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {
	name: 'tr', usage: ['[OPTION]... STRING1 [STRING2]'], summary: 'Translate, squeeze, and/or delete characters from standard input,\nwriting to standard output.', options, stopAtOperand: true,
};

export const tr = tool(command, function * (t) {
	const [first, second] = t.operands;
	const deleting = t.has('delete');
	const squeezing = t.has('squeeze');
	if (first === undefined) {
		return yield * t.usageError('missing operand', undefined);
	}

	if (second === undefined && (deleting === squeezing)) {
		return yield * t.usageError(`missing operand after '${first}'\n${deleting ? 'Two strings must be given when both deleting and squeezing repeats.' : 'Two strings must be given when translating.'}`, undefined);
	}

	const most = deleting && !squeezing ? 1 : 2;
	if (t.operands.length > most) {
		return yield * t.usageError(`extra operand '${t.operands[most]!}'${most === 1 && t.operands.length === 2 ? '\nOnly one string may be given when deleting without squeezing repeats.' : ''}`, undefined);
	}

	const one = expandSet(first);
	const two = second === undefined ? undefined : expandSet(second, one.bytes.length);
	const refusal = one.error ?? two?.error;
	if (refusal !== undefined) {
		return yield * t.complain(refusal);
	}

	const set1 = t.has('complement') ? allBytes.filter(byte => !one.bytes.includes(byte)) : one.bytes;
	if (two !== undefined && two.bytes.length === 0 && !deleting && set1.length > 0 && !t.has('truncate')) {
		return yield * t.complain('when not truncating set1, string2 must be non-empty');
	}

	const mapping = deleting || two === undefined ? undefined : translation(set1, two.bytes, t.has('truncate'));
	const deleted = new Set(deleting ? set1 : []);
	const squeezed = new Set(squeezing ? two?.bytes ?? set1 : []);
	let last = -1;
	while (t.out.failed === undefined) {
		const block = yield * readBlock(t.process, 0);
		if (failed(block)) {
			return yield * t.complainCannot('read error', 'read error', block);
		}

		if (block.length === 0) {
			break;
		}

		const result: number[] = [];
		for (const byte of block) {
			if (deleted.has(byte)) {
				continue;
			}

			const translated = mapping?.[byte] ?? byte;
			if (translated !== last || !squeezed.has(translated)) {
				result.push(translated);
			}

			last = translated;
		}

		yield * t.out.write(Uint8Array.from(result));
	}

	return 0;
});

const allBytes: readonly number[] = Array.from({length: 256}, (_, byte) => byte);

function translation(from: readonly number[], to: readonly number[], truncate: boolean): readonly number[] {
	const mapping = [...allBytes];
	for (const [index, byte] of from.entries()) {
		const target = to[index] ?? (truncate ? undefined : to.at(-1));
		if (target !== undefined) {
			mapping[byte] = target;
		}
	}

	return mapping;
}

const classTests: Readonly<Record<string, RegExp>> = {
	alpha: /^[A-Za-z]$/v, digit: /^\d$/v, alnum: /^[0-9A-Za-z]$/v, upper: /^[A-Z]$/v, lower: /^[a-z]$/v, space: /^[\t\n\v\f\r ]$/v,
	blank: /^[\t ]$/v, punct: /^[!-\/:-@\[-`\{-~]$/v, print: /^[ -~]$/v, graph: /^[!-~]$/v, cntrl: /^[\x00-\x1F\x7F]$/v, xdigit: /^[0-9A-Fa-f]$/v,
};

const escapeBytes: Readonly<Record<string, number>> = {a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11};

type ByteSet = {readonly bytes: readonly number[]; readonly error?: string};

/** Expands ranges, classes, escapes and `[c*n]`; `length` is how far `[c*]` fills. */
function expandSet(text: string, length = 0): ByteSet {
	const source = [...bytesFromText(text)].map(byte => String.fromCharCode(byte)).join('');
	const bytes: number[] = [];
	let fill: {readonly at: number; readonly byte: number} | undefined;
	let at = 0;
	const character = (): number => {
		const match = /^\\(?:([0-7]{1,3})|([\s\S]))/v.exec(source.slice(at));
		if (match === null) {
			return source.charCodeAt(at++);
		}

		at += match[0].length;
		return match[1] === undefined ? escapeBytes[match[2]!] ?? match[2]!.charCodeAt(0) : Number.parseInt(match[1], 8) & 0xFF;
	};

	while (at < source.length) {
		const special = /^\[(?::([a-z]+):|=([\s\S])=|([\s\S])\*(\d*))\]/v.exec(source.slice(at));
		if (special !== null) {
			at += special[0].length;
			if (special[1] !== undefined) {
				const test = classTests[special[1]];
				if (test === undefined) {
					return {bytes, error: `invalid character class '${special[1]}'`};
				}

				bytes.push(...allBytes.filter(byte => byte < 128 && test.test(String.fromCharCode(byte))));
			} else if (special[2] !== undefined) {
				bytes.push(special[2].charCodeAt(0));
			} else if (special[4] === '' || Number(special[4]) === 0) {
				fill = {at: bytes.length, byte: special[3]!.charCodeAt(0)};
			} else {
				bytes.push(...new Array<number>(Math.min(65_536, Number.parseInt(special[4]!, special[4]!.startsWith('0') ? 8 : 10))).fill(special[3]!.charCodeAt(0)));
			}

			continue;
		}

		const start = at;
		const low = character();
		if (source[at] === '-' && at + 1 < source.length) {
			at++;
			const high = character();
			if (high < low) {
				return {bytes, error: `range-endpoints of '${source.slice(start, at)}' are in reverse collating sequence order`};
			}

			bytes.push(...allBytes.slice(low, high + 1));
		} else {
			bytes.push(low);
		}
	}

	if (fill !== undefined) {
		bytes.splice(fill.at, 0, ...new Array<number>(Math.max(0, length - bytes.length)).fill(fill.byte));
	}

	return {bytes};
}
