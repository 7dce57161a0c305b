// execve: from a path to a running program. Follows `#!` lines, then the note of the executable (executable.ts).
// Source: execve(2), fs/exec.c, fs/binfmt_script.c.

import {type Failure, failed, failure} from './errno.js';
import {type Executable, parseExecutable} from './executable.js';
import {maxArgumentBytes, maxInterpreters, programMemoryBytes} from './limits.js';
import {releaseFile} from './open-file.js';
import type {ExecutableImage, Process, Program} from './program.js';
import type {RunLoop} from './run-loop.js';
import type {Task} from './schema.js';
import {changeTask, getTask} from './tasks.js';
import {findShownId, isRootOf} from './user-ids.js';
import {type Caller, type Found, pathOfFile, permits, resolve, resolveParent, typeOf} from './vfs.js';

type Loaded = {readonly program: Program; readonly name: string; readonly executable: Extract<Executable, {kind: 'elf'}>; readonly path: string; readonly argv: readonly string[]; readonly found: Found};

export function execve(
	loop: RunLoop, caller: Caller, request: {readonly path: string; readonly argv: readonly string[]; readonly env: ReadonlyMap<string, string>}, makeProcess: (task: Task, overrides: Pick<Process, 'argv' | 'env' | 'flavour'>) => Process,
): ExecutableImage | Failure {
	const {argv, env} = request;
	const argumentBytes = argv.reduce((sum, word) => sum + word.length + 1, 0) + Array.from(env).reduce((sum, [name, value]) => sum + name.length + value.length + 2, 0);
	if (argumentBytes > maxArgumentBytes) {
		return failure('E2BIG');
	}

	const loaded = load(loop, caller, request.path, argv, 0);
	if (failed(loaded)) {
		return loaded;
	}

	const {kernel, id} = caller.task;
	const task = closeOnExec(loop, getTask(loop.tx, kernel, id));
	const {mode, uid, gid} = loaded.found.attributes;
	// Ids that the task's user namespace does not know give nothing (fs/exec.c, bprm_fill_uid).
	const {user} = task.namespaces;
	const mayChange = !task.noNewPrivileges && findShownId(loop.tx, user, 'uid', uid) !== undefined && findShownId(loop.tx, user, 'gid', gid) !== undefined;
	const setUser = (mode & 0o4000) !== 0 && mayChange;
	const setGroup = (mode & 0o2000) !== 0 && mayChange;
	const caught = Object.entries(task.dispositions).filter(([, disposition]) => disposition === 'ignore');
	changeTask(loop.tx, kernel, id, {
		name: loaded.name.slice(0, 15),
		argv: loaded.argv,
		env: Array.from(env, ([name, value]) => `${name}=${value}`),
		executable: loaded.path,
		program: loaded.executable.program,
		flavour: loaded.executable.flavour,
		dispositions: Object.fromEntries(caught),
		caughtSignals: [],
		...(setUser ? {uid} : {}),
		...(setGroup ? {gid} : {}),
		...(isRootOf(loop.tx, task, setUser ? uid : task.uid) ? {capabilities: task.bounding} : (setUser || setGroup ? {capabilities: [], ambient: []} : {capabilities: task.ambient})),
	});
	chargeImage(loop, kernel, id);
	loop.tx.emit({kind: 'process-start', kernel, task: id, argv: loaded.argv});
	const after = getTask(loop.tx, kernel, id);
	return {run: () => loaded.program(makeProcess(after, {argv: loaded.argv, env, flavour: loaded.executable.flavour}))};
}

/** The old program's memory is given back, the new one's taken. A cgroup may have too little even for that. */
function chargeImage(loop: RunLoop, kernel: number, id: number): void {
	const refused = loop.accounting?.setMemory(loop, getTask(loop.tx, kernel, id), programMemoryBytes);
	if (!failed(refused)) {
		changeTask(loop.tx, kernel, id, {memoryBytes: programMemoryBytes});
	}
}

function load(loop: RunLoop, caller: Caller, path: string, argv: readonly string[], depth: number): Loaded | Failure {
	if (depth > maxInterpreters) {
		return failure('ELOOP');
	}

	const found = resolve(caller, path, true);
	if (failed(found)) {
		return found;
	}

	if (found.attributes.type !== 'file' || !permits(caller, found.attributes, 'execute') || (found.attributes.mode & 0o111) === 0) {
		return failure('EACCES');
	}

	const {context} = caller;
	const bytes = typeOf(context, found.fs).read(context, found.fs, found.place.node, 0, 256);
	if (failed(bytes)) {
		return bytes;
	}

	const executable = parseExecutable(bytes);
	if (executable === undefined) {
		return failure('ENOEXEC');
	}

	if (executable.kind === 'elf') {
		// A table may have a program that stands for all it lacks and says so.
		const program = loop.programs.get(executable.program) ?? loop.programs.get('unmodelled');
		const base = path.slice(path.lastIndexOf('/') + 1);
		return program === undefined ? failure('ENOEXEC') : {program, name: base, executable, path: absolutePath(caller, path), argv, found};
	}

	const {interpreter, argument} = executable;
	const loaded = load(loop, caller, interpreter, [interpreter, ...(argument === undefined ? [] : [argument]), path, ...argv.slice(1)], depth + 1);
	return failed(loaded) ? loaded : {...loaded, name: path.slice(path.lastIndexOf('/') + 1)};
}

function absolutePath(caller: Caller, path: string): string {
	const parent = resolveParent(caller, path);
	return failed(parent) ? path : pathOfFile(caller, parent.place, parent.name);
}

function closeOnExec(loop: RunLoop, task: Task): Task {
	const closing = [...task.descriptors].filter(([, descriptor]) => descriptor.closeOnExec);
	if (closing.length === 0) {
		return task;
	}

	changeTask(loop.tx, task.kernel, task.id, {descriptors: new Map([...task.descriptors].filter(([, descriptor]) => !descriptor.closeOnExec))});
	for (const [, {file}] of closing) {
		releaseFile(loop, task, file);
	}

	return getTask(loop.tx, task.kernel, task.id);
}
