// rmdir(1): removes empty directories.

import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {directoryName} from './paths.js';
import {tool} from './tool.js';

const options = {
	ignore: {long: 'ignore-fail-on-non-empty', help: 'ignore each failure that is solely because a directory is non-empty'},
	parents: {short: 'p', long: 'parents', help: 'remove DIRECTORY and its ancestors'},
	verbose: {short: 'v', long: 'verbose', help: 'output a diagnostic for every directory processed', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {name: 'rmdir', usage: ['[OPTION]... DIRECTORY...'], summary: 'Remove the DIRECTORY(ies), if they are empty.', options};

export const rmdir = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	let status = 0;
	for (const operand of t.operands) {
		for (let path = operand; ; path = directoryName(path)) {
			if (t.has('verbose')) {
				yield * t.print(`rmdir: removing directory, ${t.quoted(path)}\n`);
			}

			const refusal = t.sys.rmdir(path);
			if (failed(refusal)) {
				if (!t.has('ignore') || refusal.errno !== 'ENOTEMPTY') {
					status = yield * t.complainCannot(`failed to remove ${path === operand ? '' : 'directory '}${t.quoted(path)}`, `'${path}'`, refusal);
				}

				break;
			}

			const parent = directoryName(path);
			if (!t.has('parents') || parent === '.' || parent === '/') {
				break;
			}
		}
	}

	return status;
});
