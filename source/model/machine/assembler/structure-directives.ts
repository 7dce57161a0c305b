// `struc`, `istruc` (NASM manual, 4.11.10 and 4.11.11).

import {criticalNumber, report} from './directive-call.js';
import type {DirectiveCall} from './directive-call.js';
import type {Token} from './token.js';

/** `struc name [, offset]`: labels become offsets until `endstruc`. */
export function beginStructure(call: DirectiveCall): void {
	const {state, cursor} = call;
	const name = cursor.next();
	if (name?.kind !== 'name') {
		report(call, '`struc\' expects a name');
		return;
	}

	const start = cursor.take(',') ? criticalNumber(call, 'cannot use non-relocatable expression as ABSOLUTE address') : 0;
	const {location} = state;
	location.structure = {name: name.text, back: location.place};
	location.absolute = start ?? 0;
	call.assemble([name, {kind: 'symbol', text: ':', column: name.column, space: false}]);
}

export function endStructure(call: DirectiveCall): void {
	const {location} = call.state;
	const {structure} = location;
	if (structure === undefined) {
		report(call, '`endstruc\' without `struc\'');
		return;
	}

	call.assemble(words(call.name, `${structure.name}_size`, 'equ', '$', '-', structure.name));
	location.goTo(structure.back);
	location.structure = undefined;
}

export function beginInstance(call: DirectiveCall): void {
	const name = call.cursor.next();
	if (name?.kind !== 'name') {
		report(call, '`istruc\' expects the name of a structure');
		return;
	}

	const {location} = call.state;
	location.instance = {name: name.text, start: location.offset};
}

/** `at name.member, db 1`: zeros up to the member, then its contents. */
export function member(call: DirectiveCall): void {
	const {instance} = call.state.location;
	const field = call.cursor.next();
	if (instance === undefined || field?.kind !== 'name') {
		report(call, instance === undefined ? '`at\' without `istruc\'' : '`at\' expects the name of a member');
		return;
	}

	const whole = field.text.startsWith('.') ? instance.name + field.text : field.text;
	padTo(call, whole, instance);
	if (call.cursor.take(',') && !call.cursor.ended) {
		call.assemble(call.cursor.rest());
	}
}

export function endInstance(call: DirectiveCall): void {
	const {location} = call.state;
	if (location.instance === undefined) {
		report(call, '`iend\' without `istruc\'');
		return;
	}

	padTo(call, `${location.instance.name}_size`, location.instance);
	location.instance = undefined;
}

function padTo(call: DirectiveCall, offset: string, instance: {readonly name: string; readonly start: number}): void {
	const done = call.state.location.offset - instance.start;
	const length = offset.endsWith('_size') ? words(call.name, offset) : words(call.name, '(', offset, '-', instance.name, ')');
	call.assemble([...words(call.name, 'times'), ...length, ...words(call.name, '-', String(done), 'db', '0')]);
}

function words(place: Token, ...texts: readonly string[]): readonly Token[] {
	return texts.map(text => ({kind: /^\d/v.test(text) ? 'number' : (/^[\w.]/v.test(text) ? 'name' : 'symbol'), text, column: place.column, space: true}));
}
