// Running another program as a child: the search along PATH of execvp(3), fork, execve, wait.

import {wait} from '../model/kernel/blocking.js';
import {errorTextOf, failed, failure, type Failure} from '../model/kernel/errno.js';
import {statusNumber} from '../model/kernel/exit.js';
import type {ExecutableImage, ExitStatus, Pid, Process, Running} from '../model/kernel/program.js';
import {joinPath} from './paths.js';
import {printTo, type Blocking} from './standard-io.js';
import type {Tool} from './tool.js';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** execvp(3): a name without a slash is searched for; EACCES of one directory does not end the search. */
export function executeByPath(process: Process, argv: readonly string[], env = process.env): ExecutableImage | Failure {
	const name = argv[0] ?? '';
	if (name.includes('/')) {
		return process.sys.execve(name, argv, env);
	}

	if (name === '') {
		return failure('ENOENT');
	}

	let refusal = failure('ENOENT');
	for (const directory of (process.env.get('PATH') ?? defaultPath).split(':')) {
		const image = process.sys.execve(joinPath(directory === '' ? '.' : directory, name), argv, env);
		if (!failed(image) || !['ENOENT', 'ENOTDIR', 'EACCES'].includes(image.errno)) {
			return image;
		}

		refusal = image.errno === 'EACCES' ? image : refusal;
	}

	return refusal;
}

/** Becomes another program: for `nohup`. 126 and 127 are the statuses of what cannot be run. */
export function * becomeCommand<Name extends string>(t: Tool<Name>, argv: readonly string[], env = t.process.env): Running {
	const image = executeByPath(t.process, argv, env);
	if (failed(image)) {
		const words = t.says(`failed to run command ${t.quoted(argv[0]!)}: ${errorTextOf(image)}`, `can't execute '${argv[0]!}': ${errorTextOf(image)}`);
		return yield * t.complain(words, image.errno === 'ENOENT' ? 127 : 126);
	}

	return yield * image.run();
}

/** Runs a command to its end; the answer is its status, 128 + N if signal N killed it, 126 or 127 if it could not be run. */
export function * runCommand(t: {readonly process: Process; readonly name: string; says(gnu: string, busybox: string): string}, argv: readonly string[], quote: (name: string) => string): Blocking<ExitStatus> {
	const {name} = t;
	const says = (gnu: string, busybox: string): string => t.says(gnu, busybox);
	const child = t.process.sys.fork(function * (process) {
		const image = executeByPath(process, argv);
		if (failed(image)) {
			yield * printTo(process, 2, `${name}: ${says(`${quote(argv[0]!)}: ${errorTextOf(image)}`, `${argv[0]!}: ${errorTextOf(image)}`)}\n`);
			return image.errno === 'ENOENT' ? 127 : 126;
		}

		return yield * image.run();
	});
	if (failed(child)) {
		yield * printTo(t.process, 2, `${name}: ${says(`cannot fork: ${errorTextOf(child)}`, `vfork: ${errorTextOf(child)}`)}\n`);
		return 126;
	}

	return (yield * awaitChild(t.process, child)) ?? 127;
}

/** Waits until a child has ended: its status, 128 + N if signal N killed it; undefined if there is no such child to wait for. */
export function * awaitChild(process: Process, child: Pid): Blocking<ExitStatus | undefined> {
	for (;;) {
		const status = yield * wait(process, child);
		if (failed(status)) {
			if (status.errno !== 'EINTR') {
				return undefined;
			}
		} else if (status.kind === 'exited' || status.kind === 'killed') {
			return statusNumber(status);
		}
	}
}
