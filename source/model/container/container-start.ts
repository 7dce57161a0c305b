// Starting a container: networks, files, namespaces and limits, then a shim and under it the container's first process.
// Source: moby/moby daemon/start.go, oci_linux.go.

import {assert, must} from '../../base/assert.js';
import {nowNs} from '../../base/clock.js';
import {allCapabilities} from '../kernel/capabilities.js';
import {ensureCgroup, writeControl} from '../kernel/cgroup/cgroup2.js';
import {failed} from '../kernel/errno.js';
import type {Fd, Pid, Running} from '../kernel/program.js';
import {graft} from '../kernel/propagation.js';
import type {Mount, Place} from '../kernel/schema.js';
import {attachMount, hiddenMount} from '../kernel/mount-tree.js';
import {resolve, typeOf, getMount, pathOf} from '../kernel/vfs.js';
import {cgroupFiles} from './cgroup-limits.js';
import {containerDevices, ioMaxLines} from './container-devices.js';
import {defaultPath, environment, startExitCode} from './container-environment.js';
import {hasHealthcheck, startHealthMonitor} from './container-health.js';
import {type BindMount, containerInit, type InitRequest, type TmpfsMount} from './container-init.js';
import {containerExited, releaseResources} from './container-exit.js';
import {externalServers, hostnameText, hostsText, makeDirectories, resolvText, writeFile} from './container-files.js';
import {makeMerged, readTextFile} from './container-filesystem.js';
import type {Container, ContainerId, MountPoint, Propagation} from './container-schema.js';
import {restrictionsOf} from './container-restrictions.js';
import {containerShim, shimFds} from './container-shim.js';
import {changeContainer, containerChannel, getContainer, isRunning, logContainerEvent} from './container-store.js';
import {findUser} from './container-user.js';
import {containerDirectory, layerPaths, layersRoot, logPath} from './container-view.js';
import {findNetwork, hostGateway} from './docker-network.js';
import {plug, setUpstream} from './endpoint.js';
import {engineError, type EngineError, isEngineError, newId} from './engine.js';
import {containerCaller, type EngineHost, fsContext, hostCaller, liveOf, notifyContainer, sleepOn, type Work} from './engine-host.js';
import {grantedCapabilities} from './granted-capabilities.js';
import {linkedEnvironment, linkedHosts, linkProblem} from './container-link.js';
import {publishPorts} from './port-publish.js';
import {makeNamespaces} from './sandbox.js';
import {type LogSettings, logSettings} from './log-settings.js';
import type {Layer} from './schema.js';
import {mountVolumes, volumeSource} from './volume-mount.js';

/** POST /containers/{id}/start. `parent` is the shim that starts the container again under a restart policy, if it is that. */
export function * startContainer(host: EngineHost, id: ContainerId): Work<EngineError | 'started' | 'already-started'> {
	const container = getContainer(host, id);
	if (container === undefined) {
		return engineError(404, `No such container: ${id}`);
	}

	if (container.state.status === 'paused') {
		return engineError(409, 'cannot start a paused container, try unpause instead');
	}

	if (isRunning(container)) {
		return 'already-started';
	}

	if (container.state.status === 'removing' || container.state.status === 'dead') {
		return engineError(409, 'container is marked for removal and cannot be started');
	}

	const started = yield * run(host, container);
	if (isEngineError(started)) {
		giveUp(host, id, started);
	}

	return started;
}

/** What a failed start leaves: the container as it was, with the reason and an exit code that clients take for the cause. */
function giveUp(host: EngineHost, id: ContainerId, problem: EngineError): void {
	const container = getContainer(host, id);
	if (container === undefined) {
		return;
	}

	releaseResources(host, container);
	changeContainer(host, id, {state: {
		status: container.state.startedNs === undefined ? 'created' : 'exited', exitCode: startExitCode(problem.message), error: problem.message, task: undefined, shim: undefined,
	}});
	notifyContainer(host, id);
}

