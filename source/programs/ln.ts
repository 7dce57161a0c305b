// ln(1): makes hard and symbolic links.

import {failed} from '../model/kernel/errno.js';
import {Confirmer} from './confirm.js';
import type {Command} from './options.js';
import {normalPath} from '../base/path.js';
import {baseName, directoryName, joinPath} from './paths.js';
import type {Blocking} from './standard-io.js';
import {targetOptions, type Pair} from './targets.js';
import {tool, type Tool} from './tool.js';

const options = {
	force: {short: 'f', long: 'force', help: 'remove existing destination files'},
	interactive: {short: 'i', long: 'interactive', help: 'prompt whether to remove destinations', only: 'gnu'},
	logical: {short: 'L', long: 'logical', help: 'dereference TARGETs that are symbolic links', only: 'gnu'},
	noDereference: {short: 'n', long: 'no-dereference', help: 'treat LINK_NAME as a normal file if it is a symbolic link to a directory'},
	physical: {short: 'P', long: 'physical', help: 'make hard links directly to symbolic links', only: 'gnu'},
	relative: {short: 'r', long: 'relative', help: 'with -s, create links relative to link location', only: 'gnu'},
	symbolic: {short: 's', long: 'symbolic', help: 'make symbolic links instead of hard links'},
	...targetOptions,
	verbose: {short: 'v', long: 'verbose', help: 'print name of each linked file'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'ln', usage: ['[OPTION]... [-T] TARGET LINK_NAME', '[OPTION]... TARGET', '[OPTION]... TARGET... DIRECTORY', '[OPTION]... -t DIRECTORY TARGET...'], summary: 'Create a link to TARGET with the name LINK_NAME.', options,
};

export const ln = tool(command, function * (t) {
	if (t.has('relative') && !t.has('symbolic')) {
		return yield * t.complain('cannot do --relative without --symbolic');
	}

	const pairs = yield * linkTargets(t);
	if (typeof pairs === 'number') {
		return pairs;
	}

	const confirmer = new Confirmer(t.process);
	let status = 0;
	for (const pair of pairs) {
		status = Math.max(status, yield * makeLink(t, pair, confirmer));
	}

	return status;
});

function * linkTargets(t: Tool<Name>): Blocking<readonly Pair[] | number> {
	const {operands} = t;
	const given = t.value('targetDirectory');
	if (operands.length === 0) {
		return yield * t.usageError('missing file operand', undefined);
	}

	if (t.has('noTargetDirectory') && operands.length !== 2) {
		return yield * t.usageError(operands.length < 2 ? `missing destination file operand after ${t.quoted(operands[0]!)}` : `extra operand ${t.quoted(operands[2]!)}`, undefined);
	}

	if (operands.length === 1 && given === undefined) {
		return [{from: operands[0]!, to: `./${baseName(operands[0]!)}`}];
	}

	const target = given ?? operands.at(-1)!;
	const sources = given === undefined ? operands.slice(0, -1) : operands;
	const attributes = t.has('noDereference') ? t.sys.lstat(target) : t.sys.stat(target);
	if (!t.has('noTargetDirectory') && !failed(attributes) && attributes.type === 'directory') {
		return sources.map(from => ({from, to: joinPath(target, baseName(from))}));
	}

	if (sources.length > 1 || given !== undefined) {
		return yield * t.complain(t.says(`target ${t.quoted(target)}: ${failed(attributes) ? 'No such file or directory' : 'Not a directory'}`, `target '${target}' is not a directory`));
	}

	return [{from: sources[0]!, to: target}];
}

function * makeLink(t: Tool<Name>, {from, to}: Pair, confirmer: Confirmer): Blocking<number> {
	const symbolic = t.has('symbolic');
	const source = symbolic ? undefined : t.sys.lstat(from);
	if (failed(source)) {
		return yield * t.complainCannot(`failed to access ${t.quoted(from)}`, from, source);
	}

	if (source?.type === 'directory') {
		return yield * t.complain(t.says(`${from}: hard link not allowed for directory`, `'${to}': Operation not permitted`));
	}

	const existing = t.sys.lstat(to);
	if (!failed(existing)) {
		if (source !== undefined && source.fs === existing.fs && source.node === existing.node && t.has('force')) {
			return yield * t.complain(`${t.quoted(from)} and ${t.quoted(to)} are the same file`);
		}

		if (existing.type === 'directory' && t.has('force', 'interactive')) {
			return yield * t.complain(t.says(`${to}: cannot overwrite directory`, `'${to}': File exists`));
		}

		const how = t.last('force', 'interactive');
		if (how === 'interactive' && !(yield * confirmer.ask(`${t.name}: replace ${t.quoted(to)}?`))) {
			return 1;
		}

		if (how !== undefined) {
			t.sys.unlink(to);
		}
	}

	const text = t.has('relative') ? relativeTarget(t, from, to) : from;
	const resolved = t.has('logical') && !symbolic ? t.sys.readlink(from) : undefined;
	const refusal = symbolic ? t.sys.symlink(text, to) : t.sys.link(resolved === undefined || failed(resolved) ? from : joinPath(directoryName(from), resolved.target), to);
	if (failed(refusal)) {
		return yield * t.complainCannot(`failed to create ${symbolic ? 'symbolic' : 'hard'} link ${t.quoted(to)}${symbolic || ['EEXIST', 'EDQUOT', 'ENOSPC', 'EROFS'].includes(refusal.errno) ? '' : ` => ${t.quoted(from)}`}`, to, refusal);
	}

	if (t.has('verbose')) {
		yield * t.print(`${t.quoted(to)} ${symbolic ? '->' : '=>'} ${t.quoted(text)}\n`);
	}

	return 0;
}

function relativeTarget(t: Tool<Name>, from: string, to: string): string {
	const cwd = t.sys.getcwd();
	const absolute = (path: string): string => normalPath(path.startsWith('/') ? path : `${failed(cwd) ? '/' : cwd.path}/${path}`);
	return relativePath(absolute(directoryName(to)), absolute(from));
}

/** The way from a directory to a path, both absolute and normal. */
export function relativePath(directory: string, path: string): string {
	const here = directory.split('/').filter(part => part !== '');
	const there = path.split('/').filter(part => part !== '');
	let common = 0;
	while (common < here.length && here[common] === there[common]) {
		common++;
	}

	const parts = [...here.slice(common).map(() => '..'), ...there.slice(common)];
	return parts.length === 0 ? '.' : parts.join('/');
}
