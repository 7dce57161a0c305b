// Reads a canonical mapping into the fields of a structure, each in its kind and in the structure's order, as it will be written:
// sizes in bytes, durations in Go's form, words of a command split as a shell would. What is zero is left out.
// Source: compose-go loader/mapstructure.go, loader/interpolate.go (casts), types/bytes.go, types/duration.go, types/mapping.go.

import {compareText} from '../../../base/bytes.js';
import {integerOf, parseTruth} from '../../docker/command/flag.js';
import {goDuration, parseDuration} from '../../docker/go/duration.js';
import {ramInBytes} from '../../docker/go/size.js';
import {listOf, memberOf, objectOf, textOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';
import {asPairs, scalarText} from '../file/merge.js';
import type {TreePath} from '../file/tree-path.js';
import {shellWords} from './shell-words.js';
import type {Kind, Struct} from './struct-tables.js';

type ScalarKind = Extract<Kind, string>;

export class DecodeProblem {
	readonly message: string;

	constructor(path: TreePath, message: string) {
		this.message = `error while interpolating ${path.join('.')}: failed to cast to expected type: ${message}`;
	}
}

/** The fields that hold something, and what begins with `x-` behind them. */
export function decodeStruct(struct: Struct, value: Json, path: TreePath): JsonObject | DecodeProblem {
	const given = objectOf(value);
	const result = new Map<string, Json>();
	for (const [name, kind] of Object.entries(struct)) {
		const decoded = decodeKind(kind, given.get(name), [...path, name]);
		if (decoded instanceof DecodeProblem) {
			return decoded;
		}

		if (decoded !== undefined) {
			result.set(name, decoded);
		}
	}

	for (const [name, each] of [...given].filter(([name]) => name.startsWith('x-')).sort(([a], [b]) => compareText(a, b))) {
		result.set(name, sortedDeep(each));
	}

	return result;
}

/** Members in order of names at every level, as Go writes a map. */
export function sortedDeep(value: Json): Json {
	if (Array.isArray(value)) {
		return (value as readonly Json[]).map(item => sortedDeep(item));
	}

	return value instanceof Map ? new Map([...value as JsonObject].sort(([a], [b]) => compareText(a, b)).map(([name, item]) => [name, sortedDeep(item)])) : value;
}

function decodeKind(kind: Kind, value: Json, path: TreePath): Json | DecodeProblem {
	if (typeof kind === 'string') {
		return decodeScalar(kind, value, path);
	}

	if (value === undefined) {
		return undefined;
	}

	if ('struct' in kind) {
		return decodeStruct(kind.struct, value, path);
	}

	if ('list' in kind) {
		const items = listOf(value).map(item => decodeStruct(kind.list, item, [...path, '[]']));
		return items.find(item => item instanceof DecodeProblem) ?? (items.length === 0 ? undefined : items as readonly Json[]);
	}

	const result = new Map<string, Json>();
	for (const [name, item] of [...objectOf(value)].sort(([a], [b]) => compareText(a, b))) {
		const inner = kind.map === 'ulimit' ? decodeUlimit(item, [...path, name]) : (item === undefined && kind.allowsNull === true ? undefined : decodeStruct(kind.map, item, [...path, name]));
		if (inner instanceof DecodeProblem) {
			return inner;
		}

		result.set(name, inner);
	}

	return result.size === 0 ? undefined : result;
}

function decodeScalar(kind: ScalarKind, value: Json, path: TreePath): Json | DecodeProblem {
	if (value === undefined) {
		return undefined;
	}

	switch (kind) {
		case 'text': {
			return scalarText(value) || undefined;
		}

		case 'bool':
		case 'bool?':
		case 'open': {
			const truth = truthOf(value);
			return truth === undefined ? new DecodeProblem(path, `invalid boolean: ${scalarText(value)}`) : (truth === (kind === 'open') && kind !== 'bool?' ? undefined : truth);
		}

		case 'int':
		case 'int?':
		case 'float': {
			return decodeNumber(kind, value, path);
		}

		case 'bytes': {
			const size = typeof value === 'number' ? value : (value === '-1' ? -1 : ramInBytes(scalarText(value)));
			return typeof size === 'number' ? (size === 0 ? undefined : String(size)) : new DecodeProblem(path, size.error);
		}

		case 'duration': {
			const duration = parseDuration(scalarText(value));
			return typeof duration === 'number' ? goDuration(duration) : new DecodeProblem(path, duration.error);
		}

		default: {
			return decodeList(kind, value, path);
		}
	}
}

function decodeList(kind: ScalarKind, value: Json, path: TreePath): Json | DecodeProblem {
	switch (kind) {
		case 'texts':
		case 'scalars': {
			const items = (Array.isArray(value) ? value as readonly Json[] : [value]).map(item => scalarText(item));
			return items.length === 0 ? undefined : items;
		}

		case 'command': {
			const words = typeof value === 'string' ? shellWords(value) : listOf(value).map(item => scalarText(item));
			return typeof words === 'string' ? new DecodeProblem(path, words) : words;
		}

		case 'mapping':
		case 'environment': {
			return decodeMapping(value, kind === 'environment');
		}

		case 'hosts': {
			return decodeHosts(value);
		}

		case 'mode': {
			const number = typeof value === 'number' ? value : Number.parseInt(scalarText(value), 8);
			return Number.isNaN(number) ? new DecodeProblem(path, `strconv.ParseInt: parsing ${quote(scalarText(value))}: invalid syntax`) : `0${number.toString(8)}`;
		}

		case 'ulimit': {
			return decodeUlimit(value, path);
		}

		default: {
			return sortedDeep(value);
		}
	}
}

function truthOf(value: Json): boolean | undefined {
	const word = scalarText(value).toLowerCase();
	return typeof value === 'boolean' ? value : parseTruth(word) ?? (['y', 'yes', 'on'].includes(word) ? true : (['n', 'no', 'off'].includes(word) ? false : undefined));
}

function decodeNumber(kind: 'int' | 'int?' | 'float', value: Json, path: TreePath): Json | DecodeProblem {
	const text = scalarText(value);
	const number = typeof value === 'number' ? value : (kind === 'float' ? Number(text || 'NaN') : integerOf(text) ?? Number.NaN);
	if (Number.isNaN(number)) {
		return new DecodeProblem(path, `strconv.${kind === 'float' ? 'ParseFloat' : 'Atoi'}: parsing ${quote(text)}: invalid syntax`);
	}

	const whole = kind === 'float' ? number : Math.trunc(number);
	return whole === 0 && kind !== 'int?' ? undefined : whole;
}

function decodeMapping(value: Json, keepsNull: boolean): Json {
	const pairs = asPairs(value).map(pair => {
		const text = scalarText(pair);
		const equals = text.indexOf('=');
		return equals === -1 ? [text, keepsNull ? undefined : ''] as const : [text.slice(0, equals), text.slice(equals + 1)] as const;
	});
	const result = new Map<string, Json>([...new Map<string, Json>(pairs)].sort(([a], [b]) => compareText(a, b)));
	return result.size === 0 ? undefined : result;
}

function decodeHosts(value: Json): Json {
	const lines = value instanceof Map
		? [...value as JsonObject].flatMap(([name, addresses]) => (Array.isArray(addresses) ? addresses as readonly Json[] : [addresses]).map(address => `${name}=${scalarText(address)}`))
		: listOf(value).map(item => scalarText(item).replace(/^([^=:]+):/v, '$1='));
	return lines.length === 0 ? undefined : lines.map(line => line.replace(/=\[(.*)\]$/v, '=$1')).sort(compareText);
}

function decodeUlimit(value: Json, path: TreePath): Json | DecodeProblem {
	const number = (item: Json, name: string) => decodeNumber('int?', item, [...path, name]);
	if (!(value instanceof Map)) {
		return decodeNumber('int?', value, path);
	}

	const soft = number(memberOf(value, 'soft'), 'soft');
	const hard = number(memberOf(value, 'hard'), 'hard');
	return soft instanceof DecodeProblem ? soft : (hard instanceof DecodeProblem ? hard : new Map<string, Json>([['soft', soft], ['hard', hard]]));
}

/** `KEY=value` words of an environment; a name without a value stays bare. */
export function environmentWords(environment: Json): readonly string[] {
	return [...objectOf(environment)].map(([name, value]) => value === undefined ? name : `${name}=${textOf(value)}`);
}
