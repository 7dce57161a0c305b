// gzip(1), gunzip(1) and zcat(1), by fflate. The time in the header is left out, so that equal files give equal archives.

import {gunzipSync, gzipSync} from 'fflate';
import {readAll, write} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Program} from '../model/kernel/program.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	stdout: {short: 'c', long: 'stdout,to-stdout', help: 'write on standard output, keep original files unchanged'},
	decompress: {short: 'd', long: 'decompress,uncompress', help: 'decompress'},
	force: {short: 'f', long: 'force', help: 'force overwrite of output file'},
	keep: {short: 'k', long: 'keep', help: 'keep (don\'t delete) input files'},
	noName: {short: 'n', long: 'no-name', help: 'do not save or restore the original name and timestamp'},
	fast: {short: '1', long: 'fast', help: 'compress faster'},
	best: {short: '9', long: 'best', help: 'compress better'},
} as const;

type Name = keyof typeof options;

const maxBytes = 64 * 1024 * 1024;

function program(name: string, always: {readonly decompress: boolean; readonly stdout: boolean}): Program {
	const command: Command<Name> = {name, usage: ['[OPTION]... [FILE]...'], summary: 'Compress or uncompress FILEs (by default, compress FILES in-place).', options, version: '1.12'};
	return tool(command, function * (t) {
		const how = {decompress: always.decompress || t.has('decompress'), stdout: always.stdout || t.has('stdout')};
		let status = 0;
		for (const path of t.inputs) {
			status = Math.max(status, yield * oneFile(t, path, how));
		}

		return status;
	});
}

export const gzip = program('gzip', {decompress: false, stdout: false});
export const gunzip = program('gunzip', {decompress: true, stdout: false});
export const zcat = program('zcat', {decompress: true, stdout: true});

function * oneFile(t: Tool<Name>, path: string, {decompress, stdout}: {readonly decompress: boolean; readonly stdout: boolean}): Blocking<number> {
	const toOutput = stdout || path === '-';
	if (!toOutput && decompress && !path.endsWith('.gz')) {
		return yield * t.complain(`${path}: unknown suffix -- ignored`, 2);
	}

	if (!toOutput && !decompress && path.endsWith('.gz')) {
		return yield * t.complain(`${path} already has .gz suffix -- unchanged`, 2);
	}

	const fd = t.openInput(path);
	const bytes = failed(fd) ? fd : yield * readAll(t.process, fd, maxBytes);
	if (failed(bytes)) {
		return yield * t.complainOf(path, bytes);
	}

	const result = decompress ? inflate(bytes) : gzipSync(bytes, {mtime: 0, level: t.has('fast') ? 1 : 6});
	if (result === undefined) {
		return yield * t.complain(`${path === '-' ? 'stdin' : path}: not in gzip format`);
	}

	if (toOutput) {
		yield * t.out.write(result);
		return 0;
	}

	return yield * replace(t, path, {target: decompress ? path.slice(0, -3) : `${path}.gz`, result});
}

/** Undefined if the bytes are no gzip, or hold more than we unpack. */
function inflate(bytes: Uint8Array): Uint8Array | undefined {
	// The last four bytes tell the size: refuse a bomb before it goes off.
	const claimed = bytes.length < 18 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
	if (bytes[0] !== 0x1F || bytes[1] !== 0x8B || claimed > maxBytes) {
		return undefined;
	}

	try {
		return gunzipSync(bytes, {out: new Uint8Array(claimed)});
	} catch {
		return undefined;
	}
}

function * replace(t: Tool<Name>, path: string, {target, result}: {readonly target: string; readonly result: Uint8Array}): Blocking<number> {
	const exists = !failed(t.sys.stat(target));
	if (exists && !t.has('force')) {
		return yield * t.complain(`${target} already exists;	not overwritten`, 2);
	}

	const before = t.sys.stat(path);
	const fd = t.sys.open(target, {write: true, create: true, truncate: true}, failed(before) ? 0o644 : before.mode);
	const written = failed(fd) ? fd : yield * write(t.process, fd, result);
	if (failed(written)) {
		return yield * t.complainOf(target, written);
	}

	t.sys.close(fd as number);
	if (!t.has('keep')) {
		t.sys.unlink(path);
	}

	return 0;
}
