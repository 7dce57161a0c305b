// readlink(1): what a symbolic link says, or with -f where a path leads.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {resolvePath} from './resolve-path.js';
import {tool} from './tool.js';

const options = {
	canonicalize: {short: 'f', long: 'canonicalize', help: 'canonicalize by following every symlink in every component of the given name recursively; all but the last component must exist'},
	existing: {short: 'e', long: 'canonicalize-existing', help: 'likewise; all components must exist', only: 'gnu'},
	missing: {short: 'm', long: 'canonicalize-missing', help: 'likewise, without requirements on components existence', only: 'gnu'},
	noNewline: {short: 'n', long: 'no-newline', help: 'do not output the trailing delimiter'},
	quiet: {short: 'qs', long: 'quiet,silent', help: 'suppress most error messages', only: 'gnu'},
	verbose: {short: 'v', long: 'verbose', help: 'report error messages'},
	zero: {short: 'z', long: 'zero', help: 'end each output line with NUL, not newline', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {name: 'readlink', usage: ['[OPTION]... FILE...'], summary: 'Print value of a symbolic link or canonical file name.', options};

export const readlink = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	let status = 0;
	const how = t.last('canonicalize', 'existing', 'missing');
	const end = t.has('noNewline') && t.operands.length === 1 ? '' : (t.has('zero') ? '\0' : '\n');
	for (const path of t.operands) {
		const link = how === undefined ? t.sys.readlink(path) : resolvePath(t.sys, path, how === 'canonicalize' ? 'parents' : (how === 'existing' ? 'all' : 'none'));
		if (failed(link)) {
			status = 1;
			if (t.has('verbose')) {
				yield * t.complain(`${path}: ${errorTextOf(link)}`);
			}
		} else {
			yield * t.print((typeof link === 'string' ? link : link.target) + end);
		}
	}

	return status;
});
