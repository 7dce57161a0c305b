// The operators of `test`, `[` and `[[ ]]` that ask about files, strings and options. Source: bash manual 6.4, test(1).

import {failed} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import {setOptions} from './options.js';
import type {SetOption} from './options.js';
import {parameterValue} from './parameter-value.js';
import type {Shell} from './shell.js';
import {elementOf} from './variables.js';

export const unaryOperators: ReadonlySet<string> = new Set([...'abcdefghknoprstuvwxzGLNORS'].map(letter => `-${letter}`));

export const binaryOperators: ReadonlySet<string> = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

export function testUnary(shell: Shell, operator: string, operand: string): boolean {
	const {sys} = shell.process;
	switch (operator) {
		case '-z': {
			return operand === '';
		}

		case '-n': {
			return operand !== '';
		}

		case '-t': {
			return /^\d+$/v.test(operand) && sys.isTerminal(Number(operand));
		}

		case '-o': {
			return Object.hasOwn(setOptions, operand) && shell.isSet(operand as SetOption);
		}

		case '-v': {
			return isVariableSet(shell, operand);
		}

		case '-R': {
			return shell.variables.findRaw(operand)?.attributes.has('nameref') ?? false;
		}

		case '-r':
		case '-w':
		case '-x': {
			return !failed(sys.access(operand, {read: operator === '-r', write: operator === '-w', execute: operator === '-x'}));
		}

		default: {
			const attributes = operator === '-h' || operator === '-L' ? sys.lstat(operand) : sys.stat(operand);
			return !failed(attributes) && testAttributes(shell, operator, attributes);
		}
	}
}

function testAttributes(shell: Shell, operator: string, attributes: Attributes): boolean {
	switch (operator) {
		case '-b': return attributes.type === 'block';
		case '-c': return attributes.type === 'char';
		case '-d': return attributes.type === 'directory';
		case '-f': return attributes.type === 'file';
		case '-p': return attributes.type === 'fifo';
		case '-S': return attributes.type === 'socket';
		case '-h':
		case '-L': return attributes.type === 'symlink';
		case '-g': return (attributes.mode & 0o2000) !== 0;
		case '-k': return (attributes.mode & 0o1000) !== 0;
		case '-u': return (attributes.mode & 0o4000) !== 0;
		case '-s': return attributes.sizeBytes > 0;
		case '-G': return attributes.gid === shell.process.sys.credentials().gid;
		case '-O': return attributes.uid === shell.process.sys.credentials().uid;
		case '-N': return attributes.mtimeUs > attributes.atimeUs;
		// -a and -e: it exists.
		default: return true;
	}
}

function isVariableSet(shell: Shell, text: string): boolean {
	const element = /^(?<name>[A-Z_a-z]\w*)\[(?<subscript>.*)\]$/sv.exec(text)?.groups;
	if (element === undefined) {
		const value = parameterValue(shell, text, undefined);
		return value.kind === 'list' ? value.values.length > 0 : value.value !== undefined;
	}

	const variable = shell.variables.find(element['name']!);
	if (variable === undefined) {
		return false;
	}

	const subscript = element['subscript']!;
	return subscript === '@' || subscript === '*' ? variable.indexed.size + variable.associative.size > 0 || variable.scalar !== undefined : elementOf(variable, subscript) !== undefined;
}

/** Comparisons of strings by code units, and of files by age or identity. */
export function testBinary(shell: Shell, operator: string, {left, right}: {readonly left: string; readonly right: string}): boolean {
	switch (operator) {
		case '=':
		case '==': return left === right;
		case '!=': return left !== right;
		case '<': return left < right;
		case '>': return left > right;
		default: return compareFiles(shell, operator, {left, right});
	}
}

function compareFiles(shell: Shell, operator: string, {left, right}: {readonly left: string; readonly right: string}): boolean {
	const one = shell.process.sys.stat(left);
	const other = shell.process.sys.stat(right);
	if (operator === '-ef') {
		return !failed(one) && !failed(other) && one.fs === other.fs && one.node === other.node;
	}

	const [newer, older] = operator === '-nt' ? [one, other] : [other, one];
	return !failed(newer) && (failed(older) || newer.mtimeUs > older.mtimeUs);
}

export function compareIntegers(operator: string, left: bigint, right: bigint): boolean {
	switch (operator) {
		case '-eq': return left === right;
		case '-ne': return left !== right;
		case '-lt': return left < right;
		case '-le': return left <= right;
		case '-gt': return left > right;
		default: return left >= right;
	}
}

export function isIntegerOperator(operator: string): boolean {
	return ['-eq', '-ne', '-lt', '-le', '-gt', '-ge'].includes(operator);
}
