// realpath(1): absolute paths without links.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {relativePath} from './ln.js';
import type {Command} from './options.js';
import {normalPath} from '../base/path.js';
import {resolvePath} from './resolve-path.js';
import {tool} from './tool.js';

const options = {
	existing: {short: 'e', long: 'canonicalize-existing', help: 'all components of the path must exist', only: 'gnu'},
	missing: {short: 'm', long: 'canonicalize-missing', help: 'no path components need exist or be a directory', only: 'gnu'},
	noSymlinks: {short: 's', long: 'strip,no-symlinks', help: 'don\'t expand symlinks', only: 'gnu'},
	quiet: {short: 'q', long: 'quiet', help: 'suppress most error messages', only: 'gnu'},
	relativeTo: {long: 'relative-to', value: 'DIR', help: 'print the resolved path relative to DIR', only: 'gnu'},
	zero: {short: 'z', long: 'zero', help: 'end each output line with NUL, not newline', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {name: 'realpath', usage: ['[OPTION]... FILE...'], summary: 'Print the resolved absolute file name.', options};

export const realpath = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	let status = 0;
	const mustExist = t.has('existing') ? 'all' : (t.has('missing') ? 'none' : 'parents');
	for (const path of t.operands) {
		const cwd = t.sys.getcwd();
		const plain = normalPath(path.startsWith('/') ? path : `${failed(cwd) ? '' : cwd.path}/${path}`);
		const resolved = t.has('noSymlinks') ? plain : resolvePath(t.sys, path, t.isGnu ? mustExist : 'all');
		if (failed(resolved)) {
			status = 1;
			if (!t.has('quiet')) {
				yield * t.complain(`${t.isGnu && path === '' ? '\'\'' : path}: ${errorTextOf(resolved)}`);
			}

			continue;
		}

		const base = t.value('relativeTo');
		const directory = base === undefined ? undefined : resolvePath(t.sys, base, 'none');
		yield * t.print((directory === undefined || failed(directory) ? resolved : relativePath(directory, resolved)) + (t.has('zero') ? '\0' : '\n'));
	}

	return status;
});
