// Running one command of a build: a container without a record, which lives for that command and leaves only what it wrote.
// Source: moby/buildkit executor/runcexecutor; moby/moby builder/dockerfile/containerbackend.go.

import {must} from '../../base/assert.js';
import {concatBytes} from '../../base/bytes.js';
import {nowNs} from '../../base/clock.js';
import {allCapabilities} from '../kernel/capabilities.js';
import {dropCgroup, ensureCgroup} from '../kernel/cgroup/cgroup2.js';
import {type Failure, failed} from '../kernel/errno.js';
import type {FsId, NodeId} from '../kernel/file-types.js';
import {attachMount} from '../kernel/mount-tree.js';
import {destroyOverlay} from '../kernel/overlay/make-overlay.js';
import type {Fd} from '../kernel/program.js';
import type {Place} from '../kernel/schema.js';
import {typeOf} from '../kernel/vfs.js';
import type {Json} from '../../base/json.js';
import type {BuildMount, KeptContainer, RunOutcome, RunRequest} from './builder/build-host.js';
import {createContainer} from './container-create.js';
import {putContainer} from './container-store.js';
import {dockerConfigFields} from './image-document.js';
import {type BindMount, containerInit, type TmpfsMount} from './container-init.js';
import {makeMerged, makeUpper, overlayOf} from './container-filesystem.js';
import {removeTree} from './container-files.js';
import {restrictionsOf} from './container-restrictions.js';
import type {Container, ContainerConfig} from './container-schema.js';
import {exitCodeOf} from './container-shim.js';
import {environment} from './container-environment.js';
import {applyLimits, ownFiles, writeFiles} from './container-start.js';
import {findUser} from './container-user.js';
import {containerDirectory} from './container-view.js';
import {newEndpoint, plug, unplug} from './endpoint.js';
import {isEngineError} from './engine.js';
import {containerCaller, type EngineHost, fsContext, type Work} from './engine-host.js';
import {defaultCapabilities} from './granted-capabilities.js';
import {parseHostConfig} from './host-config.js';
import {initLayerOf} from './init-layer.js';
import {removeFileSystem} from './layer-store.js';
import {endNamespaces, makeNamespaces} from './sandbox.js';
import type {ImageId} from './schema.js';

export function * runBuildCommand(host: EngineHost, request: RunRequest): Work<RunOutcome> {
	const opened = open(host, request);
	if ('message' in opened) {
		return {kind: 'refused', message: opened.message};
	}

	const {container, root} = opened;
	yield * writeFiles(host, container);
	ensureCgroup(fsContext(host), container.cgroup);
	const unlimited = applyLimits(host, container);
	const outcome = unlimited === undefined ? yield * run(host, request, {container, root}) : {kind: 'refused', message: unlimited.message} as const;
	for (const endpoint of container.endpoints) {
		unplug(host, container, endpoint, container.namespaces?.net);
	}

	endNamespaces(host, container);
	dropCgroup(fsContext(host), container.cgroup);
	removeTree(host.process, containerDirectory(container));
	destroyOverlay(fsContext(host), must(container.layer.merged, 'runBuildCommand: not merged'));
	return outcome;
}

/** A container of the classic builder among those that people make: never started, or ended with what it wrote. */
export function keepBuildContainer(host: EngineHost, {container: id, image, config, hostConfig, ended}: KeptContainer): void {
	const made = createContainer(host, '', {...dockerConfigFields({...config, Image: image, Hostname: ''}), HostConfig: hostConfig} as Json, {id});
	if (isEngineError(made) || ended === undefined) {
		return;
	}

	const now = nowNs(host.tx);
	removeFileSystem(host.tx, made.container.layer.upper);
	putContainer(host, {
		...made.container, layer: {...made.container.layer, upper: ended.upper}, state: {...made.container.state, status: 'exited', exitCode: ended.status, startedNs: now, finishedNs: now},
	});
}

type Opened = {readonly container: Container; readonly root: Place};

function open(host: EngineHost, request: RunRequest): Opened | {readonly message: string} {
	const bare = transientContainer(host, request);
	const namespaces = makeNamespaces(host, bare);
	if (isEngineError(namespaces)) {
		return namespaces;
	}

	const merged = makeMerged(fsContext(host), host, bare);
	const plugged = plug(host, bare, bare.endpoints[0]!, namespaces.net);
	if (isEngineError(plugged)) {
		return plugged;
	}

	const container: Container = {...bare, namespaces, endpoints: [plugged], layer: {...bare.layer, merged}};
	const node = typeOf(fsContext(host), merged).root(fsContext(host), merged);
	const mount = attachMount(host.tx, namespaces.mnt, {parent: undefined, mountpoint: undefined, fs: merged, root: node, source: 'overlay', type: 'overlay', flags: ['relatime'], fsOptions: []});
	return {container, root: {mount, node}};
}

function transientContainer(host: EngineHost, request: RunRequest): Container {
	const {container: id, argv, env, workingDir, user, lower, upper, network} = request;
	const hostConfig = parseHostConfig({...request.hostConfig, NetworkMode: network === 'default' ? 'bridge' : network});
	const config: ContainerConfig = {Hostname: network === 'host' ? 'buildkitsandbox' : id.slice(0, 12), Env: env, Image: '', Labels: {}, WorkingDir: workingDir, User: user};
	return {
		id, name: id, createdNs: nowNs(host.tx), path: argv[0] ?? '', args: argv.slice(1), config, hostConfig: must(isEngineError(hostConfig) ? undefined : hostConfig, 'transientContainer'), image: '' as ImageId,
		restartCount: 0, mounts: [], endpoints: [newEndpoint(network === 'default' ? 'bridge' : network)], ports: [], sandbox: '', namespaces: undefined, cgroup: `/system.slice/docker-${id}.scope`, execs: [], backOffNs: 0,
		layer: {cacheId: id, upper, init: initLayerOf(host), imageLayers: lower, merged: undefined},
		state: {status: 'created', isOomKilled: false, task: undefined, shim: undefined, exitCode: 0, error: '', startedNs: undefined, finishedNs: undefined, isManuallyStopped: false, health: undefined},
	};
}

