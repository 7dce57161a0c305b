// lxc-start(1), lxc-execute(1), lxc-attach(1), lxc-stop(1), lxc-wait(1), lxc-freeze(1), lxc-unfreeze(1). Source: LXC 5.0.2, src/lxc/tools.

import {encodeText} from '../../base/bytes.js';
import {read, sleep, write} from '../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {Process, Running} from '../../model/kernel/program.js';
import {parseSignal, type SignalName} from '../../model/kernel/signal.js';
import {inChild} from '../enter-program.js';
import {executeByPath} from '../run-command.js';
import type {Blocking} from '../standard-io.js';
import {tool, type Tool} from '../tool.js';
import {type LxcContainer, setting, writeText} from './container.js';
import {runContainer, type Trouble} from './monitor.js';
import {dropCapabilities, type Payload} from './payload.js';
import {findRunning, type LxcState, monitorTitle, payloadGroup, type Running as RunningContainer} from './state.js';
import {load, lxcCommand, noName, pathName, takeName, trouble} from './words.js';

const startCommand = lxcCommand('lxc-start', 'start COMMAND in specified container NAME', '--name=NAME -- COMMAND', {
	daemon: {short: 'd', long: 'daemon', help: 'Daemonize the container (default)'},
	foreground: {short: 'F', long: 'foreground', help: 'Start with the current tty attached to /dev/console'},
	define: {short: 's', long: 'define', value: 'KEY=VAL', help: 'Assign VAL to configuration variable KEY'},
}, true);

export const lxcStart = tool(startCommand, function * (t) {
	const taken = takeName(t);
	if (taken === undefined) {
		return yield * noName(t);
	}

	const {name, rest} = taken;
	if (t.sys.credentials().uid !== 0) {
		return yield * trouble(t, name, [`../src/lxc/tools/lxc_start.c: main: 190 You lack access to ${t.process.env.get('HOME') ?? '/'}/.local/share/lxc`]);
	}

	const container = yield * load(t, name, '../src/lxc/tools/lxc_start.c: main: 240 Failed to create lxc_container');
	if (typeof container !== 'object') {
		return container ?? (yield * trouble(t, name, ['../src/lxc/tools/lxc_start.c: main: 266 No container config specified']));
	}

	if ((yield * findRunning(t.process, name)) !== undefined) {
		return yield * trouble(t, name, ['../src/lxc/tools/lxc_start.c: main: 256 Container is already running'], 0);
	}

	const argv = rest.length > 0 ? rest : (setting(container, 'lxc.init.cmd') ?? '/sbin/init').split(' ');
	const changed = {...container, settings: [...container.settings, ...t.values('define').map(text => ({key: text.split('=')[0]!.trim(), value: text.split('=').slice(1).join('=').trim(), line: text}))]};
	return yield * t.last('daemon', 'foreground') === 'foreground' ? startHere(t, changed, argv) : startBehind(t, changed, argv);
});

const failedToStart = '../src/lxc/tools/lxc_start.c: main: 306 The container failed to start';
const moreOptions = '../src/lxc/tools/lxc_start.c: main: 311 Additional information can be obtained by setting the --logfile and --logpriority options';

/** In the foreground the monitor is a child that keeps the terminal. */
function * startHere(t: Tool<string>, container: LxcContainer, argv: readonly string[]): Running {
	return yield * inChild(t.process, t.name, function * (monitor) {
		monitor.sys.setProcessTitle(monitorTitle(container.name));
		const {trouble: wrong} = yield * runContainer(monitor, container, {argv, isChild: false}, function * () {});
		return wrong.length === 0 ? 0 : yield * trouble(t, container.name, [...wrong, `../src/lxc/start.c: __lxc_start: 2107 Failed to spawn container "${container.name}"`, failedToStart, moreOptions]);
	});
}

/** As a daemon; what goes wrong after the fork is only logged. */
function * startBehind(t: Tool<string>, container: LxcContainer, argv: readonly string[]): Running {
	const isStarted = yield * startMonitor(t.process, container, {argv, isChild: false});
	return isStarted ? 0 : yield * trouble(t, container.name, [
		'../src/lxc/lxccontainer.c: wait_on_daemonized_start: 878 Received container state "ABORTING" instead of "RUNNING"', failedToStart,
		'../src/lxc/tools/lxc_start.c: main: 309 To get more details, run the container in foreground mode', moreOptions,
	]);
}

