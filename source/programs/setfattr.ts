// setfattr(1): sets and removes extended attributes. Source: attr 2.5.1.

import {failed} from '../model/kernel/errno.js';
import {xattrErrorText} from './getfattr.js';
import type {Command} from './options.js';
import {tool} from './tool.js';
import {decodeXattr} from './xattr-text.js';

const options = {
	name: {short: 'n', long: 'name', value: 'name', help: 'set the value of the named extended attribute'},
	remove: {short: 'x', long: 'remove', value: 'name', help: 'remove the named extended attribute'},
	value: {short: 'v', long: 'value', value: 'value', help: 'use value as the attribute value'},
	noDereference: {short: 'h', long: 'no-dereference', help: 'do not dereference symbolic links'},
} as const;

const usage = ['{-n name} [-v value] [-h] file...', '{-x name} [-h] file...'] as const;

const command: Command<keyof typeof options> = {
	name: 'setfattr', usage, summary: '', options, usageStatus: 2, version: '2.5.1', hint: calledAs => `Usage: ${calledAs} ${usage[0]}\n       ${calledAs} ${usage[1]}\nTry \`${calledAs} --help' for more information.\n`,
};

export const setfattr = tool(command, function * (t) {
	const name = t.value('name');
	const removed = t.value('remove');
	if ((name === undefined) === (removed === undefined) || (removed !== undefined && t.has('value')) || t.operands.length === 0) {
		return yield * t.usageError(undefined);
	}

	const value = decodeXattr(t.value('value') ?? '');
	if (value === undefined) {
		return yield * t.complain('bad input encoding');
	}

	const how = {noFollow: t.has('noDereference')};
	let status = 0;
	for (const path of t.operands) {
		const refusal = removed === undefined ? t.sys.setxattr(path, name!, value, how) : t.sys.removexattr(path, removed, how);
		if (failed(refusal)) {
			status = yield * t.complain(`${path}: ${xattrErrorText(refusal)}`);
		}
	}

	return status;
});
