// Stream sockets, of the unix and the internet family: a listener with a queue of connections, and pairs of peers that hand bytes to
// each other. Where an internet address leads is asked of the network layer. Source: unix(7), tcp(7), connect(2).
//
// Simplified: segments, windows and retransmission are not modelled. Bytes arrive in order at once, and so does the news that nobody
// answers (ETIMEDOUT), for which a real client waits two minutes. Of the segments that carry no data only those that open a connection
// are counted on the links.

import {must} from '../../base/assert.js';
import {countTraffic, deliver, type Hop} from '../network/delivery.js';
import {takeNumber} from './counter.js';
import {type Failure, failure} from './errno.js';
import {listenBacklog, socketBufferBytes} from './limits.js';
import {takeBytes} from './pipe.js';
import type {InetAddress, SocketAddress} from './program.js';
import type {RunLoop} from './run-loop.js';
import type {KernelId, NamespaceId, Socket} from './schema.js';

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
		id, ...owner, state: 'new', local: undefined, remote: undefined, listenerKey: undefined, peer: undefined, way: [], received: [], receivedBytes: 0, endOfStream: false, backlog: [],
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

export function describeAddress(address: SocketAddress | undefined): string {
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
	return listener === undefined ? failure('ECONNREFUSED') : join(loop, id, listener.socket, address);
}

/** Connects over the network: to a listener of the same namespace, or wherever routes and address translation lead. */
export function connectInet(loop: RunLoop, id: number, address: InetAddress): void | Failure {
	const socket = getSocket(loop, id);
	if (socket.state === 'connected') {
		return failure('EISCONN');
	}

	const route = deliver(loop.tx, socket.namespace, {address: address.address, port: address.port, protocol: 'tcp'});
	loop.tx.emit({kind: 'connect', namespace: socket.namespace, to: describeAddress(address), via: route.hops.map(hop => hop.name)});
	if (route.kind === 'lost') {
		return failure(route.errno);
	}

	const listener = loop.tx.get('listener', inetKey(route.namespace, route.address, route.port)) ?? loop.tx.get('listener', inetKey(route.namespace, anyAddress, route.port));
	if (listener === undefined) {
		return failure('ECONNREFUSED');
	}

	changeSocket(loop, id, {local: {family: 'inet', address: route.source, port: freePort(loop, socket.namespace)}});
	const refused = join(loop, id, listener.socket, address, {family: 'inet', address: route.address, port: route.port});
	return refused ?? shakeHands(loop, id, route.hops);
}

/** Ethernet, IP and TCP headers with time stamps; the first two segments have more options. */
const segmentHeaderBytes = 66;
const openingSegmentBytes = 74;
const segmentBytes = 1448;

/** Notes the way of both directions, and counts the three segments that open a connection. */
function shakeHands(loop: RunLoop, client: number, way: readonly Hop[]): void {
	const back = way.toReversed().map((hop): Hop => ({...hop, direction: hop.direction === 'in' ? 'out' : 'in'}));
	changeSocket(loop, client, {way});
	changeSocket(loop, must(getSocket(loop, client).peer, 'shakeHands: no peer'), {way: back});
	countTraffic(loop.tx, way, openingSegmentBytes);
	countTraffic(loop.tx, back, openingSegmentBytes);
	countTraffic(loop.tx, way, segmentHeaderBytes);
}

/** Makes the server's end of a connection and puts it into the listener's queue. */
function join(loop: RunLoop, client: number, listener: number, remote: SocketAddress, serverLocal: SocketAddress = remote): void | Failure {
	const listening = getSocket(loop, listener);
	if (listening.state !== 'listening' || listening.backlog.length >= listenBacklog) {
		return failure('ECONNREFUSED');
	}

	const server = makeSocket(loop, {family: listening.family, namespace: listening.namespace, kernel: listening.kernel});
	const clientSocket = getSocket(loop, client);
	changeSocket(loop, client, {state: 'connected', remote, peer: server});
	changeSocket(loop, server, {state: 'connected', local: serverLocal, remote: clientSocket.local ?? {family: 'unix', path: ''}, peer: client});
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
	countTraffic(loop.tx, socket.way, chunk.length + segments * segmentHeaderBytes, segments);
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
		loop.tx.delete('listener', socket.listenerKey);
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
