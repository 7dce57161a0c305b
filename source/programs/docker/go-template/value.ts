// Go values as templates see them, and how they come from JSON: with a shape (a Go struct's fields) as the docker client's own
// types, or without one, as encoding/json decodes into `any`.
//
//     Go                       here
//     nil interface            undefined
//     bool, string             boolean, string
//     int kinds                bigint
//     float64                  number
//     slice, map, struct, *T   GoSlice, GoMap, GoStruct, GoNilPointer (a pointer that is not nil is what it points to)

import type {Json} from '../go/json.js';

export type GoValue = undefined | boolean | string | bigint | number | GoSlice | GoMap | GoStruct | GoNilPointer | GoNumberText;

export type GoSlice = {readonly kind: 'slice'; readonly type: string; readonly items: readonly GoValue[]; readonly isNil: boolean};

/** Keys are strings; printing and ranging go in order of keys. `labels` is the method set of a formatter's header. */
export type GoMap = {
	readonly kind: 'map';
	readonly type: string;
	readonly entries: ReadonlyMap<string, GoValue>;
	readonly isNil: boolean;
	readonly method?: (name: string) => GoMethod | undefined;
};

export type GoStruct = {
	readonly kind: 'struct';
	/** As error texts name it, `*` for a pointer: `*formatter.ContainerContext`. */
	readonly type: string;
	readonly field: (name: string) => GoValue;
	readonly hasField: (name: string) => boolean;
	/** A method with its parameters; methods without any look like fields. */
	readonly method?: (name: string) => GoMethod | undefined;
	/** The fields in order of declaration, for printing. */
	readonly fields: () => ReadonlyArray<readonly [string, GoValue]>;
	/** What json.Marshal makes of it. */
	readonly json: () => Json;
};

export type GoMethod = {readonly parameters: readonly GoKind[]; readonly call: (values: readonly GoValue[]) => GoValue};

export type GoNilPointer = {readonly kind: 'nil-pointer'; readonly type: string};

/** json.Number: digits kept as text, of kind string. */
export type GoNumberText = {readonly kind: 'number-text'; readonly text: string};

export type GoKind = 'string' | 'int' | 'any';

/** The Go type of a JSON document. */
export type Shape =
	| 'string' | 'bool' | 'int' | 'float' | 'any'
	| {readonly slice: Shape}
	| {readonly map: Shape}
	| {readonly pointer: Shape}
	| StructShape;

export type StructShape = {
	readonly struct: string;
	readonly fields: Readonly<Record<string, Shape>>;
	/** It is marshalled field by field, without those of these fields that are empty. Without it, JSON is what the document was. */
	readonly omitsEmpty?: readonly string[];
};

export function goStrings(items: readonly string[]): GoSlice {
	return {kind: 'slice', type: '[]string', items, isNil: false};
}

/** A value decoded into `any` with UseNumber, as `docker inspect -f` falls back to. */
export function untyped(value: Json): GoValue {
	if (Array.isArray(value)) {
		return {kind: 'slice', type: '[]interface {}', items: (value as readonly Json[]).map(item => untyped(item)), isNil: false};
	}

	if (value instanceof Map) {
		const entries = new Map([...value as ReadonlyMap<string, Json>].map(([name, item]) => [name, untyped(item)]));
		return {kind: 'map', type: 'map[string]interface {}', entries, isNil: false};
	}

	return typeof value === 'number' || typeof value === 'bigint' ? {kind: 'number-text', text: String(value)} : value as undefined | boolean | string;
}

/** A value decoded into the Go type that `shape` describes; what JSON lacks is the type's zero value. */
export function typed(value: Json, shape: Shape): GoValue {
	if (typeof shape === 'string') {
		return scalar(value, shape);
	}

	if ('pointer' in shape) {
		return value === undefined ? {kind: 'nil-pointer', type: typeName(shape)} : typed(value, shape.pointer);
	}

	if ('slice' in shape) {
		const items = Array.isArray(value) ? (value as readonly Json[]).map(item => typed(item, shape.slice)) : [];
		return {kind: 'slice', type: typeName(shape), items, isNil: value === undefined};
	}

	if ('map' in shape) {
		const members = value instanceof Map ? [...value as ReadonlyMap<string, Json>] : [];
		const entries = new Map(members.map(([name, item]) => [name, typed(item, shape.map)]));
		return {kind: 'map', type: typeName(shape), entries, isNil: value === undefined};
	}

	return structOf(value instanceof Map ? value as ReadonlyMap<string, Json> : new Map(), shape);
}

