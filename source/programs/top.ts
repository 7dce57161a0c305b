// top(1): processes by their use of the processor. Source: procps-ng 4.0.2 and BusyBox 1.36; what is shown comes from /proc.
//
// Simplified: of the keys of the full screen only q is known; the first frame shows shares since a process began, as BusyBox's and older ones do.

import {secondNs} from '../base/clock.js';
import {readAccounts} from './account-names.js';
import {uptimeLine} from './free.js';
import type {Command} from './options.js';
import {commandOf, type ProcessInfo, readMemory, readProcesses, readText, readUptime} from './proc-files.js';
import {drawScreen, keyWithin} from './screen-loop.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	batch: {short: 'b', long: 'batch-mode', help: 'run in non-interactive batch mode'},
	count: {short: 'n', long: 'iterations', value: 'MAX', help: 'exit on maximum iterations number'},
	delay: {short: 'd', long: 'delay', value: 'SECS', help: 'iterative delay as SECS [.TENTHS]'},
	pids: {short: 'p', long: 'pid', value: 'PIDLIST', help: 'monitor only the tasks in PIDLIST', only: 'gnu'},
	user: {short: 'u', long: 'filter-only-euser', value: 'USER', help: 'filter on USER as effective', only: 'gnu'},
	commands: {short: 'c', long: 'cmdline-toggle', help: 'reverse last remembered \'c\' state', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'top', usage: ['[options]'], summary: '', options, version: 'from procps-ng 4.0.2', hint: calledAs => `Try '${calledAs} -h' for more information.\n`};

/** Ticks of all processors since boot: user, nice, system, idle, iowait, irq, softirq, steal. */
type Sample = {readonly cpu: readonly number[]; readonly uptime: number; readonly processes: readonly ProcessInfo[]};

export const top = tool(command, function * (t) {
	const delay = Number(t.value('delay') ?? (t.isGnu ? '3' : '5'));
	const count = t.value('count') === undefined ? Number.POSITIVE_INFINITY : Number(t.value('count'));
	if (!(delay >= 0) || !(count > 0)) {
		return yield * t.complain(delay >= 0 ? `bad iterations argument '${t.value('count')}'` : `bad delay interval '${t.value('delay')}'`);
	}

	const onScreen = !t.has('batch');
	if (onScreen && t.isGnu && !t.sys.isTerminal(1)) {
		yield * printTo(t.process, 2, `        ${t.name}: failed tty get\n`);
		return 1;
	}

	if (onScreen) {
		t.sys.setRawMode(0, true);
	}

	let before: Sample | undefined;
	for (let round = 0; round < count; round++) {
		const sample = yield * take(t);
		const text = yield * t.isGnu ? frame(t, before, sample) : busyboxFrame(t, before, sample);
		yield * onScreen ? drawScreen(t.process, text) : t.print(round === 0 || !t.isGnu ? text : `\n${text}`);
		yield * t.out.flush();
		before = sample;
		const key = round + 1 < count ? yield * (onScreen ? keyWithin(t.process, delay * secondNs) : pause(t, delay)) : undefined;
		if (key === 'q' || key === '\u0003' || t.out.failed !== undefined) {
			break;
		}
	}

	if (onScreen) {
		t.sys.setRawMode(0, false);
		yield * printTo(t.process, 1, '\r\n');
	}

	return 0;
});

function * pause(t: Tool<Name>, delay: number): Blocking<undefined> {
	const untilNs = t.sys.now() + Math.round(delay * secondNs);
	while (t.sys.now() < untilNs) {
		yield {kind: 'sleep', channels: [], untilNs};
	}

	return undefined;
}

function * take(t: Tool<Name>): Blocking<Sample> {
	const stat = (yield * readText(t.process, '/proc/stat')) ?? '';
	const cpu = (/^cpu +(.*)$/mv.exec(stat)?.[1] ?? '').split(' ').map(Number);
	return {cpu, uptime: yield * readUptime(t.process), processes: yield * readProcesses(t.process)};
}

/** Percent of the processors' time that each kind had since the sample before, or since boot. */
function cpuShares(before: Sample | undefined, {cpu}: Sample): readonly number[] {
	const ticks = cpu.map((value, index) => Math.max(value - (before?.cpu[index] ?? 0), 0)).slice(0, 8);
	const all = ticks.reduce((sum, value) => sum + value, 0);
	return ticks.map((value, index) => all === 0 ? (index === 3 ? 100 : 0) : value * 100 / all);
}

/** Percent of one processor. */
function processShare(info: ProcessInfo, before: Sample | undefined, now: Sample): number {
	const earlier = before?.processes.find(({pid, startTicks}) => pid === info.pid && startTicks === info.startTicks);
	const seconds = earlier === undefined ? now.uptime - (info.startTicks / 100) : now.uptime - before!.uptime;
	return seconds <= 0 ? 0 : Math.max(info.cpuTicks - (earlier?.cpuTicks ?? 0), 0) / seconds;
}

