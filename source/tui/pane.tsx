// A pane: a title row and rows of text, each row one string. What is not visible is not rendered, since Ink lays out all it is given.

import {memo, type ReactElement} from 'react';
import {message, type Locale} from '../i18n/message.js';
import {Box, Text} from './ink.js';
import {labelOf} from './key-bindings.js';
import type {PlacedPane} from './layout.js';
import {lineWidth, shortenLine, span, type Line} from './text/styled-line.js';
import {shorten, widthOf} from './text/width.js';
import {paintRow, styles, type Theme} from './theme.js';

export type PaneProps = {
	readonly place: PlacedPane;
	readonly title: string;
	readonly isFocused: boolean;
	/** The visible ones only. */
	readonly rows: readonly Line[];
	/** At the right of the title. */
	readonly note: string;
	readonly theme: Theme;
};

export const Pane = memo(({place, title, isFocused, rows, note, theme}: PaneProps): ReactElement => {
	const width = place.width - place.border;
	const text = [titleLine({title, isFocused, note, width}), ...rows.slice(0, place.height - 1).map(row => shortenLine(row, width))]
		.map(row => paintRow(place.border > 0 ? [span('│ ', styles.border), ...row] : row, theme));
	const missing = place.height - text.length;
	const blank = paintRow(place.border > 0 ? [span('│', styles.border)] : [span(' ')], theme);
	return (
		<Box position='absolute' marginLeft={place.x} marginTop={place.y} width={place.width} height={place.height} overflow='hidden'>
			<Text wrap='truncate'>{[...text, ...Array.from({length: missing}, () => blank)].join('\n')}</Text>
		</Box>
	);
});

/** The part of `lines` that is visible when scrolled down by `scroll` rows, and what to say about the rest. */
export function window(lines: readonly Line[], options: {readonly scroll: number; readonly height: number; readonly locale: Locale; readonly isFocused: boolean}): {readonly rows: readonly Line[]; readonly note: string} {
	const {height, locale, isFocused} = options;
	const scroll = Math.min(options.scroll, Math.max(lines.length - height, 0));
	const below = lines.length - scroll - height;
	return {rows: lines.slice(scroll, scroll + height), note: noteOf({above: scroll, below, locale, isFocused})};
}

/** Keys scroll the focused pane only. */
function noteOf({above, below, locale, isFocused}: {readonly above: number; readonly below: number; readonly locale: Locale; readonly isFocused: boolean}): string {
	if (below > 0) {
		return isFocused ? message(locale, 'pane.more-below-key', {rows: below, key: labelOf('scroll-down')}) : message(locale, 'pane.more-below', {rows: below});
	}

	if (above > 0) {
		return isFocused ? message(locale, 'pane.more-above-key', {rows: above, key: labelOf('scroll-up')}) : message(locale, 'pane.more-above', {rows: above});
	}

	return '';
}

function titleLine({title, isFocused, note, width}: {readonly title: string; readonly isFocused: boolean; readonly note: string; readonly width: number}): Line {
	const noteCells = note === '' ? 0 : widthOf(note) + 2;
	const shown = shorten(title, Math.max(width - 4 - noteCells, 1));
	const lead: Line = [span(isFocused ? '▸ ' : '─ ', isFocused ? styles.focusedTitle : styles.border), span(shown, isFocused ? styles.focusedTitle : styles.title), span(' ')];
	const rule = Math.max(width - lineWidth(lead) - noteCells, 0);
	return [...lead, span('─'.repeat(rule), styles.border), ...(note === '' ? [] : [span(` ${note} `, styles.hint)])];
}
