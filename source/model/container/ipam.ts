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
	const reserved = new Set([network.gateway, ...Object.values(network.auxiliary)]);
	if (wanted !== undefined) {
		const value = parseIpv4(wanted);
		if (value === undefined || !contains(subnet, value)) {
			return engineError(400, 'no configured subnet or ip-range contain the IP address ' + wanted);
		}

		return network.leases.has(wanted) || reserved.has(wanted)
			? engineError(403, 'Address already in use')
			: {network: withLease(network, wanted, endpoint, network.lowestFree), address: wanted};
	}

	const range = network.ipRange === '' ? subnet : must(parseCidr(network.ipRange), 'takeAddress: malformed range');
	for (let value = Math.max(network.lowestFree, range.base); value < range.base + blockSize(range); value++) {
		const address = formatIpv4(value);
		if (value !== subnet.base && value !== broadcastOf(subnet) && !reserved.has(address) && !network.leases.has(address)) {
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

export type Pool = {readonly subnet: string; readonly gateway: string; readonly ipRange: string; readonly auxiliary: Readonly<Record<string, string>>};

type AskedPool = {readonly Subnet: string; readonly Gateway: string; readonly IPRange: string; readonly AuxiliaryAddresses: Readonly<Record<string, string>>};

/** Checks what `--subnet`, `--gateway`, `--ip-range` and `--aux-address` say. Source: moby/moby api/types/network/ipam.go ValidateIPAM. */
export function checkPool(asked: AskedPool): Pool | EngineError {
	const subnet = parseCidr(asked.Subnet);
	const problems = subnet === undefined ? [`invalid subnet ${asked.Subnet}: invalid CIDR block notation`] : poolProblems(asked, subnet);
	if (subnet === undefined || problems.length > 0) {
		return engineError(400, `invalid network config:\n${joinProblems(problems)}`);
	}

	return {subnet: asked.Subnet, gateway: asked.Gateway === '' ? gatewayOf(asked, subnet) : asked.Gateway, ipRange: asked.IPRange, auxiliary: asked.AuxiliaryAddresses};
}

function poolProblems(asked: AskedPool, subnet: Cidr): readonly string[] {
	const range = asked.IPRange === '' ? undefined : parseCidr(asked.IPRange);
	const rangeProblem = asked.IPRange === '' ? [] : (range === undefined ? [`invalid ip-range ${asked.IPRange}: invalid CIDR block notation`]
		: (formatCidr(range) === asked.IPRange ? (range.prefixLength >= subnet.prefixLength && contains(subnet, range.base) ? [] : [`invalid ip-range ${asked.IPRange}: parent subnet ${asked.Subnet} doesn't contain ip-range`])
			: [`invalid ip-range ${asked.IPRange}: it should be ${formatCidr(range)}`]));
	return [
		...formatCidr(subnet) === asked.Subnet ? [] : [`invalid subnet ${asked.Subnet}: it should be ${formatCidr(subnet)}`],
		...rangeProblem,
		...asked.Gateway === '' ? [] : addressProblem(asked, subnet, {what: 'gateway', name: asked.Gateway, address: asked.Gateway}),
		...Object.entries(asked.AuxiliaryAddresses).flatMap(([name, address]) => addressProblem(asked, subnet, {what: 'auxiliary address', name, address})),
	];
}

function addressProblem({Subnet}: AskedPool, subnet: Cidr, {what, name, address}: {readonly what: string; readonly name: string; readonly address: string}): readonly string[] {
	const value = parseIpv4(address);
	return value === undefined ? [`invalid ${what} ${name}: invalid address`] : (contains(subnet, value) ? [] : [`invalid ${what} ${name}: parent subnet ${Subnet} doesn't contain this address`]);
}

/** Several errors as one. Source: moby/moby internal/multierror. */
export function joinProblems(problems: readonly string[]): string {
	return problems.length === 1 ? problems[0]! : problems.map(problem => `* ${problem.replaceAll('\n', '\n\t')}`).join('\n');
}

/** The bridge gets the first address of the range that nothing else is named for. */
function gatewayOf({IPRange, AuxiliaryAddresses}: AskedPool, subnet: Cidr): string {
	const range = IPRange === '' ? undefined : parseCidr(IPRange);
	const reserved = new Set(Object.values(AuxiliaryAddresses));
	let value = range === undefined || range.base === subnet.base ? subnet.base + 1 : range.base;
	while (reserved.has(formatIpv4(value))) {
		value++;
	}

	return formatIpv4(value);
}
