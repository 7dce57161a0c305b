// JSON values as data, written as Go's encoding/json writes them, which is how every API of the modelled tools does.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = {readonly [key: string]: Json | undefined};

/** Parses JSON, or answers the message of the refusal. Nesting is bounded by the parser's own stack; numbers are doubles. */
export function parseJson(text: string): {readonly value: Json} | {readonly error: string} {
	try {
		return {value: JSON.parse(text) as Json};
	} catch (error) {
		return {error: error instanceof Error ? error.message : 'invalid JSON'};
	}
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Compact JSON with the fields in their order. `undefined` fields are left out. */
export function encodeJson(value: Json): string {
	return JSON.stringify(value).replace(/[\u2028\u2029]/gv, unicodeEscape);
}

/** The same with `<`, `>` and `&` escaped, which is Go's default. */
export function encodeHtmlSafeJson(value: Json): string {
	return encodeJson(value).replace(/[<>\&]/gv, unicodeEscape);
}

function unicodeEscape(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
