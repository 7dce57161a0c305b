// The working directory: `cd`, `pwd`, `pushd`, `popd`, `dirs`. The shell keeps the logical path, with symbolic links in it, in PWD.

import {normalPath} from '../../base/path.js';
import type {Failure} from '../../model/kernel/errno.js';
import {errorTextOf, failed} from '../../model/kernel/errno.js';
import {complain, print} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {readOptions} from './usage.js';

export function workingDirectory(shell: Shell): string {
	return knownDirectory(shell) ?? '/';
}

/** Undefined where no path leads: a removed directory, or one outside of the root directory. */
function knownDirectory(shell: Shell): string | undefined {
	const pwd = shell.variables.get('PWD');
	if (pwd !== undefined && pwd.startsWith('/')) {
		return pwd;
	}

	const cwd = shell.process.sys.getcwd();
	return failed(cwd) ? undefined : cwd.path;
}

/** Goes there and sets PWD and OLDPWD. */
function changeDirectory(shell: Shell, target: string, isPhysical: boolean): Failure | undefined {
	const {sys} = shell.process;
	const before = knownDirectory(shell);
	if (before === undefined && !target.startsWith('/')) {
		return sys.chdir(target) ?? undefined;
	}

	const logical = normalPath(target.startsWith('/') ? target : `${before}/${target}`);
	const result = sys.chdir(isPhysical ? target : logical);
	if (failed(result)) {
		// A directory whose logical path is no longer right may still be reached from here.
		const direct = isPhysical || target.startsWith('/') ? result : sys.chdir(target);
		if (failed(direct)) {
			return direct;
		}
	}

	const physical = sys.getcwd();
	shell.variables.set('OLDPWD', before ?? '');
	shell.variables.set('PWD', isPhysical || failed(result) ? (failed(physical) ? logical : physical.path) : logical);
	return undefined;
}

export function * cd(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'LPe@');
	if (typeof options === 'number') {
		return options;
	}

	const {flags, rest} = options;
	if (rest.length > 1 && shell.personality.kind === 'bash') {
		yield * complain(shell, 'too many arguments');
		return 1;
	}

	const [operand] = rest;
	const target = operand === undefined ? shell.variables.get('HOME') : (operand === '-' ? shell.variables.get('OLDPWD') : operand);
	if (target === undefined) {
		yield * complain(shell, operand === '-' ? 'OLDPWD not set' : 'HOME not set');
		return 1;
	}

	const isPhysical = flags.has('P') || (shell.isSet('physical') && !flags.has('L'));
	const found = searchPath(shell, target, operand);
	if (target === '' && operand !== undefined) {
		return 0;
	}

	const failure = changeDirectory(shell, found ?? target, isPhysical);
	if (failure !== undefined) {
		return yield * refuse(shell, target, failure);
	}

	return operand === '-' || found !== undefined ? yield * print(shell, `${workingDirectory(shell)}\n`) : 0;
}

/** CDPATH: where `cd name` also looks. */
function searchPath(shell: Shell, target: string, operand: string | undefined): string | undefined {
	const cdpath = shell.variables.get('CDPATH');
	if (cdpath === undefined || cdpath === '' || operand === undefined || /^(?:\/|\.\.?(?:\/|$))/v.test(target)) {
		return undefined;
	}

	for (const directory of cdpath.split(':')) {
		const full = directory === '' ? target : `${directory}/${target}`;
		const attributes = shell.process.sys.stat(full);
		if (!failed(attributes) && attributes.type === 'directory') {
			return directory === '' || directory === '.' ? undefined : full;
		}
	}

	return undefined;
}

function * refuse(shell: Shell, target: string, failure: Failure): Doing {
	switch (shell.personality.kind) {
		case 'bash': {
			yield * complain(shell, `${target}: ${errorTextOf(failure)}`);
			return 1;
		}

		case 'dash': {
			yield * complain(shell, `can't cd to ${target}`);
			return 2;
		}

		case 'busybox': {
			yield * complain(shell, `can't cd to ${target}: ${errorTextOf(failure)}`);
			return 1;
		}
	}
}

