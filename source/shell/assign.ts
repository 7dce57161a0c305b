// Assignments: `name=value`, `name+=value`, `name[subscript]=value`, `name=(...)`.

import {expandArithmetic, expandText, expandWords, subscriptValue} from './expand.js';
import {closingBracket} from './scan.js';
import {abandon, complain} from './shell.js';
import type {ArrayArgument, Doing, Shell} from './shell.js';
import {isArrayValue} from './syntax.js';
import type {Assignment, Word} from './syntax.js';
import {elementOf, nextIndex} from './variables.js';
import type {Variable, VariableFailure} from './variables.js';

/** Performs the assignment. A variable that cannot be written gives up the command line. */
export function * assign(shell: Shell, assignment: Assignment): Doing<void> {
	if (isArrayValue(assignment.value)) {
		yield * assignArray(shell, {name: assignment.name, append: assignment.append, value: assignment.value});
		return;
	}

	const value = yield * expandText(shell, assignment.value, 'assignment');
	yield * assignText(shell, assignment, value);
}

type Target = {readonly name: string; readonly subscript: string | undefined; readonly append: boolean};

/** Assigns text that has been expanded already. */
export function * assignText(shell: Shell, {name, subscript, append}: Target, value: string): Doing<void> {
	const key = yield * subscriptValue(shell, name, subscript);
	const variable = shell.variables.find(name);
	if (key === undefined && variable?.kind === 'associative' && !append) {
		return yield * abandon(shell, `${name}: ${name}: must use subscript when assigning associative array`);
	}

	const before = append ? (variable === undefined ? shell.variables.get(name) : elementOf(variable, key ?? '0')) ?? '' : '';
	const text = yield * combined(shell, variable, {before, value, append});
	const failure = key === undefined ? shell.variables.set(name, text) : shell.variables.setElement(name, key, text);
	if (failure !== undefined) {
		return yield * refuse(shell, {name, subscript}, failure);
	}

	if (shell.isSet('allexport')) {
		shell.variables.declare(name, 'any').attributes.add('exported');
	}
}

/** Integer variables are assigned the value of an expression, and `+=` adds to them. */
function * combined(shell: Shell, variable: Variable | undefined, {before, value, append}: {readonly before: string; readonly value: string; readonly append: boolean}): Doing<string> {
	if (!variable?.attributes.has('integer')) {
		return before + value;
	}

	const right = yield * expandArithmetic(shell, value);
	const left = append ? yield * expandArithmetic(shell, before) : 0n;
	return String(BigInt.asIntN(64, left + right));
}

function * refuse(shell: Shell, {name, subscript}: {readonly name: string; readonly subscript: string | undefined}, failure: VariableFailure): Doing<never> {
	if (failure === 'subscript') {
		return yield * abandon(shell, `${name}[${subscript ?? ''}]: bad array subscript`);
	}

	switch (shell.personality.kind) {
		case 'bash': {
			return yield * abandon(shell, `${name}: readonly variable`);
		}

		case 'dash':
		case 'busybox': {
			return yield * abandon(shell, `${name}: is read only`, {status: 2, isFatal: true});
		}
	}
}

export function * assignArray(shell: Shell, {name, append, value}: ArrayArgument): Doing<number> {
	const isAssociative = shell.variables.find(name)?.kind === 'associative';
	const elements = yield * expandElements(shell, value.elements, isAssociative);
	const variable = shell.variables.setArray(name, isAssociative ? 'associative' : 'indexed', append);
	if (typeof variable === 'string') {
		return yield * refuse(shell, {name, subscript: undefined}, variable);
	}

	let next = append ? nextIndex(variable) : 0;
	for (const {subscript, text, append: joins} of elements) {
		const key = subscript === undefined ? String(next) : subscript;
		const before = joins ? elementOf(variable, key) ?? '' : '';
		const stored = yield * combined(shell, variable, {before, value: text, append: joins});
		const failure = shell.variables.setElement(name, key, stored);
		if (failure !== undefined) {
			yield * complain(shell, `${name}[${key}]: bad array subscript`);
			continue;
		}

		next = isAssociative ? next : Number(key) + 1;
	}

	return 0;
}

type Element = {readonly subscript: string | undefined; readonly text: string; readonly append: boolean};

function * expandElements(shell: Shell, words: readonly Word[], isAssociative: boolean): Doing<readonly Element[]> {
	const elements: Element[] = [];
	let pendingKey: string | undefined;
	for (const word of words) {
		const subscripted = word.text.startsWith('[') ? subscriptedElement(word.text) : undefined;
		if (subscripted !== undefined) {
			const subscript = isAssociative ? yield * expandText(shell, {text: subscripted.subscript}) : String(yield * expandArithmetic(shell, subscripted.subscript));
			elements.push({subscript, text: yield * expandText(shell, {text: subscripted.value}, 'assignment'), append: subscripted.append});
			continue;
		}

		for (const text of yield * expandWords(shell, [word])) {
			if (!isAssociative) {
				elements.push({subscript: undefined, text, append: false});
			} else if (pendingKey === undefined) {
				pendingKey = text;
			} else {
				elements.push({subscript: pendingKey, text, append: false});
				pendingKey = undefined;
			}
		}
	}

	if (pendingKey !== undefined) {
		elements.push({subscript: pendingKey, text: '', append: false});
	}

	return elements;
}

function subscriptedElement(text: string): {readonly subscript: string; readonly append: boolean; readonly value: string} | undefined {
	const close = closingBracket(text, 0);
	const rest = close === -1 ? '' : text.slice(close + 1);
	const append = rest.startsWith('+=');
	return append || rest.startsWith('=') ? {subscript: text.slice(1, close), append, value: rest.slice(append ? 2 : 1)} : undefined;
}

/** `name=value` of an argument of `export`, `declare`, ... taken apart. */
export function parseAssignment(text: string): {readonly name: string; readonly subscript: string | undefined; readonly append: boolean; readonly value: string | undefined} {
	const head = /^(?<name>[^=\[+]*)/v.exec(text)!.groups!['name']!;
	const close = text[head.length] === '[' ? closingBracket(text, head.length) : head.length - 1;
	const subscript = text[head.length] === '[' && close !== -1 ? text.slice(head.length + 1, close) : undefined;
	const rest = text.slice(close + 1);
	const append = rest.startsWith('+=');
	if (!append && !rest.startsWith('=')) {
		return {name: rest === '' ? head : text, subscript, append: false, value: undefined};
	}

	return {name: head, subscript, append, value: rest.slice(append ? 2 : 1)};
}

export function isName(text: string): boolean {
	return /^[A-Z_a-z]\w*$/v.test(text);
}
