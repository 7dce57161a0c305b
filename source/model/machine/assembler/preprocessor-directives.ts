// The directives of the preprocessor that are no conditions (NASM manual, 4.1 to 4.9).

import type {MacroHeader, SourceLine} from './multi-line-macro.js';
import {parseMacroHeader} from './multi-line-macro.js';
import type {DirectiveHandler, PreprocessorState} from './preprocessor-state.js';
import {defineDirectives, directiveText} from './preprocessor-text.js';
import {MacroTable} from './single-line-macro.js';
import {tokensToText} from './token.js';
import type {Token} from './token.js';
import {isSimple} from './value.js';

const refusedDirectives = ['%arg', '%local', '%stacksize', '%use', '%pathsearch', '%depend', '%line', '%clear', '%rmacro', '%irmacro', '%aliases', '%defalias', '%idefalias', '%undefalias'];

export const directives: ReadonlyMap<string, DirectiveHandler> = new Map<string, DirectiveHandler>([
	...defineDirectives,
	['%macro', beginMacro],
	['%imacro', beginMacro],
	['%unmacro', removeMacro],
	['%endmacro', misplaced('not defining a macro')],
	['%endm', misplaced('not defining a macro')],
	['%exitmacro', exitMacro],
	['%rotate', rotate],
	['%rep', beginRepetition],
	['%endrep', misplaced('no matching `%rep\'')],
	['%exitrep', exitRepetition],
	['%include', include],
	['%push', pushContext],
	['%pop', popContext],
	['%repl', replaceContext],
	['%error', say('error')],
	['%warning', say('warning')],
	['%fatal', say('fatal')],
	['%pragma', () => undefined],
	...refusedDirectives.map(word => [word, refuse] as const),
]);

function refuse(preprocessor: PreprocessorState, name: Token): void {
	preprocessor.error(`\`${name.text}' is not in this assembler`, name.column);
}

function misplaced(what: string): DirectiveHandler {
	return (preprocessor, name) => {
		preprocessor.error(`\`${name.text}': ${what}`, name.column);
	};
}

function beginMacro(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const header = parseMacroHeader(name.text, tokens);
	if (typeof header === 'string') {
		preprocessor.error(header, tokens[0]?.column ?? name.column);
	}

	if (tokens.length === 0) {
		return;
	}

	// A macro with a bad count is read to its end all the same, so that its body is not taken for code.
	const readable = typeof header === 'string' ? {name: tokens[0]!.text, caseless: false, minimum: 0, maximum: 0, greedy: false, defaults: []} : header;
	preprocessor.definition = {opener: 'macro', header: readable, count: 0, lines: [], nested: 0};
}

function removeMacro(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const header = parseMacroHeader(name.text, tokens);
	if (typeof header === 'string') {
		preprocessor.error(header, tokens[0]?.column ?? name.column);
		return;
	}

	preprocessor.macros.remove(header.name, macro => macro.minimum === header.minimum && macro.maximum === header.maximum);
}

function beginRepetition(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const value = tokens.length === 0 ? undefined : preprocessor.evaluate(tokens);
	if (tokens.length === 0) {
		preprocessor.error(`\`${name.text}' expects a repeat count`, name.column);
	}

	const simple = value !== undefined && isSimple(value);
	if (value !== undefined && !simple) {
		preprocessor.error(`non-constant value given to \`${name.text}'`, tokens[0]!.column);
	}

	const count = simple ? value.constant : 0n;
	if (count < 0n && preprocessor.host.finalPass) {
		preprocessor.warning(`negative \`${name.text}' count: ${count}`, 'pp-rep-negative', tokens[0]!.column);
	}

	// NASM's own limit (--limit-rep).
	if (count > 1_000_000n) {
		preprocessor.error(`\`${name.text}' count ${count} exceeds limit (currently 1000000)`, tokens[0]!.column);
	}

	preprocessor.definition = {opener: 'rep', header: undefined, count: count < 0n || count > 1_000_000n ? 0 : Number(count), lines: [], nested: 0};
}

/** What happens when the end of a macro or a repetition has been read. */
export function endDefinition(preprocessor: PreprocessorState, definition: {readonly header: MacroHeader | undefined; readonly count: number; readonly lines: readonly SourceLine[]}): void {
	const frame = preprocessor.frames.at(-1)!;
	const {header, count, lines} = definition;
	if (header !== undefined) {
		const clash = (old: MacroHeader) => old.minimum <= header.maximum && header.minimum <= old.maximum;
		preprocessor.macros.add({...header, body: lines, file: frame.file}, clash);
	} else if (count > 0) {
		preprocessor.push({...frame, kind: 'repetition', lines, next: 0, remaining: count - 1, conditions: preprocessor.conditions.length});
	}
}

