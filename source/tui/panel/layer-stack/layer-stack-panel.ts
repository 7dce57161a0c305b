// The layer panel: layout and colour only.
//
//     web  running  8080->80/tcp
//     ┌ container layer   1.09kB  1 whiteout
//     * copied up /usr/share/nginx/html/index.html 615B
//     nginx:latest
//     ├ 5d4427064ecc      110MB   shared by 3
//     └ aabbccddeeff      74.8MB  shared by 2

import {message, type Locale} from '../../../i18n/message.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padEnd, padStart} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {decimalSize} from '../size-text.js';
import type {ContainerRow, LayerMark, LayerStack} from './select-layer-stack.js';

const nameCells = 16;
const sizeCells = 8;
const marksShown = 6;

export function layerStackPanel(stacks: readonly LayerStack[], {locale}: PanelView): Line[] {
	if (stacks.length === 0) {
		return [line(span(message(locale, 'layers.none'), styles.hint))];
	}

	return stacks.flatMap((stack, index): Line[] => [
		...(index > 0 ? [[]] : []),
		...stack.containers.flatMap(container => containerLines(container, locale)),
		line(changedMark(stack.isChanged), span(stack.names.join(', '), changedStyle(stack.isChanged, styles.title)), span(`  ${message(locale, 'layers.image')}`, styles.hint)),
		...stack.layers.map((layer, position) => line(
			'  ',
			span(position === stack.layers.length - 1 ? '└ ' : '├ ', styles.border),
			padEnd(layer.id, nameCells),
			padStart(decimalSize(layer.sizeBytes), sizeCells),
			layer.users > 1 ? span(`  ${message(locale, 'layers.shared', {count: layer.users})}`, styles.hint) : '',
		)),
	]);
}

function containerLines({name, status, ports, upper, marks, isChanged}: ContainerRow, locale: Locale): Line[] {
	return [
		line(
			changedMark(isChanged),
			span(name, changedStyle(isChanged, styles.name)),
			'  ',
			span(status, status === 'running' ? styles.running : styles.stopped),
			ports.length > 0 ? `  ${ports.join(', ')}` : '',
		),
		line(
			changedMark(upper.isChanged),
			span('┌ ', styles.border),
			span(padEnd(message(locale, 'layers.upper'), nameCells), changedStyle(upper.isChanged)),
			padStart(decimalSize(upper.sizeBytes), sizeCells),
			upper.whiteouts > 0 ? span(`  ${message(locale, 'layers.whiteouts', {count: upper.whiteouts})}`, styles.warning) : '',
		),
		...marks.slice(0, marksShown).map(mark => markRow(mark, locale)),
		...(marks.length > marksShown ? [line(changedMark(true), span('│ ', styles.border), span(`… +${marks.length - marksShown}`, styles.changed))] : []),
	];
}

function markRow(mark: LayerMark, locale: Locale): Line {
	const what = mark.kind === 'copy-up' ? message(locale, 'layers.copy-up') : message(locale, 'layers.whiteout');
	const size = mark.sizeBytes === undefined ? '' : ` ${decimalSize(mark.sizeBytes)}`;
	return line(changedMark(true), span('│ ', styles.border), span(`${what} ${mark.path}${size}`, styles.changed));
}
