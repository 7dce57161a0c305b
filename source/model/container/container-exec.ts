// Commands run in a container that is already running: docker exec. The process joins the container's namespaces and cgroup; its parent
// is the container's shim. Source: moby/moby daemon/exec.go; Engine API, "Exec".

import {must} from '../../base/assert.js';
import type {Json} from '../../base/json.js';
import {failed} from '../kernel/errno.js';
import {allCapabilities} from '../kernel/capabilities.js';
import type {Fd} from '../kernel/program.js';
import {getTask} from '../kernel/tasks.js';
import {containerInit} from './container-init.js';
import {addVariables, environment, startExitCode} from './container-environment.js';
import {restrictionsOf} from './container-restrictions.js';
import type {Container, Exec, ExecId} from './container-schema.js';
import {changeContainer, containerChannel, findContainer, getContainer, logContainerEvent} from './container-store.js';
import {findUser} from './container-user.js';
import {engineError, type EngineError, isEngineError, newId} from './engine.js';
import {containerCaller, type EngineHost, liveOf, sleepOn, type Work} from './engine-host.js';
import {grantedCapabilities} from './granted-capabilities.js';
import {JsonFields} from './json-fields.js';

/** POST /containers/{id}/exec. */
export function createExec(host: EngineHost, text: string, request: Json): Exec | EngineError {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return container;
	}

	const refused = refuseState(container);
	if (refused !== undefined) {
		return refused;
	}

	const fields = new JsonFields(request, 'ExecOptions');
	const argv = fields.texts('Cmd') ?? [];
	if (fields.error !== undefined || argv.length === 0) {
		return engineError(400, fields.error ?? 'No exec command specified');
	}

	const user = findUser(callerIn(host, container), fields.text('User') || container.config.User || '');
	if (isEngineError(user)) {
		return user;
	}

	const exec: Exec = {
		id: newId(host, 'exec-id'), container: container.id, argv, env: fields.texts('Env') ?? [], workingDir: fields.text('WorkingDir'), user: fields.text('User'),
		isPrivileged: fields.flag('Privileged'), hasTerminal: fields.flag('Tty'), attachStdin: fields.flag('AttachStdin'), attachStdout: fields.flag('AttachStdout'),
		attachStderr: fields.flag('AttachStderr'), detachKeys: fields.text('DetachKeys'), status: 'created', task: undefined, exitCode: undefined, terminal: undefined,
	};
	host.tx.put(`exec:${host.engine}`, exec.id, exec);
	changeContainer(host, container.id, {execs: [...container.execs, exec.id]});
	logContainerEvent(host, container, `exec_create: ${argv.join(' ')}`, {execID: exec.id});
	return exec;
}

function refuseState({id, state}: Container): EngineError | undefined {
	switch (state.status) {
		case 'running': return undefined;
		case 'paused': return engineError(409, `container ${id} is paused, unpause the container before exec`);
		case 'restarting': return engineError(409, `Container ${id} is restarting, wait until the container is running`);
		case 'created':
		case 'exited':
		case 'removing':
		case 'dead': return engineError(409, `container ${id} is not running`);
		default: return state.status satisfies never;
	}
}

function callerIn(host: EngineHost, container: Container) {
	const init = getTask(host.tx, host.engine, must(container.state.task, 'callerIn: no task'));
	return containerCaller(host, init.namespaces.mnt, init.root);
}

export function getExec(host: EngineHost, id: ExecId): Exec | EngineError {
	return host.tx.get(`exec:${host.engine}`, id) ?? engineError(404, `No such exec instance: ${id}`);
}

/** Ends of the command's standard streams in the daemon's thread that runs it. */
export type ExecIo = {
	readonly input: Fd | undefined;
	/** Output, or both ways of a terminal. */
	readonly output: Fd | undefined;
	readonly errors: Fd | undefined;
};

export type StartedExec = {readonly io: ExecIo; readonly exec: Exec};

