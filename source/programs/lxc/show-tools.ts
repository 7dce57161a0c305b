// lxc-ls(1), lxc-info(1), lxc-cgroup(1), lxc-config(1). Source: LXC 5.0.2, src/lxc/tools/lxc_ls.c, lxc_info.c, lxc_cgroup.c, lxc_config.c.
//
// Simplified: lxc-info shows of a container's usage, and lxc-checkconfig of the kernel's features, only what is modelled; the other lines of the
// real ones are left out.

import {encodeText} from '../../base/bytes.js';
import {failed} from '../../model/kernel/errno.js';
import {getLink} from '../../model/network/link.js';
import type {Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';
import {printTo} from '../standard-io.js';
import {tool, type Tool} from '../tool.js';
import {allSettings, containerNames, findContainer, isBadConfig, type LxcContainer, lxcPath, readFile, setting} from './container.js';
import {cgroupRoot, findRunning, linksOf, payloadGroup, type Running} from './state.js';
import {lxcCommand, noName, pathName, takeName, trouble, load} from './words.js';

const listCommand = lxcCommand('lxc-ls', 'list containers', '\n[-P lxcpath] [--active] [--running] [--frozen] [--stopped] [--nesting] [-g groups] [--filter regex]', {
	line: {short: '1', long: 'line', help: 'show one entry per line'},
	fancy: {short: 'f', long: 'fancy', help: 'use a fancy, column-based output'},
	format: {short: 'F', long: 'fancy-format', value: 'COLUMNS', help: 'comma separated list of columns to show in the fancy output'},
	active: {long: 'active', help: 'list only active containers'},
	running: {long: 'running', help: 'list only running containers'},
	frozen: {long: 'frozen', help: 'list only frozen containers'},
	stopped: {long: 'stopped', help: 'list only stopped containers'},
	defined: {long: 'defined', help: 'list only defined containers'},
	groups: {short: 'g', long: 'groups', value: 'GROUPS', help: 'comma separated list of groups a container must have to be displayed'},
});

type ListName = keyof typeof listCommand.options;
type Row = {readonly container: LxcContainer; readonly running: Running | undefined};

const columnNames = ['NAME', 'STATE', 'AUTOSTART', 'GROUPS', 'IPV4', 'IPV6', 'UNPRIVILEGED'] as const;

export const lxcLs = tool(listCommand, function * (t) {
	const rows: Row[] = [];
	for (const name of containerNames(t.process)) {
		const container = yield * load(t, name);
		const running = typeof container === 'object' ? yield * findRunning(t.process, name) : undefined;
		if (typeof container === 'object' && isWanted(t, container, running)) {
			rows.push({container, running});
		}
	}

	if (rows.length === 0) {
		return 0;
	}

	if (!t.has('fancy', 'format')) {
		yield * listNames(t, rows.map(({container}) => container.name));
		return 0;
	}

	const names = (t.value('format') ?? columnNames.join(',')).split(',').map(name => name.toUpperCase());
	const unknown = names.find(name => !Object.hasOwn(cells, name));
	if (unknown !== undefined) {
		return yield * t.complain(`Invalid key: ${unknown}`);
	}

	const table = [names, ...rows.map(row => names.map(name => cells[name]!(t.process, row)))];
	const widths = names.map((_, column) => Math.max(...table.map(line => line[column]!.length)));
	for (const line of table) {
		yield * t.print(`${line.map((cell, column) => `${cell.padEnd(widths[column]!)} `).join('')}\n`);
	}

	return 0;
});

function isWanted(t: Tool<ListName>, container: LxcContainer, running: Running | undefined): boolean {
	const state = running?.state ?? 'STOPPED';
	const groups = t.value('groups')?.split(',') ?? [];
	const own = allSettings(container, 'lxc.group').flatMap(list => list.split(/[\s,]+/v));
	return (!t.has('active', 'running') || running !== undefined) && (!t.has('frozen') || state === 'FROZEN') && (!t.has('stopped') || state === 'STOPPED') && groups.every(group => own.includes(group));
}

/** In columns as wide as the longest name, as many as the terminal has room for; one a line where there is none. */
function * listNames(t: Tool<ListName>, names: readonly string[]): Blocking<void> {
	const size = t.has('line') ? undefined : t.sys.windowSize(1);
	const width = Math.max(...names.map(name => name.length)) + 2;
	const perLine = size === undefined || failed(size) ? 1 : Math.max(1, Math.floor(size.columns / width));
	for (let at = 0; at < names.length; at += perLine) {
		yield * t.print(`${names.slice(at, at + perLine).map(name => t.has('line') ? name : name.padEnd(width)).join('')}\n`);
	}
}

const orDash = (text: string): string => text === '' ? '-' : text;

function addresses(process: Process, running: Running | undefined): readonly string[] {
	return running === undefined ? [] : linksOf(process, running.init).filter(({kind}) => kind !== 'loopback').flatMap(link => link.addresses.map(({address}) => address));
}

function megabytes(process: Process, {container, running}: Row, file: string): string {
	return running === undefined ? '-' : `${(Number(readFile(process.sys, `${payloadGroup(container.name)}/${file}`) ?? 0) / 2 ** 20).toFixed(2)}MB`;
}

const cells: Readonly<Record<string, (process: Process, row: Row) => string>> = {
	NAME: (_process, {container}) => container.name,
	STATE: (_process, {running}) => running?.state ?? 'STOPPED',
	PID: (_process, {running}) => running === undefined ? '-' : String(running.init),
	RAM: (process, row) => megabytes(process, row, 'memory.current'),
	SWAP: (process, row) => megabytes(process, row, 'memory.swap.current'),
	AUTOSTART: (_process, {container}) => setting(container, 'lxc.start.auto') ?? '0',
	GROUPS: (_process, {container}) => orDash(allSettings(container, 'lxc.group').join(', ')),
	INTERFACE: (process, {running}) => orDash(running === undefined ? '' : linksOf(process, running.init).map(({name}) => name).sort().join(', ')),
	IPV4: (process, {running}) => orDash(addresses(process, running).join(', ')),
	// Simplified: links have no addresses of version 6.
	IPV6: () => '-',
	UNPRIVILEGED: () => 'false',
};

const infoCommand = lxcCommand('lxc-info', 'display some information about a container with the identifier NAME', '--name=NAME', {
	config: {short: 'c', long: 'config', value: 'KEY', help: 'show configuration variable KEY from running container'},
	ips: {short: 'i', long: 'ips', help: 'shows the IP addresses'},
	pid: {short: 'p', long: 'pid', help: 'shows the process id of the init container'},
	stats: {short: 'S', long: 'stats', help: 'shows usage stats'},
	noHumanize: {short: 'H', long: 'no-humanize', help: 'shows stats as raw numbers, not humanized'},
	state: {short: 's', long: 'state', help: 'shows the state of the container'},
});

export const lxcInfo = tool(infoCommand, function * (t) {
	const name = takeName(t)?.name;
	if (name === undefined) {
		return yield * noName(t);
	}

	const container = findContainer(t.process, name);
	if (container === undefined || isBadConfig(container)) {
		yield * printTo(t.process, 2, container === undefined ? `${name} doesn't exist\n` : `Failed to load config for ${name}\nFailure to retrieve information on ${pathName(name)}\n`);
		return 1;
	}

	const running = yield * findRunning(t.process, name);
	const isWanted = (option: 'state' | 'pid' | 'ips' | 'stats'): boolean => t.has(option) || !t.has('state', 'pid', 'ips', 'stats', 'config');
	const isAll = !t.has('state', 'pid', 'ips', 'stats', 'config');
	const isPlain = t.has('noHumanize');
	const row = (label: string, value: string): string => isPlain && !isAll ? `${value}\n` : `${label.padEnd(15)} ${value}\n`;
	yield * t.print(isAll ? row('Name:', name) : '');
	yield * t.print(isWanted('state') ? row('State:', running?.state ?? 'STOPPED') : '');
	if (running !== undefined) {
		yield * t.print(isWanted('pid') ? row('PID:', String(running.init)) : '');
		yield * t.print(isWanted('ips') ? addresses(t.process, running).map(address => row('IP:', address)).join('') : '');
		yield * t.print(isWanted('stats') ? trafficRows(t.process, running, isPlain) : '');
	}

	for (const key of t.values('config')) {
		const values = allSettings(container, key);
		yield * t.out.flush();
		yield * values.length === 0 ? printTo(t.process, 2, `${key} invalid\n`) : t.print(values.map(value => `${key} = ${value}\n`).join(''));
	}

	return 0;
});

/** What passed the host's end of the container's first veth: received there is sent by the container. */
function trafficRows(process: Process, running: Running, isPlain: boolean): string {
	const peer = linksOf(process, running.init).find(link => link.peer !== undefined)?.peer;
	if (peer === undefined) {
		return '';
	}

	const link = getLink(process.sys.kernel().tx, peer.namespace, peer.index);
	const row = (label: string, value: string): string => `${label.padEnd(15)} ${value}\n`;
	const size = (bytes: number): string => isPlain ? String(bytes) : humanBytes(bytes);
	return `${row('Link:', link.name)}${row(' TX bytes:', size(link.receivedBytes))}${row(' RX bytes:', size(link.sentBytes))}${row(' Total bytes:', size(link.receivedBytes + link.sentBytes))}`;
}

function humanBytes(bytes: number): string {
	const [unit, size] = ([['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]] as const).find(([, least]) => bytes > least) ?? ['bytes', 1];
	return unit === 'bytes' ? `${bytes} bytes` : `${(bytes / size).toFixed(2)} ${unit}`;
}

const cgroupCommand = lxcCommand('lxc-cgroup', 'get or set subsystem value from or to the control group', '--name=NAME state-object [value]', {});

export const lxcCgroup = tool(cgroupCommand, function * (t) {
	const taken = takeName(t);
	if (taken === undefined) {
		return yield * noName(t);
	}

	const {name, rest: [object, value]} = taken;
	if (object === undefined) {
		return yield * trouble(t, name, ['../src/lxc/tools/lxc_cgroup.c: my_checker: 46 Missing state object']);
	}

	if ((yield * findRunning(t.process, name)) === undefined) {
		return yield * trouble(t, name, [`../src/lxc/tools/lxc_cgroup.c: main: 102 '${pathName(name)}' is not running`]);
	}

	const path = `${payloadGroup(name)}/${object}`;
	const fd = object.includes('/') ? undefined : t.sys.open(path, {write: value !== undefined, read: value === undefined});
	if (value !== undefined) {
		const written = fd === undefined || failed(fd) ? {errno: 'ENOENT' as const} : t.sys.write(fd, encodeText(`${value}\n`));
		return failed(written) ? yield * trouble(t, name, [`../src/lxc/tools/lxc_cgroup.c: main: 111 Failed to assign '${value}' value to '${object}' for '${name}'`]) : 0;
	}

	const text = fd === undefined || failed(fd) ? undefined : readFile(t.sys, path);
	if (text === undefined) {
		return yield * trouble(t, name, [`../src/lxc/tools/lxc_cgroup.c: main: 122 Failed to retrieve value of '${object}' for '${pathName(name)}'`]);
	}

	yield * t.print(text.endsWith('\n') ? text : `${text}\n`);
	return 0;
});

const configItems: Readonly<Record<string, string>> = {
	'lxc.default_config': '/etc/lxc/default.conf', 'lxc.lxcpath': lxcPath, 'lxc.bdev.lvm.vg': 'lxc', 'lxc.bdev.lvm.thin_pool': 'lxc', 'lxc.bdev.zfs.root': 'lxc', 'lxc.cgroup.use': '', 'lxc.cgroup.pattern': '',
};

const configCommand = lxcCommand('lxc-config', 'query LXC system configuration', '-l | [item]', {list: {short: 'l', help: 'list all available configuration items'}});

export const lxcConfig = tool(configCommand, function * (t) {
	if (t.has('list')) {
		yield * t.print(`${Object.keys(configItems).join('\n')}\n`);
		return 0;
	}

	const [item = ''] = t.operands;
	if (!Object.hasOwn(configItems, item)) {
		yield * printTo(t.process, 2, `Unknown configuration item: ${item}\n`);
		return 1;
	}

	yield * t.print(`${configItems[item]}\n`);
	return 0;
});

/** What the model's kernel has, asked of it, under the words of lxc-checkconfig. */
export const lxcCheckconfig = tool(lxcCommand('lxc-checkconfig', 'check the current kernel for lxc support', '', {}), function * (t) {
	const has = (path: string): string => failed(t.sys.stat(path)) ? 'missing' : 'enabled';
	const controllers = (readFile(t.sys, `${cgroupRoot}/cgroup.controllers`) ?? '').split(/\s+/v);
	const kinds = [['Utsname', 'uts'], ['Ipc', 'ipc'], ['Pid', 'pid'], ['User', 'user'], ['Network', 'net']] as const;
	yield * t.print([
		'LXC version 5.0.2', '', '--- Namespaces ---', `Namespaces: ${has('/proc/self/ns')}`, ...kinds.map(([word, kind]) => `${word} namespace: ${has(`/proc/self/ns/${kind}`)}`), '',
		'--- Control groups ---', `Cgroups: ${has(cgroupRoot)}`, `Cgroup namespace: ${has('/proc/self/ns/cgroup')}`, 'Cgroup v1 mount points: ', 'Cgroup v2 mount points: ', ` - ${cgroupRoot}`,
		`Cgroup memory controller: ${controllers.includes('memory') ? 'enabled' : 'missing'}`, `Cgroup cpuset: ${controllers.includes('cpuset') ? 'enabled' : 'missing'}`, '', '',
	].join('\n'));
	return 0;
});
