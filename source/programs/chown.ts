// chown(1): changes owner and group: `USER`, `USER:GROUP`, `USER:` (the user's login group), `:GROUP`.

import type {Accounts} from './account-names.js';
import {changeOwners, ownerOptions, type OwnerName} from './change-owner.js';
import type {Command} from './options.js';
import {tool} from './tool.js';

const command: Command<OwnerName> = {
	name: 'chown', usage: ['[OPTION]... [OWNER][:[GROUP]] FILE...', '[OPTION]... --reference=RFILE FILE...'], summary: 'Change the owner and/or group of each FILE to OWNER and/or GROUP.', options: ownerOptions,
};

export const chown = tool(command, function * (t) {
	return yield * changeOwners(t, (text, accounts) => parseOwner(text, accounts, t.isGnu), 'owner');
});

function parseOwner(text: string, accounts: Accounts, isGnu: boolean) {
	const separator = /^[^:.]*[:.]/v.exec(text)?.[0].length;
	const colon = text.includes(':') ? text.indexOf(':') + 1 : (accounts.user(text) === undefined ? separator : undefined);
	const user = colon === undefined ? text : text.slice(0, colon - 1);
	const group = colon === undefined ? undefined : text.slice(colon);
	const uid = user === '' ? undefined : accounts.uidOf(user);
	if (user !== '' && uid === undefined) {
		return isGnu ? `invalid user: '${text}'` : `unknown user/group ${text}`;
	}

	if (group === undefined) {
		return {uid, gid: undefined};
	}

	const gid = group === '' ? accounts.user(user)?.gid : accounts.gidOf(group);
	if (group !== '' && gid === undefined) {
		return isGnu ? `invalid group: '${text}'` : `unknown user/group ${text}`;
	}

	return {uid, gid};
}
