// Open files and the descriptors that point to them. Several descriptors, of one task or of many, may share one open file and
// so its offset; when the last one goes, what it stood for is closed. Source: open(2), dup(2).

import {must} from '../../base/assert.js';
import {randomBytes} from '../../base/random.js';
import {takeNumber} from './counter.js';
import {type Failure, failed, failure} from './errno.js';
import {closePipeEnd, getPipe, isFifoMet, pipeChannel, readPipe, writePipe} from './pipe.js';
import type {Fd} from './program.js';
import {resourceLimit, unlimited} from './resource-limits.js';
import type {RunLoop} from './run-loop.js';
import type {OpenFile, Task} from './schema.js';
import {closeSocket, getSocket, readSocket, socketChannel, writeSocket} from './socket.js';
import {changeTask} from './tasks.js';
import {closeTerminalSide, getTerminal, hangUp, readMaster, readTerminal, terminalChannel, typeAtTerminal, writeTerminal} from './terminal.js';
import {attributesAt, type Caller, typeOf} from './vfs.js';

export function getFile(loop: RunLoop, id: number): OpenFile {
	return must(loop.tx.get('file', id), `getFile: no file ${id}`);
}

/** Makes an open file with no references yet; `installFile` or a spawn gives it some. */
export function makeFile(loop: RunLoop, file: Omit<OpenFile, 'id' | 'references'>): number {
	const id = takeNumber(loop.tx, 'file');
	loop.tx.put('file', id, {...file, id, references: 0});
	return id;
}

/** Points a descriptor of a task to an open file: the lowest free one from `atLeast` on. */
export function installFile(loop: RunLoop, task: Task, file: number, options: {readonly atLeast?: Fd; readonly closeOnExec?: boolean} = {}): Fd | Failure {
	let fd = options.atLeast ?? 0;
	while (task.descriptors.has(fd)) {
		fd++;
	}

	if (fd >= resourceLimit(task, 'nofile').soft) {
		return failure('EMFILE');
	}

	putDescriptor(loop, task, fd, {file, closeOnExec: options.closeOnExec ?? false});
	return fd;
}

/** Descriptors whose copying costs as much as a step. */
const descriptorsPerStep = 100;

/** Points exactly `fd` to an open file, closing what it pointed to. */
export function putDescriptor(loop: RunLoop, task: Task, fd: Fd, descriptor: {readonly file: number; readonly closeOnExec: boolean}): void {
	const before = task.descriptors.get(fd);
	// The table is copied, and a container may have a million descriptors.
	loop.work += task.descriptors.size / descriptorsPerStep;
	retainFile(loop, descriptor.file);
	changeTask(loop.tx, task.kernel, task.id, {descriptors: new Map(task.descriptors).set(fd, descriptor)});
	if (before !== undefined) {
		releaseFile(loop, task, before.file);
	}
}

export function retainFile(loop: RunLoop, id: number): void {
	const file = getFile(loop, id);
	loop.tx.put('file', id, {...file, references: file.references + 1});
}

/** One descriptor less; the last one closes what the file stands for. */
export function releaseFile(loop: RunLoop, task: Task, id: number): void {
	const file = getFile(loop, id);
	if (file.references > 1) {
		loop.tx.put('file', id, {...file, references: file.references - 1});
		return;
	}

	loop.tx.delete('file', id);
	const {what} = file;
	switch (what.kind) {
		case 'node': {
			const context = {tx: loop.tx, kernel: task.kernel, task: task.id, types: loop.types};
			if (loop.tx.get('filesystem', what.fs) !== undefined) {
				typeOf(context, what.fs).release(context, what.fs, what.node);
			}

			return;
		}

		case 'pipe': {
			closePipeEnd(loop, what.pipe, what.end);
			return;
		}

		case 'socket': {
			closeSocket(loop, what.socket);
			return;
		}

		case 'terminal': {
			closeTerminalSide(loop, what.terminal);
			return;
		}

		case 'master': {
			hangUp(loop, what.terminal);
			return;
		}

		case 'device':
		case 'sink': {
			return;
		}

		default: {
			what satisfies never;
		}
	}
}

export function closeDescriptor(loop: RunLoop, task: Task, fd: Fd): void | Failure {
	const descriptor = task.descriptors.get(fd);
	if (descriptor === undefined) {
		return failure('EBADF');
	}

	const descriptors = new Map(task.descriptors);
	descriptors.delete(fd);
	changeTask(loop.tx, task.kernel, task.id, {descriptors});
	releaseFile(loop, task, descriptor.file);
}

const zeroDevice = 5;
const fullDevice = 7;
const randomDevices: readonly number[] = [8, 9];

/** Reads from where the file stands, and moves it on. */
export function readFile(loop: RunLoop, caller: Caller, file: OpenFile, count: number): Uint8Array | Failure {
	if (!file.canRead) {
		return failure('EBADF');
	}

	const {what} = file;
	switch (what.kind) {
		case 'node': {
			const bytes = readNode(caller, what, what.offset, count);
			if (!failed(bytes) && bytes.length > 0) {
				loop.tx.put('file', file.id, {...getFile(loop, file.id), what: {...what, offset: what.offset + bytes.length}});
			}

			return bytes;
		}

		case 'pipe': {
			return readPipe(loop, what.pipe, count, what.awaits);
		}

		case 'socket': {
			return readSocket(loop, what.socket, count);
		}

		case 'terminal': {
			return readTerminal(loop, what.terminal, count, caller.task);
		}

		case 'master': {
			return readMaster(loop, what.terminal, count);
		}

		case 'device': {
			return readDevice(loop, what.device.minor, count);
		}

		case 'sink': {
			return new Uint8Array(0);
		}

		default: {
			throw new Error(`readFile: ${what satisfies never}`);
		}
	}
}

