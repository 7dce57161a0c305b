// Finding the file of a command: PATH, and the table of where commands were found before. Source: bash manual 3.7.2.

import {failed} from '../model/kernel/errno.js';
import type {Shell} from './shell.js';

/** The path of the first executable file of that name; `undefined` if there is none. */
export function findProgram(shell: Shell, name: string, path = shell.variables.get('PATH')): string | undefined {
	if (name.includes('/')) {
		return name;
	}

	if (path === undefined || name === '') {
		return undefined;
	}

	let notExecutable: string | undefined;
	for (const directory of path.split(':')) {
		const full = directory === '' ? `./${name}` : `${directory.replace(/\/+$/v, '')}/${name}`;
		const attributes = shell.process.sys.stat(full);
		if (failed(attributes) || attributes.type === 'directory') {
			continue;
		}

		if (!failed(shell.process.sys.access(full, {execute: true}))) {
			return full;
		}

		notExecutable ??= full;
	}

	return notExecutable;
}

/** All executable files of that name, in the order of PATH. */
export function findPrograms(shell: Shell, name: string): readonly string[] {
	const directories = (shell.variables.get('PATH') ?? '').split(':');
	return directories.map(directory => `${directory === '' ? '.' : directory.replace(/\/+$/v, '')}/${name}`).filter(full => {
		const attributes = shell.process.sys.stat(full);
		return !failed(attributes) && attributes.type === 'file' && !failed(shell.process.sys.access(full, {execute: true}));
	});
}

/** The same through the table, which remembers the answer. */
export function lookUp(shell: Shell, name: string): string | undefined {
	if (name.includes('/')) {
		return name;
	}

	const known = shell.hashed.get(name);
	if (known !== undefined && !failed(shell.process.sys.access(known.path, {execute: true}))) {
		known.hits++;
		return known.path;
	}

	const path = findProgram(shell, name);
	if (path !== undefined && (shell.isSet('hashall') || shell.personality.kind !== 'bash')) {
		shell.hashed.set(name, {path, hits: 1});
	}

	return path;
}
