// Directives that define single-line macros from text, numbers and strings: `%define`, `%assign`, `%strlen` and their like
// (NASM manual, 4.1 and 4.2).

import {concatBytes, decodeText} from '../../../base/bytes.js';
import {lexLine} from './lexer.js';
import {quoteText, stringBytes} from './literals.js';
import type {DirectiveHandler, PreprocessorState} from './preprocessor-state.js';
import type {SingleLineMacro} from './single-line-macro.js';
import {isSymbol, tokensToText} from './token.js';
import type {Token} from './token.js';
import {isSimple} from './value.js';

/** The text of a quoted string. */
export function directiveText(token: Token): string {
	return decodeText(stringBytes(token.text));
}

const plain: ReadonlyArray<readonly [string, DirectiveHandler]> = [
	['%define', define],
	['%xdefine', define],
	['%assign', assign],
	['%defstr', defineString],
	['%deftok', defineTokens],
	['%strlen', stringLength],
	['%strcat', concatenate],
	['%substr', substring],
];

export const defineDirectives: ReadonlyArray<readonly [string, DirectiveHandler]> = [
	...plain.flatMap(([word, handler]) => [[word, handler], [`%i${word.slice(1)}`, handler]] as const),
	['%undef', undefine],
];

/** Defines a macro, in the context of its name. */
function add(preprocessor: PreprocessorState, directive: Token, name: Token, body: readonly Token[], rest: Pick<SingleLineMacro, 'parameters' | 'greedy'> = {parameters: undefined, greedy: false}): void {
	const local = preprocessor.contextOf(name.text);
	const macro = {name: local?.rest ?? name.text, caseless: /^%i/v.test(directive.text.toLowerCase()), body, ...rest};
	const table = local?.context.macros ?? preprocessor.defines;
	table.add(macro, old => macro.parameters === undefined || old.parameters === undefined || old.parameters.length === macro.parameters.length);
}

/** The name that a directive defines, and what follows it; `undefined` after an error. */
function target(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): readonly [Token, readonly Token[]] | undefined {
	const [first, ...rest] = tokens;
	const name = first?.text.startsWith('%[') ? preprocessor.expand([first])[0] : (first?.text.startsWith('%{') ? {...first, text: `%${first.text.slice(2, -1)}`} : first);
	if (name === undefined || (name.kind !== 'name' && !name.text.startsWith('%$'))) {
		preprocessor.error(`\`${directive.text}' expects a macro identifier`, directive.column);
		return undefined;
	}

	if (name.text.startsWith('%$') && preprocessor.contextOf(name.text) === undefined) {
		preprocessor.error(`\`${name.text}': context stack is empty`, name.column);
		return undefined;
	}

	return [name, rest];
}

function define(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	if (found === undefined) {
		return;
	}

	const [name, rest] = found;
	const parameters: string[] = [];
	let greedy = false;
	let body = rest;
	const takesParameters = isSymbol(rest[0], '(') && !rest[0]!.space;
	if (takesParameters) {
		const close = rest.findIndex(token => isSymbol(token, ')'));
		if (close === -1) {
			preprocessor.error('`)\' expected to terminate macro template', directive.column);
			return;
		}

		for (const token of rest.slice(1, close)) {
			greedy ||= isSymbol(token, '+');
			if (token.kind === 'name') {
				parameters.push(token.text);
			} else if (!isSymbol(token, ',') && !isSymbol(token, '+')) {
				preprocessor.error('parameter identifier expected', token.column);
				return;
			}
		}

		body = rest.slice(close + 1);
	}

	const expanded = directive.text.toLowerCase().includes('x') ? preprocessor.expand(body) : body;
	add(preprocessor, directive, name, expanded, {parameters: takesParameters ? parameters : undefined, greedy});
}

function undefine(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	if (found !== undefined) {
		const local = preprocessor.contextOf(found[0].text);
		(local?.context.macros ?? preprocessor.defines).remove(local?.rest ?? found[0].text, () => true);
	}
}

