// VM exits by Intel's reasons, exceptions that came to the hypervisor, and what it did about them.

import {message} from '../../../i18n/message.js';
import type {GuestCounts, GuestRecord} from '../../../model/hypervisor/guest-schema.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padEnd, padStart} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {guestSections} from './guest-lines.js';
import type {GuestView} from './select-guests.js';

const numberWidth = 10;

export function exitsPanel(guests: readonly GuestView[], view: PanelView): Line[] {
	return guestSections(guests, view, ({guest, before}) => [
		line(span(`  ${message(view.locale, 'guest.direct', {count: guest.counts.direct, percent: directPercent(guest.counts)})}`)),
		line(span(`  ${message(view.locale, 'guest.emulated', {count: guest.counts.emulated})}`)),
		...guest.exits.map(({reason, name, count}) => countLine(`${padStart(String(reason), 2)} ${name}`, count, before?.exits.find(old => old.reason === reason)?.count, before)),
		...guest.exceptions.map(({name, count}) => countLine(`   ${name}`, count, before?.exceptions.find(old => old.name === name)?.count, before)),
		...doings(guest, before, view),
	]);
}

/** Of the guest's instructions, rounded down: 100 is every one. */
function directPercent({direct, emulated}: GuestCounts): number {
	return direct + emulated === 0 ? 0 : Math.floor(100 * direct / (direct + emulated));
}

const kinds = ['shadowFills', 'nestedFills', 'hypercalls', 'translatedBlocks', 'callouts'] as const;

function doings({counts}: GuestRecord, before: GuestRecord | undefined, {locale}: PanelView): readonly Line[] {
	return kinds.filter(kind => counts[kind] > 0).map(kind => countLine(message(locale, `guest.${kind}`), counts[kind], before?.counts[kind], before));
}

function countLine(what: string, count: number, old: number | undefined, before: GuestRecord | undefined): Line {
	const isChanged = before !== undefined && old !== count;
	const more = isChanged ? ` +${count - (old ?? 0)}` : '';
	return line(changedMark(isChanged), span(padEnd(what, 34)), span(padStart(String(count), numberWidth), changedStyle(isChanged)), span(more, styles.changed));
}
