// `section .data align=16 start=0x2000` (NASM manual, 8.1.2 and 8.1.3).

import {report} from './directive-call.js';
import type {DirectiveCall} from './directive-call.js';
import {evaluate} from './expression.js';
import type {Section, SectionAttributes} from './section.js';
import {isSimple} from './value.js';

type NumberAttribute = 'align' | 'start' | 'virtualAlign' | 'virtualStart';

const numberAttributes: Readonly<Record<string, NumberAttribute>> = {align: 'align', start: 'start', valign: 'virtualAlign', vstart: 'virtualStart'};

const isPowerOfTwo = (value: number): boolean => value > 0 && value <= 2 ** 31 && (value & (value - 1)) === 0;

export function openSection(call: DirectiveCall): void {
	const {state, cursor} = call;
	const name = cursor.next();
	if (name?.kind !== 'name') {
		report(call, 'invalid syntax in `section\' directive', cursor.column);
		return;
	}

	const section = state.location.open(name.text);
	while (!cursor.ended) {
		if (!readAttribute(call, section)) {
			return;
		}
	}

	state.location.goTo({section, absolute: undefined});
}

function readAttribute(call: DirectiveCall, section: Section): boolean {
	const {cursor, state, line} = call;
	const token = cursor.next()!;
	const word = token.text.toLowerCase();
	if (word === 'nobits' || word === 'progbits') {
		section.attributes.nobits = word === 'nobits';
		return true;
	}

	if (!cursor.take('=')) {
		if (state.kind === 'final') {
			state.diagnostics.warning({...line.position, column: token.column}, `ignoring unknown section attribute: "${token.text}"`, 'other');
		}

		return true;
	}

	if (word === 'follows' || word === 'vfollows') {
		section.attributes[word === 'follows' ? 'follows' : 'virtualFollows'] = cursor.next()?.text;
		return true;
	}

	return readNumber(call, section, numberAttributes[word], token.column);
}

function readNumber(call: DirectiveCall, section: Section, attribute: NumberAttribute | undefined, column: number): boolean {
	const value = evaluate(call.cursor, call.state.expressionContext(call.line.position, ' before use'))?.value;
	if (value === undefined) {
		return false;
	}

	const number = Number(value.constant);
	if (!isSimple(value) || number < 0 || number > 0xff_ff_ff_ff || attribute === undefined) {
		report(call, attribute === undefined ? 'invalid syntax in `section\' directive' : 'section attribute value must be a critical expression', column);
		return false;
	}

	return setNumber(call, section.attributes, attribute, number, column);
}

function setNumber(call: DirectiveCall, attributes: SectionAttributes, attribute: NumberAttribute, number: number, column: number): boolean {
	if ((attribute === 'align' || attribute === 'virtualAlign') && !isPowerOfTwo(number)) {
		report(call, `argument to \`${attribute === 'align' ? 'align' : 'valign'}' is not a power of two`, column);
		return false;
	}

	if (attribute === 'start' && attributes.start !== undefined && attributes.start !== number) {
		report(call, 'section start address redefined', column);
		return false;
	}

	attributes[attribute] = number;
	return true;
}

/** `sectalign 16`: the section begins at a multiple, too. */
export function alignSection(call: DirectiveCall, boundary: number, column: number): void {
	if (!isPowerOfTwo(boundary)) {
		report(call, `segment alignment \`${boundary}' is not power of two`, column);
		return;
	}

	const {location} = call.state;
	const {attributes} = location.section;
	if (location.absolute === undefined && attributes.start === undefined) {
		attributes.align = Math.max(attributes.align ?? 1, boundary);
	}
}
