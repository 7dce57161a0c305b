// kvm_stat(1): what KVM counts for its virtual machines. Source: Linux 6.1 tools/kvm/kvm_stat/kvm_stat; arch/x86/kvm/ for what is counted where.
//
// Without tracepoints, as in a kernel without CONFIG_TRACING: the numbers are those of KVM's files in debugfs.
//
// Simplified: of KVM's some fifty files there are those whose events the model counts. Domains of libvirt execute no instructions in the
// model and are in no number, which is said when there are any. Only batch mode is modelled.

import type {Reads} from '../base/transaction.js';
import {allDomains} from '../model/hypervisor/domain-table.js';
import type {HypervisorSchema} from '../model/hypervisor/domain-schema.js';
import type {GuestRecord} from '../model/hypervisor/guest-schema.js';
import {guestsOf} from '../model/hypervisor/guest-table.js';
import {sleep} from '../model/kernel/blocking.js';
import type {Process} from '../model/kernel/program.js';
import type {KernelSchema} from '../model/kernel/schema.js';
import {exitReason} from '../model/machine/vm-exit.js';
import {vector} from '../model/machine/fault.js';
import {readText} from './proc-files.js';
import type {Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

const exitsOf = ({exits}: GuestRecord, reason: number): number => exits.find(row => row.reason === reason)?.count ?? 0;
const faultsOf = ({exceptions}: GuestRecord, which: number): number => exceptions.find(row => row.vector === which)?.count ?? 0;

/** KVM's files, in the order of their names. */
const fields: ReadonlyArray<readonly [name: string, read: (guest: GuestRecord) => number]> = [
	['exits', ({counts}) => counts.exits],
	['halt_exits', guest => exitsOf(guest, exitReason.hlt)],
	['hypercalls', guest => exitsOf(guest, exitReason.vmcall)],
	['invlpg', guest => exitsOf(guest, exitReason.invlpg)],
	['io_exits', guest => exitsOf(guest, exitReason.io)],
	['irq_exits', guest => exitsOf(guest, exitReason.externalInterrupt)],
	['irq_window_exits', guest => exitsOf(guest, exitReason.interruptWindow)],
	// Entries that KVM made in its tables, and page faults that it looked at: EPT's, or those of the processor under shadow tables.
	['pf_fixed', ({counts}) => counts.shadowFills + counts.nestedFills],
	['pf_taken', guest => exitsOf(guest, exitReason.eptViolation) + faultsOf(guest, vector.PF)],
];

/** What was asked for; `pid` 0 is all processes. */
type Options = {isOnce: boolean; isPast: boolean; isDebugfs: boolean; isTracepoints: boolean; pid: number};

const longOptions: Readonly<Record<string, string>> = {once: '1', batch: '1', 'debugfs-include-past': 'i', debugfs: 'd', tracepoints: 't', pid: 'p', log: 'l', fields: 'f', guest: 'g', help: 'h'};
/** Known to the real one, and refused here. */
const unmodelled = 'lfgh';

/** The options, or what is wrong with them in optparse's words. */
function readOptions(args: readonly string[]): Options | string {
	const options: Options = {isOnce: false, isPast: false, isDebugfs: false, isTracepoints: false, pid: 0};
	const rest = [...args];
	for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
		const message = argument.startsWith('--') ? takeLong(options, argument, rest) : takeShorts(options, argument, rest);
		if (message !== undefined) {
			return message;
		}
	}

	return options;
}

function takeLong(options: Options, argument: string, rest: string[]): string | undefined {
	const [name = '', ...value] = argument.slice(2).split('=');
	const letter = Object.hasOwn(longOptions, name) ? longOptions[name] : undefined;
	if (letter === undefined) {
		return `no such option: --${name}`;
	}

	if (value.length > 0) {
		if (letter !== 'p' && !unmodelled.includes(letter)) {
			return `--${name} option does not take a value`;
		}

		rest.unshift(value.join('='));
	}

	return take(options, letter, `--${name}`, rest);
}

function takeShorts(options: Options, argument: string, rest: string[]): string | undefined {
	if (!argument.startsWith('-') || argument === '-') {
		return `extra argument ${argument}: not modelled`;
	}

	for (let at = 1; at < argument.length; at++) {
		const letter = argument[at]!;
		const attached = letter === 'p' ? argument.slice(at + 1) : '';
		if (attached !== '') {
			rest.unshift(attached);
		}

		const message = take(options, letter, `-${letter}`, rest);
		if (message !== undefined || attached !== '') {
			return message;
		}
	}

	return undefined;
}

