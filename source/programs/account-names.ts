// Names of users and groups, looked up in /etc/passwd and /etc/group of the caller's root, as the C library does.

import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import type {Blocking} from './standard-io.js';

const fileBytesMax = 1024 * 1024;

export type User = {readonly name: string; readonly uid: number; readonly gid: number; readonly comment: string; readonly home: string; readonly shell: string};
export type Group = {readonly name: string; readonly gid: number; readonly members: readonly string[]};

/** The two files, read once. Where one cannot be read nobody has a name. */
export class Accounts {
	readonly users: readonly User[];
	readonly groups: readonly Group[];

	constructor(users: readonly User[], groups: readonly Group[]) {
		this.users = users;
		this.groups = groups;
	}

	userName(uid: number): string | undefined {
		return this.users.find(user => user.uid === uid)?.name;
	}

	groupName(gid: number): string | undefined {
		return this.groups.find(group => group.gid === gid)?.name;
	}

	user(name: string): User | undefined {
		return this.users.find(user => user.name === name);
	}

	group(name: string): Group | undefined {
		return this.groups.find(group => group.name === name);
	}

	/** A user by name or number. */
	uidOf(text: string): number | undefined {
		return this.user(text)?.uid ?? (/^\d+$/v.test(text) ? Number(text) : undefined);
	}

	gidOf(text: string): number | undefined {
		return this.group(text)?.gid ?? (/^\d+$/v.test(text) ? Number(text) : undefined);
	}
}

export function * readAccounts(process: Process): Blocking<Accounts> {
	const users = (yield * readRows(process, '/etc/passwd')).filter(row => row.length >= 7).map(([name = '', , uid, gid, comment = '', home = '', shell = '']) => ({name, uid: Number(uid), gid: Number(gid), comment, home, shell}));
	const groups = (yield * readRows(process, '/etc/group')).filter(row => row.length >= 3).map(([name = '', , gid, members = '']) => ({name, gid: Number(gid), members: members.split(',').filter(member => member !== '')}));
	return new Accounts(users, groups);
}

function * readRows(process: Process, path: string): Blocking<readonly (readonly string[])[]> {
	const fd = process.sys.open(path, {read: true});
	if (failed(fd)) {
		return [];
	}

	const bytes = yield * readAll(process, fd, fileBytesMax);
	process.sys.close(fd);
	return failed(bytes) ? [] : textFromBytes(bytes).split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(':'));
}
