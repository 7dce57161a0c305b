// The formatting of printf(3): directives such as `%-8.3f`, exact for every number a double or a 64-bit integer can hold, and the
// backslash escapes of printf(1), echo(1) and awk. Used by every program that has a format argument.

import {bytesFromText, characterOfByte, textFromBytes} from './byte-text.js';

export type Directive = {
	readonly flags: string;
	/** `*` takes it from the arguments. */
	readonly width: number | '*' | undefined;
	readonly precision: number | '*' | undefined;
	readonly conversion: string;
	/** As written, for error messages. */
	readonly source: string;
};

export type FormatPart = {readonly kind: 'text'; readonly text: string} | ({readonly kind: 'directive'} & Directive);

const maxWidth = 65_536;

/** Cuts a format into literal text and directives; `%%` is text. A lone `%` at the end is a directive without conversion. */
export function parseFormat(format: string): readonly FormatPart[] {
	const parts: FormatPart[] = [];
	let at = 0;
	while (at < format.length) {
		const percent = format.indexOf('%', at);
		if (percent !== at) {
			parts.push({kind: 'text', text: format.slice(at, percent < 0 ? undefined : percent)});
		}

		if (percent < 0) {
			break;
		}

		if (format[percent + 1] === '%') {
			parts.push({kind: 'text', text: '%'});
			at = percent + 2;
			continue;
		}

		const match = /^%([\-+ #0']*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q|j|z|t)?(.?)/sv.exec(format.slice(percent))!;
		parts.push({
			kind: 'directive', flags: match[1]!, width: size(match[2]), precision: match[3] === '' ? 0 : size(match[3]), conversion: match[4]!, source: match[0],
		});
		at = percent + match[0].length;
	}

	return parts;
}

function size(text: string | undefined): number | '*' | undefined {
	return text === undefined || text === '*' ? text as '*' | undefined : Math.min(Number(text), maxWidth);
}

/** A directive whose `*` have been filled in. */
export type FilledDirective = {readonly flags: string; readonly width?: number | undefined; readonly precision?: number | undefined; readonly conversion: string};

function pad(body: string, directive: FilledDirective, zeros: boolean): string {
	const width = Math.min(Math.abs(directive.width ?? 0), maxWidth);
	if (body.length >= width) {
		return body;
	}

	if (directive.flags.includes('-') || (directive.width ?? 0) < 0) {
		return body.padEnd(width);
	}

	if (!zeros || !directive.flags.includes('0')) {
		return body.padStart(width);
	}

	const prefix = /^[+\- ]?(?:0[xX])?/v.exec(body)![0];
	return prefix + body.slice(prefix.length).padStart(width - prefix.length, '0');
}

export function formatString(directive: FilledDirective, text: string): string {
	return pad(directive.precision === undefined ? text : [...text].slice(0, directive.precision).join(''), directive, false);
}

/** `%d %i %o %u %x %X`; unsigned conversions of negative numbers wrap to 64 bits. */
export function formatInteger(directive: FilledDirective, value: bigint): string {
	const {conversion, flags, precision} = directive;
	const signed = conversion === 'd' || conversion === 'i';
	const magnitude = signed ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
	const radix = conversion === 'o' ? 8 : (conversion === 'x' || conversion === 'X' ? 16 : 10);
	let digits = precision === 0 && magnitude === 0n ? '' : magnitude.toString(radix).padStart(Math.min(precision ?? 1, maxWidth), '0');
	if (flags.includes('#') && radix === 8 && !digits.startsWith('0')) {
		digits = `0${digits}`;
	}

	if (flags.includes('#') && radix === 16 && magnitude !== 0n) {
		digits = `0x${digits}`;
	}

	const sign = signed ? signOf(value < 0n, flags) : '';
	const body = sign + (conversion === 'X' ? digits.toUpperCase() : digits);
	return pad(body, directive, precision === undefined);
}

function signOf(negative: boolean, flags: string): string {
	return negative ? '-' : (flags.includes('+') ? '+' : (flags.includes(' ') ? ' ' : ''));
}

/** `%e %E %f %F %g %G`, rounded half to even from the exact value, as glibc does. */
export function formatFloat(directive: FilledDirective, value: number): string {
	const {conversion, flags} = directive;
	const upper = conversion === conversion.toUpperCase();
	const sign = signOf(value < 0 || Object.is(value, -0), flags);
	if (!Number.isFinite(value)) {
		const name = Number.isNaN(value) ? 'nan' : 'inf';
		return pad(sign + (upper ? name.toUpperCase() : name), directive, false);
	}

	const magnitude = Math.abs(value);
	const precision = Math.min(directive.precision ?? 6, 1100);
	const point = flags.includes('#');
	const body = conversion === 'f' || conversion === 'F'
		? fixed(magnitude, precision, point)
		: (conversion === 'e' || conversion === 'E' ? scientific(magnitude, precision, point) : general(magnitude, precision, point));
	return pad(sign + (upper ? body.toUpperCase() : body), directive, true);
}

/** magnitude x 10^power, rounded half to even to an integer. */
function scaled(magnitude: number, power: number): bigint {
	if (magnitude === 0) {
		return 0n;
	}

	const bits = new DataView(new ArrayBuffer(8));
	bits.setFloat64(0, magnitude);
	const raw = bits.getBigUint64(0);
	const biased = Number(raw >> 52n) & 0x7FF;
	const fraction = raw & 0xF_FFFF_FFFF_FFFFn;
	let numerator = biased === 0 ? fraction : fraction | 0x10_0000_0000_0000n;
	let denominator = 1n;
	const exponent = (biased === 0 ? 1 : biased) - 1075;
	if (exponent >= 0) {
		numerator <<= BigInt(exponent);
	} else {
		denominator <<= BigInt(-exponent);
	}

	if (power >= 0) {
		numerator *= 10n ** BigInt(power);
	} else {
		denominator *= 10n ** BigInt(-power);
	}

	const quotient = numerator / denominator;
	const twice = (numerator % denominator) * 2n;
	return quotient + (twice > denominator || (twice === denominator && (quotient & 1n) === 1n) ? 1n : 0n);
}

function fixed(magnitude: number, precision: number, point: boolean): string {
	const digits = scaled(magnitude, precision).toString().padStart(precision + 1, '0');
	const whole = digits.slice(0, digits.length - precision);
	return precision === 0 ? whole + (point ? '.' : '') : `${whole}.${digits.slice(-precision)}`;
}

/** `precision` + 1 significant digits and the exponent of the first one. */
function significant(magnitude: number, precision: number): {readonly digits: string; readonly exponent: number} {
	if (magnitude === 0) {
		return {digits: '0'.repeat(precision + 1), exponent: 0};
	}

	let exponent = Number(magnitude.toExponential().split('e')[1]);
	let digits = scaled(magnitude, precision - exponent).toString();
	if (digits.length > precision + 1) {
		exponent++;
		digits = scaled(magnitude, precision - exponent).toString();
	}

	return {digits, exponent};
}

function scientific(magnitude: number, precision: number, point: boolean): string {
	const {digits, exponent} = significant(magnitude, precision);
	const tail = precision === 0 ? (point ? '.' : '') : `.${digits.slice(1)}`;
	return `${digits[0]!}${tail}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function general(magnitude: number, precision: number, point: boolean): string {
	const count = precision === 0 ? 1 : precision;
	const {exponent} = significant(magnitude, count - 1);
	const text = exponent < -4 || exponent >= count ? scientific(magnitude, count - 1, point) : fixed(magnitude, count - 1 - exponent, point);
	return point || !text.includes('.') ? text : text.replace(/\.?0+(?=e|$)/v, '');
}

export type EscapeRules = {
	/** Octal escapes are written `\0nnn` (echo -e, printf %b) rather than `\nnn`. */
	readonly octal: 'zero' | 'plain' | 'both';
};

const simpleEscapes: Readonly<Record<string, string>> = {
	'a': '\u0007', 'b': '\b', 'e': '\u001B', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\', '"': '"',
};

/** Replaces backslash escapes; `\c` ends the output, which `stopped` tells. Bytes that form UTF-8 become its characters. */
export function interpretEscapes(text: string, rules: EscapeRules): {readonly text: string; readonly stopped: boolean} {
	let result = '';
	let at = 0;
	while (at < text.length) {
		const backslash = text.indexOf('\\', at);
		if (backslash < 0 || backslash === text.length - 1) {
			break;
		}

		result += text.slice(at, backslash);
		const rest = text.slice(backslash + 1);
		const letter = rest[0]!;
		if (letter === 'c') {
			return {text: joinBytes(result), stopped: true};
		}

		const match = numericEscape(rest, rules);
		if (match !== undefined) {
			result += match.text;
			at = backslash + 1 + match.length;
			continue;
		}

		result += simpleEscapes[letter] !== undefined && (letter !== '"' || rules.octal === 'plain') ? simpleEscapes[letter] : `\\${letter}`;
		at = backslash + 2;
	}

	return {text: joinBytes(result + text.slice(at)), stopped: false};
}

/** Escaped bytes that together are UTF-8 become the character they encode. */
function joinBytes(text: string): string {
	return text.isWellFormed() ? text : textFromBytes(bytesFromText(text));
}

function numericEscape(rest: string, rules: EscapeRules): {readonly text: string; readonly length: number} | undefined {
	const hex = /^x([\dA-Fa-f]{1,2})/v.exec(rest);
	if (hex !== null) {
		return {text: characterOfByte(Number.parseInt(hex[1]!, 16)), length: hex[0].length};
	}

	const unicode = /^(?:u([\dA-Fa-f]{1,4})|U([\dA-Fa-f]{1,8}))/v.exec(rest);
	if (unicode !== null) {
		const code = Number.parseInt(unicode[1] ?? unicode[2]!, 16);
		return {text: code <= 0x10_FFFF ? String.fromCodePoint(code) : '', length: unicode[0].length};
	}

	const octal = (rules.octal === 'zero' ? /^0([0-7]{0,3})/v : (rules.octal === 'plain' ? /^([0-7]{1,3})/v : /^(0[0-7]{0,3}|[1-7][0-7]{0,2})/v)).exec(rest);
	return octal === null ? undefined : {text: characterOfByte(Number.parseInt(octal[1] === '' ? '0' : octal[1]!, 8) & 0xFF), length: octal[0].length};
}
