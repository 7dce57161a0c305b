// What the TLB holds: pages, whose they are, and what may be done with them.

import {message} from '../../../i18n/message.js';
import type {TlbRow} from '../../../model/hypervisor/guest-schema.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padEnd, padStart} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {guestSections, hex8, hexAddress} from './guest-lines.js';
import type {GuestView} from './select-guests.js';

export function tlbPanel(guests: readonly GuestView[], view: PanelView): Line[] {
	return guestSections(guests, view, ({guest, before}) => {
		const {tlbHits, tlbMisses, walkReads} = guest.counts;
		return [
			line(span(`  ${message(view.locale, 'guest.tlb-counts', {hits: tlbHits, misses: tlbMisses, reads: walkReads})}`)),
			line(span(`  ${padEnd('VPID', 5)} ${padEnd('LINEAR', 9)} ${padEnd('PHYSICAL', 12)} FLAGS`, styles.title)),
			...guest.tlb.map(row => rowLine(row, before === undefined ? undefined : before.tlb)),
		];
	});
}

function rowLine(row: TlbRow, before: readonly TlbRow[] | undefined): Line {
	const isChanged = before !== undefined && !before.some(old => old.linear === row.linear && old.vpid === row.vpid && old.physical === row.physical);
	const flags = [row.writable ? 'W' : '-', row.user ? 'U' : '-', row.dirty ? 'D' : '-', row.global ? 'G' : '-'].join('');
	return line(changedMark(isChanged), span(`${padStart(String(row.vpid), 4)}  ${hex8(row.linear)}  ${padEnd(hexAddress(row.physical), 12)} ${flags}`, changedStyle(isChanged)));
}
