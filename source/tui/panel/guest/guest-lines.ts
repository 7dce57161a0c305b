// What all panels about guests share: a heading for each, and numbers as the field writes them.

import {message} from '../../../i18n/message.js';
import {visibleText} from '../../text/visible-controls.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {styles} from '../../theme.js';
import type {PanelView} from '../panel-context.js';
import type {GuestView} from './select-guests.js';

/** A section for each guest, or that there is none. */
export function guestSections(guests: readonly GuestView[], {locale}: PanelView, section: (view: GuestView) => readonly Line[]): Line[] {
	if (guests.length === 0) {
		return [line(span(message(locale, 'guest.none'), styles.hint))];
	}

	return guests.flatMap(view => [
		line(span(visibleText(view.guest.name), styles.name), span(`  ${view.guest.technique}  ${view.guest.state}${view.guest.detail === undefined ? '' : `: ${visibleText(view.guest.detail)}`}`)),
		...section(view),
	]);
}

export const hex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** An address of any width. */
export const hexAddress = (address: number | undefined): string => address === undefined ? '—' : `0x${address.toString(16)}`;