function exitRepetition(preprocessor: PreprocessorState, name: Token): void {
	const index = preprocessor.frames.findLastIndex(frame => frame.kind === 'repetition');
	const barrier = preprocessor.frames.findLastIndex(frame => frame.kind !== 'repetition');
	if (index < barrier) {
		preprocessor.error(`\`${name.text}' not within \`%rep' block`, name.column);
		return;
	}

	leave(preprocessor, index);
}

function exitMacro(preprocessor: PreprocessorState, name: Token): void {
	const index = preprocessor.frames.findLastIndex(frame => frame.kind === 'macro');
	if (index <= preprocessor.frames.findLastIndex(frame => frame.kind === 'file')) {
		preprocessor.error(`\`${name.text}' not within \`%macro' block`, name.column);
		return;
	}

	leave(preprocessor, index);
}

/** Goes on after a frame, and closes the conditions that were opened in it. */
function leave(preprocessor: PreprocessorState, index: number): void {
	const frame = preprocessor.frames[index]!;
	preprocessor.frames.length = index;
	preprocessor.conditions.length = Math.min(preprocessor.conditions.length, frame.conditions);
}

function rotate(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const value = tokens.length === 0 ? undefined : preprocessor.evaluate(tokens);
	const call = preprocessor.frames.at(-1)!.call;
	if (tokens.length === 0) {
		preprocessor.error(`\`${name.text}' missing rotate count`, name.column);
	} else if (value !== undefined && !isSimple(value)) {
		preprocessor.error(`non-constant value given to \`${name.text}'`, tokens[0]!.column);
	} else if (call === undefined) {
		preprocessor.error(`\`${name.text}' invoked outside a macro call`, name.column);
	} else if (call.parameters.length === 0) {
		preprocessor.error(`\`${name.text}' invoked within macro without parameters`, name.column);
	} else if (value !== undefined) {
		const count = BigInt(call.parameters.length);
		const turned = (BigInt(call.rotation) + value.constant) % count;
		call.rotation = Number((turned + count) % count);
	}
}

function include(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const [file] = preprocessor.expand(tokens);
	if (file?.kind !== 'string') {
		preprocessor.error(`\`${name.text}' expects a file name`, name.column);
		return;
	}

	const path = directiveText(file);
	if (!preprocessor.include(path)) {
		preprocessor.error(`unable to open include file \`${path}': No such file or directory`, file.column);
	}
}

function pushContext(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const depth = preprocessor.contexts.length;
	if (depth >= preprocessor.host.limits.depth) {
		preprocessor.host.diagnostics.fatal(preprocessor.position, `more than ${preprocessor.host.limits.depth} contexts are pushed`);
	}

	preprocessor.contexts.push({name: tokens[0]?.text ?? '', number: preprocessor.uniqueNumber(), macros: new MacroTable()});
}

function popContext(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const top = preprocessor.contexts.at(-1);
	const wanted = tokens[0]?.text;
	if (top === undefined) {
		preprocessor.error(`\`${name.text}': context stack is empty`, name.column);
	} else if (wanted !== undefined && wanted !== top.name) {
		preprocessor.error(`\`${name.text}' in wrong context: ${top.name === '' ? 'anonymous' : top.name}, expected ${wanted}`, name.column);
	} else {
		preprocessor.contexts.pop();
	}
}

function replaceContext(preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]): void {
	const top = preprocessor.contexts.pop();
	if (top === undefined) {
		preprocessor.error(`\`${name.text}': context stack is empty`, name.column);
	} else {
		preprocessor.contexts.push({...top, name: tokens[0]?.text ?? ''});
	}
}

function say(severity: 'error' | 'warning' | 'fatal'): DirectiveHandler {
	return (preprocessor, name, tokens) => {
		const expanded = preprocessor.expand(tokens);
		const message = expanded.length === 1 && expanded[0]!.kind === 'string' ? directiveText(expanded[0]!) : tokensToText(tokens);
		if (severity === 'fatal') {
			preprocessor.host.diagnostics.fatal({...preprocessor.position, column: name.column}, message);
		}

		if (preprocessor.host.finalPass && severity === 'error') {
			preprocessor.error(message, name.column);
		} else if (preprocessor.host.finalPass) {
			preprocessor.warning(message, 'user', name.column);
		}
	};
}
