// Answers of a guest's process to the subcommands of `vmm`.

import {costOf, parseCosts} from '../../model/hypervisor/cost-table.js';
import {blocksOf, codeAt, countsOf, guestRecord, latin1, readLinear} from '../../model/hypervisor/guest-snapshot.js';
import type {GuestRecord} from '../../model/hypervisor/guest-schema.js';
import {walkGuest} from '../../model/hypervisor/guest-walk.js';
import type {Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';
import type {MachineProcess} from './machine-process.js';
import type {Answer, Request} from './request.js';
import {hex, showBlocks, showCode, showCosts, showExits, showMap, showMemory, showRegisters, showTlb, showWalk, stateText} from './show.js';

const mostMemoryBytes = 4096;
const mostSteps = 10_000;
/** Of a longer walk through the code only the last ones are shown. */
const shownSteps = 20;
const shownBlocks = 512;
const stepsPerTurn = 100;

const good = (text: string): Answer => ({text, status: 0});
const bad = (text: string): Answer => ({text: `${text}\n`, status: 1});

export function * answer(machine: MachineProcess, thread: Process, request: Request): Blocking<Answer> {
	const {guest} = machine;
	switch (request.command) {
		case 'regs': { return good(showRegisters(look(machine))); }
		case 'tlb': { return good(showTlb(look(machine).tlb)); }
		case 'exits': { return good(showExits(look(machine))); }
		case 'map': { return good(showMap(look(machine))); }
		case 'state': { return good(`${machine.state}\n`); }
		case 'cache': { return guest.vcpu?.technique.blocks === undefined ? bad(`${guest.runner} has no translation cache; binary-translation has`) : good(showBlocks(blocksOf(guest, shownBlocks))); }
		case 'console': { return good(latin1(guest.host.debugConsole.text.since(0)) + latin1(guest.host.serial.text.since(0))); }
		case 'walk': { return good(showWalk(walkGuest(guest, request.address >>> 0, {access: request.access, ...request.user === undefined ? {} : {user: request.user}}))); }
		case 'mem': { return showRange(machine, request); }
		case 'costs': { return costs(machine, request.table); }
		case 'step': { return yield * step(machine, request.count); }
		case 'cont': { return continueGuest(machine, request.budget); }

		case 'pause': {
			machine.pause();
			return good(`${stateText(machine.state, machine.detail)}\n`);
		}

		case 'stop': {
			thread.sys.kernel().signal(machine.task, 'TERM');
			return good('');
		}

		default: { return request satisfies never; }
	}
}

function look(machine: MachineProcess): GuestRecord {
	return guestRecord(machine.guest, {name: machine.placed.name, file: machine.placed.file, task: machine.task, uid: 0}, {state: machine.state, detail: machine.detail, version: 0});
}

function showRange({guest}: MachineProcess, {address, length, isPhysical}: Extract<Request, {command: 'mem'}>): Answer {
	if (length > mostMemoryBytes) {
		return bad(`at most ${mostMemoryBytes} bytes at once`);
	}

	const bytes = isPhysical ? guest.read(address, length) : readLinear(guest, address, length);
	return bytes === undefined ? bad(`${hex(address)} to ${hex((address + length - 1) >>> 0)}: ${walkGuest(guest, address, {user: false}).failed ?? 'not all of it is mapped'}`) : good(showMemory(address, bytes));
}

function costs({guest}: MachineProcess, table: string): Answer {
	const rows = parseCosts(table);
	if ('refused' in rows) {
		return bad(rows.refused);
	}

	const {rows: costed, total} = costOf(countsOf(guest), rows);
	return good(showCosts(costed, total));
}

function * step(machine: MachineProcess, count: number): Blocking<Answer> {
	if (count > mostSteps) {
		return bad(`at most ${mostSteps} instructions at once; vmm cont runs more`);
	}

	if (!machine.canRun) {
		return bad(machine.state === 'running' ? 'the machine runs; vmm pause stops it' : `the machine does not go on: ${stateText(machine.state, machine.detail)}`);
	}

	const shown: string[] = [];
	for (let done = 0; done < count && machine.canRun; done++) {
		if (done >= count - shownSteps) {
			shown.push(showCode(codeAt(machine.guest, 1)));
		}

		machine.step();
		if (done % stepsPerTurn === stepsPerTurn - 1) {
			yield {kind: 'step'};
		}
	}

	machine.publish();
	return good(`${shown.join('')}next ${showCode(codeAt(machine.guest, 1))}${machine.canRun ? '' : `${stateText(machine.state, machine.detail)}\n`}`);
}

function continueGuest(machine: MachineProcess, budget: number): Answer {
	if (!machine.canRun) {
		return bad(machine.state === 'running' ? 'the machine runs already' : `the machine does not go on: ${stateText(machine.state, machine.detail)}`);
	}

	machine.continue(budget);
	return good('');
}
