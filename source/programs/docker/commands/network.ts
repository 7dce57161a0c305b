// docker network ls, create, rm, connect, disconnect. Source: docker/cli cli/command/network/.

import {print, warn} from '../client/client.js';
import {call, fetchJson, filterQuery} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {networkConnectFlags, networkCreateFlags, networkDisconnectFlags, networkLsFlags, networkRmFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {formatRows} from '../format/formatter.js';
import {networkFormat, networkRow, networkRows} from '../format/network-rows.js';
import {compareNatural} from '../format/text.js';
import {listOf, memberOf, textOf, type Writable} from '../go/json.js';

export const listNetworks: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS]',
	short: 'List networks',
	aliases: 'docker network ls, docker network list',
	flags: networkLsFlags,
	arguments: {kind: 'none'},
	* run({client, flags}) {
		const answer = yield * fetchJson(client, {method: 'GET', path: '/networks', query: filterQuery(flags.list('filter'))});
		if (refused(answer)) {
			return answer;
		}

		const name = (network: Parameters<typeof memberOf>[0]) => textOf(memberOf(network, 'Name'));
		const networks = listOf(answer.value).toSorted((a, b) => compareNatural(name(a), name(b)));
		const text = formatRows(networkRows, networks.map(network => networkRow(network, !flags.bool('no-trunc'))), networkFormat(flags.text('format'), flags.bool('quiet')));
		if (refused(text)) {
			return text;
		}

		yield * print(client, text);
		return 0;
	},
};

export const createNetwork: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] NETWORK',
	short: 'Create a network',
	flags: networkCreateFlags,
	arguments: {kind: 'exactly', count: 1},
	run: makeNetwork,
};

function * makeNetwork({client, flags, args}: Call): Steps<number | Refusal> {
	const pools = poolsOf(flags.list('subnet'), flags.list('gateway'), flags.list('ip-range'), pairs(flags.list('aux-address')));
	if (refused(pools)) {
		return pools;
	}

	const json: Writable = {
		Driver: flags.text('driver'), Scope: '', ...flags.changed('ipv4') ? {EnableIPv4: flags.bool('ipv4')} : {}, ...flags.changed('ipv6') ? {EnableIPv6: flags.bool('ipv6')} : {},
		IPAM: {Driver: flags.text('ipam-driver'), Options: {}, Config: pools}, Internal: flags.bool('internal'), Attachable: flags.bool('attachable'),
		Ingress: false, ConfigOnly: false, ConfigFrom: undefined, Options: pairs(flags.list('opt')), Labels: pairs(flags.list('label')), Name: args[0]!,
	};
	const answer = yield * fetchJson(client, {method: 'POST', path: '/networks/create', json});
	if (refused(answer)) {
		return answer;
	}

	yield * print(client, `${textOf(memberOf(answer.value, 'Id'))}\n`);
	return 0;
}

/** `k=v` words as an object, in order of keys; `k` alone has an empty value. */
export function pairs(words: readonly string[]): Readonly<Record<string, string>> {
	const entries = words.map(word => {
		const equals = word.indexOf('=');
		return equals === -1 ? [word, ''] as const : [word.slice(0, equals), word.slice(equals + 1)] as const;
	});
	return Object.fromEntries([...new Map(entries)].sort(([a], [b]) => a < b ? -1 : 1));
}

