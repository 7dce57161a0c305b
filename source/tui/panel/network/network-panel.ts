// The network panel: layout and colour only.

import {message, type Locale} from '../../../i18n/message.js';
import type {PacketStep} from '../../../model/network/packet-path.js';
import {visibleText} from '../../text/visible-controls.js';
import {line, span, type Line} from '../../text/styled-line.js';
import {styles} from '../../theme.js';
import {changedMark, changedStyle} from '../changed-mark.js';
import type {PanelView} from '../panel-context.js';
import type {BridgeRow, HostNetwork, NetworkView, PacketPath} from './select-network.js';

export function networkPanel({hosts, packet}: NetworkView, {locale}: PanelView): Line[] {
	return [
		...hosts.length === 0 ? [line(span(message(locale, 'hosts.none'), styles.hint))] : hosts.flatMap(host => hostLines(host, locale)),
		[],
		...packet === undefined ? [line(span(message(locale, 'network.no-packet'), styles.hint))] : packetLines(packet, locale),
	];
}

function addressText(addresses: readonly string[], isUp: boolean, locale: Locale): string {
	return `${addresses.length === 0 ? '' : `  ${addresses.join(' ')}`}${isUp ? '' : `  ${message(locale, 'network.down')}`}`;
}

function hostLines({host, links, bridges, published}: HostNetwork, locale: Locale): Line[] {
	return [
		line(span(host, styles.name)),
		...links.map(({name, addresses, isUp}) => line(changedMark(false), span(`${visibleText(name)}${addressText(addresses, isUp, locale)}`))),
		...bridges.flatMap(bridge => bridgeLines(bridge, locale)),
		...published.map(({text, isNew}) => line(changedMark(isNew), span(`${message(locale, 'network.published')} ${text}`, changedStyle(isNew)))),
	];
}

function bridgeLines({name, addresses, isUp, isNew, ports}: BridgeRow, locale: Locale): Line[] {
	return [
		line(changedMark(isNew), span(visibleText(name), changedStyle(isNew, styles.title)), `${addressText(addresses, isUp, locale)}  ${message(locale, 'network.bridge')}`),
		...ports.map((port, index) => line(
			changedMark(port.isNew), `${index === ports.length - 1 ? '└' : '├'} ${visibleText(port.name)}`,
			port.inner === undefined ? '' : ' — ', span(port.owner === undefined ? '' : `[${visibleText(port.owner)}] `, styles.name),
			span(`${visibleText(port.inner ?? '')}${addressText(port.addresses, port.isUp, locale)}`, changedStyle(port.isNew)),
		)),
	];
}

function packetLines({protocol, from, to, isDelivered, isNew, rows}: PacketPath, locale: Locale): Line[] {
	let where = '';
	const lines = rows.flatMap(row => {
		const head = row.where === where ? [] : [line('  ', span(visibleText(row.where), styles.name))];
		where = row.where;
		const isEnd = row.step.step === 'lost' || row.step.step === 'delivered';
		return [...head, line('    ', span(stepText(row.step, locale), isEnd ? (isDelivered ? styles.passed : styles.failed) : {}))];
	});
	return [line(changedMark(isNew), span(`${message(locale, 'network.packet')} ${protocol} ${from} → ${to}`, styles.title)), ...lines];
}

function stepText(step: PacketStep, locale: Locale): string {
	switch (step.step) {
		case 'link': {
			return `${step.direction === 'in' ? '→' : '←'} ${message(locale, step.direction === 'in' ? 'network.in' : 'network.out', {name: visibleText(step.name)})}`;
		}

		case 'bridge': {
			return message(locale, 'network.crossed', {bridge: visibleText(step.bridge), input: visibleText(step.input), output: visibleText(step.output)});
		}

		case 'route': {
			const {destination, gateway, device} = step;
			return `${message(locale, 'network.route')} ${destination === '0.0.0.0/0' ? 'default' : destination}${gateway === undefined ? '' : ` via ${gateway}`} dev ${visibleText(device)}`;
		}

		case 'rule': {
			const {table, chain, number, target} = step;
			return number === 0 ? message(locale, 'network.policy', {table, chain: visibleText(chain), target}) : message(locale, 'network.rule', {table, chain: visibleText(chain), number, target: target === '' ? '-' : visibleText(target)});
		}

		case 'translate': {
			return message(locale, step.what === 'source' ? 'network.source' : 'network.destination', {from: step.from, to: step.to});
		}

		case 'delivered': {
			return message(locale, 'network.delivered', {to: step.port === 0 ? step.address : `${step.address}:${step.port}`});
		}

		case 'lost': {
			return message(locale, lossTexts[step.reason]);
		}

		default: {
			return step satisfies never;
		}
	}
}

const lossTexts = {
	'no-route': 'network.lost.no-route', 'no-neighbour': 'network.lost.no-neighbour', 'not-forwarding': 'network.lost.not-forwarding', ttl: 'network.lost.ttl', filtered: 'network.lost.filtered', rejected: 'network.lost.rejected',
} as const;
