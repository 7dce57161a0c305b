// JSON as Go's encoding/json writes it, because the digest of a config is the digest of these bytes: no spaces, `<`, `>`, `&` and
// the line separators escaped, keys of maps sorted. Fields come in the order in which the caller put them, as Go's structs do.

import {compareText} from '../../base/bytes.js';

export type Json = undefined | null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json};

export function goJson(value: unknown): string {
	return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/gv, character => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

/** A copy with sorted keys: what Go's maps become. */
export function sortedRecord<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
	return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compareText(a, b)));
}
