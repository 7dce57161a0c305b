import type {ExpressionContext} from './expression.js';
import type {Token} from './token.js';

/** What the parser of a line asks of the assembler. */
export type StatementHost = {
	readonly context: ExpressionContext;
	/** The section that the line is in; `undefined` in absolute space. */
	readonly section: number | undefined;
	readonly finalPass: boolean;
	/** Takes the label of the line, before anything else of it is looked at. */
	readonly label: (token: Token, isConstant: boolean) => void;
};
