// The walks of the addresses that the guest touched last: every table entry that the processor reads, and the four addresses.

import {message} from '../../../i18n/message.js';
import type {GuestRecord, WalkRecord, WalkRow} from '../../../model/hypervisor/guest-schema.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padEnd, padStart} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {guestSections, hex8, hexAddress} from './guest-lines.js';
import type {GuestView} from './select-guests.js';

/** Bits of an entry of 32-bit paging, lowest first (SDM vol. 3, table 4-6); of EPT, read, write, execute. */
const guestBits = ['P', 'W', 'U', '', '', 'A', 'D', 'S', 'G'] as const;
const nestedBits = ['R', 'W', 'X', '', '', '', '', 'S'] as const;

export function pageTablesPanel(guests: readonly GuestView[], view: PanelView): Line[] {
	return guestSections(guests, view, ({guest, before}) => guest.walks.flatMap(({what, walk}) => {
		const old = before?.walks.find(known => known.what === what)?.walk;
		const isChanged = before !== undefined && old?.hpa !== walk.hpa;
		return [headLine(what, walk, view), ...walk.steps.map(step => stepLine(step, old)), wayLine(walk, isChanged)];
	}));
}

function headLine(what: GuestRecord['walks'][number]['what'], {gva, steps}: WalkRecord, {locale}: PanelView): Line {
	return line(span(`  ${padEnd(what, 4)}`, styles.title), span(`GVA ${hexAddress(gva)}  `), span(message(locale, 'guest.reads', {count: steps.length}), styles.hint));
}

/** Where the walk led. */
function wayLine({failed, gpa, hva, hpa}: WalkRecord, isChanged: boolean): Line {
	return failed === undefined
		? line(changedMark(isChanged), span(`  → GPA ${hexAddress(gpa)} → HVA ${hexAddress(hva)} → HPA ${hexAddress(hpa)}`, changedStyle(isChanged)))
		: line(changedMark(isChanged), span(`  ${failed}`, styles.failed));
}

function stepLine(step: WalkRow, old: WalkRecord | undefined): Line {
	const isChanged = old !== undefined && old.steps.find(({tables, entryAddress}) => tables === step.tables && entryAddress === step.entryAddress)?.entry !== step.entry;
	const isNested = step.tables === 'nested';
	return line(
		changedMark(isChanged),
		span(isNested ? '    ' : '  '),
		span(padEnd(step.tables, 7), isNested ? styles.hint : styles.name),
		span(` L${step.level + 1} [${padStart(String(step.index), 4)}] ${hexAddress(step.entryAddress)} = `, styles.hint),
		span(isNested ? hexAddress(step.entry) : hex8(step.entry), changedStyle(isChanged)),
		span(` ${flagLetters(step.entry, isNested ? nestedBits : guestBits)}`, styles.running),
	);
}

function flagLetters(entry: number, letters: readonly string[]): string {
	return letters.map((letter, bit) => letter === '' ? '' : (Math.floor(entry / 2 ** bit) % 2 === 1 ? letter : '-')).join('');
}
