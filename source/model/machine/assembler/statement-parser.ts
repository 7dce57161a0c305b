// Reads one line: label, prefixes, mnemonic, operands (NASM manual, 3.1 and 3.3).

import {must} from '../../../base/assert.js';
import {parseDataItems} from './data.js';
import {mnemonics} from './encoding.js';
import {evaluate} from './expression.js';
import type {Prefixes, Statement} from './instruction.js';
import {otherMnemonics} from './other-mnemonics-table.js';
import {parseOperands} from './operand-parser.js';
import type {Operand} from './operand.js';
import {prefixKeywords, registers} from './registers.js';
import type {StatementHost} from './statement-host.js';
import {isSymbol} from './token.js';
import type {Token} from './token.js';
import {TokenCursor} from './token-cursor.js';
import {isSimple} from './value.js';

export type Line = {
	readonly label: Token | undefined;
	readonly statement: Statement | undefined;
	readonly times: bigint;
};

const dataSizes: ReadonlyMap<string, number> = new Map([['db', 1], ['dw', 2], ['dd', 4], ['dq', 8]]);
const reserveSizes: ReadonlyMap<string, number> = new Map([['resb', 1], ['resw', 2], ['resd', 4], ['resq', 8]]);

/** Whether a word is an instruction to NASM, be it one that the machine does not have. */
function isInstruction(word: string): boolean {
	return mnemonics.has(word) || dataSizes.has(word) || reserveSizes.has(word) || word === 'equ' || word === 'incbin' || otherMnemonics.has(word);
}

function instructionWord(token: Token | undefined): string | undefined {
	const word = token?.kind === 'name' ? token.text.toLowerCase() : undefined;
	return word !== undefined && isInstruction(word) ? word : undefined;
}

/** What a line says; `undefined` if it is wrong, which has been said. */
export function parseLine(tokens: readonly Token[], host: StatementHost): Line | undefined {
	const cursor = new TokenCursor(tokens);
	const first = must(cursor.peek(), 'parseLine: a token');
	if (!canBegin(first)) {
		host.context.error('label or instruction expected at start of line', first.column);
		return undefined;
	}

	const label = readLabel(cursor, host);
	const times = {value: 1n};
	const prefixes = readPrefixes(cursor, host, times);
	if (prefixes === undefined) {
		return undefined;
	}

	const token = cursor.peek();
	const hasPrefixes = Object.keys(prefixes).length > 0;
	if (token === undefined && (hasPrefixes || (label !== undefined && cursor.index <= 2))) {
		return {label, statement: hasPrefixes ? {kind: 'prefixes', prefixes} : undefined, times: times.value};
	}

	const word = instructionWord(token);
	if (word === undefined) {
		host.context.error('parser: instruction expected', token?.column ?? cursor.column);
		return undefined;
	}

	cursor.next();
	const statement = readStatement(word, token!, cursor, prefixes, host);
	return statement === undefined ? undefined : {label, statement, times: times.value};
}

function canBegin(token: Token): boolean {
	const word = token.text.toLowerCase();
	const register = registers.get(word);
	return token.kind === 'name' && (register === undefined || segmentPrefix(word));
}

function segmentPrefix(word: string): boolean {
	return ['es', 'cs', 'ss', 'ds', 'fs', 'gs'].includes(word);
}

function isPrefix(token: Token | undefined): boolean {
	const word = token?.kind === 'name' ? token.text.toLowerCase() : '';
	return word === 'times' || prefixKeywords.has(word) || segmentPrefix(word);
}

/** The label at the beginning of a line. An instruction before a colon is a label too. */
function readLabel(cursor: TokenCursor, host: StatementHost): Token | undefined {
	const token = cursor.peek()!;
	const colon = isSymbol(cursor.peek(1), ':');
	if (isPrefix(token) || (instructionWord(token) !== undefined && !colon)) {
		return undefined;
	}

	cursor.next();
	if (!cursor.take(':') && cursor.ended) {
		host.context.warning('label alone on a line without a colon might be in error', 'label-orphan', token.column);
	}

	const isConstant = instructionWord(cursor.peek()) === 'equ';
	host.label(token, isConstant);
	return token;
}

function readPrefixes(cursor: TokenCursor, host: StatementHost, times: {value: bigint}): Prefixes | undefined {
	const prefixes: Record<string, string> = {};
	while (isPrefix(cursor.peek())) {
		const token = cursor.next()!;
		const word = token.text.toLowerCase();
		if (word === 'times') {
			const value = readTimes(cursor, host);
			if (value === undefined) {
				return undefined;
			}

			times.value = value;
			continue;
		}

		const slot = prefixKeywords.get(word) ?? 'segment';
		if (prefixes[slot] === word) {
			host.context.warning('instruction has redundant prefixes', 'other', token.column);
		} else if (prefixes[slot] !== undefined) {
			host.context.error('instruction has conflicting prefixes', token.column);
		}

		prefixes[slot] = word;
	}

	return prefixes;
}

function readTimes(cursor: TokenCursor, host: StatementHost): bigint | undefined {
	const {column} = cursor;
	const value = evaluate(cursor, host.context)?.value;
	if (value === undefined) {
		return undefined;
	}

	if (!isSimple(value)) {
		host.context.error('non-constant argument supplied to TIMES', column);
		return 1n;
	}

	if (value.constant < 0n) {
		if (host.finalPass) {
			host.context.error(`TIMES value ${value.constant} is negative`, column);
		}

		return 0n;
	}

	return value.constant;
}

function readStatement(word: string, token: Token, cursor: TokenCursor, prefixes: Prefixes, host: StatementHost): Statement | undefined {
	const {column} = token;
	const dataSize = dataSizes.get(word);
	if (dataSize !== undefined) {
		const items = parseDataItems(cursor, host, dataSize);
		if (items?.length === 0) {
			host.context.warning('no operand for data declaration', 'db-empty', column);
		}

		return items === undefined ? undefined : {kind: 'data', size: dataSize, items};
	}

	const mnemonic = mnemonics.get(word);
	const reserveSize = reserveSizes.get(word);
	if (mnemonic === undefined && reserveSize === undefined && word !== 'equ') {
		host.context.error(word === 'incbin' ? '`incbin\' is not in this assembler' : `\`${word}' is not in the machine's instruction set`, column);
		return undefined;
	}

	const parsed = parseOperands(cursor, host, prefixes, word === 'jmp' || word === 'call');
	if (parsed === undefined) {
		return undefined;
	}

	const {operands} = parsed;
	if (word === 'equ') {
		return {kind: 'equ', operands, column};
	}

	if (reserveSize !== undefined) {
		return reserve(reserveSize, operands, column, host);
	}

	return {kind: 'instruction', instruction: {name: word, column, mnemonic: mnemonic!, operands, prefixes: parsed.prefixes}};
}

function reserve(size: number, operands: readonly Operand[], column: number, host: StatementHost): Statement | undefined {
	const [count] = operands;
	if (operands.length === 1 && count!.register === undefined && count!.address === undefined) {
		return {kind: 'reserve', size, count: count!};
	}

	if (host.finalPass) {
		host.context.error('invalid combination of opcode and operands', column);
	}

	return undefined;
}
