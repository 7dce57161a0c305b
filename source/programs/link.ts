// link(1) and unlink(1): the bare system calls.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {tool} from './tool.js';

const linkCommand: Command<never> = {name: 'link', usage: ['FILE1 FILE2'], summary: 'Call the link function to create a link named FILE2 to an existing FILE1.', options: {} as Record<never, never>};

export const link = tool(linkCommand, function * (t) {
	const [from, to, extra] = t.operands;
	if (from === undefined || to === undefined) {
		return yield * t.usageError(from === undefined ? 'missing operand' : `missing operand after ${t.quoted(from)}`, undefined);
	}

	if (extra !== undefined) {
		return yield * t.usageError(`extra operand ${t.quoted(extra)}`, undefined);
	}

	const refusal = t.sys.link(from, to);
	return failed(refusal) ? yield * t.complain(`${t.says('cannot create link', 'can\'t create hardlink')} ${t.quoted(to)} to ${t.quoted(from)}: ${errorTextOf(refusal)}`) : 0;
});

const unlinkCommand: Command<never> = {name: 'unlink', usage: ['FILE'], summary: 'Call the unlink function to remove the specified FILE.', options: {} as Record<never, never>};

export const unlink = tool(unlinkCommand, function * (t) {
	const [path, extra] = t.operands;
	if (path === undefined || extra !== undefined) {
		return yield * t.usageError(path === undefined ? 'missing operand' : `extra operand ${t.quoted(extra!)}`, undefined);
	}

	const refusal = t.sys.unlink(path);
	return failed(refusal) ? yield * t.complainCannot(`cannot unlink ${t.quoted(path)}`, `can't remove file '${path}'`, refusal) : 0;
});
