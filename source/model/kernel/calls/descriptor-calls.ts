// System calls on descriptors: open, read, write, seek, dup, pipe, terminals.

import {failed, type Failure, failure} from '../errno.js';
import type {Attributes} from '../file-types.js';
import {maxSymlinks, maxTransferBytes} from '../limits.js';
import {canReadNow, closeDescriptor, fileChannel, getFile, installFile, makeFile, putDescriptor, readFile, readNode, writeFile} from '../open-file.js';
import {getPipe, isFifoMet, makePipe, openFifo, openPipeEnd} from '../pipe.js';
import type {Fd, OpenFlags, SystemCalls} from '../program.js';
import {resourceLimit, unlimited} from '../resource-limits.js';
import type {OpenFile} from '../schema.js';
import {findTask} from '../tasks.js';
import {changeTerminal, getTerminal} from '../terminal.js';
import {shownAttributes} from '../user-ids.js';
import {attributesAt, type Found, getMount, pathOfFile, permits, resolve, resolveParent, typeOf, writable} from '../vfs.js';
import {onFound, type Self} from './self.js';

type DescriptorCalls = Pick<SystemCalls, 'open' | 'close' | 'read' | 'write' | 'pread' | 'seek' | 'ftruncate' | 'fstat' | 'dup' | 'dup2' | 'setCloseOnExec' | 'descriptors' | 'pipe' | 'isTerminal' | 'windowSize' | 'setRawMode' | 'readChannel' | 'writeChannel' | 'canRead' | 'isMet'>;

/** Bytes whose copying costs as much as a step, and those of /dev/urandom, which are computed. */
const bytesPerStep = 4096;
const randomBytesPerStep = 64;

function workOf({what}: OpenFile, bytes: number): number {
	return bytes / (what.kind === 'device' && what.device.minor >= 8 ? randomBytesPerStep : bytesPerStep);
}

function readAt(self: Self, what: Extract<OpenFile['what'], {kind: 'node'}>, offset: number, count: number): Uint8Array | Failure {
	self.loop.work += count / bytesPerStep;
	return readNode(self.caller, what, offset, count);
}

function readFrom(self: Self, file: OpenFile, count: number): Uint8Array | Failure {
	const result = readFile(self.loop, self.caller, file, Math.min(count, maxTransferBytes));
	self.loop.work += failed(result) ? 0 : workOf(file, result.length);
	if (failed(result) && result.errno === 'EINTR') {
		self.endIfFatal();
	}

	return result;
}

function writeTo(self: Self, file: OpenFile, bytes: Uint8Array): number | Failure {
	const result = writeFile(self.loop, self.caller, file, bytes);
	self.loop.work += bytes.length / bytesPerStep;
	if (failed(result) && result.errno === 'EPIPE') {
		self.raise('PIPE');
	}

	if (failed(result) && result.errno === 'EFBIG' && resourceLimit(self.task, 'fsize').soft !== unlimited) {
		self.raise('XFSZ');
	}

	// Pages of tmpfs may have cost the caller its life.
	if (findTask(self.loop.tx, self.kernel, self.id)?.pendingSignals.includes('KILL') === true) {
		self.endIfFatal();
	}

	return result;
}

