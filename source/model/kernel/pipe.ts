// Pipes: bytes in order, 64 KiB at most, writes of up to 4 KiB whole. Reading an empty pipe waits, or ends when no writer is left; writing
// without readers is EPIPE and SIGPIPE. Source: pipe(7).

import {must} from '../../base/assert.js';
import {takeNumber} from './counter.js';
import {type Failure, failure} from './errno.js';
import {pipeAtomicBytes, pipeCapacityBytes} from './limits.js';
import type {RunLoop} from './run-loop.js';
import type {Pipe} from './schema.js';

export function pipeChannel(id: number, event: 'readable' | 'writable'): string {
	return `pipe:${id}:${event}`;
}

export function makePipe(loop: RunLoop): number {
	const id = takeNumber(loop.tx, 'pipe');
	loop.tx.put('pipe', id, {id, chunks: [], sizeBytes: 0, readers: 1, writers: 1});
	return id;
}

export function getPipe(loop: RunLoop, id: number): Pipe {
	return must(loop.tx.get('pipe', id), `getPipe: no pipe ${id}`);
}

export function readPipe(loop: RunLoop, id: number, count: number): Uint8Array | Failure {
	const pipe = getPipe(loop, id);
	if (pipe.sizeBytes === 0) {
		return pipe.writers === 0 ? new Uint8Array(0) : failure('EAGAIN');
	}

	const {taken, rest} = takeBytes(pipe.chunks, count);
	loop.tx.put('pipe', id, {...pipe, chunks: rest, sizeBytes: pipe.sizeBytes - taken.length});
	loop.wake(pipeChannel(id, 'writable'));
	return taken;
}

/** How many bytes the pipe took: all of a small write or none. EPIPE when nobody can ever read. */
export function writePipe(loop: RunLoop, id: number, bytes: Uint8Array): number | Failure {
	const pipe = getPipe(loop, id);
	if (pipe.readers === 0) {
		return failure('EPIPE');
	}

	const space = pipeCapacityBytes - pipe.sizeBytes;
	if (space === 0 || (bytes.length <= pipeAtomicBytes && bytes.length > space)) {
		return failure('EAGAIN');
	}

	const chunk = bytes.slice(0, space);
	loop.tx.put('pipe', id, {...pipe, chunks: [...pipe.chunks, chunk], sizeBytes: pipe.sizeBytes + chunk.length});
	loop.wake(pipeChannel(id, 'readable'));
	return chunk.length;
}

/** One more open file has an end. */
export function openPipeEnd(loop: RunLoop, id: number, end: 'read' | 'write'): void {
	const pipe = getPipe(loop, id);
	loop.tx.put('pipe', id, {...pipe, readers: pipe.readers + (end === 'read' ? 1 : 0), writers: pipe.writers + (end === 'write' ? 1 : 0)});
}

/** One end was closed for good. */
export function closePipeEnd(loop: RunLoop, id: number, end: 'read' | 'write'): void {
	const pipe = getPipe(loop, id);
	const readers = pipe.readers - (end === 'read' ? 1 : 0);
	const writers = pipe.writers - (end === 'write' ? 1 : 0);
	if (readers === 0 && writers === 0) {
		loop.tx.delete('pipe', id);
	} else {
		loop.tx.put('pipe', id, {...pipe, readers, writers});
	}

	loop.wake(pipeChannel(id, end === 'read' ? 'writable' : 'readable'));
}

/** The first `count` bytes of a queue of chunks, and what is left of it. */
export function takeBytes(chunks: readonly Uint8Array[], count: number): {readonly taken: Uint8Array; readonly rest: readonly Uint8Array[]} {
	const [first] = chunks;
	if (first === undefined || first.length >= count) {
		const taken = first?.subarray(0, count) ?? new Uint8Array(0);
		return {taken, rest: first === undefined || first.length === count ? chunks.slice(1) : [first.subarray(count), ...chunks.slice(1)]};
	}

	const parts: Uint8Array[] = [];
	let size = 0;
	let index = 0;
	for (; index < chunks.length && size < count; index++) {
		const part = chunks[index]!.subarray(0, count - size);
		parts.push(part);
		size += part.length;
	}

	const taken = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		taken.set(part, at);
		at += part.length;
	}

	const last = chunks[index - 1]!;
	const left = last.subarray(parts.at(-1)!.length);
	return {taken, rest: left.length === 0 ? chunks.slice(index) : [left, ...chunks.slice(index)]};
}
