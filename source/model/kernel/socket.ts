// Stream sockets, of the unix and the internet family: a listener with a queue of connections, and pairs of peers that hand bytes to
// each other. Where an internet address leads is asked of the network layer. Source: unix(7), tcp(7), connect(2).
//
// Simplified: segments, windows and retransmission are not modelled. Bytes arrive in order at once, and so does the news that nobody
// answers (ETIMEDOUT), for which a real client waits two minutes. Of the segments that carry no data only those that open a connection
// are sent.

import {must} from '../../base/assert.js';
import {captureChannel, showPacket} from '../network/capture.js';
import {countTraffic, noWay, openConnection} from '../network/flow.js';
import {takeNumber} from './counter.js';
import {type Failure, failure} from './errno.js';
import {listenBacklog, socketBufferBytes} from './limits.js';
import {takeBytes} from './pipe.js';
import type {InetAddress, SocketAddress} from './program.js';
import type {RunLoop} from './run-loop.js';
import type {KernelId, KernelSchema, NamespaceId, Socket} from './schema.js';
import type {Writes} from '../../base/transaction.js';
import {isLocal} from '../network/link.js';

export function socketChannel(id: number, event: 'readable' | 'writable'): string {
	return `socket:${id}:${event}`;
}

export function getSocket(loop: RunLoop, id: number): Socket {
	return must(loop.tx.get('socket', id), `getSocket: no socket ${id}`);
}

function changeSocket(loop: RunLoop, id: number, changes: Partial<Socket>): void {
	loop.tx.put('socket', id, {...getSocket(loop, id), ...changes});
}

export function makeSocket(loop: RunLoop, owner: {readonly family: 'unix' | 'inet'; readonly namespace: NamespaceId; readonly kernel: KernelId}): number {
	const id = takeNumber(loop.tx, 'socket');
	loop.tx.put('socket', id, {
		id, ...owner, state: 'new', local: undefined, remote: undefined, listenerKey: undefined, peer: undefined, way: noWay, received: [], receivedBytes: 0, endOfStream: false, backlog: [],
	});
	return id;
}

function inetKey(namespace: NamespaceId, address: string, port: number): string {
	return `${namespace}:${address}:${port}`;
}

const anyAddress = '0.0.0.0';

/** Binds an internet socket; port 0 takes the next free one of the ephemeral range. */
export function bindInet(loop: RunLoop, id: number, address: InetAddress): void | Failure {
	const socket = getSocket(loop, id);
	if (socket.state !== 'new') {
		return failure('EINVAL');
	}

	if (address.address !== anyAddress && !isLocal(loop.tx, socket.namespace, address.address)) {
		return failure('EADDRNOTAVAIL');
	}

	const port = address.port === 0 ? freePort(loop, socket.namespace) : address.port;
	for (const taken of [inetKey(socket.namespace, address.address, port), inetKey(socket.namespace, anyAddress, port)]) {
		if (loop.tx.get('listener', taken) !== undefined) {
			return failure('EADDRINUSE');
		}
	}

	changeSocket(loop, id, {state: 'bound', local: {...address, port}, listenerKey: inetKey(socket.namespace, address.address, port)});
}

/** Binds a unix socket whose file the caller has just made; `fileKey` names the node. */
export function bindUnix(loop: RunLoop, id: number, address: SocketAddress, fileKey: string): void | Failure {
	if (getSocket(loop, id).state !== 'new') {
		return failure('EINVAL');
	}

	changeSocket(loop, id, {state: 'bound', local: address, listenerKey: fileKey});
}

export function listenSocket(loop: RunLoop, id: number): void | Failure {
	const socket = getSocket(loop, id);
	if (socket.state !== 'bound' || socket.listenerKey === undefined) {
		return failure('EINVAL');
	}

	if (socket.family === 'inet' && loop.tx.get('listener', socket.listenerKey) !== undefined) {
		return failure('EADDRINUSE');
	}

	changeSocket(loop, id, {state: 'listening'});
	loop.tx.put('listener', socket.listenerKey, {socket: id});
	loop.tx.emit({kind: 'listen', namespace: socket.namespace, address: describeAddress(socket.local)});
}