export function descriptorCalls(self: Self): DescriptorCalls {
	const {loop} = self;
	const withFile = <T>(fd: Fd, use: (file: OpenFile) => T): T | Failure => {
		const file = fileOf(self, fd);
		return file === undefined ? failure('EBADF') : use(file);
	};

	return {
		open: (path, flags, mode = 0o666) => open(self, path, flags, mode),
		close: fd => closeDescriptor(loop, self.task, fd),
		read: (fd, count) => withFile(fd, file => readFrom(self, file, count)),
		write: (fd, bytes) => withFile(fd, file => writeTo(self, file, bytes)),
		pread: (fd, count, offset) => withFile(fd, ({what}) => what.kind === 'node' ? readAt(self, what, offset, Math.min(count, maxTransferBytes)) : failure('ESPIPE')),
		seek: (fd, offset, from) => withFile(fd, file => seek(self, file, offset, from)),
		ftruncate: (fd, sizeBytes) => withFile(fd, ({what, canWrite}) => {
			if (what.kind !== 'node' || !canWrite) {
				return failure('EINVAL');
			}

			return typeOf(self.context, what.fs).setAttributes(self.context, what.fs, what.node, {sizeBytes});
		}),
		fstat: fd => withFile(fd, file => onFound(statFile(self, file), attributes => shownAttributes(loop.tx, self.task, attributes))),
		dup: (fd, atLeast = 0) => {
			const descriptor = self.task.descriptors.get(fd);
			return descriptor === undefined ? failure('EBADF') : installFile(loop, self.task, descriptor.file, {atLeast});
		},
		dup2: (from, to) => {
			const descriptor = self.task.descriptors.get(from);
			if (descriptor === undefined) {
				return failure('EBADF');
			}

			if (to >= resourceLimit(self.task, 'nofile').soft) {
				return failure('EBADF');
			}

			if (from !== to) {
				putDescriptor(loop, self.task, to, {file: descriptor.file, closeOnExec: false});
			}

			return to;
		},
		setCloseOnExec: (fd, closeOnExec) => setCloseOnExec(self, fd, closeOnExec),
		descriptors: () => [...self.task.descriptors.keys()].sort((a, b) => a - b),
		pipe: () => pipe(self),
		isTerminal: fd => fileOf(self, fd)?.what.kind === 'terminal',
		windowSize: fd => withFile(fd, ({what}) => {
			if (what.kind !== 'terminal' && what.kind !== 'master') {
				return failure('ENOTTY');
			}

			const {columns, rows} = getTerminal(loop, what.terminal);
			return {columns, rows};
		}),
		setRawMode: (fd, raw) => withFile(fd, ({what}) => what.kind === 'terminal' ? changeTerminal(loop, what.terminal, {raw}) : failure('ENOTTY')),
		readChannel: fd => channel(self, fd, 'read'),
		writeChannel: fd => channel(self, fd, 'write'),
		canRead: fd => {
			const file = fileOf(self, fd);
			return file === undefined || canReadNow(loop, file);
		},
		isMet: fd => {
			const what = fileOf(self, fd)?.what;
			return what?.kind !== 'pipe' || isFifoMet(loop, what.pipe, what.end, what.awaits);
		},
	};
}

function setCloseOnExec(self: Self, fd: Fd, closeOnExec: boolean): void | Failure {
	const {task} = self;
	const descriptor = task.descriptors.get(fd);
	if (descriptor === undefined) {
		return failure('EBADF');
	}

	self.loop.tx.put(`task:${self.kernel}`, self.id, {...task, descriptors: new Map(task.descriptors).set(fd, {...descriptor, closeOnExec})});
}

export function fileOf(self: Self, fd: Fd): OpenFile | undefined {
	const descriptor = self.task.descriptors.get(fd);
	return descriptor === undefined ? undefined : getFile(self.loop, descriptor.file);
}

function channel(self: Self, fd: Fd, event: 'read' | 'write'): string {
	const file = fileOf(self, fd);
	return file === undefined ? 'closed' : fileChannel(file, event);
}

function statFile(self: Self, file: OpenFile): Attributes | Failure {
	const {what} = file;
	if (what.kind === 'node') {
		return attributesAt(self.context, what.fs, what.node);
	}

	const fifo = what.kind === 'pipe' ? getPipe(self.loop, what.pipe).fifo : undefined;
	if (fifo !== undefined) {
		const [fs = 0, node = 0] = fifo.key.split(':').map(Number);
		return attributesAt(self.context, fs, node);
	}

	const isCharacter = what.kind === 'terminal' || what.kind === 'master' || what.kind === 'device';
	const rdev = what.kind === 'device' ? what.device : (what.kind === 'terminal' ? {major: 136, minor: what.terminal} : {major: 0, minor: 0});
	return {
		fs: 0, node: file.id, type: isCharacter ? 'char' : (what.kind === 'socket' ? 'socket' : 'fifo'), mode: isCharacter ? 0o620 : 0o600, nlink: 1, uid: self.task.uid, gid: self.task.gid, rdev, sizeBytes: 0, blocks: 0, atimeUs: 0, mtimeUs: 0, ctimeUs: 0,
	};
}

function pipe(self: Self): {readonly readEnd: Fd; readonly writeEnd: Fd} | Failure {
	const {loop} = self;
	const id = makePipe(loop);
	const readEnd = installFile(loop, self.task, makeFile(loop, {what: {kind: 'pipe', pipe: id, end: 'read'}, canRead: true, canWrite: false, append: false, path: `pipe:[${id}]`}));
	if (failed(readEnd)) {
		return readEnd;
	}

	const writeEnd = installFile(loop, self.task, makeFile(loop, {what: {kind: 'pipe', pipe: id, end: 'write'}, canRead: false, canWrite: true, append: false, path: `pipe:[${id}]`}));
	return failed(writeEnd) ? writeEnd : {readEnd, writeEnd};
}

