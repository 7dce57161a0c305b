// Volumes: directories of the host that outlive containers. Source: moby/moby volume/local, daemon/volumes.go, volume/mounts/linux_parser.go.

import {normalPath} from '../../base/path.js';
import {nowNs} from '../../base/clock.js';
import type {Json} from '../../base/json.js';
import {type Container, type ContainerId, type HostConfig, type MountPoint, propagations, type Volume} from './container-schema.js';
import {findContainer} from './container-store.js';
import {type Engine, engineError, type EngineError, type EngineReader, isEngineError, logEvent, newId} from './engine.js';
import {isZero, JsonFields} from './json-fields.js';
import {checkVolumeOptions} from './volume-mount.js';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.\-]+$/v;
const volumesRoot = '/var/lib/docker/volumes';

export function getVolume({tx, engine}: EngineReader, name: string): Volume | EngineError {
	return tx.get(`volume:${engine}`, name) ?? engineError(404, `get ${name}: no such volume`);
}

/** POST /volumes/create. An existing volume of that name is the answer, not an error. */
export function createVolume(engine: Engine, request: Json): Volume | EngineError {
	const fields = new JsonFields(request, 'CreateOptions');
	const driver = fields.text('Driver') || 'local';
	const options = fields.record('DriverOpts');
	if (fields.error !== undefined) {
		return engineError(400, fields.error);
	}

	const name = fields.text('Name');
	if (driver !== 'local') {
		return noDriver(name, driver);
	}

	if (!isZero(fields.raw('ClusterVolumeSpec'))) {
		return engineError(503, 'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.');
	}

	return addVolume(engine, {name, labels: fields.record('Labels') ?? null, options: options ?? null});
}

function noDriver(name: string, driver: string): EngineError {
	return engineError(404, `create ${name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`);
}

type NewVolume = {readonly name: string; readonly labels?: Volume['labels']; readonly options?: Volume['options']};

/** Makes a volume, or finds the one of that name; an empty name makes an anonymous one. */
function addVolume(engine: Engine, {name: asked, labels = null, options = null}: NewVolume): Volume | EngineError {
	const name = asked === '' ? newId(engine, 'volume-id') : asked;
	const existing = engine.tx.get(`volume:${engine.engine}`, name);
	if (existing !== undefined) {
		return existing;
	}

	if (!namePattern.test(name)) {
		return engineError(400, name.length < 2 && /^[a-zA-Z0-9]$/v.test(name)
			? `create ${name}: volume name is too short, names should be at least two alphanumeric characters`
			: `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`);
	}

	const problem = checkVolumeOptions(options ?? {});
	if (problem !== undefined) {
		return engineError(400, `create ${name}: ${problem}`);
	}

	const volume: Volume = {
		name, createdNs: nowNs(engine.tx), driver: 'local', mountpoint: `${volumesRoot}/${name}/_data`, options, users: new Set(), mountedBy: new Set(), isAnonymous: asked === '',
		labels: asked === '' ? {...labels, 'com.docker.volume.anonymous': ''} : labels,
	};
	engine.tx.put(`volume:${engine.engine}`, name, volume);
	logEvent(engine, {type: 'volume', action: 'create', actor: name, attributes: {driver: 'local'}});
	return volume;
}

/** DELETE /volumes/{name}: refused while a container names it. The caller removes the directory. */
export function removeVolume(engine: Engine, name: string, isForced: boolean): Volume | undefined | EngineError {
	const volume = getVolume(engine, name);
	if (isEngineError(volume)) {
		return isForced ? undefined : volume;
	}

	if (volume.users.size > 0) {
		return engineError(409, `remove ${name}: volume is in use - [${[...volume.users].join(', ')}]`);
	}

	engine.tx.delete(`volume:${engine.engine}`, name);
	logEvent(engine, {type: 'volume', action: 'destroy', actor: name, attributes: {driver: 'local'}});
	return volume;
}

