// Single-line macros: `%define`, `%xdefine`, `%assign` (NASM manual, 4.1). A macro does not expand inside its own expansion, so every
// expansion ends; what can grow without measure is its length, which is budgeted.

import {lexLine} from './lexer.js';
import {isSymbol} from './token.js';
import type {Token} from './token.js';

export type SingleLineMacro = {
	readonly name: string;
	readonly caseless: boolean;
	/** Names of the parameters; `undefined` if it takes none, not even parentheses. */
	readonly parameters: readonly string[] | undefined;
	/** Whether the last parameter takes the rest, commas and all. */
	readonly greedy: boolean;
	readonly body: readonly Token[];
};

const none: readonly never[] = [];

export class MacroTable<Macro extends {readonly name: string; readonly caseless: boolean}> {
	readonly #macros = new Map<string, Macro[]>();

	/** All macros that `name` may mean, newest first. */
	find(name: string): readonly Macro[] {
		const found = this.#macros.get(name.toLowerCase());
		return found === undefined ? none : found.filter(macro => macro.caseless || macro.name === name);
	}

	/** Adds a macro in place of those that `replaces` says. */
	add(macro: Macro, replaces: (old: Macro) => boolean): void {
		const key = macro.name.toLowerCase();
		const others = (this.#macros.get(key) ?? []).filter(old => !((old.caseless || macro.caseless || old.name === macro.name) && replaces(old)));
		this.#macros.set(key, [macro, ...others]);
	}

	remove(name: string, which: (macro: Macro) => boolean): void {
		const key = name.toLowerCase();
		const left = (this.#macros.get(key) ?? []).filter(macro => !((macro.caseless || macro.name === name) && which(macro)));
		this.#macros.set(key, left);
	}
}

/** What an expansion asks of its surroundings. */
export type ExpansionContext = {
	/** Macros that a name may mean; of `%$name`, those of its context. */
	readonly find: (name: string) => readonly SingleLineMacro[];
	/** What a word stands for that NASM itself defines, such as `__LINE__`. */
	readonly builtin: (name: string) => readonly Token[] | undefined;
	/** The label that `%$name` is when it is no macro. */
	readonly contextLabel: (token: Token) => string | undefined;
	/** Counts tokens; stops the assembly when there are too many. */
	readonly spend: (count: number, lineLength: number) => void;
	readonly warnParameters: (macro: string, count: number, column: number) => void;
};

type Pending = Token | {readonly end: SingleLineMacro};

/** Replaces every macro in `tokens`, and pastes what `%+` joins. */
export function expandSingleLine(tokens: readonly Token[], context: ExpansionContext): readonly Token[] {
	let expanded = new Expansion(context, new Set()).run(joinIndirect(tokens));
	while (expanded.some(token => token.text === '%+' && token.kind === 'percent')) {
		expanded = new Expansion(context, new Set()).run(pasteTokens(expanded));
	}

	return expanded;
}

/** `table_%[i]` is one word. */
function joinIndirect(tokens: readonly Token[]): readonly Token[] {
	const isWord = (token: Token | undefined) => token?.kind === 'name' || token?.kind === 'number';
	const isIndirect = (token: Token | undefined) => token?.kind === 'percent' && token.text.startsWith('%[');
	return tokens.flatMap((token, index) => {
		const before = tokens[index - 1];
		const joins = !token.space && ((isIndirect(token) && isWord(before)) || (isIndirect(before) && (isWord(token) || isIndirect(token))));
		return joins ? [{kind: 'percent' as const, text: '%+', column: token.column, space: false}, token] : token;
	});
}

class Expansion {
	readonly #context: ExpansionContext;
	readonly #output: Token[] = [];
	/** The macros that are being expanded, and so are not expanded again. */
	readonly #active: Set<SingleLineMacro>;
	/** What is still to be read, last first. */
	#pending: Pending[] = [];

	constructor(context: ExpansionContext, active: ReadonlySet<SingleLineMacro>) {
		this.#context = context;
		this.#active = new Set(active);
	}

	run(tokens: readonly Token[]): readonly Token[] {
		this.#pending = tokens.toReversed();
		for (let item = this.#pending.pop(); item !== undefined; item = this.#pending.pop()) {
			if ('end' in item) {
				this.#active.delete(item.end);
				continue;
			}

			this.#context.spend(1, this.#output.length + this.#pending.length);
			const replacement = this.#replacement(item);
			if (replacement === undefined) {
				this.#output.push(item);
			} else {
				this.#insert(replacement, item);
			}
		}

		return this.#output;
	}

	/** Puts what stands for `call` where the call was, with its place in the line. */
	#insert(replacement: readonly Pending[], call: Token): void {
		const placed = replacement.map((item, index) => 'end' in item ? item : {...item, column: call.column, space: index === 0 ? call.space : item.space});
		for (const item of placed.toReversed()) {
			this.#pending.push(item);
		}
	}

	#replacement(token: Token): readonly Pending[] | undefined {
		if (token.kind === 'percent') {
			return this.#percent(token);
		}

		return token.kind === 'name' ? this.#macro(token, token.text) : undefined;
	}

