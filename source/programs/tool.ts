// What every program has in common: it reads its options, says what is wrong with them in its family's words, prints, complains,
// and in the end reports output that could not be written.
//
//     export const cat = tool(command, function * (t) { ... return status; });

import {errorTextOf, type Failure} from '../model/kernel/errno.js';
import type {ExitStatus, Fd, Flavour, Process, Program, Running, SystemCalls} from '../model/kernel/program.js';
import {busyboxHelp, gnuHelp, parseOptions, type Command, type Given} from './options.js';
import {quoted, quotedIfNeeded} from './quoting.js';
import {Output, printTo, type Blocking} from './standard-io.js';

/** A started program: its process, its options and its streams. */
export class Tool<Name extends string = string> {
	readonly process: Process;
	readonly sys: SystemCalls;
	readonly flavour: Flavour;
	/** How messages begin: as it was called for GNU programs, the applet's name for BusyBox. */
	readonly name: string;
	readonly given: readonly Given<Name>[];
	readonly operands: readonly string[];
	readonly out: Output;
	readonly #command: Command<Name>;

	constructor(process: Process, command: Command<Name>, parsed: {readonly given: readonly Given<Name>[]; readonly operands: readonly string[]}) {
		this.process = process;
		this.sys = process.sys;
		this.flavour = process.flavour;
		this.name = process.flavour === 'gnu' ? process.argv[0] ?? command.name : command.name;
		this.given = parsed.given;
		this.operands = parsed.operands;
		this.out = new Output(process);
		this.#command = command;
	}

	get isGnu(): boolean {
		return this.flavour === 'gnu';
	}

	/** How GNU programs, or others, say it. */
	says(gnu: string, busybox: string): string {
		return this.isGnu ? gnu : busybox;
	}

	has(...names: readonly Name[]): boolean {
		return this.given.some(({name}) => names.includes(name));
	}

	/** Whichever of these options was given last. */
	last<N extends Name>(...names: readonly N[]): N | undefined {
		return this.given.findLast(({name}) => (names as readonly Name[]).includes(name))?.name as N | undefined;
	}

	/** The value that was given last. */
	value(...names: readonly Name[]): string | undefined {
		return this.given.findLast(({name}) => names.includes(name))?.value;
	}

	values(...names: readonly Name[]): readonly string[] {
		return this.given.flatMap(({name, value}) => names.includes(name) && value !== undefined ? [value] : []);
	}

	print(text: string): Blocking<void> {
		return this.out.print(text);
	}

	/**
	 * `NAME: message` on standard error, after what was printed so far, as error(3) and BusyBox's bb_error_msg do it. The answer is
	 * `status`, for `return yield * t.complain(...)`.
	 */
	* complain(message: string, status: ExitStatus = 1): Blocking<ExitStatus> {
		yield * this.out.flush();
		yield * printTo(this.process, 2, `${this.name}: ${message}\n`);
		return status;
	}

	/** A text on standard error as it is, after what was printed so far. */
	* complainPlain(text: string): Blocking<void> {
		yield * this.out.flush();
		yield * printTo(this.process, 2, text);
	}

	/** `NAME: path: No such file or directory`. */
	complainOf(path: string, refusal: Failure, status: ExitStatus = 1): Blocking<ExitStatus> {
		return this.complain(`${this.isGnu ? quotedIfNeeded(path) : path}: ${errorTextOf(refusal)}`, status);
	}

	/** `NAME: cannot stat 'path': No such file or directory` in GNU's words, `NAME: can't stat 'path': ...` in BusyBox's. */
	complainCannot(gnu: string, busybox: string, refusal: Failure, status: ExitStatus = 1): Blocking<ExitStatus> {
		return this.complain(`${this.says(gnu, busybox)}: ${errorTextOf(refusal)}`, status);
	}

	/** A usage error: GNU says what and where to find help, BusyBox says its usage. */
	usageError(message: string | undefined, busyboxMessage: string | undefined = message): Blocking<ExitStatus> {
		return complainOfUsage(this.process, this.#command, this.says(message ?? '', busyboxMessage ?? '') === '' ? undefined : this.says(message ?? '', busyboxMessage ?? ''));
	}

	/** Opens an operand for reading; `-` is standard input. */
	openInput(path: string): Fd | Failure {
		return path === '-' ? 0 : this.sys.open(path, {read: true});
	}

	closeInput(fd: Fd): void {
		if (fd > 2) {
			this.sys.close(fd);
		}
	}

	/** The operands, or standard input if there are none. */
	get inputs(): readonly string[] {
		return this.operands.length === 0 ? ['-'] : this.operands;
	}

	quoted(name: string): string {
		return this.isGnu ? quoted(name) : `'${name}'`;
	}
}

/** A program that begins by reading its options as `command` declares them. */
export function tool<Name extends string>(command: Command<Name>, body: (t: Tool<Name>) => Running): Program {
	return function * (process) {
		const parsed = parseOptions(command, process.argv.slice(1), process.flavour);
		switch (parsed.kind) {
			case 'error': {
				return yield * complainOfUsage(process, command, parsed.message);
			}

			case 'version':
			case 'help': {
				return yield * showHelp(process, command, parsed.kind);
			}

			case 'parsed': {
				const t = new Tool(process, command, parsed);
				return yield * finish(t, yield * body(t));
			}

			default: {
				return parsed satisfies never;
			}
		}
	};
}

/** A program that reads its arguments by itself: `test`, `echo`, `expr`, `find`. */
export function plainTool(name: string, body: (t: Tool<never>) => Running): Program {
	const command: Command<never> = {name, usage: [''], summary: '', options: {} as Record<never, never>};
	return function * (process) {
		const t = new Tool<never>(process, command, {given: [], operands: process.argv.slice(1)});
		return yield * finish(t, yield * body(t));
	};
}

function * finish<Name extends string>(t: Tool<Name>, status: ExitStatus): Running {
	yield * t.out.flush();
	if (t.out.failed !== undefined) {
		yield * t.complain(`write error: ${errorTextOf(t.out.failed)}`);
		return status === 0 ? 1 : status;
	}

	return status;
}

function * showHelp(process: Process, command: Command<string>, kind: 'help' | 'version'): Running {
	const calledAs = process.argv[0] ?? command.name;
	if (process.flavour === 'busybox') {
		if (kind === 'version') {
			return yield * complainOfUsage(process, command, 'unrecognized option: version');
		}

		yield * printTo(process, 2, busyboxHelp(command));
		return 0;
	}

	yield * printTo(process, 1, kind === 'help' ? gnuHelp(command, calledAs) : `${command.name} (${command.version ?? 'GNU coreutils) 9.1'}\n`);
	return 0;
}

function * complainOfUsage(process: Process, command: Command<string>, message: string | undefined): Blocking<ExitStatus> {
	const calledAs = process.argv[0] ?? command.name;
	if (process.flavour === 'busybox') {
		yield * printTo(process, 2, `${message === undefined ? '' : `${command.name}: ${message}\n`}${busyboxHelp(command)}`);
		return 1;
	}

	const hint = command.hint?.(calledAs) ?? `Try '${calledAs} --help' for more information.\n`;
	yield * printTo(process, 2, `${message === undefined ? '' : `${calledAs}: ${message}\n`}${hint}`);
	return command.usageStatus ?? 1;
}
