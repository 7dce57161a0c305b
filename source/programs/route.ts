// route(8): the routing table of the kernel. Source: net-tools 2.10; BusyBox 1.36.

import {type Cidr, formatIpv4, parseCidr, parseIpv4} from '../model/network/address.js';
import {findLink, getLink} from '../model/network/link.js';
import type {Link, Route} from '../model/network/network-schema.js';
import {createRoute, deleteRoute, isBlockAddress} from '../model/network/rtnetlink.js';
import {errorText} from '../model/kernel/errno.js';
import {routesOf} from './network-view.js';
import type {Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

export const route = plainTool('route', function * (t) {
	const [command, ...words] = t.operands;
	if (command === 'add' || command === 'del' || command === 'delete') {
		return yield * change(t, command === 'add' ? 'add' : 'del', words);
	}

	if (command !== undefined && !/^-[nev]+$/v.test(command)) {
		yield * t.complainPlain(command.startsWith('-') ? `virtlab: route ${command} is not modelled\n` : usage);
		return 3;
	}

	yield * t.print(routeTable(t, 'route', command?.includes('n') === true));
	return 0;
});

/** The table, as `route` or as `netstat -r` shows it. */
export function routeTable(t: Pick<Tool, 'sys' | 'process'>, as: 'route' | 'netstat', isNumeric = true): string {
	const head = as === 'route' ? 'Destination     Gateway         Genmask         Flags Metric Ref    Use Iface' : 'Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface';
	return `Kernel IP routing table\n${head}\n${routesOf(t.process).map(each => `${line(t, each, {as, isNumeric})}\n`).join('')}`;
}

function line(t: Pick<Tool, 'sys'>, {destination, gateway, device, metric}: Route, {as, isNumeric}: {readonly as: 'route' | 'netstat'; readonly isNumeric: boolean}): string {
	const {tx, namespace} = t.sys.netlink();
	const {base, prefixLength} = parseCidr(destination)!;
	const mask = formatIpv4(2 ** 32 - 2 ** (32 - prefixLength));
	const flags = `U${gateway === undefined ? '' : 'G'}${prefixLength === 32 ? 'H' : ''}`;
	const target = !isNumeric && prefixLength === 0 ? 'default' : formatIpv4(base);
	const {name} = getLink(tx, namespace, device);
	const columns = `${target.padEnd(15)} ${(gateway ?? '0.0.0.0').padEnd(15)} ${mask.padEnd(15)}`;
	return as === 'route' ? `${columns} ${flags.padEnd(5)} ${String(metric).padEnd(6)} 0        0 ${name}` : `${columns} ${flags.padEnd(9)} 0 0          0 ${name}`;
}

const usage = `Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]
                              [netmask N] [mss Mss] [window W] [irtt I]
                              [mod] [dyn] [reinstate] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [metric M] reject
       inet_route [-FC] flush      NOT supported
`;

type Wanted = {target?: string; isHost?: boolean; gateway?: string; netmask?: string; metric?: number; device?: string};

function readWords(words: readonly string[]): Wanted | {readonly unmodelled: string} {
	const wanted: Wanted = {};
	const rest = [...words];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		if (word === '-net' || word === '-host') {
			wanted.isHost = word === '-host';
		} else if (word === 'gw' || word === 'netmask' || word === 'dev') {
			wanted[({gw: 'gateway', netmask: 'netmask', dev: 'device'} as const)[word]] = rest.shift() ?? '';
		} else if (word === 'metric') {
			wanted.metric = Number(rest.shift());
		} else if (['mss', 'window', 'irtt', 'reject', 'mod', 'dyn', 'reinstate'].includes(word)) {
			return {unmodelled: word};
		} else if (wanted.target === undefined) {
			wanted.target = word;
		} else {
			wanted.device = word;
		}
	}

	return wanted;
}

/** The block that the words mean; a string says what is wrong with them. */
function blockOf({target = 'default', isHost, netmask}: Wanted): Cidr | string {
	if (target === 'default') {
		return {base: 0, prefixLength: 0};
	}

	const mask = netmask === undefined ? undefined : parseIpv4(netmask);
	const length = mask === undefined ? undefined : mask.toString(2).replace(/0+$/v, '').length;
	const natural = target.includes('/') ? target : `${target}/${isHost === false ? length ?? naturalLength(target) : 32}`;
	const block = parseCidr(natural);
	return block === undefined ? `${target}: Unknown host` : (isBlockAddress(target, block) ? block : 'route: netmask doesn\'t match route address');
}

function naturalLength(target: string): number {
	return target.endsWith('.0.0.0') ? 8 : (target.endsWith('.0.0') ? 16 : (target.endsWith('.0') ? 24 : 32));
}

function * change(t: Tool<never>, how: 'add' | 'del', words: readonly string[]): Blocking<number> {
	const wanted = readWords(words);
	if ('unmodelled' in wanted) {
		yield * t.complainPlain(`virtlab: route with ${wanted.unmodelled} is not modelled\n`);
		return 4;
	}

	const {tx, namespace, mayChange} = t.sys.netlink();
	const block = wanted.target === undefined ? usage : blockOf(wanted);
	if (typeof block === 'string') {
		yield * t.complainPlain(block === usage ? usage : (block.startsWith('route:') ? `${block}\n${usage}` : `${block}\n`));
		return block === usage || block.startsWith('route:') ? 3 : 1;
	}

	const device: Link | undefined = wanted.device === undefined ? undefined : findLink(tx, namespace, wanted.device);
	const call = how === 'add' ? 'SIOCADDRT' : 'SIOCDELRT';
	if (!mayChange || (wanted.device !== undefined && device === undefined)) {
		yield * t.complainPlain(`${call}: ${mayChange ? 'No such device' : 'Operation not permitted'}\n`);
		return 7;
	}

	const refusal = how === 'add'
		? createRoute(tx, namespace, {destination: block, gateway: wanted.gateway, device, source: undefined, metric: wanted.metric ?? 0, scope: undefined, protocol: 'boot'})
		: deleteRoute(tx, namespace, {destination: block, gateway: wanted.gateway, device, metric: wanted.metric});
	if (refusal !== undefined) {
		yield * t.complainPlain(`${call}: ${errorText[refusal.errno]}\n`);
		return 7;
	}

	return 0;
}
