// Pipes: bytes in order, 64 KiB at most, writes of up to 4 KiB whole. Reading an empty pipe waits, or ends when no writer is left; writing
// without readers is EPIPE and SIGPIPE. A named pipe is a pipe that a file leads to while somebody has it open; who opens one end waits
// for somebody at the other. Source: pipe(7), fifo(7); Linux fs/pipe.c, fifo_open.

import {must} from '../../base/assert.js';
import {takeNumber} from './counter.js';
import {type Failure, failure} from './errno.js';
import {pipeAtomicBytes, pipeCapacityBytes} from './limits.js';
import type {RunLoop} from './run-loop.js';
import type {Pipe, PipeEnd} from './schema.js';

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

/** `awaits`: of an end of a named pipe that was opened alone, see the schema's OpenFile. */
export function readPipe(loop: RunLoop, id: number, count: number, awaits?: number): Uint8Array | Failure {
	const pipe = getPipe(loop, id);
	if (pipe.sizeBytes === 0) {
		return pipe.writers === 0 && (awaits === undefined || awaits !== pipe.fifo?.writes) ? new Uint8Array(0) : failure('EAGAIN');
	}

	const {taken, rest} = takeBytes(pipe.chunks, count);
	loop.tx.put('pipe', id, {...pipe, chunks: rest, sizeBytes: pipe.sizeBytes - taken.length});
	loop.wake(pipeChannel(id, 'writable'));
	return taken;
}

/** How many bytes the pipe took: all of a small write or none. EPIPE when nobody can ever read. */
export function writePipe(loop: RunLoop, id: number, bytes: Uint8Array, awaits?: number): number | Failure {
	const pipe = getPipe(loop, id);
	if (pipe.readers === 0) {
		return failure(awaits !== undefined && awaits === pipe.fifo?.reads ? 'EAGAIN' : 'EPIPE');
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

const opensRead = (end: PipeEnd): number => end === 'write' ? 0 : 1;
const opensWrite = (end: PipeEnd): number => end === 'read' ? 0 : 1;

/** One more open file has an end. */
export function openPipeEnd(loop: RunLoop, id: number, end: PipeEnd): void {
	const pipe = getPipe(loop, id);
	const {fifo} = pipe;
	loop.tx.put('pipe', id, {
		...pipe, readers: pipe.readers + opensRead(end), writers: pipe.writers + opensWrite(end),
		...fifo === undefined ? {} : {fifo: {...fifo, reads: fifo.reads + opensRead(end), writes: fifo.writes + opensWrite(end)}},
	});
	wakeBoth(loop, id);
}

/** One end was closed for good. */
export function closePipeEnd(loop: RunLoop, id: number, end: PipeEnd): void {
	const pipe = getPipe(loop, id);
	const readers = pipe.readers - opensRead(end);
	const writers = pipe.writers - opensWrite(end);
	if (readers === 0 && writers === 0) {
		loop.tx.delete('pipe', id);
		if (pipe.fifo !== undefined) {
			loop.tx.delete('fifo', pipe.fifo.key);
		}
	} else {
		loop.tx.put('pipe', id, {...pipe, readers, writers});
	}

	wakeBoth(loop, id);
}

function wakeBoth(loop: RunLoop, id: number): void {
	loop.wake(pipeChannel(id, 'readable'));
	loop.wake(pipeChannel(id, 'writable'));
}

/** Opens an end of the named pipe that a node is. Without waiting, a writer with no reader is refused (ENXIO). */
export function openFifo(loop: RunLoop, key: string, end: PipeEnd, nonBlock: boolean): {readonly pipe: number; readonly awaits?: number} | Failure {
	const known = loop.tx.get('fifo', key)?.pipe;
	if (end === 'write' && nonBlock && (known === undefined || getPipe(loop, known).readers === 0)) {
		return failure('ENXIO');
	}

	const id = known ?? takeNumber(loop.tx, 'pipe');
	if (known === undefined) {
		loop.tx.put('pipe', id, {id, chunks: [], sizeBytes: 0, readers: 0, writers: 0, fifo: {key, reads: 0, writes: 0}});
		loop.tx.put('fifo', key, {pipe: id});
	}

	openPipeEnd(loop, id, end);
	const {readers, writers, fifo} = getPipe(loop, id);
	const isAlone = end === 'read' ? writers === 0 : readers === 0;
	return isAlone && !nonBlock ? {pipe: id, awaits: end === 'read' ? fifo!.writes : fifo!.reads} : {pipe: id};
}

/** Whether somebody has come to the other end of a named pipe since this one was opened. */
export function isFifoMet(loop: RunLoop, id: number, end: PipeEnd, awaits: number | undefined): boolean {
	const {fifo} = getPipe(loop, id);
	return awaits === undefined || awaits !== (end === 'read' ? fifo?.writes : fifo?.reads);
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
