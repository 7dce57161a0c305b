// Reading lines without taking more than the line: a program that runs next reads what follows. From a pipe that means byte by
// byte; in a file the shell reads ahead and moves back.

import {concatBytes} from '../base/bytes.js';
import {failed} from '../model/kernel/errno.js';
import type {Failure} from '../model/kernel/errno.js';
import type {Fd} from '../model/kernel/program.js';
import {stashSignals} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {decodeShellText} from './text.js';

const newline = 10;

/** A line without its newline; undefined at the end of the input. A signal that is to be handled at once ends it with EINTR. */
export function * readLine(shell: Shell, fd: Fd): Doing<string | Failure | undefined> {
	const line = yield * readRawLine(shell, fd);
	return line === undefined || failed(line) ? line : decodeShellText(line).replace(/\n$/v, '');
}

/** A line with its newline, which the last one may not have. */
export function * readRawLine(shell: Shell, fd: Fd): Doing<Uint8Array | Failure | undefined> {
	const {sys} = shell.process;
	const isSeekable = !failed(sys.seek(fd, 0, 'current'));
	const isTerminal = sys.isTerminal(fd);
	const parts: Uint8Array[] = [];
	for (;;) {
		const bytes = yield * readSome(shell, fd, isSeekable || isTerminal ? 4096 : 1);
		if (failed(bytes)) {
			return bytes;
		}

		if (bytes.length === 0) {
			return parts.length === 0 ? undefined : concatBytes(parts);
		}

		const end = bytes.indexOf(newline);
		if (end === -1) {
			parts.push(bytes);
			continue;
		}

		if (isSeekable && end + 1 < bytes.length) {
			sys.seek(fd, end + 1 - bytes.length, 'current');
		}

		return concatBytes([...parts, bytes.subarray(0, end + 1)]);
	}
}

/** Reads what is there, waiting for at least one byte. Signals whose traps can wait do not disturb it. */
export function * readSome(shell: Shell, fd: Fd, count: number, untilNs?: number): Doing<Uint8Array | Failure> {
	const {sys} = shell.process;
	for (;;) {
		const bytes = sys.read(fd, count);
		if (!failed(bytes) || bytes.errno !== 'EAGAIN') {
			return bytes;
		}

		const channels = [sys.readChannel(fd)];
		const wake = yield untilNs === undefined ? {kind: 'sleep', channels} : {kind: 'sleep', channels, untilNs};
		if (wake === 'deadline') {
			return {errno: 'ETIMEDOUT'};
		}

		if (wake === 'signal') {
			stashSignals(shell);
			if (shell.flow?.kind === 'interrupt' || shell.pendingSignals.length > 0) {
				return {errno: 'EINTR'};
			}
		}
	}
}
