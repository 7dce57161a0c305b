// Several things done at the same time by one process: the parts take turns, and the process sleeps when all of them do. Where the
// real program starts a goroutine for each container, this is what waits for them.

import type {Channel, Process, Wait, Wake} from '../../../model/kernel/program.js';
import type {Steps} from '../../docker/command/refusal.js';

type Part<T> = {readonly steps: Steps<T>; readonly index: number; sleep: Extract<Wait, {kind: 'sleep'}> | undefined};

/** So many are begun at once; each has a connection of its own to the daemon, and a process may have 1,024 files open. */
const atOnceMax = 100;

type TogetherOptions<T> = {
	readonly more?: (result: T) => ReadonlyArray<Steps<T>> | 'stop';
	readonly onSignal?: () => ReadonlyArray<Steps<T>> | 'stop';
	/** Another number of parts at once. */
	readonly atOnce?: number;
};

/**
 * Runs the parts to their ends; the results are in the order of the parts. `more` is asked when one has ended, and is how a part waits for
 * others; `onSignal` when a caught signal has come. Both may add parts, or end the whole at once.
 */
export function * together<T>(process: Process, parts: ReadonlyArray<Steps<T>>, options: TogetherOptions<T> = {}): Steps<readonly T[]> {
	const results: T[] = [];
	const running: Array<Part<T>> = [];
	const waiting = parts.map((steps, index): Part<T> => ({steps, index, sleep: undefined}));
	const fill = () => running.push(...waiting.splice(0, Math.max((options.atOnce ?? atOnceMax) - running.length, 0)));
	let count = parts.length;
	const add = (steps: Steps<T>) => running.push({steps, index: count++, sleep: undefined});
	fill();
	// A signal may have come before there was anybody to ask.
	let wake: Wake = 'signal';
	while (running.length > 0) {
		const added = wake === 'signal' ? options.onSignal?.() ?? [] : [];
		if (added === 'stop') {
			return results;
		}

		for (const steps of added) {
			add(steps);
		}

		const before = running.length;
		for (const part of [...running]) {
			const turn = part.steps.next(wakeOf(process, part, wake));
			if (turn.done !== true) {
				part.sleep = turn.value.kind === 'sleep' ? turn.value : undefined;
				continue;
			}

			running.splice(running.indexOf(part), 1);
			results[part.index] = turn.value;
			const more = options.more?.(turn.value) ?? [];
			if (more === 'stop') {
				return results;
			}

			for (const steps of more) {
				add(steps);
			}
		}

		const ended = before > running.length;
		fill();
		if (running.length > 0) {
			// What has ended or been added may be what another part waits for.
			wake = yield running.length === before && !ended ? waitOf(running) : {kind: 'step'};
		}
	}

	return results;
}

/** A signal wakes nobody by itself: the parts only look again, and `onSignal` says what it means. */
function wakeOf<T>(process: Process, {sleep}: Part<T>, wake: Wake): Wake {
	const isDue = sleep?.untilNs !== undefined && process.sys.now() >= sleep.untilNs;
	return isDue ? 'deadline' : (wake === 'signal' ? 'woken' : wake);
}

function waitOf<T>(running: ReadonlyArray<Part<T>>): Wait {
	if (running.some(({sleep}) => sleep === undefined)) {
		return {kind: 'step'};
	}

	const channels = new Set<Channel>(running.flatMap(({sleep}) => sleep!.channels));
	const deadlines = running.flatMap(({sleep}) => sleep!.untilNs === undefined ? [] : [sleep!.untilNs]);
	return {kind: 'sleep', channels: [...channels], ...deadlines.length === 0 ? {} : {untilNs: Math.min(...deadlines)}};
}
