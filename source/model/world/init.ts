// The first process of a host. It starts the services and then waits for children, its own and the orphans that the kernel gives it.
//
// Simplified: systemd's units, sockets and journal are not modelled; it is a list of services that are started at boot.

import {failed} from '../kernel/errno.js';
import {wait} from '../kernel/blocking.js';
import type {Process, Running} from '../kernel/program.js';

/** Services by their command lines, in the order in which they start. */
const services: ReadonlyArray<readonly string[]> = [
	['/usr/sbin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'],
	['/usr/sbin/libvirtd', '--timeout', '120'],
];

/** The program of pid 1. */
export function * systemd(process: Process): Running {
	process.sys.setProcessName('systemd');
	for (const argv of services) {
		process.sys.fork(child => service(child, argv));
	}

	for (;;) {
		const child = yield * wait(process, -1);
		if (failed(child)) {
			yield {kind: 'sleep', channels: [process.sys.childChannel()]};
		}
	}
}

function * service(process: Process, argv: readonly string[]): Running {
	process.sys.setsid();
	const image = process.sys.execve(argv[0]!, argv, process.env);
	return failed(image) ? 203 : yield * image.run();
}
