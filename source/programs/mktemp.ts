// mktemp(1): makes a file or directory with a name that nobody else has.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {joinPath} from './paths.js';
import {tool} from './tool.js';

const options = {
	directory: {short: 'd', long: 'directory', help: 'create a directory, not a file'},
	dryRun: {short: 'u', long: 'dry-run', help: 'do not create anything; merely print a name (unsafe)'},
	quiet: {short: 'q', long: 'quiet', help: 'suppress diagnostics about file/dir-creation failure'},
	suffix: {long: 'suffix', value: 'SUFF', help: 'append SUFF to TEMPLATE', only: 'gnu'},
	tmpdir: {short: 'p', long: 'tmpdir', value: 'DIR', help: 'interpret TEMPLATE relative to DIR'},
	template: {short: 't', help: 'interpret TEMPLATE as a single file name component, relative to a directory: $TMPDIR, if set; else /tmp'},
} as const;

const command: Command<keyof typeof options> = {name: 'mktemp', usage: ['[OPTION]... [TEMPLATE]'], summary: 'Create a temporary file or directory, safely, and print its name.', options};

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const attemptsMax = 100;

export const mktemp = tool(command, function * (t) {
	if (t.operands.length > 1) {
		return yield * t.usageError('too many templates', undefined);
	}

	const given = t.operands[0];
	const template = given ?? 'tmp.XXXXXXXXXX';
	const suffix = t.value('suffix') ?? (t.isGnu ? /[^X]*$/v.exec(template)![0] : '');
	const stem = t.has('suffix') ? template : template.slice(0, template.length - suffix.length);
	const count = /X*$/v.exec(stem)![0].length;
	if (count < (t.isGnu ? 3 : 6)) {
		return yield * t.complain(t.says(`too few X's in template '${template}'`, '(null): Invalid argument'));
	}

	const directory = t.value('tmpdir') ?? (given === undefined || t.has('template') ? t.process.env.get('TMPDIR') ?? '/tmp' : undefined);
	for (let attempt = 0; attempt < attemptsMax; attempt++) {
		const random = Array.from(t.sys.getrandom(count), byte => letters[byte % letters.length]!).join('');
		const name = stem.slice(0, stem.length - count) + random + suffix;
		const path = directory === undefined ? name : joinPath(directory, name);
		const made = t.has('dryRun') ? t.sys.lstat(path) : (t.has('directory') ? t.sys.mkdir(path, 0o700) : t.sys.open(path, {read: true, write: true, create: true, exclusive: true}, 0o600));
		if (t.has('dryRun') ? failed(made) : !failed(made)) {
			yield * t.print(`${path}\n`);
			return 0;
		}

		if (failed(made) && made.errno !== 'EEXIST') {
			const shown = directory === undefined ? template : joinPath(directory, template);
			return t.has('quiet') ? 1 : yield * t.complain(t.says(`failed to create ${t.has('directory') ? 'directory' : 'file'} via template ${t.quoted(shown)}: ${errorTextOf(made)}`, `${shown}: ${errorTextOf(made)}`));
		}
	}

	return yield * t.complain('File exists');
});
