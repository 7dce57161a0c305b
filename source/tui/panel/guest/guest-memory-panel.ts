// Where a guest's memory really is: slots from guest-physical to host-virtual, and the host's frames behind the pages that were touched.

import {message} from '../../../i18n/message.js';
import type {GuestMemoryMap, ResidentRow, SlotRow} from '../../../model/hypervisor/guest-schema.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {guestSections, hex8, hexAddress} from './guest-lines.js';
import type {GuestView} from './select-guests.js';

export function guestMemoryPanel(guests: readonly GuestView[], view: PanelView): Line[] {
	return guestSections(guests, view, ({guest, before}) => guest.memory === undefined
		? [line(span(`  ${message(view.locale, 'guest.bare')}`, styles.hint))]
		: memoryLines(guest.memory, before?.memory, view));
}

function memoryLines(memory: GuestMemoryMap, before: GuestMemoryMap | undefined, {locale}: PanelView): readonly Line[] {
	return [
		...memory.slots.flatMap(slot => slotLines(slot, before?.slots.find(old => old.slot === slot.slot), locale)),
		line(span(`  ${message(locale, 'guest.frames', {tables: memory.tableFrames.length, free: memory.freeFrames})}`, styles.hint)),
		...memory.resident.map(row => pageLine(row, before)),
	];
}

function slotLines({slot, gpa, bytes, hva, residentPages}: SlotRow, old: SlotRow | undefined, locale: PanelView['locale']): readonly Line[] {
	const isChanged = old !== undefined && old.residentPages !== residentPages;
	return [
		line(span(`  slot ${slot}`, styles.title), span(`  GPA ${hexAddress(gpa)}+${hexAddress(bytes)} → HVA ${hexAddress(hva)}`)),
		line(changedMark(isChanged), span(message(locale, 'guest.resident', {pages: residentPages, of: bytes / 4096}), changedStyle(isChanged))),
	];
}

function pageLine({gpa, hpa}: ResidentRow, before: GuestMemoryMap | undefined): Line {
	const isNew = before !== undefined && !before.resident.some(old => old.gpa === gpa && old.hpa === hpa);
	return line(changedMark(isNew), span(`  ${hex8(gpa)} → ${hex8(hpa)}`, changedStyle(isNew)));
}
