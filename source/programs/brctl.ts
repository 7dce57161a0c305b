// brctl(8): the old way to bridges. Source: bridge-utils 1.7.1.

import {findLink, portsOf, getLink, setMaster} from '../model/network/link.js';
import type {Link} from '../model/network/network-schema.js';
import {createLink, deleteLink, enslave} from '../model/network/rtnetlink.js';
import {linksOf} from './network-view.js';
import type {Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

const usage = `Usage: brctl [commands]
commands:
	addbr     	<bridge>		add bridge
	delbr     	<bridge>		delete bridge
	addif     	<bridge> <device>	add interface to bridge
	delif     	<bridge> <device>	delete interface from bridge
	hairpin   	<bridge> <port> {on|off}	turn hairpin on/off
	setageing 	<bridge> <time>		set ageing time
	setbridgeprio	<bridge> <prio>		set bridge priority
	setfd     	<bridge> <time>		set bridge forward delay
	sethello  	<bridge> <time>		set hello time
	setmaxage 	<bridge> <time>		set max message age
	setpathcost	<bridge> <port> <cost>	set path cost
	setportprio	<bridge> <port> <prio>	set port priority
	show      	[ <bridge> ]		show a list of bridges
	showmacs  	<bridge>		show a list of mac addrs
	showstp   	<bridge>		show bridge stp info
	stp       	<bridge> {on|off}	turn stp on/off
`;

/** How many arguments each command takes, at least and at most. */
const counts: Readonly<Record<string, readonly [number, number]>> = {addbr: [1, 1], delbr: [1, 1], addif: [2, 64], delif: [2, 64], show: [0, 64]};
const unmodelled = ['hairpin', 'setageing', 'setbridgeprio', 'setfd', 'sethello', 'setmaxage', 'setpathcost', 'setportprio', 'showmacs', 'showstp', 'stp'];

export const brctl = plainTool('brctl', function * (t) {
	const [command, ...args] = t.operands;
	if (command === undefined || unmodelled.includes(command)) {
		yield * t.complainPlain(command === undefined ? usage : `virtlab: brctl ${command} is not modelled\n`);
		return 1;
	}

	const limits = counts[command];
	if (limits === undefined || args.length < limits[0] || args.length > limits[1]) {
		yield * t.complainPlain(limits === undefined ? `never heard of command [${command}]\n${usage}` : `Incorrect number of arguments for command\nUsage: brctl ${usage.split('\n').find(line => line.startsWith(`\t${command}`))?.trim().replace(/\s+/v, ' ') ?? command}\n`);
		return 1;
	}

	return yield * run(t, command, args);
});

function * run(t: Tool<never>, command: string, [name = '', ...ports]: readonly string[]): Blocking<number> {
	if (command === 'show') {
		return yield * show(t, name === '' ? undefined : [name, ...ports]);
	}

	const {tx, namespace, mayChange} = t.sys.netlink();
	const bridge = findLink(tx, namespace, name);
	const fail = function * (text: string): Blocking<number> {
		yield * t.complainPlain(`${text}\n`);
		return 1;
	};

	if (!mayChange) {
		return yield * fail(command === 'addbr' ? 'add bridge failed: Operation not permitted' : `can't ${command === 'delbr' ? `delete bridge ${name}` : `add ${ports[0]} to bridge ${name}`}: Operation not permitted`);
	}

	switch (command) {
		case 'addbr': {
			const refusal = createLink(tx, namespace, {name, kind: 'bridge'});
			return refusal === undefined ? 0 : yield * fail(refusal.errno === 'EEXIST' ? `device ${name} already exists; can't create bridge with the same name` : 'add bridge failed: Invalid argument');
		}

		case 'delbr': {
			if (bridge?.kind !== 'bridge') {
				return yield * fail(bridge === undefined ? `bridge ${name} doesn't exist; can't delete it` : `can't delete bridge ${name}: Operation not permitted`);
			}

			if (bridge.isUp) {
				return yield * fail(`bridge ${name} is still up; can't delete it`);
			}

			deleteLink(tx, namespace, bridge);
			return 0;
		}

		default: {
			return yield * changePorts(t, command as 'addif' | 'delif', {bridge, name, ports});
		}
	}
}

function * changePorts(t: Tool<never>, command: 'addif' | 'delif', {bridge, name, ports}: {readonly bridge: Link | undefined; readonly name: string; readonly ports: readonly string[]}): Blocking<number> {
	const {tx, namespace} = t.sys.netlink();
	for (const port of ports) {
		const link = findLink(tx, namespace, port);
		const problem = link === undefined ? `interface ${port} does not exist!`
			: (bridge?.kind === 'bridge' ? undefined : `bridge ${name} does not exist!`);
		if (problem !== undefined) {
			yield * t.complainPlain(`${problem}\n`);
			return 1;
		}

		if (command === 'delif') {
			if (link!.master !== bridge!.index) {
				yield * t.complainPlain(`device ${port} is not a port of ${name}\n`);
				return 1;
			}

			setMaster(tx, namespace, link!.index, undefined);
			continue;
		}

		const refusal = link!.master === undefined ? enslave(tx, namespace, link!, bridge!) : undefined;
		if (link!.master !== undefined || refusal !== undefined) {
			yield * t.complainPlain(link!.master === undefined ? `can't add ${port} to bridge ${name}: Invalid argument\n` : `device ${port} is already a member of a bridge; can't add it to bridge ${name}.\n`);
			return 1;
		}
	}

	return 0;
}

function * show(t: Tool<never>, names: readonly string[] | undefined): Blocking<number> {
	const {tx, namespace} = t.sys.netlink();
	const bridges = linksOf(t.process).filter(({kind}) => kind === 'bridge').toSorted((a, b) => a.name < b.name ? -1 : 1);
	let isFirst = true;
	for (const name of names ?? bridges.map(bridge => bridge.name)) {
		const bridge = findLink(tx, namespace, name);
		if (bridge?.kind !== 'bridge') {
			yield * t.complainPlain(bridge === undefined ? `bridge ${name} does not exist!\n` : `device ${name} is not a bridge!\n`);
			return 1;
		}

		yield * t.print(isFirst ? 'bridge name\tbridge id\t\tSTP enabled\tinterfaces\n' : '');
		isFirst = false;
		const ports = portsOf(tx, namespace, bridge.index).map(port => getLink(tx, namespace, port).name).sort();
		yield * t.print(`${name}\t\t8000.${bridge.mac.replaceAll(':', '')}\tno\t\t${ports.join('\n\t\t\t\t\t\t\t')}\n`);
	}

	return 0;
}
