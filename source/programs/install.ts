// install(1): copies files and sets their mode and owner, or makes directories (-d).

import {failed} from '../model/kernel/errno.js';
import {readAccounts} from './account-names.js';
import {Confirmer} from './confirm.js';
import {Copier, preserveNothing} from './copy-files.js';
import {parseMode} from './file-modes.js';
import type {Command} from './options.js';
import {directoryName} from './paths.js';
import type {Blocking} from './standard-io.js';
import {readTargets, targetOptions} from './targets.js';
import {tool, type Tool} from './tool.js';

const options = {
	ignored: {short: 'c', help: '(ignored)'},
	leading: {short: 'D', help: 'create all leading components of DEST except the last'},
	directory: {short: 'd', long: 'directory', help: 'treat all arguments as directory names; create all components of the specified directories'},
	group: {short: 'g', long: 'group', value: 'GROUP', help: 'set group ownership, instead of process\' current group'},
	mode: {short: 'm', long: 'mode', value: 'MODE', help: 'set permission mode (as in chmod), instead of rwxr-xr-x'},
	owner: {short: 'o', long: 'owner', value: 'OWNER', help: 'set ownership (super-user only)'},
	preserve: {short: 'p', long: 'preserve-timestamps', help: 'apply access/modification times of SOURCE files to corresponding destination files'},
	...targetOptions,
	verbose: {short: 'v', long: 'verbose', help: 'print the name of each created file or directory', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'install', usage: ['[OPTION]... [-T] SOURCE DEST', '[OPTION]... SOURCE... DIRECTORY', '[OPTION]... -t DIRECTORY SOURCE...', '[OPTION]... -d DIRECTORY...'], summary: 'Copy files and set attributes.', options,
};

export const install = tool(command, function * (t) {
	const change = parseMode(t.value('mode') ?? '755', 0);
	if (change === undefined) {
		return yield * t.complain(`invalid mode ${t.quoted(t.value('mode')!)}`);
	}

	const accounts = yield * readAccounts(t.process);
	const uid = t.has('owner') ? accounts.uidOf(t.value('owner')!) : undefined;
	const gid = t.has('group') ? accounts.gidOf(t.value('group')!) : undefined;
	if ((t.has('owner') && uid === undefined) || (t.has('group') && gid === undefined)) {
		const what = t.has('owner') && uid === undefined ? 'owner' : 'group';
		return yield * t.complain(t.says(`invalid ${what === 'owner' ? 'user' : 'group'} ${t.quoted(t.value(what)!)}`, `unknown ${what === 'owner' ? 'user' : 'group'} ${t.value(what)!}`));
	}

	return yield * t.has('directory') ? makeAll(t, {mode: change(0, true), uid, gid}) : copyAll(t, {mode: change(0, false), uid, gid});
});

type Wanted = {readonly mode: number; readonly uid: number | undefined; readonly gid: number | undefined};

function * makeAll(t: Tool<Name>, wanted: Wanted): Blocking<number> {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing file operand', undefined);
	}

	let status = 0;
	for (const path of t.operands) {
		const made = yield * makeParents(t, path);
		status = Math.max(status, made === 0 ? yield * finish(t, path, wanted) : made);
	}

	return status;
}

function * makeParents(t: Tool<Name>, path: string): Blocking<number> {
	const existing = t.sys.stat(path);
	if (!failed(existing) && existing.type === 'directory') {
		return 0;
	}

	const parent = directoryName(path);
	const status = parent === path ? 0 : yield * makeParents(t, parent);
	if (status !== 0) {
		return status;
	}

	const refusal = t.sys.mkdir(path, 0o755);
	if (failed(refusal)) {
		return yield * t.complainCannot(`cannot create directory ${t.quoted(path)}`, `can't create directory '${path}'`, refusal);
	}

	if (t.has('verbose')) {
		yield * t.print(`${t.name}: creating directory ${t.quoted(path)}\n`);
	}

	return 0;
}

function * copyAll(t: Tool<Name>, wanted: Wanted): Blocking<number> {
	if (t.has('leading') && t.operands.length > 0) {
		const status = yield * makeParents(t, t.value('targetDirectory') ?? directoryName(t.operands.at(-1)!));
		if (status !== 0) {
			return status;
		}
	}

	const pairs = yield * readTargets(t);
	if (typeof pairs === 'number') {
		return pairs;
	}

	const copier = new Copier(t, {recursive: false, follow: 'always', preserve: {...preserveNothing, times: t.has('preserve')}, force: true, overwrite: 'always', verbose: t.has('verbose'), as: 'copy', confirmer: new Confirmer(t.process)});
	let status = 0;
	for (const {from, to} of pairs) {
		const attributes = t.sys.stat(from);
		if (!failed(attributes) && attributes.type === 'directory') {
			status = yield * t.complain(`omitting directory ${t.quoted(from)}`);
			continue;
		}

		// An existing file is replaced, not written over, so that who has it open keeps the old one.
		if (!failed(attributes)) {
			t.sys.unlink(to);
		}

		const copied = yield * copier.copy(from, to);
		status = Math.max(status, copied === 0 ? yield * finish(t, to, wanted) : copied);
	}

	return status;
}

function * finish(t: Tool<Name>, path: string, {mode, uid, gid}: Wanted): Blocking<number> {
	const refusal = uid === undefined && gid === undefined ? undefined : t.sys.chown(path, uid, gid);
	if (failed(refusal)) {
		return yield * t.complainCannot(`cannot change ownership of ${t.quoted(path)}`, `can't change ownership of ${path}`, refusal);
	}

	const changed = t.sys.chmod(path, mode);
	return failed(changed) ? yield * t.complainCannot(`cannot change permissions of ${t.quoted(path)}`, `can't change permissions of ${path}`, changed) : 0;
}
