// The layer panel: layout and colour only.
//
//     web  nginx:latest  running  8080->80/tcp
//     ┌ container layer   1.09kB  2 files, 1 whiteout
//     * copied up /usr/share/nginx/html/index.html 615B
//     ├ 5d4427064ecc      110MB   shared by 3
//     └ aabbccddeeff      74.8MB  shared by 2

import {message, type Locale} from '../../../i18n/message.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padEnd, padStart} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {decimalSize} from '../size-text.js';
import type {ContainerStack, LayerMark} from './select-layer-stack.js';

const nameCells = 16;
const sizeCells = 8;
const marksShown = 6;

export function layerStackPanel(stacks: readonly ContainerStack[], {locale}: PanelView): Line[] {
	if (stacks.length === 0) {
		return [line(span(message(locale, 'layers.none'), styles.hint))];
	}

	return stacks.flatMap((stack, index): Line[] => [
		...(index > 0 ? [[]] : []),
		line(
			changedMark(stack.isChanged),
			span(stack.name, changedStyle(stack.isChanged, styles.name)),
			`  ${stack.image}  `,
			span(stack.status, stack.status === 'running' ? styles.running : styles.stopped),
			stack.ports.length > 0 ? `  ${stack.ports.join(', ')}` : '',
		),
		line(
			changedMark(stack.upper.isChanged),
			span(stack.layers.length > 0 ? '┌ ' : '─ ', styles.border),
			span(padEnd(message(locale, 'layers.upper'), nameCells), changedStyle(stack.upper.isChanged)),
			padStart(decimalSize(stack.upper.sizeBytes), sizeCells),
			stack.upper.whiteouts > 0 ? span(`  ${stack.upper.whiteouts} ${message(locale, 'layers.whiteout')}`, styles.warning) : '',
		),
		...stack.marks.slice(0, marksShown).map(mark => markRow(mark, locale)),
		...(stack.marks.length > marksShown ? [line(changedMark(true), span('│ ', styles.border), span(`… +${stack.marks.length - marksShown}`, styles.changed))] : []),
		...stack.layers.map((layer, position) => line(
			'  ',
			span(position === stack.layers.length - 1 ? '└ ' : '├ ', styles.border),
			padEnd(layer.id, nameCells),
			padStart(decimalSize(layer.sizeBytes), sizeCells),
			layer.users > 1 ? span(`  ${message(locale, 'layers.shared', {count: layer.users})}`, styles.hint) : '',
		)),
	]);
}

function markRow(mark: LayerMark, locale: Locale): Line {
	const what = mark.kind === 'copy-up' ? message(locale, 'layers.copy-up') : message(locale, 'layers.whiteout');
	const size = mark.sizeBytes === undefined ? '' : ` ${decimalSize(mark.sizeBytes)}`;
	return line(changedMark(true), span('│ ', styles.border), span(`${what} ${mark.path}${size}`, styles.changed));
}
