// The blocking forms of system calls: ask, sleep until something happened, ask again. EINTR is what a caught signal makes of them.

import type {Nanoseconds} from '../../base/clock.js';
import {concatBytes} from '../../base/bytes.js';
import {failed, failure, type Failure} from './errno.js';
import type {Channel, ChildStatus, Fd, Pid, Process, SocketAddress, Wait, Wake} from './program.js';

type Blocking<T> = Generator<Wait, T, Wake>;

/** A step of work without a system call: lets others run and is counted against the budget. */
export const step: Wait = Object.freeze({kind: 'step'});

/** Who reads so much at once may do it for ever, as from /dev/zero or a hole of terabytes, and must let others run. */
const bulkBytes = 65_536;

function * retry<T>(call: () => T | Failure, channel: () => Channel): Blocking<T | Failure> {
	for (;;) {
		const result = call();
		if (!failed(result) || result.errno !== 'EAGAIN') {
			return result;
		}

		const wake = yield {kind: 'sleep', channels: [channel()]};
		if (wake === 'signal') {
			return failure('EINTR');
		}
	}
}

export function * read(process: Process, fd: Fd, count: number): Blocking<Uint8Array | Failure> {
	const bytes = yield * retry(() => process.sys.read(fd, count), () => process.sys.readChannel(fd));
	if (!failed(bytes) && bytes.length >= bulkBytes) {
		yield step;
	}

	return bytes;
}

/** Everything up to the end of the file, at most `limitBytes`, past which it fails with EFBIG. */
export function * readAll(process: Process, fd: Fd, limitBytes = 64 * 1024 * 1024): Blocking<Uint8Array | Failure> {
	const parts: Uint8Array[] = [];
	let size = 0;
	for (;;) {
		const bytes = yield * read(process, fd, 65_536);
		if (failed(bytes)) {
			return bytes;
		}

		if (bytes.length === 0) {
			return concatBytes(parts);
		}

		size += bytes.length;
		if (size > limitBytes) {
			return failure('EFBIG');
		}

		parts.push(bytes);
	}
}

/** Writes all bytes, sleeping while a pipe is full. */
export function * write(process: Process, fd: Fd, bytes: Uint8Array): Blocking<void | Failure> {
	let rest = bytes;
	while (rest.length > 0) {
		const taken = process.sys.write(fd, rest);
		if (!failed(taken)) {
			rest = rest.subarray(taken);
			continue;
		}

		if (taken.errno !== 'EAGAIN') {
			return taken;
		}

		if ((yield {kind: 'sleep', channels: [process.sys.writeChannel(fd)]}) === 'signal') {
			return failure('EINTR');
		}
	}
}

export function wait(process: Process, pid: Pid, options?: {readonly stopped?: boolean}): Blocking<ChildStatus | Failure> {
	return retry(() => process.sys.wait(pid, options), () => process.sys.childChannel());
}

export function accept(process: Process, fd: Fd): Blocking<Fd | Failure> {
	return retry(() => process.sys.accept(fd), () => process.sys.readChannel(fd));
}

export function connect(process: Process, fd: Fd, address: SocketAddress): Blocking<void | Failure> {
	return retry<void>(() => process.sys.connect(fd, address), () => process.sys.writeChannel(fd));
}

/** Sleeps for `ns`; a caught signal cuts it short with EINTR. */
export function * sleep(process: Process, ns: Nanoseconds): Blocking<void | Failure> {
	const untilNs = process.sys.now() + ns;
	while (process.sys.now() < untilNs) {
		if ((yield {kind: 'sleep', channels: [], untilNs}) === 'signal') {
			return failure('EINTR');
		}
	}
}
