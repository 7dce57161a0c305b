// Which addresses a docker network has, and who holds them. Source: moby/moby libnetwork/ipams/defaultipam, ipamutils.

import {blockSize, broadcastOf, type Cidr, contains, formatCidr, formatIpv4, overlaps, parseCidr, parseIpv4} from '../network/address.js';
import {must} from '../../base/assert.js';
import type {DockerNetwork} from './container-schema.js';
import {engineError, type EngineError} from './engine.js';

/** Where subnets come from that nobody chose: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and on. */
function * defaultPools(): Generator<Cidr> {
	for (let second = 17; second <= 31; second++) {
		yield must(parseCidr(`172.${second}.0.0/16`), 'defaultPools');
	}

	for (let third = 0; third < 256; third += 16) {
		yield must(parseCidr(`192.168.${third}.0/20`), 'defaultPools');
	}
}

/** The first default pool that overlaps none of the given blocks. */
export function chooseSubnet(taken: readonly Cidr[]): Cidr | EngineError {
	for (const pool of defaultPools()) {
		if (!taken.some(block => overlaps(block, pool))) {
			return pool;
		}
	}

	return engineError(400, 'all predefined address pools have been fully subnetted');
}

/** Takes an address of a network for an endpoint: the one asked for, or the lowest free one. */
export function takeAddress(network: DockerNetwork, endpoint: string, wanted?: string): {readonly network: DockerNetwork; readonly address: string} | EngineError {
	const subnet = must(parseCidr(network.subnet), 'takeAddress: network without subnet');
	if (wanted !== undefined) {
		const value = parseIpv4(wanted);
		if (value === undefined || !contains(subnet, value)) {
			return engineError(400, 'no configured subnet or ip-range contain the IP address ' + wanted);
		}

		return network.leases.has(wanted)
			? engineError(403, 'Address already in use')
			: {network: withLease(network, wanted, endpoint, network.lowestFree), address: wanted};
	}

	const range = network.ipRange === '' ? subnet : must(parseCidr(network.ipRange), 'takeAddress: malformed range');
	for (let value = Math.max(network.lowestFree, range.base); value < range.base + blockSize(range); value++) {
		const address = formatIpv4(value);
		if (value !== subnet.base && value !== broadcastOf(subnet) && address !== network.gateway && !network.leases.has(address)) {
			return {network: withLease(network, address, endpoint, value + 1), address};
		}
	}

	return engineError(403, 'no available IPv4 addresses on this network\'s address pools: ' + `${network.name} (${network.id})`);
}

function withLease(network: DockerNetwork, address: string, endpoint: string, lowestFree: number): DockerNetwork {
	return {...network, leases: new Map(network.leases).set(address, endpoint), lowestFree};
}

export function returnAddress(network: DockerNetwork, address: string): DockerNetwork {
	const leases = new Map(network.leases);
	leases.delete(address);
	return {...network, leases, lowestFree: Math.min(network.lowestFree, parseIpv4(address) ?? network.lowestFree)};
}

/** The first address of a subnet, where docker puts the bridge unless told otherwise. */
export function defaultGateway(subnet: Cidr): string {
	return formatIpv4(subnet.base + 1);
}

export type Pool = {readonly subnet: string; readonly gateway: string; readonly ipRange: string};

/** Checks what `--subnet`, `--gateway` and `--ip-range` say. Source: moby/moby api/types/network/ipam.go ValidateIPAM. */
export function checkPool(asked: {readonly Subnet: string; readonly Gateway: string; readonly IPRange: string}): Pool | EngineError {
	const refuse = (problem: string) => engineError(400, `invalid network config:\n${problem}`);
	const subnet = parseCidr(asked.Subnet);
	if (subnet === undefined) {
		return refuse(`invalid subnet ${asked.Subnet}: invalid CIDR block notation`);
	}

	if (formatCidr(subnet) !== asked.Subnet) {
		return refuse(`invalid subnet ${asked.Subnet}: it should be ${formatCidr(subnet)}`);
	}

	const range = asked.IPRange === '' ? undefined : parseCidr(asked.IPRange);
	if (asked.IPRange !== '' && range === undefined) {
		return refuse(`invalid ip-range ${asked.IPRange}: invalid CIDR block notation`);
	}

	if (range !== undefined && !(range.prefixLength >= subnet.prefixLength && contains(subnet, range.base))) {
		return refuse(`invalid ip-range ${asked.IPRange}: parent subnet ${asked.Subnet} doesn't contain ip-range`);
	}

	const gateway = asked.Gateway === '' ? undefined : parseIpv4(asked.Gateway);
	if (asked.Gateway !== '' && gateway === undefined) {
		return refuse(`invalid gateway ${asked.Gateway}: invalid address`);
	}

	if (gateway !== undefined && !contains(subnet, gateway)) {
		return refuse(`invalid gateway ${asked.Gateway}: parent subnet ${asked.Subnet} doesn't contain this address`);
	}

	return {subnet: asked.Subnet, gateway: asked.Gateway === '' ? defaultGateway(subnet) : asked.Gateway, ipRange: asked.IPRange};
}