function assign(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	const value = found === undefined ? undefined : preprocessor.evaluate(found[1]);
	if (value !== undefined && !isSimple(value)) {
		preprocessor.error(`non-constant value given to \`${directive.text}'`, directive.column);
	} else if (value !== undefined) {
		add(preprocessor, directive, found![0], lexLine(String(value.constant)).tokens);
	}
}

function defineString(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	if (found !== undefined) {
		addString(preprocessor, directive, found[0], tokensToText(preprocessor.expand(found[1])));
	}
}

function addString(preprocessor: PreprocessorState, directive: Token, name: Token, content: string): void {
	add(preprocessor, directive, name, [{kind: 'string', text: quoteText(content), column: name.column, space: true}]);
}

/** The strings that a directive works on; `undefined` after an error. */
function strings(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): readonly Token[] | undefined {
	const expanded = preprocessor.expand(tokens).filter(token => !isSymbol(token, ','));
	const wrong = expanded.find(token => token.kind !== 'string');
	if (wrong !== undefined) {
		preprocessor.error(`non-string passed to \`${directive.text}': ${wrong.text}`, wrong.column);
		return undefined;
	}

	return expanded;
}

function oneString(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): Token | undefined {
	const [first] = preprocessor.expand(tokens);
	if (first?.kind === 'string') {
		return first;
	}

	const ordinal = directive.text.toLowerCase().includes('tok') || directive.text.toLowerCase().includes('substr') ? 'requires string as second parameter' : 'requires a string as parameter';
	preprocessor.error(`\`${directive.text}' ${ordinal}`, directive.column);
	return undefined;
}

function defineTokens(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	const text = found === undefined ? undefined : oneString(preprocessor, directive, found[1]);
	if (text !== undefined) {
		add(preprocessor, directive, found![0], lexLine(directiveText(text)).tokens);
	}
}

function stringLength(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	const text = found === undefined ? undefined : oneString(preprocessor, directive, found[1]);
	if (text !== undefined) {
		add(preprocessor, directive, found![0], lexLine(String(stringBytes(text.text).length)).tokens);
	}
}

function concatenate(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	const list = found === undefined ? undefined : strings(preprocessor, directive, found[1]);
	if (list === undefined) {
		return;
	}

	const bytes = concatBytes(list.map(token => stringBytes(token.text)));
	preprocessor.host.spendTokens(Math.ceil(bytes.length / 16), preprocessor.position);
	if (bytes.length > preprocessor.host.limits.lineTokens) {
		preprocessor.host.diagnostics.fatal(preprocessor.position, `a string is longer than ${preprocessor.host.limits.lineTokens} bytes`);
	}

	addString(preprocessor, directive, found![0], decodeText(bytes));
}

/** `%substr name "text" start, count`: a negative count is a position from the end. */
function substring(preprocessor: PreprocessorState, directive: Token, tokens: readonly Token[]): void {
	const found = target(preprocessor, directive, tokens);
	const expanded = found === undefined ? [] : preprocessor.expand(found[1]);
	const text = found === undefined ? undefined : oneString(preprocessor, directive, found[1]);
	if (text === undefined) {
		return;
	}

	const numbers = expanded.slice(isSymbol(expanded[1], ',') ? 2 : 1);
	if (numbers.length === 0) {
		preprocessor.error(`\`${directive.text}' requires a starting index`, directive.column);
		return;
	}

	const comma = numbers.findIndex(token => isSymbol(token, ','));
	const first = preprocessor.evaluate(comma === -1 ? numbers : numbers.slice(0, comma));
	const second = comma === -1 ? undefined : preprocessor.evaluate(numbers.slice(comma + 1));
	if (first === undefined || !isSimple(first) || (comma !== -1 && (second === undefined || !isSimple(second)))) {
		preprocessor.error(`non-constant value given to \`${directive.text}'`, numbers[0]!.column);
		return;
	}

	const bytes = stringBytes(text.text);
	const start = Number(first.constant) - 1;
	const count = second === undefined ? 1 : Number(second.constant);
	const length = count < 0 ? count + 1 + bytes.length - start : count;
	const from = Math.max(0, start);
	addString(preprocessor, directive, found![0], start < 0 || length <= 0 ? '' : decodeText(bytes.slice(from, Math.min(bytes.length, from + length))));
}
