import {evaluate} from './expression.js';
import type {Generator} from './generator.js';
import type {PassState} from './pass-state.js';
import type {LogicalLine} from './preprocessor-state.js';
import type {Token} from './token.js';
import type {TokenCursor} from './token-cursor.js';
import {isSimple} from './value.js';

/** A directive with what it works on. */
export type DirectiveCall = {
	readonly state: PassState;
	readonly generator: Generator;
	readonly line: LogicalLine;
	/** The word itself. */
	readonly name: Token;
	readonly cursor: TokenCursor;
	/** Assembles a line that the directive stands for. */
	readonly assemble: (tokens: readonly Token[]) => void;
};

export function report({state, line, name}: DirectiveCall, message: string, column = name.column): void {
	state.diagnostics.error({...line.position, column}, message);
}

/** A number that must be known now; `undefined` after an error. */
export function criticalNumber(call: DirectiveCall, message: string): number | undefined {
	const {column} = call.cursor;
	const value = evaluate(call.cursor, call.state.expressionContext(call.line.position, ' before use'))?.value;
	if (value !== undefined && (!isSimple(value) || !Number.isSafeInteger(Number(value.constant)))) {
		report(call, message, column);
		return undefined;
	}

	return value === undefined ? undefined : Number(value.constant);
}
