// sed(1): a stream editor. The script is parsed in sed/script.ts and run in sed/execute.ts; here are the options and the files.
// Simplified: -i writes a new file of the same mode beside the old one and renames it, as GNU sed does, but does not keep ACLs.
// Not modelled: the e command and the e flag of s (they run shell commands), --debug, --posix, --sandbox.

import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import {gnuHelp, type Command} from './options.js';
import {baseName, directoryName, joinPath} from './paths.js';
import {Executor, type LineSource} from './sed/execute.js';
import {parseSed, type ScriptPart} from './sed/script.js';
import type {SedProgram} from './sed/syntax.js';
import {LineReader, Output, type Blocking, type Line} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	quiet: {short: 'n', long: 'quiet,silent', help: 'suppress automatic printing of pattern space'},
	expression: {short: 'e', long: 'expression', value: 'script', help: 'add the script to the commands to be executed'},
	file: {short: 'f', long: 'file', value: 'script-file', help: 'add the contents of script-file to the commands to be executed'},
	extended: {short: 'Er', long: 'regexp-extended', help: 'use extended regular expressions in the script'},
	inPlace: {short: 'i', long: 'in-place', value: 'SUFFIX', optional: true, help: 'edit files in place (makes backup if SUFFIX supplied)'},
	lineLength: {short: 'l', long: 'line-length', value: 'N', help: 'specify the desired line-wrap length for the `l\' command', only: 'gnu'},
	separate: {short: 's', long: 'separate', help: 'consider files as separate rather than as a single continuous long stream'},
	unbuffered: {short: 'u', long: 'unbuffered', help: 'load minimal amounts of data from the input files and flush the output buffers more often', only: 'gnu'},
	null: {short: 'z', long: 'null-data', help: 'separate lines by NUL characters'},
} as const;

type Name = keyof typeof options;

const usage = '[OPTION]... {script-only-if-no-other-script} [input-file]...';
const command: Command<Name> = {
	name: 'sed', usage: [usage], summary: 'Edit text line by line as a script says.', options, version: 'GNU sed) 4.9', hint: calledAs => gnuHelp(command, calledAs),
};

const scriptBytesMax = 1024 * 1024;

export const sed = tool(command, function * (t) {
	const parts = yield * readScripts(t);
	if (typeof parts === 'number') {
		return parts;
	}

	const program = parseSed(parts.scripts, {extended: t.has('extended')});
	if ('error' in program) {
		return yield * t.complain(program.error, program.error.startsWith('can\'t find label') && t.isGnu ? 4 : 1);
	}

	const files = new Map<string, Output>();
	for (const {action} of program.commands) {
		const path = action.kind === 'w' || action.kind === 'W' || action.kind === 's' ? action.path : undefined;
		if (path === undefined || path === '/dev/stdout' || files.has(path)) {
			continue;
		}

		const fd = path === '/dev/stderr' ? 2 : t.sys.open(path, {write: true, create: true, truncate: true});
		if (failed(fd)) {
			return yield * t.complain(`couldn't open file ${path}: ${errorTextOf(fd)}`, 4);
		}

		files.set(path, new Output(t.process, fd));
	}

	return yield * edit(t, program, parts.inputs, files);
});

function * readScripts(t: Tool<Name>): Blocking<{readonly scripts: readonly ScriptPart[]; readonly inputs: readonly string[]} | number> {
	const scripts: ScriptPart[] = [];
	let expressions = 0;
	for (const {name, value} of t.given) {
		if (name === 'expression') {
			scripts.push({text: value!, name: `-e expression #${++expressions}`});
		} else if (name === 'file') {
			const fd = t.openInput(value!);
			const bytes = failed(fd) ? fd : yield * readAll(t.process, fd, scriptBytesMax);
			if (failed(bytes)) {
				return yield * t.complain(t.says(`couldn't open file ${value!}: ${errorTextOf(bytes)}`, `${value!}: ${errorTextOf(bytes)}`), t.isGnu ? 4 : 1);
			}

			scripts.push({text: textFromBytes(bytes).replace(/\n$/v, ''), name: value!});
		}
	}

	const inputs = [...t.operands];
	if (scripts.length === 0) {
		const script = inputs.shift();
		if (script === undefined) {
			return yield * t.usageError(undefined);
		}

		scripts.push({text: script, name: '-e expression #1'});
	}

	return {scripts, inputs};
}

function * edit(t: Tool<Name>, program: SedProgram, inputs: readonly string[], files: Map<string, Output>): Blocking<number> {
	const settings = {
		quiet: t.has('quiet') || program.quiet, separate: t.has('separate', 'inPlace'), end: t.has('null') ? '\0' : '\n', lineWrap: Number(t.value('lineLength') ?? 70), files,
	};
	const source = new Source(t, inputs.length === 0 ? ['-'] : inputs, settings.end, t.has('inPlace') ? t.value('inPlace') ?? '' : undefined);
	const executor = new Executor(t.process, program, source, settings);
	const status = yield * executor.run();
	yield * source.finish();
	for (const out of files.values()) {
		yield * out.flush();
	}

	if (executor.problem !== undefined) {
		return yield * t.complain(`-e expression #1, char 0: ${executor.problem}`);
	}

	return status === 0 ? source.status : status;
}

type InPlace = {readonly path: string; readonly temporary: string};