export function useVolume({tx, engine}: Engine, name: string, container: ContainerId): void {
	const volume = tx.get(`volume:${engine}`, name);
	if (volume !== undefined) {
		tx.put(`volume:${engine}`, name, {...volume, users: new Set(volume.users).add(container)});
	}
}

export function releaseVolume({tx, engine}: Engine, name: string, container: ContainerId): void {
	const volume = tx.get(`volume:${engine}`, name);
	if (volume !== undefined) {
		tx.put(`volume:${engine}`, name, {...volume, users: new Set([...volume.users].filter(user => user !== container))});
	}
}

const plainMount = {
	name: undefined, source: '', mode: '', isWritable: true, noCopy: false, tmpfsOptions: [], createSource: false, propagation: 'rprivate', isAlone: false, subpath: '',
} as const satisfies Partial<MountPoint>;

const labelModes = new Set(['z', 'Z']);
const consistencyModes = new Set(['consistent', 'cached', 'delegated']);

/** `ro,nocopy` and the like; undefined if a word is unknown or said twice. */
function parseMode(mode: string, isVolume: boolean): Pick<MountPoint, 'isWritable' | 'noCopy' | 'propagation'> | undefined {
	const words = mode === '' ? [] : mode.split(',');
	const isKnown = (word: string) => word === 'ro' || word === 'rw' || labelModes.has(word) || consistencyModes.has(word)
		|| (isVolume ? word === 'nocopy' : /^r?(?:private|shared|slave)$/v.test(word));
	if (!words.every(isKnown) || new Set(words).size < words.length || (words.includes('ro') && words.includes('rw'))) {
		return undefined;
	}

	return {isWritable: !words.includes('ro'), noCopy: words.includes('nocopy'), propagation: propagations.find(each => words.includes(each)) ?? 'rprivate'};
}

/** One word of `-v`: `[source:]destination[:mode]`. */
function parseBind(engine: Engine, spec: string, driver: string): MountPoint | EngineError {
	const parts = spec.split(':');
	if (parts.length < 2 || parts.length > 3 || parts.includes('')) {
		return engineError(500, `invalid volume specification: '${spec}'`);
	}

	const [source = '', destination = '', mode = ''] = parts;
	const isVolume = !source.startsWith('/');
	const parsed = parseMode(mode, isVolume);
	if (parsed === undefined) {
		return engineError(500, `invalid mode: ${mode}`);
	}

	if (!destination.startsWith('/')) {
		return engineError(500, `invalid volume specification: '${spec}': invalid mount config for type "${isVolume ? 'volume' : 'bind'}": invalid mount path: '${destination}' mount path must be absolute`);
	}

	if (normalPath(destination) === '/') {
		return engineError(500, `invalid volume specification: '${spec}': invalid mount config for type "${isVolume ? 'volume' : 'bind'}": invalid specification: destination can't be '/'`);
	}

	const common = {...plainMount, destination: normalPath(destination), mode, ...parsed};
	if (!isVolume) {
		return {...common, type: 'bind', name: undefined, source: normalPath(source), createSource: true};
	}

	const volume = driver === '' || driver === 'local' ? addVolume(engine, {name: source}) : noDriver(source, driver);
	return isEngineError(volume) ? volume : {...common, mode: mode || 'z', type: 'volume', name: volume.name, source: volume.mountpoint};
}

