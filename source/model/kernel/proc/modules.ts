// /proc/modules: KVM's modules of a host, and who uses them. Source: Linux 6.1 kernel/module/procfs.c, virt/kvm/kvm_main.c.
//
// The module of the vendor is used once for each /dev/kvm that a process has open, and once for each virtual machine. The files of
// machines and virtual processors do not count (commit 70375c2d8fa3, "Revert KVM: set owner of cpu and vm file operations"); from
// Linux 6.7 on they do again.
//
// Simplified: only KVM is a module, everything else that the model knows is built in; sizes differ from build to build, and addresses
// are shown as zeros to everybody.

import type {Reads} from '../../../base/transaction.js';
import type {View} from '../computed-filesystem.js';
import {findTask} from '../tasks.js';
import {isIntel, kernelOf} from './proc-view.js';

/** What this file has to know of virtual machines, whose tables are described above the kernel (model/hypervisor). */
type MachineTables = {
	[guests: `guest:${number}`]: {readonly task: number; readonly technique: string};
	[domains: `domain:${number}`]: {readonly live: {readonly task: number | undefined; readonly config: {readonly type: string}} | undefined};
};

/** The techniques of 32-bit guests that are KVM's: those with the processor's help. */
const kvmTechniques: readonly string[] = ['hardware-shadow', 'hardware-nested'];

/** /dev/kvm, which the process of a machine keeps open, and the machine. */
const usesOfMachine = 2;

function vendorUses({context: {tx, kernel}}: View): number {
	const tables = tx as unknown as Reads<MachineTables>;
	const guests = [...tables.table(`guest:${kernel}`).values()].flatMap(({task, technique}) => kvmTechniques.includes(technique) ? [task] : []);
	const domains = [...tables.table(`domain:${kernel}`).values()].flatMap(({live}) => live?.task !== undefined && live.config.type === 'kvm' ? [live.task] : []);
	const isAlive = (task: number): boolean => (findTask(tx, kernel, task)?.state ?? 'zombie') !== 'zombie';
	return [...guests, ...domains].filter(task => isAlive(task)).length * usesOfMachine;
}

export function modules(view: View): string {
	const {owner, cpuModel} = kernelOf(view);
	// A virtual machine's processor has no extension for guests of its own (cpuinfo), and without one the modules do not load.
	if (owner.startsWith('vm:')) {
		return '';
	}

	const vendor = isIntel(cpuModel) ? {name: 'kvm_intel', bytes: 380_928} : {name: 'kvm_amd', bytes: 163_840};
	const line = (name: string, bytes: number, uses: number, users: string): string => `${name} ${bytes} ${uses} ${users} Live 0x0000000000000000\n`;
	return line(vendor.name, vendor.bytes, vendorUses(view), '-') + line('kvm', 1_142_784, 1, `${vendor.name},`) + line('irqbypass', 16_384, 1, 'kvm,');
}