function take(options: Options, letter: string, shown: string, rest: string[]): string | undefined {
	switch (letter) {
		case '1': {
			options.isOnce = true;
			return undefined;
		}

		case 'i': {
			options.isPast = true;
			return undefined;
		}

		case 'd': {
			options.isDebugfs = true;
			return undefined;
		}

		case 't': {
			options.isTracepoints = true;
			return undefined;
		}

		case 'p': {
			const value = rest.shift();
			options.pid = /^\d{1,9}$/v.test(value ?? '') ? Number(value) : -1;
			return value === undefined ? `${shown} option requires 1 argument` : (options.pid < 0 ? `option ${shown}: invalid integer value: '${value}'` : undefined);
		}

		default: {
			return unmodelled.includes(letter) ? `${shown} is not modelled` : `no such option: ${shown}`;
		}
	}
}

/** The virtual machines of KVM, of all users, or those of one process. */
function machinesOf({sys}: Process, pid: number): readonly GuestRecord[] {
	const {tx, kernel} = sys.kernel();
	const guests = guestsOf(tx as unknown as Reads<HypervisorSchema & KernelSchema>, kernel);
	return guests.filter(({technique, task}) => (technique === 'hardware-shadow' || technique === 'hardware-nested') && (pid === 0 || task === pid));
}

function domainCount({sys}: Process): number {
	const {tx, kernel} = sys.kernel();
	return allDomains(tx as unknown as Reads<HypervisorSchema>, kernel).filter(({live}) => live?.config.type === 'kvm').length;
}

/** All fields, added up over the machines; of each only what came after it was first seen, unless its baseline is zero. */
function readFields(machines: readonly GuestRecord[], baseline: Map<string, number>): readonly number[] {
	return fields.map(([name, read]) => machines.reduce((sum, machine) => {
		const key = `${machine.task} ${name}`;
		const value = read(machine);
		const before = baseline.get(key) ?? value;
		baseline.set(key, before);
		return sum + value - before;
	}, 0));
}

/** Whether the real one could begin: it wants KVM's files, which only root sees, and falls back to them without tracepoints. */
function * checkAccess(t: Tool<never>, options: Options): Blocking<boolean> {
	const modules = (yield * readText(t.process, '/proc/modules')) ?? '';
	if (t.sys.credentials().uid !== 0 || !/^kvm /mv.test(modules)) {
		yield * t.complainPlain('Please make sure, that debugfs is mounted and readable by the current user:\n(\'mount -t debugfs debugfs /sys/kernel/debug\')\nAlso ensure, that the kvm modules are loaded.\n');
		return false;
	}

	if (options.isTracepoints || !options.isDebugfs) {
		yield * t.complainPlain('Please enable CONFIG_TRACING in your kernel when using the option -t (default).\nIf it is enabled, make /sys/kernel/debug/tracing readable by the current user.\n');
		if (options.isTracepoints) {
			return false;
		}

		yield * t.complainPlain('Falling back to debugfs statistics!\n');
		yield * sleep(t.process, 5e9);
	}

	if (options.pid > 0 && (yield * readText(t.process, `/proc/${options.pid}/stat`)) === undefined) {
		yield * t.complainPlain('Did you use a (unsupported) tid instead of a pid?\nSpecified pid does not exist.\n');
		return false;
	}

	return true;
}

export const kvmStat = plainTool('kvm_stat', function * (t) {
	const options = readOptions(t.operands);
	if (typeof options === 'string') {
		yield * t.complainPlain(`Usage: kvm_stat [options]\n\nkvm_stat: error: ${options}\n`);
		return 2;
	}

	if (!options.isOnce) {
		return yield * t.complain('the full-screen view is not modelled: use -1');
	}

	if (!(yield * checkAccess(t, options))) {
		return 1;
	}

	const machines = machinesOf(t.process, options.pid);
	const baseline = new Map(options.isPast ? machines.flatMap(({task}) => fields.map(([name]) => [`${task} ${name}`, 0] as const)) : []);
	const before = readFields(machines, baseline);
	yield * sleep(t.process, 1e9);
	const values = readFields(machinesOf(t.process, options.pid), baseline);
	for (const [index, [name]] of fields.entries()) {
		yield * t.print(`${name.padEnd(42)}${String(values[index]).padStart(10)}${String(values[index]! - before[index]!).padStart(10)}\n`);
	}

	const domains = domainCount(t.process);
	if (domains > 0) {
		yield * t.complain(`${domains} domain${domains === 1 ? '' : 's'} of libvirt not counted: virtlab's domains execute no instructions`);
	}

	return 0;
});
