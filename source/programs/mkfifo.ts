// mkfifo(1): makes named pipes.

import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {specialFileMode} from './special-file-mode.js';
import {tool} from './tool.js';

const options = {
	mode: {short: 'm', long: 'mode', value: 'MODE', help: 'set file permission bits to MODE, not a=rw - umask'},
} as const;

const command: Command<keyof typeof options> = {name: 'mkfifo', usage: ['[OPTION]... NAME...'], summary: 'Create named pipes (FIFOs) with the given NAMEs.', options};

export const mkfifo = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	const mode = specialFileMode(t, t.value('mode'));
	if (mode === 'invalid' || mode === 'too special') {
		return yield * t.complain(t.says(mode === 'invalid' ? 'invalid mode' : 'mode must specify only file permission bits', `invalid mode '${t.value('mode')!}'`));
	}

	let status = 0;
	for (const path of t.operands) {
		const refusal = t.sys.mknod(path, 'fifo', 0o666);
		if (failed(refusal)) {
			status = yield * t.complainCannot(`cannot create fifo ${t.quoted(path)}`, path, refusal);
		} else if (mode !== undefined) {
			t.sys.chmod(path, mode);
		}
	}

	return status;
});
