// What the parts of the preprocessor share.

import type {AssemblerLimits} from './limits.js';
import type {Diagnostics, Position} from './diagnostics.js';
import type {ExpressionContext} from './expression.js';
import type {MacroHeader, MultiLineMacro, SourceLine} from './multi-line-macro.js';
import type {MacroTable, SingleLineMacro} from './single-line-macro.js';
import type {Frame} from './source-stack.js';
import type {Token} from './token.js';
import type {Value} from './value.js';

export type LogicalLine = {readonly tokens: readonly Token[]; readonly position: Position};

/** A `%macro` or `%rep` whose end has not been read yet. */
export type Definition = {
	readonly opener: 'macro' | 'rep';
	readonly header: MacroHeader | undefined;
	/** How often a `%rep` will run. */
	readonly count: number;
	readonly lines: SourceLine[];
	/** How many of the same kind have begun inside it. */
	nested: number;
};

/** An entry of the context stack: `%push`. */
export type MacroContext = {readonly name: string; readonly number: number; readonly macros: MacroTable<SingleLineMacro>};

/** What the preprocessor needs of the assembler around it. */
export type PreprocessorHost = {
	readonly diagnostics: Diagnostics;
	readonly limits: AssemblerLimits;
	readonly mainFile: string;
	readonly readFile: (name: string) => string | undefined;
	readonly defines: Readonly<Record<string, string>>;
	/** Errors of `%error` and warnings are said in the last pass only. */
	readonly finalPass: boolean;
	readonly bits: () => number;
	readonly expressionContext: (position: Position, critical: ExpressionContext['critical']) => ExpressionContext;
	/** Counts tokens over all passes. */
	readonly spendTokens: (count: number, position: Position) => void;
	/** Lines of the files already read, kept from pass to pass. */
	readonly files: Map<string, readonly SourceLine[]>;
};

/** One `%if` that is open. */
export type Condition = {
	emitting: boolean;
	/** Whether a branch has been taken, or none may be, because code around it is skipped. */
	settled: boolean;
	elseSeen: boolean;
	/** Whether what stands here is ignored whatever it says. */
	ignoring: boolean;
};

/** The preprocessor as its directives see it. */
export type PreprocessorState = {
	readonly host: PreprocessorHost;
	readonly defines: MacroTable<SingleLineMacro>;
	readonly macros: MacroTable<MultiLineMacro>;
	readonly contexts: MacroContext[];
	readonly conditions: Condition[];
	readonly frames: Frame[];
	definition: Definition | undefined;
	readonly position: Position;
	readonly uniqueNumber: () => number;
	readonly error: (message: string, column: number) => void;
	readonly warning: (message: string, name: string, column: number) => void;
	/** Goes on in a file; `false` if there is no such file. */
	readonly include: (name: string) => boolean;
	readonly push: (frame: Frame) => void;
	/** Replaces single-line macros. */
	readonly expand: (tokens: readonly Token[]) => readonly Token[];
	/** The value of an expression that must be known now; `undefined` after an error. */
	readonly evaluate: (tokens: readonly Token[]) => Value | undefined;
	/** The context that `%$name` or `%$$name` means, and the name in it. */
	readonly contextOf: (name: string) => {readonly context: MacroContext; readonly rest: string} | undefined;
};

/** Carries out a directive: its word, and what stands behind it. */
export type DirectiveHandler = (preprocessor: PreprocessorState, name: Token, tokens: readonly Token[]) => void;
