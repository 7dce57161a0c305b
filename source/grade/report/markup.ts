// Text in XML and in HTML.

import {onOneLine} from './one-line.js';

const entities: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;'};

/** Escapes what markup would obey; control characters, which XML does not allow, become visible. */
export function escaped(text: string): string {
	return onOneLine(text).toWellFormed().replaceAll(/[&<>"']/gv, character => entities[character]!);
}

/** A template's text with everything that is filled in escaped. */
export function markup(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
	return strings.map((text, index) => index === 0 ? text : escaped(String(values[index - 1])) + text).join('');
}
