// Parameter expansion: from `${...}` to the pieces of a word. Operands are words in their own right, which the caller expands.

import {ArithmeticError} from './arithmetic.js';
import {arrayLiteral, assignmentOf, attributeFlags} from './declaration.js';
import {fieldBreak, joinSegments, plain, splitting} from './field.js';
import type {Segment} from './field.js';
import {changeCase, removePart, replacePart, sliceRange, transformValue} from './parameter-operation.js';
import {parseParameter} from './parameter-syntax.js';
import type {Parameter, ParameterOperation} from './parameter-syntax.js';
import {computedArray, parameterValue, scalar} from './parameter-value.js';
import type {ParameterValue} from './parameter-value.js';
import type {PatternOptions} from './pattern.js';
import {decodePrompt} from './prompt.js';
import {quoteSingle} from './quote.js';
import {abandon} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {elementsOf} from './variables.js';

/** How the operands of an expansion are expanded. */
export type Expander = {
	segments(shell: Shell, text: string, quoted: boolean): Doing<readonly Segment[]>;
	text(shell: Shell, text: string): Doing<string>;
	pattern(shell: Shell, text: string, quoted: boolean): Doing<string>;
	arithmetic(shell: Shell, text: string): Doing<bigint>;
};

export type Expansion = {readonly shell: Shell; readonly expander: Expander; readonly quoted: boolean; /** As it stands in the source, for messages. */ readonly source: string};

export function * expandParameter(expansion: Expansion): Doing<readonly Segment[]> {
	const {shell, source, quoted} = expansion;
	const parsed = parseParameter(source);
	if (parsed === 'bad') {
		return yield * badSubstitution(expansion);
	}

	const parameter = parsed.isIndirect ? yield * indirect(expansion, parsed) : parsed;
	if (Array.isArray(parameter)) {
		return emit(shell, {kind: 'list', values: parameter as readonly string[], star: parsed.subscript === '*' || (parsed.operation?.kind === 'names' && !parsed.operation.separate), positional: false}, quoted);
	}

	const target = parameter as Parameter;
	const subscript = yield * evaluateSubscript(expansion.shell, target, expansion.expander);
	const value = parameterValue(shell, target.name, subscript);
	if (target.operation?.kind === 'default') {
		return yield * applyDefault(expansion, {value, name: nameText(target), subscript, parameter: target}, target.operation);
	}

	if (target.isLength) {
		yield * checkBound(expansion, value, target);
		const length = value.kind === 'list' ? value.values.length : [...value.value ?? ''].length;
		return emit(shell, scalar(String(length)), quoted);
	}

	if (target.operation === undefined || target.operation.kind !== 'transform' || value.kind === 'list') {
		yield * checkBound(expansion, value, target);
	}

	return emit(shell, yield * applyOperation(expansion, value, {...target, subscript}), quoted);
}

function nameText({name, subscript}: Parameter): string {
	return subscript === undefined ? name : `${name}[${subscript}]`;
}

function * badSubstitution({shell, source}: Expansion): Doing<never> {
	switch (shell.personality.kind) {
		case 'bash': {
			return yield * abandon(shell, `\${${source}}: bad substitution`);
		}

		case 'dash': {
			return yield * abandon(shell, 'Bad substitution', {status: 2, isFatal: true});
		}

		case 'busybox': {
			return yield * abandon(shell, 'syntax error: bad substitution', {status: 2, isFatal: true});
		}
	}
}

/** A subscript's text becomes a number, or a key of an associative array. */
export function * evaluateSubscript(shell: Shell, {name, subscript}: {readonly name: string; readonly subscript: string | undefined}, expander: Expander): Doing<string | undefined> {
	if (subscript === undefined || subscript === '@' || subscript === '*') {
		return subscript;
	}

	if (shell.variables.find(name)?.kind === 'associative') {
		return yield * expander.text(shell, subscript);
	}

	return String(yield * expander.arithmetic(shell, subscript));
}

