// Small builtins: `alias`, `unalias`, `getopts`, `umask`, `times`, `history`, `help`.

import {compareText} from '../../base/bytes.js';
import {quoteSingle} from '../quote.js';
import {Abandoned, complain, print, writeText} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {minutes, startTime} from '../time.js';
import {printUsage, readOptions, usageOf} from './usage.js';

export function * alias(shell: Shell, {args}: BuiltinCall): Doing {
	const isBash = shell.personality.kind === 'bash';
	const line = (name: string): string => `${isBash ? 'alias ' : ''}${name}=${quoteSingle(shell.aliases.get(name)!)}\n`;
	const words = args[0] === '-p' ? args.slice(1) : args;
	if (words.length === 0) {
		return yield * print(shell, [...shell.aliases.keys()].sort(compareText).map(name => line(name)).join(''));
	}

	let status = 0;
	for (const word of words) {
		const equals = word.indexOf('=', 1);
		if (equals !== -1) {
			shell.aliases.set(word.slice(0, equals), word.slice(equals + 1));
		} else if (shell.aliases.has(word)) {
			yield * print(shell, line(word));
		} else {
			yield * complain(shell, `${word}: not found`);
			status = 1;
		}
	}

	return status;
}

export function * unalias(shell: Shell, {name, args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'a');
	if (typeof options === 'number') {
		return options;
	}

	if (options.flags.has('a')) {
		shell.aliases.clear();
		return 0;
	}

	if (options.rest.length === 0) {
		return yield * printUsage(shell, name);
	}

	let status = 0;
	for (const word of options.rest) {
		if (!shell.aliases.delete(word)) {
			yield * (shell.personality.kind === 'dash' ? writeText(shell, 2, `unalias: ${word} not found\n`) : complain(shell, `${word}: not found`));
			status = 1;
		}
	}

	return status;
}

export function * getopts(shell: Shell, {name, args}: BuiltinCall): Doing {
	const [letters, variable, ...given] = args;
	if (letters === undefined || variable === undefined) {
		return yield * printUsage(shell, name);
	}

	const words = args.length > 2 ? given : shell.positional;
	const isSilent = letters.startsWith(':');
	const index = Number(shell.variables.get('OPTIND') ?? '1') || 1;
	shell.optionOffset = index === shell.optionIndex ? shell.optionOffset : 0;
	const finish = (state: {readonly option: string; readonly argument: string | undefined; readonly next: number; readonly offset: number}): void => {
		shell.variables.set(variable, state.option);
		if (state.argument === undefined) {
			shell.variables.unset('OPTARG');
		} else {
			shell.variables.set('OPTARG', state.argument);
		}

		shell.variables.set('OPTIND', String(state.next));
		shell.optionIndex = state.next;
		shell.optionOffset = state.offset;
	};

	const word = words[index - 1];
	if (word === undefined || !word.startsWith('-') || word === '-' || word === '--') {
		finish({option: '?', argument: undefined, next: word === '--' ? index + 1 : index, offset: 0});
		return 1;
	}

	const at = Math.max(shell.optionOffset, 1);
	const letter = word[at]!;
	const place = letter === ':' ? -1 : letters.indexOf(letter);
	const isLast = at + 1 >= word.length;
	const next = {next: isLast ? index + 1 : index, offset: isLast ? 0 : at + 1};
	const showsErrors = !isSilent && (shell.variables.get('OPTERR') ?? '1') !== '0';
	const before = shell.command;
	shell.command = undefined;
	if (place === -1) {
		if (showsErrors) {
			yield * writeText(shell, 2, shell.personality.kind === 'dash' ? `Illegal option -${letter}\n` : `${shell.name}: illegal option -- ${letter}\n`);
		}

		finish({option: '?', argument: isSilent ? letter : undefined, ...next});
	} else if (letters[place + 1] !== ':') {
		finish({option: letter, argument: undefined, ...next});
	} else if (!isLast || words[index] !== undefined) {
		finish({option: letter, argument: isLast ? words[index]! : word.slice(at + 1), next: isLast ? index + 2 : index + 1, offset: 0});
	} else {
		if (showsErrors) {
			yield * writeText(shell, 2, shell.personality.kind === 'dash' ? `No arg for -${letter} option\n` : `${shell.name}: option requires an argument -- ${letter}\n`);
		}

		finish({option: isSilent ? ':' : '?', argument: isSilent ? letter : undefined, next: index + 1, offset: 0});
	}

	shell.command = before;
	return 0;
}

