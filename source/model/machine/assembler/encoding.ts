// Reads the encoding table: which forms a mnemonic has.

import {assert, must} from '../../../base/assert.js';
import {encodingTable} from './encoding-table.js';
import {conditionNames, conditionNumber} from './multi-line-macro.js';
import {operandBits} from './operand-bits.js';

/** What one operand of a form must be. */
export type OperandForm = {
	readonly type: number;
	/** Width in bits; 0 for any. */
	readonly size: number;
};

/** Where the bytes of an instruction come from. */
export type Step =
	| {readonly kind: 'byte'; readonly byte: number; readonly add: 'register' | 'condition' | undefined}
	| {readonly kind: 'operand size' | 'address size'; readonly size: 16 | 32}
	/** A ModRM byte; `field` is the constant in its reg field, or `undefined` for the operand encoded `r`. */
	| {readonly kind: 'modrm'; readonly field: number | undefined}
	| {readonly kind: 'immediate'; readonly which: 'i' | 'j'; readonly size: 8 | 16 | 32 | 'mode'; readonly sign: 'any' | 'unsigned' | 'extended'}
	| {readonly kind: 'relative'; readonly size: 8 | 'mode'}
	| {readonly kind: 'address'}
	| {readonly kind: 'segment base'};

export type Form = {
	readonly mnemonic: string;
	readonly operands: readonly OperandForm[];
	/** Index of the operand that each letter of the table names. */
	readonly roles: Readonly<Partial<Record<'r' | 'm' | 'i' | 'j', number>>>;
	readonly steps: readonly Step[];
	readonly sizeMatch: 0 | 2 | 3;
	/** The width of operands that state none, and which operand that is for. */
	readonly defaultSize: {readonly size: 8 | 16 | 32 | 'mode'; readonly operand: number | undefined} | undefined;
	/** Which memory operand a lock may stand before. */
	readonly lockable: number | undefined;
	readonly fits: boolean;
	/** Whether `repne` before it is refused. */
	readonly refusesRepne: boolean;
	/** Whether operands may state any width. */
	readonly anySize: boolean;
};

export type Mnemonic = {readonly forms: readonly Form[]; readonly condition: number};

const sizes: Readonly<Record<string, number>> = {b: 8, w: 16, d: 32};

function parseTable(): ReadonlyMap<string, readonly Form[]> {
	const table = new Map<string, Form[]>();
	for (const line of encodingTable.split('\n')) {
		if (line.trim() === '') {
			continue;
		}

		const cells = line.split('|').map(cell => cell.trim());
		assert(cells.length === 6, `encoding: a row of the table has ${cells.length} cells: ${line}`);
		for (const letter of cells[0] === '' ? [''] : cells[0]!) {
			const form = parseForm(cells.slice(1).map(cell => expandSize(cell, letter)));
			table.set(form.mnemonic, [...table.get(form.mnemonic) ?? [], form]);
		}
	}

	return table;
}