/** The lines of all files, one after the other; with -i each file's output replaces it. */
class Source implements LineSource {
	status = 0;
	fileName = '-';
	startsFile = false;
	out: Output;
	readonly #t: Tool<Name>;
	readonly #paths: readonly string[];
	readonly #end: string;
	readonly #suffix: string | undefined;
	readonly #separate: boolean;
	#next = 0;
	#reader: LineReader | undefined;
	#ahead: Line | undefined;
	#inPlace: InPlace | undefined;
	#opened = false;

	constructor(t: Tool<Name>, paths: readonly string[], end: string, suffix: string | undefined) {
		this.#t = t;
		this.#paths = paths;
		this.#end = end;
		this.#suffix = suffix;
		this.#separate = t.has('separate', 'inPlace');
		this.out = t.out;
	}

	* next(): Blocking<Line | undefined> {
		this.startsFile = false;
		for (;;) {
			if (this.#ahead !== undefined) {
				const line = this.#ahead;
				this.#ahead = yield * this.#readLine();
				this.startsFile = this.#opened;
				this.#opened = false;
				return line;
			}

			if (!(yield * this.#open())) {
				return undefined;
			}
		}
	}

	* isLast(): Blocking<boolean> {
		if (this.#separate) {
			return this.#ahead === undefined;
		}

		while (this.#ahead === undefined) {
			if (!(yield * this.#open())) {
				return true;
			}
		}

		return false;
	}

	/** Copies what was not read of a file that is edited in place (after `q`), and puts the result in its place. */
	* finish(): Blocking<void> {
		if (this.#inPlace === undefined) {
			yield * this.#t.out.flush();
			return;
		}

		for (let line = this.#ahead; line !== undefined; line = yield * this.#readLine()) {
			yield * this.out.print(line.text + (line.ended ? this.#end : ''));
		}

		yield * this.#close();
	}

	* #readLine(): Blocking<Line | undefined> {
		const line = yield * this.#reader!.next();
		if (failed(line)) {
			this.status = 4;
			this.#next = this.#paths.length;
			yield * this.#t.complain(`read error on ${this.fileName}: ${errorTextOf(line)}`);
			return undefined;
		}

		return line;
	}

	* #open(): Blocking<boolean> {
		yield * this.#close();
		const path = this.#paths[this.#next++];
		if (path === undefined) {
			return false;
		}

		const inPlace = this.#suffix !== undefined && path !== '-';
		const attributes = path === '-' ? undefined : this.#t.sys.stat(path);
		if (inPlace && !failed(attributes) && attributes?.type !== 'file') {
			this.status = 4;
			yield * this.#t.complain(`couldn't edit ${path}: not a regular file`);
			return yield * this.#open();
		}

		const fd = this.#t.openInput(path);
		if (failed(fd)) {
			this.status = this.#t.isGnu ? 2 : 1;
			yield * this.#t.complain(this.#t.says(`can't read ${path}: ${errorTextOf(fd)}`, `${path}: ${errorTextOf(fd)}`));
			return yield * this.#open();
		}

		if (inPlace && !(yield * this.#openTemporary(path))) {
			return yield * this.#open();
		}

		this.fileName = path;
		this.#reader = new LineReader(this.#t.process, fd, this.#end);
		this.#opened = true;
		this.#ahead = yield * this.#readLine();
		if (this.#ahead === undefined) {
			return yield * this.#open();
		}

		return true;
	}

	* #openTemporary(path: string): Blocking<boolean> {
		const random = Array.from(this.#t.sys.getrandom(6), byte => 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[byte % 52]).join('');
		const temporary = joinPath(directoryName(path), `sed${random}`);
		const fd = this.#t.sys.open(temporary, {write: true, create: true, exclusive: true}, 0o600);
		if (failed(fd)) {
			this.status = 4;
			yield * this.#t.complain(this.#t.says(`couldn't open temporary file ${temporary}: ${errorTextOf(fd)}`, `can't create '${temporary}': ${errorTextOf(fd)}`));
			return false;
		}

		this.#inPlace = {path, temporary};
		this.out = new Output(this.#t.process, fd);
		return true;
	}

	* #close(): Blocking<void> {
		if (this.#inPlace === undefined) {
			return;
		}

		const {path, temporary} = this.#inPlace;
		this.#inPlace = undefined;
		yield * this.out.flush();
		if (this.out.failed !== undefined) {
			this.status = 4;
			this.#t.sys.unlink(temporary);
			yield * this.#t.complain(`couldn't write to ${temporary}: ${errorTextOf(this.out.failed)}`);
			return;
		}

		const attributes = this.#t.sys.stat(path);
		if (!failed(attributes)) {
			this.#t.sys.chown(temporary, attributes.uid, attributes.gid);
			this.#t.sys.chmod(temporary, attributes.mode);
		}

		if (this.#suffix !== '') {
			const backup = this.#suffix!.includes('*') ? joinPath(directoryName(path), this.#suffix!.replaceAll('*', baseName(path))) : path + this.#suffix!;
			this.#t.sys.rename(path, backup);
		}

		const refusal = this.#t.sys.rename(temporary, path);
		if (failed(refusal)) {
			this.status = 4;
			yield * this.#t.complain(`cannot rename ${temporary}: ${errorTextOf(refusal)}`);
		}

		this.out = this.#t.out;
	}
}
