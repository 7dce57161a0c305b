// Judges a value by a JSON Schema of draft 7, as far as the compose specification uses it, and says what is wrong as a tree: each
// mistake with the mistakes below it. The order and the words are those of santhosh-tekuri/jsonschema v6, which the real program
// uses. A test compares its verdict with another validator's on the same schema.
//
// Simplified: the real one visits the members of an object in the random order of a Go map; ours in the order of the file.

import {assert} from '../../../base/assert.js';
import type {Json, JsonObject} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';

type SchemaDocument = {readonly [keyword: string]: unknown};

export type Mistake = {
	/** Where in the value: `['services', 'web', 'ports', '0']`. */
	readonly at: readonly string[];
	readonly keyword: string;
	/** What it says, without the place. */
	readonly text: string;
	/** For `type`: what would have been right. */
	readonly wanted?: readonly string[];
	/** For `minimum` and `maximum`. */
	readonly bound?: number;
	readonly causes: readonly Mistake[];
};

/** The keywords that are judged here; the others only describe. */
const judged = new Set(['$ref', 'type', 'enum', 'properties', 'patternProperties', 'additionalProperties', 'required', 'items', 'uniqueItems', 'pattern', 'minimum', 'maximum', 'oneOf']);
const describing = new Set(['$schema', '$id', 'title', 'description', 'definitions', 'deprecated', 'default', 'format']);

export class SchemaJudge {
	readonly #root: SchemaDocument;
	readonly #patterns = new Map<string, RegExp>();

	constructor(root: SchemaDocument) {
		this.#root = root;
	}

	judge(value: Json): Mistake | undefined {
		return this.#check(this.#root, value, []);
	}

	#check(schema: SchemaDocument, value: Json, at: readonly string[]): Mistake | undefined {
		const unknown = Object.keys(schema).find(keyword => !judged.has(keyword) && !describing.has(keyword));
		assert(unknown === undefined, `SchemaJudge: keyword ${unknown}`);
		const reference = schema['$ref'];
		if (typeof reference === 'string') {
			const found = this.#check(this.#resolve(reference), value, at);
			return found && {at, keyword: '$ref', text: 'validation failed', causes: [found]};
		}

		const types = schema['type'] === undefined ? undefined : [schema['type'] as string | readonly string[]].flat();
		const actual = typeName(value);
		if (types !== undefined && !types.includes(actual) && !(types.includes('integer') && Number.isInteger(value))) {
			return {at, keyword: 'type', text: `got ${actual}, want ${types.join(' or ')}`, wanted: types, causes: []};
		}

		const choices = schema['enum'] as ReadonlyArray<string | number> | undefined;
		if (choices !== undefined && !choices.some(choice => choice === value)) {
			const shown = choices.map(choice => typeof choice === 'string' ? singleQuoted(choice) : String(choice));
			return {at, keyword: 'enum', text: `value must be ${shown.length === 1 ? '' : 'one of '}${shown.join(', ')}`, causes: []};
		}

		const mistakes = [...this.#members(schema, value, at), ...this.#items(schema, value, at), ...this.#scalar(schema, value, at), ...this.#oneOf(schema, value, at)];
		return mistakes.length < 2 ? mistakes[0] : {at, keyword: 'group', text: 'validation failed', causes: mistakes};
	}

	#resolve(reference: string): SchemaDocument {
		const target = reference.replace(/^#\//v, '').split('/').reduce<unknown>((here, name) => (here as SchemaDocument)[name], this.#root);
		assert(target !== undefined, `SchemaJudge: no ${reference}`);
		return target as SchemaDocument;
	}

