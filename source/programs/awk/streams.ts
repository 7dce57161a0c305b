// The files and commands that an awk program has open: `print > file`, `print | command`, `getline < file`, `command | getline`.

import {wait} from '../../model/kernel/blocking.js';
import {failed, failure, type Failure} from '../../model/kernel/errno.js';
import type {Fd, Pid, Process} from '../../model/kernel/program.js';
import {signalNumbers} from '../../model/kernel/signal.js';
import {executeByPath} from '../run-command.js';
import {Output, type Blocking} from '../standard-io.js';
import {RecordReader} from './records.js';

type Stream = {readonly output: Output | undefined; readonly reader: RecordReader | undefined; readonly fd: Fd; readonly child: Pid | undefined};

const streamsMax = 64;

export class Streams {
	readonly #process: Process;
	readonly #standardOutput: Output;
	readonly #open = new Map<string, Stream>();

	constructor(process: Process, standardOutput: Output) {
		this.#process = process;
		this.#standardOutput = standardOutput;
	}

	/** The stream of a redirection, opened at its first use. */
	* output(kind: '>' | '>>' | '|', target: string): Blocking<Output | Failure> {
		if (kind !== '|' && (target === '/dev/stdout' || target === '-')) {
			return this.#standardOutput;
		}

		const existing = this.#open.get(target);
		if (existing?.output !== undefined) {
			return existing.output;
		}

		if (this.#open.size >= streamsMax) {
			return failure('EMFILE');
		}

		if (kind === '|') {
			yield * this.#standardOutput.flush();
			return this.#outputTo(target);
		}

		const fd = target === '/dev/stderr' ? 2 : this.#process.sys.open(target, {write: true, create: true, append: kind === '>>', truncate: kind === '>'});
		if (failed(fd)) {
			return fd;
		}

		const output = new Output(this.#process, fd);
		this.#open.set(target, {output, reader: undefined, fd, child: undefined});
		return output;
	}

	#outputTo(command: string): Output | Failure {
		const pipe = this.#process.sys.pipe();
		if (failed(pipe)) {
			return pipe;
		}

		const child = this.#shell(command, pipe.readEnd, 0, pipe.writeEnd);
		this.#process.sys.close(pipe.readEnd);
		if (failed(child)) {
			return child;
		}

		const output = new Output(this.#process, pipe.writeEnd);
		this.#open.set(command, {output, reader: undefined, fd: pipe.writeEnd, child});
		return output;
	}

	input(kind: 'file' | 'command', source: string): RecordReader | Failure {
		const existing = this.#open.get(source);
		if (existing?.reader !== undefined) {
			return existing.reader;
		}

		if (this.#open.size >= streamsMax) {
			return failure('EMFILE');
		}

		if (kind === 'file') {
			const fd = source === '-' || source === '/dev/stdin' ? 0 : this.#process.sys.open(source, {read: true});
			return failed(fd) ? fd : this.#reader(source, fd, undefined);
		}

		const pipe = this.#process.sys.pipe();
		if (failed(pipe)) {
			return pipe;
		}

		const child = this.#shell(source, pipe.writeEnd, 1, pipe.readEnd);
		this.#process.sys.close(pipe.writeEnd);
		return failed(child) ? child : this.#reader(source, pipe.readEnd, child);
	}

	#reader(name: string, fd: Fd, child: Pid | undefined): RecordReader {
		const reader = new RecordReader(this.#process, fd);
		this.#open.set(name, {output: undefined, reader, fd, child});
		return reader;
	}

	/** `sh -c command` with one end of a pipe as descriptor `as`. */
	#shell(command: string, end: Fd, as: Fd, other: Fd): Pid | Failure {
		this.#process.sys.setCloseOnExec(end, true);
		this.#process.sys.setCloseOnExec(other, true);
		return this.#process.sys.fork(function * (process) {
			process.sys.dup2(end, as);
			const image = executeByPath(process, ['/bin/sh', '-c', command]);
			return failed(image) ? 127 : yield * image.run();
		});
	}

	/** `system(command)`: the status as awk reports it. */
	* run(command: string): Blocking<number> {
		yield * this.flush();
		const child = this.#process.sys.fork(function * (process) {
			const image = executeByPath(process, ['/bin/sh', '-c', command]);
			return failed(image) ? 127 : yield * image.run();
		});
		return failed(child) ? -1 : yield * this.#wait(child);
	}

	* #wait(child: Pid): Blocking<number> {
		for (;;) {
			const status = yield * wait(this.#process, child);
			if (failed(status)) {
				if (status.errno !== 'EINTR') {
					return -1;
				}
			} else if (status.kind === 'exited') {
				return status.status;
			} else if (status.kind === 'killed') {
				return 256 + signalNumbers[status.signal];
			}
		}
	}

	* flush(): Blocking<void> {
		yield * this.#standardOutput.flush();
		for (const {output} of this.#open.values()) {
			if (output !== undefined) {
				yield * output.flush();
			}
		}
	}

	/** Closes a file, or a command after waiting for it. -1 if nothing of that name is open. */
	* close(name: string): Blocking<number> {
		const stream = this.#open.get(name);
		if (stream === undefined) {
			return -1;
		}

		this.#open.delete(name);
		if (stream.output !== undefined) {
			yield * stream.output.flush();
		}

		if (stream.fd > 2) {
			this.#process.sys.close(stream.fd);
		}

		return stream.child === undefined ? 0 : yield * this.#wait(stream.child);
	}

	* closeAll(): Blocking<void> {
		yield * this.#standardOutput.flush();
		for (const name of [...this.#open.keys()]) {
			yield * this.close(name);
		}
	}
}