function * startMonitor(process: Process, container: LxcContainer, payload: Payload): Blocking<boolean> {
	const pipe = process.sys.pipe();
	if (failed(pipe)) {
		return false;
	}

	const monitor = process.sys.fork(child => detachedMonitor(child, container, payload, pipe));
	process.sys.close(pipe.writeEnd);
	const answer = failed(monitor) ? monitor : yield * read(process, pipe.readEnd, 1);
	return !failed(answer) && answer.length === 1;
}

function * detachedMonitor(process: Process, container: LxcContainer, payload: Payload, pipe: {readonly readEnd: number; readonly writeEnd: number}): Running {
	const {sys} = process;
	sys.close(pipe.readEnd);
	sys.setsid();
	sys.setProcessTitle(monitorTitle(container.name));
	sys.setCloseOnExec(pipe.writeEnd, true);
	sys.chdir('/');
	const nothing = sys.open('/dev/null', {read: true, write: true});
	for (const fd of failed(nothing) ? [] : [0, 1, 2]) {
		sys.dup2(nothing as number, fd);
	}

	const {status} = yield * runContainer(process, container, payload, function * () {
		yield * write(process, pipe.writeEnd, encodeText('r'));
		sys.close(pipe.writeEnd);
	});
	return status;
}

const executeCommand = lxcCommand('lxc-execute', 'creates a container with the identifier NAME and execs COMMAND into this container', '--name=NAME -- COMMAND', {}, true);

export const lxcExecute = tool(executeCommand, function * (t) {
	const taken = takeName(t);
	if (taken === undefined) {
		return yield * noName(t);
	}

	const container = yield * load(t, taken.name, '../src/lxc/tools/lxc_execute.c: main: 172 Failed to create lxc_container');
	if (typeof container !== 'object') {
		return container ?? (yield * trouble(t, taken.name, ['../src/lxc/tools/lxc_execute.c: main: 179 Executing a container with no configuration file may crash the host']));
	}

	if (taken.rest.length === 0) {
		return yield * t.complain('Missing command to execute');
	}

	if ((yield * findRunning(t.process, taken.name)) !== undefined) {
		return yield * trouble(t, taken.name, ['../src/lxc/lxccontainer.c: do_lxcapi_start: 860 Container is already running', '../src/lxc/tools/lxc_execute.c: main: 227 Failed run an application inside container']);
	}

	return yield * inChild(t.process, t.name, function * (monitor) {
		monitor.sys.setProcessTitle(monitorTitle(container.name));
		const ended = yield * runContainer(monitor, container, {argv: taken.rest, isChild: true}, function * () {});
		return ended.trouble.length === 0 ? ended.status : yield * trouble(t, container.name, executeTrouble(ended.trouble));
	});
});

function executeTrouble(lines: Trouble): readonly string[] {
	return [...lines, '../src/lxc/tools/lxc_execute.c: main: 227 Failed run an application inside container'];
}

const attachCommand = lxcCommand('lxc-attach', 'Execute the specified COMMAND - enter the container NAME', '--name=NAME [-- COMMAND]', {
	clearEnv: {long: 'clear-env', help: 'Clear all environment variables before attaching.'},
	keepEnv: {long: 'keep-env', help: 'Keep all current environment variables.'},
	setVar: {short: 'v', long: 'set-var', value: 'NAME=VALUE', help: 'Set an additional variable that is seen by the attached program in the container.'},
}, true);

export const lxcAttach = tool(attachCommand, function * (t) {
	const taken = takeName(t);
	if (taken === undefined) {
		return yield * noName(t);
	}

	const {name, rest} = taken;
	const container = yield * load(t, name, '../src/lxc/tools/lxc_attach.c: main: 277 Failed to create lxc_container');
	const running = typeof container === 'object' ? yield * findRunning(t.process, name) : undefined;
	if (typeof container !== 'object' || running === undefined) {
		return typeof container === 'number' ? container : yield * trouble(t, name, [
			'../src/lxc/attach.c: get_attach_context: 406 Connection refused - Failed to get init pid', '../src/lxc/attach.c: lxc_attach: 1470 Connection refused - Failed to get attach context',
		]);
	}

	return yield * attach(t, container, running, rest);
});

