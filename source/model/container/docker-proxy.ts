// docker-proxy: one process for each published TCP port, which takes connections that no DNAT rule has turned aside (those to 127.0.0.1,
// and those of containers of the same network) and passes their bytes on. Source: moby/moby cmd/docker-proxy.
//
// Simplified: there is one for the IPv4 address only; the second process that real hosts show for [::] is not there. UDP and SCTP ports
// have their rules but no proxy, since datagrams are not modelled. Its parent is the first process and not dockerd, which would have to wait for it.

import {accept, read, write} from '../kernel/blocking.js';
import {failed} from '../kernel/errno.js';
import type {Fd, Process, Running, Wait, Wake} from '../kernel/program.js';
import {changeTask} from '../kernel/tasks.js';

type Blocking<T> = Generator<Wait, T, Wake>;

export type Proxied = {readonly hostAddress: string; readonly hostPort: number; readonly address: string; readonly port: number};

/** Where the proxy finds the socket on which dockerd listens for it. */
export const proxyListenFd: Fd = 4;

export function * dockerProxy(process: Process, proxied: Proxied): Running {
	const {sys} = process;
	const {tx, kernel, task} = sys.kernel();
	changeTask(tx, kernel, task, {executable: '/usr/bin/docker-proxy', argv: [
		'/usr/bin/docker-proxy', '-proto', 'tcp', '-host-ip', proxied.hostAddress, '-host-port', String(proxied.hostPort), '-container-ip', proxied.address, '-container-port', String(proxied.port), '-use-listen-fd',
	]});
	for (;;) {
		const client = yield * accept(process, proxyListenFd);
		if (failed(client)) {
			return 0;
		}

		sys.fork(thread => passOn(thread, client, proxied), {thread: true});
		sys.close(client);
	}
}

function * passOn(process: Process, client: Fd, {address, port}: Proxied): Running {
	const {sys} = process;
	sys.close(proxyListenFd);
	const server = sys.socket('inet');
	if (failed(server) || failed(sys.connect(server, {family: 'inet', address, port}))) {
		return 1;
	}

	const ways = [{from: client, to: server, isOpen: true}, {from: server, to: client, isOpen: true}];
	while (ways.some(({isOpen}) => isOpen)) {
		const ready = ways.find(({from, isOpen}) => isOpen && sys.canRead(from));
		if (ready === undefined) {
			yield {kind: 'sleep', channels: ways.filter(({isOpen}) => isOpen).map(({from}) => sys.readChannel(from))};
		} else if (!(yield * copy(process, ready.from, ready.to))) {
			ready.isOpen = false;
			sys.shutdown(ready.to);
		}
	}

	return 0;
}

/** False at the end of the stream. */
function * copy(process: Process, from: Fd, to: Fd): Blocking<boolean> {
	const bytes = yield * read(process, from, 32_768);
	return !failed(bytes) && bytes.length > 0 && !failed(yield * write(process, to, bytes));
}
