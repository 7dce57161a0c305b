// What each hypercall does. The domain's state is on the processor; a result goes to its EAX.

import type {Cpu} from '../../../machine/cpu.js';
import {setEflags, statusFlags, DF} from '../../../machine/flags.js';
import {CS, ESP, SS} from '../../../machine/registers.js';
import {flatSegment} from './bounce.js';
import type {Domain} from './domain.js';
import {BadAddress, readGuest, readGuestBytes, writeGuest} from './guest-access.js';
import {mapGrantReference, setupTable, unmapGrantReference} from './grant-table.js';
import {errno, eventOp, grantOp, hypercallNumber, mmuextOp, nsPerInstruction, schedOp, shutdownReasons, type HypercallName} from './interface.js';
import type {Xen} from './xen.js';

export type Call = {readonly xen: Xen; readonly domain: Domain; readonly cpu: Cpu; readonly args: readonly number[]};

/** The result for EAX; undefined leaves it as it is. */
type Handler = (call: Call) => number | undefined;

/** Entries that one call may bring: each is checked on its own, and a list without end must end. */
const maxEntries = 4096;
const version = 4 << 16 | 17;

const setTrapTable: Handler = ({domain, cpu, args: [table = 0]}) => {
	for (let at = table, count = 0; count < 256; at += 8, count++) {
		const head = readGuest(cpu, at);
		const eip = readGuest(cpu, at + 4);
		if (eip === 0) {
			return 0;
		}

		const selector = head >>> 16;
		if (flatSegment(selector) === undefined) {
			return errno.EPERM;
		}

		domain.traps.set(head & 0xFF, {selector, eip, dpl: head >>> 8 & 3, masksEvents: (head >>> 8 & 4) !== 0});
	}

	return errno.EINVAL;
};

const mmuUpdate: Handler = ({xen, domain, cpu, args: [list = 0, count = 0, done = 0]}) => {
	const number = count >>> 0;
	if (number > maxEntries) {
		return errno.EINVAL;
	}

	for (let index = 0; index < number; index++) {
		const at = list + 16 * index;
		const pointer = readGuest(cpu, at);
		const isPlain = (pointer & 3) === 0 && readGuest(cpu, at + 4) === 0 && readGuest(cpu, at + 12) === 0;
		const problem = isPlain ? xen.tables.update(domain, pointer >>> 0, readGuest(cpu, at + 8)) : errno.ENOSYS;
		if (problem !== 0) {
			reportDone(cpu, done, index);
			return problem;
		}

		domain.counts.mmuUpdates += 1;
	}

	xen.flushTlb(domain);
	reportDone(cpu, done, number);
	return 0;
};

function reportDone(cpu: Cpu, place: number, count: number): void {
	if (place !== 0) {
		writeGuest(cpu, place, count);
	}
}

const updateVaMapping: Handler = ({xen, domain, args: [address = 0, low = 0, high = 0]}) => {
	const leaf = xen.tables.leafOf(domain, address);
	if (leaf === undefined || high !== 0) {
		return errno.EINVAL;
	}

	const problem = xen.tables.update(domain, leaf, low);
	domain.counts.mmuUpdates += problem === 0 ? 1 : 0;
	xen.flushTlb(domain, address >>> 12);
	return problem;
};

const mmuextOperation: Handler = ({xen, domain, cpu, args: [list = 0, count = 0, done = 0]}) => {
	const number = Math.min(count >>> 0, maxEntries);
	for (let index = 0; index < number; index++) {
		const problem = extended(xen, domain, {command: readGuest(cpu, list + 12 * index), argument: readGuest(cpu, list + 12 * index + 4), cpu});
		if (problem !== 0) {
			reportDone(cpu, done, index);
			return problem;
		}
	}

	reportDone(cpu, done, number);
	return 0;
};

