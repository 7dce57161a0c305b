// Passes over the source. How long a jump is depends on how far its target is, which depends on how long the jumps between are. The first pass
// believes every jump short; each further pass uses the addresses of the one before, until nothing moves; the last one writes.

import type {AssemblerLimits} from './limits.js';
import type {Diagnostics, Position} from './diagnostics.js';
import {directive} from './directives.js';
import type {ExpressionContext} from './expression.js';
import {Generator} from './generator.js';
import type {WrittenLine} from './generator.js';
import {layOut} from './layout.js';
import type {Layout} from './layout.js';
import {Location} from './location.js';
import type {SourceLine} from './multi-line-macro.js';
import type {PassKind, PassState} from './pass-state.js';
import type {LogicalLine} from './preprocessor-state.js';
import {Preprocessor} from './preprocessor.js';
import {parseLine} from './statement-parser.js';
import {SymbolTable} from './symbols.js';
import type {Token} from './token.js';

export type Source = {
	readonly diagnostics: Diagnostics;
	readonly limits: AssemblerLimits;
	readonly mainFile: string;
	readonly readFile: (name: string) => string | undefined;
	readonly defines: Readonly<Record<string, string>>;
};

type Result = {
	readonly bytes: Uint8Array;
	readonly origin: number;
	readonly symbols: ReadonlyMap<string, number>;
	readonly lines: ReadonlyArray<{readonly file: string; readonly line: number; readonly address: number; readonly length: number; readonly offset: number | undefined}>;
};

/** What is kept from pass to pass. */
type Assembly = Source & {
	readonly symbols: SymbolTable;
	readonly files: Map<string, readonly SourceLine[]>;
	tokens: number;
};

/** Assembles, or says why not and gives `undefined`. */
export function runPasses(source: Source): Result | undefined {
	const assembly: Assembly = {...source, symbols: new SymbolTable(source.diagnostics), files: new Map(), tokens: 0};
	const whole = {file: source.mainFile, line: 0, column: 0, macros: []};
	let pass = runPass(assembly, 1, 'first');
	let number = 1;
	while (!source.diagnostics.hasErrors && assembly.symbols.changes > 0) {
		if (number >= source.limits.passes) {
			source.diagnostics.fatal(whole, `unable to find valid values for all labels after ${number} passes; giving up.`);
		}

		number++;
		pass = runPass(assembly, number, 'middle');
	}

	if (source.diagnostics.hasErrors) {
		return undefined;
	}

	pass = runPass(assembly, number + 1, 'final');
	if (source.diagnostics.hasErrors) {
		return undefined;
	}

	const layout = layOut(pass.location.sections, pass.location.org, source.limits.outputBytes);
	if (typeof layout === 'string') {
		source.diagnostics.fatal(whole, layout);
	}

	return finish(assembly, pass.generator.written, layout);
}

type Pass = {readonly location: Location; readonly generator: Generator};

function runPass(assembly: Assembly, number: number, kind: PassKind): Pass {
	const {symbols, diagnostics, limits} = assembly;
	symbols.beginPass(number);
	diagnostics.beginPass();
	const location = new Location(limits);
	const spendTokens = (count: number, position: Position) => {
		assembly.tokens += count;
		if (assembly.tokens > limits.tokens) {
			diagnostics.fatal(position, `the source expands to more than ${limits.tokens} tokens`);
		}
	};
	const expressionContext = (position: Position, critical: ExpressionContext['critical']): ExpressionContext => ({
		symbol: name => symbols.value(name),
		wholeName: name => symbols.wholeName(name),
		here: location.here,
		base: location.base,
		critical,
		error: (message, column) => {
			diagnostics.error({...position, column}, message);
		},
		warning: (message, name, column) => {
			diagnostics.warning({...position, column}, message, name);
		},
		depthLimit: limits.expressionDepth,
	});
	const preprocessor = new Preprocessor({...assembly, finalPass: kind === 'final', bits: () => location.bits, expressionContext, spendTokens});
	const state: PassState = {kind, location, symbols, diagnostics, limits, expressionContext, spendTokens};
	const generator = new Generator(state);
	for (let line = preprocessor.next(); line !== undefined; line = preprocessor.next()) {
		assembleLine(state, generator, line);
	}

	return {location, generator};
}

function assembleLine(state: PassState, generator: Generator, line: LogicalLine): void {
	const again = (tokens: readonly Token[]) => {
		assembleLine(state, generator, {tokens, position: line.position});
	};
	if (!directive(state, generator, line, again)) {
		assembleStatement(state, generator, line);
	}
}

/** A line that is no directive. */
function assembleStatement(state: PassState, generator: Generator, {tokens, position}: LogicalLine): void {
	const {location} = state;
	const context = state.expressionContext(position, state.kind === 'final' ? '' : undefined);
	const parsed = parseLine(tokens, {
		context,
		section: location.sectionNumber,
		finalPass: state.kind === 'final',
		label: (token, isConstant) => {
			if (!isConstant) {
				state.symbols.define(labelName(token.text), location.sectionNumber, BigInt(location.offset), {...position, column: token.column}, true, state.kind === 'final');
			}
		},
	});
	if (parsed?.statement !== undefined) {
		generator.statement(parsed.statement, parsed, position);
	}
}

function labelName(text: string): string {
	return text.startsWith('$') ? text.slice(1) : text;
}

function finish(assembly: Assembly, written: readonly WrittenLine[], layout: Layout): Result {
	const symbols = new Map<string, number>();
	for (const [name, symbol] of assembly.symbols.entries) {
		symbols.set(name, Number(symbol.offset) + (symbol.section === undefined ? 0 : layout.addresses[symbol.section]!));
	}

	const lines = written.map(({file, line, section, at, length}) => {
		const place = layout.places[section];
		return {file, line, address: layout.addresses[section]! + at, length, offset: place === undefined ? undefined : place + at};
	});
	return {bytes: layout.bytes, origin: layout.origin, symbols, lines};
}
