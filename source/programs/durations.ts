// Durations as sleep(1) and timeout(1) take them: a number with a unit s, m, h or d.

import {secondNs, type Nanoseconds} from '../base/clock.js';

const unitSeconds: Readonly<Record<string, number>> = {'': 1, 's': 1, 'm': 60, 'h': 3600, 'd': 86_400};

export function parseDuration(text: string): Nanoseconds | undefined {
	const match = /^\+?(\d+\.?\d*(?:[eE][+\-]?\d+)?|\.\d+|inf(?:inity)?)([smhd]?)$/v.exec(text);
	if (match === null) {
		return undefined;
	}

	const seconds = match[1]!.startsWith('inf') ? Infinity : Number(match[1]) * unitSeconds[match[2]!]!;
	// The virtual clock reaches 104 days; who sleeps longer does not wake up.
	return Math.min(Math.round(seconds * secondNs), Number.MAX_SAFE_INTEGER / 2);
}
