import {expect, test} from 'vitest';
import {secondNs} from '../../../source/base/clock.js';
import {cpuWeight} from '../../../source/model/container/cgroup-limits.js';
import {humanDuration} from '../../../source/model/container/human-duration.js';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
	[0.9, 'Less than a second'], [1, '1 second'], [45, '45 seconds'], [minute, 'About a minute'], [3 * minute, '3 minutes'], [35 * minute, '35 minutes'], [60 * minute, 'About an hour'],
	[3 * hour, '3 hours'], [3 * hour + 30 * minute, '4 hours'], [46 * hour, '46 hours'], [48 * hour, '2 days'], [13 * day + 5 * hour, '13 days'], [3 * 7 * day, '3 weeks'], [5 * 30 * day, '5 months'],
	[23 * 30 * day, '23 months'], [3 * 365 * day, '3 years'],
])('%d seconds are %j', (seconds, text) => {
	expect(humanDuration(seconds * secondNs)).toBe(text);
});

test.each([[2, 1], [512, 59], [1024, 100], [2048, 174], [262_144, 10_000]])('%d shares weigh %d', (shares, weight) => {
	expect(cpuWeight(shares)).toBe(weight);
});
