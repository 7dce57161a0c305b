// seq(1): prints numbers from first to last. Whole numbers are exact to 64 bits and more; others are counted in steps, so that
// errors do not add up.

import {formatFloat, formatInteger, parseFormat} from '../base/printf.js';
import {step} from '../model/kernel/blocking.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	format: {short: 'f', long: 'format', value: 'FORMAT', help: 'use printf style floating-point FORMAT', only: 'gnu'},
	separator: {short: 's', long: 'separator', value: 'STRING', help: 'use STRING to separate numbers (default: \\n)'},
	equalWidth: {short: 'w', long: 'equal-width', help: 'equalize width by padding with leading zeroes'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'seq', usage: ['[OPTION]... LAST', '[OPTION]... FIRST LAST', '[OPTION]... FIRST INCREMENT LAST'], summary: 'Print numbers from FIRST to LAST, in steps of INCREMENT.', options, negativeOperands: true, stopAtOperand: true,
};

export const seq = tool(command, function * (t) {
	if (t.operands.length === 0 || t.operands.length > 3) {
		return yield * t.usageError(t.operands.length === 0 ? 'missing operand' : `extra operand '${t.operands[3]!}'`, undefined);
	}

	for (const operand of t.operands) {
		if (!/^\s*[+\-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?$|^[+\-]?inf(?:inity)?$/v.test(operand)) {
			return yield * t.isGnu ? t.usageError(`invalid floating point argument: '${operand}'`) : t.complain(`invalid number '${operand}'`);
		}
	}

	const last = t.operands.at(-1)!;
	const first = t.operands.length > 1 ? t.operands[0]! : '1';
	const increment = t.operands.length > 2 ? t.operands[1]! : '1';
	if (Number(increment) === 0 && t.isGnu) {
		return yield * t.usageError(`invalid Zero increment value: '${increment}'`);
	}

	const separator = t.value('separator') ?? '\n';
	const whole = [first, increment].every(text => /^[+\-]?\d+$/v.test(text)) && /^[+\-]?(?:\d+|inf(?:inity)?)$/v.test(last) && !t.has('format');
	return yield * whole ? countWhole(t, {first, increment, last, separator}) : countDecimal(t, {first, increment, last, separator});
});

/** Formatting a number costs some tenths of a step: counted, so that counting to a thousand million ends the command in time. */
const numbersPerStep = 8;

type Numbers = {readonly first: string; readonly increment: string; readonly last: string; readonly separator: string};

function * countWhole(t: Tool<Name>, {first, increment, last, separator}: Numbers): Blocking<number> {
	const by = BigInt(increment.replace(/^\+/v, ''));
	const end = last.includes('inf') ? undefined : BigInt(last.replace(/^\+/v, ''));
	const width = t.has('equalWidth') ? Math.max(first.replace(/^\+/v, '').length, last.replace(/^\+/v, '').length) : 0;
	let printed = 0;
	for (let number = BigInt(first.replace(/^\+/v, '')); (end === undefined || (by > 0n ? number <= end : number >= end)) && t.out.failed === undefined; number += by) {
		yield * t.print((printed++ === 0 ? '' : separator) + formatInteger({flags: '0', width, conversion: 'd'}, number));
		if (printed % numbersPerStep === 0) {
			yield step;
		}

		if (by === 0n && number === end) {
			yield step;
		}
	}

	yield * t.print(printed === 0 ? '' : '\n');
	return 0;
}

function decimals(text: string): number {
	const match = /\.(\d*)(?:[eE]|$)/v.exec(text);
	const exponent = Number(/[eE]([+\-]?\d+)$/v.exec(text)?.[1] ?? 0);
	return Math.max(0, (match?.[1] ?? '').length - exponent);
}

function * countDecimal(t: Tool<Name>, {first, increment, last, separator}: Numbers): Blocking<number> {
	const precision = Math.max(decimals(first), decimals(increment));
	const parts = parseFormat(t.value('format') ?? '');
	const directives = parts.flatMap(part => part.kind === 'directive' ? [part] : []);
	const format = t.value('format');
	if (format !== undefined && directives.length !== 1) {
		return yield * t.usageError(directives.length === 0 ? `format '${format}' has no % directive` : `format '${format}' has too many % directives`);
	}

	if (directives[0] !== undefined && !/^[eEfFgG]$/v.test(directives[0].conversion)) {
		return yield * t.usageError(`format '${format!}' has unknown %${directives[0].conversion} directive`);
	}

	const [from, by, to] = [Number(first), Number(increment), Number(last.replace(/inf.*/v, 'Infinity'))];
	const show = (value: number, width: number): string => format === undefined
		? formatFloat({flags: '0', width, precision, conversion: 'f'}, value)
		: parts.map(part => part.kind === 'text' ? part.text : formatFloat({...part, width: part.width === '*' ? undefined : part.width, precision: part.precision === '*' ? undefined : part.precision}, value)).join('');
	const width = t.has('equalWidth') ? Math.max(show(from, 0).length, show(to, 0).length) : 0;
	let printed = 0;
	for (; t.out.failed === undefined; printed++) {
		const value = from + printed * by;
		// One past the end may round to the end itself, as GNU seq also considers.
		if ((by > 0 ? value > to : value < to) && Number(show(value, 0)) !== to) {
			break;
		}

		yield * t.print((printed === 0 ? '' : separator) + show(value, width));
		if (printed % numbersPerStep === numbersPerStep - 1) {
			yield step;
		}
	}

	yield * t.print(printed === 0 ? '' : '\n');
	return 0;
}
