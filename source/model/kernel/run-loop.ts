// Who runs next. Runnable tasks take turns: in one round each processor of a kernel runs one task for a slice (fair-queue.ts), then the clock
// moves by the longest slice. When nobody is runnable, the clock jumps to the next timer. So a pipeline streams, `sleep 5` takes five virtual
// seconds and no real ones, and a loop without end is stopped by a count of steps, not by a stopwatch.
//
// The generators live here and not in the World (docs/architecture.md, State). Nothing here is an input: the same actions
// make the same run loop again.

import {assert, must} from '../../base/assert.js';
import {addTimer, advanceTo, cancelTimer, mayBeDue, type Nanoseconds, nextTimer, nowNs, secondNs, type Timer} from '../../base/clock.js';
import {rates} from '../../base/rates.js';
import type {Transaction} from '../../base/transaction.js';
import type {Failure} from './errno.js';
import {FairQueue, type GroupRules} from './fair-queue.js';
import type {FsId} from './file-types.js';
import type {FileSystemType, FsContext} from './filesystem.js';
import type {Caller} from './vfs.js';
import type {RunLimits, RunResult} from './run-limits.js';
import type {Channel, ProgramTable, Running, Wait, Wake} from './program.js';
import type {KernelEvent, KernelId, KernelSchema, Task, TaskId} from './schema.js';

/** A task among all kernels: `KERNEL:TASK`. */
export type TaskKey = string;

function taskKey(kernel: KernelId, task: TaskId): TaskKey {
	return `${kernel}:${task}`;
}

/** Thrown out of a system call when the calling task has just ended, to leave its program at once. */
export class TaskEnded extends Error {
	override readonly name = 'TaskEnded';
}

class SliceExceeded extends Error {
	override readonly name = 'SliceExceeded';
}

/** The part of a task that is not in the World: its generator and its place in queues. */
type Live = {
	readonly key: TaskKey;
	readonly kernel: KernelId;
	readonly id: TaskId;
	readonly generator: Running;
	readonly children: Set<TaskId>;
	channels: readonly Channel[];
	timer: number | undefined;
	wake: Wake | undefined;
	isQueued: boolean;
	burnNs: Nanoseconds;
	/** Its control group when it last waited for a processor. */
	cgroup: string;
};

/** Turns of one slice: after that many steps another task gets the processor. */
const stepsPerSlice = 250;
/** Steps and work after which a task that never lets others run is ended. */
const maxStepsOfSlice = 1_000_000;
/** So much work ends a slice, lest a limit be passed by far: about 40 MB copied. */
const workPerSlice = 10_000;

/** What cgroups count and limit (cgroup/). */
export type Accounting = {
	attach(tx: Transaction<KernelSchema, KernelEvent>, task: Task): void;
	detach(tx: Transaction<KernelSchema, KernelEvent>, task: Task): void;
	mayFork(tx: Transaction<KernelSchema, KernelEvent>, parent: Task): void | Failure;
	/** Charges anonymous memory. 'killed' when the caller must die for it. */
	setMemory(loop: RunLoop, task: Task, bytes: number): void | Failure;
	/** Charges processor time. Answers until when the task must wait because the quota of its group is used up. */
	chargeCpu(tx: Transaction<KernelSchema, KernelEvent>, task: Task, cpuNs: Nanoseconds): Nanoseconds | undefined;
	/** A group's share of processor time among its neighbours. */
	cpuWeight(tx: Transaction<KernelSchema, KernelEvent>, kernel: KernelId, path: string): number;
	/** The processors that a group's cpuset allows; undefined for all. */
	processors(tx: Transaction<KernelSchema, KernelEvent>, kernel: KernelId, path: string): ReadonlySet<number> | undefined;
};

export type TaskHooks = {
	/** Signals that are pending when a task is about to run; answers whether it may run. */
	readonly deliver: (kernel: KernelId, task: TaskId) => boolean;
	/** The program returned; `status` undefined when it ran out of the stack (RangeError), which real ones die of by SIGSEGV. */
	readonly ended: (kernel: KernelId, task: TaskId, status: number | undefined) => void;
	/** The task has passed a second of RLIMIT_CPU's. */
	readonly overCpuLimit: (kernel: KernelId, task: TaskId, limit: 'soft' | 'hard') => void;
	/** A timer that is not a task's own. */
	readonly timer: (timer: Timer) => void;
};

