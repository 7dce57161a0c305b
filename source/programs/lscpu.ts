// lscpu(1): the processors as the kernel describes them in /proc/cpuinfo and /sys/devices/system/cpu. Source: util-linux 2.38.
//
// Simplified: caches, flags and vulnerabilities are not modelled, so their lines are missing; sockets are one NUMA node.

import type {Host} from '../model/host/schema.js';
import {placeOf, threadCount} from '../model/host/topology.js';
import {must} from '../base/assert.js';
import {hostOf} from './libvirt/qemu-driver.js';
import {tool} from './tool.js';

const options = {
	parse: {long: 'parse', short: 'p', help: 'print out a parsable format'},
	extended: {long: 'extended', short: 'e', help: 'print out an extended readable format'},
} as const;

type Name = keyof typeof options;

export const lscpu = tool<Name>({
	name: 'lscpu', usage: ['[options]'], summary: 'Display information about the CPU architecture.', options, version: '2.38.1', hint: calledAs => `Try '${calledAs} --help' for more information.\n`,
}, function * (t) {
	if (t.operands.length > 0) {
		yield * t.complain('bad usage');
		return yield * t.usageError(undefined);
	}

	const host = hostOf(t.process);
	const {tx, kernel} = t.sys.kernel();
	const {cpuModel} = must(tx.get('kernel', kernel), 'lscpu: no kernel');
	const kind = t.last('parse', 'extended');
	yield * t.print(kind === 'parse' ? parsable(host) : (kind === 'extended' ? extended(host) : summary(host, cpuModel)));
	return 0;
});

const labelWidth = 34;

function summary(host: Host, model: string): string {
	const threads = threadCount(host);
	const rows: readonly (readonly [string, string | number])[] = [
		['Architecture:', 'x86_64'], ['  CPU op-mode(s):', '32-bit, 64-bit'], ['  Byte Order:', 'Little Endian'],
		['CPU(s):', threads], ['  On-line CPU(s) list:', threads === 1 ? '0' : `0-${threads - 1}`],
		['Vendor ID:', 'GenuineIntel'], ['  Model name:', model], ['    Thread(s) per core:', host.threadsPerCore], ['    Core(s) per socket:', host.coresPerSocket], ['    Socket(s):', host.sockets],
		['    CPU max MHz:', `${host.cpuMhz}.0000`], ['Virtualization features:', ''], ['  Virtualization:', 'VT-x'],
		['NUMA:', ''], ['  NUMA node(s):', 1], ['  NUMA node0 CPU(s):', threads === 1 ? '0' : `0-${threads - 1}`],
	];
	return rows.map(([label, value]) => value === '' ? `${label}\n` : `${label.padEnd(labelWidth)}${value}\n`).join('');
}

function parsable(host: Host): string {
	const rows = Array.from({length: threadCount(host)}, (_, cpu) => {
		const {socket, core} = placeOf(host, cpu);
		return `${cpu},${core},${socket},0\n`;
	});
	return `# The following is the parsable format, which can be fed to other\n# programs. Each different item in every column has an unique ID\n# starting usually from zero.\n# CPU,Core,Socket,Node\n${rows.join('')}`;
}

function extended(host: Host): string {
	const rows = Array.from({length: threadCount(host)}, (_, cpu) => {
		const {socket, core} = placeOf(host, cpu);
		return [String(cpu), '0', String(socket), String(core), 'yes'];
	});
	const table = [['CPU', 'NODE', 'SOCKET', 'CORE', 'ONLINE'], ...rows];
	return table.map(row => `${row.map((cell, column) => cell.padStart(table[0]![column]!.length)).join(' ')}\n`).join('');
}
