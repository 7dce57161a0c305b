// The images panel: layout and colour only.

import {message, type Locale} from '../../../i18n/message.js';
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

	// A row for each name, as in `docker images`; the id is what a narrow panel can do without.
	const rows = images.flatMap(image => (image.names.length === 0 ? ['<none>'] : image.names).map(name => ({name, image})));
	const nameCells = Math.min(Math.max(...rows.map(({name}) => widthOf(name))), 40);
	const layerCells = Math.max(...images.map(({layerCount}) => widthOf(layersText(layerCount, locale))));
	return [
		...rows.map(({name, image}) => line(
			changedMark(image.isChanged),
			span(padEnd(name, nameCells), changedStyle(image.isChanged, styles.name)),
			padStart(decimalSize(image.sizeBytes), 8),
			`  ${padEnd(layersText(image.layerCount, locale), layerCells)}`,
			span(`  ${image.id}`, styles.hint),
		)),
		line(span('  ' + message(locale, 'images.on-disk', {size: decimalSize(diskBytes)}), styles.hint)),
	];
}

function layersText(count: number, locale: Locale): string {
	return message(locale, 'images.layers', {count});
}
