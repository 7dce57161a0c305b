// Moments as images record them: RFC 3339 with as many digits of the second as are not zero, in UTC (Go's time.RFC3339Nano).

import {civilFromSeconds} from '../../base/calendar.js';
import {type Nanoseconds, wallTime} from '../../base/clock.js';

export function timestampOf(ns: Nanoseconds): string {
	const {seconds, nanoseconds} = wallTime(ns);
	const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/v, '')}`;
	const {year, month, day, hour, minute, second} = civilFromSeconds(seconds);
	const two = (value: number) => String(value).padStart(2, '0');
	return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
}
