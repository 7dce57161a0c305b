// The preprocessor (NASM manual, chapter 4) gives the assembler one line after another. It runs anew in every pass, because `%if` and
// `%assign` may ask for `$` and for labels.

import type {Position} from './diagnostics.js';
import {evaluate} from './expression.js';
import {lexLine} from './lexer.js';
import {fitParameters, splitParameters, substituteParameters, takesParameters} from './multi-line-macro.js';
import type {MultiLineMacro, SourceLine} from './multi-line-macro.js';
import {branch, conditionalDirective} from './preprocessor-conditions.js';
import {directives, endDefinition} from './preprocessor-directives.js';
import type {Condition, Definition, LogicalLine, MacroContext, PreprocessorHost, PreprocessorState} from './preprocessor-state.js';
import {MacroTable, expandSingleLine} from './single-line-macro.js';
import type {ExpansionContext, SingleLineMacro} from './single-line-macro.js';
import {framePosition, sourceLines} from './source-stack.js';
import type {Frame} from './source-stack.js';
import {isSymbol} from './token.js';
import type {Token} from './token.js';
import {TokenCursor} from './token-cursor.js';
import type {Value} from './value.js';

/** What reading a line and calling a macro cost of the budget beside their tokens. */
const lineTokens = 4;
const callTokens = 20;

export class Preprocessor implements PreprocessorState {
	readonly host: PreprocessorHost;
	readonly defines = new MacroTable<SingleLineMacro>();
	readonly macros = new MacroTable<MultiLineMacro>();
	readonly contexts: MacroContext[] = [];
	readonly conditions: Condition[] = [];
	readonly frames: Frame[] = [];
	definition: Definition | undefined;
	/** The place of the line being read. */
	position: Position;
	/** Makes numbers for local labels and contexts. */
	#unique = 0;
	#characters = 0;
	#ended = false;

	constructor(host: PreprocessorHost) {
		this.host = host;
		this.position = {file: host.mainFile, line: 1, column: 1, macros: []};
		for (const [name, text] of Object.entries(host.defines)) {
			this.defines.add({name, caseless: false, parameters: undefined, greedy: false, body: lexLine(text).tokens}, () => true);
		}

		this.include(host.mainFile);
	}

	uniqueNumber(): number {
		return ++this.#unique;
	}

	/** The next line for the assembler, or `undefined` at the end of the source. */
	next(): LogicalLine | undefined {
		while (this.frames.length > 0) {
			const line = this.#fetch();
			if (line !== undefined) {
				const tokens = this.#process(line);
				if (tokens !== undefined && tokens.length > 0) {
					return {tokens, position: this.position};
				}
			}
		}

		this.#checkEnd();
		return undefined;
	}

	error(message: string, column: number): void {
		this.host.diagnostics.error({...this.position, column}, message);
	}

	warning(message: string, name: string, column: number): void {
		this.host.diagnostics.warning({...this.position, column}, message, name);
	}

	/** Goes on in a file; `false` if there is no such file. */
	include(name: string): boolean {
		const known = this.host.files.get(name);
		const text = this.host.readFile(name);
		if (text === undefined) {
			return false;
		}

		this.#characters += text.length;
		if (this.#characters > this.host.limits.sourceCharacters) {
			this.host.diagnostics.fatal(this.position, `the source has more than ${this.host.limits.sourceCharacters} characters`);
		}

		const lines = known ?? sourceLines(text);
		this.host.files.set(name, lines);
		this.push({kind: 'file', file: name, lines, next: 0, call: undefined, reported: undefined, remaining: 0, conditions: this.conditions.length});
		return true;
	}

	push(frame: Frame): void {
		if (this.frames.length >= this.host.limits.depth) {
			const innermost = this.frames.at(-1)!;
			const what = innermost.kind === 'file' ? 'files are included' : 'macros and repetitions are expanded';
			this.host.diagnostics.fatal(this.position, `${what} more than ${this.host.limits.depth} levels deep`);
		}

		this.frames.push(frame);
	}