export function * umask(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'pS');
	if (typeof options === 'number') {
		return options;
	}

	const {sys} = shell.process;
	const [operand] = options.rest;
	const mask = sys.umask();
	if (operand === undefined) {
		const text = options.flags.has('S') ? symbolicMask(mask) : mask.toString(8).padStart(4, '0');
		return yield * print(shell, `${options.flags.has('p') ? `umask ${options.flags.has('S') ? '-S ' : ''}` : ''}${text}\n`);
	}

	const wanted = /^[0-7]{1,4}$/v.test(operand) ? Number.parseInt(operand, 8) : parseSymbolicMask(mask, operand);
	if (wanted === undefined) {
		yield * complain(shell, /^\d/v.test(operand) ? `${operand}: octal number out of range` : `\`${operand[0]!}': invalid symbolic mode operator`);
		return 1;
	}

	sys.umask(wanted);
	return 0;
}

function symbolicMask(mask: number): string {
	const allowed = ~mask & 0o777;
	return ['u', 'g', 'o'].map((who, index) => {
		const bits = (allowed >> (6 - 3 * index)) & 7;
		return `${who}=${(bits & 4) === 0 ? '' : 'r'}${(bits & 2) === 0 ? '' : 'w'}${(bits & 1) === 0 ? '' : 'x'}`;
	}).join(',');
}

function parseSymbolicMask(mask: number, text: string): number | undefined {
	let allowed = ~mask & 0o777;
	for (const clause of text.split(',')) {
		const groups = /^(?<who>[ugoa]*)(?<operator>[=+\-])(?<permissions>[rwx]*)$/v.exec(clause)?.groups;
		if (groups === undefined) {
			return undefined;
		}

		const who = groups['who'] === '' || groups['who']!.includes('a') ? 'ugo' : groups['who']!;
		const bits = (groups['permissions']!.includes('r') ? 4 : 0) | (groups['permissions']!.includes('w') ? 2 : 0) | (groups['permissions']!.includes('x') ? 1 : 0);
		for (const letter of who) {
			const shift = letter === 'u' ? 6 : (letter === 'g' ? 3 : 0);
			const cleared = groups['operator'] === '=' ? allowed & ~(7 << shift) : allowed;
			allowed = groups['operator'] === '-' ? cleared & ~(bits << shift) : cleared | (bits << shift);
		}
	}

	return ~allowed & 0o777;
}

export function * times(shell: Shell): Doing {
	const now = startTime(shell);
	return yield * print(shell, `${minutes(now.userNs)} ${minutes(now.systemNs)}\n${minutes(now.childUserNs)} ${minutes(now.childSystemNs)}\n`);
}

export function * history(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'cd:s');
	if (typeof options === 'number') {
		return options;
	}

	const {flags, values, rest} = options;
	if (flags.has('c')) {
		shell.history = [];
		return 0;
	}

	const offset = values.get('d');
	if (offset !== undefined) {
		const index = Number(offset) < 0 ? shell.history.length + Number(offset) : Number(offset) - 1;
		if (shell.history[index] === undefined) {
			yield * complain(shell, `${offset}: history position out of range`);
			return 1;
		}

		shell.history.splice(index, 1);
		return 0;
	}

	if (flags.has('s')) {
		shell.history.push(rest.join(' '));
		return 0;
	}

	if (rest[0] !== undefined && !/^\d+$/v.test(rest[0])) {
		yield * complain(shell, `${rest[0]}: numeric argument required`);
		throw new Abandoned(1, false);
	}

	const first = rest[0] === undefined ? 0 : Math.max(shell.history.length - Number(rest[0]), 0);
	return yield * print(shell, shell.history.slice(first).map((line, index) => `${String(first + index + 1).padStart(5)}  ${line}\n`).join(''));
}

export function * help(shell: Shell, {args}: BuiltinCall): Doing {
	const names = args[0] === '-s' || args[0] === '-d' || args[0] === '-m' ? args.slice(1) : args;
	if (names.length === 0) {
		const all = [...shell.engine.builtins.keys()].sort(compareText).map(name => ` ${usageOf(name) ?? name}\n`);
		return yield * print(shell, `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.  Type \`help' to see this list.\nType \`help name' to find out more about the function \`name'.\n\n${all.join('')}`);
	}

	let status = 0;
	for (const name of names) {
		if (shell.engine.builtins.has(name)) {
			yield * print(shell, `${name}: ${usageOf(name) ?? name}\n`);
		} else {
			yield * complain(shell, `no help topics match \`${name}'.  Try \`help help' or \`man -k ${name}' or \`info ${name}'.`);
			status = 1;
		}
	}

	return status;
}
