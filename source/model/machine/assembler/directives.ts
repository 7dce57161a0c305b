// Directives of the assembler, with and without brackets (NASM manual, chapter 7 and 8.1), and the words that NASM defines as macros:
// `align`, `struc` and their like (4.11).

import {criticalNumber, report} from './directive-call.js';
import type {DirectiveCall} from './directive-call.js';
import type {Generator} from './generator.js';
import type {PassState} from './pass-state.js';
import type {LogicalLine} from './preprocessor-state.js';
import {alignSection, openSection} from './section-directives.js';
import {beginInstance, beginStructure, endInstance, endStructure, member} from './structure-directives.js';
import {isSymbol} from './token.js';
import type {Token} from './token.js';
import {TokenCursor} from './token-cursor.js';

type Directive = (call: DirectiveCall) => void;

const nothing: Directive = () => undefined;

const directives: ReadonlyMap<string, Directive> = new Map<string, Directive>([
	['bits', call => {
		setBits(call, call.cursor.next()?.text ?? '');
	}],
	['use16', call => {
		setBits(call, '16');
	}],
	['use32', call => {
		setBits(call, '32');
	}],
	['use64', call => {
		setBits(call, '64');
	}],
	['org', setOrigin],
	['section', openSection],
	['segment', openSection],
	['sectalign', call => {
		const {column} = call.cursor;
		alignSection(call, criticalNumber(call, 'argument to `sectalign\' is not a constant') ?? 1, column);
	}],
	['absolute', goAbsolute],
	['__sect__', leaveAbsolute],
	['__?sect?__', leaveAbsolute],
	['align', align],
	['alignb', align],
	['struc', beginStructure],
	['endstruc', endStructure],
	['istruc', beginInstance],
	['at', member],
	['iend', endInstance],
	['global', nothing],
	['static', nothing],
	['required', nothing],
	['extern', refuse('binary output format does not support external references')],
	['common', refuse('binary output format does not support common variables')],
	['cpu', nothing],
	['default', nothing],
	['warning', nothing],
	['list', nothing],
	['float', refuse('the machine has no floating point')],
]);

/** Those that are no macros in NASM and so need brackets. */
const bracketOnly = new Set(['warning', 'list']);

/** Carries out the line if it is a directive. */
export function directive(state: PassState, generator: Generator, line: LogicalLine, assembleLine: (tokens: readonly Token[]) => void): boolean {
	const {tokens} = line;
	const call = (name: Token, rest: readonly Token[]): DirectiveCall => ({state, generator, line, name, cursor: new TokenCursor(rest), assemble: assembleLine});
	if (isSymbol(tokens[0], '[')) {
		const close = tokens.findLastIndex(token => isSymbol(token, ']'));
		const name = tokens[1];
		const known = name?.kind === 'name' && close > 1 ? directives.get(name.text.toLowerCase()) : undefined;
		if (known === undefined) {
			state.diagnostics.error({...line.position, column: tokens[0]!.column}, close > 1 ? `unrecognized directive [${name!.text}]` : 'invalid directive line');
		} else {
			known(call(name!, tokens.slice(2, close)));
		}

		return true;
	}

	const at = directiveIndex(tokens);
	if (at === -1) {
		return false;
	}

	if (at > 0) {
		assembleLine([tokens[0]!, {kind: 'symbol', text: ':', column: tokens[0]!.column, space: false}]);
	}

	directives.get(tokens[at]!.text.toLowerCase())!(call(tokens[at]!, tokens.slice(at + 1)));
	return true;
}

/** Where the directive of a line is: at its beginning, or behind a label. */
function directiveIndex(tokens: readonly Token[]): number {
	const is = (index: number) => {
		const token = tokens[index];
		const word = token?.kind === 'name' ? token.text.toLowerCase() : '';
		return directives.has(word) && !bracketOnly.has(word) && !isSymbol(tokens[index + 1], ':');
	};
	if (is(0)) {
		return 0;
	}

	const behindLabel = isSymbol(tokens[1], ':') ? 2 : 1;
	return tokens[0]?.kind === 'name' && is(behindLabel) && (behindLabel === 2 || tokens[1]!.kind === 'name') ? behindLabel : -1;
}

function refuse(message: string): Directive {
	return call => {
		report(call, message);
	};
}

function setBits(call: DirectiveCall, text: string): void {
	if (text === '16' || text === '32') {
		call.state.location.bits = text === '16' ? 16 : 32;
	} else {
		report(call, text === '64' ? 'the machine has no 64-bit mode' : `\`${text}' is not a valid segment size; must be 16, 32 or 64`);
	}
}

function setOrigin(call: DirectiveCall): void {
	const {location} = call.state;
	const origin = criticalNumber(call, 'org value must be a critical expression');
	if (origin === undefined) {
		report(call, 'No or invalid offset specified in ORG directive.');
		return;
	}

	if (location.org !== undefined) {
		report(call, 'program origin redefined');
	} else if (origin < 0 || origin > 0xff_ff_ff_ff) {
		report(call, 'the program origin is not an address of the machine');
	} else {
		location.org = origin;
	}
}

function goAbsolute(call: DirectiveCall): void {
	const address = criticalNumber(call, 'cannot use non-relocatable expression as ABSOLUTE address');
	if (address !== undefined) {
		call.state.location.absolute = address;
	}
}

function leaveAbsolute(call: DirectiveCall): void {
	call.state.location.absolute = undefined;
}

/** `align 16`, `align 4, db 0`: `nop` or what is said until the address is a multiple; `alignb` reserves. */
function align(call: DirectiveCall): void {
	const {state, line, name, cursor, generator} = call;
	const {column} = cursor;
	const boundary = criticalNumber(call, 'argument to `align\' is not a constant');
	if (boundary === undefined) {
		report(call, 'non-constant argument supplied to TIMES', column);
		return;
	}

	alignSection(call, boundary, column);
	if (boundary <= 0) {
		report(call, boundary === 0 ? 'division by zero' : `the boundary ${boundary} is negative`, column);
		return;
	}

	const count = (boundary - state.location.offset % boundary) % boundary;
	const filler = cursor.take(',') ? cursor.rest() : [];
	if (filler.length > 0) {
		const place = {column: name.column, space: true};
		call.assemble([{kind: 'name', text: 'times', ...place}, {kind: 'number', text: String(count), ...place}, ...filler]);
	} else if (name.text.toLowerCase() === 'alignb') {
		generator.fill([0], count, line.position, true);
	} else {
		generator.fill([0x90], count, line.position, false);
	}
}
