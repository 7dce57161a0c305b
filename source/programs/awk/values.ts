// Values of awk: numbers, strings, and input that looks like a number and is compared as one.

import {characterOfByte} from '../../base/byte-text.js';
import {formatFloat, formatInteger, formatString, parseFormat} from '../../base/printf.js';
import {compilePosixRegex, type PosixRegex} from '../../base/posix-regex.js';

/** Input (fields, getline, -v, ARGV) that looks numeric. */
export type NumericText = {readonly text: string; readonly number: number};

/** `undefined` is a variable that was never set: both 0 and the empty string. */
export type Value = number | string | NumericText | undefined;

/** A variable: a scalar, an array, or neither yet. */
export type Cell = {
	value: Value;
	array: Map<string, Value> | undefined;
	/** A parameter that was passed an unset variable: if it becomes an array, so does that. */
	readonly origin?: Cell | undefined;
};

const numberPattern = /^[ \t\n\r\f\v]*[+\-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?/v;

export function toNumber(value: Value): number {
	if (typeof value === 'number') {
		return value;
	}

	if (typeof value === 'object') {
		return value.number;
	}

	const match = value === undefined ? null : numberPattern.exec(value);
	return match === null ? 0 : Number(match[0]);
}

/** Whole numbers are shown as such, others by CONVFMT or OFMT. */
export function toText(value: Value, format: string): string {
	if (typeof value === 'string') {
		return value;
	}

	if (typeof value === 'object') {
		return value.text;
	}

	if (value === undefined) {
		return '';
	}

	if (Number.isInteger(value) && Math.abs(value) < 1e18) {
		return String(BigInt(value));
	}

	return Number.isNaN(value) ? (Object.is(value, -0) ? '-nan' : 'nan') : formatAwk(format, [value], '%.6g');
}

export function toBoolean(value: Value): boolean {
	return typeof value === 'number' ? value !== 0 : (typeof value === 'object' ? value.number !== 0 : value !== undefined && value !== '');
}

/** Input as a value: a number too if all of it looks like one. */
export function inputValue(text: string): Value {
	const match = numberPattern.exec(text);
	return match !== null && /^[ \t\n\r\f\v]*$/v.test(text.slice(match[0].length)) ? {text, number: Number(match[0])} : text;
}

/** Compared as numbers if neither is a proper string. */
export function compareValues(left: Value, right: Value, format: string): number {
	if (typeof left !== 'string' && typeof right !== 'string') {
		return toNumber(left) - toNumber(right);
	}

	const [a, b] = [toText(left, format), toText(right, format)];
	return a < b ? -1 : (a > b ? 1 : 0);
}

/** printf and sprintf. */
export function formatAwk(format: string, args: readonly Value[], convfmt: string): string {
	let next = 0;
	let result = '';
	for (const part of parseFormat(format)) {
		if (part.kind === 'text') {
			result += part.text;
			continue;
		}

		const width = part.width === '*' ? Math.trunc(toNumber(args[next++])) : part.width;
		const precision = part.precision === '*' ? Math.trunc(toNumber(args[next++])) : part.precision;
		const filled = {flags: part.flags, width, precision, conversion: part.conversion};
		if (part.conversion === '') {
			result += part.source;
			continue;
		}

		const argument = args[next++];
		switch (part.conversion) {
			case 'd':
			case 'i':
			case 'o':
			case 'x':
			case 'X':
			case 'u': {
				const number = toNumber(argument);
				result += Number.isFinite(number) ? formatInteger(filled, BigInt(Math.trunc(number))) : formatFloat({...filled, conversion: 'f'}, number);
				break;
			}

			case 'e':
			case 'E':
			case 'f':
			case 'F':
			case 'g':
			case 'G': {
				result += formatFloat(filled, toNumber(argument));
				break;
			}

			case 'c': {
				result += formatString({...filled, precision: undefined}, typeof argument === 'number' ? characterOf(argument) : [...toText(argument, convfmt)][0] ?? '');
				break;
			}

			case 's': {
				result += formatString(filled, toText(argument, convfmt));
				break;
			}

			default: {
				result += part.source;
			}
		}
	}

	return result;
}

/** mawk works on bytes: a number is one of them. */
function characterOf(code: number): string {
	return characterOfByte(Math.trunc(code) & 0xFF);
}

const compiled = new Map<string, PosixRegex | {readonly error: string}>();
const cacheMax = 200;

/** A regular expression as awk writes it: backslashes are escapes inside brackets too. */
export function awkRegex(source: string): PosixRegex | {readonly error: string} {
	let regex = compiled.get(source);
	if (regex === undefined) {
		if (compiled.size >= cacheMax) {
			compiled.clear();
		}

		regex = compilePosixRegex(translate(source), {extended: true, ignoreCase: false});
		compiled.set(source, regex);
	}

	return regex;
}

const controls: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\u0007', b: '\b'};

function translate(source: string): string {
	return source.replaceAll(/\[\^?\]?(?:\[:[a-z]+:\]|\\[\s\S]|[^\]\\])*\]|\\[\s\S]/gv, token => {
		if (!token.startsWith('[')) {
			const letter = token[1]!;
			return controls[letter] ?? (letter === 'y' ? String.raw`\b` : (/[A-Za-z0-9"\/\&]/v.test(letter) && !/[wWsSB<>]/v.test(letter) ? letter : token));
		}

		const negated = token.startsWith('[^');
		let front = '';
		let back = '';
		const inside = token.slice(negated ? 2 : 1, -1).replaceAll(/\\([\s\S])/gv, (_, letter: string) => {
			const character = controls[letter] ?? letter;
			front += character === ']' ? ']' : '';
			back += character === '-' || character === '^' ? character : '';
			return character === ']' || character === '-' || character === '^' ? '' : character;
		});
		return `[${negated ? '^' : ''}${front}${inside}${[...back].sort().reverse().join('')}]`;
	});
}
