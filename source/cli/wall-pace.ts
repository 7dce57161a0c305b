// A second of ours is a second of the world's, as far as the world can keep up.

import {millisecondNs, secondNs, type Nanoseconds} from '../base/clock.js';
import type {Pace} from './engine-server.js';

/** A world in which somebody computes is not made to catch up with more than this: its time passes more slowly. */
const maxBusyLagNs = secondNs / 4;
/** Longest delay of setTimeout. */
const maxDelayMs = 2 ** 31 - 1;

/** Begins at `worldNs`. */
export function wallPace(worldNs: Nanoseconds): Pace {
	let offsetNs = realNs() - worldNs;
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
