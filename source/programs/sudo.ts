// sudo(8) and su(1): other accounts' rights. They are set-user-id root, so what lets them do it is the mode of their files.
//
// Simplified: no passwords. Members of group sudo may become anybody, as with NOPASSWD; su is for root only.

import {failed} from '../model/kernel/errno.js';
import {readAccounts, type Accounts, type User} from './account-names.js';
import {printTo, type Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

const sudoGroup = 'sudo';

export const sudo = plainTool('sudo', function * (t) {
	const rest = [...t.operands];
	let target = 'root';
	let login = false;
	while (rest[0]?.startsWith('-') === true) {
		const option = rest.shift()!;
		if (option === '-u') {
			target = rest.shift() ?? '';
		} else if (option === '-i' || option === '-s') {
			login = true;
		} else if (option === '--') {
			break;
		} else if (option !== '-n') {
			yield * printTo(t.process, 2, `sudo: virtlab: option ${option} is not modelled\n`);
			return 1;
		}
	}

	if (rest.length === 0 && !login) {
		yield * printTo(t.process, 2, 'usage: sudo -h | -K | -k | -V\nusage: sudo [-n] [-i] [-u user] [command [arg ...]]\n');
		return 1;
	}

	const accounts = yield * readAccounts(t.process);
	const caller = accounts.userName(callerId(t, accounts));
	const members = accounts.group(sudoGroup)?.members ?? [];
	const groups = t.sys.credentials().groups.map(gid => accounts.groupName(gid));
	if (caller !== 'root' && !members.includes(caller ?? '') && !groups.includes(sudoGroup)) {
		yield * printTo(t.process, 2, `${caller ?? 'unknown'} is not in the sudoers file.\n`);
		return 1;
	}

	const user = accounts.user(target);
	if (user === undefined) {
		yield * printTo(t.process, 2, `sudo: unknown user ${target}\nsudo: error initializing audit plugin sudoers_audit\n`);
		return 1;
	}

	return yield * become(t, accounts, user, login && rest.length === 0 ? [user.shell, '-l'] : rest);
});

/** The account that called: of the groups it brought along, the one that names it. */
export function callerId(t: Tool<never>, accounts: Accounts): number {
	const {gid} = t.sys.credentials();
	return accounts.users.find(user => user.gid === gid)?.uid ?? t.sys.credentials().uid;
}

export const su = plainTool('su', function * (t) {
	const rest = t.operands.filter(argument => argument !== '-' && argument !== '-l' && argument !== '--login');
	const isLogin = rest.length < t.operands.length;
	const at = rest.indexOf('-c');
	const line = at === -1 ? undefined : rest[at + 1];
	const names = at === -1 ? rest : rest.filter((_, index) => index !== at && index !== at + 1);
	const accounts = yield * readAccounts(t.process);
	const user = accounts.user(names[0] ?? 'root');
	if (user === undefined) {
		return yield * t.complain(`user ${names[0]} does not exist or the user entry does not contain all the required fields`);
	}

	if (callerId(t, accounts) !== 0) {
		return yield * t.complain('Authentication failure');
	}

	return yield * become(t, accounts, user, [user.shell, ...isLogin ? ['-l'] : [], ...line === undefined ? [] : ['-c', line]]);
});

function * become(t: Tool<never>, accounts: Accounts, user: User, argv: readonly string[]): Blocking<number> {
	const {sys} = t;
	const path = argv[0]!.includes('/') ? argv[0]! : findInPath(t, argv[0]!);
	if (path === undefined) {
		yield * printTo(t.process, 2, `sudo: ${argv[0]}: command not found\n`);
		return 1;
	}

	const env = new Map(t.process.env);
	env.set('SUDO_USER', env.get('USER') ?? '').set('USER', user.name).set('LOGNAME', user.name).set('HOME', user.home).set('SHELL', user.shell).set('PATH', securePath);
	sys.setgroups([user.gid, ...accounts.groups.filter(({members}) => members.includes(user.name)).map(({gid}) => gid)]);
	sys.setgid(user.gid);
	sys.setuid(user.uid);
	const image = sys.execve(path, argv, env);
	if (failed(image)) {
		yield * printTo(t.process, 2, `sudo: unable to execute ${path}: Permission denied\n`);
		return 1;
	}

	return yield * image.run();
}

/** secure_path of Debian's sudoers. */
const securePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function findInPath(t: Tool<never>, name: string): string | undefined {
	return securePath.split(':').map(folder => `${folder}/${name}`).find(path => {
		const found = t.sys.stat(path);
		return !failed(found) && found.type === 'file' && !failed(t.sys.access(path, {execute: true}));
	});
}
