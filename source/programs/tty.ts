// tty(1): the name of the terminal on standard input.

import {failed} from '../model/kernel/errno.js';
import {tool} from './tool.js';

const options = {silent: {short: 's', long: 'silent,quiet', help: 'print nothing, only return an exit status'}} as const;

export const tty = tool({name: 'tty', usage: ['[OPTION]...'], summary: 'Print the file name of the terminal connected to standard input.', options, usageStatus: 2}, function * (t) {
	if (t.operands.length > 0) {
		return yield * t.usageError(`extra operand '${t.operands[0]!}'`, undefined);
	}

	const isTerminal = t.sys.isTerminal(0);
	if (!t.has('silent')) {
		const link = isTerminal ? t.sys.readlink('/proc/self/fd/0') : undefined;
		yield * t.print(link === undefined || failed(link) ? 'not a tty\n' : `${link.target}\n`);
	}

	return isTerminal ? 0 : 1;
});
