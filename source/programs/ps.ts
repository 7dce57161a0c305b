// ps(1): procps-ng's selections (-e, -A, a, x, -p, -C, -u) and formats (default, -f, -l is not modelled, u, -o), and BusyBox's list.

import type {Accounts} from './account-names.js';
import {readAccounts} from './account-names.js';
import {commandOf, type ProcessInfo, readMemory, readProcesses, readUptime, terminalName} from './proc-files.js';
import {printTo, type Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

type Selection = {all: boolean; withTerminals: boolean; withoutTerminals: boolean; pids: Set<number> | undefined; names: Set<string> | undefined; users: Set<string> | undefined};
type Request = {readonly selection: Selection; format: readonly string[]; headers: boolean};

type Column = {readonly header: string; readonly align: 'left' | 'right'; readonly width: number; readonly value: (info: ProcessInfo, facts: Facts) => string};
type Facts = {readonly accounts: Accounts; readonly uptime: number; readonly memoryKib: number};

const ticksPerSecond = 100;
const pageKib = 4;

function clock(seconds: number, withHours: boolean): string {
	const two = (value: number): string => String(value).padStart(2, '0');
	const whole = Math.floor(seconds);
	const hours = Math.floor(whole / 3600);
	return withHours ? `${two(hours)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}` : `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}

function elapsed({startTicks}: ProcessInfo, {uptime}: Facts): number {
	return Math.max(uptime - (startTicks / ticksPerSecond), 0);
}

function elapsedText(info: ProcessInfo, facts: Facts): string {
	const seconds = Math.floor(elapsed(info, facts));
	const days = Math.floor(seconds / 86_400);
	const rest = clock(seconds % 86_400, true).replace(/^00:/v, '');
	return days > 0 ? `${days}-${clock(seconds % 86_400, true)}` : rest;
}

function startTime(info: ProcessInfo, {uptime}: Facts, now: number): string {
	const seconds = now - uptime + (info.startTicks / ticksPerSecond);
	const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
	return `${two(((seconds % 86_400) / 3600))}:${two((seconds % 3600) / 60)}`;
}

/** Tenths of a percent of one processor over the process's life. */
function cpuShare(info: ProcessInfo, facts: Facts): string {
	const life = elapsed(info, facts);
	return (life <= 0 ? 0 : Math.floor(info.cpuTicks / ticksPerSecond / life * 1000) / 10).toFixed(1);
}

function stateText(info: ProcessInfo): string {
	const leader = info.session === info.pid ? 's' : '';
	const isForeground = info.terminal !== 0 && info.foreground === info.group;
	return `${info.state}${info.nice < 0 ? '<' : ''}${leader}${info.threads > 1 ? 'l' : ''}${isForeground ? '+' : ''}`;
}

function user(uid: number, {accounts}: Facts, width: number): string {
	const name = accounts.userName(uid) ?? String(uid);
	return name.length > width ? `${name.slice(0, width - 1)}+` : name;
}

function columnsAt(now: number): Readonly<Record<string, Column>> {
	const left = (header: string, width: number, value: Column['value']): Column => ({header, align: 'left', width, value});
	const right = (header: string, width: number, value: Column['value']): Column => ({header, align: 'right', width, value});
	const command = left('COMMAND', 27, commandOf);
	return {
		pid: right('PID', 7, info => String(info.pid)), ppid: right('PPID', 7, info => String(info.ppid)), pgid: right('PGID', 7, info => String(info.group)), sid: right('SID', 7, info => String(info.session)),
		user: left('USER', 8, (info, facts) => user(info.uid, facts, 8)), uid: right('UID', 5, info => String(info.uid)), ruser: left('RUSER', 8, (info, facts) => user(info.uid, facts, 8)),
		tty: left('TTY', 8, info => terminalName(info.terminal)), stat: left('STAT', 4, stateText), s: left('S', 1, info => info.state),
		time: right('TIME', 8, info => clock(info.cpuTicks / ticksPerSecond, true)), etime: right('ELAPSED', 11, elapsedText),
		comm: left('COMMAND', 15, info => info.name), args: command, cmd: {...command, header: 'CMD'}, command, ucmd: left('CMD', 15, info => info.name),
		pcpu: right('%CPU', 4, cpuShare), pmem: right('%MEM', 4, (info, {memoryKib}) => (memoryKib === 0 ? 0 : Math.floor(info.residentPages * pageKib / memoryKib * 1000) / 10).toFixed(1)),
		vsz: right('VSZ', 6, info => String(Math.floor(info.virtualBytes / 1024))), rss: right('RSS', 5, info => String(info.residentPages * pageKib)),
		ni: right('NI', 3, info => String(info.nice)), nlwp: right('NLWP', 4, info => String(info.threads)),
		stime: left('STIME', 5, (info, facts) => startTime(info, facts, now)), start: left('START', 5, (info, facts) => startTime(info, facts, now)),
		c: right('C', 2, (info, facts) => String(Math.min(Math.floor(Number(cpuShare(info, facts))), 99))), bsdtime: right('TIME', 6, info => clock(info.cpuTicks / ticksPerSecond, false)),
		fuid: left('UID', 8, (info, facts) => user(info.uid, facts, 8)),
	};
}

const aliases: Readonly<Record<string, string>> = {'%cpu': 'pcpu', '%mem': 'pmem', tname: 'tty', tt: 'tty', state: 's', euser: 'user', ucomm: 'comm', vsize: 'vsz', nice: 'ni', cputime: 'time', group: 'gid', session: 'sid', pgrp: 'pgid', start_time: 'stime'};

const basicFormat = ['pid', 'tty', 'time', 'ucmd'];
const fullFormat = ['fuid', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'];
const userFormat = ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tty', 'stat', 'start', 'bsdtime', 'command'];
const bsdFormat = ['pid', 'tty', 'stat', 'bsdtime', 'command'];

export const ps = plainTool('ps', function * (t) {
	return yield * t.isGnu ? psGnu(t) : psBusybox(t);
});

function * psBusybox(t: Tool<never>): Blocking<number> {
	const unknown = t.operands.find(argument => argument.startsWith('-') && argument !== '-o');
	if (unknown !== undefined) {
		return yield * t.complain(`unrecognized option: ${unknown.slice(1, 2)}\nBusyBox v1.36.1 (2023-11-07 18:53:09 UTC) multi-call binary.\n\nUsage: ps [-o COL1,COL2=HEADER]\n\nShow list of processes\n\n\t-o COL1,COL2=HEADER\tSelect columns for display`);
	}

	const accounts = yield * readAccounts(t.process);
	yield * t.print('PID   USER     COMMAND\n');
	for (const info of yield * readProcesses(t.process)) {
		const name = accounts.userName(info.uid) ?? String(info.uid);
		yield * t.print(`${String(info.pid).padStart(5)} ${name.slice(0, 8).padEnd(8)} ${commandOf(info)}\n`);
	}

	return 0;
}

function * psGnu(t: Tool<never>): Blocking<number> {
	const request = parseRequest(t.operands);
	if (typeof request === 'string') {
		yield * printTo(t.process, 2, `${request}\n`);
		return 1;
	}

	const facts: Facts = {accounts: yield * readAccounts(t.process), uptime: yield * readUptime(t.process), memoryKib: (yield * readMemory(t.process)).get('MemTotal') ?? 0};
	const columns = columnsAt(unixSeconds(t));
	const unknown = request.format.find(name => columns[name] === undefined);
	if (unknown !== undefined) {
		yield * printTo(t.process, 2, `error: unknown user-defined format specifier "${unknown}"${usage}\n`);
		return 1;
	}

	const everything = yield * readProcesses(t.process);
	const own = everything.find(info => info.pid === t.sys.getpid());
	const selected = everything.filter(info => isSelected(info, request.selection, own, facts));
	const shown = request.format.map(name => columns[name]!);
	const lines = selected.map(info => rowOf(shown, column => column.value(info, facts)));
	if (request.headers) {
		yield * t.print(`${rowOf(shown, column => column.header)}\n`);
	}

	for (const line of lines) {
		yield * t.print(`${line}\n`);
	}

	return selected.length === 0 ? 1 : 0;
}

/** Unix seconds as the kernel tells them. */
function unixSeconds(t: Tool<never>): number {
	return t.sys.realTime().seconds;
}

function rowOf(columns: readonly Column[], cell: (column: Column) => string): string {
	return columns.map((column, index) => {
		const text = cell(column);
		const isLast = index === columns.length - 1;
		return column.align === 'right' ? text.padStart(column.width) : (isLast ? text : text.padEnd(column.width));
	}).join(' ');
}

function isSelected(info: ProcessInfo, selection: Selection, own: ProcessInfo | undefined, {accounts}: Facts): boolean {
	const {pids, names, users} = selection;
	if (pids !== undefined || names !== undefined || users !== undefined) {
		return pids?.has(info.pid) === true || names?.has(info.name) === true || users?.has(accounts.userName(info.uid) ?? '') === true || users?.has(String(info.uid)) === true;
	}

	if (selection.all || (selection.withTerminals && selection.withoutTerminals)) {
		return true;
	}

	if (selection.withTerminals) {
		return info.terminal !== 0;
	}

	return info.uid === own?.uid && (selection.withoutTerminals || info.terminal === own.terminal);
}

/** Reads Unix options (with a dash) and BSD ones (without). A text says what is wrong. */
function parseRequest(args: readonly string[]): Request | string {
	const request: Request = {
		selection: {all: false, withTerminals: false, withoutTerminals: false, pids: undefined, names: undefined, users: undefined}, format: basicFormat, headers: true,
	};
	const rest = [...args];
	while (rest.length > 0) {
		const argument = rest.shift()!;
		const wrong = /^-?\d+(?:,\d+)*$/v.test(argument) && !argument.startsWith('-')
			? void addPids(request.selection, argument)
			: (argument.startsWith('--') ? longOption(request, argument, rest) : (argument.startsWith('-') ? unixOptions(request, argument.slice(1), rest) : bsdOptions(request, argument)));
		if (wrong !== undefined) {
			return wrong;
		}
	}

	return request;
}

const usage = '\nUsage:\n ps [options]\n\n Try \'ps --help <simple|list|output|threads|misc|all>\'\n  or \'ps --help <s|l|o|t|m|a>\'\n for additional help text.\n\nFor more details see ps(1).';

function unixOptions(request: Request, cluster: string, rest: string[]): string | undefined {
	for (let at = 0; at < cluster.length; at++) {
		const letter = cluster[at]!;
		const value = (): string | undefined => {
			const attached = cluster.slice(at + 1);
			at = cluster.length;
			return attached === '' ? rest.shift() : attached;
		};

		switch (letter) {
			case 'e':
			case 'A': {
				request.selection.all = true;
				break;
			}

			case 'f': {
				request.format = fullFormat;
				break;
			}

			case 'p':
			case 'C':
			case 'u':
			case 'o': {
				const wrong = valued(request, letter, value());
				if (wrong !== undefined) {
					return wrong;
				}

				break;
			}

			default: {
				return `error: unsupported SysV option${usage}`;
			}
		}
	}

	return undefined;
}

function valued(request: Request, letter: string, value: string | undefined): string | undefined {
	if (value === undefined) {
		return letter === 'o' ? 'error: format specification must follow -o' : `error: list of ${letter === 'p' ? 'process IDs' : (letter === 'C' ? 'command names' : 'users')} must follow -${letter}`;
	}

	const {selection} = request;
	switch (letter) {
		case 'p': {
			if (!/^\d+(?:[ ,]+\d+)*$/v.test(value)) {
				return 'error: process ID list syntax error';
			}

			addPids(selection, value);
			return undefined;
		}

		case 'C': {
			selection.names = new Set([...selection.names ?? [], ...value.split(',')]);
			return undefined;
		}

		case 'u': {
			selection.users = new Set([...selection.users ?? [], ...value.split(',')]);
			return undefined;
		}

		default: {
			const names = value.split(/[ ,]+/v).filter(name => name !== '');
			request.headers = !names.every(name => name.endsWith('='));
			const format = names.map(name => name.replace(/=$/v, '')).map(name => aliases[name] ?? name);
			request.format = request.format === basicFormat || request.format === bsdFormat ? format : [...request.format, ...format];
			return undefined;
		}
	}
}

function addPids(selection: Selection, list: string): void {
	selection.pids = new Set([...selection.pids ?? [], ...list.split(/[ ,]+/v).map(Number)]);
}

function longOption(request: Request, argument: string, rest: string[]): string | undefined {
	const [name, attached] = argument.slice(2).split('=', 2);
	switch (name) {
		case 'pid': {
			return valued(request, 'p', attached ?? rest.shift());
		}

		case 'no-headers':
		case 'no-heading': {
			request.headers = false;
			return undefined;
		}

		default: {
			return `error: unknown gnu long option${usage}`;
		}
	}
}

function bsdOptions(request: Request, cluster: string): string | undefined {
	for (const letter of cluster) {
		switch (letter) {
			case 'a': {
				request.selection.withTerminals = true;
				break;
			}

			case 'x': {
				request.selection.withoutTerminals = true;
				break;
			}

			case 'u': {
				request.format = userFormat;
				continue;
			}

			default: {
				return `error: unsupported option (BSD syntax)${usage}`;
			}
		}

		request.format = request.format === basicFormat ? bsdFormat : request.format;
	}

	return undefined;
}
