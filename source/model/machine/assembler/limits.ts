// Budgets of one call of `assemble`. Source text is untrusted: a repetition of a thousand million bytes, a macro that doubles at every
// level or a file that includes itself must end in an error message, never in a hang.

export type AssemblerLimits = {
	/** Characters of the source and of every file that it includes, each time it is included. */
	readonly sourceCharacters: number;
	/** Tokens that all passes together may read and expand; what bounds the time. The machine's own test programs take up to 150,000. */
	readonly tokens: number;
	/** Tokens of one line after its single-line macros are expanded. */
	readonly lineTokens: number;
	/** Macro calls, repetitions and included files inside one another. */
	readonly depth: number;
	/** Parentheses, brackets and operators that stand before a value, inside one another in one expression. */
	readonly expressionDepth: number;
	/** Passes until every label has found its address. */
	readonly passes: number;
	readonly outputBytes: number;
	/** Messages; what comes after them is not said. */
	readonly diagnostics: number;
};

export const defaultLimits: AssemblerLimits = {
	sourceCharacters: 2 * 1024 * 1024,
	tokens: 1_500_000,
	lineTokens: 20_000,
	depth: 64,
	expressionDepth: 200,
	passes: 100,
	outputBytes: 4 * 1024 * 1024,
	diagnostics: 100,
};
