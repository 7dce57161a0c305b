// What unshare(1) and nsenter(1) have in common: after the namespaces were changed, a program runs in them, as a child if it must
// be born into a new pid namespace.

import {wait} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Running} from '../model/kernel/program.js';
import {baseName} from './paths.js';
import {executeByPath} from './run-command.js';
import {printTo, type Blocking} from './standard-io.js';

/** Without a program, the shell of $SHELL as a login shell. Source: util-linux, lib/exec_shell.c. */
export function * becomeProgram(process: Process, name: string, argv: readonly string[]): Running {
	const shell = process.env.get('SHELL') ?? '/bin/sh';
	const image = argv.length > 0 ? executeByPath(process, argv) : process.sys.execve(shell, [`-${baseName(shell)}`], process.env);
	if (failed(image)) {
		yield * printTo(process, 2, `${name}: failed to execute ${argv[0] ?? shell}: ${errorTextOf(image)}\n`);
		return image.errno === 'ENOENT' ? 127 : 126;
	}

	return yield * image.run();
}

/**
 * Runs `main` in a child and ends as it does, by the same signal if one killed it. Who `isShielded` leaves Ctrl-C and SIGTERM to the child
 * meanwhile, as unshare does. `afterFork` runs beside it; the child is not waited for if that fails.
 */
export function * inChild(process: Process, name: string, main: (child: Process) => Running, options: {readonly afterFork?: () => Blocking<number>; readonly isShielded?: boolean} = {}): Blocking<number> {
	const {sys} = process;
	const child = sys.fork(main);
	if (failed(child)) {
		yield * printTo(process, 2, `${name}: fork failed: ${errorTextOf(child)}\n`);
		return 1;
	}

	for (const signal of options.isShielded === true ? ['INT', 'TERM'] as const : []) {
		sys.sigaction(signal, 'ignore');
	}

	const status = options.afterFork === undefined ? 0 : yield * options.afterFork();
	if (status !== 0) {
		return status;
	}

	for (;;) {
		const ended = yield * wait(process, child);
		if (failed(ended) || ended.kind === 'exited') {
			return failed(ended) ? 1 : ended.status;
		}

		if (ended.kind === 'killed') {
			sys.sigaction(ended.signal, 'default');
			sys.kill(sys.getpid(), ended.signal);
			return 1;
		}
	}
}