function extended(xen: Xen, domain: Domain, {command, argument, cpu}: {readonly command: number; readonly argument: number; readonly cpu: Cpu}): number {
	const frame = (argument << 12) >>> 0;
	switch (command) {
		case mmuextOp.pinL1: {
			return xen.tables.promote(domain, frame, 'l1');
		}

		case mmuextOp.pinL2: {
			return xen.tables.promote(domain, frame, 'l2');
		}

		case mmuextOp.unpin: {
			return xen.tables.demote(domain, frame);
		}

		case mmuextOp.newBaseptr: {
			const problem = xen.tables.promote(domain, frame, 'l2');
			if (problem === 0) {
				domain.state.cr3 = frame | 0;
				xen.useTables(domain, cpu);
			}

			return problem;
		}

		case mmuextOp.tlbFlushLocal: {
			xen.flushTlb(domain);
			return 0;
		}

		case mmuextOp.invlpgLocal: {
			xen.flushTlb(domain, argument >>> 12);
			return 0;
		}

		default: {
			return errno.ENOSYS;
		}
	}
}

const multicall: Handler = call => {
	const {cpu, domain, args: [list = 0, count = 0]} = call;
	const number = count >>> 0;
	if (number > maxEntries) {
		return errno.EINVAL;
	}

	for (let index = 0; index < number; index++) {
		const at = list + 32 * index;
		const operation = readGuest(cpu, at);
		const args = Array.from({length: 5}, (_, argument) => readGuest(cpu, at + 8 + 4 * argument));
		domain.counts.multicallEntries += 1;
		// A list in a list, and a return from an interrupt in one, make no sense.
		const isNested = operation === hypercallNumber.multicall || operation === hypercallNumber.iret;
		writeGuest(cpu, at + 4, isNested ? errno.EINVAL : perform({...call, args}, operation) ?? 0);
	}

	return 0;
};

/** The frame of `bounce`, without an error code: EIP CS EFLAGS, and ESP SS for user code. */
const iret: Handler = ({xen, domain, cpu}) => {
	const top = cpu.regs[ESP]!;
	const [eip, code, flags] = [readGuest(cpu, top), readGuest(cpu, top + 4), readGuest(cpu, top + 8)];
	const segment = flatSegment(code);
	const isOuter = (code & 3) === 3;
	const stack = isOuter ? flatSegment(readGuest(cpu, top + 16)) : cpu.segments[SS]!;
	if (segment === undefined || stack === undefined) {
		return errno.EINVAL;
	}

	cpu.regs[ESP] = isOuter ? readGuest(cpu, top + 12) : (top + 12) | 0;
	cpu.segments[SS] = {...stack};
	cpu.segments[CS] = {...segment};
	cpu.eip = eip;
	setEflags(cpu, flags, statusFlags | DF);
	cpu.setCpl(code & 3);
	cpu.refreshMode();
	xen.events.setMask(domain, (code >>> 16 & 0xFF) !== 0);
	return undefined;
};

const consoleIo: Handler = ({domain, cpu, args: [command = 0, count = 0, buffer = 0]}) => {
	if (command !== 0) {
		return errno.ENOSYS;
	}

	const length = Math.min(count >>> 0, maxEntries);
	domain.console.push(...readGuestBytes(cpu, buffer, length));
	return length;
};

const scheduling: Handler = ({xen, domain, cpu, args: [command = 0, argument = 0]}) => {
	switch (command) {
		case schedOp.yield: {
			xen.endSlice();
			return 0;
		}

		case schedOp.block: {
			xen.events.setMask(domain, false);
			domain.status = xen.events.wantsUpcall(domain) ? 'running' : 'blocked';
			return 0;
		}

		case schedOp.shutdown: {
			const reason = shutdownReasons[readGuest(cpu, argument)];
			domain.status = reason === undefined ? domain.status : {shutdown: reason};
			return reason === undefined ? errno.EINVAL : 0;
		}

		default: {
			return errno.ENOSYS;
		}
	}
};