function * run(host: EngineHost, container: Container): Work<EngineError | 'started'> {
	const sandboxed = openSandbox(host, container);
	if (isEngineError(sandboxed)) {
		return sandboxed;
	}

	const settings = logSettings(sandboxed.hostConfig.LogConfig, sandboxed.config);
	const problem = (isEngineError(settings) ? settings : gpuProblem(sandboxed)) ?? applyLimits(host, sandboxed) ?? mountVolumes(host, sandboxed);
	if (problem !== undefined) {
		return problem;
	}

	yield * writeFiles(host, sandboxed);
	if (sandboxed.hostConfig.LogConfig.Type === 'local') {
		makeDirectories(host.process, `${containerDirectory(sandboxed)}/local-logs`, 0o700);
	}

	const root = mountRoot(host, sandboxed);
	const request = initRequest(host, sandboxed, root);
	if (isEngineError(request)) {
		return request;
	}

	return yield * launch(host, sandboxed, {root, settings: isEngineError(settings) ? undefined : settings}, request);
}

/** No driver of this engine has graphics processors. Source: moby/moby daemon/devices.go handleDevice. */
function gpuProblem({hostConfig: {DeviceRequests}}: Container): EngineError | undefined {
	const [request] = DeviceRequests ?? [];
	const capabilities = Array.isArray(request?.['Capabilities']) ? request['Capabilities'].map(each => `[${Array.isArray(each) ? each.join(' ') : ''}]`).join(' ') : '';
	return request === undefined ? undefined : engineError(500, `could not select device driver "${typeof request['Driver'] === 'string' ? request['Driver'] : ''}" with capabilities: [${capabilities}]`);
}

/** Namespaces and networks. */
function openSandbox(host: EngineHost, container: Container): Container | EngineError {
	const namespaces = makeNamespaces(host, container);
	if (isEngineError(namespaces)) {
		return namespaces;
	}

	const {NetworkMode} = container.hostConfig;
	let open = must(changeContainer(host, container.id, {namespaces, sandbox: NetworkMode.startsWith('container:') ? '' : newId(host, 'sandbox-id')}), 'openSandbox');
	const unlinked = linkProblem(host, open);
	if (unlinked !== undefined) {
		return unlinked;
	}

	const missing = open.endpoints.map(endpoint => findNetwork(host, endpoint.networkName)).find(isEngineError);
	if (missing !== undefined) {
		return engineError(missing.status, `failed to set up container networking: ${missing.message}`);
	}

	for (const [index, endpoint] of open.endpoints.entries()) {
		const plugged = plug(host, open, endpoint, namespaces.net);
		if (isEngineError(plugged)) {
			return engineError(plugged.status, `failed to set up container networking: ${plugged.message}`);
		}

		open = must(changeContainer(host, open.id, {endpoints: open.endpoints.with(index, plugged)}), 'openSandbox');
	}

	const ports = publishPorts(host, open);
	return isEngineError(ports) ? ports : must(changeContainer(host, open.id, {ports}), 'openSandbox');
}

/** hostname, hosts and resolv.conf, in the container's directory on the host. */
export function * writeFiles(host: EngineHost, container: Container): Work<void> {
	const directory = containerDirectory(container);
	makeDirectories(host.process, directory, 0o710);
	const hostFile = readTextFile(hostCaller(host), '/etc/resolv.conf') ?? '';
	setUpstream(host, container, externalServers(container, hostFile));
	yield * writeFile(host.process, `${directory}/hostname`, hostnameText(container));
	yield * writeFile(host.process, `${directory}/hosts`, hostsText(container, {hostGateway: hostGateway(host), links: linkedHosts(host, container)}));
	yield * writeFile(host.process, `${directory}/resolv.conf`, resolvText(container, hostFile));
}

/** Makes the container's cgroup and writes its limits. */
export function applyLimits(host: EngineHost, {cgroup, hostConfig}: Container): EngineError | undefined {
	const context = fsContext(host);
	ensureCgroup(context, cgroup);
	const rates = ioMaxLines(host, hostConfig);
	if (isEngineError(rates)) {
		return rates;
	}

	for (const [file, value] of [...cgroupFiles(hostConfig), ...rates.map(line => ['io.max', line] as const)]) {
		writeControl(context, cgroup, file, `${value}\n`);
	}

	return undefined;
}

