// id(1), whoami(1), groups(1), logname(1): who the caller, or another account, is.

import {readAccounts, type Accounts} from './account-names.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	group: {short: 'g', long: 'group', help: 'print only the effective group ID'},
	groups: {short: 'G', long: 'groups', help: 'print all group IDs'},
	name: {short: 'n', long: 'name', help: 'print a name instead of a number, for -ugG'},
	real: {short: 'r', long: 'real', help: 'print the real ID instead of the effective ID, with -ugG'},
	user: {short: 'u', long: 'user', help: 'print only the effective user ID'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'id', usage: ['[OPTION]... [USER]...'], summary: 'Print user and group information for each specified USER,\nor (when USER omitted) for the current process.', options};

type Identity = {readonly uid: number; readonly gid: number; readonly groups: readonly number[]};

export const id = tool(command, function * (t) {
	const accounts = yield * readAccounts(t.process);
	let status = 0;
	for (const name of t.operands.length === 0 ? [undefined] : t.operands) {
		const identity = name === undefined ? ownIdentity(t) : accountIdentity(accounts, name);
		status = identity === undefined ? yield * t.complain(t.says(`${t.quoted(name!)}: no such user`, `unknown user ${name!}`)) : status;
		if (identity !== undefined) {
			yield * show(t, identity, accounts);
		}
	}

	return status;
});

function ownIdentity(t: Tool<Name>): Identity {
	const {uid, gid, groups} = t.sys.credentials();
	const others = groups.filter(group => group !== gid);
	// GNU's mgetgroups drops a group that follows its like, as the unmapped ones of a user namespace do.
	return {uid, gid, groups: [gid, ...t.isGnu ? others.filter((group, index) => group !== others[index - 1]) : others]};
}

function accountIdentity(accounts: Accounts, name: string): Identity | undefined {
	const user = accounts.user(name) ?? accounts.users.find(({uid}) => String(uid) === name);
	const more = user === undefined ? [] : accounts.groups.filter(({members, gid}) => members.includes(user.name) && gid !== user.gid).map(({gid}) => gid);
	return user === undefined ? undefined : {uid: user.uid, gid: user.gid, groups: [user.gid, ...more]};
}

function * show(t: Tool<Name>, {uid, gid, groups}: Identity, accounts: Accounts): Blocking<void> {
	const userText = (value: number): string => t.has('name') ? accounts.userName(value) ?? String(value) : String(value);
	const groupText = (value: number): string => t.has('name') ? accounts.groupName(value) ?? String(value) : String(value);
	const named = (value: number, name: string | undefined): string => name === undefined ? String(value) : `${value}(${name})`;
	switch (t.last('user', 'group', 'groups')) {
		case 'user': {
			return yield * t.print(`${userText(uid)}\n`);
		}

		case 'group': {
			return yield * t.print(`${groupText(gid)}\n`);
		}

		case 'groups': {
			return yield * t.print(`${groups.map(group => groupText(group)).join(' ')}\n`);
		}

		case undefined: {
			const list = groups.map(group => named(group, accounts.groupName(group))).join(',');
			return yield * t.print(`uid=${named(uid, accounts.userName(uid))} gid=${named(gid, accounts.groupName(gid))} groups=${list}\n`);
		}

		default: {
			return undefined;
		}
	}
}

export const whoami = tool({name: 'whoami', usage: ['[OPTION]...'], summary: 'Print the user name associated with the current effective user ID.', options: {}}, function * (t) {
	const extra = t.operands[0];
	if (extra !== undefined) {
		return yield * t.usageError(`extra operand ${t.quoted(extra)}`);
	}

	const {uid} = t.sys.credentials();
	const name = (yield * readAccounts(t.process)).userName(uid);
	if (name === undefined) {
		return yield * t.complain(t.says(`cannot find name for user ID ${uid}`, `unknown uid ${uid}`));
	}

	yield * t.print(`${name}\n`);
	return 0;
});

export const groups = tool({name: 'groups', usage: ['[OPTION]... [USERNAME]...'], summary: 'Print group memberships for each USERNAME or, if no USERNAME is specified, for\nthe current process.', options: {}}, function * (t) {
	const accounts = yield * readAccounts(t.process);
	let status = 0;
	for (const name of t.operands.length === 0 ? [undefined] : t.operands) {
		const identity = name === undefined ? ownIdentity(t as unknown as Tool<Name>) : accountIdentity(accounts, name);
		if (identity === undefined) {
			status = yield * t.complain(`${t.quoted(name!)}: no such user`);
			continue;
		}

		const list = identity.groups.map(group => accounts.groupName(group) ?? String(group)).join(' ');
		yield * t.print(`${name === undefined ? '' : `${name} : `}${list}\n`);
	}

	return status;
});
