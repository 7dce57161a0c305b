// vmm run: makes a guest and its process, and shows what it prints until it stops. Ctrl-C pauses it.

import {textFromBytes} from '../../base/byte-text.js';
import {encodeText} from '../../base/bytes.js';
import {GuestMachine} from '../../model/hypervisor/guest-machine.js';
import {kernelAddress} from '../../model/hypervisor/guest-loader.js';
import {layout} from '../../model/hypervisor/technique/paravirtualization/domain-builder.js';
import {isRunnerName, type RunnerName, runnerNames} from '../../model/hypervisor/technique/techniques.js';
import {read, write} from '../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {ExitStatus, Fd, Pid, Process, Running} from '../../model/kernel/program.js';
import {mebibyte} from '../../model/machine/machine.js';
import {baseName, joinPath} from '../paths.js';
import {type Blocking, printTo} from '../standard-io.js';
import {complain, nameOption, readArguments, wholeNumber} from './arguments.js';
import {ask, homeOf, machinesOf, socketOf} from './client.js';
import {readImage} from './image.js';
import {MachineProcess, type Placed} from './machine-process.js';
import type {Report} from './request.js';
import {stateText} from './show.js';

/** Instructions after which a guest stops that nobody stops: 0.4 seconds of its time. */
export const defaultBudget = 20_000_000;
export const mostBudget = 1e12;
const memory = {usual: 16, least: 2, most: 64} as const;
const mostMachines = 16;

const options = {
	technique: {long: 'technique', short: 't', value: 'NAME', help: 'how it is run'},
	name: nameOption,
	memory: {long: 'memory', short: 'm', value: 'MiB', help: 'how much memory it has'},
	budget: {long: 'budget', value: 'N', help: 'instructions after which it stops'},
	detach: {long: 'detach', short: 'd', help: 'do not wait for it'},
	paused: {long: 'paused', short: 'S', help: 'do not start it: vmm step, vmm cont'},
} as const;

export const runUsage = '[-t TECHNIQUE] [--name NAME] [-m MiB] [--budget N] [-d] [-S] FILE.asm|FILE.bin';

/** What Xen's first page table maps of a domain, and what of it lies above the kernel's address. */
const leastXenMib = layout.mappedBytes / mebibyte;
const mostXenKernelBytes = layout.mappedBytes - layout.kernel;

type Wish = {readonly runner: RunnerName; readonly memoryMib: number; readonly name: string; readonly file: string; readonly budget: number; readonly isDetached: boolean; readonly isPaused: boolean};

export function * run(process: Process, args: readonly string[]): Running {
	const given = yield * readArguments(process, args, {name: 'run', options, usage: runUsage, operands: [1, 1]});
	if (typeof given === 'number') {
		return given;
	}

	const file = given.operands[0]!;
	const wish = readWish(file, given);
	if (typeof wish === 'string') {
		return yield * complain(process, wish, 2);
	}

	const image = yield * readImage(process, file);
	if ('refused' in image) {
		yield * printTo(process, 2, image.refused.map(line => `${image.refused.length === 1 ? 'vmm: ' : ''}${line}\n`).join(''));
		return 1;
	}

	const ramBytes = wish.memoryMib * mebibyte;
	if (kernelAddress + image.length > ramBytes) {
		return yield * complain(process, `${file}: ${image.length} bytes from 0x${kernelAddress.toString(16)} on do not fit into ${wish.memoryMib} MiB of memory`);
	}

	if (wish.runner === 'paravirtualization' && (wish.memoryMib < leastXenMib || image.length > mostXenKernelBytes)) {
		return yield * complain(process, `${file}: a paravirtual guest has at least ${leastXenMib} MiB of memory, and its kernel at most ${mostXenKernelBytes} bytes`);
	}

	const problem = yield * makeRoom(process, wish.name);
	return problem === undefined ? yield * start(process, wish, image) : yield * complain(process, problem);
}

function readWish(file: string, given: {readonly value: (name: keyof typeof options) => string | undefined; readonly has: (name: keyof typeof options) => boolean}): Wish | string {
	const runner = given.value('technique') ?? 'hardware-nested';
	const name = given.value('name') ?? baseName(file).replace(/\.[^.]*$/v, '');
	const memoryMib = wholeNumber(given.value('memory') ?? String(memory.usual), memory.least, memory.most);
	const budget = wholeNumber(given.value('budget') ?? String(defaultBudget), 1, mostBudget);
	if (!isRunnerName(runner)) {
		return `there is no technique "${runner}"; there are: ${runnerNames.join(', ')}`;
	}

	if (!/^[\w.\-]{1,64}$/v.test(name)) {
		return `a machine cannot be called "${name}": letters, digits, dots and dashes, at most 64`;
	}

	if (memoryMib === undefined) {
		return `--memory: expected a whole number of MiB from ${memory.least} to ${memory.most}`;
	}

	return budget === undefined ? `--budget: expected a whole number from 1 to ${mostBudget}` : {runner, memoryMib, name, file, budget, isDetached: given.has('detach'), isPaused: given.has('paused')};
}

