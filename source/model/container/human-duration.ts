// Durations in words, as `docker ps` shows them. Source: docker/go-units duration.go.

import {secondNs, type Nanoseconds} from '../../base/clock.js';

const minute = 60;
const hour = 60 * minute;

/** `Less than a second`, `1 second`, `About a minute`, `46 hours`, `13 days`, `3 weeks`, `5 months`, `2 years`. */
export function humanDuration(ns: Nanoseconds): string {
	const seconds = Math.floor(ns / secondNs);
	const minutes = Math.floor(seconds / minute);
	// Go rounds hours half up: 90 minutes are 2 hours.
	const hours = Math.floor(ns / secondNs / hour + 0.5);
	if (seconds < 1) {
		return 'Less than a second';
	}

	if (seconds === 1) {
		return '1 second';
	}

	if (seconds < 60) {
		return `${seconds} seconds`;
	}

	if (minutes === 1) {
		return 'About a minute';
	}

	if (minutes < 60) {
		return `${minutes} minutes`;
	}

	if (hours === 1) {
		return 'About an hour';
	}

	if (hours < 48) {
		return `${hours} hours`;
	}

	if (hours < 24 * 7 * 2) {
		return `${Math.floor(hours / 24)} days`;
	}

	if (hours < 24 * 30 * 2) {
		return `${Math.floor(hours / 24 / 7)} weeks`;
	}

	return hours < 24 * 365 * 2 ? `${Math.floor(hours / 24 / 30)} months` : `${Math.floor(seconds / hour / 24 / 365)} years`;
}
