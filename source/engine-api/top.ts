// GET /containers/{id}/top: the processes of a container as `ps` on the host shows them. Source: moby/moby daemon/top_unix.go, ps(1).
//
// Simplified: of ps's options, `-ef`, `aux` and `-o` with the common columns.

import {nowNs, secondNs, wallTime} from '../base/clock.js';
import {civilFromSeconds} from '../base/calendar.js';
import {clockText} from '../base/internet-date.js';
import type {Json} from '../base/json.js';
import type {Container} from '../model/container/container-schema.js';
import {isRunning} from '../model/container/container-store.js';
import {engineError, type EngineError, type EngineReader} from '../model/container/engine.js';
import type {Kernel, Task} from '../model/kernel/schema.js';
import {allTasks, pidIn} from '../model/kernel/tasks.js';

type Column = {readonly title: string; readonly value: (task: Task, view: View) => string};
type View = {readonly engine: EngineReader; readonly kernel: Kernel; readonly nowNs: number};

function cpuText(task: Task): string {
	const seconds = Math.floor(task.cpuNs / secondNs);
	return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(part => String(part).padStart(2, '0')).join(':');
}

function commandLine(task: Task): string {
	return task.argv.length === 0 ? `[${task.name}]` : task.argv.join(' ');
}

function share(part: number, whole: number): string {
	return (whole <= 0 ? 0 : Math.floor(part * 1000 / whole) / 10).toFixed(1);
}

const columns: Readonly<Record<string, Column>> = {
	user: {title: 'USER', value: task => userName(task.uid)},
	uid: {title: 'UID', value: task => userName(task.uid)},
	pid: {title: 'PID', value: task => String(task.id)},
	ppid: {title: 'PPID', value: task => String(task.parent)},
	c: {title: 'C', value: (task, view) => String(Math.min(Math.floor(task.cpuNs * 100 / Math.max(view.nowNs - task.startNs, 1)), 99))},
	stime: {title: 'STIME', value: (task, {engine}) => clockText(civilFromSeconds(wallTime(engine.tx, task.startNs).seconds)).slice(0, 5)},
	tty: {title: 'TTY', value: task => task.terminal === undefined ? '?' : `pts/${task.terminal}`},
	time: {title: 'TIME', value: cpuText},
	cmd: {title: 'CMD', value: commandLine},
	args: {title: 'COMMAND', value: commandLine},
	comm: {title: 'COMMAND', value: task => task.name},
	rss: {title: 'RSS', value: task => String(Math.floor(task.memoryBytes / 1024))},
	vsz: {title: 'VSZ', value: task => String(Math.floor(task.memoryBytes / 1024))},
	pcpu: {title: '%CPU', value: (task, view) => share(task.cpuNs, view.nowNs - task.startNs)},
	pmem: {title: '%MEM', value: (task, view) => share(task.memoryBytes, view.kernel.memoryBytes)},
	stat: {title: 'STAT', value: task => ({runnable: 'R', sleeping: 'S', stopped: 'T', zombie: 'Z', frozen: 'D'})[task.state]},
};

const aliases: Readonly<Record<string, string>> = {command: 'args', ucmd: 'comm', tname: 'tty', tt: 'tty', '%cpu': 'pcpu', '%mem': 'pmem', euser: 'user', start: 'stime', state: 'stat', s: 'stat'};

/** Names of the few accounts that every image has. */
function userName(uid: number): string {
	return uid === 0 ? 'root' : (uid === 65_534 ? 'nobody' : String(uid));
}

function chooseColumns(args: string): readonly string[] | EngineError {
	const words = args.trim().split(/\s+/v).filter(word => word !== '');
	if (words.length === 0 || (words.length === 1 && ['-ef', 'ef', '-e', '-f'].includes(words[0]!))) {
		return ['uid', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'];
	}

	if (words.length === 1 && ['aux', '-aux', 'axu', 'u'].includes(words[0]!)) {
		return ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tty', 'stat', 'stime', 'time', 'args'];
	}

	const joined = words.join(' ');
	const list = /^(?:-?(?:eo|o|e -o|ax -o|axo)) ?(?<names>[\w%,]+)$/v.exec(joined)?.groups?.['names'];
	const names = list?.split(',').map(name => aliases[name.toLowerCase()] ?? name.toLowerCase());
	if (names === undefined) {
		return engineError(500, `ps: error: unsupported option: virtlab does not model ps ${joined}`);
	}

	const unknown = names.find(name => columns[name] === undefined);
	return unknown === undefined ? names : engineError(500, `ps: error: unknown user-defined format specifier "${unknown}"`);
}

export function topJson(engine: EngineReader, container: Container, args: string): Json | EngineError {
	if (!isRunning(container)) {
		return engineError(409, `container ${container.id} is not running`);
	}

	const chosen = chooseColumns(args);
	if (!Array.isArray(chosen)) {
		return chosen as EngineError;
	}

	if (!chosen.includes('pid')) {
		return engineError(500, 'Couldn\'t find PID field in ps output');
	}

	const kernel = engine.tx.get('kernel', engine.engine)!;
	const view: View = {engine, kernel, nowNs: nowNs(engine.tx)};
	const namespace = container.namespaces?.pid;
	const tasks = [...allTasks(engine.tx, engine.engine)].filter(task => !task.isThread && (task.cgroup === container.cgroup
		|| (namespace !== undefined && namespace !== kernel.initial.pid && pidIn(task, namespace) !== undefined)));
	const wanted: readonly string[] = chosen;
	return {
		Processes: tasks.map(task => wanted.map(name => columns[name]!.value(task, view))),
		Titles: wanted.map(name => columns[name]!.title),
	};
}