const eventChannel: Handler = ({xen, domain, cpu, args: [command = 0, argument = 0]}) => {
	const word = (index: number): number => readGuest(cpu, argument + 4 * index);
	const answer = (place: number, port: number): number => {
		if (port > 0) {
			writeGuest(cpu, argument + place, port);
			return 0;
		}

		return port;
	};

	switch (command) {
		case eventOp.allocUnbound: {
			return answer(4, xen.events.open(domain, {kind: 'unbound', remote: word(0) >>> 16}));
		}

		case eventOp.bindInterdomain: {
			return answer(8, xen.events.bindInterdomain(domain, word(0) & 0xFFFF, word(1)));
		}

		case eventOp.bindVirq: {
			return answer(8, xen.events.open(domain, {kind: 'virq', virq: word(0)}));
		}

		case eventOp.close: {
			return xen.events.close(domain, word(0));
		}

		case eventOp.send: {
			return xen.events.send(domain, word(0));
		}

		case eventOp.unmask: {
			return xen.events.unmask(domain, word(0));
		}

		default: {
			return errno.ENOSYS;
		}
	}
};

const grantTable: Handler = ({xen, domain, cpu, args: [command = 0, operations = 0, count = 0]}) => {
	const context = {cpu, memory: xen.host.memory, tables: xen.tables, domains: xen.domains};
	const known = {[grantOp.setupTable]: {bytes: 16, run: setupTable}, [grantOp.mapGrantRef]: {bytes: 32, run: mapGrantReference}, [grantOp.unmapGrantRef]: {bytes: 24, run: unmapGrantReference}}[command];
	if (known === undefined) {
		return errno.ENOSYS;
	}

	for (let index = 0; index < Math.min(count >>> 0, maxEntries); index++) {
		known.run(context, domain, operations + index * known.bytes);
	}

	xen.flushTlb(domain);
	return 0;
};

const handlers: Readonly<Record<HypercallName, Handler>> = {
	set_trap_table: setTrapTable,
	mmu_update: mmuUpdate,
	stack_switch({domain, args: [selector = 0, esp = 0]}) {
		domain.kernelStack = {selector, esp};
		return flatSegment(selector) === undefined ? errno.EPERM : 0;
	},
	set_callbacks({domain, args: [selector = 0, eip = 0]}) {
		domain.callback = {selector, eip};
		return flatSegment(selector) === undefined ? errno.EPERM : 0;
	},
	multicall,
	update_va_mapping: updateVaMapping,
	set_timer_op({domain, args: [low = 0, high = 0]}) {
		const atNs = (low >>> 0) + (high >>> 0) * 2 ** 32;
		domain.timerAtNs = atNs === 0 ? undefined : atNs;
		return 0;
	},
	xen_version: ({args: [command = 0]}) => command === 0 ? version : errno.ENOSYS,
	console_io: consoleIo,
	grant_table_op: grantTable,
	iret,
	mmuext_op: mmuextOperation,
	sched_op: scheduling,
	event_channel_op: eventChannel,
};

const names: ReadonlyMap<number, HypercallName> = new Map(Object.entries(hypercallNumber).map(([name, number]) => [number, name as HypercallName]));

/** One call. An address that the guest cannot use is EFAULT, a call that is not modelled ENOSYS. */
export function perform(call: Call, number: number): number | undefined {
	const name = names.get(number);
	if (name === undefined) {
		return errno.ENOSYS;
	}

	const {hypercalls} = call.domain.counts;
	hypercalls.set(name, (hypercalls.get(name) ?? 0) + 1);
	try {
		return handlers[name](call);
	} catch (thrown) {
		if (thrown instanceof BadAddress) {
			return errno.EFAULT;
		}

		throw thrown;
	}
}

/** Xen's time: of the machine's instructions. */
export const nowNs = (clock: number): number => clock * nsPerInstruction;