function seek(self: Self, file: OpenFile, offset: number, from: 'start' | 'current' | 'end'): number | Failure {
	const {what} = file;
	if (what.kind !== 'node') {
		return failure('ESPIPE');
	}

	const attributes = attributesAt(self.context, what.fs, what.node);
	if (failed(attributes)) {
		return attributes;
	}

	const base = from === 'start' ? 0 : (from === 'current' ? what.offset : attributes.sizeBytes);
	if (base + offset < 0) {
		return failure('EINVAL');
	}

	self.loop.tx.put('file', file.id, {...file, what: {...what, offset: base + offset}});
	return base + offset;
}

function open(self: Self, path: string, flags: OpenFlags, mode: number): Fd | Failure {
	const {caller} = self;
	const found = resolve(caller, path, flags.noFollow !== true);
	if (failed(found)) {
		return found.errno === 'ENOENT' && flags.create === true ? createAndOpen(self, path, flags, mode) : found;
	}

	if (flags.create === true && flags.exclusive === true) {
		return failure('EEXIST');
	}

	return openFound(self, path, flags, found);
}

function createAndOpen(self: Self, path: string, flags: OpenFlags, mode: number): Fd | Failure {
	const {caller} = self;
	const target = lastTarget(self, path);
	const parent = resolveParent(caller, target);
	if (failed(parent)) {
		return parent;
	}

	if (parent.wantsDirectory) {
		return failure('EISDIR');
	}

	const refused = mayChange(self, parent.place.mount, parent.fs, parent.place.node);
	if (refused !== undefined) {
		return refused;
	}

	const {task} = self;
	const node = typeOf(self.context, parent.fs).create(self.context, parent.fs, parent.place.node, parent.name, {
		type: 'file', mode: mode & ~task.umask, uid: task.uid, gid: groupOfNew(self, parent.fs, parent.place.node),
	});
	if (failed(node)) {
		return node;
	}

	const attributes = attributesAt(self.context, parent.fs, node);
	return failed(attributes) ? attributes : openFound(self, target, flags, {place: {mount: parent.place.mount, node}, fs: parent.fs, attributes}, true);
}

/** The end of a chain of symbolic links whose last one has no target. */
function lastTarget(self: Self, path: string): string {
	let at = path;
	for (let links = 0; links < maxSymlinks; links++) {
		const next = danglingTarget(self, at);
		if (next === undefined) {
			break;
		}

		at = next;
	}

	return at;
}

/** Where a symbolic link without a target leads: O_CREAT makes the file there. */
function danglingTarget(self: Self, path: string): string | undefined {
	const link = resolve(self.caller, path, false);
	if (failed(link) || link.attributes.type !== 'symlink') {
		return undefined;
	}

	const target = typeOf(self.context, link.fs).readlink(self.context, link.fs, link.place.node);
	return failed(target) ? undefined : (target.target.startsWith('/') ? target.target : `${path.slice(0, path.lastIndexOf('/') + 1)}${target.target}`);
}

/** New files take the group of a set-group-id directory. */
export function groupOfNew(self: Self, fs: number, directory: number): number {
	const attributes = attributesAt(self.context, fs, directory);
	return !failed(attributes) && (attributes.mode & 0o2000) !== 0 ? attributes.gid : self.task.gid;
}

/** Whether the caller may make or remove names in a directory: a writable mount, and write and search permission. */
export function mayChange(self: Self, mount: number, fs: number, directory: number): Failure | undefined {
	const readOnly = writable(self.caller, mount);
	if (failed(readOnly)) {
		return readOnly;
	}

	const attributes = attributesAt(self.context, fs, directory);
	if (failed(attributes)) {
		return attributes;
	}

	return permits(self.caller, attributes, 'write') && permits(self.caller, attributes, 'execute') ? undefined : failure('EACCES');
}

