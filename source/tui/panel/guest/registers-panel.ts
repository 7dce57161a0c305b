// Registers, the ring that the guest takes itself to be in and the one that it really runs in, and the code at EIP.

import {message} from '../../../i18n/message.js';
import type {GuestRecord, RegisterName, SegmentRow} from '../../../model/hypervisor/guest-schema.js';
import {line, span, type Line, type Span} from '../../text/styled-line.js';
import {padEnd} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {guestSections, hex8} from './guest-lines.js';
import type {GuestView} from './select-guests.js';

const names: readonly RegisterName[] = ['EAX', 'EBX', 'ECX', 'EDX', 'ESI', 'EDI', 'EBP', 'ESP', 'EIP', 'EFLAGS', 'CR0', 'CR2', 'CR3', 'CR4'];
/** A name, a value, and what parts them from the next. */
const registerWidth = 17;
const mostInRow = 4;
/** The bytes of code are shown where there is room for them. */
const bytesWidth = 24;
const widthWithBytes = 70;

export function registersPanel(guests: readonly GuestView[], view: PanelView): Line[] {
	return guestSections(guests, view, ({guest, before}) => [
		ringLine(guest, before, view),
		...rowsOf(names, view.width).map(row => registerLine(row, guest, before)),
		...segmentLines(guest, before),
		line(span(`  GDTR ${hex8(guest.gdtr.base)}+${guest.gdtr.limit.toString(16)}  IDTR ${hex8(guest.idtr.base)}+${guest.idtr.limit.toString(16)}`)),
		...guest.code.slice(0, 6).map((code, index) => line(span(index === 0 ? '▸ ' : '  ', styles.name), span(`${hex8(code.address)}  `, styles.hint), span(view.width < widthWithBytes ? '' : padEnd(code.bytes, bytesWidth), styles.hint), span(code.text))),
	]);
}

function rowsOf(all: readonly RegisterName[], width: number): ReadonlyArray<readonly RegisterName[]> {
	const count = Math.min(mostInRow, Math.max(1, Math.floor((width - 2) / registerWidth)));
	return Array.from({length: Math.ceil(all.length / count)}, (_, row) => all.slice(row * count, (row + 1) * count));
}

function ringLine({ring}: GuestRecord, before: GuestRecord | undefined, {locale}: PanelView): Line {
	const isChanged = before !== undefined && (before.ring.guest !== ring.guest || before.ring.real !== ring.real);
	return line(changedMark(isChanged), span(message(locale, 'guest.ring', {guest: ring.guest, real: ring.real}), changedStyle(isChanged, ring.guest === ring.real ? {} : styles.warning)));
}

function registerLine(row: readonly RegisterName[], {registers}: GuestRecord, before: GuestRecord | undefined): Line {
	const isChanged = (name: RegisterName): boolean => before !== undefined && before.registers[name] !== registers[name];
	return [changedMark(row.some(isChanged)), ...row.flatMap((name): Span[] => [span(padEnd(name, 7), styles.hint), span(`${hex8(registers[name])}  `, changedStyle(isChanged(name)))])];
}

/** CS and SS tell the ring; the others often are alike, and are then told once. */
function segmentLines({segments}: GuestRecord, before: GuestRecord | undefined): readonly Line[] {
	const same = Map.groupBy(segments.filter(({selector}) => selector !== 0), segment => JSON.stringify([segment.selector, segment.base, segment.limit, segment.dpl]));
	return [...same.values()].map(group => {
		const [first] = group as [SegmentRow];
		const isChanged = before !== undefined && group.some(({name, selector}) => before.segments.find(old => old.name === name)?.selector !== selector);
		return line(changedMark(isChanged), span(padEnd(group.map(({name}) => name).join(' '), 15), styles.hint), span(`${first.selector.toString(16).padStart(4, '0')} ${hex8(first.base)}+${hex8(first.limit)} DPL ${first.dpl}`, changedStyle(isChanged)));
	});
}
