// Tar archives: a writer whose bytes depend on nothing but the entries, because layers are named by their digest, and a strict reader
// that trusts nothing, because learners hand it files of their own.
//
//     [pax header][pax records] [header][data, padded to 512] ... [1024 zeros]
//
// The writer chooses as Go's archive/tar does: plain ustar, and a pax header only for what ustar cannot say (long or non-ASCII
// names, extended attributes, huge numbers). A file with holes is written in GNU's PAX sparse format 1.0, so that a file of a
// gigabyte with one page of data takes a few kilobytes. Source: POSIX.1-2017 pax(1); GNU tar manual, "Storing Sparse Files";
// docker names extended attributes `SCHILY.xattr.NAME`.
//
// Simplified: dockerd writes holes out as zeros. Ours stay holes, which changes digests but no sizes that a learner sees.

import {compareText, concatBytes, decodeUtf8, encodeText, noBytes} from './bytes.js';

/** Bytes with holes: chunks ascending, not overlapping; what lies between them reads as zeros. */
export type SparseBytes = {
	readonly sizeBytes: number;
	readonly chunks: readonly {readonly offset: number; readonly bytes: Uint8Array}[];
};

export type TarType = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo';

export type TarEntry = {
	/** As in the archive, without the slash that ends a directory's name. */
	readonly name: string;
	readonly type: TarType;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly mtimeUs: number;
	readonly linkName: string;
	readonly major: number;
	readonly minor: number;
	readonly xattrs: ReadonlyMap<string, Uint8Array>;
	readonly content: SparseBytes;
};

export type TarError = {readonly kind: 'tar-error'; readonly message: string};

export type TarBudget = {readonly maxEntries: number; readonly maxBytes: number};

/** What ext4 holds in one file, which is the most that an archive may say of one. */
const maxFileBytes = 16 * 2 ** 40;

/** Enough for any image of ours; a bound on what a crafted archive can cost. */
export const defaultTarBudget: TarBudget = {maxEntries: 100_000, maxBytes: 256 * 1024 * 1024};

const blockBytes = 512;
/** Holes below this are written as zeros: the map would cost more than it saves. */
const minHoleBytes = 4096;
const typeFlags: Readonly<Record<TarType, string>> = {file: '0', hardlink: '1', symlink: '2', char: '3', block: '4', directory: '5', fifo: '6'};
const typesByFlag = new Map<string, TarType>([...Object.entries(typeFlags).map(([type, flag]): [string, TarType] => [flag, type as TarType]), ['\0', 'file'], ['7', 'file']]);
const maxOctal7 = 0o7777777;
const maxOctal11 = 0o77777777777;

const noContent: SparseBytes = {sizeBytes: 0, chunks: []};

/** An entry with everything that most entries leave alone. */
export function tarEntry(name: string, type: TarType, rest: Partial<TarEntry> = {}): TarEntry {
	return {
		name, type, mode: type === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, mtimeUs: 0, linkName: '', major: 0, minor: 0, xattrs: new Map(), content: noContent, ...rest,
	};
}

export function isTarError(value: object): value is TarError {
	return 'kind' in value && value.kind === 'tar-error';
}

export function writeTar(entries: Iterable<TarEntry>): Uint8Array {
	const parts: Uint8Array[] = [];
	for (const entry of entries) {
		writeEntry(parts, entry);
	}

	parts.push(new Uint8Array(2 * blockBytes));
	return concatBytes(parts);
}

