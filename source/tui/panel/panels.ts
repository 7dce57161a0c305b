// The table of panels, and the order in which they are offered: first what the lab's step points at, then what the world has.

import type {World} from '../../base/transaction.js';
import type {PlainKey} from '../../i18n/message.js';
import type {Line} from '../text/styled-line.js';
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

export type PanelName = 'hosts' | 'vcpu-map' | 'layer-stack' | 'images' | 'processes' | 'network';

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
};

export const panelNames = Object.keys(panels) as readonly PanelName[];

export function isPanelName(name: string | undefined): name is PanelName {
	return name !== undefined && Object.hasOwn(panels, name);
}

/** All panels: the one in focus first, then those that have something to show. */
export function panelOrder(world: World, focus: string | undefined): readonly PanelName[] {
	const hasMachines = ownersOf(world, 'domain').length > 0;
	const usual: readonly PanelName[] = hasMachines
		? ['vcpu-map', 'hosts', 'layer-stack', 'images', 'network', 'processes']
		: ['layer-stack', 'images', 'hosts', 'network', 'processes', 'vcpu-map'];
	return isPanelName(focus) ? [focus, ...usual.filter(name => name !== focus)] : usual;
}
