// Variables in a compose file: `$X`, `${X}`, `${X:-default}`, `${X-default}`, `${X:?error}`, `${X?error}`, `${X:+other}`, `${X+other}`,
// and `$$` for a dollar; what follows an operator may hold variables again. Source: compose-go template/template.go,
// interpolation/interpolation.go; errors in their words.

import type {Json, JsonObject} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';

export type Lookup = (name: string) => string | undefined;

type Substitution = {readonly text: string} | {readonly error: string};

type Interpolation = {
	readonly lookup: Lookup;
	/** Called with the name of a variable that is not set and has no default. */
	readonly onUnset: (name: string) => void;
};

const depthMax = 50;

/** Every text in the value with its variables replaced; the names of members stay. */
export function interpolate(value: Json, options: Interpolation, at: readonly string[] = []): Json | InterpolationProblem {
	if (typeof value === 'string') {
		const result = substitute(value, options);
		if ('text' in result) {
			return result.text;
		}

		const place = at.join('.');
		return new InterpolationProblem(result.error === ''
			? `invalid interpolation format for ${place}.\nYou may need to escape any $ with another $.\n${value}`
			: `error while interpolating ${place}: ${result.error}`);
	}

	const isList = Array.isArray(value);
	if (!isList && !(value instanceof Map)) {
		return value;
	}

	const result = new Map<string, Json>();
	for (const [name, item] of isList ? (value as readonly Json[]).map((each, index) => [`[${index}]`, each] as const) : value as JsonObject) {
		const inner = interpolate(item, options, isList ? [...at, '[]'] : [...at, name]);
		if (inner instanceof InterpolationProblem) {
			return inner;
		}

		result.set(name, inner);
	}

	return isList ? [...result.values()] : result;
}

export class InterpolationProblem {
	readonly message: string;

	constructor(message: string) {
		this.message = message;
	}
}

/** An empty error is a mistake of form. */
export function substitute(template: string, options: Interpolation, depth = 0): Substitution {
	if (depth > depthMax) {
		return {error: `virtlab: variables nested deeper than ${depthMax} levels are not modelled`};
	}

	let text = '';
	let at = 0;
	for (let dollar = template.indexOf('$'); dollar !== -1; dollar = template.indexOf('$', at)) {
		text += template.slice(at, dollar);
		const piece = variableAt(template, dollar, options, depth);
		if ('error' in piece) {
			return piece;
		}

		text += piece.text;
		at = piece.end;
	}

	return {text: text + template.slice(at)};
}

type Piece = {readonly text: string; readonly end: number};

function variableAt(template: string, dollar: number, options: Interpolation, depth: number): Piece | {readonly error: string} {
	const next = template[dollar + 1];
	if (next === '$') {
		return {text: '$', end: dollar + 2};
	}

	if (next !== '{') {
		const name = /^[_a-z]\w*/iv.exec(template.slice(dollar + 1))?.[0];
		return name === undefined ? {error: ''} : {text: plain(name, options), end: dollar + 1 + name.length};
	}

	const close = closingBrace(template, dollar + 2);
	const inside = template.slice(dollar + 2, close);
	const match = /^([_a-z]\w*)(?:(:?[\-?+])([\s\S]*))?$/iv.exec(inside);
	if (close === -1 || match === null) {
		return {error: ''};
	}

	const [, name = '', operator, word = ''] = match;
	const result = operator === undefined ? {text: plain(name, options)} : operated({name, operator, word}, options, depth);
	return 'error' in result ? result : {text: result.text, end: close + 1};
}

function plain(name: string, {lookup, onUnset}: Interpolation): string {
	const value = lookup(name);
	if (value === undefined) {
		onUnset(name);
	}

	return value ?? '';
}

function operated({name, operator, word}: {readonly name: string; readonly operator: string; readonly word: string}, options: Interpolation, depth: number): Substitution {
	const value = options.lookup(name);
	const isThere = value !== undefined && !(operator.startsWith(':') && value === '');
	if (operator.endsWith('+')) {
		return isThere ? substitute(word, options, depth + 1) : {text: ''};
	}

	if (isThere) {
		return {text: value};
	}

	const inner = substitute(word, options, depth + 1);
	if ('error' in inner || operator.endsWith('-')) {
		return inner;
	}

	return {error: `required variable ${name} is missing a value${inner.text === '' ? '' : `: ${inner.text}`}`};
}

/** The brace that closes what was opened before `from`; variables inside have braces of their own. */
function closingBrace(text: string, from: number): number {
	let open = 1;
	for (let at = from; at < text.length; at++) {
		if (text.startsWith('${', at)) {
			open++;
			at++;
		} else if (text[at] === '}') {
			open--;
			if (open === 0) {
				return at;
			}
		}
	}

	return -1;
}

export function unsetWarning(name: string): string {
	return `The ${quote(name)} variable is not set. Defaulting to a blank string.`;
}
