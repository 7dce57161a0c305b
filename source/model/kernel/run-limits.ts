// How far the run loop goes, and why it stopped.

import type {Nanoseconds} from '../../base/clock.js';

export type RunLimits = {
	/** The clock does not pass this moment. */
	readonly untilNs: Nanoseconds;
	/** Steps of all tasks together. */
	readonly maxSteps: number;
	/** Asked between rounds: whether there is nothing more to wait for. */
	readonly isSettled: (isIdle: boolean) => boolean;
	/** What stands outside the world has its turn here, before it is known whether anybody can run. */
	readonly beforeRound?: () => void;
};

export type RunResult =
	/** `isSettled` said so. */
	| 'settled'
	/** `untilNs` was reached. */
	| 'time'
	/** Everybody sleeps and no timer will wake anybody. */
	| 'idle'
	/** `maxSteps` were made. */
	| 'steps';