/** `${!name}`: another parameter; `${!name[@]}` and `${!prefix*}`: a list. */
function * indirect(expansion: Expansion, parameter: Parameter): Doing<Parameter | readonly string[]> {
	const {shell, expander} = expansion;
	if (parameter.operation?.kind === 'names') {
		return shell.variables.names().filter(name => name.startsWith(parameter.name));
	}

	if (parameter.subscript === '@' || parameter.subscript === '*') {
		const computed = computedArray(shell, parameter.name);
		const variable = shell.variables.find(parameter.name);
		return computed?.map((_, index) => String(index)) ?? (variable === undefined ? [] : elementsOf(variable).map(([subscript]) => subscript));
	}

	const raw = shell.variables.findRaw(parameter.name);
	if (raw?.attributes.has('nameref')) {
		return [raw.scalar ?? ''];
	}

	const subscript = yield * evaluateSubscript(shell, parameter, expander);
	const reference = parameterValue(shell, parameter.name, subscript);
	const text = reference.kind === 'scalar' ? reference.value : reference.values.join(' ');
	if (text === undefined) {
		return yield * abandon(shell, `${parameter.name}: invalid indirect expansion`);
	}

	const target = parseParameter(text);
	if (target === 'bad' || target.operation !== undefined || target.isLength) {
		return yield * abandon(shell, `${text}: invalid variable name`);
	}

	return {...target, operation: parameter.operation};
}

function * checkBound({shell}: Expansion, value: ParameterValue, parameter: Parameter): Doing<void> {
	if (!shell.isSet('nounset') || value.kind === 'list' || value.value !== undefined) {
		return;
	}

	yield * unbound(shell, {text: /^\d+$/v.test(parameter.name) ? `$${parameter.name}` : nameText(parameter), name: parameter.name, isLength: parameter.isLength});
}

/** The error of `set -u`. */
function * unbound(shell: Shell, {text, name, isLength}: {readonly text: string; readonly name: string; readonly isLength: boolean}): Doing<never> {
	if (shell.personality.kind === 'bash') {
		return yield * abandon(shell, `${text}: unbound variable`, {status: shell.source === 'text' && !isLength ? 127 : 1, isFatal: true});
	}

	return yield * abandon(shell, `${name}: parameter not set`, {status: 2, isFatal: true});
}

type DefaultTarget = {readonly value: ParameterValue; readonly name: string; readonly subscript: string | undefined; readonly parameter: Parameter};

function * applyDefault(expansion: Expansion, target: DefaultTarget, operation: ParameterOperation & {readonly kind: 'default'}): Doing<readonly Segment[]> {
	const {shell, expander, quoted} = expansion;
	const {value} = target;
	const isMissing = value.kind === 'scalar'
		? value.value === undefined || (operation.orEmpty && value.value === '')
		: value.values.length === 0 || (operation.orEmpty && value.values.join('') === '');
	if (operation.operator === '+') {
		return isMissing ? emit(shell, scalar(''), quoted) : yield * expander.segments(shell, operation.operand, quoted);
	}

	if (!isMissing) {
		return emit(shell, value, quoted);
	}

	switch (operation.operator) {
		case '-': {
			return yield * expander.segments(shell, operation.operand, quoted);
		}

		case '=': {
			const text = joinSegments(yield * expander.segments(shell, operation.operand, true));
			if (!/^[A-Z_a-z]/v.test(target.parameter.name)) {
				return yield * abandon(shell, `$${target.parameter.name}: cannot assign in this way`);
			}

			const failure = target.subscript === undefined ? shell.variables.set(target.parameter.name, text) : shell.variables.setElement(target.parameter.name, target.subscript, text);
			if (failure !== undefined) {
				return yield * abandon(shell, `${target.name}: ${failure === 'readonly' ? 'readonly variable' : 'bad array subscript'}`);
			}

			return emit(shell, scalar(text), quoted);
		}

		case '?': {
			const text = joinSegments(yield * expander.segments(shell, operation.operand, true));
			const standard = shell.personality.kind === 'bash' ? `parameter ${operation.orEmpty ? 'null or ' : ''}not set` : `parameter not set${operation.orEmpty ? ' or null' : ''}`;
			return yield * abandon(shell, `${target.name}: ${text === '' ? standard : text}`, {status: shell.personality.kind === 'bash' ? 127 : 2, isFatal: true});
		}
	}
}

function * applyOperation(expansion: Expansion, value: ParameterValue, parameter: Parameter): Doing<ParameterValue> {
	const {operation} = parameter;
	if (operation === undefined) {
		return value;
	}

	switch (operation.kind) {
		case 'default':
		case 'names': {
			return value;
		}

		case 'slice': {
			return yield * applySlice(expansion, value, operation);
		}

		case 'transform': {
			return transform(expansion.shell, value, parameter, operation.letter);
		}

		default: {
			const change = yield * changer(expansion, operation);
			return value.kind === 'scalar' ? scalar(change(value.value ?? '')) : {...value, values: value.values.map(text => change(text))};
		}
	}
}

