// ip(8): links, addresses, routes, neighbours and named network namespaces, in iproute2's words and in BusyBox's.
//
// Simplified: addresses of IPv6 are shown for the loopback only where a real kernel makes them by itself.

import type {Blocking} from '../standard-io.js';
import {plainTool} from '../tool.js';
import {address} from './address.js';
import {IpCall, type Wish} from './call.js';
import {link} from './link-command.js';
import {neighbour} from './neighbour.js';
import {enterNamed, netns} from './netns.js';
import {route} from './route.js';

type IpObject = {readonly name: string; readonly run: (call: IpCall) => Blocking<number>};

const objects: readonly IpObject[] = [
	{name: 'address', run: address}, {name: 'link', run: link}, {name: 'route', run: route}, {name: 'neighbor', run: neighbour}, {name: 'neighbour', run: neighbour}, {name: 'netns', run: netns},
];
const unmodelled = ['addrlabel', 'maddress', 'mroute', 'mrule', 'monitor', 'ntable', 'ntbl', 'netconf', 'rule', 'sr', 'tap', 'token', 'tunnel', 'tuntap', 'vrf', 'xfrm', 'macsec', 'mptcp', 'l2tp', 'fou', 'ila', 'ioam', 'stats', 'tcpmetrics'];

const usage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | addrlabel | fou | help | ila | ioam | l2tp | link |
                   macsec | maddress | monitor | mptcp | mroute | mrule |
                   neighbor | neighbour | netconf | netns | nexthop | ntable |
                   ntbl | route | rule | sr | tap | tcpmetrics |
                   token | tunnel | tuntap | vrf | xfrm }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |
                    -h[uman-readable] | -iec | -j[son] | -p[retty] |
                    -f[amily] { inet | inet6 | mpls | bridge | link } |
                    -4 | -6 | -M | -B | -0 |
                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] |
                    -o[neline] | -t[imestamp] | -ts[hort] | -b[atch] [filename] |
                    -rc[vbuf] [size] | -n[etns] name | -N[umeric] | -a[ll] |
                    -c[olor]}
`;

export const ip = plainTool('ip', function * (t) {
	const wish: Wish = {oneLine: false, brief: false, statistics: false, details: false, family: 'all', isForAll: false};
	const rest = [...t.operands];
	let namespace: string | undefined;
	while (rest[0]?.startsWith('-') === true) {
		const option = rest.shift()!.replace(/^--/v, '-');
		if (option === '-n' || option === '-netns') {
			namespace = rest.shift();
		} else if (option === '-V' || option === '-Version') {
			yield * t.print('ip utility, iproute2-6.1.0, libbpf 1.1.2\n');
			return 0;
		} else if (!applyOption(wish, option)) {
			yield * t.complainPlain(['-j', '-json', '-p', '-pretty', '-b', '-batch', '-c', '-color'].includes(option) ? `virtlab: ip ${option} is not modelled\n` : `Option "${option}" is unknown, try "ip -help".\n`);
			return 255;
		}
	}

	if (namespace !== undefined && !(yield * enterNamed(t, t.process, namespace))) {
		return 255;
	}

	const [word, ...words] = rest;
	if (word === undefined || 'help'.startsWith(word)) {
		yield * t.complainPlain(usage);
		return 255;
	}

	const object = objects.find(({name}) => name.startsWith(word)) ?? (word === 'neigh' ? objects[3] : undefined);
	if (object === undefined) {
		yield * t.complainPlain(unmodelled.some(name => name.startsWith(word)) ? `virtlab: ip ${word} is not modelled\n` : `Object "${word}" is unknown, try "ip help".\n`);
		return 1;
	}

	return yield * object.run(new IpCall(t, wish, words));
});

function applyOption(wish: Wish, option: string): boolean {
	switch (option) {
		case '-4':
		case '-6': {
			wish.family = option === '-4' ? '4' : '6';
			break;
		}

		case '-o':
		case '-oneline': {
			wish.oneLine = true;
			break;
		}

		case '-br':
		case '-brief': {
			wish.brief = true;
			break;
		}

		case '-s':
		case '-stats':
		case '-statistics': {
			wish.statistics = true;
			break;
		}

		case '-d':
		case '-details': {
			wish.details = true;
			break;
		}

		case '-all': {
			wish.isForAll = true;
			break;
		}

		case '-c=never':
		case '-N':
		case '-Numeric':
		case '-force': {
			break;
		}

		default: {
			return false;
		}
	}

	return true;
}
