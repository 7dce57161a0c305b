// How a shell begins: its options and operands, the variables it sets, its start-up files, its signals and its terminal.
// Source: bash manual 6.1 and 6.2, dash(1), ash.

import {concatBytes, noBytes} from '../base/bytes.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import {optionOfLetter, setOptions, supportedSetOptions} from './options.js';
import type {SetOption} from './options.js';
import type {Personality} from './personality.js';
import {passwdEntry} from './prompt.js';
import {engineOf} from './interpreter.js';
import {Shell, writeText} from './shell.js';
import type {Doing} from './shell.js';

export type Invoked = {
	readonly shell: Shell;
	/** What to run: the text of `-c`, a script file, or standard input. */
	readonly commands: {readonly kind: 'text'; readonly text: string} | {readonly kind: 'script'; readonly path: string} | {readonly kind: 'input'};
	readonly isLogin: boolean;
	readonly readsStartFiles: boolean;
};

type Arguments = {
	readonly options: readonly {readonly name: SetOption; readonly isOn: boolean}[];
	readonly flags: ReadonlySet<string>;
	readonly operands: readonly string[];
	readonly problem: string | undefined;
};

const longFlags: Readonly<Record<string, string>> = {'--login': 'l', '--norc': 'norc', '--noprofile': 'noprofile', '--posix': 'posix', '--version': 'version', '--help': 'help'};

function readArguments(args: readonly string[]): Arguments {
	const options: {name: SetOption; isOn: boolean}[] = [];
	const flags = new Set<string>();
	const result = (index: number, problem?: string): Arguments => ({options, flags, operands: args.slice(index), problem});
	for (let index = 0; index < args.length; index++) {
		const arg = args[index]!;
		if (arg === '--' || arg === '-') {
			return result(index + 1);
		}

		if (!/^[+\-]/v.test(arg)) {
			return result(index);
		}

		if (arg.startsWith('--')) {
			if (!Object.hasOwn(longFlags, arg)) {
				return result(index, `${arg}: invalid option`);
			}

			flags.add(longFlags[arg]!);
			continue;
		}

		for (const letter of arg.slice(1)) {
			const name = letter === 'o' ? args[++index] as SetOption | undefined : optionOfLetter(letter);
			if ('cils'.includes(letter)) {
				flags.add(letter);
			} else if (name !== undefined && Object.hasOwn(setOptions, name) && supportedSetOptions.has(name)) {
				options.push({name, isOn: arg.startsWith('-')});
			} else {
				return result(index, `${arg[0]!}${letter}: invalid option`);
			}
		}
	}

	return result(args.length);
}

/** Makes a shell from its arguments. Answers an exit status where it ends at once (`--version`, wrong options). */
export function * invoke(process: Process, personality: Personality): Doing<Invoked | number> {
	const [argv0 = personality.name, ...args] = process.argv;
	const read = readArguments(args);
	const {flags} = read;
	const [first, ...others] = read.operands;
	const commands: Invoked['commands'] = flags.has('c') ? {kind: 'text', text: first ?? ''} : (first === undefined || flags.has('s') ? {kind: 'input'} : {kind: 'script', path: first});
	const name = commands.kind === 'text' ? others[0] ?? argv0 : (commands.kind === 'script' ? commands.path : argv0);
	const positional = commands.kind === 'text' ? others.slice(1) : (commands.kind === 'script' ? others : read.operands);
	const shell = new Shell({process, personality, engine: engineOf(personality), name, positional});
	shell.source = commands.kind;
	if (personality.kind !== 'bash') {
		shell.options.set.delete('braceexpand');
		shell.options.set.delete('hashall');
		shell.options.set.delete('interactive-comments');
	}

	for (const {name: option, isOn} of read.options) {
		shell.options.set[isOn ? 'add' : 'delete'](option);
	}

	if (read.problem !== undefined) {
		yield * writeText(shell, 2, `${argv0}: ${personality.kind === 'bash' ? `${read.problem}\n${bashUsage(argv0)}` : `0: Illegal option ${read.problem.split(':')[0]!}\n`}`);
		return 2;
	}

	if (flags.has('version') && personality.kind === 'bash') {
		yield * writeText(shell, 1, versionText);
		return 0;
	}

	if (flags.has('c') && first === undefined) {
		yield * writeText(shell, 2, personality.kind === 'bash' ? `${argv0}: -c: option requires an argument\n` : `${argv0}: 0: -c requires an argument\n`);
		return 2;
	}

	shell.isInteractive = flags.has('i') || (commands.kind === 'input' && process.sys.isTerminal(0) && process.sys.isTerminal(2));
	shell.belongsToPrompt = shell.isInteractive;
	setVariables(shell);
	return {shell, commands, isLogin: argv0.startsWith('-') || flags.has('l'), readsStartFiles: !flags.has('norc')};
}

function bashUsage(name: string): string {
	const long = ['debug', 'debugger', 'dump-po-strings', 'dump-strings', 'help', 'init-file', 'login', 'noediting', 'noprofile', 'norc', 'posix', 'pretty-print', 'rcfile', 'restricted', 'verbose', 'version'];
	return `Usage:\t${name} [GNU long option] [option] ...\n\t${name} [GNU long option] [option] script-file ...\nGNU long options:\n${long.map(option => `\t--${option}\n`).join('')}Shell options:\n\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)\n\t-abefhkmnptuvxBCEHPT or -o option\n`;
}

const versionText = `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>

This is free software; you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`;

