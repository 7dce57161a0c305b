// The hosts panel: layout and colour only.

import {message, type Locale} from '../../../i18n/message.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import {bar, binarySize} from '../size-text.js';
import type {HostRow} from './select-hosts.js';

const barCells = 10;

export function hostsPanel(hosts: readonly HostRow[], {locale}: PanelView): Line[] {
	if (hosts.length === 0) {
		return [line(span(message(locale, 'hosts.none'), styles.hint))];
	}

	return hosts.flatMap((host, index): Line[] => [
		...(index > 0 ? [[]] : []),
		line(span(host.name, styles.name), `  ${cpuText(host, locale)}`),
		line('  ', `${message(locale, 'hosts.memory')} `, span(bar(host.usedBytes / host.memoryBytes, barCells), styles.bar), ` ${binarySize(host.usedBytes)} / ${binarySize(host.memoryBytes)}`),
		line('  ', `${message(locale, 'hosts.load')} `, span(bar(host.runnable / host.cpuCount, barCells), styles.bar), ` ${host.runnable} / ${host.cpuCount}`),
		countRow(message(locale, 'hosts.processes', {count: host.processCount}), host.changed.processes),
		...countRows(message(locale, 'hosts.containers', host.containers), host.containers.count, host.changed.containers),
		...countRows(message(locale, 'hosts.machines', host.machines), host.machines.count, host.changed.machines),
	]);
}

function cpuText({topology, cpuCount, cpuMhz}: HostRow, locale: Locale): string {
	return topology === undefined
		? `${message(locale, 'hosts.cpus', {count: cpuCount})}, ${cpuMhz} MHz`
		: message(locale, 'hosts.topology', {...topology, mhz: cpuMhz});
}

/** None is only worth a row when it is news. */
function countRows(text: string, count: number, isChanged: boolean): Line[] {
	return count > 0 || isChanged ? [countRow(text, isChanged)] : [];
}

function countRow(text: string, isChanged: boolean): Line {
	return line(changedMark(isChanged), span(text, changedStyle(isChanged)));
}
