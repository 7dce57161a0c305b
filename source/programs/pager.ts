// The reading by screens that less(1) and more(1) share. When standard output is no terminal they copy, as the real ones do.
//
// Keys: space and f a screen on, enter, j and down a line on, b a screen back, k and up a line back, g and G to the ends,
// /pattern searches, q ends.

import {failed, errorTextOf} from '../model/kernel/errno.js';
import {compilePosixRegex} from '../base/posix-regex.js';
import {textFromBytes} from '../base/byte-text.js';
import type {Fd} from '../model/kernel/program.js';
import {LineReader, readBlock, type Blocking} from './standard-io.js';
import type {Tool} from './tool.js';

export type PagerStyle = {readonly kind: 'less' | 'more'; readonly numbers: boolean; readonly quitIfOneScreen: boolean; readonly chop: boolean};

/** More lines than this are not kept. */
const linesMax = 200_000;

export function * page<Name extends string>(t: Tool<Name>, paths: readonly string[], style: PagerStyle): Blocking<number> {
	const isInteractive = t.sys.isTerminal(1);
	let status = 0;
	for (const [index, path] of paths.entries()) {
		const attributes = path === '-' ? undefined : t.sys.stat(path);
		if (attributes !== undefined && !failed(attributes) && attributes.type === 'directory') {
			yield * t.print(style.kind === 'less' ? `${path} is a directory\n` : `\n*** ${path}: directory ***\n\n`);
			continue;
		}

		const fd = t.openInput(path);
		if (failed(fd)) {
			// Neither says so by its status when its output is no terminal.
			status = isInteractive ? 1 : status;
			yield * style.kind === 'less' ? t.print(`${path}: ${errorTextOf(fd)}\n`) : t.complain(t.says(`cannot open ${path}: ${errorTextOf(fd)}`, `${path}: ${errorTextOf(fd)}`));
			continue;
		}

		if (!isInteractive) {
			if (style.kind === 'more' && path !== '-' && t.isGnu) {
				yield * t.print(`::::::::::::::\n${path}\n::::::::::::::\n`);
			}

			yield * copy(t, fd);
			t.closeInput(fd);
			continue;
		}

		const lines = yield * readLines(t, fd);
		t.closeInput(fd);
		const title = path === '-' ? '' : `${path}${paths.length > 1 ? ` (file ${index + 1} of ${paths.length})` : ''}`;
		if (!(yield * new Screen(t, lines, title, style).run())) {
			break;
		}
	}

	return status;
}

function * copy<Name extends string>(t: Tool<Name>, fd: Fd): Blocking<void> {
	while (t.out.failed === undefined) {
		const block = yield * readBlock(t.process, fd);
		if (failed(block) || block.length === 0) {
			return;
		}

		yield * t.out.write(block);
	}
}

function * readLines<Name extends string>(t: Tool<Name>, fd: Fd): Blocking<readonly string[]> {
	const reader = new LineReader(t.process, fd);
	const lines: string[] = [];
	while (lines.length < linesMax) {
		const line = yield * reader.next();
		if (line === undefined || failed(line)) {
			break;
		}

		lines.push(line.text);
	}

	return lines;
}

class Screen<Name extends string> {
	readonly #t: Tool<Name>;
	readonly #rows: readonly string[];
	readonly #title: string;
	readonly #style: PagerStyle;
	readonly #height: number;
	#top = 0;
	#shown = 0;
	#message: string | undefined;

	constructor(t: Tool<Name>, lines: readonly string[], title: string, style: PagerStyle) {
		const size = t.sys.windowSize(1);
		const width = failed(size) ? 80 : size.columns;
		this.#t = t;
		this.#title = title;
		this.#style = style;
		this.#height = Math.max(1, (failed(size) ? 24 : size.rows) - 1);
		this.#rows = lines.flatMap((line, index) => wrap(style.numbers ? `${String(index + 1).padStart(7)} ${line}` : line, width, style.chop));
	}

	/** False if the reader wants to end altogether. */
	* run(): Blocking<boolean> {
		if (this.#rows.length <= this.#height && (this.#style.quitIfOneScreen || this.#style.kind === 'more')) {
			yield * this.#t.print(this.#rows.map(row => `${row}\n`).join(''));
			return true;
		}

		const keys = this.#t.sys.isTerminal(0) ? 0 : this.#t.sys.open('/dev/tty', {read: true});
		if (failed(keys)) {
			yield * this.#t.print(this.#rows.map(row => `${row}\n`).join(''));
			return true;
		}

		this.#t.sys.setRawMode(keys, true);
		yield * this.#draw();
		const goesOn = yield * this.#readKeys(keys);
		this.#t.sys.setRawMode(keys, false);
		yield * this.#t.print('\r\u001B[K');
		yield * this.#t.out.flush();
		this.#t.closeInput(keys);
		return goesOn;
	}