/** POST /exec/{id}/start, as far as its process: the caller moves the bytes. A problem is what the client shows on standard output. */
export function * startExec(host: EngineHost, id: ExecId, size: {readonly columns: number; readonly rows: number}, isDetached: boolean): Work<StartedExec | {readonly problem: string} | EngineError> {
	const exec = getExec(host, id);
	if (isEngineError(exec)) {
		return exec;
	}

	const container = getContainer(host, exec.container);
	if (exec.status !== 'created' || container === undefined) {
		return engineError(409, exec.status === 'exited' || container === undefined ? `exec command ${id} has already run` : `exec command ${id} is already running`);
	}

	const refused = refuseState(container);
	const user = refused ?? findUser(callerIn(host, container), exec.user || container.config.User || '');
	if (isEngineError(user)) {
		return user;
	}

	logContainerEvent(host, container, `exec_start: ${exec.argv.join(' ')}`, {execID: id});
	const pipes = execPipes(host, exec, size, isDetached);
	const env = new Map(environment(container, user.home));
	if (exec.hasTerminal) {
		env.set('TERM', 'xterm');
	}

	addVariables(env, exec.env);
	const init = getTask(host.tx, host.engine, container.state.task!);
	const outcome: {problem: string | undefined; isKnown: boolean} = {problem: undefined, isKnown: false};
	const task = host.access.spawn({
		name: 'runc:[2:INIT]', parent: container.state.shim!, namespaces: init.namespaces, root: init.root, cwd: init.root, cgroup: container.cgroup, uid: 0, gid: 0, groups: [0],
		capabilities: allCapabilities, ...restrictionsOf(container, exec.isPrivileged || container.hostConfig.Privileged), startsAsGoProgram: true, env, files: pipes.files, ...(pipes.terminal === undefined ? {} : {terminal: pipes.terminal}),
	}, process => containerInit(process, {
		argv: exec.argv, env, workingDir: exec.workingDir || container.config.WorkingDir || '', user, hasTerminal: exec.hasTerminal, usesInit: false, mounts: undefined,
		capabilities: exec.isPrivileged ? undefined : grantedCapabilities(container.hostConfig),
		report(problem) {
			outcome.problem = problem;
			outcome.isKnown = true;
			process.sys.kernel().wake(`exec-start:${id}`);
		},
	}));
	for (const fd of pipes.close) {
		host.process.sys.close(fd);
	}

	if (failed(task)) {
		return finishUnstarted(host, exec, pipes.io, 'fork/exec /proc/self/exe: resource temporarily unavailable');
	}

	putExec(host, {...exec, status: 'running', task, terminal: pipes.terminal});
	while (!outcome.isKnown && liveOf(host, container.id).execExits.get(task) === undefined) {
		yield * sleepOn([`exec-start:${id}`, containerChannel(container.id)]);
	}

	return outcome.problem === undefined
		? {io: pipes.io, exec: {...exec, status: 'running', task, terminal: pipes.terminal}}
		: finishUnstarted(host, exec, pipes.io, outcome.problem);
}

function putExec({tx, engine}: EngineHost, exec: Exec): void {
	if (tx.get(`container:${engine}`, exec.container) !== undefined) {
		tx.put(`exec:${engine}`, exec.id, exec);
	}
}

function finishUnstarted(host: EngineHost, exec: Exec, io: ExecIo, problem: string): {readonly problem: string} {
	closeIo(host, io);
	const message = `OCI runtime exec failed: exec failed: unable to start container process: ${problem}`;
	putExec(host, {...exec, status: 'exited', exitCode: startExitCode(message)});
	return {problem: message};
}

export function closeIo({process}: EngineHost, io: ExecIo): void {
	for (const fd of new Set([io.input, io.output, io.errors])) {
		if (fd !== undefined) {
			process.sys.close(fd);
		}
	}
}

type ExecPipes = {readonly io: ExecIo; readonly files: ReadonlyMap<Fd, number>; readonly close: readonly Fd[]; readonly terminal: number | undefined};

function execPipes(host: EngineHost, exec: Exec, size: {readonly columns: number; readonly rows: number}, isDetached: boolean): ExecPipes {
	const {process: {sys}, access} = host;
	const fileOf = (fd: Fd) => must(access.fileOf(fd), 'execPipes: no file');
	if (exec.hasTerminal) {
		const made = access.makeTerminal({columns: size.columns || 80, rows: size.rows || 24});
		const {master, slave, terminal} = must(failed(made) ? undefined : made, 'execPipes: no terminal');
		const file = fileOf(slave);
		return {io: {input: master, output: master, errors: undefined}, files: new Map([[0, file], [1, file], [2, file]]), close: [slave], terminal};
	}

	const files = new Map<Fd, number>();
	const close: Fd[] = [];
	const open = (fd: Fd, isWanted: boolean): Fd | undefined => {
		const made = isWanted && !isDetached ? sys.pipe() : undefined;
		if (made === undefined || failed(made)) {
			const nothing = sys.open('/dev/null', {read: true, write: true});
			if (!failed(nothing)) {
				files.set(fd, fileOf(nothing));
				close.push(nothing);
			}

			return undefined;
		}

		const theirs = fd === 0 ? made.readEnd : made.writeEnd;
		files.set(fd, fileOf(theirs));
		close.push(theirs);
		return fd === 0 ? made.writeEnd : made.readEnd;
	};

	return {io: {input: open(0, exec.attachStdin), output: open(1, exec.attachStdout), errors: open(2, exec.attachStderr)}, files, close, terminal: undefined};
}

/** Sleeps until the command has ended, and records how. */
export function * waitForExec(host: EngineHost, exec: Exec): Work<number> {
	const live = liveOf(host, exec.container);
	const task = must(exec.task, 'waitForExec: never started');
	while (live.execExits.get(task) === undefined && !live.isRemoved && getContainer(host, exec.container)?.state.shim !== undefined) {
		yield * sleepOn([containerChannel(exec.container)]);
	}

	const exitCode = live.execExits.get(task) ?? 137;
	live.execExits.delete(task);
	putExec(host, {...exec, status: 'exited', exitCode});
	const container = getContainer(host, exec.container);
	if (container !== undefined) {
		logContainerEvent(host, container, 'exec_die', {execID: exec.id, exitCode: String(exitCode)});
	}

	return exitCode;
}
