// chgrp(1): changes the group.

import {changeOwners, ownerOptions, type OwnerName} from './change-owner.js';
import type {Command} from './options.js';
import {tool} from './tool.js';

const command: Command<OwnerName> = {name: 'chgrp', usage: ['[OPTION]... GROUP FILE...', '[OPTION]... --reference=RFILE FILE...'], summary: 'Change the group of each FILE to GROUP.', options: ownerOptions};

export const chgrp = tool(command, function * (t) {
	return yield * changeOwners(t, (text, accounts) => {
		const gid = accounts.gidOf(text);
		return gid === undefined && text !== '' ? t.says(`invalid group: '${text}'`, `unknown group ${text}`) : {uid: undefined, gid};
	}, 'group');
});
