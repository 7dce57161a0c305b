// The built-in functions of awk.
// Simplified: rand() draws from a linear congruential generator of its own, so its numbers are not mawk's; without srand() they
// are the same in every run, as POSIX awk's are.

import {arcTangent2, cosine, exponential, logarithm, sine} from '../../base/elementary-functions.js';
import type {Blocking} from '../standard-io.js';
import {splitBy, splitFields} from './records.js';
import type {AwkHost} from './machine.js';
import type {Expression} from './syntax.js';
import {formatAwk, inputValue, toNumber, type Value} from './values.js';

export function * callBuiltin(host: AwkHost, name: string, args: readonly Expression[]): Blocking<Value> {
	switch (name) {
		case 'length': return yield * length(host, args[0]);
		case 'split': return yield * split(host, args);
		case 'sub':
		case 'gsub': return yield * substitute(host, args, name === 'gsub');
		case 'match': return yield * match(host, args);
		default:
	}

	const values: Value[] = [];
	for (const argument of args) {
		values.push(yield * host.evaluate(argument));
	}

	return yield * callWithValues(host, name, values);
}

function * callWithValues({machine}: AwkHost, name: string, values: readonly Value[]): Blocking<Value> {
	const text = (index: number): string => machine.textOf(values[index]);
	const number = (index: number): number => toNumber(values[index]);
	switch (name) {
		case 'substr': return substring(text(0), number(1), values.length > 2 ? number(2) : undefined);
		case 'index': return [...text(0).slice(0, Math.max(0, text(0).indexOf(text(1))))].length + (text(0).includes(text(1)) && text(1) !== '' ? 1 : 0);
		case 'sprintf': return machine.bounded(formatAwk(text(0), values.slice(1), machine.text('CONVFMT')));
		case 'tolower': return text(0).toLowerCase();
		case 'toupper': return text(0).toUpperCase();
		case 'int': return Math.trunc(number(0));
		case 'sqrt': return Math.sqrt(number(0));
		case 'exp': return exponential(number(0));
		case 'log': return logarithm(number(0));
		case 'sin': return sine(number(0));
		case 'cos': return cosine(number(0));
		case 'atan2': return arcTangent2(number(0), number(1));
		case 'rand': {
			machine.seed = (machine.seed * 48_271) % 2_147_483_647;
			return machine.seed / 2_147_483_647;
		}

		case 'srand': {
			const before = machine.previousSeed;
			machine.previousSeed = values.length === 0 ? machine.process.sys.realTime().seconds : Math.trunc(number(0));
			machine.seed = ((machine.previousSeed % 2_147_483_646) + 2_147_483_646) % 2_147_483_646 + 1;
			return before;
		}

		case 'system': return yield * machine.streams.run(text(0));
		case 'close': return yield * machine.streams.close(text(0));
		case 'fflush': {
			yield * machine.streams.flush();
			return 0;
		}

		default: {
			machine.problem ??= `function ${name} is not modelled`;
			return undefined;
		}
	}
}

function * length(host: AwkHost, argument: Expression | undefined): Blocking<Value> {
	if (argument === undefined) {
		return [...host.machine.field(0)].length;
	}

	if (argument.kind === 'variable') {
		const {array} = host.cell(argument.name);
		if (array !== undefined) {
			return array.size;
		}
	}

	return [...host.machine.textOf(yield * host.evaluate(argument))].length;
}

/** Positions are rounded, and what lies outside the text is cut off. */
function substring(text: string, start: number, count: number | undefined): string {
	const characters = [...text];
	const from = Math.round(start);
	const to = count === undefined ? characters.length + 1 : Math.round(start + count);
	return characters.slice(Math.max(0, from - 1), Math.max(0, to - 1)).join('');
}

function * split(host: AwkHost, args: readonly Expression[]): Blocking<Value> {
	const [source, target, separator] = args;
	if (source === undefined || target?.kind !== 'variable') {
		host.machine.problem ??= 'wrong number of arguments in call to split';
		return undefined;
	}

	const text = host.machine.textOf(yield * host.evaluate(source));
	const array = host.array(target.name);
	let parts: readonly string[];
	if (separator?.kind === 'regex') {
		const regex = host.machine.regex(separator.source);
		parts = regex === undefined || text === '' ? [] : splitBy(text, regex);
	} else {
		parts = splitFields(text, separator === undefined ? host.machine.text('FS') : host.machine.textOf(yield * host.evaluate(separator)));
	}

	array?.clear();
	for (const [index, part] of parts.entries()) {
		host.machine.setElement(array, String(index + 1), inputValue(part));
	}

	return parts.length;
}

function * match(host: AwkHost, args: readonly Expression[]): Blocking<Value> {
	const text = host.machine.textOf(args[0] === undefined ? '' : yield * host.evaluate(args[0]));
	const span = args[1] === undefined ? undefined : (yield * host.regexOf(args[1]))?.find(text)?.[0];
	const start = span === undefined ? 0 : [...text.slice(0, span.start)].length + 1;
	host.machine.setGlobal('RSTART', start);
	host.machine.setGlobal('RLENGTH', span === undefined ? -1 : [...text.slice(span.start, span.end)].length);
	return start;
}

function * substitute(host: AwkHost, args: readonly Expression[], global: boolean): Blocking<Value> {
	const {machine} = host;
	const [pattern, replacement, third] = args;
	const target = third ?? {kind: 'field', index: {kind: 'number', value: 0}} as const;
	if (pattern === undefined || replacement === undefined) {
		machine.problem ??= `wrong number of arguments in call to ${global ? 'gsub' : 'sub'}`;
		return undefined;
	}

	const regex = yield * host.regexOf(pattern);
	const template = machine.textOf(yield * host.evaluate(replacement));
	const text = machine.textOf(yield * host.evaluate(target));
	if (regex === undefined) {
		return 0;
	}

	let result = '';
	let copied = 0;
	let count = 0;
	for (let at = 0; at <= text.length && (global || count === 0);) {
		const span = regex.find(text, at)?.[0];
		if (span === undefined) {
			break;
		}

		const {start, end} = span;
		// An empty match right after the one before does not count.
		if (!(start === end && start === copied && count > 0 && copied > 0)) {
			result = machine.bounded(result + text.slice(copied, start) + fill(template, text.slice(start, end)));
			copied = end;
			count++;
		}

		at = end > start ? end : end + 1;
	}

	if (count > 0 && (target.kind === 'variable' || target.kind === 'field' || target.kind === 'element')) {
		yield * host.assign(target, result + text.slice(copied));
	}

	return count;
}

/** `&` is the matched text, `\&` an ampersand. */
function fill(template: string, matched: string): string {
	return template.replaceAll(/\\([\\\&])|&/gv, (token, escaped?: string) => escaped ?? (token === '&' ? matched : token));
}
