// The pieces that a source line is made of (NASM manual, chapter 3).

export type TokenKind =
	/** A name: label, instruction, register, keyword, macro; also `$name`, which is always a label. */
	| 'name'
	| 'number'
	/** A quoted string with its quotes. */
	| 'string'
	/** Something of the preprocessor: `%macro`, `%1`, `%%label`, `%$name`, `%+`, `%[...]`, `%{...}`. */
	| 'percent'
	| 'symbol';

export type Token = {
	readonly kind: TokenKind;
	readonly text: string;
	/** Column of the line that is reported; of code that a macro made, the column of the call. */
	readonly column: number;
	/** Whether white space stood before it. */
	readonly space: boolean;
};

/** Text that gives the same tokens again. */
export function tokensToText(tokens: readonly Token[]): string {
	return tokens.map((token, index) => (token.space && index > 0 ? ' ' : '') + token.text).join('');
}

export function isSymbol(token: Token | undefined, text: string): boolean {
	return token?.kind === 'symbol' && token.text === text;
}
