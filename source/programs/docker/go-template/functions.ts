// The functions that templates can call: those of text/template, and those that docker adds.
// Source: Go text/template/funcs.go; docker/cli templates/templates.go.

import {writeJson, marshal} from '../go/json.js';
import {sprint, sprintf, sprintln, valueText} from './print.js';
import {goStrings, jsonOf, typeOf, type GoKind, type GoMap, type GoValue} from './value.js';

/** Thrown by a function whose arguments do not suit it; the executor turns it into the template's error. */
export class FunctionFault extends Error {}

export type TemplateFunction = {
	/** Kinds of the parameters; `rest` takes any number more. */
	readonly parameters: readonly GoKind[];
	readonly rest?: GoKind;
	readonly call: (values: readonly GoValue[]) => GoValue;
};

function fail(message: string): never {
	throw new FunctionFault(message);
}

/** False, 0, "", nil, and empty slices and maps are not true. */
export function isTrue(value: GoValue): boolean {
	switch (typeof value) {
		case 'undefined': {
			return false;
		}

		case 'boolean': {
			return value;
		}

		case 'string': {
			return value !== '';
		}

		case 'bigint': {
			return value !== 0n;
		}

		case 'number': {
			return value !== 0;
		}

		default: {
			switch (value.kind) {
				case 'slice': {
					return value.items.length > 0;
				}

				case 'map': {
					return value.entries.size > 0;
				}

				case 'nil-pointer': {
					return false;
				}

				case 'struct': {
					return true;
				}

				case 'number-text': {
					return value.text !== '';
				}
			}
		}
	}
}

const anyNumber = {parameters: [], rest: 'any'} as const;

function length(value: GoValue): bigint {
	if (typeof value === 'string') {
		return BigInt(new TextEncoder().encode(value).length);
	}

	if (typeof value === 'object' && value.kind === 'slice') {
		return BigInt(value.items.length);
	}

	if (typeof value === 'object' && value.kind === 'map') {
		return BigInt(value.entries.size);
	}

	if (value === undefined || (typeof value === 'object' && value.kind === 'nil-pointer')) {
		return fail('len of nil pointer');
	}

	return fail(`len of type ${typeOf(value)}`);
}

function indexed(values: readonly GoValue[]): GoValue {
	let item = values[0];
	if (item === undefined) {
		return fail('index of untyped nil');
	}

	for (const index of values.slice(1)) {
		item = indexedOnce(item, index);
	}

	return item;
}

function indexedOnce(item: GoValue, index: GoValue): GoValue {
	if (typeof item === 'object' && item.kind === 'map') {
		if (typeof index !== 'string') {
			return fail(index === undefined ? 'value is nil; should be of type string' : `value has type ${typeOf(index)}; should be string`);
		}

		return item.entries.has(index) ? item.entries.get(index) : zeroElement(item);
	}

	const isSlice = typeof item === 'object' && item.kind === 'slice';
	if (!isSlice && typeof item !== 'string') {
		return fail(item === undefined || (typeof item === 'object' && item.kind === 'nil-pointer') ? 'index of nil pointer' : `can't index item of type ${typeOf(item)}`);
	}

	if (typeof index !== 'bigint') {
		return fail(index === undefined ? 'cannot index slice/array with nil' : `cannot index slice/array with type ${typeOf(index)}`);
	}

	const bytes = isSlice ? undefined : new TextEncoder().encode(item as string);
	const size = isSlice ? item.items.length : bytes!.length;
	if (index < 0n || index >= BigInt(size)) {
		return fail(`index out of range: ${index}`);
	}

	return isSlice ? item.items[Number(index)] : BigInt(bytes![Number(index)]!);
}

function zeroElement(map: GoMap): GoValue {
	const element = map.type.replace(/^map\[string\]/v, '');
	switch (element) {
		case 'string': {
			return '';
		}

		case 'int': {
			return 0n;
		}

		case 'bool': {
			return false;
		}

		default: {
			return element.startsWith('[]') ? {kind: 'slice', type: element, items: [], isNil: true} : (element === 'interface {}' ? undefined : {kind: 'nil-pointer', type: `*${element.replace(/^\*/v, '')}`});
		}
	}
}

