// lsns(8): namespaces that processes are in, from the links of /proc/PID/ns. Source: util-linux 2.38.1, sys-utils/lsns.c.
//
// Simplified: namespaces that only a bind mount or an open descriptor keeps alive are not shown, and of the network columns NETNSID
// and NSFS none; -T and -J are not modelled.

import {failed} from '../model/kernel/errno.js';
import {readAccounts} from './account-names.js';
import type {Command} from './options.js';
import {commandOf, type ProcessInfo, readProcesses} from './proc-files.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	list: {short: 'l', long: 'list', help: 'use list format output'},
	noheadings: {short: 'n', long: 'noheadings', help: 'don\'t print headings'},
	output: {short: 'o', long: 'output', value: '<list>', help: 'define which output columns to use'},
	task: {short: 'p', long: 'task', value: '<pid>', help: 'print process namespaces'},
	raw: {short: 'r', long: 'raw', help: 'use the raw output format'},
	type: {short: 't', long: 'type', value: '<name>', help: 'namespace type (mnt, net, ipc, user, pid, uts, cgroup, time)'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'lsns', usage: ['[options] [<namespace>]'], summary: '\nList system namespaces.', options, version: 'from util-linux 2.38.1'};

const kinds = ['mnt', 'net', 'ipc', 'user', 'pid', 'uts', 'cgroup'] as const;

type Row = {readonly id: number; readonly kind: string; readonly processes: readonly ProcessInfo[]; readonly first: ProcessInfo};

type Column = {readonly right: boolean; readonly cell: (row: Row) => string};

export const lsns = tool(command, function * (t) {
	const kind = t.value('type');
	if (kind !== undefined && kind !== 'time' && !(kinds as readonly string[]).includes(kind)) {
		return yield * t.complain(`unknown namespace type: ${kind}`);
	}

	const accounts = yield * readAccounts(t.process);
	const user = ({uid}: ProcessInfo): string => accounts.userName(uid) ?? String(uid);
	const rows = inTreeOrder(yield * rowsOf(t), !t.has('list', 'raw'));
	const prefixes = new Map(rows.map(({row, prefix}) => [row, prefix]));
	const columns: Readonly<Record<string, Column>> = {
		NS: {right: true, cell: row => String(row.id)}, TYPE: {right: false, cell: row => row.kind}, PATH: {right: false, cell: row => `/proc/${row.first.pid}/ns/${row.kind}`},
		NPROCS: {right: true, cell: row => String(row.processes.length)}, PID: {right: true, cell: row => String(row.first.pid)}, PPID: {right: true, cell: row => String(row.first.ppid)},
		COMMAND: {right: false, cell: row => `${prefixes.get(row) ?? ''}${row.first.argv.length === 0 ? row.first.name : commandOf(row.first)}`}, UID: {right: true, cell: row => String(row.first.uid)}, USER: {right: false, cell: row => user(row.first)},
	};
	const names = (t.value('output') ?? 'NS,TYPE,NPROCS,PID,USER,COMMAND').split(',').map(name => name.toUpperCase());
	const unknown = names.find(name => columns[name] === undefined);
	if (unknown !== undefined) {
		return yield * t.complain(`unknown column: ${unknown}`);
	}

	const shown = rows.map(({row}) => row).filter(row => (kind === undefined || row.kind === kind) && (t.value('task') === undefined || row.processes.some(({pid}) => String(pid) === t.value('task'))));
	yield * printTable(t, names, columns, shown);
	return 0;
});

function * rowsOf(t: Tool<Name>): Blocking<readonly Row[]> {
	const found = new Map<number, {kind: string; processes: ProcessInfo[]}>();
	for (const info of yield * readProcesses(t.process)) {
		for (const kind of kinds) {
			const link = t.sys.readlink(`/proc/${info.pid}/ns/${kind}`);
			const id = failed(link) ? undefined : /\[(\d+)\]$/v.exec(link.target)?.[1];
			if (id !== undefined) {
				const entry = found.get(Number(id)) ?? {kind, processes: []};
				entry.processes.push(info);
				found.set(Number(id), entry);
			}
		}
	}

	return [...found].sort(([a], [b]) => a - b).map(([id, {kind, processes}]) => ({id, kind, processes, first: processes[0]!}));
}

/** A namespace stands below the last line that its process's parent is shown in. */
function inTreeOrder(rows: readonly Row[], isTree: boolean): ReadonlyArray<{readonly row: Row; readonly prefix: string}> {
	const lineOf = new Map(rows.map(row => [row.first.pid, row]));
	const parentOf = (row: Row): Row | undefined => isTree ? lineOf.get(row.first.ppid) : undefined;
	const below = (parent: Row | undefined): readonly Row[] => rows.filter(row => parentOf(row) === parent);
	const walk = (row: Row, lead: string, indent: string): ReadonlyArray<{readonly row: Row; readonly prefix: string}> => {
		const children = below(row);
		return [{row, prefix: lead}, ...children.flatMap((child, index) => {
			const isLast = index === children.length - 1;
			return walk(child, `${indent}${isLast ? '└─' : '├─'}`, `${indent}${isLast ? '  ' : '│ '}`);
		})];
	};

	return below(undefined).flatMap(row => walk(row, '', ''));
}

function * printTable(t: Tool<Name>, names: readonly string[], columns: Readonly<Record<string, Column>>, rows: readonly Row[]): Blocking<void> {
	const cells = [...t.has('noheadings') ? [] : [names], ...rows.map(row => names.map(name => columns[name]!.cell(row)))];
	if (rows.length === 0) {
		return;
	}

	const widths = names.map((_, column) => Math.max(...cells.map(line => line[column]!.length)));
	for (const line of cells) {
		const padded = line.map((cell, column) => t.has('raw') || (column === names.length - 1 && !columns[names[column]!]!.right) ? cell : (columns[names[column]!]!.right ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)));
		yield * t.print(`${padded.join(' ')}\n`);
	}
}
