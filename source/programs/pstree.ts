// pstree(1): processes as a tree. Source: psmisc 23.6. Children of one parent that look alike are drawn once, with their number.

import {compareText} from '../base/bytes.js';
import type {Command} from './options.js';
import {commandOf, type ProcessInfo, readProcesses} from './proc-files.js';
import {tool, type Tool} from './tool.js';

const options = {
	arguments: {short: 'a', long: 'arguments', help: 'show command line arguments'},
	compactNot: {short: 'c', long: 'compact-not', help: 'don\'t compact identical subtrees'},
	numericSort: {short: 'n', long: 'numeric-sort', help: 'sort output by PID'},
	showPids: {short: 'p', long: 'show-pids', help: 'show PIDs; implies -c'},
	ascii: {short: 'A', long: 'ascii', help: 'use ASCII line drawing characters'},
	unicode: {short: 'U', long: 'unicode', help: 'use UTF-8 (Unicode) line drawing characters'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'pstree', usage: ['[-acnpAU] [ PID ]'], summary: 'Display a tree of processes.', options, version: 'PSmisc 23.6'};

type Branch = {readonly label: string; readonly children: readonly Branch[]; readonly count: number};

type Lines = {readonly single: string; readonly first: string; readonly middle: string; readonly last: string; readonly bar: string};

const asciiLines: Lines = {single: '---', first: '-+-', middle: ' |-', last: ' `-', bar: ' | '};
const unicodeLines: Lines = {single: '───', first: '─┬─', middle: ' ├─', last: ' └─', bar: ' │ '};

export const pstree = tool(command, function * (t) {
	const processes = yield * readProcesses(t.process);
	const [root = '1'] = t.operands;
	if (!/^\d+$/v.test(root)) {
		return yield * t.complain(`virtlab: trees of users are not modelled`);
	}

	const first = processes.find(({pid}) => pid === Number(root));
	if (first === undefined) {
		return 1;
	}

	const tree = branchOf(t, processes, first);
	const locale = t.process.env.get('LC_ALL') ?? t.process.env.get('LC_CTYPE') ?? t.process.env.get('LANG') ?? '';
	const isUnicode = t.last('ascii', 'unicode') === 'unicode' || (!t.has('ascii') && /utf-?8/iv.test(locale));
	const lines = isUnicode ? unicodeLines : asciiLines;
	yield * t.print(`${(t.has('arguments') ? withArguments(tree, '', isUnicode ? ['├─', '└─', '│ '] : ['|-', '`-', '| ']) : drawn(tree, '', lines)).join('\n')}\n`);
	return 0;
});

function branchOf(t: Tool<Name>, processes: readonly ProcessInfo[], info: ProcessInfo): Branch {
	const order = t.has('numericSort') ? (a: ProcessInfo, b: ProcessInfo) => a.pid - b.pid : (a: ProcessInfo, b: ProcessInfo) => compareText(a.name, b.name) || a.pid - b.pid;
	const children = processes.filter(({ppid, pid}) => ppid === info.pid && pid !== info.pid).sort(order).map(child => branchOf(t, processes, child));
	const threads: readonly Branch[] = info.threads > 1 ? [{label: `{${info.name}}`, children: [], count: info.threads - 1}] : [];
	const pid = t.has('showPids') ? (t.has('arguments') ? `,${info.pid}` : `(${info.pid})`) : '';
	const rest = info.argv.slice(1).join(' ');
	const label = t.has('arguments') ? `${info.name}${pid}${rest === '' ? '' : ` ${rest}`}` : `${info.name}${pid}`;
	const all = t.has('showPids', 'compactNot', 'arguments') ? children : compacted(children);
	return {label: info.argv.length === 0 && t.has('arguments') ? commandOf(info) : label, children: [...all, ...t.has('arguments') ? [] : threads], count: 1};
}

function compacted(children: readonly Branch[]): readonly Branch[] {
	const seen = new Map<string, Branch>();
	for (const child of children) {
		const key = JSON.stringify([child.label, child.children]);
		const same = seen.get(key);
		seen.set(key, same === undefined ? child : {...same, count: same.count + child.count});
	}

	return [...seen.values()];
}

/** The children of a branch begin on its own line. */
function drawn({label, children, count}: Branch, indent: string, lines: Lines): readonly string[] {
	const shown = count > 1 ? `${count}*[${label}` : label;
	const close = count > 1 ? ']' : '';
	if (children.length === 0) {
		return [`${shown}${close}`];
	}

	const below = `${indent}${' '.repeat(shown.length)}`;
	return children.flatMap((child, index) => {
		const isLast = index === children.length - 1;
		const sub = drawn(child, '', lines);
		const lead = index === 0 ? `${shown}${children.length === 1 ? lines.single : lines.first}` : `${below}${isLast ? lines.last : lines.middle}`;
		const tail = isLast ? close : '';
		return sub.map((line, at) => at === 0 ? `${lead}${line}${tail}` : `${below}${isLast || children.length === 1 ? '   ' : lines.bar}${line}`);
	});
}

function withArguments({label, children}: Branch, indent: string, [middle, last, bar]: readonly [string, string, string]): readonly string[] {
	return [label, ...children.flatMap((child, index) => {
		const isLast = index === children.length - 1;
		const sub = withArguments(child, indent, [middle, last, bar]);
		return sub.map((line, at) => `${indent}  ${at === 0 ? (isLast ? last : middle) : (isLast ? '  ' : bar)}${line}`);
	})];
}