function sliced(values: readonly GoValue[]): GoValue {
	const [item, ...bounds] = values;
	const numbers = bounds.map(bound => typeof bound === 'bigint' ? Number(bound) : fail(`cannot index slice/array with type ${typeOf(bound)}`));
	if (numbers.length > 3) {
		return fail(`too many slice indexes: ${numbers.length}`);
	}

	const isSlice = typeof item === 'object' && item.kind === 'slice';
	if (!isSlice && typeof item !== 'string') {
		return fail(item === undefined ? 'slice of untyped nil' : `can't slice item of type ${typeOf(item)}`);
	}

	const bytes = isSlice ? undefined : new TextEncoder().encode(item as string);
	const size = isSlice ? item.items.length : bytes!.length;
	const from = numbers[0] ?? 0;
	const to = numbers[1] ?? size;
	const outside = [from, to].find(bound => bound < 0 || bound > size);
	if (outside !== undefined) {
		return fail(`index out of range: ${outside}`);
	}

	if (from > to) {
		return fail(`invalid slice index: ${from} > ${to}`);
	}

	return isSlice ? {...item, items: item.items.slice(from, to)} : new TextDecoder().decode(bytes!.subarray(from, to));
}

type BasicKind = 'bool' | 'int' | 'float' | 'string';

function basicKind(value: GoValue): BasicKind | undefined {
	switch (typeof value) {
		case 'boolean': {
			return 'bool';
		}

		case 'bigint': {
			return 'int';
		}

		case 'number': {
			return 'float';
		}

		case 'string': {
			return 'string';
		}

		default: {
			return typeof value === 'object' && value.kind === 'number-text' ? 'string' : undefined;
		}
	}
}

function basicValue(value: GoValue): boolean | bigint | number | string {
	return typeof value === 'object' && value.kind === 'number-text' ? value.text : value as boolean | bigint | number | string;
}

function equal(a: GoValue, b: GoValue): boolean {
	const kindA = basicKind(a);
	const kindB = basicKind(b);
	if (kindA === undefined || kindB === undefined) {
		const nilA = isNil(a);
		const nilB = isNil(b);
		if (a === undefined || b === undefined) {
			return nilA && nilB;
		}

		return fail(`non-comparable type ${valueText(kindA === undefined ? a : b)}: ${typeOf(kindA === undefined ? a : b)}`);
	}

	return kindA === kindB ? basicValue(a) === basicValue(b) : fail('incompatible types for comparison');
}

function isNil(value: GoValue): boolean {
	return value === undefined || (typeof value === 'object' && (value.kind === 'nil-pointer' || ((value.kind === 'slice' || value.kind === 'map') && value.isNil)));
}

function lessThan(a: GoValue, b: GoValue): boolean {
	const kind = basicKind(a);
	if (kind === undefined || basicKind(b) === undefined || kind === 'bool') {
		return fail('invalid type for comparison');
	}

	return kind === basicKind(b) ? basicValue(a) < basicValue(b) : fail('incompatible types for comparison');
}

const pair = {parameters: ['any', 'any']} as const;