function * frame(t: Tool<Name>, before: Sample | undefined, sample: Sample): Blocking<string> {
	const accounts = yield * readAccounts(t.process);
	const memory = yield * readMemory(t.process);
	const mib = (name: string): number => (memory.get(name) ?? 0) / 1024;
	const tenth = (value: number, width: number): string => value.toFixed(1).padStart(width);
	const pids = t.values('pids').flatMap(list => list.split(','));
	const uid = t.has('user') ? accounts.uidOf(t.value('user')!) : undefined;
	const shown = sample.processes.filter(info => (pids.length === 0 || pids.includes(String(info.pid))) && (uid === undefined || info.uid === uid));
	const state = (letters: string): string => String(shown.filter(info => letters.includes(info.state)).length).padStart(3);
	const [us = 0, ni = 0, sy = 0, id = 0, wa = 0, hi = 0, si = 0, st = 0] = cpuShares(before, sample);
	const cache = mib('Buffers') + mib('Cached') + mib('SReclaimable');
	const rows = byShare(shown, before, sample);
	const lines: string[] = [];
	for (const {info, share} of rows) {
		const statm = ((yield * readText(t.process, `/proc/${info.pid}/statm`)) ?? '').split(' ').map(Number);
		const percent = info.residentPages * 4 * 100 / Math.max(memory.get('MemTotal') ?? 1, 1);
		const name = accounts.userName(info.uid) ?? String(info.uid);
		lines.push([
			String(info.pid).padStart(7), (name.length > 8 ? `${name.slice(0, 7)}+` : name).padEnd(8), String(20 + info.nice).padStart(3), String(info.nice).padStart(3), String(Math.floor(info.virtualBytes / 1024)).padStart(7),
			String(info.residentPages * 4).padStart(6), String((statm[2] ?? 0) * 4).padStart(6), info.state, tenth(share, 5), tenth(percent, 5), timeText(info.cpuTicks).padStart(9), t.has('commands') ? commandOf(info) : info.name,
		].join(' '));
	}

	return `top - ${yield * uptimeLine(t.process)}
Tasks: ${String(shown.length).padStart(3)} total, ${state('R')} running, ${state('SDI')} sleeping, ${state('Tt')} stopped, ${state('Z')} zombie
%Cpu(s):${tenth(us, 5)} us,${tenth(sy, 5)} sy,${tenth(ni, 5)} ni,${tenth(id, 5)} id,${tenth(wa, 5)} wa,${tenth(hi, 5)} hi,${tenth(si, 5)} si,${tenth(st, 5)} st${' '}
MiB Mem : ${tenth(mib('MemTotal'), 8)} total, ${tenth(mib('MemFree'), 8)} free, ${tenth(Math.max(mib('MemTotal') - mib('MemAvailable'), 0), 8)} used, ${tenth(cache, 8)} buff/cache${' '.repeat(5)}
MiB Swap: ${tenth(mib('SwapTotal'), 8)} total, ${tenth(mib('SwapFree'), 8)} free, ${tenth(mib('SwapTotal') - mib('SwapFree'), 8)} used. ${tenth(mib('MemAvailable'), 8)} avail Mem${' '}

    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
${lines.map(line => `${line}\n`).join('')}`;
}

function byShare(processes: readonly ProcessInfo[], before: Sample | undefined, sample: Sample): ReadonlyArray<{readonly info: ProcessInfo; readonly share: number}> {
	return processes.map(info => ({info, share: processShare(info, before, sample)})).sort((a, b) => b.share - a.share || a.info.pid - b.info.pid);
}

/** Minutes, seconds and hundredths. */
function timeText(ticks: number): string {
	return `${Math.floor(ticks / 6000)}:${String(Math.floor(ticks / 100) % 60).padStart(2, '0')}.${String(ticks % 100).padStart(2, '0')}`;
}

function * busyboxFrame(t: Tool<Name>, before: Sample | undefined, sample: Sample): Blocking<string> {
	const accounts = yield * readAccounts(t.process);
	const memory = yield * readMemory(t.process);
	const kib = (name: string): number => memory.get(name) ?? 0;
	const whole = (value: number): string => `${String(Math.round(value)).padStart(3)}%`;
	const [us = 0, ni = 0, sy = 0, id = 0, wa = 0, hi = 0, si = 0] = cpuShares(before, sample);
	const load = ((yield * readText(t.process, '/proc/loadavg')) ?? '').trim();
	const lines = byShare(sample.processes, before, sample).map(({info, share}) => {
		const size = Math.floor(info.virtualBytes / 1024);
		const shownSize = size >= 100_000 ? `${Math.floor(size / 1024)}m` : String(size);
		return `${String(info.pid).padStart(5)} ${String(info.ppid).padStart(5)} ${(accounts.userName(info.uid) ?? String(info.uid)).slice(0, 8).padEnd(8)} ${info.state.padEnd(3)} ${shownSize.padStart(6)} ${whole(size * 100 / Math.max(kib('MemTotal'), 1))} ${whole(share)} ${commandOf(info)}\n`;
	});
	return `Mem: ${kib('MemTotal') - kib('MemFree')}K used, ${kib('MemFree')}K free, ${kib('Shmem')}K shrd, ${kib('Buffers')}K buff, ${kib('Cached')}K cached
CPU: ${whole(us)} usr ${whole(sy)} sys ${whole(ni)} nic ${whole(id)} idle ${whole(wa)} io ${whole(hi)} irq ${whole(si)} sirq
Load average: ${load}
  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND
${lines.join('')}`;
}