	/** Replaces single-line macros. */
	expand(tokens: readonly Token[]): readonly Token[] {
		return expandSingleLine(tokens, this.#expansion);
	}

	/** The value of an expression that must be known now; `undefined` after an error. */
	evaluate(tokens: readonly Token[]): Value | undefined {
		const cursor = new TokenCursor(splitPercent(this.expand(tokens)));
		const result = evaluate(cursor, this.host.expressionContext(this.position, ' before use'));
		if (result !== undefined && !cursor.ended) {
			this.warning('trailing garbage after expression ignored', 'pp-trailing', cursor.column);
		}

		return result?.value;
	}

	/** The macros of the context that `%$name` or `%$$name` means, and the name in it. */
	contextOf(name: string): {readonly context: MacroContext; readonly rest: string} | undefined {
		const match = /^%(\$+)(.*)$/v.exec(name);
		const context = match === null ? undefined : this.contexts.at(-match[1]!.length);
		return context === undefined ? undefined : {context, rest: match![2]!};
	}

	#expansion: ExpansionContext = {
		find: name => {
			const local = name.startsWith('%$') ? this.contextOf(name) : undefined;
			return local === undefined ? this.defines.find(name) : local.context.macros.find(local.rest);
		},
		builtin: name => this.#builtin(name),
		contextLabel: token => {
			const local = this.contextOf(token.text);
			if (local === undefined) {
				this.error(this.contexts.length === 0 ? `\`${token.text}': context stack is empty` : `\`${token.text}': context stack is only ${this.contexts.length} level${this.contexts.length === 1 ? '' : 's'} deep`, token.column);
			}

			return local === undefined ? undefined : `..@${local.context.number}.${local.rest}`;
		},
		spend: (count, length) => {
			this.host.spendTokens(count, this.position);
			if (length > this.host.limits.lineTokens) {
				this.host.diagnostics.fatal(this.position, `a line expands to more than ${this.host.limits.lineTokens} tokens`);
			}
		},
		warnParameters: (macro, count, column) => {
			this.warning(`single-line macro \`${macro}' exists, but not taking ${count} parameter${count === 1 ? '' : 's'}`, 'pp-macro-params-single', column);
		},
	};

