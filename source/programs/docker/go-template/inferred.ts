// Documents whose Go types matter only in that objects are structs: their fields are those that JSON shows.

import type {Json} from '../go/json.js';
import type {GoStruct, GoValue} from './value.js';

export type InferredOptions = {
	/** The Go type's name, for error texts. */
	readonly type: string;
	/** Names of members that are maps: their keys are data, in order. */
	readonly maps?: ReadonlySet<string>;
	/** Go's field names where they differ from JSON's: `{TimeNano: 'timeNano'}`. */
	readonly fieldNames?: Readonly<Record<string, string>>;
	/** Types of members that have one of their own. */
	readonly memberTypes?: Readonly<Record<string, string>>;
};

export function inferred(value: Json, options: InferredOptions): GoValue {
	if (Array.isArray(value)) {
		return {kind: 'slice', type: '[]string', items: (value as readonly Json[]).map(item => inferred(item, options)), isNil: false};
	}

	if (value instanceof Map) {
		return inferredStruct(value as ReadonlyMap<string, Json>, options);
	}

	return typeof value === 'number' ? (Number.isInteger(value) ? BigInt(value) : value) : value as boolean | string | bigint | undefined;
}

function inferredStruct(members: ReadonlyMap<string, Json>, options: InferredOptions): GoStruct {
	const jsonName = (name: string) => options.fieldNames !== undefined && Object.hasOwn(options.fieldNames, name) ? options.fieldNames[name]! : name;
	const member = (name: string): GoValue => {
		const value = members.get(jsonName(name));
		if (options.maps?.has(name) === true) {
			const entries = new Map([...(value instanceof Map ? value as ReadonlyMap<string, Json> : [])].map(([key, item]) => [key, inferred(item, options)]));
			return {kind: 'map', type: 'map[string]string', entries, isNil: value === undefined};
		}

		const type = options.memberTypes !== undefined && Object.hasOwn(options.memberTypes, name) ? options.memberTypes[name]! : options.type;
		return inferred(value, {...options, type});
	};
	return {
		kind: 'struct',
		type: options.type,
		hasField: name => members.has(jsonName(name)),
		field: member,
		fields: () => [...members.keys()].map(name => [name, member(name)]),
		json: () => members,
	};
}