export function * pwd(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'LP');
	if (typeof options === 'number') {
		return options;
	}

	if (!options.flags.has('P')) {
		return yield * print(shell, `${workingDirectory(shell)}\n`);
	}

	const cwd = shell.process.sys.getcwd();
	if (failed(cwd)) {
		yield * complain(shell, `error retrieving current directory: getcwd: cannot access parent directories: ${errorTextOf(cwd)}`);
		return 1;
	}

	return yield * print(shell, `${cwd.path}\n`);
}

function shortPath(shell: Shell, path: string): string {
	const home = shell.variables.get('HOME') ?? '';
	return home !== '' && home !== '/' && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
}

function * showStack(shell: Shell): Doing {
	return yield * print(shell, `${[workingDirectory(shell), ...shell.directoryStack].map(path => shortPath(shell, path)).join(' ')}\n`);
}

export function * dirs(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'clpv');
	if (typeof options === 'number') {
		return options;
	}

	const {flags} = options;
	if (flags.has('c')) {
		shell.directoryStack = [];
		return 0;
	}

	if (!flags.has('p') && !flags.has('v') && !flags.has('l')) {
		return yield * showStack(shell);
	}

	const paths = [workingDirectory(shell), ...shell.directoryStack].map(path => flags.has('l') ? path : shortPath(shell, path));
	const lines = paths.map((path, index) => flags.has('v') ? `${String(index).padStart(2)}  ${path}` : path);
	return yield * print(shell, `${lines.join(flags.has('p') || flags.has('v') ? '\n' : ' ')}\n`);
}

/** `+N` and `-N`: a place in the stack, whose top is the working directory. */
function stackIndex(shell: Shell, arg: string): number | undefined {
	if (!/^[+\-]\d+$/v.test(arg)) {
		return undefined;
	}

	const size = shell.directoryStack.length + 1;
	const number = Number(arg.slice(1));
	const index = arg.startsWith('+') ? number : size - 1 - number;
	return index >= 0 && index < size ? index : -1;
}

export function * pushd(shell: Shell, {args}: BuiltinCall): Doing {
	const [arg] = args;
	const stack = [workingDirectory(shell), ...shell.directoryStack];
	if (arg === undefined) {
		if (stack.length < 2) {
			yield * complain(shell, 'no other directory');
			return 1;
		}

		return yield * rotateTo(shell, [stack[1]!, stack[0]!, ...stack.slice(2)]);
	}

	const index = stackIndex(shell, arg);
	if (index === -1) {
		yield * complain(shell, stack.length === 1 ? 'directory stack empty' : `${arg}: directory stack index out of range`);
		return 1;
	}

	if (index !== undefined) {
		return yield * rotateTo(shell, [...stack.slice(index), ...stack.slice(0, index)]);
	}

	const failure = changeDirectory(shell, arg, false);
	if (failure !== undefined) {
		return yield * refuse(shell, arg, failure);
	}

	shell.directoryStack = stack;
	return yield * showStack(shell);
}

function * rotateTo(shell: Shell, stack: readonly string[]): Doing {
	const failure = changeDirectory(shell, stack[0]!, false);
	if (failure !== undefined) {
		return yield * refuse(shell, stack[0]!, failure);
	}

	shell.directoryStack = stack.slice(1);
	return yield * showStack(shell);
}

export function * popd(shell: Shell, {args}: BuiltinCall): Doing {
	const [arg] = args;
	const stack = [workingDirectory(shell), ...shell.directoryStack];
	if (stack.length < 2) {
		yield * complain(shell, 'directory stack empty');
		return 1;
	}

	const index = arg === undefined ? 0 : stackIndex(shell, arg);
	if (index === undefined || index === -1) {
		yield * complain(shell, index === -1 ? `${arg!}: directory stack index out of range` : `${arg!}: invalid argument`);
		return 1;
	}

	return yield * rotateTo(shell, stack.toSpliced(index, 1));
}
