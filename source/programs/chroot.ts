// chroot(8): runs a command with another root directory.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {readAccounts} from './account-names.js';
import type {Command} from './options.js';
import {executeByPath} from './run-command.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	groups: {long: 'groups', value: 'G_LIST', help: 'specify supplementary groups as g1,g2,..,gN', only: 'gnu'},
	userspec: {long: 'userspec', value: 'USER:GROUP', help: 'specify user and group (ID or name) to use', only: 'gnu'},
	skipChdir: {long: 'skip-chdir', help: 'do not change working directory to \'/\'', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'chroot', usage: ['[OPTION] NEWROOT [COMMAND [ARG]...]'], summary: 'Run COMMAND with root directory set to NEWROOT.', options, stopAtOperand: true, usageStatus: 125};

export const chroot = tool(command, function * (t) {
	const [root, ...given] = t.operands;
	if (root === undefined) {
		return yield * t.usageError('missing operand', undefined);
	}

	if (t.has('skipChdir') && root !== '/') {
		return yield * t.usageError('option --skip-chdir only permitted if NEWROOT is old \'/\'');
	}

	const refusal = t.sys.chroot(root);
	if (failed(refusal)) {
		return yield * t.complainCannot(`cannot change root directory to ${t.quoted(root)}`, `can't change root directory to '${root}'`, refusal, t.isGnu ? 125 : 1);
	}

	if (!t.has('skipChdir')) {
		t.sys.chdir('/');
	}

	const wrong = yield * changeIds(t);
	if (wrong !== undefined) {
		return wrong;
	}

	const argv = given.length > 0 ? given : [t.process.env.get('SHELL') ?? '/bin/sh', '-i'];
	const image = executeByPath(t.process, argv);
	if (failed(image)) {
		return yield * t.complain(t.says(`failed to run command ${t.quoted(argv[0]!)}: ${errorTextOf(image)}`, `can't execute '${argv[0]!}': ${errorTextOf(image)}`), image.errno === 'ENOENT' ? 127 : 126);
	}

	return yield * image.run();
});

/** `--userspec` and `--groups`, whose names are those of the new root's /etc/passwd. */
function * changeIds(t: Tool<Name>): Blocking<number | undefined> {
	const accounts = yield * readAccounts(t.process);
	const [userText = '', groupText = ''] = (t.value('userspec') ?? '').split(':');
	const user = userText === '' ? undefined : accounts.uidOf(userText);
	const group = groupText === '' ? accounts.users.find(({uid}) => uid === user)?.gid : accounts.gidOf(groupText);
	if ((userText !== '' && user === undefined) || (groupText !== '' && group === undefined)) {
		return yield * t.complain(user === undefined && userText !== '' ? 'invalid user' : 'invalid group', 125);
	}

	const listed = t.value('groups')?.split(',').filter(each => each !== '').map(each => accounts.gidOf(each));
	const unknown = listed?.indexOf(undefined) ?? -1;
	if (unknown !== -1) {
		return yield * t.complain(`invalid group ${t.quoted(t.value('groups')!.split(',')[unknown]!)}`, 125);
	}

	const groups = listed ?? (user === undefined ? undefined : accounts.groups.filter(({members}) => members.includes(accounts.userName(user) ?? '')).map(({gid}) => gid));
	const steps = [() => groups === undefined ? undefined : t.sys.setgroups(groups as readonly number[]), () => group === undefined ? undefined : t.sys.setgid(group), () => user === undefined ? undefined : t.sys.setuid(user)];
	for (const [index, step] of steps.entries()) {
		const result = step();
		if (failed(result)) {
			return yield * t.complain(`failed to set ${['supplemental groups', 'group-ID', 'user-ID'][index]}: ${errorTextOf(result)}`, 125);
		}
	}

	return undefined;
}
