// setpriv(1): runs a program with other ids. Source: util-linux 2.38.1.
//
// Simplified: of its privileges only user, group and supplementary groups; capabilities and the rest are not modelled.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {readAccounts} from './account-names.js';
import type {Command} from './options.js';
import {executeByPath} from './run-command.js';
import {tool} from './tool.js';

const options = {
	reuid: {long: 'reuid', value: '<uid|username>', help: 'set real and effective uid'},
	regid: {long: 'regid', value: '<gid|groupname>', help: 'set real and effective gid'},
	clearGroups: {long: 'clear-groups', help: 'clear supplementary groups'},
	keepGroups: {long: 'keep-groups', help: 'keep supplementary groups'},
	initGroups: {long: 'init-groups', help: 'initialize supplementary groups'},
	groups: {long: 'groups', value: '<group>[,...]', help: 'set supplementary group(s) by GID or name'},
} as const;

const command: Command<keyof typeof options> = {name: 'setpriv', usage: ['[options] <program> [<argument>...]'], summary: '\nRun a program with different privilege settings.', options, stopAtOperand: true, usageStatus: 127, version: 'from util-linux 2.38.1'};

export const setpriv = tool(command, function * (t) {
	const {sys} = t;
	const accounts = yield * readAccounts(t.process);
	const uid = t.has('reuid') ? accounts.uidOf(t.value('reuid')!) : undefined;
	const gid = t.has('regid') ? accounts.gidOf(t.value('regid')!) : undefined;
	if (t.operands.length === 0) {
		return yield * t.usageError('No program specified');
	}

	if ((t.has('reuid') && uid === undefined) || (t.has('regid') && gid === undefined)) {
		return yield * t.complain(t.has('reuid') && uid === undefined ? 'failed to parse reuid' : 'failed to parse regid', 127);
	}

	if (gid !== undefined && !t.has('clearGroups', 'keepGroups', 'initGroups', 'groups')) {
		return yield * t.complain('--[re]gid requires --keep-groups, --clear-groups, --init-groups, or --groups', 127);
	}

	const name = uid === undefined ? undefined : accounts.userName(uid);
	const listed = t.value('groups')?.split(',').map(group => accounts.gidOf(group));
	const groups = t.has('clearGroups') ? [] : (listed ?? (t.has('initGroups') ? accounts.groups.filter(({members}) => members.includes(name ?? '')).map(group => group.gid) : undefined));
	if (groups?.includes(undefined) === true) {
		return yield * t.complain('failed to parse supplementary group id', 127);
	}

	const steps: ReadonlyArray<readonly [string, () => unknown]> = [
		['setgroups failed', () => groups === undefined ? undefined : sys.setgroups(groups as readonly number[])],
		['setresgid failed', () => gid === undefined ? undefined : sys.setgid(gid)],
		['setresuid failed', () => uid === undefined ? undefined : sys.setuid(uid)],
	];
	for (const [words, step] of steps) {
		const result = step();
		if (failed(result)) {
			return yield * t.complain(`${words}: ${errorTextOf(result)}`, 127);
		}
	}

	const image = executeByPath(t.process, t.operands);
	return yield * failed(image) ? t.complain(`failed to execute ${t.operands[0]}: ${errorTextOf(image)}`, image.errno === 'ENOENT' ? 127 : 126) : image.run();
});