/** A machine of that name which does not run gives way; why there is no room, if there is none. */
function * makeRoom(process: Process, name: string): Blocking<string | undefined> {
	const old = machinesOf(process).find(machine => machine.name === name);
	if (old === undefined) {
		return machinesOf(process).length < mostMachines ? undefined : `there are ${mostMachines} machines; vmm stop ends one`;
	}

	if ((yield * ask(process, name, {command: 'state'}))?.text === 'running\n') {
		return `a machine "${name}" is running (pid ${old.task}); vmm stop --name ${name} ends it, or choose another --name`;
	}

	yield * stopMachine(process, name, old.task);
	return undefined;
}

export function * stopMachine(process: Process, name: string, task: number): Blocking<void> {
	yield * ask(process, name, {command: 'stop'});
	while (machinesOf(process).some(machine => machine.task === task)) {
		yield {kind: 'step'};
	}
}

function * start(process: Process, wish: Wish, image: Uint8Array): Running {
	const {sys} = process;
	const placed: Placed = {name: wish.name, file: wish.file, socketPath: socketOf(process, wish.name), budget: wish.budget, isPaused: wish.isPaused};
	const listener = listen(process, placed.socketPath);
	if (typeof listener === 'string') {
		return yield * complain(process, listener);
	}

	const pipe = sys.pipe();
	if (failed(pipe)) {
		return yield * complain(process, `cannot make a pipe: ${errorTextOf(pipe)}`);
	}

	const isAttached = !wish.isDetached && !wish.isPaused;
	const pid = sys.fork(child => beMachine(child, wish, {image, placed, listener, report: pipe.writeEnd, unused: pipe.readEnd, isAttached}));
	sys.close(listener);
	sys.close(pipe.writeEnd);
	return failed(pid) ? yield * complain(process, `cannot make a process: ${errorTextOf(pid)}`) : yield * watch(process, wish, {reports: pipe.readEnd, pid, isAttached});
}

function listen(process: Process, path: string): Fd | string {
	const {sys} = process;
	sys.mkdir(homeOf(process), 0o755);
	sys.mkdir(joinPath(homeOf(process), 'run'), 0o700);
	sys.unlink(path);
	const socket = sys.socket('unix');
	if (failed(socket)) {
		return `no socket: ${errorTextOf(socket)}`;
	}

	const bound = sys.bind(socket, {family: 'unix', path});
	const listening = failed(bound) ? bound : sys.listen(socket);
	return failed(listening) ? `cannot listen on ${path}: ${errorTextOf(listening)}` : socket;
}

type Birth = {readonly image: Uint8Array; readonly placed: Placed; readonly listener: Fd; readonly report: Fd; readonly unused: Fd; readonly isAttached: boolean};

function * beMachine(child: Process, wish: Wish, {image, placed, listener, report, unused, isAttached}: Birth): Running {
	const {sys} = child;
	sys.close(unused);
	sys.setsid();
	const ramBytes = wish.memoryMib * mebibyte;
	const charged = sys.setMemory(ramBytes);
	if (failed(charged)) {
		const refusal: Report = {kind: 'refused', why: `cannot set up ${wish.memoryMib} MiB of guest memory: ${errorTextOf(charged)}`};
		yield * write(child, report, encodeText(`${JSON.stringify(refusal)}\n`));
		return 1;
	}

	const guest = new GuestMachine(wish.runner, {ramBytes, image: {kind: 'kernel', bytes: image}});
	return yield * new MachineProcess(child, guest, placed, {report, isAttached}).run(listener);
}

/** Waits for what the machine's process reports; Ctrl-C is passed on to it. */
function * watch(process: Process, wish: Wish, {reports, pid, isAttached}: {readonly reports: Fd; readonly pid: Pid; readonly isAttached: boolean}): Running {
	const {sys} = process;
	sys.sigaction('INT', 'catch');
	sys.sigaction('TERM', 'catch');
	let text = '';
	let isInterrupted = false;
	for (;;) {
		const bytes = yield * read(process, reports, 4096);
		if (failed(bytes)) {
			sys.takeSignals();
			isInterrupted = true;
			sys.kill(pid, 'INT');
			continue;
		}

		if (bytes.length === 0) {
			return yield * complain(process, `${wish.name}: the machine's process has ended`);
		}

		text += textFromBytes(bytes);
		for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
			const status = yield * heed(process, wish, {report: JSON.parse(text.slice(0, end)) as Report, isAttached, isInterrupted});
			if (status !== undefined) {
				return status;
			}

			text = text.slice(end + 1);
		}
	}
}

const interruptedStatus = 130;

/** What to say of a report; a status if there is nothing more to wait for. */
function * heed(process: Process, wish: Wish, {report, isAttached, isInterrupted}: {readonly report: Report; readonly isAttached: boolean; readonly isInterrupted: boolean}): Blocking<ExitStatus | undefined> {
	switch (report.kind) {
		case 'ready': {
			return undefined;
		}

		case 'refused': {
			return yield * complain(process, report.why);
		}

		case 'stopped': {
			if (!isAttached) {
				yield * printTo(process, 1, `${wish.name}\n`);
				return 0;
			}

			const {state, detail, instructions, dropped} = report;
			const lost = dropped === 0 ? '' : `; ${dropped} bytes of its text were too many to keep`;
			yield * printTo(process, 2, `vmm: ${wish.name}: ${stateText(state, detail)} (${instructions} instructions${lost})\n`);
			return isInterrupted ? interruptedStatus : Number(state !== 'halted' && state !== 'shut-down');
		}

		default: { return report satisfies never; }
	}
}
