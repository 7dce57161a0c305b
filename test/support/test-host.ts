// A booted host for tests: runs command lines as root (or the learner) and answers what they wrote and how they ended.

import {concatBytes, decodeText, encodeText} from '../../source/base/bytes.js';
import {nowNs} from '../../source/base/clock.js';
import {Transaction, type TraceEvent, type World} from '../../source/base/transaction.js';
import {allCapabilities} from '../../source/model/kernel/capabilities.js';
import {failed} from '../../source/model/kernel/errno.js';
import {startTask} from '../../source/model/kernel/kernel.js';
import {makeFile} from '../../source/model/kernel/open-file.js';
import {makePipe, writePipe} from '../../source/model/kernel/pipe.js';
import type {Process, Running} from '../../source/model/kernel/program.js';
import type {RunLoop} from '../../source/model/kernel/run-loop.js';
import type {KernelEvent} from '../../source/model/kernel/schema.js';
import {findTask} from '../../source/model/kernel/tasks.js';
import type {WorldEvent, WorldSchema} from '../../source/model/world/schema.js';
import {bootWorld} from '../../source/session/machine.js';

export type Result = {readonly stdout: string; readonly stderr: string; readonly status: number; readonly trace: readonly TraceEvent[]};

export type RunOptions = {
	/** At most 64 KiB. */
	readonly stdin?: string;
	readonly uid?: number;
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Virtual seconds after which the call returns, whatever still runs. */
	readonly seconds?: number;
};

/** One host of the default scenario. */
export class TestHost {
	world: World;
	readonly #loop: RunLoop;
	readonly #kernel: number;

	constructor(options: {readonly seed?: number; readonly scenario?: string} = {}) {
		const {loop, world, kernel} = bootWorld({lab: undefined, scenario: options.scenario ?? 'default', seed: options.seed ?? 1, learner: 'test', interactive: false, columns: 80, rows: 24});
		this.#loop = loop;
		this.#kernel = kernel;
		this.world = world;
	}

	/** Runs a shell script as `bash -c` does. */
	sh(script: string, options?: RunOptions): Result {
		return this.run(['/bin/bash', '-c', script], options);
	}

	/** Executes a file with arguments. */
	run(argv: readonly string[], options: RunOptions = {}): Result {
		return this.main(process => execute(process, argv, options.cwd ?? '/root'), options);
	}

	/** Runs a program of the test's own. */
	main(main: (process: Process) => Running, options: RunOptions = {}): Result {
		const loop = this.#loop;
		const tx = new Transaction<WorldSchema, WorldEvent>(this.world);
		loop.begin(tx);
		const uid = options.uid ?? 0;
		const env = new Map(Object.entries({PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...options.env}));
		const task = startTask(loop, this.#kernel, {
			name: 'test', uid, gid: uid, groups: [uid], capabilities: uid === 0 ? allCapabilities : [], env, files: this.#files(options.stdin ?? ''), newSession: true,
		}, main);
		loop.run({untilNs: nowNs(tx) + ((options.seconds ?? 3600) * 1e9), maxSteps: 5_000_000, isSettled: () => findTask(tx, this.#kernel, task) === undefined});
		const trace = tx.trace;
		this.world = tx.commit();
		loop.end();
		const exit = trace.find((event): event is Extract<KernelEvent, {status: number}> => event.kind === 'process-exit' && (event as {task?: number}).task === task);
		return {stdout: outputOf(trace, 'stdout'), stderr: outputOf(trace, 'stderr'), status: exit?.status ?? -1, trace};
	}

	#files(stdin: string): ReadonlyMap<number, number> {
		const loop = this.#loop;
		const pipe = makePipe(loop);
		if (stdin !== '') {
			writePipe(loop, pipe, encodeText(stdin));
		}

		loop.tx.put('pipe', pipe, {...loop.tx.get('pipe', pipe)!, writers: 0});
		const sink = (stream: 'stdout' | 'stderr') => makeFile(loop, {what: {kind: 'sink', stream}, canRead: false, canWrite: true, append: false, path: stream});
		return new Map([
			[0, makeFile(loop, {what: {kind: 'pipe', pipe, end: 'read'}, canRead: true, canWrite: false, append: false, path: 'stdin'})],
			[1, sink('stdout')],
			[2, sink('stderr')],
		]);
	}
}

function * execute(process: Process, argv: readonly string[], cwd: string): Running {
	process.sys.chdir(cwd);
	const image = process.sys.execve(argv[0]!, argv, process.env);
	if (failed(image)) {
		process.sys.write(2, encodeText(`${argv[0]}: ${image.errno}\n`));
		return image.errno === 'ENOENT' ? 127 : 126;
	}

	return yield * image.run();
}

function outputOf(trace: readonly TraceEvent[], stream: 'stdout' | 'stderr'): string {
	return decodeText(concatBytes((trace as readonly KernelEvent[]).filter((event): event is Extract<KernelEvent, {stream: string; bytes: Uint8Array}> => event.kind === 'stream-output' && (event as {stream?: string}).stream === stream).map(event => event.bytes)));
}
