// rm(1): removes names; with -r whole trees.

import {Confirmer} from './confirm.js';
import type {Command} from './options.js';
import {normalPath} from '../base/path.js';
import {baseName} from './paths.js';
import {removeTree} from './remove-files.js';
import {tool} from './tool.js';

const options = {
	force: {short: 'f', long: 'force', help: 'ignore nonexistent files and arguments, never prompt'},
	interactive: {short: 'i', help: 'prompt before every removal'},
	once: {short: 'I', help: 'prompt once before removing more than three files, or when removing recursively', only: 'gnu'},
	noPreserveRoot: {long: 'no-preserve-root', help: 'do not treat \'/\' specially', only: 'gnu'},
	preserveRoot: {long: 'preserve-root', help: 'do not remove \'/\' (default)', only: 'gnu'},
	recursive: {short: 'rR', long: 'recursive', help: 'remove directories and their contents recursively'},
	directory: {short: 'd', long: 'dir', help: 'remove empty directories', only: 'gnu'},
	verbose: {short: 'v', long: 'verbose', help: 'explain what is being done', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {name: 'rm', usage: ['[OPTION]... [FILE]...'], summary: 'Remove (unlink) the FILE(s).', options};

export const rm = tool(command, function * (t) {
	const force = t.last('force', 'interactive') === 'force';
	if (t.operands.length === 0) {
		return force ? 0 : yield * t.usageError('missing operand', undefined);
	}

	const confirmer = new Confirmer(t.process);
	const recursive = t.has('recursive');
	if (t.has('once') && (recursive || t.operands.length > 3)) {
		const count = t.operands.length;
		const question = `${t.name}: remove ${count} argument${count === 1 ? '' : 's'}${recursive ? ' recursively' : ''}?`;
		if (!(yield * confirmer.ask(question))) {
			return 0;
		}
	}

	let status = 0;
	for (const path of t.operands) {
		if (recursive && ['.', '..'].includes(baseName(path))) {
			status = yield * t.complain(t.says(`refusing to remove '.' or '..' directory: skipping ${t.quoted(path)}`, `can't remove '.' or '..'`));
			continue;
		}

		if (recursive && path.startsWith('/') && normalPath(path) === '/' && !t.has('noPreserveRoot') && t.isGnu) {
			yield * t.complain('it is dangerous to operate recursively on \'/\'');
			status = yield * t.complain('use --no-preserve-root to override this failsafe');
			continue;
		}

		status = Math.max(status, yield * removeTree(t, path, {
			recursive, force, emptyDirectories: t.has('directory'), verbose: t.has('verbose'), interactive: t.last('force', 'interactive') === 'interactive', confirmer,
		}));
	}

	return status;
});