	* #readKeys(keys: Fd): Blocking<boolean> {
		for (;;) {
			const bytes = yield * readBlock(this.#t.process, keys, 16);
			if (failed(bytes) || bytes.length === 0 || this.#t.out.failed !== undefined) {
				return false;
			}

			const key = textFromBytes(bytes);
			if (key === 'q' || key === 'Q' || key === '\u0003' || key === ':q') {
				return false;
			}

			if (key === '/') {
				yield * this.#search(keys);
			} else if (this.#atEnd && this.#style.kind === 'more' && /^[ \r\n]$/v.test(key)) {
				return true;
			} else {
				yield * this.#move(key);
			}

			if (this.#atEnd && this.#style.kind === 'more') {
				return true;
			}
		}
	}

	get #atEnd(): boolean {
		return this.#top + this.#height >= this.#rows.length;
	}

	* #move(key: string): Blocking<void> {
		const last = Math.max(0, this.#rows.length - this.#height);
		const moves: Readonly<Record<string, number>> = {
			' ': this.#height, 'f': this.#height, '\u001B[6~': this.#height, 'd': this.#height >> 1, '\r': 1, '\n': 1, 'j': 1, 'e': 1, '\u001B[B': 1,
			'b': -this.#height, '\u001B[5~': -this.#height, 'u': -(this.#height >> 1), 'k': -1, 'y': -1, '\u001B[A': -1, 'g': -Infinity, '<': -Infinity, 'G': Infinity, '>': Infinity,
		};
		const by = moves[key];
		if (by === undefined) {
			return;
		}

		const before = this.#top;
		this.#top = Math.max(0, Math.min(last, this.#top + by));
		if (this.#top !== before) {
			yield * (this.#top > before ? this.#scroll(before) : this.#draw());
		} else {
			yield * this.#prompt();
		}
	}

	/** Writes only the rows that come into view. */
	* #scroll(before: number): Blocking<void> {
		const from = before + this.#height;
		const rows = this.#rows.slice(Math.max(from, this.#top), this.#top + this.#height);
		yield * this.#t.print(`\r\u001B[K${rows.map(row => `${row}\n`).join('')}`);
		yield * this.#prompt();
	}

	* #draw(): Blocking<void> {
		const rows = this.#rows.slice(this.#top, this.#top + this.#height);
		const clear = this.#style.kind === 'less' || this.#shown > 0 ? '\u001B[H\u001B[J' : '';
		const empty = this.#style.kind === 'less' ? Array.from({length: this.#height - rows.length}, () => '~') : [];
		this.#shown++;
		yield * this.#t.print(clear + [...rows, ...empty].map(row => `${row}\n`).join(''));
		yield * this.#prompt();
	}

	* #prompt(): Blocking<void> {
		const seen = Math.min(this.#rows.length, this.#top + this.#height);
		const words = this.#style.kind === 'more'
			? `--More--(${Math.floor(seen * 100 / this.#rows.length)}%)`
			: (this.#message ?? (this.#atEnd ? '(END)' : (this.#shown <= 1 && this.#top === 0 && this.#title !== '' ? this.#title : ':')));
		this.#message = undefined;
		yield * this.#t.print(words === ':' ? `\r\u001B[K${words}` : `\r\u001B[K\u001B[7m${words}\u001B[27m`);
		yield * this.#t.out.flush();
	}

	* #search(keys: Fd): Blocking<void> {
		let pattern = '';
		yield * this.#t.print('\r\u001B[K/');
		yield * this.#t.out.flush();
		for (;;) {
			const bytes = yield * readBlock(this.#t.process, keys, 16);
			const key = failed(bytes) || bytes.length === 0 ? '\u001B' : textFromBytes(bytes);
			if (key === '\r' || key === '\n') {
				break;
			}

			if (key === '\u001B' || key === '\u0003') {
				pattern = '';
				break;
			}

			pattern = key === '\u007F' || key === '\b' ? pattern.slice(0, -1) : pattern + key;
			yield * this.#t.print(`\r\u001B[K/${pattern}`);
			yield * this.#t.out.flush();
		}

		const regex = compilePosixRegex(pattern, {extended: true, ignoreCase: false});
		const found = pattern === '' || 'error' in regex ? -1 : this.#rows.findIndex((row, index) => index > this.#top && regex.test(row));
		this.#message = pattern !== '' && found < 0 ? 'Pattern not found  (press RETURN)' : undefined;
		this.#top = found < 0 ? this.#top : Math.min(found, Math.max(0, this.#rows.length - this.#height));
		yield * this.#draw();
	}
}

function wrap(line: string, width: number, chop: boolean): readonly string[] {
	const characters = [...line.replaceAll('\t', '        ')];
	if (characters.length <= width || chop) {
		return [characters.slice(0, width).join('')];
	}

	const rows: string[] = [];
	for (let at = 0; at < characters.length; at += width) {
		rows.push(characters.slice(at, at + width).join(''));
	}

	return rows;
}
