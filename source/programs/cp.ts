// cp(1): copies files and trees.

import {Confirmer} from './confirm.js';
import {Copier, preserveAll, preserveNothing, type CopyOptions} from './copy-files.js';
import type {Command} from './options.js';
import {directoryName, joinPath} from './paths.js';
import type {Blocking} from './standard-io.js';
import {readTargets, targetOptions} from './targets.js';
import {tool, type Tool} from './tool.js';
import {failed} from '../model/kernel/errno.js';

const options = {
	archive: {short: 'a', long: 'archive', help: 'same as -dR --preserve=all'},
	d: {short: 'd', help: 'same as --no-dereference --preserve=links'},
	force: {short: 'f', long: 'force', help: 'if an existing destination file cannot be opened, remove it and try again'},
	interactive: {short: 'i', long: 'interactive', help: 'prompt before overwrite (overrides a previous -n option)'},
	followOperands: {short: 'H', help: 'follow command-line symbolic links in SOURCE'},
	link: {short: 'l', long: 'link', help: 'hard link files instead of copying'},
	dereference: {short: 'L', long: 'dereference', help: 'always follow symbolic links in SOURCE'},
	noClobber: {short: 'n', long: 'no-clobber', help: 'do not overwrite an existing file (overrides a previous -i option)', only: 'gnu'},
	noDereference: {short: 'P', long: 'no-dereference', help: 'never follow symbolic links in SOURCE'},
	p: {short: 'p', help: 'same as --preserve=mode,ownership,timestamps'},
	preserve: {long: 'preserve', value: 'ATTR_LIST', optional: true, help: 'preserve the specified attributes (mode, ownership, timestamps, links, all)', only: 'gnu'},
	parents: {long: 'parents', help: 'use full source file name under DIRECTORY'},
	recursive: {short: 'rR', long: 'recursive', help: 'copy directories recursively'},
	symbolic: {short: 's', long: 'symbolic-link', help: 'make symbolic links instead of copying'},
	...targetOptions,
	update: {short: 'u', long: 'update', help: 'copy only when the SOURCE file is newer than the destination file or when the destination file is missing'},
	verbose: {short: 'v', long: 'verbose', help: 'explain what is being done'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'cp', usage: ['[OPTION]... [-T] SOURCE DEST', '[OPTION]... SOURCE... DIRECTORY', '[OPTION]... -t DIRECTORY SOURCE...'], summary: 'Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.', options,
};

export const cp = tool(command, function * (t) {
	const unknown = (t.value('preserve') ?? '').split(',').find(word => word !== '' && !['mode', 'ownership', 'timestamps', 'links', 'all', 'xattr', 'context'].includes(word));
	if (unknown !== undefined) {
		return yield * t.complain(`invalid argument ${t.quoted(unknown)} for '--preserve'\nValid arguments are:\n  - 'mode'\n  - 'timestamps'\n  - 'ownership'\n  - 'links'\n  - 'context'\n  - 'xattr'\n  - 'all'\nTry '${t.name} --help' for more information.`);
	}

	const pairs = yield * readTargets(t);
	if (typeof pairs === 'number') {
		return pairs;
	}

	const destination = t.sys.stat(t.value('targetDirectory') ?? t.operands.at(-1)!);
	if (t.has('parents') && (failed(destination) || destination.type !== 'directory')) {
		return yield * t.usageError('with --parents, the destination must be a directory');
	}

	const copier = new Copier(t, copyOptions(t));
	let status = 0;
	for (const {from, to} of pairs) {
		const target = t.has('parents') ? joinPath(t.value('targetDirectory') ?? t.operands.at(-1)!, from) : to;
		if (t.has('parents')) {
			yield * makeDirectories(t, directoryName(target));
		}

		status = Math.max(status, yield * copier.copy(from, target));
	}

	return status;
});

function copyOptions(t: Tool<Name>): CopyOptions {
	const recursive = t.has('recursive', 'archive');
	const follow = t.last('dereference', 'noDereference', 'followOperands', 'archive', 'd');
	const words = t.has('preserve') ? (t.value('preserve') ?? 'mode,ownership,timestamps').split(',') : [];
	const all = t.has('archive') || words.includes('all');
	const plain = t.has('p');
	const overwrite = t.last('interactive', 'noClobber');
	return {
		recursive,
		follow: follow === 'dereference' ? 'always' : (follow === 'followOperands' ? 'operands' : (follow === undefined && !recursive ? 'always' : 'never')),
		preserve: all ? preserveAll : {
			...preserveNothing, mode: plain || words.includes('mode'), owner: plain || words.includes('ownership'), times: plain || words.includes('timestamps'), links: t.has('d') || words.includes('links'), xattrs: words.includes('xattr'),
		},
		force: t.has('force'),
		overwrite: overwrite === 'interactive' ? 'ask' : (overwrite === 'noClobber' ? 'never' : (t.has('update') ? 'newer' : 'always')),
		verbose: t.has('verbose'),
		as: t.has('link') ? 'hard link' : (t.has('symbolic') ? 'symbolic link' : 'copy'),
		confirmer: new Confirmer(t.process),
	};
}

function * makeDirectories(t: Tool<Name>, path: string): Blocking<void> {
	if (failed(t.sys.stat(path))) {
		yield * makeDirectories(t, directoryName(path));
		t.sys.mkdir(path, 0o777);
	}
}