function * run(host: EngineHost, request: RunRequest, {container, root}: Opened): Work<RunOutcome> {
	const caller = containerCaller(host, container.namespaces!.mnt, root);
	const user = findUser(caller, request.user);
	const own = ownFiles(host, container);
	if (isEngineError(user) || isEngineError(own)) {
		return {kind: 'refused', message: isEngineError(user) ? user.message : (own as {readonly message: string}).message};
	}

	const scratch: FsId[] = [];
	const mounts = request.mounts.map(mount => buildMount(host, mount, scratch));
	const io = buildPipes(host);
	if (io === undefined) {
		return {kind: 'refused', message: 'too many open files'};
	}

	let problem: string | undefined;
	const task = host.access.spawn({
		name: 'runc:[2:INIT]', namespaces: container.namespaces!, root, cwd: root, cgroup: container.cgroup, uid: 0, gid: 0, groups: [0], capabilities: allCapabilities,
		...restrictionsOf(container), startsAsGoProgram: true, env: new Map(), files: io.files,
	}, process => containerInit(process, {
		argv: request.argv, env: environment(container, user.home), workingDir: request.workingDir, user, capabilities: defaultCapabilities, hasTerminal: false, usesInit: false,
		mounts: {binds: [...own, ...mounts.filter(mount => mount !== undefined)], shmBytes: container.hostConfig.ShmSize, isReadonly: false, isPrivileged: false, sysctls: [], terminal: undefined, devices: [], maskedPaths: container.hostConfig.MaskedPaths ?? [], readonlyPaths: container.hostConfig.ReadonlyPaths ?? []},
		report(text) {
			problem = text;
		},
	}));
	for (const fd of io.theirs) {
		host.process.sys.close(fd);
	}

	const status = failed(task) ? 1 : yield * follow(host, task, io, request);
	for (const fs of scratch) {
		removeFileSystem(host.tx, fs);
	}

	return problem === undefined
		? {kind: 'exited', status}
		: {kind: 'refused', message: `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${problem}`};
}

type Pipes = {readonly files: ReadonlyMap<Fd, number>; readonly output: Fd; readonly errors: Fd; readonly theirs: readonly Fd[]};

function buildPipes({process: {sys}, access}: EngineHost): Pipes | undefined {
	const input = sys.open('/dev/null', {read: true});
	const output = sys.pipe();
	const errors = sys.pipe();
	if (failed(input) || failed(output) || failed(errors)) {
		return undefined;
	}

	const theirs = [input, output.writeEnd, errors.writeEnd];
	return {files: new Map(theirs.map((fd, index) => [index, must(access.fileOf(fd), 'buildPipes')])), output: output.readEnd, errors: errors.readEnd, theirs};
}

/** Passes output on until the command has ended and said everything; its exit status. */
function * follow(host: EngineHost, task: number, io: Pipes, request: RunRequest): Work<number> {
	const {sys} = host.process;
	const open = new Map<Fd, 'stdout' | 'stderr'>([[io.output, 'stdout'], [io.errors, 'stderr']]);
	let status: number | undefined;
	for (;;) {
		let didRead = false;
		for (const [fd, stream] of open) {
			const bytes: Uint8Array | Failure = sys.read(fd, 65_536);
			if (failed(bytes) && bytes.errno === 'EAGAIN') {
				continue;
			}

			if (failed(bytes) || bytes.length === 0) {
				open.delete(fd);
			} else {
				didRead = true;
				request.output(stream, concatBytes([bytes]));
			}
		}

		const ended = sys.wait(task);
		status ??= failed(ended) ? (ended.errno === 'ECHILD' ? 1 : undefined) : exitCodeOf(ended);
		if (status !== undefined && !didRead) {
			sys.close(io.output);
			sys.close(io.errors);
			return status;
		}

		yield didRead ? {kind: 'step'} : {kind: 'sleep', channels: [...[...open.keys()].map(fd => sys.readChannel(fd)), sys.childChannel()]};
	}
}

/** What a mount of one RUN shows; undefined if it does not exist. Filesystems made for it are added to `scratch`. */
function buildMount(host: EngineHost, mount: BuildMount, scratch: FsId[]): BindMount | TmpfsMount | undefined {
	const context = fsContext(host);
	if (mount.kind === 'tmpfs') {
		return {destination: mount.target, options: mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`], isWritable: true};
	}

	const fresh = () => {
		const fs = makeUpper(context);
		scratch.push(fs);
		return fs;
	};
	const fs = mount.kind === 'volume' ? mount.fs ?? fresh() : overlayOf(context, {lower: mount.lower, upper: fresh(), words: {}});
	const type = typeOf(context, fs);
	let node: NodeId | Failure = type.root(context, fs);
	for (const name of mount.kind === 'bind' ? mount.source.split('/').filter(part => part !== '') : []) {
		node = failed(node) ? node : type.lookup(context, fs, node, name);
	}

	const attributes = failed(node) ? node : type.attributes(context, fs, node);
	return failed(node) || failed(attributes) ? undefined : {
		source: {fs, node, device: 'overlay', type: 'overlay', isDirectory: attributes.type === 'directory'}, destination: mount.target, isWritable: mount.kind === 'volume' || mount.isWritable,
	};
}
