// The table of panels, and the order in which they are offered: first what the lab's step points at, then what the world has.

import type {World} from '../../base/transaction.js';
import type {PlainKey} from '../../i18n/message.js';
import type {Line} from '../text/styled-line.js';
import {exitsPanel} from './guest/exits-panel.js';
import {guestMemoryPanel} from './guest/guest-memory-panel.js';
import {pageTablesPanel} from './guest/page-tables-panel.js';
import {registersPanel} from './guest/registers-panel.js';
import {tlbPanel} from './guest/tlb-panel.js';
import {translationCachePanel} from './guest/translation-cache-panel.js';
import {selectGuests} from './guest/select-guests.js';
import {hostsPanel} from './hosts/hosts-panel.js';
import {selectHosts} from './hosts/select-hosts.js';
import {imagesPanel} from './images/images-panel.js';
import {selectImages} from './images/select-images.js';
import {layerStackPanel} from './layer-stack/layer-stack-panel.js';
import {selectLayerStacks} from './layer-stack/select-layer-stack.js';
import {networkPanel} from './network/network-panel.js';
import {selectNetwork} from './network/select-network.js';
import {ownersOf, type PanelContext, type PanelView} from './panel-context.js';
import {processesPanel} from './processes/processes-panel.js';
import {selectProcesses} from './processes/select-processes.js';
import {selectVcpuMap} from './vcpu-map/select-vcpu-map.js';
import {vcpuMapPanel} from './vcpu-map/vcpu-map-panel.js';

export type PanelName = 'hosts' | 'vcpu-map' | 'layer-stack' | 'images' | 'processes' | 'network' | GuestPanelName;
/** Panels about running 32-bit guests. */
type GuestPanelName = 'registers' | 'page-tables' | 'tlb' | 'exits' | 'translation-cache' | 'guest-memory';

export type Panel = {
	readonly title: PlainKey;
	/** What it shows, as plain data. */
	data(context: PanelContext): unknown;
	lines(context: PanelContext, view: PanelView): Line[];
};

export const panels: Readonly<Record<PanelName, Panel>> = {
	hosts: {title: 'panel.hosts', data: selectHosts, lines: (context, view) => hostsPanel(selectHosts(context), view)},
	'vcpu-map': {title: 'panel.vcpu-map', data: selectVcpuMap, lines: (context, view) => vcpuMapPanel(selectVcpuMap(context), view)},
	'layer-stack': {title: 'panel.layer-stack', data: selectLayerStacks, lines: (context, view) => layerStackPanel(selectLayerStacks(context), view)},
	images: {title: 'panel.images', data: selectImages, lines: (context, view) => imagesPanel(selectImages(context), view)},
	network: {title: 'panel.network', data: selectNetwork, lines: (context, view) => networkPanel(selectNetwork(context), view)},
	processes: {title: 'panel.processes', data: selectProcesses, lines: (context, view) => processesPanel(selectProcesses(context), view)},
	registers: {title: 'panel.registers', data: selectGuests, lines: (context, view) => registersPanel(selectGuests(context), view)},
	'page-tables': {title: 'panel.page-tables', data: selectGuests, lines: (context, view) => pageTablesPanel(selectGuests(context), view)},
	tlb: {title: 'panel.tlb', data: selectGuests, lines: (context, view) => tlbPanel(selectGuests(context), view)},
	exits: {title: 'panel.exits', data: selectGuests, lines: (context, view) => exitsPanel(selectGuests(context), view)},
	'translation-cache': {title: 'panel.translation-cache', data: selectGuests, lines: (context, view) => translationCachePanel(selectGuests(context), view)},
	'guest-memory': {title: 'panel.guest-memory', data: selectGuests, lines: (context, view) => guestMemoryPanel(selectGuests(context), view)},
};

const guestPanels: readonly GuestPanelName[] = ['registers', 'exits', 'page-tables', 'guest-memory', 'tlb', 'translation-cache'];

export const panelNames = Object.keys(panels) as readonly PanelName[];

function isPanelName(name: string | undefined): name is PanelName {
	return name !== undefined && Object.hasOwn(panels, name);
}

/** All panels: the one in focus first, then those that have something to show. */
export function panelOrder(world: World, focus: string | undefined): readonly PanelName[] {
	const hasMachines = ownersOf(world, 'domain').length > 0;
	const hasGuests = ownersOf(world, 'guest').length > 0;
	const machines: readonly PanelName[] = ['vcpu-map', 'hosts', 'layer-stack', 'images', 'network', 'processes'];
	const containers: readonly PanelName[] = ['layer-stack', 'images', 'hosts', 'network', 'processes', 'vcpu-map'];
	const rest = hasMachines ? machines : containers;
	const usual = hasGuests ? [...guestPanels, ...rest] : [...rest, ...guestPanels];
	return isPanelName(focus) ? [focus, ...usual.filter(name => name !== focus)] : usual;
}