/** Takes an address from whoever listens there, who is about to end: somebody else may have it at once. */
export function stopListening(tx: Writes<KernelSchema>, namespace: NamespaceId, {address, port}: InetAddress): void {
	tx.delete('listener', inetKey(namespace, address, port));
}

function describeAddress(address: SocketAddress | undefined): string {
	return address === undefined ? '' : (address.family === 'unix' ? address.path : `${address.address}:${address.port}`);
}

/** The ephemeral range of net.ipv4.ip_local_port_range. */
const firstEphemeralPort = 32_768;

function freePort(loop: RunLoop, namespace: NamespaceId): number {
	const counter = `ephemeral-port:${namespace}`;
	const offset = takeNumber(loop.tx, counter);
	return firstEphemeralPort + 1 + (offset % 28_000);
}

/** Connects to whoever listens under a unix socket's file. */
export function connectUnix(loop: RunLoop, id: number, address: SocketAddress, fileKey: string): void | Failure {
	const listener = loop.tx.get('listener', fileKey);
	return listener === undefined ? failure('ECONNREFUSED') : join(loop, id, listener.socket, {remote: address, serverLocal: address, client: getSocket(loop, id).local ?? {family: 'unix', path: ''}});
}

/** Connects over the network: to a listener of the same namespace, or wherever routes and address translation lead. */
export function connectInet(loop: RunLoop, id: number, address: InetAddress): void | Failure {
	const socket = getSocket(loop, id);
	if (socket.state === 'connected') {
		return failure('EISCONN');
	}

	const {namespace} = socket;
	const bound = socket.local?.family === 'inet' ? socket.local : undefined;
	const sourcePort = bound?.port ?? freePort(loop, namespace);
	const listenerAt = (there: {readonly namespace: NamespaceId; readonly address: string; readonly port: number}) =>
		loop.tx.get('listener', inetKey(there.namespace, there.address, there.port)) ?? loop.tx.get('listener', inetKey(there.namespace, anyAddress, there.port));
	const accepts = (there: Parameters<typeof listenerAt>[0]) => {
		const listener = listenerAt(there);
		return listener !== undefined && getSocket(loop, listener.socket).backlog.length < listenBacklog;
	};

	const question = {protocol: 'tcp', ...address, sourcePort, ...(bound === undefined || bound.address === anyAddress ? {} : {source: bound.address})} as const;
	const opened = openConnection(loop.tx, namespace, question, accepts);
	loop.work += walkWork;
	loop.wake(captureChannel);
	loop.tx.emit({kind: 'connect', namespace, to: describeAddress(address), via: opened.kind === 'open' ? opened.there.hops.map(hop => hop.name) : []});
	if (opened.kind === 'lost') {
		return failure(opened.errno);
	}

	const listener = must(listenerAt(opened), 'connectInet: no listener');
	changeSocket(loop, id, {local: {family: 'inet', address: opened.local, port: sourcePort}});
	const refused = join(loop, id, listener.socket, {remote: address, serverLocal: {family: 'inet', address: opened.address, port: opened.port}, client: {family: 'inet', address: opened.source, port: opened.sourcePort}});
	if (refused !== undefined) {
		return refused;
	}

	changeSocket(loop, id, {way: opened.there});
	changeSocket(loop, must(getSocket(loop, id).peer, 'connectInet: no peer'), {way: opened.back});
	return undefined;
}

/** What the walks of the opening segments cost, in steps (RunLoop.work). */
const walkWork = 20;

/** Ethernet, IP and TCP headers with time stamps. */
const segmentHeaderBytes = 66;
const segmentBytes = 1448;