type NodeFile = Extract<OpenFile['what'], {kind: 'node'}>;

export function readNode(caller: Caller, what: NodeFile, offset: number, count: number): Uint8Array | Failure {
	const {context} = caller;
	const attributes = attributesAt(context, what.fs, what.node);
	if (failed(attributes)) {
		return attributes;
	}

	return attributes.type === 'directory' ? failure('EISDIR') : typeOf(context, what.fs).read(context, what.fs, what.node, offset, count);
}

function readDevice(loop: RunLoop, minor: number, count: number): Uint8Array {
	if (minor === zeroDevice || minor === fullDevice) {
		return new Uint8Array(count);
	}

	if (!randomDevices.includes(minor)) {
		return new Uint8Array(0);
	}

	const bytes = new Uint8Array(count);
	for (let at = 0; at < count; at += 32) {
		bytes.set(randomBytes(loop.tx, 'urandom', Math.min(32, count - at)), at);
	}

	return bytes;
}

/** Writes where the file stands (at the end, of one opened for appending), and moves it on. */
export function writeFile(loop: RunLoop, caller: Caller, file: OpenFile, bytes: Uint8Array): number | Failure {
	if (!file.canWrite) {
		return failure('EBADF');
	}

	const {what} = file;
	switch (what.kind) {
		case 'node': {
			return writeNode(loop, caller, file, what, bytes);
		}

		case 'pipe': {
			return writePipe(loop, what.pipe, bytes, what.awaits);
		}

		case 'socket': {
			return writeSocket(loop, what.socket, bytes);
		}

		case 'terminal': {
			return writeTerminal(loop, what.terminal, bytes);
		}

		case 'master': {
			typeAtTerminal(loop, what.terminal, bytes);
			return bytes.length;
		}

		case 'device': {
			return what.device.minor === fullDevice ? failure('ENOSPC') : bytes.length;
		}

		case 'sink': {
			if (bytes.length > 0) {
				loop.tx.emit({kind: 'stream-output', stream: what.stream, bytes: bytes.slice()});
			}

			return bytes.length;
		}

		default: {
			throw new Error(`writeFile: ${what satisfies never}`);
		}
	}
}

function writeNode(loop: RunLoop, caller: Caller, file: OpenFile, what: NodeFile, bytes: Uint8Array): number | Failure {
	const {context} = caller;
	let {offset} = what;
	if (file.append) {
		const attributes = attributesAt(context, what.fs, what.node);
		if (failed(attributes)) {
			return attributes;
		}

		offset = attributes.sizeBytes;
	}

	const room = roomInFile(caller, what, offset);
	if (room <= 0) {
		return failure('EFBIG');
	}

	const written = typeOf(context, what.fs).write(context, what.fs, what.node, offset, room < bytes.length ? bytes.subarray(0, room) : bytes);
	if (!failed(written)) {
		loop.tx.put('file', file.id, {...getFile(loop, file.id), what: {...what, offset: offset + written}});
		loop.wake(nodeChannel(what));
	}

	return written;
}

/** How many bytes RLIMIT_FSIZE leaves to a regular file from an offset on. */
function roomInFile({task, context}: Caller, {fs, node}: NodeFile, offset: number): number {
	const limit = resourceLimit(task, 'fsize').soft;
	const attributes = limit === unlimited ? undefined : attributesAt(context, fs, node);
	return attributes === undefined || failed(attributes) || attributes.type !== 'file' ? unlimited : limit - offset;
}

/** Woken by every write to a node: what `tail -f` sleeps on, as real ones use inotify. */
function nodeChannel(what: NodeFile): string {
	return `node:${what.fs}:${what.node}`;
}

/** What to sleep on until a read (or write) of the file may succeed. */
export function fileChannel(file: OpenFile, event: 'read' | 'write'): string {
	const {what} = file;
	switch (what.kind) {
		case 'pipe': {
			return pipeChannel(what.pipe, event === 'read' ? 'readable' : 'writable');
		}

		case 'socket': {
			return socketChannel(what.socket, event === 'read' ? 'readable' : 'writable');
		}

		case 'terminal': {
			return terminalChannel(what.terminal, 'input');
		}

		case 'master': {
			return terminalChannel(what.terminal, 'output');
		}

		case 'node': {
			return nodeChannel(what);
		}

		case 'device':
		case 'sink': {
			return 'always';
		}

		default: {
			throw new Error(`fileChannel: ${what satisfies never}`);
		}
	}
}

/** Whether a read would answer at once: bytes, the end, or an error. */
export function canReadNow(loop: RunLoop, file: OpenFile): boolean {
	const {what} = file;
	switch (what.kind) {
		case 'pipe': {
			const pipe = getPipe(loop, what.pipe);
			return pipe.sizeBytes > 0 || (pipe.writers === 0 && isFifoMet(loop, what.pipe, 'read', what.awaits));
		}

		case 'socket': {
			const socket = getSocket(loop, what.socket);
			return socket.received.length > 0 || socket.endOfStream || socket.backlog.length > 0;
		}

		case 'terminal': {
			const terminal = getTerminal(loop, what.terminal);
			return terminal.input.length > 0 || terminal.hungUp;
		}

		case 'master': {
			return getTerminal(loop, what.terminal).output.length > 0;
		}

		case 'node':
		case 'device':
		case 'sink': {
			return true;
		}

		default: {
			throw new Error(`canReadNow: ${what satisfies never}`);
		}
	}
}
