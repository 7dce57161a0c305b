// What runs behind a session: the run loop with its programs, the learner's terminal (or the three streams of line mode), and the
// login shell. It belongs to exactly one World; see apply.ts for how it is made again for another.

import {must} from '../base/assert.js';
import {encodeText} from '../base/bytes.js';
import {nowNs, setEpoch, worldEpochSeconds} from '../base/clock.js';
import {seedRandom} from '../base/random.js';
import {emptyWorld, Transaction, type TraceEvent, type World} from '../base/transaction.js';
import {enterDevpts} from '../model/kernel/devpts.js';
import {failed} from '../model/kernel/errno.js';
import {fileSystemTypes} from '../model/kernel/filesystem-types.js';
import {makeRunLoop, startTask} from '../model/kernel/kernel.js';
import {makeFile, releaseFile, retainFile} from '../model/kernel/open-file.js';
import {makePipe, pipeChannel, writePipe} from '../model/kernel/pipe.js';
import type {Process, Running} from '../model/kernel/program.js';
import type {RunLoop} from '../model/kernel/run-loop.js';
import type {KernelId, TaskId} from '../model/kernel/schema.js';
import {postSignal} from '../model/kernel/signal-delivery.js';
import {findTask, getTask} from '../model/kernel/tasks.js';
import {changeTerminal, getTerminal, makeTerminal, terminalChannel, typeAtTerminal} from '../model/kernel/terminal.js';
import {dockerGroup, kvmGroup, learnerId, libvirtGroup} from '../model/world/host-files.js';
import type {WorldEvent, WorldSchema} from '../model/world/schema.js';
import {buildTopology, scenarios, type Topology} from '../model/world/topology.js';
import {programTable} from '../programs/table.js';
import type {Origin} from './session.js';

export type Transact = Transaction<WorldSchema, WorldEvent>;

/** Where the learner's input goes. */
type Input = {readonly kind: 'terminal'; readonly terminal: number} | {readonly kind: 'pipe'; readonly pipe: number; readonly file: number};

export type Machine = {
	readonly loop: RunLoop;
	readonly kernel: KernelId;
	readonly login: TaskId;
	readonly input: Input;
};

const learnerGroups = [27, kvmGroup, dockerGroup, libvirtGroup, learnerId];

const learnerEnvironment: ReadonlyMap<string, string> = new Map([
	['HOME', '/home/learner'], ['USER', 'learner'], ['LOGNAME', 'learner'], ['SHELL', '/bin/bash'], ['LANG', 'C.UTF-8'], ['LIBVIRT_DEFAULT_URI', 'qemu:///system'],
	['PATH', '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games'],
]);

/** Virtual time that a host has to start its services before anybody logs in. */
const bootNs = 30e9;
const bootSteps = 5_000_000;

/** Makes the world of an origin, boots it and runs its set-up; nobody is logged in yet. */
export function bootWorld(origin: Origin): {readonly loop: RunLoop; readonly world: World; readonly kernel: KernelId} {
	const loop = makeRunLoop({programs: programTable, types: fileSystemTypes});
	const tx: Transact = new Transaction(emptyWorld);
	seedRandom(tx, origin.seed);
	setEpoch(tx, origin.epochSeconds ?? worldEpochSeconds);
	loop.begin(tx);
	buildTopology(tx, loop, topologyOf(origin));
	loop.run({untilNs: bootNs, maxSteps: bootSteps, isSettled: isIdle => isIdle});
	const [host] = tx.table('host').values();
	const {kernel} = must(host, 'bootWorld: no host');
	for (const line of origin.lab?.setup ?? []) {
		runSetup(loop, kernel, line);
	}

	const world = tx.commit();
	loop.end();
	return {loop, world, kernel};
}

function topologyOf({lab, scenario}: Origin): Topology {
	return lab?.hosts === undefined ? must(scenarios[lab?.scenario ?? scenario], `topologyOf: no scenario ${scenario}`) : {hosts: lab.hosts};
}

/** One line of set-up, run by a shell of the learner that sees no terminal. */
function runSetup(loop: RunLoop, kernel: KernelId, line: string): void {
	const task = startTask(loop, kernel, {...learner, files: nullFiles(loop), name: 'bash', newSession: true}, process => execute(process, '/bin/bash', ['bash', '-c', line]));
	loop.restartCount();
	loop.run({untilNs: nowNs(loop.tx) + bootNs * 100, maxSteps: bootSteps, isSettled: () => findTask(loop.tx, kernel, task) === undefined});
}

const learner = {uid: learnerId, gid: learnerId, groups: learnerGroups, capabilities: [], env: learnerEnvironment};

function nullFiles(loop: RunLoop): ReadonlyMap<number, number> {
	return new Map([0, 1, 2].map(fd => [fd, makeFile(loop, {what: {kind: 'device', device: {major: 1, minor: 3}}, canRead: true, canWrite: true, append: false, path: '/dev/null'})]));
}

function * execute(process: Process, path: string, argv: readonly string[]): Running {
	process.sys.chdir('/home/learner');
	const image = process.sys.execve(path, argv, process.env);
	return failed(image) ? 127 : yield * image.run();
}

