// What chown(1) and chgrp(1) share.

import {failed} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import {readAccounts, type Accounts} from './account-names.js';
import {joinPath} from './paths.js';
import type {Blocking} from './standard-io.js';
import type {Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

export const ownerOptions = {
	changes: {short: 'c', long: 'changes', help: 'like verbose but report only when a change is made'},
	quiet: {short: 'f', long: 'silent,quiet', help: 'suppress most error messages'},
	verbose: {short: 'v', long: 'verbose', help: 'output a diagnostic for every file processed'},
	noDereference: {short: 'h', long: 'no-dereference', help: 'affect symbolic links instead of any referenced file'},
	reference: {long: 'reference', value: 'RFILE', help: 'use RFILE\'s owner and group', only: 'gnu'},
	recursive: {short: 'R', long: 'recursive', help: 'operate on files and directories recursively'},
} as const;

export type OwnerName = keyof typeof ownerOptions;

type Wanted = {readonly uid: number | undefined; readonly gid: number | undefined};

/** The owner and group that the first operand or --reference asks for, and the paths; a number is an exit status. */
export function * changeOwners(t: Tool<OwnerName>, parse: (text: string, accounts: Accounts) => Wanted | string, what: 'owner' | 'group'): Blocking<number> {
	const reference = t.value('reference');
	const attributes = reference === undefined ? undefined : t.sys.stat(reference);
	if (failed(attributes)) {
		return yield * t.complainCannot(`failed to get attributes of ${t.quoted(reference!)}`, reference!, attributes);
	}

	const [text] = t.operands;
	const paths = attributes === undefined ? t.operands.slice(1) : t.operands;
	if ((text === undefined && attributes === undefined) || paths.length === 0) {
		return yield * t.usageError(text === undefined ? 'missing operand' : `missing operand after '${text}'`, undefined);
	}

	const accounts = yield * readAccounts(t.process);
	const wanted = attributes === undefined ? parse(text!, accounts) : {uid: what === 'owner' ? attributes.uid : undefined, gid: attributes.gid};
	if (typeof wanted === 'string') {
		return yield * t.complain(wanted);
	}

	let status = 0;
	for (const path of paths) {
		status = Math.max(status, yield * changeOwner({t, accounts, wanted, what}, path, 0));
	}

	return status;
}

type Change = {readonly t: Tool<OwnerName>; readonly accounts: Accounts; readonly wanted: Wanted; readonly what: 'owner' | 'group'};

function * changeOwner(change: Change, path: string, depth: number): Blocking<number> {
	const {t, wanted, what} = change;
	// Entries come before their directory, as GNU does it.
	const noFollow = t.has('noDereference') || (t.has('recursive') && depth > 0);
	const attributes = noFollow ? t.sys.lstat(path) : t.sys.stat(path);
	if (failed(attributes)) {
		return t.has('quiet') ? 1 : yield * t.complainCannot(`cannot ${failed(t.sys.lstat(path)) ? 'access' : 'dereference'} ${t.quoted(path)}`, path, attributes);
	}

	let status = 0;
	if (attributes.type === 'directory' && t.has('recursive') && depth < depthMax) {
		const entries = yield * sortedEntries(t.process, path);
		if (failed(entries)) {
			return yield * t.complainCannot(`cannot read directory ${t.quoted(path)}`, `can't open '${path}'`, entries);
		}

		for (const {name} of entries) {
			status = Math.max(status, yield * changeOwner(change, joinPath(path, name), depth + 1));
		}
	}

	const refusal = t.sys.chown(path, wanted.uid, wanted.gid, {noFollow});
	if (failed(refusal)) {
		const words = what === 'group' || wanted.uid === undefined ? 'group' : 'ownership';
		status = t.has('quiet') ? 1 : yield * t.complainCannot(`changing ${words} of ${t.quoted(path)}`, path, refusal);
	} else {
		yield * report(change, path, attributes);
	}

	return status;
}

function * report({t, accounts, wanted, what}: Change, path: string, before: Attributes): Blocking<void> {
	const changed = (wanted.uid !== undefined && wanted.uid !== before.uid) || (wanted.gid !== undefined && wanted.gid !== before.gid);
	if (!t.has('verbose') && !(t.has('changes') && changed)) {
		return;
	}

	const words = (uid: number | undefined, gid: number | undefined): string => [
		...uid === undefined ? [] : [accounts.userName(uid) ?? String(uid)],
		...gid === undefined ? [] : [accounts.groupName(gid) ?? String(gid)],
	].join(':');
	const kind = what === 'group' ? 'group' : 'ownership';
	const old = words(wanted.uid === undefined && what === 'group' ? undefined : before.uid, wanted.gid === undefined ? undefined : before.gid);
	const now = `${wanted.uid === undefined && what === 'owner' ? ':' : ''}${words(wanted.uid, wanted.gid)}`;
	yield * t.print(changed
		? `changed ${kind} of ${t.quoted(path)} from ${old} to ${now}\n`
		: `${kind} of ${t.quoted(path)} retained as ${now}\n`);
}
