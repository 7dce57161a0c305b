// `%if` and its relatives (NASM manual, 4.4).

import {isFloatingPoint, parseNumber, stringBytes} from './literals.js';
import {parseMacroHeader} from './multi-line-macro.js';
import type {PreprocessorState} from './preprocessor-state.js';
import {isSymbol} from './token.js';
import type {Token} from './token.js';
import {isSimple} from './value.js';

const kinds = ['def', 'macro', 'ctx', 'idn', 'idni', 'id', 'num', 'str', 'token', 'empty', 'env', ''] as const;
type Kind = typeof kinds[number];

/** `%ifndef` is the kind `def`, negated. */
function parseKind(word: string): {readonly kind: Kind; readonly negated: boolean} | undefined {
	const match = /^%(?:el)?if(n?)(.*)$/v.exec(word);
	if (match === null) {
		return undefined;
	}

	const whole = kinds.find(kind => kind === match[1]! + match[2]!);
	const rest = kinds.find(kind => kind === match[2]);
	return whole === undefined ? (rest === undefined ? undefined : {kind: rest, negated: match[1] === 'n'}) : {kind: whole, negated: false};
}

export function conditionalDirective(word: string): boolean {
	return word === '%else' || word === '%endif' || parseKind(word) !== undefined;
}

/** Carries out one of them. */
export function branch(preprocessor: PreprocessorState, word: string, name: Token, tokens: readonly Token[]): void {
	const {conditions} = preprocessor;
	const current = conditions.length > (preprocessor.frames.findLast(frame => frame.kind === 'file')?.conditions ?? 0) ? conditions.at(-1) : undefined;
	if (word.startsWith('%if')) {
		const around = conditions.every(condition => condition.emitting);
		const taken = around && test(preprocessor, word, name, tokens);
		conditions.push({emitting: taken, settled: taken || !around, elseSeen: false, ignoring: !around});
	} else if (current === undefined) {
		preprocessor.error(`\`${name.text}': no matching \`%if'`, name.column);
	} else if (word === '%endif') {
		conditions.pop();
	} else if (current.elseSeen) {
		if (!current.ignoring) {
			preprocessor.warning(`\`${name.text}' after \`%else', ignoring content`, word === '%else' ? 'pp-else-else' : 'pp-else-elif', name.column);
		}

		current.emitting = false;
		current.ignoring = true;
	} else if (word === '%else') {
		current.emitting = !current.settled;
		current.settled = true;
		current.elseSeen = true;
	} else {
		current.emitting = !current.settled && test(preprocessor, word, name, tokens);
		current.settled ||= current.emitting;
	}
}

function test(preprocessor: PreprocessorState, word: string, name: Token, tokens: readonly Token[]): boolean {
	const {kind, negated} = parseKind(word)!;
	const result = holds(preprocessor, kind, name, tokens);
	return result === undefined ? false : result !== negated;
}

/** Whether a condition holds; `undefined` if it is malformed, which has been said. */
function holds(preprocessor: PreprocessorState, kind: Kind, name: Token, tokens: readonly Token[]): boolean | undefined {
	switch (kind) {
		case '': {
			return holdsExpression(preprocessor, name, tokens);
		}

		case 'def': {
			return isDefined(preprocessor, name, tokens);
		}

		case 'macro': {
			const header = tokens.length === 1 ? {name: tokens[0]!.text, minimum: 0, maximum: Number.POSITIVE_INFINITY} : parseMacroHeader(name.text, tokens);
			if (typeof header === 'string') {
				preprocessor.error(header, name.column);
				return undefined;
			}

			return preprocessor.macros.find(header.name).some(macro => macro.minimum <= header.maximum && (macro.greedy || macro.maximum >= header.minimum));
		}

		case 'ctx': {
			const context = preprocessor.contexts.at(-1);
			return context !== undefined && (tokens.length === 0 || tokens.some(token => token.text === context.name));
		}

		case 'env': {
			// Simplified: the assembler has no environment variables, so none is ever defined.
			return false;
		}

		case 'idn':
		case 'idni': {
			return areIdentical(preprocessor, name, tokens, kind === 'idni');
		}

		default: {
			return isOfKind(kind, preprocessor.expand(tokens));
		}
	}
}

function holdsExpression(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): boolean | undefined {
	const value = preprocessor.evaluate(tokens);
	if (value !== undefined && !isSimple(value)) {
		preprocessor.error(`non-constant value given to \`${name.text}'`, tokens[0]?.column ?? name.column);
		return undefined;
	}

	return value === undefined ? undefined : value.constant !== 0n;
}

function isDefined(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): boolean | undefined {
	const end = tokens.findIndex(token => token.kind !== 'name' && !token.text.startsWith('%$'));
	const names = end === -1 ? tokens : tokens.slice(0, end);
	if (names.length === 0) {
		preprocessor.error(`\`${name.text}' expects macro identifiers`, name.column);
		return undefined;
	}

	return names.some(token => {
		const local = preprocessor.contextOf(token.text);
		return (local === undefined ? preprocessor.defines.find(token.text) : local.context.macros.find(local.rest)).length > 0;
	});
}

function areIdentical(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[], caseless: boolean): boolean | undefined {
	const expanded = preprocessor.expand(tokens);
	const comma = expanded.findIndex(token => isSymbol(token, ','));
	if (comma === -1) {
		preprocessor.error(`\`${name.text}' expects two comma-separated arguments`, name.column);
		return undefined;
	}

	const [left, right] = [expanded.slice(0, comma), expanded.slice(comma + 1)].map(side => {
		const text = side.map(token => token.kind === 'string' ? `s${[...stringBytes(token.text)].join(' ')}` : token.text).join('\u0000');
		return caseless ? text.toLowerCase() : text;
	});
	return left === right;
}

function isOfKind(kind: 'id' | 'num' | 'str' | 'token' | 'empty', tokens: readonly Token[]): boolean {
	if (kind === 'empty' || kind === 'token') {
		return tokens.length === (kind === 'empty' ? 0 : 1);
	}

	const signs = kind === 'num' && (isSymbol(tokens[0], '+') || isSymbol(tokens[0], '-')) ? 1 : 0;
	const token = tokens[signs];
	const wanted = {id: 'name', num: 'number', str: 'string'}[kind];
	return token?.kind === wanted && (kind !== 'num' || parseNumber(token.text) !== undefined || isFloatingPoint(token.text));
}
