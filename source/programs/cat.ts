// cat(1): copies files to standard output, block by block, so that it also copies what has no end.

import {concatBytes} from '../base/bytes.js';
import {failed} from '../model/kernel/errno.js';
import type {Fd} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {readBlock, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	showAll: {short: 'A', long: 'show-all', help: 'equivalent to -vET'},
	numberNonblank: {short: 'b', long: 'number-nonblank', help: 'number nonempty output lines, overrides -n'},
	e: {short: 'e', help: 'equivalent to -vE'},
	showEnds: {short: 'E', long: 'show-ends', help: 'display $ at end of each line', only: 'gnu'},
	number: {short: 'n', long: 'number', help: 'number all output lines'},
	squeezeBlank: {short: 's', long: 'squeeze-blank', help: 'suppress repeated empty output lines', only: 'gnu'},
	t: {short: 't', help: 'equivalent to -vT'},
	showTabs: {short: 'T', long: 'show-tabs', help: 'display TAB characters as ^I', only: 'gnu'},
	unbuffered: {short: 'u', help: '(ignored: output is never delayed)'},
	showNonprinting: {short: 'v', long: 'show-nonprinting', help: 'use ^ and M- notation, except for LFD and TAB'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'cat', usage: ['[OPTION]... [FILE]...'], summary: 'Concatenate FILE(s) to standard output.', options};

export const cat = tool(command, function * (t) {
	const formatter = t.given.some(({name}) => name !== 'unbuffered') ? new Formatter(t) : undefined;
	let status = 0;
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			status = yield * t.isGnu ? t.complainOf(path, fd) : t.complainCannot('', `can't open '${path}'`, fd);
			continue;
		}

		status = Math.max(status, yield * copy(t, fd, path, formatter));
		t.closeInput(fd);
	}

	return status;
});

function * copy(t: Tool<Name>, fd: Fd, path: string, formatter: Formatter | undefined): Blocking<number> {
	while (t.out.failed === undefined) {
		const bytes = yield * readBlock(t.process, fd);
		if (failed(bytes)) {
			yield * t.out.flush();
			return yield * t.isGnu ? t.complainOf(path, bytes) : t.complainCannot('', 'read error', bytes);
		}

		if (bytes.length === 0) {
			break;
		}

		yield * t.out.write(formatter === undefined ? bytes : formatter.format(bytes));
		yield * t.out.flush();
	}

	return 0;
}

/** Numbers lines and makes characters visible; its state goes on from file to file. */
class Formatter {
	readonly #number: boolean;
	readonly #nonblankOnly: boolean;
	readonly #ends: boolean;
	readonly #tabs: boolean;
	readonly #visible: boolean;
	readonly #squeeze: boolean;
	#line = 0;
	#atStart = true;
	#blanks = 0;

	constructor(t: Tool<Name>) {
		this.#nonblankOnly = t.has('numberNonblank');
		this.#number = this.#nonblankOnly || t.has('number');
		this.#ends = t.has('showEnds', 'showAll', 'e');
		this.#tabs = t.has('showTabs', 'showAll', 't');
		this.#visible = t.has('showNonprinting', 'showAll', 'e', 't');
		this.#squeeze = t.has('squeezeBlank');
	}

	format(bytes: Uint8Array): Uint8Array {
		const parts: number[] = [];
		for (const byte of bytes) {
			if (this.#atStart) {
				this.#blanks = byte === 10 ? this.#blanks + 1 : 0;
				if (this.#squeeze && this.#blanks > 1) {
					continue;
				}

				if (this.#number && (byte !== 10 || !this.#nonblankOnly)) {
					this.#line++;
					pushAscii(parts, `${String(this.#line).padStart(6)}\t`);
				}
			}

			this.#atStart = byte === 10;
			this.#character(parts, byte);
		}

		return concatBytes([Uint8Array.from(parts)]);
	}

	#character(parts: number[], byte: number): void {
		if (byte === 10) {
			pushAscii(parts, this.#ends ? '$\n' : '\n');
		} else if (byte === 9) {
			pushAscii(parts, this.#tabs ? '^I' : '\t');
		} else if (this.#visible) {
			pushAscii(parts, visible(byte));
		} else {
			parts.push(byte);
		}
	}
}

/** A byte in the notation of `cat -v`. */
function visible(byte: number): string {
	if (byte >= 128) {
		return `M-${visible(byte - 128)}`;
	}

	return byte < 32 ? `^${String.fromCharCode(byte + 64)}` : (byte === 127 ? '^?' : String.fromCharCode(byte));
}

function pushAscii(parts: number[], text: string): void {
	for (let index = 0; index < text.length; index++) {
		parts.push(text.charCodeAt(index));
	}
}
