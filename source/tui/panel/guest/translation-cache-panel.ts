// The translation cache: the guest's blocks, and beside each what runs in its place. New ones first.

import {message} from '../../../i18n/message.js';
import type {BlockRow} from '../../../model/hypervisor/guest-schema.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padEnd} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {guestSections, hex8} from './guest-lines.js';
import type {GuestView} from './select-guests.js';

const sourceWidth = 30;

export function translationCachePanel(guests: readonly GuestView[], view: PanelView): Line[] {
	return guestSections(guests, view, ({guest, before}) => {
		const isNew = ({cacheAddress, guestAddress}: BlockRow): boolean => before !== undefined && !before.blocks.some(old => old.cacheAddress === cacheAddress && old.guestAddress === guestAddress);
		const blocks = guest.blocks.toSorted((a, b) => Number(isNew(b)) - Number(isNew(a)));
		return [
			line(span(`  ${message(view.locale, 'guest.cache', {blocks: guest.counts.translatedBlocks, callouts: guest.counts.callouts})}`)),
			...blocks.flatMap(block => blockLines(block, isNew(block), view)),
		];
	});
}

function blockLines({guestAddress, cacheAddress, guest, translation, identical}: BlockRow, isNew: boolean, {locale}: PanelView): readonly Line[] {
	const rows = Math.max(guest.length, translation.length);
	return [
		line(changedMark(isNew), span(`${hex8(guestAddress)} → ${hex8(cacheAddress)}`, styles.name), span(`  ${message(locale, 'guest.identical', {count: identical})}`, styles.hint)),
		...Array.from({length: rows}, (_, index) => line(span('    '), span(padEnd(guest[index]?.text ?? '', sourceWidth), styles.hint), span(translation[index]?.text ?? ''))),
	];
}