/** The function that a pattern operation is on one value. */
function * changer({shell, expander, quoted}: Expansion, operation: ParameterOperation & {readonly kind: 'remove' | 'replace' | 'case'}): Doing<(value: string) => string> {
	const options: PatternOptions = {extended: shell.hasShopt('extglob'), ignoreCase: shell.hasShopt('nocasematch')};
	const pattern = yield * expander.pattern(shell, operation.pattern, quoted && operation.kind !== 'replace');
	switch (operation.kind) {
		case 'remove': {
			return value => removePart(value, operation, pattern, {...options, ignoreCase: false});
		}

		case 'case': {
			return value => changeCase(value, operation, pattern, options);
		}

		case 'replace': {
			const segments = yield * expander.segments(shell, operation.replacement, false);
			const usesMatch = shell.hasShopt('patsub_replacement');
			const replacement = (match: string): string => segments.map(segment => segment.joiner ?? (segment.quoted || !usesMatch ? segment.text : substituteMatch(segment.text, match))).join('');
			return value => replacePart(value, {where: operation.where, pattern, replacement, options});
		}
	}
}

function substituteMatch(text: string, match: string): string {
	return text.replace(/\\?&/gv, found => found === '&' ? match : '&');
}

function * applySlice({shell, expander, source}: Expansion, value: ParameterValue, operation: ParameterOperation & {readonly kind: 'slice'}): Doing<ParameterValue> {
	const offset = yield * expander.arithmetic(shell, operation.offset);
	const length = operation.length === undefined ? undefined : yield * expander.arithmetic(shell, operation.length);
	if (value.kind === 'scalar') {
		const characters = [...value.value ?? ''];
		const range = sliceRange(characters.length, offset, length);
		return range === undefined
			? yield * abandon(shell, `${operation.length}: substring expression < 0`)
			: scalar(characters.slice(range.from, range.to).join(''));
	}

	// Positional parameters count from 1; 0 is the shell's name.
	const values = value.positional ? [shell.name, ...value.values] : value.values;
	if (length !== undefined && length < 0n) {
		return yield * abandon(shell, `${operation.length ?? source}: substring expression < 0`);
	}

	const range = sliceRange(values.length, offset, length);
	return {...value, positional: false, values: range === undefined ? [] : values.slice(range.from, range.to)};
}

function transform(shell: Shell, value: ParameterValue, {name, subscript}: Parameter, letter: string): ParameterValue {
	const variable = shell.variables.find(name);
	if (letter === 'a') {
		return scalar(variable === undefined ? '' : attributeFlags(variable));
	}

	if (letter === 'A') {
		return scalar(variable === undefined ? '' : assignmentOf(name, variable));
	}

	if (letter === 'K' || letter === 'k') {
		return variable !== undefined && (subscript === '@' || subscript === '*') ? scalar(arrayLiteral(variable).slice(1, -1).replaceAll(/\[(?<key>[^\]]*)\]=/gv, '$<key> ').trim()) : transformEach(value, text => quoteSingle(text));
	}

	return transformEach(value, text => letter === 'P' ? decodePrompt(shell, text) : transformValue(text, letter));
}

function transformEach(value: ParameterValue, change: (text: string) => string): ParameterValue {
	return value.kind === 'list' ? {...value, values: value.values.map(text => change(text))} : scalar(value.value === undefined ? '' : change(value.value));
}

/** A value as pieces of a word. */
export function emit(shell: Shell, value: ParameterValue, quoted: boolean): readonly Segment[] {
	if (value.kind === 'scalar') {
		return [quoted ? plain(value.value ?? '', true) : splitting(value.value ?? '')];
	}

	const joiner = value.star ? starJoiner(shell) : ' ';
	if (quoted && value.star) {
		return [plain(value.values.join(joiner), true)];
	}

	return value.values.flatMap((text, index) => [...index === 0 ? [] : [fieldBreak(joiner)], quoted ? plain(text, true) : splitting(text)]);
}

function starJoiner(shell: Shell): string {
	const ifs = shell.variables.get('IFS');
	return ifs === undefined ? ' ' : ifs.slice(0, 1);
}

export function isArithmeticError(error: unknown): error is ArithmeticError {
	return error instanceof ArithmeticError;
}