/** Everything that runs: the generators of all tasks, who waits for what, and the transaction of the current action. */
export class RunLoop {
	readonly programs: ProgramTable;
	readonly types: ReadonlyMap<string, FileSystemType>;
	/** Steps made in the current action. */
	steps = 0;
	/** What calls did besides, in units of a step's real time: bytes moved, directories walked. Limits an action, never its virtual time. */
	work = 0;
	hooks: TaskHooks = {deliver: () => true, ended() {}, overCpuLimit() {}, timer() {}};
	accounting: Accounting | undefined;
	/** What several processes of one daemon have in common outside the world, as generators are: by the daemon's own key. */
	readonly shared = new Map<string, object>();
	/** How to make superblocks of types that need more than options, as overlay needs its directories. */
	readonly mountable = new Map<string, (context: FsContext, caller: Caller, options: Readonly<Record<string, string>>) => FsId | Failure>();
	#tx: Transaction<KernelSchema, KernelEvent> | undefined;
	readonly #live = new Map<TaskKey, Live>();
	#ready: Live[] = [];
	readonly #queues = new Map<KernelId, FairQueue<Live>>();
	#sliceBegan = 0;
	readonly #held = new Set<TaskKey>();
	readonly #waiters = new Map<Channel, Set<Live>>();

	constructor(options: {readonly programs: ProgramTable; readonly types: ReadonlyMap<string, FileSystemType>}) {
		this.programs = options.programs;
		this.types = options.types;
	}

	get tx(): Transaction<KernelSchema, KernelEvent> {
		return must(this.#tx, 'RunLoop.tx: no action in progress');
	}

	begin(tx: Transaction<KernelSchema, KernelEvent>): void {
		this.#tx = tx;
		this.restartCount();
	}

	/** Gives what runs next the whole of its limit. */
	restartCount(): void {
		this.steps = 0;
		this.work = 0;
	}

	/** Ends a task that has made system calls without end in one slice, where nobody could stop it. */
	preempt(): void {
		if (this.steps + this.work - this.#sliceBegan > maxStepsOfSlice) {
			throw new SliceExceeded();
		}
	}

	end(): void {
		this.#tx = undefined;
	}

	add(kernel: KernelId, id: TaskId, generator: Running): void {
		const key = taskKey(kernel, id);
		assert(!this.#live.has(key), `RunLoop.add: ${key} exists`);
		const live: Live = {
			key, kernel, id, generator, children: new Set(), channels: [], timer: undefined, wake: undefined, isQueued: false, burnNs: 0, cgroup: '/',
		};
		this.#live.set(key, live);
		this.#enqueue(live);
	}

	remove(kernel: KernelId, id: TaskId): void {
		const live = this.#live.get(taskKey(kernel, id));
		if (live !== undefined) {
			this.#stopWaiting(live);
			this.#live.delete(live.key);
			this.#held.delete(live.key);
		}
	}

	has(kernel: KernelId, id: TaskId): boolean {
		return this.#live.has(taskKey(kernel, id));
	}

	/** The children of a task, kept here because asking the task table would be a scan. */
	children(kernel: KernelId, id: TaskId): ReadonlySet<TaskId> {
		return this.#live.get(taskKey(kernel, id))?.children ?? new Set();
	}

	addChild(kernel: KernelId, parent: TaskId, child: TaskId): void {
		this.#live.get(taskKey(kernel, parent))?.children.add(child);
	}

	removeChild(kernel: KernelId, parent: TaskId, child: TaskId): void {
		this.#live.get(taskKey(kernel, parent))?.children.delete(child);
	}

	burn(kernel: KernelId, id: TaskId, cpuNs: Nanoseconds): void {
		must(this.#live.get(taskKey(kernel, id)), 'RunLoop.burn: no such task').burnNs += cpuNs;
	}

	/** Wakes every task that sleeps on a channel. */
	wake(channel: Channel): void {
		const waiters = this.#waiters.get(channel);
		if (waiters !== undefined) {
			for (const live of [...waiters]) {
				this.#wakeOne(live, 'woken');
			}
		}
	}

	/** Wakes one task because a signal arrived. */
	interrupt(kernel: KernelId, id: TaskId): void {
		const live = this.#live.get(taskKey(kernel, id));
		if (live !== undefined) {
			this.#wakeOne(live, 'signal');
		}
	}

	/** A signal that only stopped the task, or let it go on, does not end its sleep with EINTR: the call is restarted. */
	restart(kernel: KernelId, id: TaskId): void {
		const live = this.#live.get(taskKey(kernel, id));
		if (live?.wake === 'signal') {
			live.wake = 'woken';
		}
	}

	/** A held task is not run, whatever wakes it, until it is let go: stopped or frozen. */
	hold(kernel: KernelId, id: TaskId): void {
		this.#held.add(taskKey(kernel, id));
	}

	letGo(kernel: KernelId, id: TaskId): void {
		this.#held.delete(taskKey(kernel, id));
	}

	/** Puts a task that was about to run back into the queue. */
	requeue(kernel: KernelId, id: TaskId): void {
		const live = this.#live.get(taskKey(kernel, id));
		if (live !== undefined) {
			this.#enqueue(live);
		}
	}

	sleepsOn(kernel: KernelId, id: TaskId, channel: Channel): boolean {
		return this.#live.get(taskKey(kernel, id))?.channels.includes(channel) ?? false;
	}

	isWaitedFor(channel: Channel): boolean {
		return this.#waiters.has(channel);
	}

	run(limits: RunLimits): RunResult {
		for (;;) {
			if (mayBeDue(this.tx)) {
				this.#fireDue();
			}

			limits.beforeRound?.();
			const {isIdle} = this;
			if (limits.isSettled(isIdle)) {
				return 'settled';
			}

			if (this.steps + this.work >= limits.maxSteps) {
				return 'steps';
			}

			if (isIdle) {
				const timer = nextTimer(this.tx);
				if (timer === undefined) {
					return 'idle';
				}

				if (timer.dueNs > limits.untilNs) {
					advanceTo(this.tx, Math.max(nowNs(this.tx), limits.untilNs));
					return 'time';
				}

				advanceTo(this.tx, Math.max(nowNs(this.tx), timer.dueNs));
				continue;
			}

			if (nowNs(this.tx) >= limits.untilNs) {
				return 'time';
			}

			this.#round();
		}
	}

	/** Everybody sleeps, or is held. */
	get isIdle(): boolean {
		return !this.#ready.some(live => !this.#held.has(live.key));
	}

	/** Each processor runs one task for a slice; the clock moves by the longest. */
	#round(): void {
		const turn = this.#chooseTurn();
		this.#ready = this.#ready.filter(live => !turn.has(live));
		let longestNs = 0;
		for (const live of turn) {
			live.isQueued = false;
			if (this.#live.get(live.key) === live && this.hooks.deliver(live.kernel, live.id)) {
				const cpuNs = this.#slice(live);
				longestNs = Math.max(longestNs, cpuNs);
				this.#queueOf(live.kernel).ran(live, cpuNs, this.#rulesOf(live.kernel));
			}
		}

		advanceTo(this.tx, nowNs(this.tx) + longestNs);
	}

	/** The tasks that run now, in the order in which they became ready. */
	#chooseTurn(): ReadonlySet<Live> {
		const byKernel = new Map<KernelId, Live[]>();
		for (const live of this.#ready) {
			if (!this.#held.has(live.key) && this.#live.get(live.key) === live) {
				live.cgroup = this.tx.get(`task:${live.kernel}`, live.id)?.cgroup ?? '/';
				const others = byKernel.get(live.kernel);
				if (others === undefined) {
					byKernel.set(live.kernel, [live]);
				} else {
					others.push(live);
				}
			}
		}

		const chosen = new Set<Live>();
		for (const [kernel, ready] of byKernel) {
			const processors = this.tx.get('kernel', kernel)?.cpuCount ?? 1;
			for (const live of this.#queueOf(kernel).choose(ready, processors, this.#rulesOf(kernel))) {
				chosen.add(live);
			}
		}

		// Several kernels take turns as one queue would have it; those that have ended meanwhile only leave.
		return new Set(this.#ready.filter(live => chosen.has(live) || this.#live.get(live.key) !== live));
	}

	#queueOf(kernel: KernelId): FairQueue<Live> {
		let queue = this.#queues.get(kernel);
		if (queue === undefined) {
			queue = new FairQueue();
			this.#queues.set(kernel, queue);
		}

		return queue;
	}

	#rulesOf(kernel: KernelId): GroupRules {
		const {accounting, tx} = this;
		return {weight: path => accounting?.cpuWeight(tx, kernel, path) ?? 100, processors: path => accounting?.processors(tx, kernel, path)};
	}

