// The subcommands of `vmm`.

import {textFromBytes} from '../../base/byte-text.js';
import {encodeText} from '../../base/bytes.js';
import {defaultCosts} from '../../model/hypervisor/cost-table.js';
import {write} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Process, Running} from '../../model/kernel/program.js';
import type {Option} from '../options.js';
import {baseName, joinPath} from '../paths.js';
import {type Blocking, printTo} from '../standard-io.js';
import {type Arguments, complain, nameOption, readArguments, wholeNumber} from './arguments.js';
import {classifyText} from './classify.js';
import {ask, chooseMachine, homeOf, machinesOf} from './client.js';
import {assembleFile, readFile} from './image.js';
import type {Request} from './request.js';
import {defaultBudget, mostBudget, run, runUsage, stopMachine} from './run.js';
import {showList} from './show.js';

type Subcommand = {readonly usage: string; readonly summary: string; readonly run: (process: Process, args: readonly string[]) => Running};

const highest = 0xFFFF_FFFF;
const name = nameOption;

/** A subcommand that asks a machine something. `request` makes the question of the arguments, or says what is wrong with them. */
function question<Name extends string>(
	command: string,
	{usage, summary, operands = [0, 0], options}: {readonly usage: string; readonly summary: string; readonly operands?: readonly [number, number]; readonly options?: Readonly<Record<Name, Option>>},
	request: (given: Arguments<Name | 'name'>, process: Process) => Request | string | Generator<never, Request | string, never> | Blocking<Request | string>,
): Subcommand {
	const all = {name, ...options} as Readonly<Record<Name | 'name', Option>>;
	return {
		usage, summary,
		* run(process, args) {
			const given = yield * readArguments(process, args, {name: command, options: all, usage, operands});
			if (typeof given === 'number') {
				return given;
			}

			const made = request(given, process);
			const asked = typeof made === 'string' || 'command' in made ? made : yield * made as Blocking<Request | string>;
			if (typeof asked === 'string') {
				return yield * complain(process, asked, 2);
			}

			return yield * askAndPrint(process, given.value('name'), asked);
		},
	};
}

function * askAndPrint(process: Process, wanted: string | undefined, request: Request): Running {
	const machine = chooseMachine(process, wanted);
	if (typeof machine === 'string') {
		return yield * complain(process, machine);
	}

	const answer = yield * ask(process, machine.name, request);
	if (answer === undefined) {
		return yield * complain(process, `${machine.name}: its process does not answer`);
	}

	if (answer.status !== 0) {
		return yield * complain(process, `${machine.name}: ${answer.text.trimEnd()}`, answer.status);
	}

	const bytes = request.command === 'console' ? Uint8Array.from(answer.text, character => character.codePointAt(0)!) : encodeText(answer.text);
	yield * write(process, 1, bytes);
	return 0;
}

function * costs(process: Process): Blocking<Request | string> {
	const path = joinPath(homeOf(process), 'costs');
	const file = yield * readFile(process, path, 65_536);
	if (!('refused' in file)) {
		return {command: 'costs', table: textFromBytes(file)};
	}

	process.sys.mkdir(homeOf(process), 0o755);
	const fd = process.sys.open(path, {write: true, create: true, exclusive: true}, 0o644);
	if (!failed(fd)) {
		yield * write(process, fd, encodeText(defaultCosts));
		process.sys.close(fd);
	}

	return {command: 'costs', table: defaultCosts};
}

function * classifyFile(process: Process, args: readonly string[]): Running {
	const given = yield * readArguments(process, args, {name: 'classify', options: {}, usage: 'FILE.asm', operands: [1, 1]});
	if (typeof given === 'number') {
		return given;
	}

	const file = given.operands[0]!;
	const assembled = yield * assembleFile(process, file);
	if ('refused' in assembled) {
		yield * printTo(process, 2, assembled.refused.map(line => `${line}\n`).join(''));
		return 1;
	}

	yield * printTo(process, 1, classifyText(assembled, baseName(file)));
	return 0;
}

