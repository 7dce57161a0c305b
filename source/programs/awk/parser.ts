// Parses awk programs: rules, functions and statements.

import {depthMax, ExpressionParser, Refused} from './expression-parser.js';
import {lex, type LexProblem} from './lexer.js';
import type {AwkProgram, Expression, Redirection, Rule, Statement, UserFunction} from './syntax.js';

/** The program, or what is wrong with it and in which line. */
export function parseAwk(source: string): AwkProgram | LexProblem {
	const tokens = lex(source);
	if ('error' in tokens) {
		return tokens;
	}

	try {
		return new Parser(tokens).program();
	} catch (error) {
		if (error instanceof Refused) {
			return {error: error.message, line: error.line};
		}

		throw error;
	}
}

class Parser extends ExpressionParser {
	program(): AwkProgram {
		const begin: Statement[] = [];
		const end: Statement[] = [];
		const rules: Rule[] = [];
		const functions = new Map<string, UserFunction>();
		for (this.terminators(); this.token.kind !== 'end'; this.terminators()) {
			if (this.takeWord('function')) {
				const definition = this.#function();
				functions.set(definition.name, definition);
			} else if (this.takeWord('BEGIN')) {
				begin.push(this.#block());
			} else if (this.takeWord('END')) {
				end.push(this.#block());
			} else {
				rules.push(this.#rule());
			}
		}

		this.#checkCalls(functions);
		return {begin, rules, end, functions};
	}

	#checkCalls(functions: ReadonlyMap<string, UserFunction>): void {
		const missing = this.tokens.find(token => token.kind === 'function name' && !functions.has(token.text));
		if (missing?.kind === 'function name') {
			throw new Refused(`function ${missing.text} never defined`, missing.line);
		}
	}

	#rule(): Rule {
		if (this.isSymbol('{')) {
			return {pattern: undefined, until: undefined, action: this.#block()};
		}

		const pattern = this.expression();
		let until: Expression | undefined;
		if (this.take(',')) {
			this.newlines();
			until = this.expression();
		}

		return {pattern, until, action: this.isSymbol('{') ? this.#block() : undefined};
	}

	#function(): UserFunction {
		const name = this.token;
		if (name.kind !== 'name' && name.kind !== 'function name') {
			this.fail();
		}

		this.at++;
		this.expect('(');
		const parameters: string[] = [];
		while (!this.take(')')) {
			parameters.push(this.name());
			if (!this.isSymbol(')')) {
				this.expect(',');
				this.newlines();
			}
		}

		this.newlines();
		return {name: name.text, parameters, body: this.#block()};
	}

	// Statements

	#block(): Statement {
		this.expect('{');
		const body: Statement[] = [];
		for (this.terminators(); !this.take('}'); this.terminators()) {
			body.push(this.#statement());
		}

		return {kind: 'block', body};
	}

	#statement(): Statement {
		if (++this.depth > depthMax) {
			throw new Refused('program is nested too deeply', this.token.line);
		}

		const statement = this.#anyStatement();
		this.depth--;
		return statement;
	}

	#anyStatement(): Statement {
		if (this.isSymbol('{')) {
			return this.#block();
		}

		if (this.take(';')) {
			return {kind: 'block', body: []};
		}

		const token = this.token;
		if (token.kind === 'word') {
			switch (token.text) {
				case 'if': return this.#if();
				case 'while': return this.#while();
				case 'do': return this.#do();
				case 'for': return this.#for();
				default:
			}
		}

		const statement = this.#simple();
		this.#endOfStatement();
		return statement;
	}

	#endOfStatement(): void {
		if (this.token.kind === 'newline' || this.isSymbol(';')) {
			this.at++;
		} else if (!this.isSymbol('}')) {
			this.fail();
		}
	}

	#condition(): Expression {
		this.expect('(');
		const condition = this.expression();
		this.expect(')');
		return condition;
	}

	#body(): Statement {
		this.newlines();
		return this.#statement();
	}

	#if(): Statement {
		this.at++;
		const condition = this.#condition();
		const yes = this.#body();
		const before = this.at;
		this.terminators();
		if (this.takeWord('else')) {
			return {kind: 'if', condition, yes, no: this.#body()};
		}

		this.at = before;
		return {kind: 'if', condition, yes, no: undefined};
	}

	#while(): Statement {
		this.at++;
		const condition = this.#condition();
		return {kind: 'while', condition, body: this.#body()};
	}

	#do(): Statement {
		this.at++;
		const body = this.#body();
		this.terminators();
		if (!this.takeWord('while')) {
			this.fail();
		}

		const condition = this.#condition();
		this.#endOfStatement();
		return {kind: 'do', condition, body};
	}

	#for(): Statement {
		this.at++;
		this.expect('(');
		const [first, second, third, fourth] = this.tokens.slice(this.at);
		if (first?.kind === 'name' && second?.kind === 'word' && second.text === 'in' && third?.kind === 'name' && fourth?.kind === 'symbol' && fourth.text === ')') {
			this.at += 4;
			return {kind: 'for in', variable: {kind: 'variable', name: first.text}, name: third.text, body: this.#body()};
		}

		const start = this.isSymbol(';') ? undefined : this.#simple();
		this.expect(';');
		this.newlines();
		const condition = this.isSymbol(';') ? undefined : this.expression();
		this.expect(';');
		this.newlines();
		const update = this.isSymbol(')') ? undefined : this.#simple();
		this.expect(')');
		return {kind: 'for', start, condition, update, body: this.#body()};
	}

	#simple(): Statement {
		const token = this.token;
		if (token.kind !== 'word') {
			return {kind: 'expression', expression: this.expression()};
		}

		switch (token.text) {
			case 'print':
			case 'printf': {
				this.at++;
				return this.#print(token.text);
			}

			case 'break':
			case 'continue':
			case 'next':
			case 'nextfile': {
				this.at++;
				return {kind: token.text};
			}

			case 'exit':
			case 'return': {
				this.at++;
				const bare = this.token.kind === 'newline' || this.isSymbol(';', '}');
				return {kind: token.text, value: bare ? undefined : this.expression()};
			}

			case 'delete': {
				this.at++;
				const name = this.name();
				return {kind: 'delete', name, subscripts: this.take('[') ? this.list(']') : undefined};
			}

			default: return {kind: 'expression', expression: this.expression()};
		}
	}

	#print(kind: 'print' | 'printf'): Statement {
		let args: readonly Expression[] = [];
		const before = this.noGreater;
		this.noGreater = true;
		if (!(this.token.kind === 'newline' || this.isSymbol(';', '}', '>', '>>', '|'))) {
			args = this.#printArguments();
		}

		this.noGreater = before;
		return {kind, args, redirection: this.#redirection()};
	}

	/** `print (a, b) > f`: parentheses around the whole list, unless an expression goes on after them. */
	#printArguments(): readonly Expression[] {
		const start = this.at;
		if (this.take('(')) {
			const before = this.noGreater;
			this.noGreater = false;
			const list = this.list(')');
			this.noGreater = before;
			if (this.token.kind === 'newline' || this.isSymbol(';', '}', '>', '>>', '|')) {
				return list;
			}

			this.at = start;
		}

		const list = [this.expression()];
		while (this.take(',')) {
			this.newlines();
			list.push(this.expression());
		}

		return list;
	}

	#redirection(): Redirection | undefined {
		const token = this.token;
		if (token.kind !== 'symbol' || !['>', '>>', '|'].includes(token.text)) {
			return undefined;
		}

		this.at++;
		return {kind: token.text as '>', target: this.concatenation(true)};
	}
}
