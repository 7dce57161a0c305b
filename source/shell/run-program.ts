// Running a program: in a child, or in place of the shell itself.

import {failed} from '../model/kernel/errno.js';
import type {Failure} from '../model/kernel/errno.js';
import {errorTextOf} from '../model/kernel/errno.js';
import type {ExitStatus} from '../model/kernel/program.js';
import {lookUp} from './lookup.js';
import {complain, Replaced} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {decodeShellText} from './text.js';

/** Becomes the program. Returns only if that fails, with the message printed and the status to end with. */
export function * executeProgram(shell: Shell, words: readonly string[], options: {readonly path?: string | undefined; readonly environment?: ReadonlyMap<string, string>; readonly name?: string} = {}): Doing {
	const name = words[0]!;
	const path = options.path ?? lookUp(shell, name);
	if (path === undefined) {
		yield * complain(shell, `${name}: ${shell.personality.kind === 'bash' ? 'command not found' : 'not found'}`);
		return 127;
	}

	const environment = options.environment ?? new Map([...shell.variables.environment(), ...shell.personality.kind === 'bash' ? [['_', path] as const] : []]);
	const image = shell.process.sys.execve(path, [options.name ?? name, ...words.slice(1)], environment);
	if (!failed(image)) {
		throw new Replaced(image);
	}

	return image.errno === 'ENOEXEC' ? yield * executeScript(shell, {path, words, environment}) : yield * refuseProgram(shell, {name, path, failure: image});
}

/** A text file without `#!` is run by a shell like this one. */
function * executeScript(shell: Shell, {path, words, environment}: {readonly path: string; readonly words: readonly string[]; readonly environment: ReadonlyMap<string, string>}): Doing {
	const beginning = readBeginning(shell, path);
	if (beginning.includes('\0')) {
		yield * complain(shell, `${words[0]!}: cannot execute binary file: Exec format error`);
		return 126;
	}

	// Simplified: a real shell clears itself and reads the script; this one executes a new shell, which ends the same way.
	const shells = shell.personality.kind === 'bash' ? ['/bin/bash', '/usr/bin/bash', '/bin/sh'] : ['/bin/sh'];
	for (const interpreter of shells) {
		const image = shell.process.sys.execve(interpreter, [interpreter, path, ...words.slice(1)], environment);
		if (!failed(image)) {
			throw new Replaced(image);
		}
	}

	yield * complain(shell, `${words[0]!}: Exec format error`);
	return 126;
}

function readBeginning(shell: Shell, path: string): string {
	const fd = shell.process.sys.open(path, {read: true});
	if (failed(fd)) {
		return '';
	}

	const bytes = shell.process.sys.read(fd, 80);
	shell.process.sys.close(fd);
	return failed(bytes) ? '' : decodeShellText(bytes).split('\n')[0]!;
}

function * refuseProgram(shell: Shell, {name, path, failure}: {readonly name: string; readonly path: string; readonly failure: Failure}): Doing<ExitStatus> {
	const attributes = shell.process.sys.stat(path);
	const isDirectory = !failed(attributes) && attributes.type === 'directory';
	const isMissing = failure.errno === 'ENOENT' || failure.errno === 'ENOTDIR';
	if (shell.personality.kind !== 'bash') {
		yield * complain(shell, `${name}: ${isMissing ? 'not found' : (isDirectory ? 'Permission denied' : errorTextOf(failure))}`);
		return isMissing ? 127 : 126;
	}

	if (isDirectory) {
		yield * complain(shell, `${name}: Is a directory`);
		return 126;
	}

	const interpreter = isMissing && !failed(attributes) ? /^#![ \t]*(?<path>[^ \t\r]*)/v.exec(readBeginning(shell, path))?.groups?.['path'] : undefined;
	if (interpreter !== undefined) {
		yield * complain(shell, `${name}: cannot execute: required file not found`);
		return 127;
	}

	if (isMissing && !name.includes('/')) {
		yield * complain(shell, `${path}: ${errorTextOf(failure)}`);
		return 127;
	}

	yield * complain(shell, `${name}: ${errorTextOf(failure)}`);
	return isMissing ? 127 : 126;
}
