// Reading /proc, as the programs of procps do: everything that they know of processes and memory comes from there.

import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import type {Blocking} from './standard-io.js';

/** A file's text; undefined if it cannot be read, as when a process has ended meanwhile. */
export function * readText(process: Process, path: string): Blocking<string | undefined> {
	const fd = process.sys.open(path, {read: true});
	if (failed(fd)) {
		return undefined;
	}

	const bytes = yield * readAll(process, fd, 16 * 1024 * 1024);
	process.sys.close(fd);
	return failed(bytes) ? undefined : textFromBytes(bytes);
}

/** What /proc/PID/stat, status and cmdline say of a process. Source: proc(5). */
export type ProcessInfo = {
	readonly pid: number;
	readonly name: string;
	readonly state: string;
	readonly ppid: number;
	readonly group: number;
	readonly session: number;
	/** Device number of its terminal, 0 for none. */
	readonly terminal: number;
	readonly foreground: number;
	/** Processor time in ticks of 10 ms. */
	readonly cpuTicks: number;
	readonly nice: number;
	readonly threads: number;
	/** Ticks from boot to its start. */
	readonly startTicks: number;
	readonly virtualBytes: number;
	readonly residentPages: number;
	readonly uid: number;
	readonly gid: number;
	/** Empty for kernel threads. */
	readonly argv: readonly string[];
};

export function * readProcess(process: Process, pid: number | string): Blocking<ProcessInfo | undefined> {
	const stat = yield * readText(process, `/proc/${pid}/stat`);
	const status = yield * readText(process, `/proc/${pid}/status`);
	const cmdline = yield * readText(process, `/proc/${pid}/cmdline`);
	if (stat === undefined || status === undefined || cmdline === undefined) {
		return undefined;
	}

	// The name stands in parentheses and may contain anything, parentheses included.
	const open = stat.indexOf('(');
	const close = stat.lastIndexOf(')');
	const fields = stat.slice(close + 2).trim().split(' ');
	const number = (index: number): number => Number(fields[index - 3] ?? 0);
	const ids = (key: string): number => Number(new RegExp(`^${key}:\\t(?<id>\\d+)`, 'mv').exec(status)?.groups?.['id'] ?? 0);
	return {
		pid: Number(stat.slice(0, open)), name: stat.slice(open + 1, close), state: fields[0] ?? '?', ppid: number(4), group: number(5), session: number(6), terminal: number(7), foreground: number(8),
		cpuTicks: number(14) + number(15), nice: number(19), threads: number(20), startTicks: number(22), virtualBytes: number(23), residentPages: number(24), uid: ids('Uid'), gid: ids('Gid'),
		argv: cmdline === '' ? [] : cmdline.replace(/\0$/v, '').split('\0'),
	};
}

/** All processes that /proc shows, by pid. */
export function * readProcesses(process: Process): Blocking<readonly ProcessInfo[]> {
	const entries = process.sys.readdir('/proc');
	const pids = failed(entries) ? [] : entries.map(({name}) => name).filter(name => /^\d+$/v.test(name)).map(Number).sort((a, b) => a - b);
	const found: ProcessInfo[] = [];
	for (const pid of pids) {
		const info = yield * readProcess(process, pid);
		if (info !== undefined) {
			found.push(info);
		}
	}

	return found;
}

/** `/proc/meminfo` in KiB by its names. */
export function * readMemory(process: Process): Blocking<ReadonlyMap<string, number>> {
	const text = (yield * readText(process, '/proc/meminfo')) ?? '';
	const rows = Array.from((text ?? '').matchAll(/^(?<name>[\w\(\)]+): +(?<kib>\d+)/gmv), ({groups}) => [groups!['name']!, Number(groups!['kib'])] as const);
	return new Map(rows);
}

/** Seconds since boot. */
export function * readUptime(process: Process): Blocking<number> {
	const text = yield * readText(process, '/proc/uptime');
	return Number(text?.split(' ')[0] ?? 0);
}

/** The name of a process's terminal as `ps` shows it: `pts/0`, `?`. */
export function terminalName(device: number): string {
	const major = (device >> 8) & 0xFFF;
	return device === 0 ? '?' : (major === 136 ? `pts/${(device & 0xFF) | ((device >> 12) & 0xFFF00)}` : `tty${device & 0xFF}`);
}

/** The command line, or the name in brackets for a kernel thread or a zombie. */
export function commandOf({argv, name, state}: ProcessInfo): string {
	return argv.length === 0 ? `[${name}]${state === 'Z' ? ' <defunct>' : ''}` : argv.join(' ');
}