/** Joins the container's control group, then its namespaces; the program is a child, because it has a number in the new pid namespace. */
function * attach(t: Tool<'clearEnv' | 'keepEnv' | 'setVar' | 'name' | 'quiet'>, container: LxcContainer, {init}: RunningContainer, argv: readonly string[]): Running {
	const {sys} = t;
	const files = ['cgroup', 'ipc', 'uts', 'net', 'pid', 'mnt'].map(kind => sys.open(`/proc/${init}/ns/${kind}`, {read: true}));
	const cwd = sys.getcwd();
	sys.mkdir(`${payloadGroup(container.name)}/.lxc`, 0o755);
	return yield * inChild(t.process, t.name, function * (middle) {
		writeText(middle, `${payloadGroup(container.name)}/.lxc/cgroup.procs`, '0');
		for (const fd of files) {
			const entered = failed(fd) ? fd : middle.sys.setns(fd);
			if (failed(entered)) {
				return yield * trouble(t, container.name, [`../src/lxc/attach.c: lxc_attach: 1522 ${errorTextOf(entered)} - Failed to enter namespaces`]);
			}
		}

		return yield * inChild(middle, t.name, child => attached(t, child, container, {argv, cwd: failed(cwd) ? '/' : cwd.path}));
	});
}

function * attached(t: Tool<'clearEnv' | 'keepEnv' | 'setVar' | 'name' | 'quiet'>, process: Process, container: LxcContainer, {argv, cwd}: {readonly argv: readonly string[]; readonly cwd: string}): Running {
	const {sys} = process;
	if (failed(sys.chdir(cwd))) {
		sys.chdir('/');
	}

	dropCapabilities(process, container);
	sys.setgroups([]);
	const environment = new Map(t.has('clearEnv') ? [['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']] : process.env).set('container', 'lxc');
	for (const text of t.values('setVar')) {
		environment.set(text.split('=')[0]!, text.split('=').slice(1).join('='));
	}

	const command = argv.length > 0 ? argv : ['/bin/sh'];
	const image = executeByPath(process, command, environment);
	if (failed(image)) {
		return yield * trouble(t, container.name, [`../src/lxc/attach.c: lxc_attach_run_command: 1841 ${errorTextOf(image)} - Failed to exec "${command[0]}"`], image.errno === 'ENOENT' ? 127 : 126);
	}

	return yield * image.run();
}

const stopCommand = lxcCommand('lxc-stop', 'stops a container with the identifier NAME', '--name=NAME', {
	kill: {short: 'k', long: 'kill', help: 'kill container rather than request clean shutdown'},
	noWait: {short: 'W', long: 'nowait', help: 'don\'t wait for shutdown or reboot to complete'},
	noKill: {long: 'nokill', help: 'Only request clean shutdown, do not force kill after timeout'},
	timeout: {short: 't', long: 'timeout', value: 'T', help: 'wait T seconds before hard-stopping'},
});

export const lxcStop = tool(stopCommand, function * (t) {
	const name = takeName(t)?.name;
	if (name === undefined) {
		return yield * noName(t);
	}

	const container = yield * load(t, name, '../src/lxc/tools/lxc_stop.c: main: 155 Error opening container');
	if (typeof container === 'number') {
		return container;
	}

	const running = yield * findRunning(t.process, name);
	if (container === undefined || running === undefined) {
		return yield * trouble(t, name, [`../src/lxc/tools/lxc_stop.c: main: 168 ${name} is not running`], 2);
	}

	thaw(t.process, name, running);
	if (t.has('kill')) {
		t.sys.kill(running.init, 'KILL');
		return (yield * waitStopped(t.process, name)) ? 0 : 1;
	}

	t.sys.kill(running.init, haltSignal(container));
	if (t.has('noWait')) {
		return 0;
	}

	const seconds = Number(t.value('timeout') ?? '60');
	if (yield * waitStopped(t.process, name, seconds * 1e9)) {
		return 0;
	}

	if (!t.has('noKill')) {
		t.sys.kill(running.init, 'KILL');
	}

	return t.has('noKill') || !(yield * waitStopped(t.process, name)) ? 1 : 0;
});

