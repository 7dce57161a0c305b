// A second of ours is a second of the world's, as far as the world can keep up.

import {millisecondNs, secondNs, type Nanoseconds} from '../base/clock.js';
import type {Pace} from './engine-server.js';

/** A world in which somebody computes is not made to catch up with more than this: its time passes more slowly. */
const maxBusyLagNs = secondNs / 4;
/** Longest delay of setTimeout. */
const maxDelayMs = 2 ** 31 - 1;

/** Longer than a host takes to boot in its own time, which it has done before anybody is served. */
const bootSeconds = 10;

/** When a world must begin so that it does not come to a moment before we do. */
export function recentEpoch(): number {
	return Math.floor(Date.now() / 1000) - bootSeconds;
}

/**
 * For a world that began at `epochSeconds`: from now on its clock is ours, to which it advances first. So a client that reckons with our
 * clock how long ago something was is right.
 */
export function wallPace(epochSeconds: number): Pace {
	let offsetNs = realNs() - (Date.now() - epochSeconds * 1000) * millisecondNs;
	let timer: NodeJS.Timeout | undefined;
	return {
		behindNs(world, isBusy) {
			const lagNs = realNs() - offsetNs - world;
			if (isBusy && lagNs > maxBusyLagNs) {
				offsetNs += lagNs - maxBusyLagNs;
				return maxBusyLagNs;
			}

			return Math.max(0, lagNs);
		},
		wake(atNs, callback) {
			clearTimeout(timer);
			timer = undefined;
			if (atNs !== undefined) {
				const delayMs = Math.ceil((atNs + offsetNs - realNs()) / millisecondNs);
				timer = setTimeout(callback, Math.min(Math.max(1, delayMs), maxDelayMs));
			}
		},
	};
}

function realNs(): Nanoseconds {
	return Math.floor(performance.now() * millisecondNs);
}
