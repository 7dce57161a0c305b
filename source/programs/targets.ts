// `cp`, `mv`, `ln` and `install` share the way they read operands: SOURCE DEST, SOURCE... DIRECTORY, -t DIRECTORY, -T.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {baseName, joinPath} from './paths.js';
import type {Blocking} from './standard-io.js';
import type {Tool} from './tool.js';

export const targetOptions = {
	targetDirectory: {short: 't', long: 'target-directory', value: 'DIRECTORY', help: 'copy all SOURCE arguments into DIRECTORY'},
	noTargetDirectory: {short: 'T', long: 'no-target-directory', help: 'treat DEST as a normal file'},
} as const;

export type Pair = {readonly from: string; readonly to: string};

/** Pairs of paths, or the exit status of what is wrong with the operands. */
export function * readTargets<Name extends string>(t: Tool<Name | keyof typeof targetOptions>): Blocking<readonly Pair[] | number> {
	const directory = t.value('targetDirectory');
	if (t.operands.length === 0 || (t.operands.length === 1 && directory === undefined)) {
		return yield * t.usageError(t.operands.length === 0 ? 'missing file operand' : `missing destination file operand after ${t.quoted(t.operands[0]!)}`, undefined);
	}

	if (t.has('noTargetDirectory') && directory === undefined) {
		return t.operands.length > 2 ? yield * t.usageError(`extra operand ${t.quoted(t.operands[2]!)}`, undefined) : [{from: t.operands[0]!, to: t.operands[1]!}];
	}

	const target = directory ?? t.operands.at(-1)!;
	const sources = directory === undefined ? t.operands.slice(0, -1) : t.operands;
	const attributes = t.sys.stat(target);
	if (!failed(attributes) && attributes.type === 'directory') {
		return sources.map(from => ({from, to: joinPath(target, ['.', '..'].includes(baseName(from)) ? '.' : baseName(from))}));
	}

	if (directory !== undefined || sources.length > 1) {
		const words = failed(attributes) ? errorTextOf(attributes) : 'Not a directory';
		return yield * t.complain(t.says(`target ${directory === undefined ? '' : 'directory '}${t.quoted(target)}: ${words}`, `target '${target}' is not a directory`));
	}

	return [{from: sources[0]!, to: target}];
}
