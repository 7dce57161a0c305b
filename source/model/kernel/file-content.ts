// The bytes of a regular file: immutable, sparse, cheap to append to. A write shares every chunk it does not touch with the
// content before it, so that keeping old worlds costs only what changed.
//
//     offset 0        4096          (hole)          1 MiB
//            [chunk   ][chunk]                      [chunk]        sizeBytes may lie beyond the last chunk

/** Appending joins chunks up to this size, as a page cache does; it is also the unit in which space is allocated. */
export const pageBytes = 4096;

type Chunk = {readonly offset: number; readonly bytes: Uint8Array};

export type FileContent = {
	readonly sizeBytes: number;
	/** Ascending, not overlapping, none empty. Holes between them read as zeros. */
	readonly chunks: readonly Chunk[];
};

export const emptyContent: FileContent = Object.freeze({sizeBytes: 0, chunks: Object.freeze([])});

export function contentOf(bytes: Uint8Array): FileContent {
	return bytes.length === 0 ? emptyContent : {sizeBytes: bytes.length, chunks: [{offset: 0, bytes}]};
}

/** A content that begins with `bytes` and reads as zeros from there to `sizeBytes`. */
export function sparseContent(bytes: Uint8Array, sizeBytes: number): FileContent {
	return {...contentOf(bytes), sizeBytes: Math.max(sizeBytes, bytes.length)};
}

/** At most `count` bytes from `offset`; fewer at the end of the file, none beyond it. */
export function readContent(content: FileContent, offset: number, count: number): Uint8Array {
	const end = Math.min(offset + count, content.sizeBytes);
	if (end <= offset) {
		return new Uint8Array(0);
	}

	const [only] = content.chunks;
	if (content.chunks.length === 1 && only!.offset === 0 && end <= only!.bytes.length) {
		return only!.bytes.subarray(offset, end);
	}

	const result = new Uint8Array(end - offset);
	for (let index = firstChunkEndingAfter(content.chunks, offset); index < content.chunks.length; index++) {
		const chunk = content.chunks[index]!;
		if (chunk.offset >= end) {
			break;
		}

		const from = Math.max(offset, chunk.offset);
		const to = Math.min(end, chunk.offset + chunk.bytes.length);
		result.set(chunk.bytes.subarray(from - chunk.offset, to - chunk.offset), from - offset);
	}

	return result;
}

export function writeContent(content: FileContent, offset: number, bytes: Uint8Array): FileContent {
	if (bytes.length === 0) {
		return content;
	}

	const end = offset + bytes.length;
	const sizeBytes = Math.max(content.sizeBytes, end);
	const added = chunksOf(offset, bytes);
	const last = content.chunks.at(-1);
	if (last === undefined || offset >= last.offset + last.bytes.length) {
		return {sizeBytes, chunks: added.length === 1 ? appendChunk(content.chunks, added[0]!) : [...content.chunks, ...added]};
	}

	const before: Chunk[] = [];
	const after: Chunk[] = [];
	for (const chunk of content.chunks) {
		const chunkEnd = chunk.offset + chunk.bytes.length;
		if (chunk.offset < offset) {
			before.push(chunkEnd <= offset ? chunk : {offset: chunk.offset, bytes: chunk.bytes.subarray(0, offset - chunk.offset)});
		}

		if (chunkEnd > end) {
			after.push(chunk.offset >= end ? chunk : {offset: end, bytes: chunk.bytes.subarray(end - chunk.offset)});
		}
	}

	return {sizeBytes, chunks: [...before, ...added, ...after]};
}

/** Cuts the content off at `sizeBytes`, or extends it with a hole. */
export function resizeContent(content: FileContent, sizeBytes: number): FileContent {
	if (sizeBytes >= content.sizeBytes) {
		return sizeBytes === content.sizeBytes ? content : {...content, sizeBytes};
	}

	const chunks = content.chunks
		.filter(chunk => chunk.offset < sizeBytes)
		.map(chunk => chunk.offset + chunk.bytes.length <= sizeBytes ? chunk : {offset: chunk.offset, bytes: chunk.bytes.subarray(0, sizeBytes - chunk.offset)});
	return {sizeBytes, chunks};
}

/** The space the content takes on a disk that allocates whole pages, in bytes. Holes take none. */
export function allocatedBytes(content: FileContent): number {
	let pages = 0;
	let lastPage = -1;
	for (const chunk of content.chunks) {
		const from = Math.max(Math.floor(chunk.offset / pageBytes), lastPage + 1);
		const to = Math.floor((chunk.offset + chunk.bytes.length - 1) / pageBytes);
		pages += Math.max(to - from + 1, 0);
		lastPage = Math.max(to, lastPage);
	}

	return pages * pageBytes;
}

/** Zeros that all files share, so that `dd if=/dev/zero` may fill a disk of ours without filling our memory. */
const zeros = new Uint8Array(2 ** 20);

function chunksOf(offset: number, bytes: Uint8Array): readonly Chunk[] {
	if (bytes.length < pageBytes || !areZeros(bytes)) {
		return [{offset, bytes: bytes.slice()}];
	}

	return Array.from({length: Math.ceil(bytes.length / zeros.length)}, (_, index) => {
		const at = index * zeros.length;
		return {offset: offset + at, bytes: zeros.subarray(0, Math.min(zeros.length, bytes.length - at))};
	});
}

function areZeros(bytes: Uint8Array): boolean {
	const isAligned = bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0;
	const words = isAligned ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) : bytes;
	for (let index = 0; index < words.length; index++) {
		if (words[index] !== 0) {
			return false;
		}
	}

	return true;
}

/** The bytes that this content makes our own process hold: neither holes nor the shared zeros. */
export function storedBytes(content: FileContent): number {
	return content.chunks.reduce((sum, {bytes}) => bytes.buffer === zeros.buffer ? sum : sum + bytes.length, 0);
}

function appendChunk(chunks: readonly Chunk[], chunk: Chunk): readonly Chunk[] {
	const last = chunks.at(-1);
	if (last !== undefined && last.offset + last.bytes.length === chunk.offset && last.bytes.length + chunk.bytes.length <= pageBytes) {
		const joined = new Uint8Array(last.bytes.length + chunk.bytes.length);
		joined.set(last.bytes);
		joined.set(chunk.bytes, last.bytes.length);
		return [...chunks.slice(0, -1), {offset: last.offset, bytes: joined}];
	}

	return [...chunks, chunk];
}

function firstChunkEndingAfter(chunks: readonly Chunk[], offset: number): number {
	let low = 0;
	let high = chunks.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		const chunk = chunks[middle]!;
		if (chunk.offset + chunk.bytes.length <= offset) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}

	return low;
}