	#pattern(source: string): RegExp {
		const known = this.#patterns.get(source) ?? new RegExp(source, 'u');
		this.#patterns.set(source, known);
		return known;
	}

	* #members(schema: SchemaDocument, value: Json, at: readonly string[]): Generator<Mistake> {
		if (!(value instanceof Map)) {
			return;
		}

		const object = value as JsonObject;
		const missing = (schema['required'] as readonly string[] | undefined ?? []).filter(name => !object.has(name));
		if (missing.length > 0) {
			yield {at, keyword: 'required', text: `missing propert${missing.length === 1 ? 'y' : 'ies'} ${missing.map(name => singleQuoted(name)).join(', ')}`, causes: []};
		}

		const properties = schema['properties'] as {readonly [name: string]: SchemaDocument} | undefined ?? {};
		const patterns = Object.entries(schema['patternProperties'] as {readonly [pattern: string]: SchemaDocument} | undefined ?? {});
		const additional: string[] = [];
		for (const [name, member] of object) {
			const own = Object.hasOwn(properties, name) ? [properties[name]!] : [];
			const schemas = [...own, ...patterns.filter(([pattern]) => this.#pattern(pattern).test(name)).map(([, each]) => each)];
			for (const each of schemas) {
				const mistake = this.#check(each, member, [...at, name]);
				if (mistake !== undefined) {
					yield mistake;
				}
			}

			additional.push(...schemas.length === 0 ? [name] : []);
		}

		const rest = schema['additionalProperties'];
		if (rest === false && additional.length > 0) {
			yield {at, keyword: 'additionalProperties', text: `additional properties ${additional.map(name => singleQuoted(name)).join(', ')} not allowed`, causes: []};
		} else if (typeof rest === 'object' && rest !== null) {
			yield * additional.map(name => this.#check(rest as SchemaDocument, object.get(name), [...at, name])).filter(mistake => mistake !== undefined);
		}
	}

	* #items(schema: SchemaDocument, value: Json, at: readonly string[]): Generator<Mistake> {
		if (!Array.isArray(value)) {
			return;
		}

		const list = value as readonly Json[];
		if (schema['uniqueItems'] === true) {
			const keys = list.map(item => canonical(item));
			const second = keys.findIndex((key, index) => keys.indexOf(key) < index);
			if (second !== -1) {
				yield {at, keyword: 'uniqueItems', text: `items at ${keys.indexOf(keys[second]!)} and ${second} are equal`, causes: []};
			}
		}

		const each = schema['items'] as SchemaDocument | undefined;
		if (each !== undefined) {
			yield * list.map((item, index) => this.#check(each, item, [...at, String(index)])).filter(mistake => mistake !== undefined);
		}
	}

	* #scalar(schema: SchemaDocument, value: Json, at: readonly string[]): Generator<Mistake> {
		const pattern = schema['pattern'] as string | undefined;
		if (typeof value === 'string' && pattern !== undefined && !this.#pattern(pattern).test(value)) {
			yield {at, keyword: 'pattern', text: `${singleQuoted(value)} does not match pattern ${singleQuoted(pattern)}`, causes: []};
		}

		for (const [keyword, isRight] of [['minimum', (a: number, b: number) => a >= b], ['maximum', (a: number, b: number) => a <= b]] as const) {
			const bound = schema[keyword] as number | undefined;
			if (bound !== undefined && (typeof value === 'number' || typeof value === 'bigint') && !isRight(Number(value), bound)) {
				yield {at, keyword, text: `${keyword}: got ${value}, want ${bound}`, bound, causes: []};
			}
		}
	}

	* #oneOf(schema: SchemaDocument, value: Json, at: readonly string[]): Generator<Mistake> {
		const options = schema['oneOf'] as readonly SchemaDocument[] | undefined;
		if (options === undefined) {
			return;
		}

		const outcomes = options.map(option => this.#check(option, value, at));
		const matching = outcomes.flatMap((outcome, index) => outcome === undefined ? [index] : []);
		if (matching.length !== 1) {
			const text = matching.length === 0 ? 'oneOf failed, none matched' : `oneOf failed, subschemas ${matching[0]}, ${matching[1]} matched`;
			yield {at, keyword: 'oneOf', text, causes: matching.length === 0 ? outcomes.filter(outcome => outcome !== undefined) : []};
		}
	}
}

function typeName(value: Json): string {
	switch (typeof value) {
		case 'undefined': {
			return 'null';
		}

		case 'number':
		case 'bigint': {
			return 'number';
		}

		case 'boolean':
		case 'string': {
			return typeof value;
		}

		default: {
			return Array.isArray(value) ? 'array' : 'object';
		}
	}
}

/** Equal texts for equal values, whatever the order of members. */
function canonical(value: Json): string {
	if (Array.isArray(value)) {
		return `[${(value as readonly Json[]).map(item => canonical(item)).join(',')}]`;
	}

	if (value instanceof Map) {
		return `{${[...value as JsonObject].map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).sort().join(',')}}`;
	}

	return typeof value === 'string' ? JSON.stringify(value) : String(value ?? 'null');
}

function singleQuoted(text: string): string {
	return `'${quote(text).slice(1, -1).replaceAll(String.raw`\"`, '"').replaceAll('\'', String.raw`\'`)}'`;
}
