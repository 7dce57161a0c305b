// Operands of `db`, `dw`, `dd` and `dq` (NASM manual, 3.2.1 and 3.2.5).

import {evaluate} from './expression.js';
import type {DataItem} from './instruction.js';
import {stringBytes} from './literals.js';
import {endsItem} from './operand-parser.js';
import type {StatementHost} from './statement-host.js';
import {isSymbol} from './token.js';
import type {TokenCursor} from './token-cursor.js';
import {isJustUnknown, isRelocatable, isSimple} from './value.js';

/** The items up to the end of the line or the closing parenthesis; `undefined` if one is wrong, which has been said. */
export function parseDataItems(cursor: TokenCursor, host: StatementHost, size: number, depth = 0): readonly DataItem[] | undefined {
	if (depth > host.context.depthLimit) {
		host.context.error('expression too long', cursor.column);
		return undefined;
	}

	const items: DataItem[] = [];
	while (!cursor.ended && !cursor.at(')')) {
		const item = parseItem(cursor, host, size, depth);
		if (item === undefined) {
			return undefined;
		}

		items.push(item);
		if (!cursor.at(',') && !cursor.at(')') && item.kind === 'number') {
			// NASM overlooks one token behind a number: `db 1 2` is `db 1`.
			cursor.next();
		}

		if (cursor.ended || cursor.at(')')) {
			break;
		}

		if (!cursor.take(',')) {
			host.context.error('comma expected after operand', cursor.column);
			return undefined;
		}
	}

	return items;
}

function parseItem(cursor: TokenCursor, host: StatementHost, size: number, depth: number): DataItem | undefined {
	const {column} = cursor;
	const token = cursor.peek()!;
	if (token.kind === 'string' && endsItem(cursor, 1)) {
		cursor.next();
		return {kind: 'string', bytes: stringBytes(token.text)};
	}

	if (isSymbol(token, '?')) {
		cursor.next();
		return {kind: 'reserve'};
	}

	const value = evaluate(cursor, host.context)?.value;
	if (value === undefined) {
		return undefined;
	}

	if (cursor.peek()?.text.toLowerCase() === 'dup') {
		const problem = isSimple(value) ? (value.constant < 0n ? 'negative argument supplied to DUP' : undefined) : 'non-constant argument supplied to DUP';
		if (problem !== undefined) {
			host.context.error(problem, column);
			return undefined;
		}

		cursor.next();
		return parseRepeated(cursor, host, size, Number(value.constant), depth + 1);
	}

	if (!isJustUnknown(value) && !isRelocatable(value, host.section)) {
		host.context.error('expression is not simple or relocatable', column);
	}

	return {kind: 'number', value, column};
}

/** What `dup` repeats: a list in parentheses, or one item. */
function parseRepeated(cursor: TokenCursor, host: StatementHost, size: number, count: number, depth: number): DataItem | undefined {
	if (!cursor.take('(')) {
		const item = cursor.ended || depth > host.context.depthLimit ? undefined : parseItem(cursor, host, size, depth);
		return item === undefined ? undefined : {kind: 'repeat', count, items: [item]};
	}

	const items = parseDataItems(cursor, host, size, depth);
	if (items !== undefined && !cursor.take(')')) {
		host.context.error('expected `)\' after subexpression, got `end of line\'', cursor.column);
		return undefined;
	}

	return items === undefined ? undefined : {kind: 'repeat', count, items};
}
