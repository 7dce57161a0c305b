// free(1) and uptime(1), from /proc/meminfo, /proc/uptime and /proc/loadavg.

import {civilFromSeconds} from '../base/calendar.js';
import {clockText} from '../base/internet-date.js';
import type {Process} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {readMemory, readProcesses, readText, readUptime} from './proc-files.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	bytes: {short: 'b', long: 'bytes', help: 'show output in bytes'},
	kibi: {short: 'k', long: 'kibi', help: 'show output in kibibytes (default)'},
	mebi: {short: 'm', long: 'mebi', help: 'show output in mebibytes'},
	gibi: {short: 'g', long: 'gibi', help: 'show output in gibibytes'},
	human: {short: 'h', long: 'human', help: 'show human-readable output'},
	total: {short: 't', long: 'total', help: 'show total for RAM + swap'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'free', usage: ['[options]'], summary: '', options, version: 'from procps-ng 4.0.2'};

export const free = tool(command, function * (t) {
	const memory = yield * readMemory(t.process);
	const kib = (name: string): number => memory.get(name) ?? 0;
	const cache = kib('Buffers') + kib('Cached') + kib('SReclaimable');
	const total = kib('MemTotal');
	const used = Math.max(total - kib('MemAvailable'), 0);
	const swapUsed = kib('SwapTotal') - kib('SwapFree');
	const rows: Array<readonly [string, readonly number[]]> = [
		['Mem:', [total, used, kib('MemFree'), kib('Shmem'), cache, kib('MemAvailable')]],
		['Swap:', [kib('SwapTotal'), swapUsed, kib('SwapFree')]],
	];
	if (t.has('total')) {
		rows.push(['Total:', [total + kib('SwapTotal'), used + swapUsed, kib('MemFree') + kib('SwapFree')]]);
	}

	const width = t.isGnu ? 12 : 11;
	const header = ['total', 'used', 'free', 'shared', 'buff/cache', 'available'];
	yield * t.print(`${' '.repeat(t.isGnu ? 8 : 7)}${header.map(name => name.padStart(width)).join('')}\n`);
	for (const [name, values] of rows) {
		yield * t.print(`${name.padEnd(t.isGnu ? 8 : 7)}${values.map(value => inUnit(t, value).padStart(width)).join('')}\n`);
	}

	return 0;
});

function inUnit(t: Tool<Name>, kib: number): string {
	switch (t.last('bytes', 'kibi', 'mebi', 'gibi', 'human')) {
		case 'bytes': {
			return String(kib * 1024);
		}

		case 'mebi': {
			return String(Math.floor(kib / 1024));
		}

		case 'gibi': {
			return String(Math.floor(kib / 2 ** 20));
		}

		case 'human': {
			return human(kib);
		}

		case 'kibi':
		case undefined: {
			return String(kib);
		}

		default: {
			return '';
		}
	}
}

/** Two digits at least, as procps does: `976Mi`, `1.9Gi`, `15Gi`. */
function human(kib: number): string {
	const units = ['Ki', 'Mi', 'Gi', 'Ti'];
	let value = kib;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}

	return kib === 0 ? '0B' : `${value < 10 && unit > 0 ? value.toFixed(1) : String(Math.floor(value))}${units[unit]}`;
}

/** What `uptime` prints and `top` begins with: `08:00:05 up 0 min,  1 user,  load average: 0.00, 0.00, 0.00`. */
export function * uptimeLine(process: Process): Blocking<string> {
	const up = Math.floor(yield * readUptime(process));
	const load = ((yield * readText(process, '/proc/loadavg')) ?? '')?.split(' ').slice(0, 3).join(', ') ?? '';
	const days = Math.floor(up / 86_400);
	const hours = Math.floor(up / 3600) % 24;
	const minutes = Math.floor(up / 60) % 60;
	const since = `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${hours > 0 ? `${String(hours).padStart(2)}:${String(minutes).padStart(2, '0')}` : `${minutes} min`}`;
	// Who is logged in: a session leader with a terminal. Real ones read utmp, which says the same.
	const users = (yield * readProcesses(process)).filter(({pid, session, terminal}) => pid === session && terminal !== 0).length;
	return `${clockText(civilFromSeconds(process.sys.realTime().seconds))} up ${since},  ${users} user${users === 1 ? '' : 's'},  load average: ${load}`;
}

export const uptime = tool({name: 'uptime', usage: ['[options]'], summary: '', options: {pretty: {short: 'p', long: 'pretty', help: 'show uptime in pretty format'}}, version: 'from procps-ng 4.0.2'}, function * (t) {
	if (!t.has('pretty')) {
		yield * t.print(` ${yield * uptimeLine(t.process)}\n`);
		return 0;
	}

	const up = Math.floor(yield * readUptime(t.process));
	const parts = ([['day', Math.floor(up / 86_400)], ['hour', Math.floor(up / 3600) % 24], ['minute', Math.floor(up / 60) % 60]] as const).filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}${count === 1 ? '' : 's'}`);
	yield * t.print(`up ${parts.length === 0 ? '0 minutes' : parts.join(', ')}\n`);
	return 0;
});
