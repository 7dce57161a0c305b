// The network panel's data: the bridges of every host with what is plugged into them, the published ports, and the way of the last packet
// that a program sent, with the place where it was lost if it was.

import type {Container} from '../../../model/container/container-schema.js';
import type {Kernel, Task} from '../../../model/kernel/schema.js';
import type {Link} from '../../../model/network/network-schema.js';
import type {PacketStep, PacketTrace} from '../../../model/network/packet-path.js';
import {isChanged, tableOf, type PanelContext} from '../panel-context.js';

export type PortRow = {
	/** The host's end of the veth pair. */
	readonly name: string;
	/** Whose namespace the other end is in: a container, or undefined if it is nobody's known. */
	readonly owner: string | undefined;
	readonly inner: string | undefined;
	readonly addresses: readonly string[];
	readonly isUp: boolean;
	readonly isNew: boolean;
};

export type BridgeRow = {readonly name: string; readonly addresses: readonly string[]; readonly isUp: boolean; readonly isNew: boolean; readonly ports: readonly PortRow[]};
export type PublishedRow = {readonly text: string; readonly container: string; readonly isNew: boolean};

export type HostNetwork = {
	readonly host: string;
	/** Links that are neither a bridge nor plugged into one, without the loopback. */
	readonly links: ReadonlyArray<{readonly name: string; readonly addresses: readonly string[]; readonly isUp: boolean}>;
	readonly bridges: readonly BridgeRow[];
	readonly published: readonly PublishedRow[];
};

export type PathRow = {readonly where: string; readonly step: PacketStep};
export type PacketPath = {readonly protocol: string; readonly from: string; readonly to: string; readonly isDelivered: boolean; readonly isNew: boolean; readonly rows: readonly PathRow[]};

export type NetworkView = {readonly hosts: readonly HostNetwork[]; readonly packet: PacketPath | undefined};

export function selectNetwork(context: PanelContext): NetworkView {
	const names = namespaceNames(context);
	const kernels = Array.from(tableOf<Kernel>(context.world, 'kernel').values()).filter(({owner}) => owner.startsWith('host:'));
	return {hosts: kernels.map(kernel => hostNetwork(context, kernel, names)), packet: lastPacket(context, names)};
}

/** Network namespaces by who is known to be in them: hosts, containers, or else the program that came first. */
function namespaceNames({world}: PanelContext): ReadonlyMap<number, string> {
	const names = new Map<number, string>();
	for (const kernel of tableOf<Kernel>(world, 'kernel').values()) {
		names.set(kernel.initial.net, kernel.owner.replace(/^(?:host|vm):/v, ''));
		for (const {namespaces, name, hostConfig} of tableOf<Container>(world, `container:${kernel.id}`).values()) {
			if (namespaces !== undefined && !hostConfig.NetworkMode.startsWith('container:') && !names.has(namespaces.net)) {
				names.set(namespaces.net, name);
			}
		}

		for (const {namespaces, name} of tableOf<Task>(world, `task:${kernel.id}`).values()) {
			if (!names.has(namespaces.net)) {
				names.set(namespaces.net, name);
			}
		}
	}

	return names;
}

function addressesOf({addresses}: Link): readonly string[] {
	return addresses.map(({address, prefixLength}) => `${address}/${prefixLength}`);
}

function hostNetwork(context: PanelContext, kernel: Kernel, names: ReadonlyMap<number, string>): HostNetwork {
	const {world} = context;
	const {net} = kernel.initial;
	const links = [...tableOf<Link>(world, `link:${net}`).values()].sort((a, b) => a.index - b.index);
	const wasThere = (table: string, id: string | number) => context.before === undefined || tableOf(context.before, table).has(id);
	const port = (link: Link): PortRow => {
		const inner = link.peer === undefined ? undefined : tableOf<Link>(world, `link:${link.peer.namespace}`).get(link.peer.index);
		return {
			name: link.name, owner: link.peer === undefined ? undefined : names.get(link.peer.namespace), inner: inner?.name, addresses: inner === undefined ? [] : addressesOf(inner),
			isUp: link.isUp && inner?.isUp === true, isNew: !wasThere(`link:${net}`, link.index),
		};
	};

	return {
		host: kernel.owner.slice('host:'.length),
		links: links.filter(({kind, master}) => kind !== 'loopback' && kind !== 'bridge' && master === undefined).map(link => ({name: link.name, addresses: addressesOf(link), isUp: link.isUp})),
		bridges: links.filter(({kind}) => kind === 'bridge').map(bridge => ({
			name: bridge.name, addresses: addressesOf(bridge), isUp: bridge.isUp, isNew: !wasThere(`link:${net}`, bridge.index), ports: links.filter(({master}) => master === bridge.index).map(port),
		})),
		published: [...tableOf<Container>(world, `container:${kernel.id}`).values()].flatMap(({id, name, ports}) => ports.map(({hostAddress, hostPort, containerPort, protocol}) => ({
			text: `${hostAddress}:${hostPort} → ${name}:${containerPort}/${protocol}`, container: name, isNew: !wasThere(`container:${kernel.id}`, id),
		}))),
	};
}

function lastPacket(context: PanelContext, names: ReadonlyMap<number, string>): PacketPath | undefined {
	const trace = tableOf<PacketTrace>(context.world, 'packet-trace').get('last');
	if (trace === undefined) {
		return undefined;
	}

	const {packet, steps, isDelivered} = trace;
	const end = (address: string, port: number) => packet.protocol === 'icmp' ? address : `${address}:${port}`;
	return {
		protocol: packet.protocol, from: end(packet.source, packet.sourcePort), to: end(packet.destination, packet.port), isDelivered,
		isNew: isChanged(context, 'packet-trace', 'last'), rows: steps.map(step => ({where: names.get(step.namespace) ?? `net:[${step.namespace}]`, step})),
	};
}