function scalar(value: Json, shape: 'string' | 'bool' | 'int' | 'float' | 'any'): GoValue {
	switch (shape) {
		case 'string': {
			return typeof value === 'string' ? value : '';
		}

		case 'bool': {
			return value === true;
		}

		case 'int': {
			return typeof value === 'number' ? BigInt(Math.trunc(value)) : (typeof value === 'bigint' ? value : 0n);
		}

		case 'float': {
			return Number(value ?? 0);
		}

		case 'any': {
			return typeof value === 'number' ? value : untyped(value);
		}
	}
}

function structOf(members: ReadonlyMap<string, Json>, shape: StructShape): GoStruct {
	const known = Object.entries(shape.fields);
	const jsonName = (name: string) => Object.hasOwn(shape.fields, name) ? name : jsonNames.get(name) ?? name;
	return {
		kind: 'struct',
		type: shape.struct,
		hasField: name => Object.hasOwn(shape.fields, jsonName(name)),
		field: name => typed(members.get(jsonName(name)), shape.fields[jsonName(name)]!),
		fields: () => known.map(([name, field]) => [name, typed(members.get(name), field)]),
		json: () => shape.omitsEmpty === undefined ? members : new Map(known.flatMap(([name, field]) => {
			const value = jsonOf(typed(members.get(name), field));
			return shape.omitsEmpty!.includes(name) && isEmpty(value) ? [] : [[name, value] as const];
		})),
	};
}

/** Go's names for fields that JSON calls otherwise. */
const jsonNames: ReadonlyMap<string, string> = new Map([['ID', 'Id'], ['APIVersion', 'ApiVersion']]);

function isEmpty(value: Json): boolean {
	return value === undefined || value === false || value === '' || value === 0 || value === 0n || (Array.isArray(value) && value.length === 0) || (value instanceof Map && value.size === 0);
}

function typeName(shape: Shape): string {
	if (typeof shape === 'string') {
		return shape === 'any' ? 'interface {}' : (shape === 'float' ? 'float64' : shape);
	}

	if ('pointer' in shape) {
		return `*${typeName(shape.pointer)}`;
	}

	if ('slice' in shape) {
		return `[]${typeName(shape.slice)}`;
	}

	return 'map' in shape ? `map[string]${typeName(shape.map)}` : shape.struct.replace(/^\*/v, '');
}

/** The name of a value's type, as Go's `%T` prints it. */
export function typeOf(value: GoValue): string {
	switch (typeof value) {
		case 'undefined': {
			return '<nil>';
		}

		case 'boolean': {
			return 'bool';
		}

		case 'string': {
			return 'string';
		}

		case 'bigint': {
			return 'int';
		}

		case 'number': {
			return 'float64';
		}

		default: {
			return value.kind === 'number-text' ? 'json.Number' : value.type;
		}
	}
}

/** A slice in the middle of a template's data that `range` and `len` take: also maps, by key. */
export function sortedEntries(map: GoMap): ReadonlyArray<readonly [string, GoValue]> {
	return [...map.entries].sort(([a], [b]) => a < b ? -1 : (a > b ? 1 : 0));
}

/** What json.Marshal makes of a value: maps in order of keys, structs in order of fields. */
export function jsonOf(value: GoValue): Json {
	switch (typeof value) {
		case 'undefined':
		case 'boolean':
		case 'string':
		case 'bigint':
		case 'number': {
			return value;
		}

		default: {
			break;
		}
	}

	switch (value.kind) {
		case 'slice': {
			return value.isNil ? undefined : value.items.map(item => jsonOf(item));
		}

		case 'map': {
			return value.isNil ? undefined : new Map(sortedEntries(value).map(([name, item]) => [name, jsonOf(item)]));
		}

		case 'struct': {
			return value.json();
		}

		case 'nil-pointer': {
			return undefined;
		}

		case 'number-text': {
			const number = Number(value.text);
			return Number.isSafeInteger(number) ? number : (/^-?\d+$/v.test(value.text) ? BigInt(value.text) : number);
		}
	}
}
