// `printf`: formats of C with `%b`, `%q` and `%(...)T`, used again as long as arguments remain. Source: bash manual 4.2.

import {assignText, isName, parseAssignment} from '../assign.js';
import {quoteBackslash, quoteSingle, unescapeAnsi} from '../quote.js';
import {complain, print} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {strftime} from '../../base/calendar.js';
import {printUsage, readOptions} from './usage.js';

const outputMax = 1_048_576;

type Arguments = {readonly words: readonly string[]; next: number; status: number; readonly complaints: string[]; readonly isDash: boolean};

export function * printf(shell: Shell, {name, args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, shell.personality.kind === 'bash' ? 'v:' : '');
	if (typeof options === 'number') {
		return options;
	}

	const [format, ...words] = options.rest;
	if (format === undefined) {
		return yield * printUsage(shell, name);
	}

	const target = options.values.get('v');
	if (target !== undefined && !isName(parseAssignment(target).name)) {
		yield * complain(shell, `\`${target}': not a valid identifier`);
		return 2;
	}

	const given: Arguments = {words, next: 0, status: 0, complaints: [], isDash: shell.personality.kind === 'dash'};
	let output = '';
	let isStopped: boolean;
	do {
		const before = given.next;
		const pass = formatOnce(shell, format, given);
		output += pass.text;
		isStopped = pass.isStopped || given.next === before;
	} while (!isStopped && given.next < words.length && output.length < outputMax);

	for (const complaint of given.complaints) {
		yield * complain(shell, complaint);
	}

	if (target === undefined) {
		return (yield * print(shell, output)) === 0 ? given.status : 1;
	}

	const {name: variable, subscript} = parseAssignment(target);
	yield * assignText(shell, {name: variable, subscript, append: false}, output);
	return given.status;
}

