// tail(1): the last lines or bytes of files, and with -f what is written to them from then on.
//
// Following asks once a second, as GNU tail does without inotify and BusyBox always does. -f follows the open file, -F the name:
// when another file has taken the name, it is opened.
// Simplified: inotify is not modelled, so GNU tail also looks once a second.

import {concatBytes} from '../base/bytes.js';
import {secondNs} from '../base/clock.js';
import {sleep} from '../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {Fd} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {parseSize} from './sizes.js';
import {LineReader, readBlock, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	bytes: {short: 'c', long: 'bytes', value: '[+]NUM', help: 'output the last NUM bytes; or use -c +NUM to output starting with byte NUM'},
	follow: {short: 'f', long: 'follow', value: '{name|descriptor}', optional: true, help: 'output appended data as the file grows'},
	followName: {short: 'F', help: 'same as --follow=name --retry'},
	lines: {short: 'n', long: 'lines', value: '[+]NUM', help: 'output the last NUM lines, instead of the last 10; or use -n +NUM to output starting with line NUM'},
	pid: {long: 'pid', value: 'PID', help: 'with -f, terminate after process ID, PID dies', only: 'gnu'},
	quiet: {short: 'q', long: 'quiet,silent', help: 'never output headers giving file names'},
	retry: {long: 'retry', help: 'keep trying to open a file if it is inaccessible', only: 'gnu'},
	interval: {short: 's', long: 'sleep-interval', value: 'N', help: 'with -f, sleep for approximately N seconds between iterations'},
	verbose: {short: 'v', long: 'verbose', help: 'always output headers giving file names'},
	zero: {short: 'z', long: 'zero-terminated', help: 'line delimiter is NUL, not newline', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'tail', usage: ['[OPTION]... [FILE]...'], summary: 'Print the last 10 lines of each FILE to standard output.', options, numberOption: 'lines',
};

type Part = {readonly unit: 'bytes' | 'lines'; readonly count: number; readonly fromStart: boolean};
type Followed = {readonly path: string; fd: Fd | undefined; offset: number};

export const tail = tool(command, function * (t) {
	const unit = t.last('bytes', 'lines') ?? 'lines';
	const obsolete = t.operands[0] !== undefined && /^\+\d+$/v.test(t.operands[0]) ? t.operands[0] : undefined;
	const text = obsolete ?? t.value('bytes', 'lines') ?? '10';
	const count = parseSize(text.replace(/^[+\-]/v, ''));
	if (count === undefined) {
		return yield * t.complain(t.says(`invalid number of ${unit}: '${text}'`, `invalid number '${text}'`));
	}

	const interval = Number(t.value('interval') ?? 1);
	if (Number.isNaN(interval) || interval < 0) {
		return yield * t.complain(t.says(`invalid number of seconds: '${t.value('interval')!}'`, `invalid number '${t.value('interval')!}'`));
	}

	const paths = obsolete === undefined ? t.inputs : (t.operands.length > 1 ? t.operands.slice(1) : ['-']);
	const run = new Tail(t, {unit, count, fromStart: text.startsWith('+')}, paths);
	yield * run.printAll();
	if (t.has('follow', 'followName')) {
		yield * run.follow(interval);
	}

	return run.status;
});

class Tail {
	status = 0;
	readonly #t: Tool<Name>;
	readonly #part: Part;
	readonly #paths: readonly string[];
	readonly #headers: boolean;
	readonly #byName: boolean;
	readonly #followed: Followed[] = [];
	#shown: string | undefined;

	constructor(t: Tool<Name>, part: Part, paths: readonly string[]) {
		this.#t = t;
		this.#part = part;
		this.#paths = paths;
		this.#headers = t.last('quiet', 'verbose') === 'verbose' || (paths.length > 1 && !t.has('quiet'));
		this.#byName = t.has('followName') || t.value('follow') === 'name';
	}

	* printAll(): Blocking<void> {
		const keepTrying = this.#t.has('followName', 'retry');
		for (const path of this.#paths) {
			const fd = this.#t.openInput(path);
			if (failed(fd)) {
				this.status = yield * this.#t.complainCannot(`cannot open ${this.#t.quoted(path)} for reading`, `can't open '${path}'`, fd);
				if (keepTrying) {
					this.#followed.push({path, fd: undefined, offset: 0});
				}

				continue;
			}

			yield * this.#header(path);
			const refusal = yield * this.#part.unit === 'bytes' ? this.#bytes(fd) : this.#lines(fd);
			if (refusal !== undefined) {
				this.status = yield * this.#t.complainCannot(`error reading ${this.#t.quoted(path)}`, `read error`, refusal);
				continue;
			}

			const size = this.#t.sys.fstat(fd);
			this.#followed.push({path, fd, offset: failed(size) ? 0 : size.sizeBytes});
		}

		yield * this.#t.out.flush();
	}

	* follow(intervalSeconds: number): Blocking<void> {
		if (this.#followed.length === 0 && this.#t.isGnu) {
			yield * this.#t.complain('no files remaining');
			return;
		}

		const pid = this.#t.value('pid');
		while (this.#t.out.failed === undefined) {
			for (const file of this.#followed) {
				yield * this.#growth(file);
			}

			yield * this.#t.out.flush();
			if (pid !== undefined && failed(this.#t.sys.kill(Number(pid), 0))) {
				return;
			}

			yield * sleep(this.#t.process, Math.max(1, intervalSeconds * secondNs));
		}
	}

	* #growth(file: Followed): Blocking<void> {
		if (this.#byName && file.path !== '-') {
			yield * this.#reopen(file);
		}

		if (file.fd === undefined) {
			return;
		}

		const attributes = this.#t.sys.fstat(file.fd);
		if (!failed(attributes) && attributes.type === 'file' && attributes.sizeBytes < file.offset) {
			yield * this.#t.complain(this.#t.says(`${file.path}: file truncated`, `${file.path}: file truncated`));
			this.#t.sys.seek(file.fd, 0, 'start');
			file.offset = 0;
		}

		for (;;) {
			const bytes = yield * readBlock(this.#t.process, file.fd);
			if (failed(bytes) || bytes.length === 0) {
				return;
			}

			yield * this.#header(file.path);
			file.offset += bytes.length;
			yield * this.#t.out.write(bytes);
			yield * this.#t.out.flush();
		}
	}

	/** Takes up the file that has the name now, if it is another one than the one that is open. */
	* #reopen(file: Followed): Blocking<void> {
		const now = this.#t.sys.stat(file.path);
		const open = file.fd === undefined ? undefined : this.#t.sys.fstat(file.fd);
		if (failed(now)) {
			if (file.fd !== undefined) {
				this.#t.closeInput(file.fd);
				file.fd = undefined;
				yield * this.#t.complain(`${this.#t.says(this.#t.quoted(file.path), file.path)} has become inaccessible: ${errorTextOf(now)}`);
			}

			return;
		}

		if (open !== undefined && !failed(open) && open.node === now.node && open.fs === now.fs) {
			return;
		}

		const fd = this.#t.sys.open(file.path, {read: true});
		if (failed(fd)) {
			return;
		}

		yield * this.#t.complain(`${this.#t.says(this.#t.quoted(file.path), file.path)} has ${file.fd === undefined ? 'appeared' : 'been replaced'};  following new file`);
		if (file.fd !== undefined) {
			this.#t.closeInput(file.fd);
		}

		file.fd = fd;
		file.offset = 0;
	}

	* #header(path: string): Blocking<void> {
		if (this.#headers && this.#shown !== path) {
			yield * this.#t.print(`${this.#shown === undefined ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`);
			this.#shown = path;
		}
	}

	* #lines(fd: Fd): Blocking<Failure | undefined> {
		const end = this.#t.has('zero') ? '\0' : '\n';
		const reader = new LineReader(this.#t.process, fd, end);
		const held: string[] = [];
		for (let number = 1; ; number++) {
			const line = yield * reader.next();
			if (failed(line)) {
				return line;
			}

			if (line === undefined) {
				break;
			}

			const text = line.text + (line.ended ? end : '');
			if (!this.#part.fromStart) {
				held.push(text);
				if (held.length > this.#part.count * 2 + 64) {
					held.splice(0, held.length - this.#part.count);
				}
			} else if (number >= this.#part.count) {
				yield * this.#t.print(text);
			}
		}

		if (!this.#part.fromStart && this.#part.count > 0) {
			yield * this.#t.print(held.slice(-this.#part.count).join(''));
		}

		return undefined;
	}

	* #bytes(fd: Fd): Blocking<Failure | undefined> {
		let held: Uint8Array = new Uint8Array(0);
		let skip = this.#part.fromStart ? Math.max(0, this.#part.count - 1) : 0;
		for (;;) {
			const bytes = yield * readBlock(this.#t.process, fd);
			if (failed(bytes)) {
				return bytes;
			}

			if (bytes.length === 0) {
				break;
			}

			if (this.#part.fromStart) {
				yield * this.#t.out.write(bytes.subarray(Math.min(skip, bytes.length)));
				skip = Math.max(0, skip - bytes.length);
			} else {
				const all = concatBytes([held, bytes]);
				held = all.slice(Math.max(0, all.length - this.#part.count));
			}
		}

		yield * this.#t.out.write(held);
		return undefined;
	}
}