/** Merges the layers and makes them the root of the container's mount namespace; the host sees them too. */
function mountRoot(host: EngineHost, container: Container): Place {
	const context = fsContext(host);
	const merged = container.layer.merged ?? makeMerged(context, host, container);
	const paths = layerPaths(host, container);
	const {namespaces} = container;
	assert(namespaces !== undefined, 'mountRoot: no namespaces');
	changeContainer(host, container.id, {layer: {...container.layer, merged}});
	const node = typeOf(context, merged).root(context, merged);
	const mount = {
		fs: merged, root: node, source: 'overlay', type: 'overlay', flags: ['relatime'],
		fsOptions: [`lowerdir=${paths.lower}`, `upperdir=${paths.upper}`, `workdir=${paths.work}`, 'nouserxattr'],
	};
	mountOnHost(host, paths.merged, mount);
	showLayers(host, container);
	return {mount: attachMount(host.tx, namespaces.mnt, {...mount, parent: undefined, mountpoint: undefined}), node};
}

/**
 * Lets the host look into the directories that the overlay is made of: `diff` of the container and of its image's layers.
 *
 * Simplified: each of them is a filesystem of its own here, mounted where the real directory is, and left out of the lists of mounts;
 * an image's layers appear with its first container.
 */
function showLayers(host: EngineHost, container: Container): void {
	const {upper} = layerPaths(host, container);
	const directories = [{path: upper, fs: container.layer.upper}, ...layersBelow(host, container).map(({cacheId, fs}) => ({path: `${layersRoot}/${cacheId}/diff`, fs}))];
	for (const {path, fs} of directories) {
		if (failed(host.process.sys.lstat(path))) {
			const context = fsContext(host);
			mountOnHost(host, path, {fs, root: typeOf(context, fs).root(context, fs), source: 'overlay2', type: 'ext4', flags: ['relatime', hiddenMount], fsOptions: []});
		}
	}
}

function layersBelow(host: EngineHost, {layer}: Container): ReadonlyArray<Pick<Layer, 'cacheId' | 'fs'>> {
	const wanted = new Set(layer.imageLayers);
	return [...host.tx.table(`layer:${host.engine}`).values()].filter(({fs}) => wanted.has(fs));
}

function mountOnHost(host: EngineHost, path: string, mount: Omit<Parameters<typeof attachMount>[2], 'parent' | 'mountpoint'>): void {
	makeDirectories(host.process, path, 0o710);
	const caller = hostCaller(host);
	const found = resolve(caller, path, true);
	if (!failed(found)) {
		graft(caller.context, found.place, attachMount(host.tx, caller.task.namespaces.mnt, {...mount, parent: undefined, mountpoint: undefined}));
	}
}

function initRequest(host: EngineHost, container: Container, root: Place): Omit<InitRequest, 'report'> | EngineError {
	const {config, hostConfig, namespaces} = container;
	const caller = containerCaller(host, namespaces!.mnt, root);
	const user = findUser(caller, config.User ?? '', hostConfig.GroupAdd ?? []);
	if (isEngineError(user)) {
		// The daemon answers 500 here and 400 for exec.
		return engineError(500, user.message);
	}

	const binds = hostMounts(host, container);
	const devices = isEngineError(binds) ? binds : containerDevices(host, hostConfig);
	if (isEngineError(binds) || isEngineError(devices)) {
		return isEngineError(binds) ? binds : devices as EngineError;
	}

	return {
		argv: [container.path, ...container.args],
		env: environment(container, user.home, linkedEnvironment(host, container)),
		workingDir: config.WorkingDir ?? '',
		user,
		capabilities: grantedCapabilities(hostConfig),
		hasTerminal: config.Tty ?? false,
		usesInit: hostConfig.Init ?? false,
		mounts: {
			binds, shmBytes: hostConfig.ShmSize, isReadonly: hostConfig.ReadonlyRootfs, isPrivileged: hostConfig.Privileged, sysctls: Object.entries(hostConfig.Sysctls ?? {}), terminal: undefined,
			devices, maskedPaths: hostConfig.MaskedPaths ?? [], readonlyPaths: hostConfig.ReadonlyPaths ?? [],
		},
	};
}

/** The container's own files, and what it has mounted, outermost first. */
function hostMounts(host: EngineHost, container: Container): readonly (BindMount | TmpfsMount)[] | EngineError {
	const own = ownFiles(host, container);
	if (isEngineError(own)) {
		return own;
	}

	const asked = container.mounts.toSorted((a, b) => a.destination.split('/').length - b.destination.split('/').length).map(mount => mountOf(host, mount));
	const mounts = allOrError(asked);
	return isEngineError(mounts) ? mounts : [...own, ...mounts];
}

