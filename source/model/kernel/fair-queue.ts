// Who gets a processor when more want one than there are: weighted fair queueing down the tree of control groups. What is directly in
// a group, its tasks (each with the weight 100) and the groups below (cpu.weight), shares the group's time by weight; each has a virtual time
// that grows by what it ran, divided by its weight, and the one that is furthest behind comes next. Source: Linux kernel/sched/fair.c
// ("virtual runtime", group scheduling); Documentation/scheduler/sched-design-CFS.rst.
//
// Simplified: processors are all alike and a task may run on any that its cpuset allows, without the cost of moving; sleeping earns no
// credit. While nobody has to wait, nobody's time is counted against them.

import type {Nanoseconds} from '../../base/clock.js';

/** What the queue asks of the control groups. */
export type GroupRules = {
	readonly weight: (path: string) => number;
	/** Processors that tasks of the group may run on; undefined for all. */
	readonly processors: (path: string) => ReadonlySet<number> | undefined;
};

export type Contender = {readonly cgroup: string};

const taskWeight = 100;
/** What a turn is expected to take, until it is known. */
const expectedNs: Nanoseconds = 500_000;

type Group<T> = {readonly path: string; readonly tasks: T[]; readonly groups: Map<string, Group<T>>};

function parentOf(path: string): string {
	const slash = path.lastIndexOf('/');
	return slash <= 0 ? '/' : path.slice(0, slash);
}

/** The queue of one kernel. It remembers virtual times from round to round, as long as somebody has to wait. */
export class FairQueue<T extends Contender> {
	#times = new Map<string | T, number>();
	/** By group: the virtual time of what was taken last, below which nobody who comes begins. */
	#floors = new Map<string, number>();

	/** The tasks that run now, at most one a processor, in the order of `ready`. */
	choose(ready: readonly T[], processorCount: number, rules: GroupRules): readonly T[] {
		const allowed = new Map<string, ReadonlySet<number> | undefined>();
		for (const {cgroup} of ready) {
			if (!allowed.has(cgroup)) {
				allowed.set(cgroup, rules.processors(cgroup));
			}
		}

		if (ready.length <= processorCount && [...allowed.values()].every(set => set === undefined)) {
			this.#forget();
			return ready;
		}

		const seats = new Seats<T>(processorCount);
		const root = this.#tree(ready);
		while (!seats.areTaken) {
			const next = this.#take(root, rules);
			if (next === undefined) {
				break;
			}

			if (seats.place(next, allowed.get(next.cgroup))) {
				this.#raiseFloors(next);
				this.#add(next, expectedNs, rules);
			}
		}

		const chosen = seats.taken;
		if (chosen.size === ready.length) {
			this.#forget();
		}

		return ready.filter(task => chosen.has(task));
	}

	/** Notes what a chosen task really ran. */
	ran(task: T, cpuNs: Nanoseconds, rules: GroupRules): void {
		if (this.#times.size > 0) {
			this.#add(task, cpuNs - expectedNs, rules);
		}
	}

	#forget(): void {
		if (this.#times.size > 0) {
			this.#times = new Map();
			this.#floors = new Map();
		}
	}

	#tree(ready: readonly T[]): Group<T> {
		const groups = new Map<string, Group<T>>();
		const groupOf = (path: string): Group<T> => {
			let group = groups.get(path);
			if (group === undefined) {
				group = {path, tasks: [], groups: new Map()};
				groups.set(path, group);
				if (path !== '/') {
					groupOf(parentOf(path)).groups.set(path, group);
				}
			}

			return group;
		};

		for (const task of ready) {
			groupOf(task.cgroup).tasks.push(task);
		}

		return groupOf('/');
	}

	#timeOf(entity: string | T, parent: string): number {
		return Math.max(this.#times.get(entity) ?? 0, this.#floors.get(parent) ?? 0);
	}

	/** Takes the task that is furthest behind out of the tree. */
	#take(group: Group<T>, rules: GroupRules): T | undefined {
		let best: {readonly time: number; readonly index: number; readonly below: Group<T> | undefined} | undefined;
		for (const [index, task] of group.tasks.entries()) {
			const time = this.#timeOf(task, group.path);
			if (best === undefined || time < best.time) {
				best = {time, index, below: undefined};
			}
		}

		for (const below of group.groups.values()) {
			const time = this.#timeOf(below.path, group.path);
			if (best === undefined || time < best.time) {
				best = {time, index: -1, below};
			}
		}

		if (best === undefined) {
			return undefined;
		}

		if (best.below === undefined) {
			return group.tasks.splice(best.index, 1)[0];
		}

		const task = this.#take(best.below, rules);
		if (best.below.tasks.length === 0 && best.below.groups.size === 0) {
			group.groups.delete(best.below.path);
		}

		return task;
	}

	#raiseFloors(task: T): void {
		this.#floors.set(task.cgroup, this.#timeOf(task, task.cgroup));
		for (let path = task.cgroup; path !== '/'; path = parentOf(path)) {
			this.#floors.set(parentOf(path), this.#timeOf(path, parentOf(path)));
		}
	}

	#add(task: T, cpuNs: Nanoseconds, rules: GroupRules): void {
		this.#times.set(task, this.#timeOf(task, task.cgroup) + cpuNs);
		for (let path = task.cgroup; path !== '/'; path = parentOf(path)) {
			this.#times.set(path, this.#timeOf(path, parentOf(path)) + cpuNs * taskWeight / rules.weight(path));
		}
	}
}

/** Who sits on which processor: those who may sit anywhere make room for those who may not. */
class Seats<T> {
	readonly taken = new Map<T, number>();
	readonly #sitting: Array<{readonly task: T; readonly allowed: ReadonlySet<number> | undefined} | undefined>;

	constructor(count: number) {
		this.#sitting = Array.from({length: count}, () => undefined);
	}

	get areTaken(): boolean {
		return this.taken.size >= this.#sitting.length;
	}

	place(task: T, allowed: ReadonlySet<number> | undefined): boolean {
		return this.#seat(task, allowed, new Set());
	}

	#seat(task: T, allowed: ReadonlySet<number> | undefined, tried: Set<number>): boolean {
		for (const [seat, sitting] of this.#sitting.entries()) {
			if (tried.has(seat) || allowed?.has(seat) === false) {
				continue;
			}

			tried.add(seat);
			if (sitting === undefined || this.#seat(sitting.task, sitting.allowed, tried)) {
				this.#sitting[seat] = {task, allowed};
				this.taken.set(task, seat);
				return true;
			}
		}

		return false;
	}
}
