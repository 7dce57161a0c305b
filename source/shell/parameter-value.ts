// What a parameter stands for: variables, elements of arrays, positional and special parameters.

import {optionLetters} from './options.js';
import type {Shell} from './shell.js';
import {elementOf, elementsOf} from './variables.js';

export type ParameterValue =
	| {readonly kind: 'scalar'; readonly value: string | undefined}
	/** `$@`, `$*` and `${array[@]}`; `star` for the forms with `*`. */
	| {readonly kind: 'list'; readonly values: readonly string[]; readonly star: boolean; /** Positional parameters are sliced counting from `$0`. */ readonly positional: boolean};

export function scalar(value: string | undefined): ParameterValue {
	return {kind: 'scalar', value};
}

/** `subscript` has been evaluated: `@`, `*`, a number, or a key. */
export function parameterValue(shell: Shell, name: string, subscript: string | undefined): ParameterValue {
	if (name === '@' || name === '*') {
		return {kind: 'list', values: shell.positional, star: name === '*', positional: true};
	}

	if (/^[A-Z_a-z]/v.test(name)) {
		return variableValue(shell, name, subscript);
	}

	return scalar(specialValue(shell, name));
}

function variableValue(shell: Shell, name: string, subscript: string | undefined): ParameterValue {
	const isList = subscript === '@' || subscript === '*';
	const computed = computedArray(shell, name);
	if (computed !== undefined) {
		return isList ? {kind: 'list', values: computed, star: subscript === '*', positional: false} : scalar(computed.at(Number(subscript ?? '0')));
	}

	if (subscript === undefined) {
		return scalar(name === '_' ? shell.lastArgument : shell.variables.get(name));
	}

	const variable = shell.variables.find(name);
	if (!isList) {
		return scalar(variable === undefined ? (subscript === '0' ? shell.variables.get(name) : undefined) : elementOf(variable, subscript));
	}

	const dynamic = shell.variables.dynamic.get(name)?.get();
	const values = variable === undefined ? (dynamic === undefined ? [] : [dynamic]) : elementsOf(variable).map(([, value]) => value);
	return {kind: 'list', values, star: subscript === '*', positional: false};
}

/** Arrays that the shell keeps for its own purposes. */
export function computedArray(shell: Shell, name: string): readonly string[] | undefined {
	if (shell.personality.kind !== 'bash') {
		return undefined;
	}

	switch (name) {
		case 'PIPESTATUS': {
			return shell.pipeStatus.map(String);
		}

		case 'FUNCNAME': {
			return shell.frames.length === 0 ? [] : [...shell.frames.map(frame => frame.name).toReversed(), ...shell.source === 'script' ? ['main'] : []];
		}

		case 'BASH_LINENO': {
			return [...shell.frames.map(frame => String(frame.line)).toReversed(), ...shell.source === 'script' ? ['0'] : []];
		}

		case 'BASH_SOURCE': {
			return shell.source === 'script' ? [shell.name, ...shell.frames.map(() => shell.name)] : shell.frames.map(() => shell.source === 'text' ? 'environment' : 'main');
		}

		case 'DIRSTACK': {
			return [shell.variables.get('PWD') ?? '', ...shell.directoryStack];
		}

		case 'GROUPS': {
			const {gid, groups} = shell.process.sys.credentials();
			return [...new Set([gid, ...groups])].map(String);
		}

		default: {
			return undefined;
		}
	}
}

function specialValue(shell: Shell, name: string): string | undefined {
	switch (name) {
		case '#': {
			return String(shell.positional.length);
		}

		case '?': {
			return String(shell.status);
		}

		case '$': {
			return String(shell.pid);
		}

		case '!': {
			return shell.lastBackground === undefined ? undefined : String(shell.lastBackground);
		}

		case '-': {
			return optionLetters(shell.options, shell.source === 'text' && shell.personality.kind === 'bash' ? 'c' : (shell.source === 'input' ? 's' : ''), shell.isInteractive);
		}

		case '0': {
			return shell.name;
		}

		default: {
			return shell.positional[Number(name) - 1];
		}
	}
}
