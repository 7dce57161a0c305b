// What a name means as a command: `type`, `command -v`, `hash`.

import {findProgram, findPrograms, lookUp} from '../lookup.js';
import {complain, print} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {specialBuiltins} from '../simple-command.js';
import {readOptions} from './usage.js';
import {functionText} from './function-text.js';
import {quoteSingle} from '../quote.js';

export const reservedWords: readonly string[] = [
	'!', '[[', ']]', 'case', 'coproc', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function', 'if', 'in', 'select', 'then', 'time', 'until', 'while', '{', '}',
];

type Meaning =
	| {readonly kind: 'alias'; readonly value: string}
	| {readonly kind: 'keyword' | 'builtin'}
	| {readonly kind: 'function'; readonly text: string}
	| {readonly kind: 'file'; readonly path: string; readonly isHashed: boolean};

/** `terse`: what `command -v` prints; `verbose`: a sentence; `word`: `type -t`; `path`: `type -p`. */
type Style = {readonly style: 'terse' | 'verbose' | 'word' | 'path'; readonly all: boolean; readonly filesOnly?: boolean};

export function * describe(shell: Shell, names: readonly string[], options: Style): Doing {
	let status = 0;
	for (const name of names) {
		const found = meanings(shell, name, options);
		if (found.length === 0) {
			status = shell.personality.kind === 'bash' ? 1 : 127;
			if (options.style === 'verbose') {
				yield * reportMissing(shell, name);
			}
		}

		for (const meaning of options.all ? found : found.slice(0, 1)) {
			const text = describeOne(shell, {name, meaning, style: options.style});
			yield * print(shell, text === '' ? '' : `${text}\n`);
		}
	}

	return status;
}

function * reportMissing(shell: Shell, name: string): Doing<void> {
	if (shell.personality.kind === 'bash') {
		yield * complain(shell, `${name}: not found`);
	} else {
		yield * print(shell, `${name}: not found\n`);
	}
}

function meanings(shell: Shell, name: string, {filesOnly = false, all}: Style): readonly Meaning[] {
	const found: Meaning[] = [];
	if (!filesOnly) {
		const alias = shell.aliases.get(name);
		if (alias !== undefined) {
			found.push({kind: 'alias', value: alias});
		}

		if (reservedWords.includes(name)) {
			found.push({kind: 'keyword'});
		}

		const definition = shell.functions.get(name);
		if (definition !== undefined) {
			found.push({kind: 'function', text: functionText(name, definition)});
		}

		if (shell.engine.builtins.has(name)) {
			found.push({kind: 'builtin'});
		}
	}

	const isHashed = shell.hashed.has(name) && !all;
	const paths = name.includes('/') || !all ? [isHashed ? lookUp(shell, name) : findProgram(shell, name)] : findPrograms(shell, name);
	for (const path of paths) {
		if (path !== undefined && (!name.includes('/') || isExecutable(shell, path))) {
			found.push({kind: 'file', path, isHashed});
		}
	}

	return found;
}

function isExecutable(shell: Shell, path: string): boolean {
	const attributes = shell.process.sys.stat(path);
	return 'type' in attributes && attributes.type === 'file' && shell.process.sys.access(path, {execute: true}) === undefined;
}

function describeOne(shell: Shell, {name, meaning, style}: {readonly name: string; readonly meaning: Meaning; readonly style: Style['style']}): string {
	if (style === 'word') {
		return meaning.kind;
	}

	if (style === 'path') {
		return meaning.kind === 'file' ? meaning.path : '';
	}

	if (style === 'terse') {
		return meaning.kind === 'file' ? meaning.path : (meaning.kind === 'alias' ? `alias ${name}=${quoteSingle(meaning.value)}` : name);
	}

	const isBash = shell.personality.kind === 'bash';
	switch (meaning.kind) {
		case 'alias': {
			return isBash ? `${name} is aliased to \`${meaning.value}'` : `${name} is an alias for ${meaning.value}`;
		}

		case 'keyword': {
			return `${name} is a shell keyword`;
		}

		case 'function': {
			return isBash ? `${name} is a function\n${meaning.text}` : `${name} is a ${shell.personality.kind === 'dash' ? 'shell ' : ''}function`;
		}

		case 'builtin': {
			return `${name} is a ${!isBash && specialBuiltins.has(name) ? 'special ' : ''}shell builtin`;
		}

		case 'file': {
			return isBash && meaning.isHashed ? `${name} is hashed (${meaning.path})` : `${name} is ${meaning.path}`;
		}
	}
}

export function * type(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'afptP');
	if (typeof options === 'number') {
		return options;
	}

	const {flags} = options;
	const style = flags.has('t') ? 'word' : (flags.has('p') || flags.has('P') ? 'path' : 'verbose');
	return yield * describe(shell, options.rest, {style, all: flags.has('a'), filesOnly: flags.has('P')});
}

export function * hash(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'ldtrp:');
	if (typeof options === 'number') {
		return options;
	}

	if (options.flags.has('r')) {
		shell.hashed.clear();
	}

	if (options.rest.length === 0 && options.flags.size === 0) {
		const lines = Array.from(shell.hashed.values(), ({path, hits}) => `${String(hits).padStart(4)}\t${path}\n`);
		return yield * print(shell, lines.length === 0 ? 'hash: hash table empty\n' : `hits\tcommand\n${lines.join('')}`);
	}

	let status = 0;
	for (const name of options.rest) {
		const path = options.values.get('p') ?? findProgram(shell, name);
		if (options.flags.has('d')) {
			shell.hashed.delete(name);
		} else if (path === undefined) {
			yield * complain(shell, `${name}: not found`);
			status = 1;
		} else if (options.flags.has('t')) {
			yield * print(shell, `${path}\n`);
		} else if (!name.includes('/')) {
			shell.hashed.set(name, {path, hits: 0});
		}
	}

	return status;
}
