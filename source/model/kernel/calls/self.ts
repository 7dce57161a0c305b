// The task that a system call is made by.

import {type Failure, failed} from '../errno.js';
import type {FsContext} from '../filesystem.js';
import {type RunLoop, TaskEnded} from '../run-loop.js';
import type {KernelId, Task, TaskId} from '../schema.js';
import {defaultAction, type SignalName} from '../signal.js';
import {postSignal} from '../signal-delivery.js';
import {deliverSignals} from '../exit.js';
import {findTask} from '../tasks.js';
import type {Caller} from '../vfs.js';

export class Self {
	readonly loop: RunLoop;
	readonly kernel: KernelId;
	readonly id: TaskId;

	constructor(loop: RunLoop, kernel: KernelId, id: TaskId) {
		this.loop = loop;
		this.kernel = kernel;
		this.id = id;
	}

	/** The task's record now. A program that goes on after its task has ended is left here. */
	get task(): Task {
		this.loop.steps++;
		this.loop.preempt();
		const task = findTask(this.loop.tx, this.kernel, this.id);
		if (task === undefined || task.state === 'zombie') {
			throw new TaskEnded();
		}

		return task;
	}

	get context(): FsContext {
		const {loop, kernel} = this;
		return {tx: loop.tx, kernel, task: this.id, types: loop.types, work(units) {
			loop.work += units;
		}, control: {
			signal(task, signal) {
				postSignal(loop, kernel, task, signal);
			},
			setFrozen(task, frozen) {
				loop[frozen ? 'hold' : 'letGo'](kernel, task);
			},
		}};
	}

	get caller(): Caller {
		return {context: this.context, task: this.task};
	}

	/** Sends the caller a signal; one that is fatal takes effect before the call returns. */
	raise(signal: SignalName): void {
		postSignal(this.loop, this.kernel, this.id, signal, this.task.namespaces.pid);
		this.endIfFatal();
	}

	/** Leaves the program if a signal that the task has just been sent kills it. */
	endIfFatal(): void {
		const isFatal = this.task.pendingSignals.some(signal => signal === 'KILL' || ['terminate', 'core'].includes(defaultAction(signal)));
		if (isFatal && !deliverSignals(this.loop, this.kernel, this.id)) {
			throw new TaskEnded();
		}
	}
}

/** Runs `use` on a result unless it is a failure. */
export function onFound<T, U>(result: T | Failure, use: (value: T) => U | Failure): U | Failure {
	return failed(result) ? result : use(result);
}
