// Variables written as the commands that would make them again: `declare -p`, `export -p`, `${name@A}`.

import {quoteBackslash, quoteDouble, quoteSingle} from './quote.js';
import type {Attribute, Variable} from './variables.js';
import {elementsOf} from './variables.js';

const attributeLetters: readonly (readonly [Attribute, string])[] = [
	['integer', 'i'], ['lower', 'l'], ['nameref', 'n'], ['readonly', 'r'], ['upper', 'u'], ['exported', 'x'],
];

/** `a`, `A`, `i`, ... in bash's order. */
export function attributeFlags(variable: Variable): string {
	const kind = variable.kind === 'indexed' ? 'a' : (variable.kind === 'associative' ? 'A' : '');
	return kind + attributeLetters.filter(([attribute]) => variable.attributes.has(attribute)).map(([, letter]) => letter).join('');
}

/** `${name@A}` quotes scalars with single quotes where `declare -p` uses double ones. */
export function assignmentOf(name: string, variable: Variable): string {
	const flags = attributeFlags(variable);
	if (variable.kind !== 'scalar') {
		return declarationOf(name, variable);
	}

	return `${flags === '' ? '' : `declare -${flags} `}${name}=${quoteSingle(variable.scalar ?? '')}`;
}

export function declarationOf(name: string, variable: Variable): string {
	const flags = attributeFlags(variable);
	const value = variable.kind === 'scalar'
		? (variable.scalar === undefined ? '' : `=${quoteDouble(variable.scalar)}`)
		: (variable.isArraySet ? `=${arrayLiteral(variable)}` : '');
	return `declare -${flags === '' ? '-' : flags} ${name}${value}`;
}

/** `([0]="a" [1]="b")`; associative arrays have a blank before the closing parenthesis. */
export function arrayLiteral(variable: Variable): string {
	const isAssociative = variable.kind === 'associative';
	const elements = elementsOf(variable).map(([subscript, value]) => `[${isAssociative ? keyText(subscript) : subscript}]=${quoteDouble(value)}`);
	return `(${elements.join(' ')}${isAssociative && elements.length > 0 ? ' ' : ''})`;
}

function keyText(key: string): string {
	return /^[\w.\/\-]+$/v.test(key) ? key : (quoteBackslash(key).startsWith('$') ? quoteBackslash(key) : quoteDouble(key));
}
