// What runs first in a container that is like a machine: init(8), and the programs that BusyBox's inittab starts. Source: BusyBox
// init/init.c, loginutils/getty.c, sysklogd/syslogd.c, networking/udhcp.

import {sleep, wait} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Pid, Process, Program, Running} from '../../model/kernel/program.js';
import {awaitChild, executeByPath} from '../run-command.js';
import type {Blocking} from '../standard-io.js';
import {printTo} from '../standard-io.js';
import {readFile} from './container.js';
import {takeLease} from './lease.js';

type Action = {readonly kind: string; readonly argv: readonly string[]};

/** Lines `TTY:RUNLEVELS:ACTION:PROCESS`; ttys are not modelled. */
function parseInittab(text: string): readonly Action[] {
	return text.split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(':')).map(([, , kind = '', ...rest]) => ({kind, argv: rest.join(':').trim().split(/\s+/v)}));
}

/** Signals that ask an init to end: BusyBox's halt and power off, systemd's power failure. */
const endSignals = ['USR1', 'USR2', 'PWR', 'TERM', 'INT'] as const;

/**
 * init: runs what inittab names, collects orphans, and ends everything when told to.
 * Simplified: the init systems of all distributions are this one; one without an inittab brings eth0 up by itself, and a program that cannot be run is not tried again.
 */
export const init: Program = function * (process) {
	const {sys} = process;
	sys.setProcessTitle('init');
	for (const signal of endSignals) {
		sys.sigaction(signal, 'catch');
	}

	const actions = parseInittab(readFile(sys, '/etc/inittab') ?? '');
	if (actions.length === 0) {
		takeLease(process);
	}

	for (const {argv} of actions.filter(({kind}) => ['sysinit', 'wait', 'once'].includes(kind))) {
		const child = start(process, argv);
		if (child !== undefined) {
			yield * awaitChild(process, child);
		}
	}

	const respawned = new Map(actions.filter(({kind}) => kind === 'respawn').flatMap(({argv}) => start(process, argv) ?? []).map((pid, index) => [pid, index] as const));
	if (actions.some(({kind}) => kind === 'askfirst')) {
		sys.fork(asleep);
	}

	for (;;) {
		if (sys.takeSignals().length > 0) {
			return yield * halt(process);
		}

		const ended = yield * wait(process, -1);
		if (failed(ended) && ended.errno === 'ECHILD') {
			yield {kind: 'sleep', channels: [sys.childChannel()]};
		} else if (!failed(ended)) {
			respawned.delete(ended.pid);
		}
	}
};

function start({sys}: Process, argv: readonly string[]): Pid | undefined {
	const child = sys.fork(function * (process) {
		process.sys.setsid();
		const image = executeByPath(process, argv);
		return failed(image) ? 127 : yield * image.run();
	});
	return failed(child) ? undefined : child;
}

function * asleep({sys}: Process): Running {
	sys.setsid();
	for (;;) {
		yield {kind: 'sleep', channels: []};
	}
}

/** SIGTERM to everybody, a second later SIGKILL, and the end (run_shutdown_and_kill_processes). */
function * halt(process: Process): Running {
	const {sys} = process;
	sys.kill(-1, 'TERM');
	yield * sleep(process, 1e9);
	sys.kill(-1, 'KILL');
	return 0;
}

/** Goes on in the background; the caller's process ends. */
function * inBackground({sys}: Process): Blocking<number> {
	return failed(sys.fork(asleep)) ? 1 : 0;
}

/** Simplified: nobody logs messages, so there are none to write. */
export const syslogd: Program = inBackground;

/** Simplified: there is no terminal to wait at. */
export const getty: Program = asleep;

export const udhcpc: Program = function * (process) {
	const {argv} = process;
	const name = argv[argv.indexOf('-i') + 1];
	yield * printTo(process, 2, 'udhcpc: started, v1.36.1\nudhcpc: broadcasting discover\n');
	const lease = takeLease(process, argv.includes('-i') && name !== undefined ? name : 'eth0');
	if (lease === undefined) {
		yield * sleep(process, 10e9);
		yield * printTo(process, 2, `udhcpc: no lease, ${argv.includes('-n') ? 'failing' : 'forking to background'}\n`);
		return argv.includes('-n') ? 1 : yield * inBackground(process);
	}

	yield * printTo(process, 2, `udhcpc: broadcasting select for ${lease.address}, server ${lease.server}\nudhcpc: lease of ${lease.address} obtained from ${lease.server}, lease time 3600\n`);
	return yield * inBackground(process);
};