	/** Runs one task until it sleeps, ends, or used its slice up. Returns the processor time it took. */
	#slice(live: Live): Nanoseconds {
		const stepsBefore = this.steps;
		const workBefore = this.work;
		this.#sliceBegan = this.steps + this.work;
		let wait: Wait | undefined;
		let ended: number | 'overflow' | 'gone' | undefined;
		for (let turns = 0; turns < stepsPerSlice && ended === undefined && wait?.kind !== 'sleep'; turns++) {
			this.steps++;
			({wait, ended} = this.#resume(live));
			if (live.burnNs > 0 || this.work - workBefore > workPerSlice) {
				break;
			}
		}

		const cpuNs = ((this.steps - stepsBefore) * rates.stepNs) + live.burnNs;
		live.burnNs = 0;
		if (ended === 'gone' || this.#live.get(live.key) !== live) {
			return cpuNs;
		}

		const throttledUntilNs = this.#charge(live, cpuNs, wait);
		if (ended !== undefined) {
			this.hooks.ended(live.kernel, live.id, ended === 'overflow' ? undefined : ended);
		} else if (wait?.kind === 'sleep') {
			this.#sleep(live, wait);
		} else if (throttledUntilNs !== undefined) {
			this.#sleep(live, {kind: 'sleep', channels: [], untilNs: throttledUntilNs});
		} else {
			this.#enqueue(live);
		}

		return cpuNs;
	}

