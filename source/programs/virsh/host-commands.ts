// virsh's group "Host and Hypervisor". Source: libvirt 9.0 tools/virsh-host.c.

import {libvirtVersion} from '../libvirt/qemu-driver.js';
import type {NodeDocument} from '../libvirt/request.js';
import {flag, type VirshCommand} from './command.js';
import {formatFact} from './columns.js';

function nodeCommand(name: string, info: string, show: (node: NodeDocument) => string): VirshCommand {
	return {
		name, info, options: [],
		* run(virsh) {
			yield * virsh.print(show(yield * virsh.node()));
			return true;
		},
	};
}

const nodeFactWidth = 20;

function nodeinfo(node: NodeDocument): string {
	const facts: readonly (readonly [string, string | number])[] = [
		['CPU model', node.model], ['CPU(s)', node.cpus], ['CPU frequency', `${node.mhz} MHz`], ['CPU socket(s)', node.sockets], ['Core(s) per socket', node.cores], ['Thread(s) per core', node.threads],
		['NUMA cell(s)', node.cells], ['Memory size', `${node.memoryKib} KiB`],
	];
	return facts.map(([name, value]) => formatFact(name, value, nodeFactWidth)).join('');
}

const capabilities: VirshCommand = {
	name: 'capabilities', info: 'capabilities', options: [],
	* run(virsh) {
		const answer = yield * virsh.need<string>({call: 'capabilities'}, 'failed to get capabilities');
		if (answer !== undefined) {
			yield * virsh.print(`${answer.value}\n`);
		}

		return answer !== undefined;
	},
};

const freecell: VirshCommand = {
	name: 'freecell', info: 'NUMA free memory', options: [flag('all', 'show free memory for all NUMA cells'), {name: 'cellno', kind: 'number', isPositional: true, help: 'NUMA cell number'}],
	* run(virsh, given) {
		const {freeKib} = yield * virsh.node();
		if (given.has('all')) {
			const total = freeKib.reduce((sum, kib) => sum + kib, 0);
			yield * virsh.print(`${freeKib.map((kib, cell) => cellLine(String(cell), kib)).join('')}--------------------\n${cellLine('Total', total)}`);
			return true;
		}

		const cell = given.has('cellno') ? yield * virsh.number(given, 'cellno') : -1;
		if (cell === undefined || cell >= freeKib.length) {
			return cell === undefined ? false : yield * virsh.fail(`invalid argument: start cell ${cell} out of range (0-${freeKib.length - 1})`);
		}

		yield * virsh.print(cell === -1 ? `Total: ${freeKib.reduce((sum, kib) => sum + kib, 0)} KiB\n` : `${cell}: ${freeKib[cell]!} KiB\n`);
		return true;
	},
};

function cellLine(name: string, kib: number): string {
	return `${name.padStart(5)}: ${String(kib).padStart(10)} KiB\n`;
}

/** libvirt answers for plain emulation if it is not told a type. */
const emulationMaxVcpus = 16;

const maxvcpus: VirshCommand = {
	name: 'maxvcpus', info: 'connection vcpu maximum', options: [{name: 'type', kind: 'text', isPositional: true, help: 'domain type'}],
	* run(virsh, given) {
		const node = yield * virsh.node();
		const type = given.text('type') ?? 'qemu';
		if (node.schedulerType !== 'fair' && type !== 'qemu' && type !== 'kvm') {
			return yield * virsh.fail(`invalid argument: unknown type '${type}'`);
		}

		yield * virsh.print(`${node.schedulerType !== 'fair' && type === 'qemu' ? emulationMaxVcpus : node.maxVcpus}\n`);
		return true;
	},
};

function versions({api, hypervisor}: NodeDocument): string {
	return `Compiled against library: libvirt ${libvirtVersion}\nUsing library: libvirt ${libvirtVersion}\nUsing API: ${api}\nRunning hypervisor: ${hypervisor}\n`;
}

export const hostCommands: readonly VirshCommand[] = [
	capabilities, freecell, nodeCommand('hostname', 'print the hypervisor hostname', ({hostname}) => `${hostname}\n`), maxvcpus, nodeCommand('nodeinfo', 'node information', nodeinfo),
	nodeCommand('uri', 'print the hypervisor canonical URI', ({uri}) => `${uri}\n`), nodeCommand('version', 'show version', versions),
];