function writeEntry(parts: Uint8Array[], entry: TarEntry): void {
	const name = entry.type === 'directory' ? `${entry.name}/` : entry.name;
	const records = new Map<string, Uint8Array>();
	const data = entry.type === 'file' ? mergeChunks(entry.content) : noContent;
	const isSparse = hasHole(data);
	const body = isSparse ? sparseBody(data) : denseBody(data);
	let headerName = name;
	if (isSparse) {
		records.set('GNU.sparse.major', encodeText('1'));
		records.set('GNU.sparse.minor', encodeText('0'));
		records.set('GNU.sparse.name', encodeText(name));
		records.set('GNU.sparse.realsize', encodeText(String(data.sizeBytes)));
		headerName = besides(name, 'GNUSparseFile.0');
	}

	const ustar = splitName(headerName);
	if (ustar === undefined) {
		records.set('path', encodeText(headerName));
	}

	if (encodeText(entry.linkName).length > 100 || !isAscii(entry.linkName)) {
		records.set('linkpath', encodeText(entry.linkName));
	}

	for (const [key, value] of [['uid', entry.uid], ['gid', entry.gid]] as const) {
		if (value > maxOctal7) {
			records.set(key, encodeText(String(value)));
		}
	}

	if (body.length > maxOctal11) {
		records.set('size', encodeText(String(body.length)));
	}

	for (const [key, value] of entry.xattrs) {
		records.set(`SCHILY.xattr.${key}`, value);
	}

	if (records.size > 0) {
		writePax(parts, name, records);
	}

	const {prefix, name: shortName} = ustar ?? {prefix: '', name: asciiOnly(headerName).slice(0, 100)};
	parts.push(headerBlock({...entry, name: shortName, linkName: asciiOnly(entry.linkName).slice(0, 100)}, typeFlags[entry.type], prefix, body.length), body);
	parts.push(paddingOf(body.length));
}

function writePax(parts: Uint8Array[], name: string, records: ReadonlyMap<string, Uint8Array>): void {
	const lines = [...records].sort(([a], [b]) => compareText(a, b)).map(([key, value]) => paxRecord(key, value));
	const body = concatBytes(lines);
	const paxName = asciiOnly(besides(name.replace(/\/$/v, ''), 'PaxHeaders.0')).slice(0, 100);
	parts.push(headerBlock({...tarEntry(paxName, 'file'), mode: 0}, 'x', '', body.length), body, paddingOf(body.length));
}

/** `LENGTH key=value\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
	const rest = concatBytes([encodeText(` ${key}=`), value, encodeText('\n')]);
	let length = rest.length + String(rest.length).length;
	if (rest.length + String(length).length !== length) {
		length = rest.length + String(length).length;
	}

	return concatBytes([encodeText(String(length)), rest]);
}

function headerBlock(entry: TarEntry, flag: string, prefix: string, sizeBytes: number): Uint8Array {
	const block = new Uint8Array(blockBytes);
	const put = (offset: number, text: string) => block.set(encodeText(text), offset);
	const octal = (offset: number, width: number, value: number) =>
		put(offset, value < 8 ** (width - 1) ? Math.max(value, 0).toString(8).padStart(width - 1, '0') : '0'.repeat(width - 1));
	put(0, entry.name);
	octal(100, 8, entry.mode);
	octal(108, 8, entry.uid);
	octal(116, 8, entry.gid);
	octal(124, 12, sizeBytes);
	octal(136, 12, Math.floor(entry.mtimeUs / 1e6));
	put(148, ' '.repeat(8));
	put(156, flag);
	put(157, entry.linkName);
	put(257, 'ustar\u000000');
	octal(329, 8, entry.major);
	octal(337, 8, entry.minor);
	put(345, prefix);
	put(148, `${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `);
	return block;
}

/** The name in ustar's two fields (100 and 155 bytes, cut at a slash), or undefined if it does not fit or is not ASCII. */
function splitName(name: string): {readonly prefix: string; readonly name: string} | undefined {
	if (!isAscii(name)) {
		return undefined;
	}

	if (name.length <= 100) {
		return {prefix: '', name};
	}

	const cut = name.slice(0, Math.min(156, name.length - 1)).lastIndexOf('/');
	return cut <= 0 || name.length - cut - 1 > 100 ? undefined : {prefix: name.slice(0, cut), name: name.slice(cut + 1)};
}

/** `dir/file` -> `dir/between/file`. */
function besides(name: string, between: string): string {
	const slash = name.lastIndexOf('/');
	return slash === -1 ? `${between}/${name}` : `${name.slice(0, slash)}/${between}/${name.slice(slash + 1)}`;
}