	#resume(live: Live): {wait: Wait | undefined; ended: number | 'overflow' | 'gone' | undefined} {
		const wake = live.wake ?? 'woken';
		live.wake = undefined;
		try {
			const result = live.generator.next(wake);
			return result.done === true ? {wait: undefined, ended: result.value & 0xFF} : {wait: result.value, ended: undefined};
		} catch (error) {
			if (error instanceof TaskEnded) {
				return {wait: undefined, ended: 'gone'};
			}

			if (error instanceof RangeError || error instanceof SliceExceeded) {
				return {wait: undefined, ended: 'overflow'};
			}

			throw error;
		}
	}

	#charge(live: Live, cpuNs: Nanoseconds, wait: Wait | undefined): Nanoseconds | undefined {
		const table = `task:${live.kernel}` as const;
		const task = this.tx.get(table, live.id);
		if (task === undefined) {
			return undefined;
		}

		const state: Task['state'] = task.state === 'runnable' || task.state === 'sleeping' ? (wait?.kind === 'sleep' ? 'sleeping' : 'runnable') : task.state;
		this.tx.put(table, live.id, {...task, cpuNs: task.cpuNs + cpuNs, state, wait});
		this.#checkCpuLimit(task, cpuNs);
		return this.accounting?.chargeCpu(this.tx, task, cpuNs);
	}

	/** Asked at each full second of processor time, as check_process_timers does. */
	#checkCpuLimit(task: Task, cpuNs: Nanoseconds): void {
		const limit = task.resourceLimits.cpu;
		const seconds = Math.floor((task.cpuNs + cpuNs) / secondNs);
		if (limit !== undefined && seconds > Math.floor(task.cpuNs / secondNs) && seconds >= limit.soft) {
			this.hooks.overCpuLimit(task.kernel, task.id, seconds >= limit.hard ? 'hard' : 'soft');
		}
	}

	#sleep(live: Live, wait: Extract<Wait, {kind: 'sleep'}>): void {
		// A signal that came while the task ran ends its next sleep at once, as TIF_SIGPENDING does.
		if (live.wake === 'signal') {
			this.#enqueue(live);
			return;
		}

		live.channels = wait.channels;
		for (const channel of wait.channels) {
			const waiters = this.#waiters.get(channel);
			if (waiters === undefined) {
				this.#waiters.set(channel, new Set([live]));
			} else {
				waiters.add(live);
			}
		}

		if (wait.untilNs !== undefined) {
			live.timer = addTimer(this.tx, {dueNs: wait.untilNs, kind: 'wake', args: {kernel: live.kernel, task: live.id}});
		}
	}

	#wakeOne(live: Live, wake: Wake): void {
		live.wake = live.wake === 'signal' ? 'signal' : wake;
		if (!live.isQueued && (live.channels.length > 0 || live.timer !== undefined || this.#isAsleep(live))) {
			this.#stopWaiting(live);
			this.#enqueue(live);
		}
	}

	#isAsleep(live: Live): boolean {
		return this.tx.get(`task:${live.kernel}`, live.id)?.state === 'sleeping';
	}

	#stopWaiting(live: Live): void {
		for (const channel of live.channels) {
			const waiters = this.#waiters.get(channel);
			waiters?.delete(live);
			if (waiters?.size === 0) {
				this.#waiters.delete(channel);
			}
		}

		live.channels = [];
		if (live.timer !== undefined) {
			cancelTimer(this.tx, live.timer);
			live.timer = undefined;
		}
	}

	#enqueue(live: Live): void {
		if (!live.isQueued) {
			live.isQueued = true;
			this.#ready.push(live);
			const table = `task:${live.kernel}` as const;
			const task = this.#tx?.get(table, live.id);
			if (task?.state === 'sleeping') {
				this.tx.put(table, live.id, {...task, state: 'runnable', wait: undefined});
			}
		}
	}

	#fireDue(): void {
		for (;;) {
			const timer = nextTimer(this.tx);
			if (timer === undefined || timer.dueNs > nowNs(this.tx)) {
				return;
			}

			cancelTimer(this.tx, timer.id);
			if (timer.kind === 'wake') {
				const live = this.#live.get(`${timer.args['kernel']}:${timer.args['task']}`);
				if (live !== undefined && live.timer === timer.id) {
					live.timer = undefined;
					live.wake ??= 'deadline';
					this.#stopWaiting(live);
					this.#enqueue(live);
				}
			} else {
				this.hooks.timer(timer);
			}
		}
	}
}
