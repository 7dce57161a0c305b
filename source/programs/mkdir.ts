// mkdir(1): makes directories.

import {failed} from '../model/kernel/errno.js';
import {parseMode} from './file-modes.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	mode: {short: 'm', long: 'mode', value: 'MODE', help: 'set file mode (as in chmod), not a=rwx - umask'},
	parents: {short: 'p', long: 'parents', help: 'no error if existing, make parent directories as needed'},
	verbose: {short: 'v', long: 'verbose', help: 'print a message for each created directory', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'mkdir', usage: ['[OPTION]... DIRECTORY...'], summary: 'Create the DIRECTORY(ies), if they do not already exist.', options};

export const mkdir = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	const text = t.value('mode');
	const change = text === undefined ? undefined : parseMode(text, t.sys.umask());
	if (text !== undefined && change === undefined) {
		return yield * t.complain(`invalid mode '${text}'`);
	}

	const mode = change?.(0o777, true);
	let status = 0;
	for (const path of t.operands) {
		status = Math.max(status, yield * t.has('parents') ? makeParents(t, path, mode) : make(t, path, mode));
	}

	return status;
});

function * make(t: Tool<Name>, path: string, mode: number | undefined): Blocking<number> {
	const refusal = t.sys.mkdir(path, 0o777);
	if (failed(refusal)) {
		return yield * t.complainCannot(`cannot create directory ${t.quoted(path)}`, `can't create directory '${path}'`, refusal);
	}

	if (mode !== undefined) {
		t.sys.chmod(path, mode);
	}

	if (t.has('verbose')) {
		yield * t.print(`${t.name}: created directory ${t.quoted(path)}\n`);
	}

	return 0;
}

/** Makes what is missing of a path; -m is for the last directory only. */
function * makeParents(t: Tool<Name>, path: string, mode: number | undefined): Blocking<number> {
	const parts = path.split('/');
	for (let count = 1; count <= parts.length; count++) {
		const prefix = parts.slice(0, count).join('/');
		if (prefix === '' || (count < parts.length && parts[count - 1] === '')) {
			continue;
		}

		const existing = t.sys.stat(prefix);
		if (!failed(existing) && existing.type === 'directory') {
			continue;
		}

		if (!failed(existing)) {
			const words = count < parts.length ? 'Not a directory' : 'File exists';
			return yield * t.complain(t.says(`cannot create directory ${t.quoted(prefix)}: ${words}`, `can't create directory '${path}': ${words}`));
		}

		const status = yield * make(t, prefix, count === parts.length ? mode : undefined);
		if (status !== 0) {
			return status;
		}
	}

	return 0;
}
