// Who runs in a container: `USER name`, `uid`, `name:group`, `uid:gid`, looked up in the container's own /etc/passwd and /etc/group.
// Source: moby/sys user/user.go GetExecUser; moby/moby daemon/oci_linux.go WithUser.

import type {Caller} from '../kernel/vfs.js';
import {readTextFile} from './container-filesystem.js';
import {engineError, type EngineError} from './engine.js';

export type ContainerUser = {readonly uid: number; readonly gid: number; readonly groups: readonly number[]; readonly home: string};

type Passwd = {readonly name: string; readonly uid: number; readonly gid: number; readonly home: string};
type Group = {readonly name: string; readonly gid: number; readonly members: readonly string[]};

const maxId = 2 ** 31 - 1;

export function findUser(caller: Caller, spec: string, extraGroups: readonly string[] = []): ContainerUser | EngineError {
	const passwd = parsePasswd(readTextFile(caller, '/etc/passwd') ?? '');
	const groups = parseGroups(readTextFile(caller, '/etc/group') ?? '');
	const [userText = '', groupText = ''] = spec.split(':');
	const number = numberOf(userText);
	const entry = userText === '' ? passwd.find(user => user.uid === 0) : (passwd.find(user => user.name === userText) ?? passwd.find(user => user.uid === number));
	if (entry === undefined && userText !== '' && number === undefined) {
		return engineError(400, `unable to find user ${userText}: no matching entries in passwd file`);
	}

	if (number !== undefined && (number > maxId || number < 0)) {
		return engineError(400, `uids and gids must be in range 0-${maxId}`);
	}

	const gid = groupText === '' ? entry?.gid ?? 0 : groupId(groups, groupText);
	if (gid === undefined) {
		return engineError(400, `unable to find group ${groupText}: no matching entries in group file`);
	}

	const extra: number[] = [];
	for (const text of extraGroups) {
		const id = groupId(groups, text);
		if (id === undefined) {
			return engineError(400, `unable to find group ${text}: no matching entries in group file`);
		}

		extra.push(id);
	}

	const member = groupText === '' && entry !== undefined ? groups.filter(group => group.members.includes(entry.name)).map(group => group.gid) : [];
	return {uid: entry?.uid ?? number ?? 0, gid, groups: [...new Set([gid, ...member, ...extra])], home: entry?.home || '/'};
}

function groupId(groups: readonly Group[], text: string): number | undefined {
	return groups.find(group => group.name === text)?.gid ?? numberOf(text);
}

function numberOf(text: string): number | undefined {
	return /^\d{1,10}$/v.test(text) ? Number(text) : undefined;
}

function parsePasswd(text: string): readonly Passwd[] {
	return text.split('\n').map(line => line.split(':')).filter(fields => fields.length >= 6).map(([name = '', , uid, gid, , home = '']) =>
		({name, uid: Number(uid), gid: Number(gid), home}));
}

function parseGroups(text: string): readonly Group[] {
	return text.split('\n').map(line => line.split(':')).filter(fields => fields.length >= 3).map(([name = '', , gid, members = '']) =>
		({name, gid: Number(gid), members: members === '' ? [] : members.split(',')}));
}