/** Makes the server's end of a connection and puts it into the listener's queue. `client` is the address that the server sees. */
function join(loop: RunLoop, client: number, listener: number, ends: {readonly remote: SocketAddress; readonly serverLocal: SocketAddress; readonly client: SocketAddress}): void | Failure {
	const listening = getSocket(loop, listener);
	if (listening.state !== 'listening' || listening.backlog.length >= listenBacklog) {
		return failure('ECONNREFUSED');
	}

	const server = makeSocket(loop, {family: listening.family, namespace: listening.namespace, kernel: listening.kernel});
	changeSocket(loop, client, {state: 'connected', remote: ends.remote, peer: server});
	changeSocket(loop, server, {state: 'connected', local: ends.serverLocal, remote: ends.client, peer: client});
	changeSocket(loop, listener, {backlog: [...listening.backlog, server]});
	loop.wake(socketChannel(listener, 'readable'));
}

export function acceptSocket(loop: RunLoop, id: number): number | Failure {
	const listening = getSocket(loop, id);
	if (listening.state !== 'listening') {
		return failure('EINVAL');
	}

	const [first, ...rest] = listening.backlog;
	if (first === undefined) {
		return failure('EAGAIN');
	}

	changeSocket(loop, id, {backlog: rest});
	return first;
}

export function readSocket(loop: RunLoop, id: number, count: number): Uint8Array | Failure {
	const socket = getSocket(loop, id);
	if (socket.received.length === 0) {
		return socket.endOfStream ? new Uint8Array(0) : failure(socket.state === 'connected' ? 'EAGAIN' : 'ENOTCONN');
	}

	const {taken, rest} = takeBytes(socket.received, count);
	changeSocket(loop, id, {received: rest, receivedBytes: socket.receivedBytes - taken.length});
	if (socket.peer !== undefined) {
		loop.wake(socketChannel(socket.peer, 'writable'));
	}

	return taken;
}

export function writeSocket(loop: RunLoop, id: number, bytes: Uint8Array): number | Failure {
	const socket = getSocket(loop, id);
	if (socket.state !== 'connected') {
		return failure(socket.state === 'closed' ? 'EPIPE' : 'ENOTCONN');
	}

	const peer = socket.peer === undefined ? undefined : loop.tx.get('socket', socket.peer);
	if (peer === undefined) {
		return failure('EPIPE');
	}

	const chunk = bytes.slice(0, socketBufferBytes - peer.receivedBytes);
	if (chunk.length === 0) {
		return failure('EAGAIN');
	}

	const segments = Math.ceil(chunk.length / segmentBytes);
	showPacket(loop.tx, socket.way, {lengthBytes: chunk.length, flags: ['PSH', 'ACK']});
	loop.wake(captureChannel);
	countTraffic(loop.tx, socket.way, {bytes: chunk.length + segments * segmentHeaderBytes, packets: segments});
	changeSocket(loop, peer.id, {received: [...peer.received, chunk], receivedBytes: peer.receivedBytes + chunk.length});
	loop.wake(socketChannel(peer.id, 'readable'));
	return chunk.length;
}

/** Half-close: the peer reads what is there and then the end. */
export function shutdownSocket(loop: RunLoop, id: number): void | Failure {
	const socket = getSocket(loop, id);
	if (socket.peer === undefined) {
		return failure('ENOTCONN');
	}

	if (loop.tx.get('socket', socket.peer) !== undefined) {
		changeSocket(loop, socket.peer, {endOfStream: true});
		loop.wake(socketChannel(socket.peer, 'readable'));
	}
}

export function closeSocket(loop: RunLoop, id: number): void {
	const socket = getSocket(loop, id);
	if (socket.state === 'listening' && socket.listenerKey !== undefined) {
		if (loop.tx.get('listener', socket.listenerKey)?.socket === id) {
			loop.tx.delete('listener', socket.listenerKey);
		}

		for (const waiting of socket.backlog) {
			closeSocket(loop, waiting);
		}
	}

	if (socket.peer !== undefined && loop.tx.get('socket', socket.peer) !== undefined) {
		changeSocket(loop, socket.peer, {endOfStream: true, peer: undefined});
		loop.wake(socketChannel(socket.peer, 'readable'));
		loop.wake(socketChannel(socket.peer, 'writable'));
	}

	loop.tx.delete('socket', id);
}