const directive = /%(?<flags>[\-+ #0']*)(?<width>\*|\d*)(?:\.(?<precision>\*|-?\d*))?(?:[hlLjzt]*)(?:\((?<time>[^\)]*)\)(?=T))?(?<letter>.?)/sv;

function formatOnce(shell: Shell, format: string, given: Arguments): {readonly text: string; readonly isStopped: boolean} {
	let text = '';
	let rest = format;
	for (;;) {
		const percent = rest.indexOf('%');
		const literal = percent === -1 ? rest : rest.slice(0, percent);
		const plain = unescapeAnsi(literal, 'printf');
		text += plain.text;
		if (percent === -1) {
			return {text, isStopped: false};
		}

		const match = directive.exec(rest.slice(percent))!;
		const groups = match.groups!;
		rest = rest.slice(percent + match[0].length);
		if (groups['letter'] === '%') {
			text += '%';
			continue;
		}

		const converted = convert(shell, groups, given);
		if (converted === undefined) {
			given.complaints.push(groups['letter'] === '' ? `\`${match[0]}': missing format character` : `\`${groups['letter']!}': invalid format character`);
			given.status = 1;
			return {text, isStopped: true};
		}

		text += converted.text;
		if (converted.isStopped) {
			return {text, isStopped: true};
		}
	}
}

type Converted = {readonly text: string; readonly isStopped: boolean};

type Shape = {readonly flags: string; readonly width: number; readonly precision: number | undefined};

function convert(shell: Shell, groups: Readonly<Record<string, string | undefined>>, given: Arguments): Converted | undefined {
	const widthText = groups['width'] === '*' ? String(integerOf(takeWord(given), given)) : groups['width'] ?? '';
	const precisionText = groups['precision'] === '*' ? String(integerOf(takeWord(given), given)) : groups['precision'];
	const width = Number(widthText) || 0;
	if (Math.abs(width) > outputMax || Number(precisionText ?? '0') > outputMax) {
		given.complaints.push('warning: width or precision: Numerical result out of range');
		given.status = 1;
		return {text: '', isStopped: true};
	}

	const flags = `${groups['flags'] ?? ''}${width < 0 ? '-' : ''}`;
	const precision = precisionText === undefined || Number(precisionText) < 0 ? undefined : Number(precisionText);
	const shape: Shape = {flags, width: Math.min(Math.abs(width), outputMax), precision};
	const done = (text: string): Converted => ({text, isStopped: false});
	const letter = groups['letter'] ?? '';
	switch (letter) {
		case 's': {
			return done(padText(cut(takeWord(given) ?? '', precision), shape));
		}

		case 'c': {
			return done(padText([...takeWord(given) ?? ''][0] ?? '', shape));
		}

		case 'b': {
			const {text, stopped} = unescapeAnsi(takeWord(given) ?? '', 'echo');
			return {text: padText(cut(text, precision), shape), isStopped: stopped};
		}

		case 'q': {
			return done(padText(quoteBackslash(takeWord(given) ?? ''), shape));
		}

		case 'Q': {
			return done(padText(quoteSingle(takeWord(given) ?? ''), shape));
		}

		case 'T': {
			return done(padText(timeText(shell, groups['time'] ?? '', takeWord(given)), shape));
		}

		case 'd':
		case 'i':
		case 'u':
		case 'o':
		case 'x':
		case 'X': {
			return done(formatInteger(integerOf(takeWord(given), given), letter, shape));
		}

		case 'e':
		case 'E':
		case 'f':
		case 'F':
		case 'g':
		case 'G': {
			return done(formatFloat(floatOf(takeWord(given), given), letter, shape));
		}

		default: {
			return undefined;
		}
	}
}

function takeWord(given: Arguments): string | undefined {
	const word = given.words[given.next];
	if (word !== undefined) {
		given.next++;
	}

	return word;
}

function cut(text: string, precision: number | undefined): string {
	return precision === undefined ? text : [...text].slice(0, precision).join('');
}

function padText(text: string, {flags, width}: Shape): string {
	const missing = width - [...text].length;
	return missing <= 0 ? text : (flags.includes('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text);
}

function integerOf(word: string | undefined, given: Arguments): bigint {
	if (word === undefined || word === '') {
		return 0n;
	}

	if (word.startsWith('\'') || word.startsWith('"')) {
		return BigInt(word.slice(1).codePointAt(0) ?? 0);
	}

	const number = /^\s*(?<sign>[+\-]?)(?<digits>0[Xx][\dA-Fa-f]+|0[0-7]*|[1-9]\d*)/v.exec(word);
	if (number === null || number[0].length !== word.length) {
		given.complaints.push(`${word}: ${given.isDash ? 'expected numeric value' : 'invalid number'}`);
		given.status = 1;
	}

	const digits = number?.groups?.['digits'] ?? '0';
	const magnitude = BigInt(/^0[0-7]+$/v.test(digits) ? `0o${digits.slice(1)}` : digits);
	const value = number?.groups?.['sign'] === '-' ? -magnitude : magnitude;
	if (value > 0xFFFF_FFFF_FFFF_FFFFn || value < -0x8000_0000_0000_0000n) {
		given.complaints.push(`warning: ${word}: Numerical result out of range`);
		return value < 0n ? -0x8000_0000_0000_0000n : 0x7FFF_FFFF_FFFF_FFFFn;
	}

	return value;
}

function formatInteger(value: bigint, letter: string, {flags, width, precision}: Shape): string {
	const isSigned = letter === 'd' || letter === 'i';
	const number = isSigned ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
	const base = letter === 'o' ? 8 : (letter === 'x' || letter === 'X' ? 16 : 10);
	let digits = (number < 0n ? -number : number).toString(base);
	digits = letter === 'X' ? digits.toUpperCase() : digits;
	digits = precision === undefined ? digits : (precision === 0 && number === 0n ? '' : digits.padStart(precision, '0'));
	const sign = number < 0n ? '-' : (isSigned && flags.includes('+') ? '+' : (isSigned && flags.includes(' ') ? ' ' : ''));
	const prefix = flags.includes('#') && number !== 0n ? (base === 16 ? `0${letter}` : (base === 8 && !digits.startsWith('0') ? '0' : '')) : '';
	if (flags.includes('0') && !flags.includes('-') && precision === undefined) {
		digits = digits.padStart(width - sign.length - prefix.length, '0');
	}

	return padText(sign + prefix + digits, {flags, width, precision});
}

function floatOf(word: string | undefined, given: Arguments): number {
	if (word === undefined || word === '') {
		return 0;
	}

	if (word.startsWith('\'') || word.startsWith('"')) {
		return word.slice(1).codePointAt(0) ?? 0;
	}

	const number = /^\s*[+\-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+\-]?\d+)?|^\s*[+\-]?(?:inf(?:inity)?|nan)/iv.exec(word);
	if (number === null || number[0].length !== word.length) {
		given.complaints.push(`${word}: ${given.isDash ? 'expected numeric value' : 'invalid number'}`);
		given.status = 1;
	}

	const text = (number?.[0] ?? '0').trim().toLowerCase();
	return /inf/v.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : (/nan/v.test(text) ? Number.NaN : Number(text));
}

/** Simplified: bash computes with 80-bit long doubles, this with 64-bit doubles. */
function formatFloat(value: number, letter: string, {flags, width, precision}: Shape): string {
	const digits = Math.min(precision ?? 6, 100);
	const magnitude = Math.abs(value);
	let text: string;
	if (!Number.isFinite(value)) {
		text = Number.isNaN(value) ? 'nan' : 'inf';
	} else if (letter === 'f' || letter === 'F') {
		text = magnitude.toFixed(digits);
	} else if (letter === 'e' || letter === 'E') {
		text = exponent(magnitude.toExponential(digits));
	} else {
		text = general(magnitude, digits === 0 ? 1 : digits, flags.includes('#'));
	}

	text = letter === letter.toUpperCase() ? text.toUpperCase() : text;
	const sign = value < 0 || Object.is(value, -0) ? '-' : (flags.includes('+') ? '+' : (flags.includes(' ') ? ' ' : ''));
	if (flags.includes('0') && !flags.includes('-') && Number.isFinite(value)) {
		text = text.padStart(width - sign.length, '0');
	}

	return padText(sign + text, {flags, width, precision});
}

/** C writes at least two digits of exponent. */
function exponent(text: string): string {
	return text.replace(/e(?<sign>[+\-])(?<digits>\d)$/v, 'e$<sign>0$<digits>');
}

function general(magnitude: number, digits: number, keepsZeros: boolean): string {
	const scientific = magnitude.toExponential(digits - 1);
	const power = Number(scientific.slice(scientific.indexOf('e') + 1));
	const text = power < -4 || power >= digits ? exponent(scientific) : magnitude.toFixed(Math.max(digits - 1 - power, 0));
	if (keepsZeros || !text.includes('.')) {
		return text;
	}

	return text.replace(/\.?0+(?=e|$)/v, '');
}

function timeText(shell: Shell, format: string, word: string | undefined): string {
	const now = shell.process.sys.realTime().seconds;
	const seconds = word === undefined || word === '-1' ? now : (word === '-2' ? now - Math.floor((shell.process.sys.now() - shell.startNs) / 1e9) : Number(word) || 0);
	return strftime(format === '' ? '%X' : format, {seconds, nanoseconds: 0});
}
