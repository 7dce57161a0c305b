// getfattr(1): shows extended attributes. Source: attr 2.5.1.
//
// Simplified: -R, -L and -P (walks of trees) are not modelled.

import {compareText} from '../base/bytes.js';
import {compilePosixRegex, type PosixRegex} from '../base/posix-regex.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {encodeXattr, type XattrEncoding} from './xattr-text.js';

const options = {
	name: {short: 'n', long: 'name', value: 'name', help: 'get the named extended attribute value'},
	dump: {short: 'd', long: 'dump', help: 'get all extended attribute values'},
	encoding: {short: 'e', long: 'encoding', value: '...', help: 'encode values (as \'text\', \'hex\' or \'base64\')'},
	match: {short: 'm', long: 'match', value: 'pattern', help: 'only get attributes with names matching pattern'},
	onlyValues: {long: 'only-values', help: 'print the bare values only'},
	noDereference: {short: 'h', long: 'no-dereference', help: 'do not dereference symbolic links'},
	absoluteNames: {long: 'absolute-names', help: 'don\'t strip leading \'/\' in pathnames'},
} as const;

type Name = keyof typeof options;

const usage = '[-hRLP] [-n name|-d] [-e en] [-m pattern] path...';

const command: Command<Name> = {
	name: 'getfattr', usage: [usage], summary: '', options, usageStatus: 2, version: '2.5.1', hint: calledAs => `Usage: ${calledAs} ${usage}\nTry \`${calledAs} --help' for more information.\n`,
};

const encodings: readonly string[] = ['text', 'hex', 'base64'];

/** The C library's words, except for a missing attribute (strerror_ea of misc/strerror_ea.c). */
export function xattrErrorText(refusal: Failure): string {
	return refusal.errno === 'ENODATA' ? 'No such attribute' : errorTextOf(refusal);
}

export const getfattr = tool(command, function * (t) {
	const encoding = t.value('encoding');
	if (t.operands.length === 0 || (encoding !== undefined && !encodings.includes(encoding))) {
		return yield * t.usageError(undefined);
	}

	const pattern = t.value('match') ?? String.raw`^user\.`;
	const regex = pattern === '-' ? undefined : compilePosixRegex(pattern, {extended: true, ignoreCase: false});
	if (regex !== undefined && 'error' in regex) {
		return yield * t.complain(`invalid regular expression "${pattern}"`);
	}

	let status = 0;
	for (const path of t.operands) {
		status = Math.max(status, yield * show(t, path, regex));
	}

	return status;
});

function * show(t: Tool<Name>, path: string, regex: PosixRegex | undefined): Blocking<number> {
	const how = {noFollow: t.has('noDereference')};
	const file = how.noFollow ? t.sys.lstat(path) : t.sys.stat(path);
	if (failed(file)) {
		return yield * t.complain(`${path}: ${errorTextOf(file)}`);
	}

	const wanted = t.value('name');
	const names = wanted === undefined ? t.sys.listxattr(path, how) : [wanted];
	if (failed(names)) {
		return yield * t.complain(`${path}: ${errorTextOf(names)}`);
	}

	let printed = false;
	for (const name of [...names].filter(each => wanted !== undefined || regex === undefined || regex.find(each, 0) !== undefined).sort(compareText)) {
		const value = t.sys.getxattr(path, name, how);
		if (failed(value)) {
			yield * t.out.flush();
			yield * printTo(t.process, 2, `${path}: ${name}: ${xattrErrorText(value)}\n`);
			return 1;
		}

		if (t.has('onlyValues')) {
			yield * t.out.write(value);
			continue;
		}

		if (!printed) {
			yield * t.print(`# file: ${yield * shownPath(t, path)}\n`);
			printed = true;
		}

		yield * t.print(t.has('dump', 'name') ? `${name}=${encodeXattr(value, t.value('encoding') as XattrEncoding | undefined)}\n` : `${name}\n`);
	}

	yield * t.print(printed ? '\n' : '');
	return 0;
}

function * shownPath(t: Tool<Name>, path: string): Blocking<string> {
	if (!path.startsWith('/') || t.has('absoluteNames')) {
		return path;
	}

	yield * t.complain('Removing leading \'/\' from absolute path names');
	return path.replace(/^\/+/v, '');
}
