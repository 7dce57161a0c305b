// `set` and `shopt`: options of the shell, and the positional parameters.

import {setOptions, supportedSetOptions, optionOfLetter} from '../options.js';
import type {SetOption, ShoptOption} from '../options.js';
import {quoteIfNeeded, quoteSingle} from '../quote.js';
import {Abandoned, complain, print} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {arrayLiteral} from '../declaration.js';
import {functionText} from './function-text.js';
import {readOptions, refuseOption} from './usage.js';

export function * set(shell: Shell, {args}: BuiltinCall): Doing {
	if (args.length === 0) {
		return yield * showAll(shell);
	}

	for (let index = 0; index < args.length; index++) {
		const arg = args[index]!;
		if (arg === '--' || arg === '-' || !/^[+\-]/v.test(arg)) {
			if (arg === '-') {
				shell.options.set.delete('xtrace');
				shell.options.set.delete('verbose');
			}

			const rest = args.slice(arg === '--' || arg === '-' ? index + 1 : index);
			if (arg !== '-' || rest.length > 0) {
				shell.positional = rest;
			}

			return 0;
		}

		const isOn = arg.startsWith('-');
		for (const letter of arg.slice(1)) {
			const status = letter === 'o' ? yield * setNamed(shell, args[++index], isOn) : yield * setLetter(shell, letter, isOn);
			if (status !== 0) {
				return status;
			}
		}
	}

	return 0;
}

function * setLetter(shell: Shell, letter: string, isOn: boolean): Doing {
	const option = optionOfLetter(letter);
	if (option === undefined) {
		const status = yield * refuseOption(shell, `${isOn ? '-' : '+'}${letter}`);
		if (shell.personality.kind !== 'bash') {
			throw new Abandoned(2, true);
		}

		return status;
	}

	return yield * change(shell, option, isOn);
}

function * setNamed(shell: Shell, name: string | undefined, isOn: boolean): Doing {
	if (name === undefined) {
		return yield * showOptions(shell, isOn);
	}

	if (!Object.hasOwn(setOptions, name)) {
		yield * complain(shell, shell.personality.kind === 'bash' ? `${name}: invalid option name` : `Illegal option ${isOn ? '-' : '+'}o ${name}`);
		if (shell.personality.kind !== 'bash') {
			throw new Abandoned(2, true);
		}

		return 2;
	}

	return yield * change(shell, name as SetOption, isOn);
}

function * change(shell: Shell, option: SetOption, isOn: boolean): Doing {
	if (!isOn) {
		shell.options.set.delete(option);
		return 0;
	}

	if (!supportedSetOptions.has(option)) {
		yield * complain(shell, `${option}: option not supported by this shell`);
		return 2;
	}

	shell.options.set.add(option);
	return 0;
}

function * showOptions(shell: Shell, asTable: boolean): Doing {
	const lines = (Object.keys(setOptions) as SetOption[]).map(name => asTable
		? `${name.padEnd(15)}\t${shell.isSet(name) ? 'on' : 'off'}\n`
		: `set ${shell.isSet(name) ? '-' : '+'}o ${name}\n`);
	return yield * print(shell, lines.join(''));
}

function * showAll(shell: Shell): Doing {
	const isBash = shell.personality.kind === 'bash';
	const lines: string[] = [];
	for (const name of shell.variables.names()) {
		const variable = shell.variables.find(name);
		if (variable !== undefined && variable.kind !== 'scalar') {
			lines.push(`${name}=${arrayLiteral(variable)}\n`);
			continue;
		}

		const value = shell.variables.get(name);
		if (value !== undefined) {
			lines.push(`${name}=${isBash ? quoteIfNeeded(value) : quoteSingle(value)}\n`);
		}
	}

	const functions = isBash ? Array.from(shell.functions, ([name, definition]) => `${functionText(name, definition)}\n`) : [];
	return yield * print(shell, lines.join('') + functions.join(''));
}

export function * shopt(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'pqsuo');
	if (typeof options === 'number') {
		return options;
	}

	const {flags, rest} = options;
	if (flags.has('o')) {
		return yield * shoptSet(shell, {flags, rest});
	}

	const names = rest.length > 0 ? rest : [...shell.options.shopt.keys()].filter(name => !flags.has('s') && !flags.has('u') ? true : shell.hasShopt(name) === flags.has('s'));
	let status = 0;
	for (const name of names) {
		const isOn = shell.options.shopt.get(name as ShoptOption);
		if (isOn === undefined) {
			yield * complain(shell, `${name}: invalid shell option name`);
			status = 1;
		} else if (rest.length > 0 && (flags.has('s') || flags.has('u'))) {
			shell.options.shopt.set(name as ShoptOption, flags.has('s'));
		} else {
			status = isOn || rest.length === 0 ? status : 1;
			yield * print(shell, flags.has('q') ? '' : (flags.has('p') ? `shopt -${isOn ? 's' : 'u'} ${name}\n` : `${name.padEnd(15)}\t${isOn ? 'on' : 'off'}\n`));
		}
	}

	return status;
}

function * shoptSet(shell: Shell, {flags, rest}: {readonly flags: ReadonlySet<string>; readonly rest: readonly string[]}): Doing {
	let status = 0;
	for (const name of rest) {
		if (flags.has('s') || flags.has('u')) {
			status = yield * setNamed(shell, name, flags.has('s'));
		} else {
			const isOn = shell.isSet(name as SetOption);
			yield * print(shell, flags.has('q') ? '' : `${name.padEnd(15)}\t${isOn ? 'on' : 'off'}\n`);
			status = isOn ? status : 1;
		}
	}

	return status;
}

