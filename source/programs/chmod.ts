// chmod(1): changes mode bits.

import {failed} from '../model/kernel/errno.js';
import type {Mode} from '../model/kernel/file-types.js';
import type {Program} from '../model/kernel/program.js';
import {modeText, parseMode, type ModeChange} from './file-modes.js';
import type {Command} from './options.js';
import {joinPath} from './paths.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

const options = {
	changes: {short: 'c', long: 'changes', help: 'like verbose but report only when a change is made'},
	quiet: {short: 'f', long: 'silent,quiet', help: 'suppress most error messages'},
	verbose: {short: 'v', long: 'verbose', help: 'output a diagnostic for every file processed'},
	reference: {long: 'reference', value: 'RFILE', help: 'use RFILE\'s mode instead of MODE values', only: 'gnu'},
	recursive: {short: 'R', long: 'recursive', help: 'change files and directories recursively'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'chmod', usage: ['[OPTION]... MODE[,MODE]... FILE...', '[OPTION]... OCTAL-MODE FILE...', '[OPTION]... --reference=RFILE FILE...'], summary: 'Change the mode of each FILE to MODE.', options};

const chmodWithOptions = tool(command, changeModes);

/** A mode that looks like options, as in `chmod -x file`, is an operand. */
export const chmod: Program = process => {
	const index = process.argv.findIndex((argument, at) => at > 0 && /^-[rwxXst]+(?:[,+\-=].*)?$/v.test(argument));
	const end = process.argv.indexOf('--');
	if (index < 0 || (end >= 0 && end < index)) {
		return chmodWithOptions(process);
	}

	const {argv} = process;
	return chmodWithOptions({...process, argv: [...argv.slice(0, index).filter(argument => argument.startsWith('-') || argument === argv[0]), ...argv.slice(index + 1).filter(argument => argument.startsWith('-')), '--', argv[index]!, ...argv.slice(1).filter((argument, at) => at + 1 !== index && !argument.startsWith('-'))]});
};

function * changeModes(t: Tool<Name>): Blocking<number> {
	const reference = t.value('reference');
	const attributes = reference === undefined ? undefined : t.sys.stat(reference);
	if (failed(attributes)) {
		return yield * t.complainCannot(`failed to get attributes of ${t.quoted(reference!)}`, reference!, attributes);
	}

	const [mode] = t.operands;
	const paths = attributes === undefined ? t.operands.slice(1) : t.operands;
	if ((mode === undefined && attributes === undefined) || paths.length === 0) {
		return yield * t.usageError(mode === undefined ? 'missing operand' : `missing operand after '${mode}'`, undefined);
	}

	const change = attributes === undefined ? parseMode(mode!, t.sys.umask()) : () => attributes.mode;
	if (change === undefined) {
		return yield * t.isGnu ? t.usageError(`invalid mode: '${mode!}'`) : t.complain(`invalid mode '${mode!}'`);
	}

	let status = 0;
	for (const path of paths) {
		status = Math.max(status, yield * changeMode(t, path, change, 0));
	}

	return status;
}

function * changeMode(t: Tool<Name>, path: string, change: ModeChange, depth: number): Blocking<number> {
	const attributes = depth === 0 ? t.sys.stat(path) : t.sys.lstat(path);
	if (failed(attributes)) {
		return t.has('quiet') ? 1 : yield * t.complainCannot(`cannot access ${t.quoted(path)}`, path, attributes);
	}

	if (attributes.type === 'symlink') {
		return 0;
	}

	let status = 0;
	const isDirectory = attributes.type === 'directory';
	const mode = change(attributes.mode, isDirectory);
	const refusal = t.sys.chmod(path, mode);
	if (failed(refusal)) {
		status = t.has('quiet') ? 1 : yield * t.complainCannot(`changing permissions of ${t.quoted(path)}`, path, refusal);
	} else if (t.has('verbose') || (t.has('changes') && mode !== attributes.mode)) {
		yield * t.print(report(t, path, attributes.mode, mode));
	}

	if (!isDirectory || !t.has('recursive') || depth >= depthMax) {
		return status;
	}

	const entries = yield * sortedEntries(t.process, path);
	if (failed(entries)) {
		return yield * t.complainCannot(`cannot read directory ${t.quoted(path)}`, `can't open '${path}'`, entries);
	}

	for (const {name} of entries) {
		status = Math.max(status, yield * changeMode(t, joinPath(path, name), change, depth + 1));
	}

	return status;
}

function report(t: Tool<Name>, path: string, before: Mode, after: Mode): string {
	const words = (mode: Mode): string => `${mode.toString(8).padStart(4, '0')} (${modeText('file', mode).slice(1)})`;
	return before === after ? `mode of ${t.quoted(path)} retained as ${words(before)}\n` : `mode of ${t.quoted(path)} changed from ${words(before)} to ${words(after)}\n`;
}
