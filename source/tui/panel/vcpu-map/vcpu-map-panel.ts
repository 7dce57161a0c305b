// The vCPU map: layout and colour only. Threads without work are counted, not listed, since a host may have hundreds.

import {message} from '../../../i18n/message.js';
import {line, span, type Line, type Span} from '../../text/styled-line.js';
import {padEnd, padStart} from '../../text/width.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import type {ThreadRow} from './select-vcpu-map.js';

export function vcpuMapPanel(threads: readonly ThreadRow[], {locale}: PanelView): Line[] {
	if (!threads.some(thread => thread.vcpus.length > 0)) {
		return [line(span(message(locale, 'vcpus.none'), styles.hint))];
	}

	return [...Map.groupBy(threads, thread => thread.host)].flatMap(([host, own]): Line[] => {
		const idle = own.filter(thread => thread.vcpus.length === 0).length;
		return [
			line(span(host, styles.name)),
			...own.filter(thread => thread.vcpus.length > 0).map(thread => threadLine(thread, message(locale, 'vcpus.steal'))),
			...(idle > 0 ? [line(span(`  ${idle} × ${message(locale, 'vcpus.idle')}`, styles.hint))] : []),
		];
	});
}

function threadLine(thread: ThreadRow, stealWord: string): Line {
	const isChanged = thread.vcpus.some(vcpu => vcpu.isChanged);
	const place = `${padStart(String(thread.thread), 3)} ${padEnd(`s${thread.socket}c${thread.core}`, 6)}`;
	const vcpus = thread.vcpus.flatMap((vcpu): Span[] => [
		span(`${vcpu.machine}:${vcpu.vcpu}`, changedStyle(vcpu.isChanged, styles.running)),
		span(vcpu.stealShare > 0 ? ` ${stealWord} ${Math.round(vcpu.stealShare * 100)}%  ` : '  ', styles.warning),
	]);
	return [changedMark(isChanged), span(place), ...vcpus];
}
