// A file of the host made into an image for a guest: flat binaries as they are, sources through the assembler.

import {textFromBytes} from '../../base/byte-text.js';
import {readAll} from '../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import {kernelAddress} from '../../model/hypervisor/guest-loader.js';
import {assemble, type Assembled} from '../../model/machine/assembler/assemble.js';
import type {Diagnostic} from '../../model/machine/assembler/diagnostics.js';
import {guestFolder} from '../../model/world/guest-files.js';
import {baseName, directoryName, joinPath} from '../paths.js';
import type {Blocking} from '../standard-io.js';

/** Why there is no image: lines to print. */
type NoImage = {readonly refused: readonly string[]};

const mostSourceBytes = 2 ** 20;
const mostBinaryBytes = 64 * 2 ** 20;
/** An assembly is one step of the program: what it may take is less than the assembler's own limit. */
const mostTokens = 400_000;
const tokensPerUnit = 20;

function isSource(path: string): boolean {
	return /\.(?:asm|s|nasm)$/iv.test(path);
}

/** The bytes of a kernel that is loaded at 1 MiB. */
export function * readImage(process: Process, path: string): Blocking<Uint8Array | NoImage> {
	if (!isSource(path)) {
		return yield * readFile(process, path, mostBinaryBytes);
	}

	const assembled = yield * assembleFile(process, path);
	if ('refused' in assembled) {
		return assembled;
	}

	if (assembled.origin !== kernelAddress) {
		return {refused: [`${path}: the code begins at 0x${assembled.origin.toString(16)}, but a kernel is loaded at 0x${kernelAddress.toString(16)}: begin it with "bits 32" and "org 0x${kernelAddress.toString(16)}"`]};
	}

	return assembled.bytes.length === 0 ? {refused: [`${path}: there is no code in it`]} : assembled.bytes;
}

export function * readFile(process: Process, path: string, mostBytes: number): Blocking<Uint8Array | NoImage> {
	const fd = process.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd, mostBytes);
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	if (failed(bytes)) {
		return {refused: [`${path}: ${errorTextOf(bytes)}`]};
	}

	return bytes.length === 0 ? {refused: [`${path}: the file is empty`]} : bytes;
}

export function * assembleFile(process: Process, path: string): Blocking<(Assembled & {readonly source: string}) | NoImage> {
	const bytes = yield * readFile(process, path, mostSourceBytes);
	if ('refused' in bytes) {
		return bytes;
	}

	const source = textFromBytes(bytes);
	const includes = yield * readIncludes(process, path, source);
	const result = assemble(source, {file: baseName(path), limits: {tokens: mostTokens}, includes: name => includes.get(name)});
	process.sys.kernel().work(source.length / tokensPerUnit);
	return 'errors' in result ? {refused: result.errors.flatMap(error => explain(error, source.split('\n')))} : {...result, source};
}

/** Included files, beside the source or among the kernels that come with virtlab. They are read before: the assembler itself does no input. */
function * readIncludes(process: Process, path: string, source: string): Blocking<ReadonlyMap<string, string>> {
	const found = new Map<string, string>();
	const waiting = [source];
	for (let text = waiting.pop(); text !== undefined && found.size < 32; text = waiting.pop()) {
		for (const [, name] of text.matchAll(/^\s*%include\s+["'](.+?)["']/gmv)) {
			if (!found.has(name!)) {
				const beside = yield * readFile(process, name!.startsWith('/') ? name! : joinPath(directoryName(path), name!), mostSourceBytes);
				const bytes = 'refused' in beside ? yield * readFile(process, joinPath(guestFolder, name!), mostSourceBytes) : beside;
				if (!('refused' in bytes)) {
					found.set(name!, textFromBytes(bytes));
					waiting.push(textFromBytes(bytes));
				}
			}
		}
	}

	return found;
}

/** `hello.asm:3:9: error: ...`, the line, and a mark under the place. */
function explain({file, line, column, severity, message, macros}: Diagnostic, source: readonly string[]): readonly string[] {
	const text = source[line - 1];
	const place = line === 0 ? file : `${file}:${line}:${column}`;
	const shown = text === undefined || line === 0 ? [] : [`    ${text}`, `    ${text.slice(0, Math.max(0, column - 1)).replaceAll(/[^\t]/gv, ' ')}^`];
	return [`${place}: ${severity}: ${message}`, ...shown, ...macros.map(({macro, file: where, line: at}) => `${where}:${at}: in macro ${macro}`)];
}