function setVariables(shell: Shell): void {
	const {variables, process, personality} = shell;
	for (const [name, value] of process.env) {
		if (/^[A-Z_a-z]\w*$/v.test(name)) {
			const variable = variables.declare(name, 'global');
			variable.scalar = value;
			variable.attributes.add('exported');
		}
	}

	const setDefault = (name: string, value: string): void => {
		if (variables.get(name) === undefined) {
			variables.set(name, value);
		}
	};

	variables.set('IFS', ' \t\n');
	variables.set('PPID', String(process.sys.getppid()));
	variables.set('OPTIND', '1');
	setDefault('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
	setDefault('PS4', '+ ');
	setWorkingDirectory(shell);
	if (personality.kind === 'bash') {
		setBashVariables(shell);
	}

	if (shell.isInteractive) {
		setDefault('PS2', '> ');
		setDefault('PS1', personality.kind === 'bash' ? String.raw`\s-\v\$ ` : (personality.kind === 'busybox' ? String.raw`\w \$ ` : (process.sys.credentials().uid === 0 ? '# ' : '$ ')));
	}
}

/** PWD is believed if it names the directory the process is in. */
function setWorkingDirectory(shell: Shell): void {
	const {sys} = shell.process;
	const given = shell.variables.get('PWD');
	const here = sys.stat('.');
	const there = given?.startsWith('/') ? sys.stat(given) : undefined;
	const isRight = there !== undefined && !failed(there) && !failed(here) && there.fs === here.fs && there.node === here.node;
	const cwd = sys.getcwd();
	if (!isRight && !failed(cwd)) {
		shell.variables.set('PWD', cwd.path);
	} else if (!isRight) {
		shell.variables.unset('PWD');
	}

	if (shell.personality.kind !== 'dash') {
		shell.variables.declare('PWD', 'global').attributes.add('exported');
	}
}

function setBashVariables(shell: Shell): void {
	const {variables, process} = shell;
	const {uid} = process.sys.credentials();
	const {nodename, machine} = process.sys.uname();
	const level = (Number(variables.get('SHLVL') ?? '0') || 0) + 1;
	variables.set('SHLVL', String(level));
	variables.declare('SHLVL', 'global').attributes.add('exported');
	variables.declare('OLDPWD', 'global').attributes.add('exported');
	const values = {
		BASH: '/bin/bash', BASH_VERSION: '5.2.15(1)-release', HOSTNAME: nodename, HOSTTYPE: machine, MACHTYPE: `${machine}-pc-linux-gnu`, OSTYPE: 'linux-gnu', OPTERR: '1',
	};
	for (const [name, value] of Object.entries(values)) {
		variables.set(name, value);
	}

	for (const [name, value] of [['UID', uid], ['EUID', uid], ['PPID', process.sys.getppid()]] as const) {
		const variable = variables.declare(name, 'global');
		variable.scalar = String(value);
		variable.attributes.add('readonly').add('integer');
	}

	const version = variables.setArray('BASH_VERSINFO', 'indexed', false);
	if (typeof version !== 'string') {
		for (const [index, text] of ['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu'].entries()) {
			version.indexed.set(index, text);
		}
	}

	const entry = passwdEntry(shell, fields => fields[2] === String(uid));
	for (const [name, value] of [['HOME', entry?.[5] ?? '/'], ['SHELL', entry?.[6] || '/bin/sh']] as const) {
		if (variables.get(name) === undefined) {
			variables.set(name, value);
		}
	}
}

/** An interactive shell leads a process group of its own, owns the terminal, and is not stopped or killed from the keyboard. */
export function takeTerminal(shell: Shell): void {
	const {sys} = shell.process;
	shell.options.set.add('monitor');
	if (shell.personality.kind === 'bash') {
		shell.options.set.add('emacs').add('history');
		shell.options.shopt.set('expand_aliases', true);
	}

	for (const name of ['QUIT', 'TERM', 'TSTP', 'TTIN', 'TTOU'] as const) {
		sys.sigaction(name, 'ignore');
	}

	sys.sigaction('INT', 'catch');
	const pid = sys.getpid();
	const group = sys.getpgid();
	if (failed(group) || group !== pid) {
		sys.setpgid(0, 0);
	}

	const copy = sys.dup(0, 255);
	if (failed(copy)) {
		shell.options.set.delete('monitor');
		return;
	}

	sys.setCloseOnExec(copy, true);
	shell.terminalFd = copy;
	const given = sys.tcsetpgrp(copy, pid);
	if (failed(given)) {
		shell.options.set.delete('monitor');
	}
}

/** Reads a file whole; an errno's text where that fails. */
export function * readFile(shell: Shell, path: string): Doing<{readonly text: Uint8Array} | {readonly problem: string; readonly isMissing: boolean}> {
	const {sys} = shell.process;
	const fd = sys.open(path, {read: true});
	if (failed(fd)) {
		return {problem: errorTextOf(fd), isMissing: fd.errno === 'ENOENT' || fd.errno === 'ENOTDIR'};
	}

	const parts: Uint8Array[] = [];
	const attributes = sys.fstat(fd);
	if (!failed(attributes) && attributes.type === 'directory') {
		sys.close(fd);
		return {problem: 'Is a directory', isMissing: false};
	}

	for (;;) {
		const bytes = sys.read(fd, 65_536);
		if (failed(bytes) && bytes.errno === 'EAGAIN') {
			yield {kind: 'sleep', channels: [sys.readChannel(fd)]};
			continue;
		}

		if (failed(bytes) || bytes.length === 0) {
			break;
		}

		parts.push(bytes);
	}

	sys.close(fd);
	return {text: parts.length === 0 ? noBytes : concatBytes(parts)};
}
