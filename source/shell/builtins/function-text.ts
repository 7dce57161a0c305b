// Functions as text, for `type` and `declare -f`.

import type {FunctionBody} from '../shell.js';
import {commandText} from '../syntax-text.js';

/** As bash prints a function: its name, and its body with one command a line. */
export function functionText(name: string, {body}: FunctionBody): string {
	const isGroup = body.kind === 'group' && body.redirections.length === 0;
	const inner = isGroup ? commandText(body, 0) : `{ \n    ${commandText(body, 4)}\n}`;
	return `${name} () \n${inner}`;
}