	#builtin(name: string): readonly Token[] | undefined {
		const words: Readonly<Record<string, () => string>> = {
			__LINE__: () => String(this.position.macros.at(-1)?.line ?? this.position.line),
			__FILE__: () => `'${this.position.file}'`,
			__BITS__: () => String(this.host.bits()),
			__OUTPUT_FORMAT__: () => 'bin',
			__NASM_MAJOR__: () => '2',
			__NASM_MINOR__: () => '16',
		};
		const word = name.startsWith('__?') && name.endsWith('?__') ? `__${name.slice(3, -3)}__` : name;
		return word.startsWith('__') && Object.hasOwn(words, word) ? lexLine(words[word]!()).tokens : undefined;
	}

	/** The next raw line; `undefined` if a frame ended instead. */
	#fetch(): SourceLine | undefined {
		const frame = this.frames.at(-1)!;
		const line = frame.lines[frame.next];
		if (line !== undefined) {
			frame.next++;
			this.position = framePosition(frame, line.line);
			this.host.spendTokens(line.tokens.length + lineTokens, this.position);
			return line;
		}

		if (frame.remaining > 0) {
			frame.remaining--;
			frame.next = 0;
			this.host.spendTokens(1, this.position);
			return undefined;
		}

		this.frames.pop();
		if (frame.kind === 'file') {
			this.#endFile(frame);
		}

		return undefined;
	}

	#endFile(frame: Frame): void {
		const end = {file: frame.file, line: (frame.lines.at(-1)?.line ?? 0) + 1, column: 1, macros: []};
		if (this.conditions.length > frame.conditions) {
			this.host.diagnostics.fatal(end, 'expected `%endif\' before end of file');
		}

		this.position = this.frames.length === 0 ? end : this.position;
	}

	#checkEnd(): void {
		if (this.definition !== undefined && !this.#ended) {
			this.error(this.definition.opener === 'rep' ? 'end of file while still in %rep' : `end of file while still defining macro \`${this.definition.header!.name}'`, 1);
		}

		this.#ended = true;
	}

	#process(line: SourceLine): readonly Token[] | undefined {
		if (line.openQuote !== undefined) {
			this.warning(`unterminated string (missing \`${line.openQuote.quote}')`, 'pp-open-string', line.openQuote.column);
		}

		if (this.definition !== undefined) {
			this.#collect(this.definition, line);
			return undefined;
		}

		const emitting = this.conditions.every(condition => condition.emitting);
		const tokens = emitting ? this.#bindParameters(line.tokens) : line.tokens;
		const [first] = tokens;
		const word = first?.kind === 'percent' ? first.text.toLowerCase() : undefined;
		if (word !== undefined && conditionalDirective(word)) {
			branch(this, word, first!, tokens.slice(1));
			return undefined;
		}

		if (!emitting) {
			return undefined;
		}

		const directive = word === undefined ? undefined : directives.get(word);
		if (directive !== undefined) {
			directive(this, first!, tokens.slice(1));
			return undefined;
		}

		return this.#code(tokens);
	}

	#bindParameters(tokens: readonly Token[]): readonly Token[] {
		const frame = this.frames.at(-1)!;
		const problem = (message: string, column: number) => {
			this.error(message, column);
		};
		if (frame.call !== undefined) {
			// A token of the macro's body is reported at the call; those of its parameters keep their place in it.
			const column = frame.reported!.column;
			return substituteParameters(tokens.map(token => ({...token, column})), frame.call, problem);
		}

		const stray = tokens.find(token => token.kind === 'percent' && /^%(?:%|[+\-]?\d|\{[\d+\-])/v.test(token.text));
		if (stray !== undefined) {
			problem(`\`${stray.text}': not in a macro call`, stray.column);
		}

		return tokens;
	}

	#collect(definition: Definition, line: SourceLine): void {
		const word = line.tokens[0]?.kind === 'percent' ? line.tokens[0].text.toLowerCase() : '';
		const opens = definition.opener === 'rep' ? word === '%rep' : ['%macro', '%imacro', '%rmacro', '%irmacro'].includes(word);
		const closes = definition.opener === 'rep' ? word === '%endrep' : word === '%endmacro' || word === '%endm';
		if (closes && definition.nested === 0) {
			this.definition = undefined;
			endDefinition(this, definition);
			return;
		}

		definition.nested += opens ? 1 : (closes ? -1 : 0);
		definition.lines.push(line);
	}

	/** A line that is no directive: macros are expanded, and a call of a multi-line macro goes on in its body. */
	#code(tokens: readonly Token[]): readonly Token[] | undefined {
		const expanded = this.expand(tokens);
		if (expanded.length === 0) {
			return undefined;
		}

		const labelled = expanded[0]?.kind === 'name' ? (isSymbol(expanded[1], ':') ? 2 : 1) : 0;
		if (this.#call(expanded, 0, undefined)) {
			return undefined;
		}

		if (labelled > 0 && expanded[labelled]?.kind === 'name' && this.#call(expanded, labelled, expanded[0])) {
			const frame = this.frames.at(-1)!;
			const usesLabel = frame.lines.some(line => line.tokens.some(token => token.text === '%00' || token.text === '%{00}'));
			return usesLabel ? undefined : [...expanded.slice(0, 1), {kind: 'symbol', text: ':', column: expanded[0]!.column, space: false}];
		}

		return splitPercent(expanded);
	}

	#call(tokens: readonly Token[], at: number, label: Token | undefined): boolean {
		const name = tokens[at]!;
		const named = name.kind === 'string' ? [] : this.macros.find(name.text);
		const candidates = named.filter(macro => this.frames.every(frame => frame.call?.macro !== macro));
		if (candidates.length === 0) {
			return false;
		}

		this.host.spendTokens(callTokens, this.position);
		const written = splitParameters(tokens.slice(at + 1));
		const count = written.length;
		const trailing = count > 1 && isSymbol(tokens.at(-1), ',');
		const macro = candidates.find(candidate => takesParameters(candidate, count)) ?? (trailing ? candidates.find(candidate => takesParameters(candidate, count - 1)) : undefined);
		if (macro === undefined) {
			this.warning(`multi-line macro \`${name.text}' exists, but not taking ${count} parameter${count === 1 ? '' : 's'}`, 'pp-macro-params-multi', name.column);
			return false;
		}

		if (trailing) {
			const what = takesParameters(macro, count) ? `dropping trailing empty parameter in call to multi-line macro \`${name.text}'` : `improperly calling multi-line macro \`${name.text}' with ${count} parameters`;
			this.warning(what, 'pp-macro-params-legacy', name.column);
		}

		const parameters = fitParameters(macro, trailing ? written.slice(0, -1) : written);
		const call = {macro, parameters, label, name, number: this.uniqueNumber(), rotation: 0};
		this.push({kind: 'macro', file: macro.file, lines: macro.body, next: 0, call, reported: {...this.position, column: this.#callColumn(name)}, remaining: 0, conditions: this.conditions.length});
		return true;
	}

	/** Inside a macro, the call that the person wrote is the outermost one. */
	#callColumn(name: Token): number {
		return this.frames.at(-1)!.reported?.column ?? name.column;
	}
}

/** `%b` in a finished line is no directive but the operator `%` and a name. */
function splitPercent(tokens: readonly Token[]): readonly Token[] {
	if (!tokens.some(token => token.kind === 'percent')) {
		return tokens;
	}

	return tokens.flatMap(token => {
		if (token.kind !== 'percent') {
			return token;
		}

		const operator = token.text.startsWith('%%') ? '%%' : '%';
		const rest = lexLine(token.text.slice(operator.length), token.column - 1 + operator.length).tokens;
		return [{...token, kind: 'symbol' as const, text: operator}, ...rest];
	});
}