/** Logs the learner in: a shell on a terminal, or one that reads standard input. */
export function logIn(loop: RunLoop, kernel: KernelId, origin: Origin): Machine {
	const {tx} = loop;
	const input = origin.interactive ? makeTerminalInput(loop, origin) : makePipeInput(loop);
	const files = new Map<number, number>();
	if (input.kind === 'terminal') {
		const file = makeFile(loop, {what: input, canRead: true, canWrite: true, append: false, path: getTerminal(loop, input.terminal).path});
		for (const fd of [0, 1, 2]) {
			files.set(fd, file);
		}
	} else {
		files.set(0, makeFile(loop, {what: {kind: 'pipe', pipe: input.pipe, end: 'read'}, canRead: true, canWrite: false, append: false, path: `pipe:[${input.pipe}]`}));
		files.set(1, makeFile(loop, {what: {kind: 'sink', stream: 'stdout'}, canRead: false, canWrite: true, append: false, path: '/dev/stdout'}));
		files.set(2, makeFile(loop, {what: {kind: 'sink', stream: 'stderr'}, canRead: false, canWrite: true, append: false, path: '/dev/stderr'}));
	}

	// Line mode has no prompts, but its shell is an interactive one: an interrupted command does not end it.
	const env = new Map([...learnerEnvironment, ['TERM', origin.interactive ? 'xterm-256color' : 'dumb'], ...(origin.interactive ? [] : [['PS1', ''], ['PS2', '']] as const)]);
	const argv = origin.interactive ? ['bash', '-l'] : ['bash', '--norc', '-i'];
	const login = startTask(loop, kernel, {
		...learner, name: 'bash', env, files, newSession: true, ...(input.kind === 'terminal' ? {terminal: input.terminal} : {}),
	}, process => execute(process, '/bin/bash', argv));
	if (input.kind === 'terminal') {
		const task = getTask(tx, kernel, login);
		enterDevpts(loop, {context: {tx, kernel, task: login, types: loop.types}, task}, input.terminal);
		changeTerminal(loop, input.terminal, {session: login, foreground: getTask(tx, kernel, login).group});
	}

	return {loop, kernel, login, input};
}

function makeTerminalInput(loop: RunLoop, {columns, rows}: Origin): Input {
	return {kind: 'terminal', terminal: makeTerminal(loop, {columns, rows, isPseudo: false})};
}

function makePipeInput(loop: RunLoop): Input {
	const pipe = makePipe(loop);
	const file = makeFile(loop, {what: {kind: 'pipe', pipe, end: 'write'}, canRead: false, canWrite: true, append: false, path: `pipe:[${pipe}]`});
	retainFile(loop, file);
	return {kind: 'pipe', pipe, file};
}

const interruptKey = 3;
const endOfInputKey = 4;
const suspendKey = 26;

/** A line and Enter. Answers false if line mode's pipe cannot take it: nobody reads. */
export function typeLine({loop, input}: Machine, text: string): boolean {
	if (input.kind === 'pipe') {
		// After the end of input there is no way to give more.
		return loop.tx.get('file', input.file) !== undefined && !failed(writePipe(loop, input.pipe, encodeText(`${text}\n`)));
	}

	const {raw} = getTerminal(loop, input.terminal);
	typeAtTerminal(loop, input.terminal, encodeText(`${text}${raw ? '\r' : '\n'}`));
	return true;
}

export function pressKey(machine: Machine, key: 'interrupt' | 'end-of-input' | 'suspend'): void {
	const {loop, input} = machine;
	if (input.kind === 'terminal') {
		typeAtTerminal(loop, input.terminal, Uint8Array.of(key === 'interrupt' ? interruptKey : (key === 'suspend' ? suspendKey : endOfInputKey)));
	} else if (key === 'end-of-input') {
		if (loop.tx.get('file', input.file) !== undefined) {
			releaseFile(loop, getTask(loop.tx, machine.kernel, 1), input.file);
		}
	} else {
		signalForeground(machine, key === 'interrupt' ? 'INT' : 'TSTP');
		if (key === 'interrupt') {
			// The shell too: it may be computing itself.
			postSignal(loop, machine.kernel, machine.login, 'INT');
		}
	}
}

/** Without a terminal, keys reach what the shell runs in the foreground: its children and theirs. */
function signalForeground(machine: Machine, signal: 'INT' | 'TSTP' | 'KILL'): void {
	for (const task of descendants(machine, machine.login)) {
		postSignal(machine.loop, machine.kernel, task, signal);
	}
}

function descendants({loop, kernel}: Machine, of: TaskId): readonly TaskId[] {
	return [...loop.children(kernel, of)].flatMap(child => [child, ...descendants({loop, kernel} as Machine, child)]);
}

/** Ends what the shell runs, because a limit was reached. */
export function killForeground(machine: Machine): void {
	const {loop, kernel, login, input} = machine;
	const foreground = input.kind === 'terminal' ? getTerminal(loop, input.terminal).foreground : undefined;
	const victims = descendants(machine, login).filter(id => foreground === undefined || foreground === login || findTask(loop.tx, kernel, id)?.group === foreground);
	for (const id of victims) {
		postSignal(loop, kernel, id, 'KILL');
	}

	// A loop of the shell's own, without a child: Ctrl-C ends it.
	postSignal(loop, kernel, login, 'INT');
}

export function inputChannel({input}: Machine): string {
	return input.kind === 'terminal' ? terminalChannel(input.terminal, 'input') : pipeChannel(input.pipe, 'readable');
}

export function hasInput({loop, input}: Machine): boolean {
	return input.kind === 'terminal' ? getTerminal(loop, input.terminal).input.length > 0 : (loop.tx.get('pipe', input.pipe)?.sizeBytes ?? 0) > 0;
}

/** Events that carry what somebody saw, which is kept as output. */
export function isOutput(event: TraceEvent): boolean {
	return event.kind === 'terminal-output' || event.kind === 'stream-output' || event.kind === 'client-output';
}
