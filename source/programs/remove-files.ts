// Removing files and trees, as rm(1) does and mv(1) does after copying to another filesystem.

import {step} from '../model/kernel/blocking.js';
import {failed, type Failure} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import type {Confirmer} from './confirm.js';
import {joinPath} from './paths.js';
import type {Blocking} from './standard-io.js';
import type {Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

export type RemoveOptions = {
	readonly recursive: boolean;
	readonly force: boolean;
	/** `rm -d`: empty directories too. */
	readonly emptyDirectories: boolean;
	readonly verbose: boolean;
	/** Asks before each removal: always, or only for write-protected files when input is a terminal. */
	readonly interactive: boolean;
	readonly confirmer: Confirmer;
};

const typeWords: Readonly<Record<Attributes['type'], string>> = {
	file: 'regular file', directory: 'directory', symlink: 'symbolic link', char: 'character special file', block: 'block special file', fifo: 'fifo', socket: 'socket',
};

/** `regular empty file` and so on, as questions and stat(1) name types. */
export function typeWord(attributes: Attributes): string {
	return attributes.type === 'file' && attributes.sizeBytes === 0 ? 'regular empty file' : typeWords[attributes.type];
}

/** Removes one operand; the answer is the exit status. */
export function * removeTree<Name extends string>(t: Tool<Name>, path: string, options: RemoveOptions, depth = 0): Blocking<number> {
	yield step;
	const attributes = t.sys.lstat(path);
	if (failed(attributes)) {
		return options.force && (attributes.errno === 'ENOENT' || attributes.errno === 'ENOTDIR') ? 0 : yield * cannotRemove(t, path, attributes);
	}

	if (attributes.type === 'directory' && !options.recursive && !options.emptyDirectories) {
		return yield * t.complain(t.says(`cannot remove ${t.quoted(path)}: Is a directory`, `'${path}' is a directory`));
	}

	return yield * attributes.type === 'directory' ? removeDirectory(t, path, options, depth) : removeFile(t, path, attributes, options);
}

function cannotRemove<Name extends string>(t: Tool<Name>, path: string, refusal: Failure): Blocking<number> {
	return t.complainCannot(`cannot remove ${t.quoted(path)}`, `can't remove '${path}'`, refusal);
}

function * mayRemove<Name extends string>(t: Tool<Name>, path: string, attributes: Attributes, options: RemoveOptions, verb: string): Blocking<boolean> {
	const isProtected = attributes.type !== 'symlink' && failed(t.sys.access(path, {write: true}));
	if (!options.interactive && (options.force || !isProtected || !t.sys.isTerminal(0))) {
		return true;
	}

	const words = verb === 'descend into' ? 'directory' : typeWord(attributes);
	return yield * options.confirmer.ask(t.says(`${t.name}: ${verb} ${isProtected ? 'write-protected ' : ''}${words} ${t.quoted(path)}?`, `${t.name}: ${verb === 'descend into' ? 'descend into directory' : 'remove'} '${path}'?`));
}

function * removeFile<Name extends string>(t: Tool<Name>, path: string, attributes: Attributes, options: RemoveOptions): Blocking<number> {
	if (!(yield * mayRemove(t, path, attributes, options, 'remove'))) {
		return 0;
	}

	const refusal = t.sys.unlink(path);
	if (failed(refusal)) {
		return yield * cannotRemove(t, path, refusal);
	}

	if (options.verbose) {
		yield * t.print(`removed ${t.quoted(path)}\n`);
	}

	return 0;
}

function * removeDirectory<Name extends string>(t: Tool<Name>, path: string, options: RemoveOptions, depth: number): Blocking<number> {
	const entries = yield * sortedEntries(t.process, path);
	if (failed(entries)) {
		return yield * cannotRemove(t, path, entries);
	}

	const attributes = t.sys.lstat(path);
	if (failed(attributes)) {
		return yield * cannotRemove(t, path, attributes);
	}

	let status = 0;
	if (options.recursive && entries.length > 0) {
		if (!(yield * mayRemove(t, path, attributes, options, 'descend into'))) {
			return 0;
		}

		if (depth >= depthMax) {
			return yield * t.complain(`cannot remove ${t.quoted(path)}: File name too long`);
		}

		for (const {name} of entries) {
			status = Math.max(status, yield * removeTree(t, joinPath(path, name), options, depth + 1));
		}
	}

	if (status !== 0 || !(yield * mayRemove(t, path, attributes, options, 'remove'))) {
		return status;
	}

	const refusal = t.sys.rmdir(path);
	if (failed(refusal)) {
		return yield * t.complainCannot(`cannot remove ${t.quoted(path)}`, `can't remove '${path}'`, refusal);
	}

	if (options.verbose) {
		yield * t.print(t.says(`removed directory ${t.quoted(path)}\n`, `removed directory: '${path}'\n`));
	}

	return 0;
}