	#percent(token: Token): readonly Pending[] | undefined {
		const {text} = token;
		if (text.startsWith('%[')) {
			return expandSingleLine(lexLine(text.slice(2, -1)).tokens, this.#context);
		}

		if (text.startsWith('%{')) {
			return lexLine(`%${text.slice(2, -1)}`).tokens;
		}

		if (!text.startsWith('%$')) {
			return undefined;
		}

		const label = this.#context.contextLabel(token);
		return this.#macro(token, text) ?? (label === undefined ? undefined : [{...token, kind: 'name', text: label}]);
	}

	#macro(token: Token, name: string): readonly Pending[] | undefined {
		const builtin = this.#context.builtin(name);
		if (builtin !== undefined) {
			return builtin;
		}

		const candidates = this.#context.find(name).filter(macro => !this.#active.has(macro));
		const plain = candidates.find(macro => macro.parameters === undefined);
		if (plain !== undefined) {
			this.#active.add(plain);
			return [...plain.body, {end: plain}];
		}

		return candidates.length === 0 || !this.#atParenthesis() ? undefined : this.#call(token, candidates);
	}

	/** Whether the next token opens a parenthesis, be it behind the end of the macro being expanded. */
	#atParenthesis(): boolean {
		const next = this.#pending.findLast(item => !('end' in item));
		return next !== undefined && isSymbol(next as Token, '(');
	}

	#call(token: Token, candidates: readonly SingleLineMacro[]): readonly Pending[] | undefined {
		const saved = [...this.#pending];
		const written = this.#readArguments();
		const count = written?.length === 1 && written[0]!.length === 0 ? 0 : written?.length;
		const macro = candidates.find(({parameters, greedy}) => count !== undefined && (count === parameters!.length || (greedy && count > parameters!.length) || (count === 0 && parameters!.length === 1)));
		if (macro === undefined || written === undefined) {
			this.#pending = saved;
			if (count !== undefined) {
				this.#context.warnParameters(token.text, count, token.column);
			}

			return undefined;
		}

		this.#active.add(macro);
		const values = macro.parameters!.map((_, index) => {
			const parts = macro.greedy && index === macro.parameters!.length - 1 ? written.slice(index) : written.slice(index, index + 1);
			return new Expansion(this.#context, this.#active).run(joinWithCommas(parts));
		});
		return [...substitute(macro, values), {end: macro}];
	}

	/** The arguments of a call, split at its commas; `undefined` if the parenthesis is never closed. */
	#readArguments(): readonly Token[][] | undefined {
		const list: Token[][] = [[]];
		let depth = 0;
		let braces = 0;
		for (let item = this.#pending.pop(); item !== undefined; item = this.#pending.pop()) {
			if ('end' in item) {
				this.#active.delete(item.end);
				continue;
			}

			const symbol = item.kind === 'symbol' ? item.text : '';
			braces += symbol === '{' ? 1 : (symbol === '}' ? -1 : 0);
			depth += symbol === '(' ? 1 : (symbol === ')' ? -1 : 0);
			if (depth === 0) {
				return list.map(unbrace);
			}

			if (symbol === ',' && depth === 1 && braces === 0) {
				list.push([]);
			} else if (!(symbol === '(' && depth === 1)) {
				list.at(-1)!.push(item);
			}
		}

		return undefined;
	}
}

/** `{a, b}` as an argument is `a, b`. */
export function unbrace(tokens: readonly Token[]): Token[] {
	return isSymbol(tokens[0], '{') && isSymbol(tokens.at(-1), '}') ? tokens.slice(1, -1) : [...tokens];
}

export function joinWithCommas(parts: ReadonlyArray<readonly Token[]>): readonly Token[] {
	return parts.flatMap((part, index) => index === 0 ? part : [{kind: 'symbol', text: ',', column: part[0]?.column ?? 1, space: false} as const, ...part]);
}

function substitute(macro: SingleLineMacro, values: ReadonlyArray<readonly Token[]>): readonly Token[] {
	return macro.body.flatMap(token => {
		const index = token.kind === 'name' ? macro.parameters!.indexOf(token.text) : -1;
		return index === -1 ? token : values[index]!.map((value, at) => at === 0 ? {...value, space: token.space} : value);
	});
}

/** Joins what stands on both sides of `%+` into one token. */
function pasteTokens(tokens: readonly Token[]): readonly Token[] {
	const output: Token[] = [];
	for (let at = 0; at < tokens.length; at++) {
		const token = tokens[at]!;
		if (token.text !== '%+' || token.kind !== 'percent') {
			output.push(token);
			continue;
		}

		const left = output.pop();
		const right = tokens[at + 1]?.text === '%+' ? undefined : tokens[++at];
		const text = (left?.text ?? '') + (right?.text ?? '');
		const place = left ?? token;
		output.push(...lexLine(text).tokens.map((piece, index) => ({...piece, column: place.column, space: index === 0 && place.space})));
	}

	return output;
}
