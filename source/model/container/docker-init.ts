// docker-init (tini): the first process of a container started with --init. It passes signals on to the program, which is its child,
// and waits for whoever is left to it. Source: krallin/tini src/tini.c.
//
// Simplified: the real one is a file mounted at /sbin/docker-init; here it is what the container's first process goes on to do.

import {failed} from '../kernel/errno.js';
import {statusNumber} from '../kernel/exit.js';
import type {Process, Running} from '../kernel/program.js';
import type {SignalName} from '../kernel/signal.js';
import {changeTask} from '../kernel/tasks.js';
import {execute, type Program} from './execute.js';

const forwarded: readonly SignalName[] = ['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'TERM', 'CONT', 'TSTP', 'WINCH'];

export function * dockerInit(process: Process, program: Program): Running {
	const {sys} = process;
	for (const signal of forwarded) {
		sys.sigaction(signal, 'catch');
	}

	const {tx, kernel, task} = sys.kernel();
	changeTask(tx, kernel, task, {name: 'docker-init', argv: ['/sbin/docker-init', '--', ...program.argv], executable: '/sbin/docker-init'});
	const child = sys.fork(inner => execute(inner, program, () => undefined), {name: program.argv[0] ?? ''});
	if (failed(child)) {
		return 1;
	}

	for (;;) {
		const status = sys.wait(-1);
		if (failed(status)) {
			yield {kind: 'sleep', channels: [sys.childChannel()]};
			for (const signal of sys.takeSignals()) {
				sys.kill(child, signal);
			}
		} else if (status.pid === child && (status.kind === 'exited' || status.kind === 'killed')) {
			return statusNumber(status);
		}
	}
}