function isAscii(text: string): boolean {
	return !/[^\u0001-\u007f]/v.test(text);
}

function asciiOnly(text: string): string {
	return text.replaceAll(/[^\u0001-\u007f]/gv, '');
}

/** One form for equal contents, however they were written: adjoining chunks and those with small holes between them are joined. */
function mergeChunks(content: SparseBytes): SparseBytes {
	const chunks: {offset: number; bytes: Uint8Array}[] = [];
	let run: {offset: number; end: number; parts: Uint8Array[]} | undefined;
	const flush = () => {
		if (run !== undefined) {
			chunks.push({offset: run.offset, bytes: concatBytes(run.parts)});
		}
	};

	for (const chunk of content.chunks) {
		if (run !== undefined && chunk.offset - run.end < minHoleBytes) {
			run.parts.push(new Uint8Array(chunk.offset - run.end), chunk.bytes);
		} else if (run === undefined && chunk.offset < minHoleBytes) {
			run = {offset: 0, end: 0, parts: [new Uint8Array(chunk.offset), chunk.bytes]};
		} else {
			flush();
			run = {offset: chunk.offset, end: 0, parts: [chunk.bytes]};
		}

		run.end = chunk.offset + chunk.bytes.length;
	}

	flush();
	const last = chunks.at(-1);
	const end = last === undefined ? 0 : last.offset + last.bytes.length;
	const rest = content.sizeBytes - end;
	if (rest > 0 && rest < minHoleBytes) {
		const tail = {offset: last?.offset ?? 0, bytes: concatBytes([last?.bytes ?? noBytes, new Uint8Array(rest)])};
		return {sizeBytes: content.sizeBytes, chunks: [...chunks.slice(0, -1), tail]};
	}

	return {sizeBytes: content.sizeBytes, chunks};
}

function hasHole(content: SparseBytes): boolean {
	return content.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0) < content.sizeBytes;
}

function denseBody(content: SparseBytes): Uint8Array {
	return content.chunks[0]?.bytes ?? noBytes;
}

/** The map (count, then offset and length of each piece, a line each, padded), then the pieces. A piece of no bytes marks the end. */
function sparseBody(content: SparseBytes): Uint8Array {
	const pieces = content.chunks.map(chunk => ({offset: chunk.offset, length: chunk.bytes.length}));
	const last = pieces.at(-1);
	if (last === undefined || last.offset + last.length < content.sizeBytes) {
		pieces.push({offset: content.sizeBytes, length: 0});
	}

	const map = encodeText(`${pieces.length}\n${pieces.map(({offset, length}) => `${offset}\n${length}\n`).join('')}`);
	return concatBytes([map, paddingOf(map.length), ...content.chunks.map(chunk => chunk.bytes)]);
}

function paddingOf(length: number): Uint8Array {
	return new Uint8Array((blockBytes - length % blockBytes) % blockBytes);
}

/** All entries of an archive, or why it is not one. The contents share the bytes of the archive. */
export function readTar(bytes: Uint8Array, budget: TarBudget = defaultTarBudget): readonly TarEntry[] | TarError {
	const reader = new TarReader(bytes, budget);
	for (;;) {
		const next = reader.next();
		if (next === undefined) {
			return reader.entries;
		}

		if (typeof next === 'string') {
			return {kind: 'tar-error', message: next};
		}

		reader.entries.push(next);
	}
}

const invalidHeader = 'archive/tar: invalid tar header';
const unexpectedEnd = 'unexpected EOF';

class TarReader {
	readonly entries: TarEntry[] = [];
	readonly #bytes: Uint8Array;
	readonly #budget: TarBudget;
	readonly #global = new Map<string, Uint8Array>();
	#at = 0;
	#held = 0;

	constructor(bytes: Uint8Array, budget: TarBudget) {
		this.#bytes = bytes;
		this.#budget = budget;
	}