/** `and` and `or` are not here: they do not evaluate all their arguments (exec.ts). */
export const builtins: Readonly<Record<string, TemplateFunction>> = {
	len: {parameters: ['any'], call: ([value]) => length(value)},
	index: {parameters: ['any'], rest: 'any', call: indexed},
	slice: {parameters: ['any'], rest: 'any', call: sliced},
	not: {parameters: ['any'], call: ([value]) => !isTrue(value)},
	print: {...anyNumber, call: sprint},
	println: {...anyNumber, call: sprintln},
	printf: {parameters: ['string'], rest: 'any', call: ([format, ...values]) => sprintf(format as string, values)},
	html: {...anyNumber, call: values => sprint(values).replace(/[<>\&'"\u0000]/gv, char => htmlEscapes[char] ?? char)},
	urlquery: {...anyNumber, call: values => encodeURIComponent(sprint(values)).replaceAll('%20', '+')},
	js: {...anyNumber, call: values => sprint(values).replace(/['"\\<>\&=\n\r\t]/gv, char => jsEscapes[char] ?? char)},
	eq: {
		parameters: ['any'], rest: 'any', call([first, ...others]) {
			return others.length === 0 ? fail('missing argument for comparison') : others.some(other => equal(first, other));
		},
	},
	ne: {...pair, call: ([a, b]) => !equal(a, b)},
	lt: {...pair, call: ([a, b]) => lessThan(a, b)},
	le: {...pair, call: ([a, b]) => lessThan(a, b) || equal(a, b)},
	gt: {...pair, call: ([a, b]) => !lessThan(a, b) && !equal(a, b)},
	ge: {...pair, call: ([a, b]) => !lessThan(a, b)},
};

const htmlEscapes: Readonly<Record<string, string>> = {'<': '&lt;', '>': '&gt;', '&': '&amp;', '\'': '&#39;', '"': '&#34;', '\u0000': '\uFFFD'};
const jsEscapes: Readonly<Record<string, string>> = {
	'\'': String.raw`\'`, '"': String.raw`\"`, '\\': String.raw`\\`, '<': String.raw`\u003C`, '>': String.raw`\u003E`, '&': String.raw`\u0026`, '=': String.raw`\u003D`, '\n': String.raw`\u000A`, '\r': String.raw`\u000D`, '\t': String.raw`\u0009`,
};

/** The text of `{{json .}}`: an Encoder without HTML escapes, but what marshals itself (formatter contexts) has escaped already. */
export function jsonText(value: GoValue): string {
	const json = jsonOf(value);
	return typeof value === 'object' && value.kind === 'struct' && value.type.startsWith('*formatter.') ? marshal(json) : writeJson(json, {escapeHtml: false});
}

function joined([elements, separator]: readonly GoValue[]): string {
	if (elements === undefined) {
		return '';
	}

	if (typeof elements === 'object' && elements.kind === 'slice') {
		return elements.items.map(item => valueText(item)).join(separator as string);
	}

	if (typeof elements === 'object' && elements.kind === 'map') {
		return [...elements.entries.values()].map(item => valueText(item)).join(separator as string);
	}

	return fail(`expected slice, got ${typeOf(elements)}`);
}

function padded([text, prefix, suffix]: readonly GoValue[]): string {
	return text === '' ? '' : ' '.repeat(count(prefix)) + String(text) + ' '.repeat(count(suffix));
}

function count(value: GoValue): number {
	const number = Number(value as bigint);
	return number < 0 || number > 100_000 ? fail('strings: negative Repeat count') : number;
}

function truncated([text, limit]: readonly GoValue[]): string {
	// A character is at most two units long.
	const runes = [...(text as string).slice(0, 2 * count(limit) + 2)];
	return runes.length < Number(limit as bigint) ? text as string : runes.slice(0, count(limit)).join('');
}

/** What docker adds for `--format`. */
export const dockerFunctions: Readonly<Record<string, TemplateFunction>> = {
	json: {parameters: ['any'], call: ([value]) => jsonText(value)},
	split: {parameters: ['string', 'string'], call: ([text, separator]) => goStrings(separator === '' ? [...text as string] : (text as string).split(separator as string))},
	join: {parameters: ['any', 'string'], call: joined},
	title: {parameters: ['string'], call: ([text]) => (text as string).replace(/(?<![\p{L}\p{Nd}_'])\p{L}/gv, letter => letter.toUpperCase())},
	lower: {parameters: ['string'], call: ([text]) => (text as string).toLowerCase()},
	upper: {parameters: ['string'], call: ([text]) => (text as string).toUpperCase()},
	pad: {parameters: ['string', 'int', 'int'], call: padded},
	truncate: {parameters: ['string', 'int'], call: truncated},
};

const unchanged = ([text]: readonly GoValue[]) => text;

/** The same names for the header line of a table, where they must not change the column's title. */
export const headerFunctions: Readonly<Record<string, TemplateFunction>> = {
	json: {parameters: ['string'], call: unchanged},
	split: {parameters: ['string', 'string'], call: unchanged},
	join: {parameters: ['string', 'string'], call: unchanged},
	title: {parameters: ['string'], call: unchanged},
	lower: {parameters: ['string'], call: unchanged},
	upper: {parameters: ['string'], call: unchanged},
	pad: {parameters: ['string', 'int', 'int'], call: padded},
	truncate: {parameters: ['string', 'int'], call: unchanged},
};
