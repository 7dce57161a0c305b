// The keyword `time` and the builtin `times`: how long commands took. Source: bash manual 3.2.3 (TIMEFORMAT), times(2).

import {millisecondNs, secondNs} from '../base/clock.js';
import {failed} from '../model/kernel/errno.js';
import {writeText} from './shell.js';
import type {Doing, Shell} from './shell.js';
import {decodeShellText} from './text.js';

export type ProcessTimes = {readonly realNs: number; readonly userNs: number; readonly systemNs: number; readonly childUserNs: number; readonly childSystemNs: number};

/** Clock ticks a second of /proc/PID/stat. */
const ticksPerSecond = 100;

export function startTime(shell: Shell): ProcessTimes {
	const stat = statFields(shell);
	const ticks = (field: number): number => (Number(stat[field - 3] ?? '0') || 0) * (secondNs / ticksPerSecond);
	return {realNs: shell.process.sys.now(), userNs: ticks(14), systemNs: ticks(15), childUserNs: ticks(16), childSystemNs: ticks(17)};
}

/** The fields of /proc/self/stat from the third on; none where /proc is not mounted. */
function statFields(shell: Shell): readonly string[] {
	const {sys} = shell.process;
	const fd = sys.open('/proc/self/stat', {read: true});
	if (failed(fd)) {
		return [];
	}

	const bytes = sys.read(fd, 4096);
	sys.close(fd);
	const text = failed(bytes) ? '' : decodeShellText(bytes);
	return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

export function * reportTime(shell: Shell, start: ProcessTimes, format: 'bash' | 'posix'): Doing<void> {
	const end = startTime(shell);
	const real = end.realNs - start.realNs;
	const user = end.userNs + end.childUserNs - start.userNs - start.childUserNs;
	const system = end.systemNs + end.childSystemNs - start.systemNs - start.childSystemNs;
	const text = format === 'posix'
		? `real ${seconds(real, 2)}\nuser ${seconds(user, 2)}\nsys ${seconds(system, 2)}\n`
		: `\nreal\t${minutes(real)}\nuser\t${minutes(user)}\nsys\t${minutes(system)}\n`;
	yield * writeText(shell, 2, text);
}

function seconds(ns: number, digits: number): string {
	const units = Math.round(ns / (secondNs / 10 ** digits));
	return `${Math.floor(units / 10 ** digits)}.${String(units % 10 ** digits).padStart(digits, '0')}`;
}

/** `1m2.345s` */
export function minutes(ns: number): string {
	const milliseconds = Math.floor(ns / millisecondNs);
	return `${Math.floor(milliseconds / 60_000)}m${Math.floor(milliseconds / 1000) % 60}.${String(milliseconds % 1000).padStart(3, '0')}s`;
}