function * list(process: Process): Running {
	const machines = machinesOf(process);
	yield * printTo(process, 1, machines.length === 0 ? 'there is no machine; vmm run FILE.asm starts one\n' : showList(machines));
	return 0;
}

function * stop(process: Process, args: readonly string[]): Running {
	const given = yield * readArguments(process, args, {name: 'stop', options: {name}, usage: '[--name NAME]', operands: [0, 0]});
	if (typeof given === 'number') {
		return given;
	}

	const machine = chooseMachine(process, given.value('name'));
	if (typeof machine === 'string') {
		return yield * complain(process, machine);
	}

	yield * stopMachine(process, machine.name, machine.task);
	return 0;
}

const addressProblem = (text: string): string => `${text}: expected an address from 0 to 0xffffffff`;

export const subcommands = {
	run: {usage: runUsage, summary: 'assemble and run a kernel', run},
	list: {usage: '', summary: 'the machines there are', run: list},
	stop: {usage: '[--name NAME]', summary: 'end a machine and its process', run: stop},
	pause: question('pause', {usage: '', summary: 'hold a machine between two instructions'}, () => ({command: 'pause'})),
	cont: question('cont', {usage: '[--budget N]', summary: 'let it go on', options: {budget: {long: 'budget', value: 'N', help: 'instructions'}}}, given => {
		const budget = wholeNumber(given.value('budget') ?? String(defaultBudget), 1, mostBudget);
		return budget === undefined ? `--budget: expected a whole number from 1 to ${mostBudget}` : {command: 'cont', budget};
	}),
	step: question('step', {usage: '[N]', summary: 'do one instruction, or N', operands: [0, 1]}, ({operands: [text = '1']}) => {
		const count = wholeNumber(text, 1, Number.MAX_SAFE_INTEGER);
		return count === undefined ? `${text}: expected a number of instructions` : {command: 'step', count};
	}),
	console: question('console', {usage: '', summary: 'what it has printed'}, () => ({command: 'console'})),
	regs: question('regs', {usage: '', summary: 'its registers, as it takes them to be'}, () => ({command: 'regs'})),
	mem: question('mem', {usage: '[-p] ADDRESS [LENGTH]', summary: 'its memory, linear or (-p) physical', operands: [1, 2], options: {physical: {short: 'p', long: 'physical', help: 'guest-physical'}}}, ({operands: [text, lengthText = '64'], has}) => {
		const address = wholeNumber(text, 0, highest);
		const length = wholeNumber(lengthText, 1, Number.MAX_SAFE_INTEGER);
		return address === undefined ? addressProblem(text!) : (length === undefined ? `${lengthText}: expected a number of bytes` : {command: 'mem', address, length, isPhysical: has('physical')});
	}),
	walk: question('walk', {usage: '[-w] [-u] ADDRESS', summary: 'every table entry on the way of an address', operands: [1, 1], options: {write: {short: 'w', long: 'write', help: 'as a write'}, user: {short: 'u', long: 'user', help: 'as ring 3'}}}, ({operands: [text], has}) => {
		const address = wholeNumber(text, 0, highest);
		return address === undefined ? addressProblem(text!) : {command: 'walk', address, access: has('write') ? 'write' : 'read', ...has('user') ? {user: true} : {}};
	}),
	tlb: question('tlb', {usage: '', summary: 'what the processor\'s TLB holds'}, () => ({command: 'tlb'})),
	exits: question('exits', {usage: '', summary: 'how often and why it came to the hypervisor'}, () => ({command: 'exits'})),
	cache: question('cache', {usage: '', summary: 'translated blocks beside the code they came from'}, () => ({command: 'cache'})),
	map: question('map', {usage: '', summary: 'its memory, and the frames behind it'}, () => ({command: 'map'})),
	costs: question('costs', {usage: '', summary: 'cycles, from the counts and the table in ~/.vmm/costs'}, (_given, process) => costs(process)),
	classify: {usage: 'FILE.asm', summary: 'each instruction as Popek and Goldberg class it', run: classifyFile},
} as const satisfies Readonly<Record<string, Subcommand>>;
