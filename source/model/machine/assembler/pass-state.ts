import type {AssemblerLimits} from './limits.js';
import type {Diagnostics, Position} from './diagnostics.js';
import type {ExpressionContext} from './expression.js';
import type {Location} from './location.js';
import type {SymbolTable} from './symbols.js';

export type PassKind = 'first' | 'middle' | 'final';

/** What the parts of one pass share. */
export type PassState = {
	readonly kind: PassKind;
	readonly location: Location;
	readonly symbols: SymbolTable;
	readonly diagnostics: Diagnostics;
	readonly limits: AssemblerLimits;
	readonly expressionContext: (position: Position, critical: ExpressionContext['critical']) => ExpressionContext;
	readonly spendTokens: (count: number, position: Position) => void;
};