function poolsOf(subnets: readonly string[], gateways: readonly string[], ranges: readonly string[], auxiliary: Readonly<Record<string, string>>): Writable[] | Refusal {
	if (subnets.length < ranges.length || subnets.length < gateways.length) {
		return refusal('every ip-range or gateway must have a corresponding subnet');
	}

	const pools = subnets.map(subnet => ({Subnet: subnet} as Record<string, string | Record<string, string>>));
	for (const [texts, field, words] of [[ranges, 'IPRange', 'ip-range'], [gateways, 'Gateway', 'gateway']] as const) {
		for (const text of texts) {
			const index = subnets.findIndex(subnet => isWithin(subnet, text.split('/')[0]!));
			if (index === -1) {
				return refusal(`no matching subnet for ${words} ${text}`);
			}

			if (pools[index]![field] !== undefined) {
				return refusal(`cannot configure multiple ${words}s (${text}, ${pools[index]![field]}) on the same subnet (${subnets[index]})`);
			}

			pools[index]![field] = text;
		}
	}

	for (const [name, address] of Object.entries(auxiliary)) {
		const pool = pools[subnets.findIndex(subnet => isWithin(subnet, address))];
		if (pool === undefined) {
			return refusal(`no matching subnet for aux-address ${address}`);
		}

		pool['AuxiliaryAddresses'] = {...pool['AuxiliaryAddresses'] as Record<string, string> | undefined, [name]: address};
	}

	return pools;
}

function isWithin(subnet: string, address: string): boolean {
	const [base = '', bits = '32'] = subnet.split('/');
	const size = 2 ** (32 - Number(bits));
	return Math.floor(ipv4Number(base) / size) === Math.floor(ipv4Number(address) / size);
}

function ipv4Number(address: string): number {
	return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export const removeNetwork: CommandSpec = {
	kind: 'command',
	use: 'NETWORK [NETWORK...]',
	short: 'Remove one or more networks',
	aliases: 'docker network rm, docker network remove',
	flags: networkRmFlags,
	arguments: {kind: 'at-least', count: 1},
	run: removeNetworks,
};

function * removeNetworks({client, flags, args}: Call): Steps<number | Refusal> {
	let hasFailed = false;
	for (const name of args) {
		// The real client looks first whether it is a swarm's ingress network.
		yield * call(client, {method: 'GET', path: `/networks/${name}`});
		const outcome = yield * call(client, {method: 'DELETE', path: `/networks/${name}`});
		if (!refused(outcome)) {
			yield * print(client, `${name}\n`);
		} else if (!flags.bool('force') || outcome.httpStatus !== 404) {
			yield * warn(client, `${outcome.message}\n`);
			hasFailed = true;
		}
	}

	// What Go says of an error that is only a status; the real client prints it, too.
	return hasFailed ? refusal('exit status 1') : 0;
}

export const connectNetwork: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] NETWORK CONTAINER',
	short: 'Connect a container to a network',
	flags: networkConnectFlags,
	arguments: {kind: 'exactly', count: 2},
	* run({client, flags, args}) {
		const [network, container = ''] = args;
		const links = flags.list('link');
		const address = flags.text('ip');
		const settings: Writable = {
			IPAMConfig: address === '' ? {} : {IPv4Address: address}, Links: links.length === 0 ? undefined : links, Aliases: flags.list('alias'), MacAddress: '', DriverOpts: {}, ...idleEndpoint,
		};
		const outcome = yield * call(client, {method: 'POST', path: `/networks/${network}/connect`, json: {Container: container, EndpointConfig: settings}});
		return refused(outcome) ? outcome : 0;
	},
};

/** The fields of an endpoint that only the daemon fills in. */
export const idleEndpoint: Readonly<Record<string, Writable>> = {
	GwPriority: 0, NetworkID: '', EndpointID: '', Gateway: '', IPAddress: '', IPPrefixLen: 0, IPv6Gateway: '', GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0, DNSNames: undefined,
};

export const disconnectNetwork: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] NETWORK CONTAINER',
	short: 'Disconnect a container from a network',
	flags: networkDisconnectFlags,
	arguments: {kind: 'exactly', count: 2},
	* run({client, flags, args}) {
		const [network, container = ''] = args;
		const outcome = yield * call(client, {method: 'POST', path: `/networks/${network}/disconnect`, json: {Container: container, Force: flags.bool('force')}});
		return refused(outcome) ? outcome : 0;
	},
};