/** Where everything that a container has mounted comes from. Volumes that it names are made. */
export function resolveMounts(engine: Engine, hostConfig: HostConfig, volumes: readonly string[]): readonly MountPoint[] | EngineError {
	const byDestination = new Map<string, MountPoint>();
	for (const source of hostConfig.VolumesFrom ?? []) {
		const taken = mountsFrom(engine, source);
		if (isEngineError(taken)) {
			return taken;
		}

		for (const mount of taken) {
			byDestination.set(mount.destination, mount);
		}
	}

	const explicit = new Set<string>();
	for (const asked of [...(hostConfig.Binds ?? []).map(bind => parseBind(engine, bind, hostConfig.VolumeDriver)), ...specMounts(engine, hostConfig), ...tmpfsMounts(hostConfig)]) {
		if (isEngineError(asked)) {
			return asked;
		}

		if (explicit.has(asked.destination)) {
			return engineError(400, `Duplicate mount point: ${asked.destination}`);
		}

		explicit.add(asked.destination);
		byDestination.set(asked.destination, asked);
	}

	for (const volume of volumes) {
		const destination = normalPath(volume);
		if (!byDestination.has(destination)) {
			const made = addVolume(engine, {name: ''});
			if (isEngineError(made)) {
				return made;
			}

			byDestination.set(destination, {...plainMount, type: 'volume', name: made.name, source: made.mountpoint, destination});
		}
	}

	return [...byDestination.values()];
}

function mountsFrom(engine: Engine, source: string): readonly MountPoint[] | EngineError {
	const [name = '', mode = ''] = source.split(':');
	const container: Container | EngineError = findContainer(engine, name);
	if (isEngineError(container)) {
		return container;
	}

	return mode === '' || mode === 'rw' || mode === 'ro'
		? container.mounts.map(mount => ({...mount, isWritable: mount.isWritable && mode !== 'ro'}))
		: engineError(400, `invalid mode: ${mode}`);
}

function specMounts(engine: Engine, {Mounts = []}: HostConfig): readonly (MountPoint | EngineError)[] {
	return Mounts.map(spec => {
		const common = {...plainMount, destination: normalPath(spec.Target), isWritable: spec.ReadOnly !== true};
		if (spec.Type === 'bind') {
			const {Propagation: propagation = 'rprivate', NonRecursive: isAlone = false, CreateMountpoint: createSource = false} = spec.BindOptions ?? {};
			const source = normalPath(spec.Source ?? '');
			return !createSource && engine.hasHostPath?.(source) === false
				? engineError(400, `invalid mount config for type "bind": bind source path does not exist: ${source}`)
				: {...common, type: 'bind', source, propagation, isAlone, createSource};
		}

		if (spec.Type === 'tmpfs') {
			const {SizeBytes = 0, Mode = 0, Options = []} = spec.TmpfsOptions ?? {};
			const options = [...(Mode > 0 ? [`mode=${Mode.toString(8)}`] : []), ...(SizeBytes > 0 ? [`size=${sizeWord(SizeBytes)}`] : []), ...Options.map(words => words.join('='))];
			return {...common, type: 'tmpfs', tmpfsOptions: options};
		}

		const {Labels = null, NoCopy: noCopy = false, Subpath: subpath = '', DriverConfig = {}} = spec.VolumeOptions ?? {};
		const {Name: driver = '', Options: options = null} = DriverConfig;
		const volume = driver === '' || driver === 'local' ? addVolume(engine, {name: spec.Source ?? '', labels: Labels, options}) : noDriver(spec.Source ?? '', driver);
		return isEngineError(volume) ? volume : {...common, mode: 'z', type: 'volume', name: volume.name, source: volume.mountpoint, noCopy, subpath};
	});
}

/** With the largest unit that divides it. Source: ConvertTmpfsOptions. */
function sizeWord(bytes: number): string {
	const unit = ([['g', 2 ** 30], ['m', 2 ** 20], ['k', 2 ** 10]] as const).find(([, size]) => bytes % size === 0);
	return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}

/** `--tmpfs /run:size=64m`. They are not among the Mounts that inspect shows. */
function tmpfsMounts({Tmpfs = {}}: HostConfig): readonly MountPoint[] {
	return Object.entries(Tmpfs).map(([destination, options]) => ({
		...plainMount, type: 'tmpfs', destination: normalPath(destination), mode: options, isWritable: !options.split(',').includes('ro'), tmpfsOptions: options === '' ? [] : options.split(','),
	}));
}
