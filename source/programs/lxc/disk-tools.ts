// lxc-create(1), lxc-destroy(1), lxc-copy(1): containers on the disk. Source: LXC 5.0.2, src/lxc/tools, src/lxc/lxccontainer.c.

import {failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import {runCommand} from '../run-command.js';
import type {Blocking} from '../standard-io.js';
import {printTo} from '../standard-io.js';
import {tool, type Tool} from '../tool.js';
import {findContainer, isBadConfig, isName, type LxcContainer, lxcPath, readFile, rootfsOf, writeText} from './container.js';
import {makePath} from './payload.js';
import {thaw, waitStopped} from './run-tools.js';
import {findRunning} from './state.js';
import {templates} from './templates.js';
import {load, lxcCommand, noName, takeName, trouble} from './words.js';

const createCommand = lxcCommand('lxc-create', 'creates a container', '--name=NAME --template=TEMPLATE [OPTION...] [-- template-options]', {
	config: {short: 'f', long: 'config', value: 'CONFIG', help: 'Initial configuration file'},
	template: {short: 't', long: 'template', value: 'TEMPLATE', help: 'Template to use to setup container'},
	backing: {short: 'B', long: 'bdev', value: 'BDEV', help: 'Backing store type to use'},
});

const head = (template: string, args: readonly string[]): readonly string[] => [
	`# Template used to create this container: /usr/share/lxc/templates/lxc-${template}`, `# Parameters passed to the template:${args.map(arg => ` ${arg}`).join('')}`, '# For additional config options, please look at lxc.container.conf(5)', '',
	'# Uncomment the following line to support nesting containers:', '#lxc.include = /usr/share/lxc/config/nesting.conf', '# (Be aware this has security implications)', '',
];

const defaultConfig = ['lxc.net.0.type = veth', 'lxc.net.0.link = lxcbr0', 'lxc.net.0.flags = up', '', 'lxc.apparmor.profile = generated', 'lxc.apparmor.allow_nesting = 1'];

export const lxcCreate = tool(createCommand, function * (t) {
	const name = t.value('name') ?? (t.operands[0]?.startsWith('-') === false ? t.operands[0] : undefined);
	const template = t.value('template');
	if (name === undefined) {
		return yield * noName(t);
	}

	if (template === undefined) {
		return yield * trouble(t, name, ['../src/lxc/tools/lxc_create.c: main: 214 A template must be specified', '../src/lxc/tools/lxc_create.c: main: 215 Use "none" if you really want a container without a rootfs']);
	}

	const backing = t.value('backing') ?? 'dir';
	if (backing !== 'dir') {
		return yield * t.complain(`virtlab: the backing store ${backing} is not modelled`);
	}

	if (findContainer(t.process, name) !== undefined) {
		return yield * trouble(t, name, ['../src/lxc/tools/lxc_create.c: main: 264 Container already exists']);
	}

	const isMade = isName(name) && (makePath(t.sys, `${lxcPath}/${name}/rootfs`), !failed(t.sys.stat(`${lxcPath}/${name}/rootfs`)));
	if (!isMade || (template !== 'none' && templates[template] === undefined)) {
		removeIfEmpty(t.process, name);
		return yield * trouble(t, name, [...template === 'none' || templates[template] !== undefined ? [`../src/lxc/lxccontainer.c: __lxcapi_create: 1818 Failed to create container ${name}`] : [
			`../src/lxc/utils.c: get_template_path: 900 No such file or directory - bad template: ${template}`, `../src/lxc/lxccontainer.c: __lxcapi_create: 1799 Template "${template}" not found`,
		], `../src/lxc/tools/lxc_create.c: main: 317 Failed to create container ${name}`]);
	}

	return yield * fill(t, name, template);
});

function removeIfEmpty({sys}: Process, name: string): void {
	sys.rmdir(`${lxcPath}/${name}/rootfs`);
	sys.rmdir(`${lxcPath}/${name}`);
}

/** Runs the template and writes the configuration. */
function * fill(t: Tool<keyof typeof createCommand.options>, name: string, template: string): Blocking<number> {
	const directory = `${lxcPath}/${name}`;
	const initial = (t.value('config') === undefined ? readFile(t.sys, '/etc/lxc/default.conf') : readFile(t.sys, t.value('config')!))?.split('\n').filter(line => line !== '') ?? defaultConfig.filter(line => line !== '');
	const args = t.operands.filter(word => word !== name);
	const rootfs = `${directory}/rootfs`;
	const answer = template === 'none' ? {output: '', errors: '', settings: []} : templates[template]!(t.process, {name, rootfs}, args);
	yield * t.print(answer.output);
	yield * t.out.flush();
	yield * printTo(t.process, 2, answer.errors);
	if (answer.settings === undefined) {
		yield * runCommand(t, ['rm', '-rf', directory], word => word);
		return yield * trouble(t, name, ['../src/lxc/lxccontainer.c: create_run_template: 1628 Failed to create container from template', `../src/lxc/tools/lxc_create.c: main: 317 Failed to create container ${name}`]);
	}

	const own = template === 'none' ? [] : [`lxc.rootfs.path = dir:${rootfs}`];
	const lines = [...template === 'none' ? [] : head(template, args), ...initial, ...own, ...answer.settings];
	writeText(t.process, `${directory}/config`, `${lines.join('\n')}\n`, true);
	t.sys.chmod(directory, 0o770);
	t.sys.chmod(`${directory}/config`, 0o640);
	return 0;
}

const destroyCommand = lxcCommand('lxc-destroy', 'destroys a container with the identifier NAME', '--name=NAME [-f]', {
	force: {short: 'f', long: 'force', help: 'wait for the container to shut down'},
	snapshots: {short: 's', long: 'snapshots', help: 'destroy including all snapshots'},
});

export const lxcDestroy = tool(destroyCommand, function * (t) {
	const name = takeName(t)?.name;
	if (name === undefined) {
		return yield * noName(t);
	}

	const container = yield * load(t, name, '../src/lxc/tools/lxc_destroy.c: main: 212 System error loading container');
	if (typeof container !== 'object') {
		return container ?? (yield * trouble(t, name, ['../src/lxc/tools/lxc_destroy.c: main: 240 Container is not defined']));
	}

	const running = yield * findRunning(t.process, name);
	if (running !== undefined && !t.has('force')) {
		return yield * trouble(t, name, [`../src/lxc/tools/lxc_destroy.c: do_destroy: 91 ${name} is running`]);
	}

	if (running !== undefined) {
		thaw(t.process, name, running);
		t.sys.kill(running.init, 'KILL');
		yield * waitStopped(t.process, name);
	}

	if ((readFile(t.sys, `${container.directory}/lxc_snapshots`) ?? '0').trim() !== '0') {
		return yield * trouble(t, name, [`../src/lxc/tools/lxc_destroy.c: do_destroy: 76 Destroying ${name} failed: ${name} has clones`]);
	}

	changeCount(t.process, container, -1);
	return yield * runCommand(t, ['rm', '-rf', container.directory], word => word);
});

/** lxc_snapshots of a container counts the overlays that stand on it; lxc_rdepends of such a one names it. */
function changeCount(process: Process, {directory}: LxcContainer, by: number): void {
	const [, original] = readFile(process.sys, `${directory}/lxc_rdepends`)?.split('\n') ?? [];
	if (original !== undefined && original !== '') {
		const path = `${lxcPath}/${original}/lxc_snapshots`;
		writeText(process, path, `${Number(readFile(process.sys, path) ?? '0') + by}\n`, true);
	}
}

const copyCommand = lxcCommand('lxc-copy', 'clone a container', '--name=NAME [-P lxcpath] -N newname [-s]', {
	newName: {short: 'N', long: 'newname', value: 'NEWNAME', help: 'NEWNAME for the restored container name'},
	snapshot: {short: 's', long: 'snapshot', help: 'create snapshot instead of clone'},
	backing: {short: 'B', long: 'backingstorage', value: 'TYPE', help: 'backingstorage type for the container'},
	rename: {short: 'R', long: 'rename', help: 'rename container'},
});

export const lxcCopy = tool(copyCommand, function * (t) {
	const name = takeName(t)?.name;
	const newName = t.value('newName');
	if (name === undefined) {
		return yield * noName(t);
	}

	const container = findContainer(t.process, name);
	if (newName === undefined || container === undefined || isBadConfig(container) || findContainer(t.process, newName) !== undefined || !isName(newName) || (yield * findRunning(t.process, name)) !== undefined) {
		return newName === undefined ? yield * t.complain('New name for clone must be specified') : 1;
	}

	const rootfs = rootfsOf(container);
	const target = `${lxcPath}/${newName}`;
	const isOverlay = t.has('snapshot') || t.value('backing') === 'overlay';
	if (rootfs === undefined || rootfs.kind !== 'dir') {
		return yield * t.complain(`virtlab: copies of an overlay are not modelled; copy ${name}'s original`);
	}

	makePath(t.sys, target);
	t.sys.chmod(target, 0o770);
	const status = isOverlay ? makeOverlay(t.process, target, container) : yield * runCommand(t, ['cp', '-a', rootfs.path, `${target}/rootfs`], word => word);
	const path = isOverlay ? `overlay:${rootfs.path}:${target}/overlay/delta` : `dir:${target}/rootfs`;
	const kept = container.settings.filter(({key}) => key !== 'lxc.rootfs.path' && key !== 'lxc.uts.name').map(({line}) => line);
	writeText(t.process, `${target}/config`, `${[...kept, `lxc.rootfs.path = ${path}`, `lxc.uts.name = ${newName}`].join('\n')}\n`, true);
	t.sys.chmod(`${target}/config`, 0o640);
	if (!isOverlay) {
		writeText(t.process, `${target}/rootfs/etc/hostname`, `${newName}\n`, true);
	}

	if (status === 0 && t.has('rename')) {
		return yield * runCommand(t, ['rm', '-rf', container.directory], word => word);
	}

	return status;
});

function makeOverlay(process: Process, target: string, original: LxcContainer): number {
	for (const folder of ['rootfs', 'overlay/delta', 'overlay/work']) {
		makePath(process.sys, `${target}/${folder}`);
	}

	writeText(process, `${target}/lxc_rdepends`, `${lxcPath}\n${original.name}\n`, true);
	changeCount(process, {...original, directory: target}, 1);
	return 0;
}

export const lxcConsole = tool(lxcCommand('lxc-console', 'logs on the container with the identifier NAME', '--name=NAME', {}), function * (t) {
	const name = takeName(t)?.name;
	if (name === undefined) {
		return yield * noName(t);
	}

	const isRunning = (yield * findRunning(t.process, name)) !== undefined;
	return yield * isRunning ? t.complain(`virtlab: consoles are not modelled; use lxc-attach -n ${name}`) : trouble(t, name, [`../src/lxc/tools/lxc_console.c: main: 129 ${name} is not running`]);
});