	/** The next entry, a text if the archive is broken, undefined at its end. */
	next(): TarEntry | string | undefined {
		const pax = new Map(this.#global);
		for (;;) {
			if (this.#at >= this.#bytes.length) {
				return undefined;
			}

			const block = this.#take(blockBytes);
			if (block === undefined) {
				return unexpectedEnd;
			}

			if (block.every(byte => byte === 0)) {
				return undefined;
			}

			if (!checksumFits(block)) {
				return invalidHeader;
			}

			const flag = String.fromCharCode(block[156]!);
			if (!'xgLK'.includes(flag)) {
				return this.entries.length >= this.#budget.maxEntries ? `archive has more than ${this.#budget.maxEntries} entries` : this.#entry(block, flag, pax);
			}

			const problem = this.#extension(block, flag, pax);
			if (problem !== undefined) {
				return problem;
			}
		}
	}

	/** A pax header or GNU long name, which describes the entry after it. */
	#extension(block: Uint8Array, flag: string, pax: Map<string, Uint8Array>): string | undefined {
		const body = this.#data(numberAt(block, 124, 12));
		if (body === undefined) {
			return unexpectedEnd;
		}

		if (flag === 'L' || flag === 'K') {
			const end = body.indexOf(0);
			pax.set(flag === 'L' ? 'path' : 'linkpath', end === -1 ? body : body.subarray(0, end));
			return undefined;
		}

		return parsePax(body, flag === 'g' ? this.#global : pax) ? undefined : invalidHeader;
	}

	#entry(block: Uint8Array, flag: string, pax: ReadonlyMap<string, Uint8Array>): TarEntry | string {
		const text = (key: string) => pax.has(key) ? decodeUtf8(pax.get(key)!) : undefined;
		const number = (key: string) => pax.has(key) ? Number(text(key)) : undefined;
		const prefix = stringAt(block, 345, 155);
		const shortName = stringAt(block, 0, 100);
		const name = text('GNU.sparse.name') ?? text('path') ?? (prefix !== '' && stringAt(block, 257, 5) === 'ustar' ? `${prefix}/${shortName}` : shortName);
		const type = flag === '0' && name?.endsWith('/') === true ? 'directory' : typesByFlag.get(flag);
		const size = number('size') ?? numberAt(block, 124, 12);
		if (type === undefined) {
			return `unhandled tar header type ${block[156]}`;
		}

		const body = type === 'file' ? this.#data(size) : noBytes;
		if (body === undefined) {
			return unexpectedEnd;
		}

		if ((number('GNU.sparse.realsize') ?? 0) > maxFileBytes) {
			return 'file too large';
		}

		const content = pax.has('GNU.sparse.major') ? readSparse(body, text('GNU.sparse.major'), number('GNU.sparse.realsize')) : denseContent(body);
		const entry = {
			type,
			name: name?.replace(/\/+$/v, '') ?? '',
			mode: numberAt(block, 100, 8) & 0o7777,
			uid: number('uid') ?? numberAt(block, 108, 8),
			gid: number('gid') ?? numberAt(block, 116, 8),
			mtimeUs: Math.floor((number('mtime') ?? numberAt(block, 136, 12)) * 1e6),
			linkName: text('linkpath') ?? stringAt(block, 157, 100) ?? '',
			major: numberAt(block, 329, 8),
			minor: numberAt(block, 337, 8),
			xattrs: xattrsOf(pax),
		};
		const isSound = content !== undefined && name !== undefined && name !== '' && !`${name}${entry.linkName}`.includes('\0')
			&& [entry.mode, entry.uid, entry.gid, entry.mtimeUs, entry.major, entry.minor].every(Number.isSafeInteger);
		return isSound ? {...entry, content} : invalidHeader;
	}

