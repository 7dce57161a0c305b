// Go's fmt package, as far as templates use it: print, println, printf, and what `{{.}}` writes.
// Source: Go fmt/print.go and fmt/format.go.

import {quote} from './quote.js';
import {sortedEntries, typeOf, type GoValue} from './value.js';

/** `%v`. */
export function valueText(value: GoValue, nested = false): string {
	switch (typeof value) {
		case 'undefined': {
			return '<nil>';
		}

		case 'string': {
			return value;
		}

		case 'boolean':
		case 'bigint': {
			return String(value);
		}

		case 'number': {
			return floatText(value);
		}

		default: {
			break;
		}
	}

	switch (value.kind) {
		case 'slice': {
			return `[${value.items.map(item => valueText(item, true)).join(' ')}]`;
		}

		case 'map': {
			return `map[${sortedEntries(value).map(([name, item]) => `${name}:${valueText(item, true)}`).join(' ')}]`;
		}

		case 'struct': {
			// Simplified: Go prints the address of a pointer inside another value; ours has none and prints one that cannot be real.
			return nested && value.type.startsWith('*') ? '0xc000000000' : `{${value.fields().map(([, item]) => valueText(item, true)).join(' ')}}`;
		}

		case 'nil-pointer': {
			return '<nil>';
		}

		case 'number-text': {
			return value.text;
		}
	}
}

/** Shortest digits that read back the same; exponent form below 1e-4 and from 1e21 on. */
export function floatText(value: number): string {
	if (Number.isNaN(value)) {
		return 'NaN';
	}

	if (!Number.isFinite(value)) {
		return value > 0 ? '+Inf' : '-Inf';
	}

	const text = String(value);
	const [mantissa, exponent] = text.split('e');
	if (exponent !== undefined) {
		return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
	}

	if (value !== 0 && Math.abs(value) < 1e-4) {
		return exponential(value);
	}

	return text;
}

function exponential(value: number): string {
	const [mantissa, exponent = '+0'] = value.toExponential().split('e');
	return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** fmt.Sprint: spaces only between operands of which neither is a string. */
export function sprint(values: readonly GoValue[]): string {
	return values.map((value, index) => {
		const spaced = index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string';
		return (spaced ? ' ' : '') + valueText(value);
	}).join('');
}

/** fmt.Sprintln: spaces between all operands, and a newline. */
export function sprintln(values: readonly GoValue[]): string {
	return `${values.map(value => valueText(value)).join(' ')}\n`;
}

type Directive = {readonly flags: string; readonly width: number; readonly precision: number | undefined; readonly verb: string};

/** fmt.Sprintf. */
export function sprintf(format: string, values: readonly GoValue[]): string {
	let used = 0;
	const text = format.replace(/%([\+\-# 0]*)(\d*)(?:\.(\d*))?(.?)/gvs, (_whole: string, flags: string, width: string, precision: string | undefined, verb: string) => {
		if (verb === '%') {
			return '%';
		}

		if (verb === '') {
			return '%!(NOVERB)';
		}

		if (used >= values.length) {
			return `%!${verb}(MISSING)`;
		}

		const directive = {flags, width: Math.min(Number(width || '0'), 1000), precision: precision === undefined ? undefined : Math.min(Number(precision || '0'), 100), verb};
		return directed(directive, values[used++]);
	});
	const extra = values.slice(used);
	return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.map(value => `${typeOf(value)}=${valueText(value)}`).join(', ')})`;
}

function directed(directive: Directive, value: GoValue): string {
	const body = directedBody(directive, value) ?? `%!${directive.verb}(${value === undefined ? '<nil>' : `${typeOf(value)}=${valueText(value)}`})`;
	const missing = directive.width - [...body].length;
	if (missing <= 0) {
		return body;
	}

	if (directive.flags.includes('-')) {
		return body + ' '.repeat(missing);
	}

	if (directive.flags.includes('0') && (typeof value === 'bigint' || typeof value === 'number')) {
		const sign = /^[\+\-]/v.test(body) ? body[0]! : '';
		return sign + '0'.repeat(missing) + body.slice(sign.length);
	}

	return ' '.repeat(missing) + body;
}

function directedBody(directive: Directive, value: GoValue): string | undefined {
	const {verb, precision, flags} = directive;
	if (verb === 'T') {
		return typeOf(value);
	}

	if (typeof value === 'object' && value.kind === 'number-text') {
		return directedBody(directive, value.text);
	}

	if (typeof value === 'object' && value.kind === 'slice' && verb !== 'v') {
		return `[${value.items.map(item => directed({...directive, width: 0}, item)).join(' ')}]`;
	}

	if (verb === 'v') {
		return valueText(value);
	}

	switch (typeof value) {
		case 'string': {
			return stringVerb(verb, precision === undefined ? value : [...value].slice(0, precision).join(''), value);
		}

		case 'boolean': {
			return verb === 't' ? String(value) : undefined;
		}

		case 'bigint': {
			return integerVerb(verb, value, flags);
		}

		case 'number': {
			return floatVerb(verb, value, precision);
		}

		default: {
			return verb === 's' && value !== undefined ? valueText(value) : undefined;
		}
	}
}

function stringVerb(verb: string, text: string, whole: string): string | undefined {
	switch (verb) {
		case 's': {
			return text;
		}

		case 'q': {
			return quote(text);
		}

		case 'x':
		case 'X': {
			const digits = Array.from(new TextEncoder().encode(whole), byte => byte.toString(16).padStart(2, '0')).join('');
			return verb === 'x' ? digits : digits.toUpperCase();
		}

		default: {
			return undefined;
		}
	}
}

const radixes: Readonly<Record<string, number>> = {d: 10, x: 16, X: 16, o: 8, b: 2};

function integerVerb(verb: string, value: bigint, flags: string): string | undefined {
	if (verb === 'c') {
		return String.fromCodePoint(Number(value));
	}

	const radix = Object.hasOwn(radixes, verb) ? radixes[verb] : undefined;
	if (radix === undefined) {
		return undefined;
	}

	const digits = value.toString(radix);
	return (flags.includes('+') && value >= 0n ? '+' : '') + (verb === 'X' ? digits.toUpperCase() : digits);
}

function floatVerb(verb: string, value: number, precision: number | undefined): string | undefined {
	switch (verb) {
		case 'f':
		case 'F': {
			return value.toFixed(precision ?? 6);
		}

		case 'e': {
			const [mantissa, exponent = '+0'] = value.toExponential(precision ?? 6).split('e');
			return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
		}

		case 'g': {
			return precision === undefined ? floatText(value) : String(Number(value.toPrecision(Math.max(precision, 1))));
		}

		default: {
			return undefined;
		}
	}
}
