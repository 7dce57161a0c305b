// The state of one shell process. A subshell is a forked task with a copy of it (`clone`): generators cannot be forked, so a child
// never goes on in the middle of its parent's work, but runs a piece of the syntax tree of its own.

import type {Failure} from '../model/kernel/errno.js';
import {errorTextOf} from '../model/kernel/errno.js';
import type {ExecutableImage, ExitStatus, Fd, Pid, Process, Wait, Wake} from '../model/kernel/program.js';
import type {SignalName} from '../model/kernel/signal.js';
import {signalNumbers} from '../model/kernel/signal.js';
import {defineDynamicVariables} from './dynamic-variables.js';
import type {JobTable} from './jobs.js';
import {newJobTable} from './jobs.js';
import {cloneOptions, newOptions} from './options.js';
import type {Options} from './options.js';
import type {Personality} from './personality.js';
import type {ArrayValue, CompoundCommand, List} from './syntax.js';
import {encodeShellText} from './text.js';
import {Variables} from './variables.js';

/** Something the interpreter does that may have to wait. */
export type Doing<T = ExitStatus> = Generator<Wait, T, Wake>;

export type TrapName = SignalName | 'EXIT' | 'ERR' | 'DEBUG' | 'RETURN';

/** Why commands are being left: set by a builtin, looked at after every command. */
export type Flow =
	| {readonly kind: 'break' | 'continue'; readonly levels: number}
	| {readonly kind: 'return'}
	| {readonly kind: 'exit'}
	/** Ctrl-C at an interactive shell: back to the prompt. */
	| {readonly kind: 'interrupt'};

/** An argument of `declare` and its kin that assigns a whole array. */
export type ArrayArgument = {readonly name: string; readonly append: boolean; readonly value: ArrayValue};

export type BuiltinCall = {
	readonly name: string;
	/** Without the name. */
	readonly args: readonly string[];
	/** By position in `args`, whose text is then just the name. */
	readonly arrays: ReadonlyMap<number, ArrayArgument>;
};

export type Builtin = (shell: Shell, call: BuiltinCall) => Doing;

/** The interpreter as the files below it see it: what `eval`, traps and substitutions run. */
export type Engine = {
	readonly builtins: ReadonlyMap<string, Builtin>;
	/** `isTail`: the process ends with the list, so that its last program may take the shell's place without a fork. */
	runList(shell: Shell, list: List, isTail?: boolean): Doing;
	runCompound(shell: Shell, command: CompoundCommand, isTail?: boolean): Doing;
	/** Parses and runs text as `eval` does. `lines` tells whether line numbers go on from the current line. */
	runText(shell: Shell, text: string, source: 'eval' | 'trap' | 'file' | 'substitution'): Doing;
	/** Runs words as a command, without looking for functions if told so. */
	runWords(shell: Shell, words: readonly string[], options: {readonly functions: boolean; readonly builtins: boolean}): Doing;
};

/** Thrown after a successful execve, so that nothing of the old program runs any more; caught by the process's first function. */
export class Replaced extends Error {
	readonly image: ExecutableImage;

	constructor(image: ExecutableImage) {
		super('replaced');
		this.image = image;
	}
}

export type FunctionBody = {readonly body: CompoundCommand; readonly text: string};

export type Frame = {readonly name: string; readonly line: number};

/**
 * Thrown to abandon the command line that is being run, as bash's longjmp to its top level does after an error in an expansion.
 * The message has been printed already.
 */
export class Abandoned extends Error {
	readonly status: ExitStatus;
	/** A shell that is not interactive ends. */
	readonly isFatal: boolean;

	constructor(status: ExitStatus, isFatal: boolean) {
		super('abandoned');
		this.status = status;
		this.isFatal = isFatal;
	}
}

export type ShellStart = {
	readonly process: Process;
	readonly personality: Personality;
	readonly engine: Engine;
	readonly name: string;
	readonly positional: readonly string[];
};

export class Shell {
	process: Process;
	readonly personality: Personality;
	readonly engine: Engine;
	variables = new Variables();
	options: Options = newOptions();
	functions = new Map<string, FunctionBody>();
	readonlyFunctions = new Set<string>();
	aliases = new Map<string, string>();
	traps = new Map<TrapName, string>();
	jobs: JobTable = newJobTable();
	/** Where commands were found, and how often they were run from there. */
	hashed = new Map<string, {path: string; hits: number}>();
	/** `$0`. */
	name: string;
	positional: readonly string[];
	/** `$$`: also in subshells the pid of the first. */
	readonly pid: Pid;
	status: ExitStatus = 0;
	pipeStatus: readonly ExitStatus[] = [0];
	/** Of the last command substitution of the command being expanded. */
	substitutionStatus: ExitStatus | undefined;
	lastBackground: Pid | undefined;
	lastArgument = '';
	line = 1;
	flow: Flow | undefined;
	frames: readonly Frame[] = [];
	/** `$BASH_COMMAND`. */
	commandText = '';
	/** The builtin that is running, for its messages. */
	command: string | undefined;
	isInteractive = false;
	/** Also in subshells of an interactive shell: messages have no line numbers. */
	belongsToPrompt = false;
	/** Reads commands from `-c` text, a script, or standard input; decides how messages begin. */
	source: 'text' | 'script' | 'input' = 'input';
	loopDepth = 0;
	sourceDepth = 0;
	evalDepth = 0;
	subshellDepth = 0;
	/** Above zero the failure of a command ends nothing: the test of `if`, the left side of `&&`, after `!`. */
	testDepth = 0;
	isRunningTrap = false;
	hasWarnedOfJobs = false;
	evalNesting = 0;
	listDepth = 0;
	trapDepth = 0;
	/** The line of the command that was abandoned last. */
	abandonedLine = 0;
	pendingSignals: SignalName[] = [];
	directoryStack: readonly string[] = [];
	history: string[] = [];
	/** The terminal's descriptor for job control. */
	terminalFd: Fd = 0;
	/** Children that are no jobs: writers of here-documents, process substitutions. */
	strays: Pid[] = [];
	/** Descriptors of process substitutions, closed after the command that used them. */
	substitutionFds: Fd[] = [];
	randomSeed: number;
	readonly startNs: number;
	secondsOffset = 0;
	/** Where `getopts` is within a word of several option letters. */
	optionOffset = 0;
	optionIndex = 1;

