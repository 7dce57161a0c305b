// The commands of QEMU's monitor. Texts are those of QEMU 7.2.

import type {GuestMachine} from '../../model/hypervisor/guest-machine.js';
import {examine, firstFormat, type Format} from './examine.js';
import {showMemory, showTlb} from './show-paging.js';
import {showRegisters} from './show-registers.js';

export const banner = 'QEMU 7.2.22 monitor - type \'help\' for more information\n';
export const prompt = '(qemu) ';

export type RunState = 'running' | 'paused' | 'prelaunch' | 'shutdown' | 'internal-error';

/** What the monitor reaches of the emulator. */
export type Monitored = {readonly guest: GuestMachine; readonly state: RunState; readonly stop: () => void; readonly cont: () => void; readonly reset: () => void; readonly quit: () => void};

const needsReset = new Set<RunState>(['shutdown', 'internal-error']);
const commands: Readonly<Record<string, string>> = {s: 'stop', c: 'cont', q: 'quit'};
const unmodelledCommands = new Set(['help', '?', 'info', 'print', 'p', 'gva2gpa', 'gpa2hva', 'gdbserver', 'log', 'logfile', 'nmi', 'o', 'i', 'device_add', 'device_del', 'eject', 'change', 'migrate', 'savevm', 'loadvm', 'delvm', 'memsave', 'pmemsave', 'screendump', 'sendkey', 'singlestep', 'system_powerdown', 'system_wakeup', 'sum', 'balloon', 'commit', 'drive_add', 'object_add', 'object_del', 'netdev_add', 'netdev_del', 'trace-event', 'watchdog_action']);
const unmodelledInfos = new Set(['', 'balloon', 'block', 'block-jobs', 'blockstats', 'capture', 'chardev', 'cpus', 'dump', 'history', 'iothreads', 'irq', 'jit', 'kvm', 'lapic', 'memdev', 'memory-devices', 'memory_size_summary', 'mice', 'migrate', 'mtree', 'name', 'network', 'numa', 'opcount', 'pci', 'pic', 'profile', 'qdm', 'qom-tree', 'qtree', 'ramblock', 'roms', 'snapshots', 'stats', 'tpm', 'trace-events', 'usb', 'usernet', 'uuid', 'version', 'virtio', 'vnc']);
const infos = new Set(['status', 'registers', 'mem', 'tlb']);

export class Monitor {
	readonly #machine: Monitored;
	#format: Format = firstFormat;

	constructor(machine: Monitored) {
		this.#machine = machine;
	}

	/** What a line prints. */
	answer(line: string): string {
		const [, word = '', rest = ''] = /^(?<word>[^\s\/]*)\s*(?<rest>.*)$/v.exec(line.trim()) ?? [];
		const name = commands[word] ?? word;
		switch (name) {
			case '': { return rest === '' ? '' : `unknown command: '${rest}'\n`; }
			case 'info': { return this.#info(rest); }
			case 'x':
			case 'xp': { return this.#examine(name, rest); }
			case 'stop':
			case 'cont':
			case 'quit':
			case 'system_reset': { return rest === '' ? this.#act(name) : extraneous(name === 'system_reset' ? name : `${name}|${name[0]!}`, name); }
			default: { return unmodelledCommands.has(name) ? `virtlab: ${name} is not modelled\n` : `unknown command: '${name}'\n`; }
		}
	}

	#act(name: 'stop' | 'cont' | 'quit' | 'system_reset'): string {
		const machine = this.#machine;
		if (name === 'cont' && needsReset.has(machine.state)) {
			return 'Error: Resetting the Virtual Machine is required\n';
		}

		({stop: machine.stop, cont: machine.cont, quit: machine.quit, system_reset: machine.reset})[name]();
		return '';
	}

	#info(rest: string): string {
		const [what = '', ...more] = rest.split(/\s+/v);
		if (!infos.has(what)) {
			return unmodelledInfos.has(what) ? `virtlab: ${`info ${what}`.trim()} is not modelled\n` : `unknown command: 'info ${what}'\n`;
		}

		if (more.length > 0) {
			return what === 'registers' ? 'virtlab: info registers with an argument is not modelled\n' : extraneous(what, `info ${what}`);
		}

		const {guest, state} = this.#machine;
		if (what === 'status') {
			return `VM status: ${state === 'running' || state === 'paused' ? state : `paused (${state})`}\n`;
		}

		// The processor of a paravirtual guest belongs to Xen: QEMU has none to show.
		return guest.domain === undefined ? ({registers: showRegisters, mem: showMemory, tlb: showTlb})[what]!(guest) : 'No CPU available\n';
	}

	#examine(name: 'x' | 'xp', rest: string): string {
		const {guest} = this.#machine;
		if (guest.domain !== undefined) {
			return `virtlab: ${name} of a Xen domain is not modelled\n`;
		}

		const {text, format} = examine(guest, name, rest, this.#format);
		this.#format = format;
		return text;
	}
}

function extraneous(what: string, command: string): string {
	return `${what}: extraneous characters at the end of line\nTry "help ${command}" for more information\n`;
}
