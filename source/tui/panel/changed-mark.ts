// What the last command changed is marked by a star in the first column, and by colour where there is one.

import {plain, span, type Span, type Style} from '../text/styled-line.js';
import {styles} from '../theme.js';

export function changedMark(isChanged: boolean): Span {
	return isChanged ? span('* ', styles.changed) : span('  ');
}

export function changedStyle(isChanged: boolean, otherwise: Style = plain): Style {
	return isChanged ? styles.changed : otherwise;
}