	/** The data of an entry with its padding. */
	#data(sizeBytes: number): Uint8Array | undefined {
		if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
			return undefined;
		}

		this.#held += sizeBytes;
		const body = this.#held > this.#budget.maxBytes ? undefined : this.#take(sizeBytes);
		this.#at = Math.min(this.#at + (blockBytes - sizeBytes % blockBytes) % blockBytes, this.#bytes.length);
		return body;
	}

	#take(count: number): Uint8Array | undefined {
		if (this.#at + count > this.#bytes.length) {
			return undefined;
		}

		this.#at += count;
		return this.#bytes.subarray(this.#at - count, this.#at);
	}
}

/** Bytes without holes. */
export function denseContent(bytes: Uint8Array): SparseBytes {
	return bytes.length === 0 ? noContent : {sizeBytes: bytes.length, chunks: [{offset: 0, bytes}]};
}

function checksumFits(block: Uint8Array): boolean {
	let sum = 0;
	for (const [index, byte] of block.entries()) {
		sum += index >= 148 && index < 156 ? 0x20 : byte;
	}

	return sum === numberAt(block, 148, 8);
}

/** Octal digits, or GNU's base 256 when the first bit is set. NaN if neither. */
function numberAt(block: Uint8Array, offset: number, width: number): number {
	const field = block.subarray(offset, offset + width);
	if ((field[0]! & 0x80) !== 0) {
		return field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7F : byte), 0);
	}

	const text = String.fromCharCode(...field).replaceAll(/[\0 ]/gv, '');
	return text === '' ? 0 : (/^[0-7]+$/v.test(text) ? Number.parseInt(text, 8) : Number.NaN);
}

/** Text up to the first zero byte; undefined if it is not UTF-8. */
function stringAt(block: Uint8Array, offset: number, width: number): string | undefined {
	const field = block.subarray(offset, offset + width);
	const end = field.indexOf(0);
	return decodeUtf8(end === -1 ? field : field.subarray(0, end));
}

function parsePax(body: Uint8Array, into: Map<string, Uint8Array>): boolean {
	let at = 0;
	while (at < body.length) {
		const space = body.indexOf(0x20, at);
		const length = space === -1 ? Number.NaN : Number(decodeUtf8(body.subarray(at, space)));
		if (!Number.isSafeInteger(length) || length < 5 || at + length > body.length || body[at + length - 1] !== 0x0A) {
			return false;
		}

		const record = body.subarray(space + 1, at + length - 1);
		const equals = record.indexOf(0x3D);
		const key = equals <= 0 ? undefined : decodeUtf8(record.subarray(0, equals));
		if (key === undefined) {
			return false;
		}

		into.set(key, record.subarray(equals + 1));
		at += length;
	}

	return true;
}

function xattrsOf(pax: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
	const prefix = 'SCHILY.xattr.';
	return new Map([...pax].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]));
}

/** Format 1.0 only: the older formats of GNU tar are refused. */
function readSparse(body: Uint8Array, major: string | undefined, realSize: number | undefined): SparseBytes | undefined {
	if (major !== '1' || realSize === undefined || !Number.isSafeInteger(realSize) || realSize < 0) {
		return undefined;
	}

	let at = 0;
	const line = (): number => {
		const end = body.indexOf(0x0A, at);
		const text = end === -1 || end - at > 20 ? undefined : decodeUtf8(body.subarray(at, end));
		at = end + 1;
		return text !== undefined && /^\d+$/v.test(text) ? Number(text) : Number.NaN;
	};

	const count = line();
	if (!(count <= body.length)) {
		return undefined;
	}

	const pieces = Array.from({length: count}, () => ({offset: line(), length: line()}));
	at += (blockBytes - at % blockBytes) % blockBytes;
	const chunks: {offset: number; bytes: Uint8Array}[] = [];
	let end = 0;
	for (const {offset, length} of pieces) {
		if (!(offset >= end && offset + length <= realSize && at + length <= body.length)) {
			return undefined;
		}

		end = offset + length;
		if (length > 0) {
			chunks.push({offset, bytes: body.subarray(at, at + length)});
			at += length;
		}
	}

	return {sizeBytes: realSize, chunks};
}