/** Frozen processes take no signals. */
export function thaw(process: Process, name: string, {state}: RunningContainer): void {
	if (state === 'FROZEN') {
		writeText(process, `${payloadGroup(name)}/cgroup.freeze`, '0');
	}
}

/** SIGPWR, which asks an init to shut down, unless the container's init wants another. */
function haltSignal(container: LxcContainer): SignalName {
	return parseSignal(setting(container, 'lxc.signal.halt') ?? 'PWR') ?? 'PWR';
}

const pollNs = 100e6;

export function * waitStopped(process: Process, name: string, limitNs = Number.POSITIVE_INFINITY): Blocking<boolean> {
	const untilNs = process.sys.now() + limitNs;
	while ((yield * findRunning(process, name)) !== undefined) {
		if (process.sys.now() >= untilNs) {
			return false;
		}

		yield * sleep(process, pollNs);
	}

	return true;
}

const waitCommand = lxcCommand('lxc-wait', 'waits for NAME container state to reach STATE', '--name=NAME --state=STATE', {
	state: {short: 's', long: 'state', value: 'STATE', help: 'ORed states to wait for'},
	timeout: {short: 't', long: 'timeout', value: 'TMO', help: 'Seconds to wait for state changes'},
});

const stateNames = ['STOPPED', 'STARTING', 'RUNNING', 'STOPPING', 'ABORTING', 'FREEZING', 'FROZEN', 'THAWED'];

export const lxcWait = tool(waitCommand, function * (t) {
	const name = takeName(t)?.name;
	const wanted = t.value('state')?.split('|');
	if (name === undefined || wanted === undefined) {
		return yield * name === undefined ? noName(t) : t.complain('could not parse command line');
	}

	const unknown = wanted.find(state => !stateNames.includes(state));
	if (unknown !== undefined) {
		return yield * trouble(t, name, [`../src/lxc/state.c: lxc_str2state: 51 invalid state '${unknown}'`]);
	}

	const untilNs = t.has('timeout') ? t.sys.now() + Number(t.value('timeout')) * 1e9 : Number.POSITIVE_INFINITY;
	while (!wanted.includes((yield * stateOf(t.process, name)))) {
		if (t.sys.now() >= untilNs) {
			return 1;
		}

		yield * sleep(t.process, pollNs);
	}

	return 0;
});

export function * stateOf(process: Process, name: string): Blocking<LxcState> {
	return (yield * findRunning(process, name))?.state ?? 'STOPPED';
}

function freezer(name: string, summary: string, value: '0' | '1') {
	const verb = name.slice('lxc-'.length);
	return tool(lxcCommand(name, summary, '--name=NAME', {}), function * (t) {
		const container = takeName(t)?.name;
		if (container === undefined) {
			return yield * noName(t);
		}

		const loaded = yield * load(t, container, `../src/lxc/tools/lxc_${verb}.c: main: 67 Failed to load config`);
		if (typeof loaded === 'number') {
			return loaded;
		}

		const running = loaded === undefined ? undefined : yield * findRunning(t.process, container);
		if (running !== undefined && writeText(t.process, `${payloadGroup(container)}/cgroup.freeze`, value)) {
			return 0;
		}

		// A container that is stopped counts as thawed.
		return loaded !== undefined && value === '0' ? 0 : yield * trouble(t, container, [`../src/lxc/tools/lxc_${verb}.c: main: 87 Failed to ${verb} ${pathName(container)}`]);
	});
}

export const lxcFreeze = freezer('lxc-freeze', 'freezes a container with the identifier NAME', '1');
export const lxcUnfreeze = freezer('lxc-unfreeze', 'unfreezes a container with the identifier NAME', '0');