	constructor({process, personality, engine, name, positional}: ShellStart) {
		this.process = process;
		this.personality = personality;
		this.engine = engine;
		this.name = name;
		this.positional = positional;
		this.pid = process.sys.getpid();
		this.startNs = process.sys.now();
		const [a = 0, b = 0, c = 0, d = 0] = process.sys.getrandom(4);
		this.randomSeed = ((a & 0x7F) << 24) | (b << 16) | (c << 8) | d;
		defineDynamicVariables(this);
	}

	/** The state a child process begins with. Its `process` is set by the fork. */
	clone(): Shell {
		const copy = Object.assign(Object.create(Shell.prototype) as Shell, this);
		copy.variables = this.variables.clone();
		copy.options = cloneOptions(this.options);
		copy.functions = new Map(this.functions);
		copy.aliases = new Map(this.aliases);
		copy.traps = new Map(this.traps);
		copy.hashed = new Map(this.hashed);
		copy.pendingSignals = [];
		copy.substitutionFds = [];
		copy.strays = [];
		copy.history = [...this.history];
		copy.jobs = {...this.jobs, jobs: []};
		defineDynamicVariables(copy, this.variables);
		return copy;
	}

	isSet(option: Parameters<Options['set']['has']>[0]): boolean {
		return this.options.set.has(option);
	}

	hasShopt(option: Parameters<Options['shopt']['get']>[0]): boolean {
		return this.options.shopt.get(option) ?? false;
	}
}

/** The beginning of an error message: `bash: line 3: `. */
export function messagePrefix(shell: Shell): string {
	const {kind} = shell.personality;
	if (kind === 'busybox') {
		const command = shell.command === undefined ? '' : `${shell.command}: `;
		const line = (shell.command !== undefined || shell.source === 'script') && !shell.belongsToPrompt ? `line ${shell.line}: ` : '';
		return `${shell.name}: ${command}${line}`;
	}

	if (kind === 'dash') {
		const command = shell.command === undefined ? '' : `${shell.command}: `;
		return `${shell.name}: ${shell.line}: ${command}`;
	}

	const command = shell.command === undefined ? '' : `${shell.command}: `;
	if (shell.belongsToPrompt) {
		return `${baseName(shell.name)}: ${command}`;
	}

	// bash names the source of the function it is in: `environment` for functions of -c, `main` for those read from input.
	const name = shell.frames.length === 0 || shell.source === 'script' ? shell.name : (shell.source === 'text' ? 'environment' : 'main');
	return `${name}: line ${shell.line}: ${command}`;
}

export function baseName(name: string): string {
	const bare = name.slice(name.lastIndexOf('/') + 1);
	return bare.startsWith('-') ? bare.slice(1) : bare;
}

/** Prints an error message in the shell's own form. */
export function * complain(shell: Shell, text: string): Doing<void> {
	yield * writeText(shell, 2, `${messagePrefix(shell)}${text}\n`);
}

/** Prints an error message and gives up the command line. */
export function * abandon(shell: Shell, text: string, {status = 1, isFatal = false}: {readonly status?: ExitStatus; readonly isFatal?: boolean} = {}): Doing<never> {
	yield * complain(shell, text);
	throw new Abandoned(status, isFatal);
}

/** Writes all of the text; a caught signal does not cut it short. */
export function * writeText(shell: Shell, fd: Fd, text: string): Doing<Failure | undefined> {
	let rest = encodeShellText(text);
	while (rest.length > 0) {
		const taken = shell.process.sys.write(fd, rest);
		if (typeof taken === 'number') {
			rest = rest.subarray(taken);
		} else if (taken.errno !== 'EAGAIN') {
			return taken;
		} else if ((yield {kind: 'sleep', channels: [shell.process.sys.writeChannel(fd)]}) === 'signal') {
			stashSignals(shell);
			if (shell.flow?.kind === 'interrupt') {
				return undefined;
			}
		}
	}

	return undefined;
}

/** Prints a builtin's output. Answers its exit status: 1 with a message if it could not be written. */
export function * print(shell: Shell, text: string): Doing {
	const failure = yield * writeText(shell, 1, text);
	if (failure === undefined) {
		return 0;
	}

	yield * complain(shell, shell.personality.kind === 'dash' ? 'I/O error' : `write error: ${errorTextOf(failure)}`);
	return 1;
}

/** Takes caught signals from the kernel. They act between commands (traps.ts), except Ctrl-C at a prompt, which acts at once. */
export function stashSignals(shell: Shell): void {
	for (const signal of shell.process.sys.takeSignals()) {
		if (signal === 'INT' && shell.isInteractive && !shell.traps.has('INT')) {
			shell.flow = {kind: 'interrupt'};
			shell.status = 128 + signalNumbers.INT;
		} else {
			shell.pendingSignals.push(signal);
		}
	}
}
