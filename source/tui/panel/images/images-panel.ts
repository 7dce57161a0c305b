// The images panel: layout and colour only.

import {message} from '../../../i18n/message.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padEnd, padStart, widthOf} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {decimalSize} from '../size-text.js';
import type {ImagesData} from './select-images.js';

export function imagesPanel({images, diskBytes}: ImagesData, {locale}: PanelView): Line[] {
	if (images.length === 0) {
		return [line(span(message(locale, 'images.none'), styles.hint))];
	}

	const names = images.map(image => image.names.length === 0 ? '<none>' : image.names.join(', '));
	const nameCells = Math.min(Math.max(...names.map(name => widthOf(name))), 40);
	return [
		...images.map((image, index) => line(
			changedMark(image.isChanged),
			span(padEnd(names[index]!, nameCells), changedStyle(image.isChanged, styles.name)),
			`  ${image.id} `,
			padStart(decimalSize(image.sizeBytes), 7),
			span(`  ${message(locale, 'images.layers', {count: image.layerCount})}`, styles.hint),
		)),
		line(span('  ' + message(locale, 'images.on-disk', {size: decimalSize(diskBytes)}), styles.hint)),
	];
}
