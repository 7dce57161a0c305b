// The processes panel: layout and colour only.

import {message} from '../../../i18n/message.js';
import {visibleText} from '../../text/visible-controls.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {padStart} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import type {ProcessRow} from './select-processes.js';

/** The letters of ps(1). */
const stateLetters: Readonly<Record<ProcessRow['state'], string>> = {runnable: 'R', sleeping: 'S', stopped: 'T', zombie: 'Z', frozen: 'D'};

export function processesPanel(processes: readonly ProcessRow[], {locale}: PanelView): Line[] {
	if (processes.length === 0) {
		return [line(span(message(locale, 'processes.none'), styles.hint))];
	}

	return [
		line(span(`  ${padStart('PID', 6)} S COMMAND`, styles.title)),
		...processes.map(process => line(
			changedMark(process.isNew),
			span(`${padStart(String(process.pid), 6)} ${stateLetters[process.state]} `),
			process.container === undefined ? '' : span(`[${process.container}${process.innerPid === undefined ? '' : ` ${process.innerPid}`}] `, styles.name),
			span(visibleText(process.command), changedStyle(process.isNew)),
		)),
	];
}
