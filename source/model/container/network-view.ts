// What the API shows of networks and volumes. Source: moby/moby daemon/network.go buildNetworkResource, volume/service/convert.go.

import {wallTime} from '../../base/clock.js';
import {rfc3339OfMoment} from '../../base/internet-date.js';
import type {JsonObject} from '../../base/json.js';
import type {DockerNetwork, Volume} from './container-schema.js';
import type {EngineReader} from './engine.js';

/** GET /networks/{id}; the list shows the same without members. */
export function networkJson(engine: EngineReader, network: DockerNetwork, withMembers: boolean): JsonObject {
	return {
		Name: network.name, Id: network.id, Created: rfc3339OfMoment(wallTime(engine.tx, network.createdNs)), Scope: 'local', Driver: network.driver, EnableIPv4: true, EnableIPv6: false,
		IPAM: {
			Driver: 'default', Options: network.ipamOptions,
			Config: network.subnet === '' ? null : [{Subnet: network.subnet, ...(network.ipRange === '' ? {} : {IPRange: network.ipRange}), Gateway: network.gateway, ...(Object.keys(network.auxiliary).length === 0 ? {} : {AuxiliaryAddresses: network.auxiliary})}],
		},
		Internal: network.isInternal, Attachable: network.isAttachable, Ingress: false, ConfigFrom: {Network: ''}, ConfigOnly: false,
		Containers: withMembers ? membersJson(engine, network) : {}, Options: network.options, Labels: network.labels,
	};
}

function membersJson({tx, engine}: EngineReader, network: DockerNetwork): JsonObject {
	const members = [...network.members].toSorted(([a], [b]) => a < b ? -1 : 1);
	return Object.fromEntries(members.map(([id, endpointId]) => {
		const container = tx.get(`container:${engine}`, id);
		const endpoint = container?.endpoints.find(each => each.id === endpointId);
		return [id, {
			Name: container?.name ?? '', EndpointID: endpointId, MacAddress: endpoint?.mac ?? '',
			IPv4Address: endpoint === undefined || endpoint.address === '' ? '' : `${endpoint.address}/${endpoint.prefixLength}`, IPv6Address: '',
		}];
	}));
}

/** GET /volumes/{name}. */
export function volumeJson({tx}: EngineReader, volume: Volume): JsonObject {
	return {
		CreatedAt: rfc3339OfMoment({...wallTime(tx, volume.createdNs), nanoseconds: 0}), Driver: volume.driver, Labels: volume.labels, Mountpoint: volume.mountpoint, Name: volume.name,
		Options: volume.options, Scope: 'local',
	};
}
