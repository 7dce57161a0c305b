// mv(1): renames; between filesystems it copies and removes, which is what rename(2) refuses with EXDEV.

import {failed} from '../model/kernel/errno.js';
import {Confirmer} from './confirm.js';
import {Copier, preserveAll} from './copy-files.js';
import type {Command} from './options.js';
import {removeTree} from './remove-files.js';
import type {Blocking} from './standard-io.js';
import {readTargets, targetOptions, type Pair} from './targets.js';
import {tool, type Tool} from './tool.js';

const options = {
	force: {short: 'f', long: 'force', help: 'do not prompt before overwriting'},
	interactive: {short: 'i', long: 'interactive', help: 'prompt before overwrite'},
	noClobber: {short: 'n', long: 'no-clobber', help: 'do not overwrite an existing file'},
	...targetOptions,
	update: {short: 'u', long: 'update', help: 'move only when the SOURCE file is newer than the destination file or when the destination file is missing', only: 'gnu'},
	verbose: {short: 'v', long: 'verbose', help: 'explain what is being done', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'mv', usage: ['[OPTION]... [-T] SOURCE DEST', '[OPTION]... SOURCE... DIRECTORY', '[OPTION]... -t DIRECTORY SOURCE...'], summary: 'Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.', options,
};

export const mv = tool(command, function * (t) {
	const pairs = yield * readTargets(t);
	if (typeof pairs === 'number') {
		return pairs;
	}

	const confirmer = new Confirmer(t.process);
	let status = 0;
	for (const pair of pairs) {
		status = Math.max(status, yield * move(t, pair, confirmer));
	}

	return status;
});

function * move(t: Tool<Name>, {from, to}: Pair, confirmer: Confirmer): Blocking<number> {
	const source = t.sys.lstat(from);
	if (failed(source)) {
		return yield * t.complainCannot(`cannot stat ${t.quoted(from)}`, `can't rename '${from}'`, source);
	}

	const target = t.sys.lstat(to);
	if (!failed(target)) {
		if (target.fs === source.fs && target.node === source.node) {
			return yield * t.complain(`${t.quoted(from)} and ${t.quoted(to)} are the same file`);
		}

		if (target.type === 'directory' && source.type !== 'directory') {
			return yield * t.complain(t.says(`cannot overwrite directory ${t.quoted(to)} with non-directory`, `can't rename '${from}': Is a directory`));
		}

		if (target.type !== 'directory' && source.type === 'directory') {
			return yield * t.complain(t.says(`cannot overwrite non-directory ${t.quoted(to)} with directory ${t.quoted(from)}`, `can't rename '${from}': Not a directory`));
		}

		const how = t.last('force', 'interactive', 'noClobber');
		if (how === 'noClobber' || (t.has('update') && target.mtimeUs >= source.mtimeUs)) {
			return 0;
		}

		if (how === 'interactive' && !(yield * confirmer.ask(`${t.name}: overwrite ${t.quoted(to)}?`))) {
			return 0;
		}
	}

	const refusal = t.sys.rename(from, to);
	if (!failed(refusal)) {
		yield * t.has('verbose') ? t.print(`renamed ${t.quoted(from)} -> ${t.quoted(to)}\n`) : nothing();
		return 0;
	}

	if (refusal.errno === 'EXDEV') {
		return yield * moveByCopying(t, {from, to}, {confirmer, exists: !failed(target)});
	}

	if (refusal.errno === 'EINVAL' && source.type === 'directory') {
		return yield * t.complain(t.says(`cannot move ${t.quoted(from)} to a subdirectory of itself, ${t.quoted(to)}`, `can't rename '${from}': Invalid argument`));
	}

	return yield * t.complainCannot(`cannot move ${t.quoted(from)} to ${t.quoted(to)}`, `can't rename '${from}'`, refusal);
}

function * nothing(): Blocking<void> {}

/**
 * mv takes EXDEV for all that is below only when it had two operands and the second was no directory; else it tries each again, which
 * succeeds for files of an overlay whose directories cannot move. Source: coreutils 9.1, src/mv.c, rename_errno.
 */
function triesEach(t: Tool<Name>, to: string): boolean {
	return t.isGnu && (t.has('noTargetDirectory', 'targetDirectory') || t.operands.length > 2 || to !== t.operands[1]);
}

function * moveByCopying(t: Tool<Name>, {from, to}: Pair, {confirmer, exists}: {readonly confirmer: Confirmer; readonly exists: boolean}): Blocking<number> {
	if (exists) {
		const refusal = t.sys.rmdir(to);
		const cleared = failed(refusal) && refusal.errno === 'ENOTDIR' ? t.sys.unlink(to) : refusal;
		if (failed(cleared)) {
			return yield * t.complainCannot(`inter-device move failed: ${t.quoted(from)} to ${t.quoted(to)}; unable to remove target`, `can't remove '${to}'`, cleared);
		}
	}

	const copier = new Copier(t, {recursive: true, follow: 'never', preserve: preserveAll, force: false, overwrite: 'always', verbose: t.has('verbose'), as: 'copy', confirmer, renames: triesEach(t, to)});
	const status = yield * copier.copy(from, to);
	return status === 0 ? yield * removeTree(t, from, {recursive: true, force: true, emptyDirectories: true, verbose: t.has('verbose'), interactive: false, confirmer}) : status;
}
