// The assembler of the machine: NASM's language (https://www.nasm.us/xdoc/2.16.01/html/nasmdoc0.html) and NASM's bytes, `nasm -f bin`.
//
//     preprocessor    includes, macros, conditions: lines of tokens
//     line parser     label, prefixes, mnemonic, operands
//     match, encode   the first form of the encoding table that fits, and its bytes
//     passes          again and again until no label moves, then once more to write
//     layout          sections get their addresses
//
// Everything is a function of the arguments: no files, no clock, no randomness.
//
// Simplified: of NASM's language these are missing, and say so where they are used: 64-bit code, floating-point data, incbin, extern, segment bases,
// and the directives %use, %arg, %local, %stacksize, %line, %clear, %rmacro and macro aliases.

import type {AssemblerLimits} from './limits.js';
import {defaultLimits} from './limits.js';
import {AssemblyStopped, Diagnostics} from './diagnostics.js';
import type {Diagnostic} from './diagnostics.js';
import {runPasses} from './passes.js';

export type AssembleOptions = {
	/** The name that messages call the source by. */
	readonly file?: string;
	/** The text of an included file, or `undefined` if there is none. */
	readonly includes?: (name: string) => string | undefined;
	/** Single-line macros that are defined before the source begins, like `nasm -D`. */
	readonly defines?: Readonly<Record<string, string>>;
	readonly limits?: Partial<AssemblerLimits>;
};

/** Where the code of one line of source went. A line of a macro is found at the line that called it. */
export type CodeLine = {
	readonly file: string;
	readonly line: number;
	/** The address in memory, and how many bytes. */
	readonly address: number;
	readonly length: number;
	/** The place in the file; `undefined` in `.bss`. */
	readonly offset: number | undefined;
};

export type Assembled = {
	readonly bytes: Uint8Array;
	/** The address of the first byte. */
	readonly origin: number;
	/** Labels by their whole name, as addresses, and constants. A constant above 2^53 loses its low bits. */
	readonly symbols: ReadonlyMap<string, number>;
	/** In the order of the source. */
	readonly lines: readonly CodeLine[];
	readonly warnings: readonly Diagnostic[];
};

/** `errors` has at least one error; warnings and notes stand between them where NASM says them. */
export type AssembleFailure = {readonly errors: readonly Diagnostic[]};

export function assemble(source: string, options: AssembleOptions = {}): Assembled | AssembleFailure {
	const limits = {...defaultLimits, ...options.limits};
	const diagnostics = new Diagnostics(limits.diagnostics);
	const mainFile = options.file ?? 'source.asm';
	const readFile = (name: string) => name === mainFile ? source : options.includes?.(name);
	try {
		const result = runPasses({diagnostics, limits, mainFile, readFile, defines: options.defines ?? {}});
		return result === undefined ? {errors: diagnostics.list} : {...result, warnings: diagnostics.list};
	} catch (error) {
		if (error instanceof AssemblyStopped) {
			return {errors: diagnostics.list};
		}

		throw error;
	}
}