/** What docker wrote for the container, as mounts. */
export function ownFiles(host: EngineHost, container: Container): readonly BindMount[] | EngineError {
	const directory = containerDirectory(container);
	return allOrError(['resolv.conf', 'hostname', 'hosts'].map(name => bindOf(host, `${directory}/${name}`, {destination: `/etc/${name}`, isWritable: !container.hostConfig.ReadonlyRootfs})));
}

function allOrError<T>(results: ReadonlyArray<T | EngineError>): readonly T[] | EngineError {
	const values: T[] = [];
	for (const result of results) {
		if (isEngineError(result)) {
			return result;
		}

		values.push(result);
	}

	return values;
}

function mountOf(host: EngineHost, mount: MountPoint): BindMount | TmpfsMount | EngineError {
	if (mount.type === 'tmpfs') {
		return {destination: mount.destination, options: mount.tmpfsOptions, isWritable: mount.isWritable};
	}

	if (mount.type === 'volume' || mount.createSource) {
		makeDirectories(host.process, mount.source, 0o755);
	}

	const source = volumeSource(host, mount);
	return isEngineError(source) ? source : bindOf(host, source, mount);
}

/** What must be shared on the host before a container can share it (moby/moby oci, validatePropagationMode). */
function refusePropagation(host: EngineHost, path: string, mount: Mount, propagation: Propagation): EngineError | undefined {
	const isRefused = propagation.endsWith('shared') ? mount.peerGroup === 0 : propagation.endsWith('slave') && mount.peerGroup === 0 && mount.master === 0;
	if (!isRefused) {
		return undefined;
	}

	const mountpoint = pathOf(hostCaller(host), {mount: mount.id, node: mount.root});
	return engineError(500, `path ${path} is mounted on ${failed(mountpoint) ? '/' : mountpoint.path} but it is not a shared${propagation.endsWith('slave') ? ' or slave' : ''} mount`);
}

function bindOf(host: EngineHost, path: string, {destination, isWritable, propagation = 'rprivate', isAlone = false}: Pick<MountPoint, 'destination' | 'isWritable'> & Partial<Pick<MountPoint, 'propagation' | 'isAlone'>>): BindMount | EngineError {
	const caller = hostCaller(host);
	const found = resolve(caller, path, true);
	if (failed(found)) {
		return engineError(400, `invalid mount config for type "bind": bind source path does not exist: ${path}`);
	}

	const mount = getMount(caller, found.place.mount);
	return refusePropagation(host, path, mount, propagation) ?? {
		source: {fs: found.fs, node: found.place.node, device: mount.source, type: mount.type, isDirectory: found.attributes.type === 'directory', mount: mount.id, propagation, isAlone}, destination, isWritable,
	};
}

type StandardIo = {readonly init: ReadonlyMap<Fd, number>; readonly shim: ReadonlyMap<Fd, number>; readonly own: readonly Fd[]; readonly terminal: number | undefined};

/** Pipes or a terminal between the container and its shim. The daemon holds them only until both have them. */
function standardIo(host: EngineHost, {config, hostConfig}: Container): StandardIo {
	const {process: {sys}, access} = host;
	const fileOf = (fd: Fd) => must(access.fileOf(fd), 'standardIo: no file');
	if (config.Tty === true) {
		const [rows, columns] = hostConfig.ConsoleSize;
		const terminal = access.makeTerminal({columns: columns || 80, rows: rows || 24});
		assert(!failed(terminal), 'standardIo: no terminal');
		const slave = fileOf(terminal.slave);
		return {init: new Map([[0, slave], [1, slave], [2, slave]]), shim: new Map([[shimFds.output, fileOf(terminal.master)]]), own: [terminal.master, terminal.slave], terminal: terminal.terminal};
	}

	const output = sys.pipe();
	const errors = sys.pipe();
	const input = config.OpenStdin === true ? sys.pipe() : undefined;
	const nothing = input === undefined ? sys.open('/dev/null', {read: true}) : undefined;
	assert(!failed(output) && !failed(errors) && !failed(input) && !failed(nothing), 'standardIo: out of descriptors, or no /dev/null');
	const stdin = input?.readEnd ?? nothing!;
	return {
		init: new Map([[0, fileOf(stdin)], [1, fileOf(output.writeEnd)], [2, fileOf(errors.writeEnd)]]),
		shim: new Map([[shimFds.output, fileOf(output.readEnd)], [shimFds.errors, fileOf(errors.readEnd)], ...(input === undefined ? [] : [[shimFds.input, fileOf(input.writeEnd)] as const])]),
		own: [output.readEnd, output.writeEnd, errors.readEnd, errors.writeEnd, ...(input === undefined ? [stdin] : [input.readEnd, input.writeEnd])],
		terminal: undefined,
	};
}

