// ping(8): iputils' words and BusyBox's. Round-trip times are the route's, from the network model.

import {failed} from '../model/kernel/errno.js';
import {sleep} from '../model/kernel/blocking.js';
import {lookUpHost} from './host-lookup.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	count: {short: 'c', value: '<count>', help: 'stop after <count> replies'},
	interval: {short: 'i', value: '<interval>', help: 'seconds between sending each packet'},
	quiet: {short: 'q', help: 'quiet output'},
	timeout: {short: 'W', value: '<timeout>', help: 'time to wait for response'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'ping', usage: ['[options] <destination>'], summary: '', options, usageStatus: 2, version: 'from iputils 20221126'};

type Tally = {sent: number; received: number; readonly timesMs: number[]};

export const ping = tool(command, function * (t) {
	const [name] = t.operands;
	if (name === undefined) {
		return yield * t.complain(t.says('usage error: Destination address required', 'no destination'), t.isGnu ? 2 : 1);
	}

	const answer = yield * lookUpHost(t.process, name);
	const address = answer.kind === 'addresses' ? answer.addresses[0] : undefined;
	if (address === undefined) {
		return yield * t.complain(t.says(`${name}: ${answer.kind === 'unknown' ? 'Name or service not known' : 'Temporary failure in name resolution'}`, `bad address '${name}'`), t.isGnu ? 2 : 1);
	}

	yield * t.print(t.isGnu ? `PING ${name} (${address}) 56(84) bytes of data.\n` : `PING ${name} (${address}): 56 data bytes\n`);
	if (!t.sys.credentials().capabilities.has('CAP_NET_RAW') && !t.isGnu) {
		return yield * t.complain('permission denied (are you root?)');
	}

	const tally: Tally = {sent: 0, received: 0, timesMs: []};
	t.sys.sigaction('INT', 'catch');
	yield * send(t, address, tally);
	yield * t.print(summary(t, name, tally));
	return tally.received > 0 ? 0 : 1;
});

/** Echo requests until enough were sent, or Ctrl-C. */
function * send(t: Tool<Name>, address: string, tally: Tally): Blocking<void> {
	const count = Number(t.value('count') ?? Number.POSITIVE_INFINITY);
	const intervalNs = Number(t.value('interval') ?? 1) * 1e9;
	const waitNs = Number(t.value('timeout') ?? 10) * 1e9;
	while (tally.sent < count) {
		const sequence = tally.sent + (t.isGnu ? 1 : 0);
		const reply = t.sys.echo(address, sequence);
		tally.sent++;
		if (failed(reply)) {
			if (reply.errno === 'ENETUNREACH') {
				yield * t.complain(t.says('connect: Network is unreachable', 'sendto: Network unreachable'));
				return;
			}

			if (reply.errno === 'EPERM') {
				yield * t.complain(t.says('sendmsg: Operation not permitted', 'sendto: Operation not permitted'));
			}

			const word = ({EHOSTUNREACH: 'Host', ECONNREFUSED: 'Port'} as Readonly<Record<string, string>>)[reply.errno];
			yield * t.print(word !== undefined && t.isGnu ? `From ${address} icmp_seq=${sequence} Destination ${word} Unreachable\n` : '');
		} else {
			tally.received++;
			const ms = reply.roundTripNs / 1e6;
			tally.timesMs.push(ms);
			yield * t.print(t.has('quiet') ? '' : (t.isGnu
				? `64 bytes from ${address}: icmp_seq=${sequence} ttl=${reply.ttl} time=${ms.toFixed(3)} ms\n`
				: `64 bytes from ${address}: seq=${sequence} ttl=${reply.ttl} time=${ms.toFixed(3)} ms\n`));
		}

		const isLast = tally.sent >= count;
		const slept = yield * sleep(t.process, isLast ? (failed(reply) ? Math.round(waitNs) : reply.roundTripNs) : Math.round(intervalNs));
		if (failed(slept)) {
			return;
		}
	}
}

function summary(t: Tool<Name>, name: string, {sent, received, timesMs}: Tally): string {
	const loss = sent === 0 ? 0 : Math.floor((sent - received) / sent * 100);
	const [least, average, most] = timesMs.length === 0 ? [0, 0, 0] : [Math.min(...timesMs), timesMs.reduce((sum, value) => sum + value, 0) / timesMs.length, Math.max(...timesMs)];
	const times = [least, average, most].map(value => value.toFixed(3)).join('/');
	if (!t.isGnu) {
		return `\n--- ${name} ping statistics ---\n${sent} packets transmitted, ${received} packets received, ${loss}% packet loss\n${received > 0 ? `round-trip min/avg/max = ${times} ms\n` : ''}`;
	}

	const totalMs = Math.max(sent - 1, 0) * Number(t.value('interval') ?? 1) * 1000;
	const deviation = Math.sqrt(timesMs.reduce((sum, value) => sum + ((value - average) ** 2), 0) / Math.max(timesMs.length, 1));
	return `\n--- ${name} ping statistics ---\n${sent} packets transmitted, ${received} received, ${loss}% packet loss, time ${Math.round(totalMs)}ms\n${received > 0 ? `rtt min/avg/max/mdev = ${times}/${deviation.toFixed(3)} ms\n` : ''}`;
}
