// Reading fields of a request's JSON as Go's decoder does: absent and null are the zero value, a value of another type is an error.

import {isJsonObject, type Json, type JsonObject} from '../../base/json.js';

/** Reads fields of one object and remembers the first that has a wrong type. */
export class JsonFields {
	readonly #object: JsonObject;
	readonly #type: string;
	#error: string | undefined;

	/** `type` is the Go struct's name, for the message. */
	constructor(value: Json | undefined, type: string) {
		this.#object = isJsonObject(value) ? value : {};
		this.#type = type;
		if (value !== undefined && value !== null && !isJsonObject(value)) {
			this.#error = `json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`;
		}
	}

	get error(): string | undefined {
		return this.#error;
	}

	/** The value itself, for fields that are objects of their own. */
	raw(key: string): Json | undefined {
		return this.#object[key] ?? undefined;
	}

	text(key: string): string {
		return this.#take(key, 'string', (value): value is string => typeof value === 'string') ?? '';
	}

	integer(key: string): number {
		return this.#take(key, 'int64', (value): value is number => Number.isSafeInteger(value)) ?? 0;
	}

	flag(key: string): boolean {
		return this.#take(key, 'bool', (value): value is boolean => typeof value === 'boolean') ?? false;
	}

	/** undefined if the field is absent or null. */
	texts(key: string): readonly string[] | undefined {
		return this.#take(key, '[]string', (value): value is readonly string[] => Array.isArray(value) && value.every(item => typeof item === 'string'));
	}

	record(key: string): Readonly<Record<string, string>> | undefined {
		return this.#take(key, 'map[string]string', (value): value is Record<string, string> =>
			isJsonObject(value) && Object.values(value).every(item => typeof item === 'string'));
	}

	/** The keys of a map whose values say nothing: `{"80/tcp": {}}`. */
	keys(key: string): readonly string[] {
		return Object.keys(this.#take(key, 'map[string]struct {}', isJsonObject) ?? {});
	}

	objects(key: string): readonly JsonObject[] | undefined {
		return this.#take(key, '[]struct', (value): value is readonly JsonObject[] => Array.isArray(value) && value.every(item => isJsonObject(item)));
	}

	#take<T extends Json>(key: string, type: string, is: (value: Json) => value is T): T | undefined {
		const value = this.#object[key];
		if (value === undefined || value === null) {
			return undefined;
		}

		if (is(value)) {
			return value;
		}

		this.#error ??= `json: cannot unmarshal ${kindOf(value)} into Go struct field ${this.#type}.${key} of type ${type}`;
		return undefined;
	}
}

/** Whether a value says nothing: what Go calls the zero value. */
export function isZero(value: Json | undefined): boolean {
	return value === undefined || value === null || value === false || value === 0 || value === ''
		|| (Array.isArray(value) && value.length === 0) || (isJsonObject(value) && Object.keys(value).length === 0);
}

function kindOf(value: Json): string {
	return Array.isArray(value) ? 'array' : (value === null ? 'null' : (typeof value === 'boolean' ? 'bool' : typeof value));
}