function * launch(host: EngineHost, container: Container, {root, settings}: {readonly root: Place; readonly settings: LogSettings | undefined}, request: Omit<InitRequest, 'report'>): Work<EngineError | 'started'> {
	const {id, config, hostConfig, namespaces, cgroup} = container;
	const {initial} = must(host.tx.get('kernel', host.engine), 'launch: no kernel');
	const io = standardIo(host, container);
	const outcome: {init: Pid | undefined; problem: string | undefined; isKnown: boolean} = {init: undefined, problem: undefined, isKnown: false};
	const caller = hostCaller(host);
	const {memory} = host;
	ensureCgroup(fsContext(host), '/system.slice/containerd.service');
	const shim = host.access.spawn({
		name: 'containerd-shim', parent: 1, namespaces: initial, root: caller.task.root, cwd: caller.task.root, cgroup: '/system.slice/containerd.service', uid: 0, gid: 0, groups: [0],
		capabilities: allCapabilities, env: new Map([['PATH', defaultPath]]), files: io.shim,
	}, process => containerShim(process, {
		id, memory, log: settings === undefined ? undefined : {path: logPath(container), settings}, init: () => outcome.init, hasTerminal: config.Tty ?? false, hasInput: config.OpenStdin ?? false,
		ended: (shimHost, exitCode) => outcome.problem === undefined ? containerExited(shimHost, id, exitCode, startContainer) : quietEnd(),
	}));
	const init = failed(shim) ? shim : host.access.spawn({
		name: 'runc:[2:INIT]', parent: shim, namespaces: namespaces!, root, cwd: root, cgroup, uid: 0, gid: 0, groups: [0], capabilities: allCapabilities,
		...restrictionsOf(container), startsAsGoProgram: true, oomScoreAdjust: hostConfig.OomScoreAdj, env: request.env, files: io.init,
		...(io.terminal === undefined ? {} : {terminal: io.terminal}),
	}, process => containerInit(process, {
		...request,
		mounts: {...request.mounts!, terminal: io.terminal},
		report(problem) {
			outcome.problem = problem;
			outcome.isKnown = true;
			process.sys.kernel().wake(startChannel(id));
		},
	}));
	for (const fd of io.own) {
		host.process.sys.close(fd);
	}

	if (failed(shim) || failed(init)) {
		return engineError(500, 'failed to create task for container: failed to start shim: fork: Resource temporarily unavailable');
	}

	outcome.init = init;
	changeContainer(host, id, {state: {task: init, shim}});
	while (!outcome.isKnown) {
		yield * sleepOn([startChannel(id)]);
	}

	return outcome.problem === undefined ? markStarted(host, id) : engineError(
		400, `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${outcome.problem}`,
	);
}

/** The end of a shim whose container never ran. */
function * quietEnd(): Running {
	return 0;
}

function startChannel(id: ContainerId): string {
	return `container-start:${id}`;
}

function markStarted(host: EngineHost, id: ContainerId): 'started' {
	const container = must(getContainer(host, id), 'markStarted: container lost');
	const running = must(changeContainer(host, id, {state: {
		status: 'running', exitCode: 0, error: '', isOomKilled: false, startedNs: nowNs(host.tx), finishedNs: container.state.finishedNs, isManuallyStopped: false,
		health: hasHealthcheck(container) ? {status: 'starting', failingStreak: 0, log: []} : undefined,
	}}), 'markStarted: container lost');
	liveOf(host, id).isRemoved = false;
	logContainerEvent(host, running, 'start');
	startHealthMonitor(host, running);
	host.access.wake(containerChannel(id));
	return 'started';
}
