// What an executable file is here: an ELF header, as file(1) and exec expect, followed by a note that names the simulated program.
// So a copied `ls` still lists, a renamed one too, and a truncated one is "cannot execute binary file".
//
//     0    7f 45 4c 46 02 01 01 00   ELF, 64 bit, little endian
//     16   02 00 3e 00               executable, x86-64; b7 00 for one of another machine (ARM, 64 bit)
//     64   "virtlab:" PROGRAM ":" FLAVOUR "\n"
//     ...  zeros up to the size that the real file has
//
// Simplified: the machine code of user programs is not modelled; the note stands for it. Guest kernels run real code (model/machine).

import {decodeText, encodeText} from '../../base/bytes.js';
import {type FileContent, sparseContent} from './file-content.js';
import type {Flavour} from './program.js';

const noteOffset = 64;
const header = new Uint8Array(noteOffset);
header.set([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0]);
header.set([2, 0, 0x3E, 0, 1], 16);

/** The bytes of an executable that runs `program`, padded with a hole to `sizeBytes`. */
export function executableContent(program: string, flavour: Flavour, sizeBytes = 35_000): FileContent {
	const note = encodeText(`virtlab:${program}:${flavour}\n`);
	const bytes = new Uint8Array(noteOffset + note.length);
	bytes.set(header);
	bytes.set(note, noteOffset);
	return sparseContent(bytes, sizeBytes);
}

const machineOffset = 18;
const x86 = 0x3E;
const arm = 0xB7;

/** The same executable for the other kind of machine, or undefined if the content is none. */
export function armContent(content: FileContent): FileContent | undefined {
	const [first, ...rest] = content.chunks;
	if (first === undefined || first.offset !== 0 || first.bytes.length < noteOffset || !hasMagic(first.bytes)) {
		return undefined;
	}

	const bytes = Uint8Array.from(first.bytes);
	bytes[machineOffset] = arm;
	return {...content, chunks: [{...first, bytes}, ...rest]};
}

function hasMagic(bytes: Uint8Array): boolean {
	return bytes[0] === 0x7F && bytes[1] === 0x45 && bytes[2] === 0x4C && bytes[3] === 0x46;
}

export type Executable =
	| {readonly kind: 'elf'; readonly program: string; readonly flavour: Flavour}
	/** `#! interpreter argument` */
	| {readonly kind: 'script'; readonly interpreter: string; readonly argument: string | undefined};

/** What the first bytes (256 suffice) of a file say about how to run it; undefined means ENOEXEC. */
export function parseExecutable(bytes: Uint8Array): Executable | undefined {
	if (bytes[0] === 0x23 && bytes[1] === 0x21) {
		const line = decodeText(bytes.subarray(2, 256)).split('\n', 1)[0]!.trim();
		const space = line.search(/[ \t]/v);
		if (line === '') {
			return undefined;
		}

		return space === -1
			? {kind: 'script', interpreter: line, argument: undefined}
			: {kind: 'script', interpreter: line.slice(0, space), argument: line.slice(space).trim()};
	}

	if (!hasMagic(bytes) || bytes[machineOffset] !== x86) {
		return undefined;
	}

	const note = /^virtlab:(?<program>[^:\n]+):(?<flavour>gnu|busybox)\n/v.exec(decodeText(bytes.subarray(noteOffset, 256)));
	return note?.groups === undefined
		? undefined
		: {kind: 'elf', program: note.groups['program']!, flavour: note.groups['flavour'] as Flavour};
}
