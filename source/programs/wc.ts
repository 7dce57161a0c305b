// wc(1): counts lines, words, characters and bytes.

import {textFromBytes} from '../base/byte-text.js';
import {step} from '../model/kernel/blocking.js';
import {failed, type Failure} from '../model/kernel/errno.js';
import type {Fd} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {readBlock, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	bytes: {short: 'c', long: 'bytes', help: 'print the byte counts'},
	chars: {short: 'm', long: 'chars', help: 'print the character counts'},
	lines: {short: 'l', long: 'lines', help: 'print the newline counts'},
	longest: {short: 'L', long: 'max-line-length', help: 'print the maximum display width'},
	words: {short: 'w', long: 'words', help: 'print the word counts'},
} as const;

type Name = keyof typeof options;
type Counts = Record<Name, number>;

const command: Command<Name> = {
	name: 'wc', usage: ['[OPTION]... [FILE]...'], summary: 'Print newline, word, and byte counts for each FILE, and a total line if\nmore than one FILE is specified.', options,
};

const order: readonly Name[] = ['lines', 'words', 'chars', 'bytes', 'longest'];

export const wc = tool(command, function * (t) {
	const chosen = order.filter(name => t.given.length === 0 ? name === 'lines' || name === 'words' || name === 'bytes' : t.has(name));
	const total = noCounts();
	let status = 0;
	const width = t.isGnu ? numberWidth(t, chosen.length) : (chosen.length === 1 && t.inputs.length === 1 ? 1 : 9);
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			status = yield * t.complainOf(path, fd);
			continue;
		}

		const counts = noCounts();
		const refusal = yield * count(t, fd, counts);
		t.closeInput(fd);
		if (refusal !== undefined) {
			status = yield * t.isGnu ? t.complainOf(path, refusal) : t.complainCannot('', path, refusal);
		}

		for (const name of order) {
			total[name] = name === 'longest' ? Math.max(total[name], counts[name]) : total[name] + counts[name];
		}

		yield * t.print(row(chosen, counts, width, path === '-' && t.operands.length === 0 ? undefined : path));
	}

	if (t.inputs.length > 1) {
		yield * t.print(row(chosen, total, width, 'total'));
	}

	return status;
});

function noCounts(): Counts {
	return {bytes: 0, chars: 0, lines: 0, longest: 0, words: 0};
}

/** GNU: wide enough for the sum of the sizes of all regular files, and at least 7 if one is not regular. */
function numberWidth(t: Tool<Name>, columns: number): number {
	if (columns === 1 && t.inputs.length === 1) {
		return 1;
	}

	let least = 1;
	let sum = 0;
	for (const path of t.inputs) {
		const attributes = path === '-' ? t.sys.fstat(0) : t.sys.stat(path);
		if (!failed(attributes) && attributes.type === 'file') {
			sum += attributes.sizeBytes;
		} else if (!failed(attributes)) {
			least = 7;
		}
	}

	return Math.max(least, String(sum).length);
}

function row(chosen: readonly Name[], counts: Counts, width: number, name: string | undefined): string {
	const numbers = chosen.map(column => String(counts[column]).padStart(width)).join(' ');
	return `${numbers}${name === undefined ? '' : ` ${name}`}\n`;
}

/** Looking at every character is dear: counted, so that a file without end ends the command. */
const charactersPerStep = 256;

function * count(t: Tool<Name>, fd: Fd, counts: Counts): Blocking<Failure | undefined> {
	let inWord = false;
	let column = 0;
	let cut: Uint8Array = new Uint8Array(0);
	for (;;) {
		const block = yield * readBlock(t.process, fd);
		if (failed(block)) {
			return block;
		}

		if (block.length === 0) {
			counts.longest = Math.max(counts.longest, column);
			return undefined;
		}

		counts.bytes += block.length;
		for (let at = charactersPerStep; at < block.length; at += charactersPerStep) {
			yield step;
		}

		const bytes = cut.length === 0 ? block : joined(cut, block);
		const whole = wholeCharacters(bytes);
		cut = bytes.slice(whole);
		for (const character of textFromBytes(bytes.subarray(0, whole))) {
			const isSpace = character === ' ' || (character >= '\t' && character <= '\r');
			counts.chars += character >= '\uDC80' && character <= '\uDCFF' ? 0 : 1;
			counts.words += !isSpace && !inWord ? 1 : 0;
			inWord = !isSpace;
			if (character === '\n') {
				counts.lines++;
			}

			if (character === '\n' || character === '\r' || character === '\f') {
				counts.longest = Math.max(counts.longest, column);
				column = 0;
			} else {
				column += character === '\t' ? 8 - column % 8 : (character < ' ' ? 0 : 1);
			}
		}
	}
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
	const both = new Uint8Array(a.length + b.length);
	both.set(a);
	both.set(b, a.length);
	return both;
}

/** How many bytes can be decoded without cutting a UTF-8 character that goes on in the next block. */
function wholeCharacters(bytes: Uint8Array): number {
	for (let back = 1; back <= 3 && back <= bytes.length; back++) {
		const byte = bytes[bytes.length - back]!;
		if (byte >= 0xC0) {
			const length = byte >= 0xF0 ? 4 : (byte >= 0xE0 ? 3 : 2);
			return length > back ? bytes.length - back : bytes.length;
		}

		if (byte < 0x80) {
			break;
		}
	}

	return bytes.length;
}
