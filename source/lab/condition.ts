// Conditions on documents: a path into JSON, and what must hold of the value that is there.
//
//     State.Status: running
//     NetworkSettings.Ports["80/tcp"][*].HostPort: {oneOf: ["8080", "8081"]}
//     RootFS.Layers: {count: {atLeast: 2}}
//
// Names are separated by dots; a name with other characters stands in `["..."]`. `[0]` is an element, `[*]` any element: the
// condition holds if it holds of one of the values.

import * as z from 'zod';
import {isJsonObject, type Json} from '../base/json.js';
import {compilePosixRegex} from '../base/posix-regex.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const bounds = z.strictObject({
	equals: z.int().optional(),
	atLeast: z.int().optional(),
	atMost: z.int().optional(),
});

const tests = z.strictObject({
	equals: scalar.optional().describe('The value is this one.'),
	oneOf: z.array(scalar).min(1).optional().describe('The value is one of these.'),
	contains: z.string().optional().describe('A text that contains this one, or a list with this element.'),
	matches: z.string().refine(isPattern, 'is not a POSIX extended regular expression').optional().describe('A text that matches this POSIX extended regular expression somewhere.'),
	atLeast: z.number().optional(),
	atMost: z.number().optional(),
	exists: z.boolean().optional().describe('Whether there is a value other than null.'),
	count: z.union([z.int(), bounds]).optional().describe('How many elements a list, or names an object, has.'),
}).refine(value => Object.keys(value).length > 0, 'says nothing: give at least one of equals, oneOf, contains, matches, atLeast, atMost, exists, count');

export const conditionSchema = z.union([scalar, tests]);
export type Condition = z.infer<typeof conditionSchema>;

export const pathSchema = z.string().refine(path => parsePath(path) !== undefined, 'is not a path such as State.Status or Ports["80/tcp"][0].HostPort');

/** Conditions by path: all must hold. */
export const whereSchema = z.record(pathSchema, conditionSchema);
export type Where = z.infer<typeof whereSchema>;

type Part = string | number | '*';

/** The first path whose condition does not hold, with what was found there; undefined if all hold. */
export function firstUnmet(document: Json, where: Where): {readonly path: string; readonly expected: string; readonly actual: string} | undefined {
	for (const [path, condition] of Object.entries(where)) {
		const values = valuesAt(document, path);
		if (!holds(values, condition)) {
			return {path, expected: describeCondition(condition), actual: values.length === 0 ? 'nothing' : values.map(describeValue).join(' or ')};
		}
	}

	return undefined;
}

/** The values at a path: none, one, or with `[*]` several. */
export function valuesAt(document: Json, path: string): readonly Json[] {
	let values: readonly Json[] = [document];
	for (const part of parsePath(path) ?? []) {
		values = values.flatMap(value => step(value, part)).slice(0, maxValues);
	}

	return values;
}

const maxValues = 10_000;

function step(value: Json, part: Part): readonly Json[] {
	if (Array.isArray(value)) {
		const list = value as readonly Json[];
		if (part === '*') {
			return list;
		}

		return typeof part === 'number' && part < list.length ? [list[part]!] : [];
	}

	if (!isJsonObject(value) || typeof part !== 'string') {
		return [];
	}

	if (part === '*') {
		return Object.values(value).filter(item => item !== undefined);
	}

	const item = Object.hasOwn(value, part) ? value[part] : undefined;
	return item === undefined ? [] : [item];
}

/** Whether the condition holds of one of the values. */
export function holds(values: readonly Json[], condition: Condition): boolean {
	if (typeof condition !== 'object') {
		return values.some(value => value === condition);
	}

	const found = values.filter(value => value !== null);
	if (condition.exists === false) {
		return found.length === 0;
	}

	return found.some(value => valueHolds(value, condition));
}

function valueHolds(value: Json, condition: z.infer<typeof tests>): boolean {
	return (condition.equals === undefined || value === condition.equals)
		&& (condition.oneOf === undefined || condition.oneOf.some(item => item === value))
		&& (condition.contains === undefined || contains(value, condition.contains))
		&& (condition.matches === undefined || (typeof value === 'string' && patternMatches(condition.matches, value)))
		&& (condition.atLeast === undefined || (typeof value === 'number' && value >= condition.atLeast))
		&& (condition.atMost === undefined || (typeof value === 'number' && value <= condition.atMost))
		&& (condition.count === undefined || countHolds(sizeOf(value), condition.count));
}

function contains(value: Json, part: string): boolean {
	return typeof value === 'string' ? value.includes(part) : Array.isArray(value) && value.includes(part);
}

function sizeOf(value: Json): number | undefined {
	return Array.isArray(value) ? value.length : (isJsonObject(value) ? Object.keys(value).length : undefined);
}

export function countHolds(count: number | undefined, condition: number | z.infer<typeof bounds>): boolean {
	if (count === undefined || typeof condition === 'number') {
		return count === condition;
	}

	return (condition.equals === undefined || count === condition.equals)
		&& (condition.atLeast === undefined || count >= condition.atLeast)
		&& (condition.atMost === undefined || count <= condition.atMost);
}

export const countSchema = z.union([z.int(), bounds]);

export function patternMatches(pattern: string, text: string): boolean {
	const regex = compilePosixRegex(pattern, {extended: true, ignoreCase: false});
	return !('error' in regex) && regex.test(text);
}

export function isPattern(pattern: string): boolean {
	return !('error' in compilePosixRegex(pattern, {extended: true, ignoreCase: false}));
}

/** A condition in the words of a report: `"running"`, `at least 2`. */
export function describeCondition(condition: Condition): string {
	if (typeof condition !== 'object') {
		return describeValue(condition);
	}

	return Object.entries(condition).map(([name, value]) => {
		const words = {equals: '', oneOf: 'one of ', contains: 'contains ', matches: 'matches ', atLeast: 'at least ', atMost: 'at most ', exists: 'exists: ', count: 'count '}[name] ?? `${name} `;
		return `${words}${describeValue(value as Json)}`;
	}).join(', ');
}

export function describeValue(value: Json): string {
	const text = JSON.stringify(value);
	return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The parts of a path, or undefined if it is none. */
function parsePath(path: string): readonly Part[] | undefined {
	const parts: Part[] = [];
	const token = /(?<name>[^.\[\]"]+)|\[(?:(?<index>\d{1,6})|(?<any>\*)|"(?<quoted>[^"]+)")\]/vy;
	for (let at = 0; at < path.length;) {
		if (at > 0 && path[at] === '.') {
			at++;
		} else if (at > 0 && path[at] !== '[') {
			return undefined;
		}

		token.lastIndex = at;
		const groups = token.exec(path)?.groups;
		if (groups === undefined) {
			return undefined;
		}

		parts.push(groups['name'] ?? groups['quoted'] ?? groups['any'] ?? Number(groups['index']));
		at = token.lastIndex;
	}

	return parts.length === 0 ? undefined : parts;
}