function openFound(self: Self, path: string, flags: OpenFlags, found: Found, isNew = false): Fd | Failure {
	const {caller} = self;
	const {attributes, place, fs} = found;
	const forWriting = flags.write === true;
	const forReading = flags.read === true || !forWriting;
	if (attributes.type === 'symlink' && flags.path !== true) {
		return failure('ELOOP');
	}

	if (flags.directory === true && attributes.type !== 'directory') {
		return failure('ENOTDIR');
	}

	if (attributes.type === 'directory' && (forWriting || flags.create === true)) {
		return failure('EISDIR');
	}

	if (!isNew && flags.path !== true && ((forReading && !permits(caller, attributes, 'read')) || (forWriting && !permits(caller, attributes, 'write')))) {
		return failure('EACCES');
	}

	if (attributes.type === 'socket') {
		return failure('ENXIO');
	}

	const reopened = typeOf(self.context, fs).openFileOf?.(self.context, fs, place.node);
	if (reopened !== undefined) {
		return reopen(self, getFile(self.loop, reopened), {forReading, forWriting});
	}

	const special = openDevice(self, found, openPath(self, path), {forReading, forWriting, nonBlock: flags.nonBlock === true});
	if (special !== undefined) {
		return special;
	}

	if (forWriting) {
		const readOnly = writable(caller, place.mount);
		if (failed(readOnly)) {
			return readOnly;
		}
	}

	const opened = typeOf(self.context, fs).open(self.context, fs, place.node, {forWriting, truncate: forWriting && flags.truncate === true});
	if (failed(opened)) {
		return opened;
	}

	const file = makeFile(self.loop, {
		what: {kind: 'node', fs, node: place.node, mount: place.mount, offset: 0}, canRead: forReading, canWrite: forWriting, append: flags.append ?? false, path: openPath(self, path),
	});
	return installFile(self.loop, self.task, file);
}

/** Opens by /proc/PID/fd/N (and so by /dev/stdout) what has no path: the same pipe or terminal, as a new open file. */
function reopen(self: Self, file: OpenFile, how: Omit<HowToOpen, 'nonBlock'>): Fd | Failure {
	const {loop} = self;
	const {what, path} = file;
	if (what.kind === 'socket') {
		return failure('ENXIO');
	}

	const end = how.forWriting ? 'write' : 'read';
	if (what.kind === 'pipe') {
		openPipeEnd(loop, what.pipe, end);
	}

	return installFile(loop, self.task, makeFile(loop, {what: what.kind === 'pipe' ? {...what, end} : what, canRead: how.forReading, canWrite: how.forWriting, append: false, path}));
}

function openPath(self: Self, path: string): string {
	const parent = resolveParent(self.caller, path);
	return failed(parent) ? path : pathOfFile(self.caller, parent.place, parent.name);
}

const memoryDevices = 1;
/** null, zero, full, random, urandom. */
const memoryMinors: readonly number[] = [3, 5, 7, 8, 9];
const terminalDevices = 5;
const pseudoTerminals = 136;

type HowToOpen = {readonly forReading: boolean; readonly forWriting: boolean; readonly nonBlock: boolean};

/**
 * The descriptor is there at once, and `isMet` tells whether the other end is open too; shells wait for it before they go on.
 * Simplified: a program that opens a named pipe by itself waits at its first read or write, not in open(2).
 */
function openNamedPipe(self: Self, found: Found, path: string, how: HowToOpen): Fd | Failure {
	const end = how.forReading ? (how.forWriting ? 'both' : 'read') : 'write';
	const opened = openFifo(self.loop, `${found.fs}:${found.place.node}`, end, how.nonBlock);
	return failed(opened) ? opened : installFile(self.loop, self.task, makeFile(self.loop, {what: {kind: 'pipe', end, ...opened}, canRead: how.forReading, canWrite: how.forWriting, append: false, path}));
}

/** Character devices with behaviour: memory devices, the caller's terminal, pseudo-terminals. */
function openDevice(self: Self, found: Found, path: string, how: HowToOpen): Fd | Failure | undefined {
	const {type, rdev} = found.attributes;
	if (type === 'fifo') {
		return openNamedPipe(self, found, path, how);
	}

	if (type === 'block') {
		// Simplified: block devices exist as files but cannot be opened.
		return failure('ENXIO');
	}

	if (type !== 'char') {
		return undefined;
	}

	if (getMount(self.caller, found.place.mount).flags.includes('nodev')) {
		return failure('EACCES');
	}

	const access = {canRead: how.forReading, canWrite: how.forWriting, append: false, path};
	if (rdev.major === memoryDevices && memoryMinors.includes(rdev.minor)) {
		return installFile(self.loop, self.task, makeFile(self.loop, {...access, what: {kind: 'device', device: rdev}}));
	}

	const terminal = rdev.major === pseudoTerminals ? rdev.minor : (rdev.major === terminalDevices && rdev.minor === 0 ? self.task.terminal : undefined);
	if (terminal === undefined || self.loop.tx.get('terminal', terminal) === undefined) {
		return failure('ENXIO');
	}

	return installFile(self.loop, self.task, makeFile(self.loop, {...access, what: {kind: 'terminal', terminal}}));
}
