// System calls on sockets.

import {captureChannel} from '../../network/capture.js';
import {ask} from '../../network/flow.js';
import {queryName} from '../../network/name.js';
import {isCapableOver} from '../capable.js';
import {failed, type Failure, failure} from '../errno.js';
import {installFile, makeFile} from '../open-file.js';
import type {NetworkAccess} from '../kernel-access.js';
import type {Fd, SocketAddress, SystemCalls, UnixAddress} from '../program.js';
import {acceptSocket, bindInet, bindUnix, connectInet, connectUnix, getSocket, listenSocket, makeSocket, shutdownSocket} from '../socket.js';
import {permits, resolve, resolveParent, typeOf} from '../vfs.js';
import {fileOf, groupOfNew, mayChange} from './descriptor-calls.js';
import type {Self} from './self.js';

type SocketCalls = Pick<SystemCalls, 'socket' | 'bind' | 'listen' | 'accept' | 'connect' | 'shutdown' | 'getsockname' | 'getpeername' | 'echo' | 'queryName' | 'netlink'>;

export function socketCalls(self: Self): SocketCalls {
	const {loop} = self;
	const withSocket = <T>(fd: Fd, use: (socket: number) => T): T | Failure => {
		const what = fileOf(self, fd)?.what;
		return what === undefined ? failure('EBADF') : (what.kind === 'socket' ? use(what.socket) : failure('ENOTSOCK'));
	};

	const install = (socket: number): Fd | Failure => installFile(loop, self.task, makeFile(loop, {
		what: {kind: 'socket', socket}, canRead: true, canWrite: true, append: false, path: `socket:[${socket}]`,
	}));

	return {
		socket: family => install(makeSocket(loop, {family, namespace: self.task.namespaces.net, kernel: self.kernel})),
		bind: (fd, address) => withSocket(fd, socket => address.family === 'unix' ? bindToFile(self, socket, address) : bindToPort(self, socket, address)),
		listen: fd => withSocket(fd, socket => listenSocket(loop, socket)),
		accept: fd => withSocket(fd, socket => {
			const accepted = acceptSocket(loop, socket);
			return failed(accepted) ? accepted : install(accepted);
		}),
		connect: (fd, address) => withSocket(fd, socket => address.family === 'unix' ? connectToFile(self, socket, address) : connectInet(loop, socket, address)),
		shutdown: fd => withSocket(fd, socket => shutdownSocket(loop, socket)),
		getsockname: fd => withSocket(fd, socket => getSocket(loop, socket).local ?? failure('EINVAL')),
		getpeername: fd => withSocket(fd, socket => getSocket(loop, socket).remote ?? failure('ENOTCONN')),
		echo(address, sequence = 0) {
			const answer = ask(loop.tx, self.task.namespaces.net, {protocol: 'icmp', address, port: sequence, sourcePort: self.task.id % 65_536});
			loop.wake(captureChannel);
			return answer.kind === 'lost' ? failure(answer.errno) : {roundTripNs: answer.roundTripNs, ttl: answer.ttl};
		},
		netlink: () => netlink(self),
		queryName(server, name) {
			const answer = queryName(loop.tx, self.task.namespaces.net, server, name);
			loop.wake(captureChannel);
			return answer;
		},
	};
}

function netlink(self: Self): NetworkAccess {
	const {loop, task, context} = self;
	const {net} = task.namespaces;
	return {
		tx: loop.tx, namespace: net, mayChange: isCapableOver(loop.tx, task, net, 'CAP_NET_ADMIN'),
		namespaceOf(fd) {
			const what = fileOf(self, fd)?.what;
			const id = what?.kind === 'node' ? typeOf(context, what.fs).namespaceOf?.(context, what.fs, what.node) : undefined;
			return id === undefined ? failure(what === undefined ? 'EBADF' : 'EINVAL') : (failed(id) || loop.tx.get('net-namespace', id) !== undefined ? id : failure('EINVAL'));
		},
	};
}

/** First port that needs no privilege: net.ipv4.ip_unprivileged_port_start. */
const firstFreePort = 1024;

function bindToPort(self: Self, socket: number, address: Exclude<SocketAddress, UnixAddress>): void | Failure {
	const {task, loop} = self;
	const isPrivileged = address.port !== 0 && address.port < firstFreePort;
	return isPrivileged && !isCapableOver(loop.tx, task, task.namespaces.net, 'CAP_NET_BIND_SERVICE') ? failure('EACCES') : bindInet(loop, socket, address);
}

/** A unix socket is found by a file of type socket, which bind makes. */
function bindToFile(self: Self, socket: number, address: UnixAddress): void | Failure {
	const {caller, task, context} = self;
	const parent = resolveParent(caller, address.path);
	if (failed(parent)) {
		return parent;
	}

	const refused = mayChange(self, parent.place.mount, parent.fs, parent.place.node);
	if (refused !== undefined) {
		return refused;
	}

	const node = typeOf(context, parent.fs).create(context, parent.fs, parent.place.node, parent.name, {
		type: 'socket', mode: 0o777 & ~task.umask, uid: task.uid, gid: groupOfNew(self, parent.fs, parent.place.node),
	});
	if (failed(node)) {
		return node.errno === 'EEXIST' ? failure('EADDRINUSE') : node;
	}

	return bindUnix(self.loop, socket, address, `unix:${parent.fs}:${node}`);
}

function connectToFile(self: Self, socket: number, address: UnixAddress): void | Failure {
	const found = resolve(self.caller, address.path, true);
	if (failed(found)) {
		return found;
	}

	if (found.attributes.type !== 'socket') {
		return failure('ECONNREFUSED');
	}

	return permits(self.caller, found.attributes, 'write') ? connectUnix(self.loop, socket, address, `unix:${found.fs}:${found.place.node}`) : failure('EACCES');
}