/** What a cell says for one width. */
function expandSize(cell: string, letter: string): string {
	const size = sizes[letter];
	if (size === undefined) {
		return cell;
	}

	const prefix = size === 8 ? '' : `o${size}`;
	return cell
		.replaceAll('A#', {8: 'al', 16: 'ax', 32: 'eax'}[size]!)
		.replaceAll(/\bo#/gv, prefix)
		.replaceAll(/\bi#/gv, `i${letter}`)
		.replaceAll(/\b([\da-f]{2})#/gv, (_, byte: string) => (Number.parseInt(byte, 16) + (size === 8 ? 0 : 1)).toString(16).padStart(2, '0'))
		.replaceAll('#', String(size));
}

function parseForm([mnemonic, operands, roles, bytes, options]: readonly string[]): Form {
	const flags = new Set(options!.split(' '));
	const letters = [...roles!];
	const defaults: Readonly<Record<string, Form['defaultSize']>> = {
		sb: {size: 8, operand: undefined}, sw: {size: 16, operand: undefined}, sd: {size: 32, operand: undefined},
		ss0: {size: 'mode', operand: 0},
	};
	const role: Partial<Record<'r' | 'm' | 'i' | 'j', number>> = {};
	letters.forEach((letter, index) => {
		for (const one of letter === 'R' ? ['r', 'm'] as const : [letter as 'r']) {
			role[one] = index;
		}
	});
	const lock = flags.has('lock') ? 0 : (flags.has('lock1') ? 1 : undefined);
	return {
		mnemonic: mnemonic!,
		operands: operands === '' ? [] : operands!.split(', ').flatMap(parseOperand),
		roles: role,
		steps: parseSteps(bytes!),
		sizeMatch: flags.has('sm') ? 3 : (flags.has('sm2') ? 2 : 0),
		defaultSize: Object.entries(defaults).find(([flag]) => flags.has(flag))?.[1],
		lockable: lock,
		fits: flags.has('fits'),
		anySize: flags.has('any'),
		refusesRepne: flags.has('norepne'),
	};
}

const {register, immediate, registerOrMemory, memory, general} = operandBits;

const operandForms: Readonly<Record<string, OperandForm>> = {
	m: {type: memory | registerOrMemory, size: 0},
	imm: {type: immediate, size: 0},
	1: {type: immediate | operandBits.unity, size: 0},
	sb16: {type: immediate | operandBits.signedByteWord, size: 0},
	sb32: {type: immediate | operandBits.signedByteDword, size: 0},
	sb16w: {type: immediate | operandBits.signedByteWord, size: 16},
	sb32d: {type: immediate | operandBits.signedByteDword, size: 32},
	al: {type: register | operandBits.accumulator, size: 8},
	ax: {type: register | operandBits.accumulator, size: 16},
	eax: {type: register | operandBits.accumulator, size: 32},
	cl: {type: register | operandBits.count, size: 8},
	cx: {type: register | operandBits.count, size: 16},
	ecx: {type: register | operandBits.count, size: 32},
	dx: {type: register | operandBits.port, size: 16},
	r32na: {type: register | general | operandBits.notAccumulator, size: 32},
	sreg: {type: register | operandBits.segment, size: 16},
	cr: {type: register | operandBits.control, size: 32},
	dr: {type: register | operandBits.debug, size: 32},
	moffs: {type: memory | registerOrMemory | operandBits.directMemory, size: 0},
};

function parseOperand(text: string): readonly OperandForm[] {
	if (text.includes(':')) {
		const [selectorPart, offsetPart] = text.split(':').flatMap(part => parseOperand(part));
		return [{...selectorPart!, type: selectorPart!.type | operandBits.colon}, offsetPart!];
	}

	const [word, distance] = text.split(' ');
	const base = operandForms[word!] ?? parseSizedOperand(word!);
	return [{...base, type: base.type | (distance === undefined ? 0 : operandBits[distance as 'near' | 'far' | 'short'])}];
}

function parseSizedOperand(word: string): OperandForm {
	const match = /^(r|rm|m|imm)(8|16|32|64)$/v.exec(word);
	if (match === null) {
		return {type: register | operandBits.segment | must(operandBits[word as 'es'], `encoding: ${word} is an operand`), size: 16};
	}

	const types = {r: register | general, rm: registerOrMemory, m: memory | registerOrMemory, imm: immediate};
	return {type: types[match[1] as keyof typeof types], size: Number(match[2])};
}

const namedSteps: Readonly<Record<string, Omit<Step & {kind: 'immediate'}, 'which'> | Step>> = {
	o16: {kind: 'operand size', size: 16}, o32: {kind: 'operand size', size: 32},
	a16: {kind: 'address size', size: 16}, a32: {kind: 'address size', size: 32},
	'/r': {kind: 'modrm', field: undefined},
	ib: {kind: 'immediate', size: 8, sign: 'any'}, ibu: {kind: 'immediate', size: 8, sign: 'unsigned'}, ibs: {kind: 'immediate', size: 8, sign: 'extended'},
	iw: {kind: 'immediate', size: 16, sign: 'any'}, id: {kind: 'immediate', size: 32, sign: 'any'}, iwd: {kind: 'immediate', size: 'mode', sign: 'any'},
	rel8: {kind: 'relative', size: 8}, rel: {kind: 'relative', size: 'mode'},
	moffs: {kind: 'address'}, seg: {kind: 'segment base'},
};

function parseSteps(bytes: string): readonly Step[] {
	const steps: Step[] = [];
	for (const word of bytes.split(' ').filter(part => part !== '')) {
		const last = steps.at(-1);
		const named = namedSteps[word];
		if (word === '+r' || word === '+c') {
			assert(last?.kind === 'byte', `encoding: nothing before ${word}`);
			steps[steps.length - 1] = {...last, add: word === '+r' ? 'register' : 'condition'};
		} else if (named !== undefined) {
			const immediates = steps.filter(step => step.kind === 'immediate').length;
			steps.push(named.kind === 'immediate' ? {...named, which: immediates === 0 ? 'i' : 'j'} : named);
		} else if (word.startsWith('/')) {
			steps.push({kind: 'modrm', field: Number(word.slice(1))});
		} else {
			assert(/^[\da-f]{2}$/v.test(word), `encoding: ${word} is a step`);
			steps.push({kind: 'byte', byte: Number.parseInt(word, 16), add: undefined});
		}
	}

	return steps;
}

function addConditions(forms: ReadonlyMap<string, readonly Form[]>): ReadonlyMap<string, Mnemonic> {
	const mnemonics = new Map<string, Mnemonic>();
	for (const [name, list] of forms) {
		if (!name.endsWith('cc')) {
			mnemonics.set(name, {forms: list, condition: 0});
			continue;
		}

		for (const code of conditionNames) {
			mnemonics.set(name.slice(0, -2) + code, {forms: list, condition: conditionNumber(code)!});
		}
	}

	return mnemonics;
}

/** Every mnemonic of the machine with its forms, in the order in which they are tried. */
export const mnemonics: ReadonlyMap<string, Mnemonic> = addConditions(parseTable());
