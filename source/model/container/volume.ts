// Volumes: directories of the host that outlive containers. Source: moby/moby volume/local, daemon/volumes.go, volume/mounts/linux_parser.go.
//
// Simplified: the `local` driver without options (no tmpfs, NFS or quota volumes).

import {normalPath} from '../../base/path.js';
import {nowNs} from '../../base/clock.js';
import type {Json} from '../../base/json.js';
import type {Container, ContainerId, HostConfig, MountPoint, Volume} from './container-schema.js';
import {findContainer} from './container-store.js';
import {type Engine, engineError, type EngineError, type EngineReader, isEngineError, logEvent, newId} from './engine.js';
import {isZero, JsonFields} from './json-fields.js';

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
		return engineError(404, `create ${name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`);
	}

	if (!isZero(fields.raw('DriverOpts'))) {
		return engineError(501, `create ${name}: virtlab does not model volume options`);
	}

	return addVolume(engine, {name, labels: fields.record('Labels') ?? null, options: options ?? null});
}

type NewVolume = {readonly name: string; readonly labels?: Volume['labels']; readonly options?: Volume['options']};

/** Makes a volume, or finds the one of that name; an empty name makes an anonymous one. */
export function addVolume(engine: Engine, {name: asked, labels = null, options = null}: NewVolume): Volume | EngineError {
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

	const volume: Volume = {
		name, createdNs: nowNs(engine.tx), driver: 'local', mountpoint: `${volumesRoot}/${name}/_data`, options, users: new Set(), isAnonymous: asked === '',
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

const labelModes = new Set(['z', 'Z']);
const consistencyModes = new Set(['consistent', 'cached', 'delegated']);

/** `ro,nocopy` and the like; undefined if a word is unknown or said twice. */
function parseMode(mode: string, isVolume: boolean): {readonly isWritable: boolean; readonly noCopy: boolean} | undefined {
	const words = mode === '' ? [] : mode.split(',');
	const isKnown = (word: string) => word === 'ro' || word === 'rw' || labelModes.has(word) || consistencyModes.has(word)
		|| (isVolume ? word === 'nocopy' : /^r?(?:private|shared|slave)$/v.test(word));
	if (!words.every(isKnown) || new Set(words).size < words.length || (words.includes('ro') && words.includes('rw'))) {
		return undefined;
	}

	return {isWritable: !words.includes('ro'), noCopy: words.includes('nocopy')};
}

/** One word of `-v`: `[source:]destination[:mode]`. */
function parseBind(engine: Engine, spec: string): MountPoint | EngineError {
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

	const common = {destination: normalPath(destination), mode, ...parsed, tmpfsOptions: []};
	if (!isVolume) {
		return {...common, type: 'bind', name: undefined, source: normalPath(source), createSource: true};
	}

	const volume = addVolume(engine, {name: source});
	return isEngineError(volume) ? volume : {...common, mode: mode || 'z', type: 'volume', name: volume.name, source: volume.mountpoint, createSource: false};
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
	for (const asked of [...(hostConfig.Binds ?? []).map(bind => parseBind(engine, bind)), ...specMounts(engine, hostConfig), ...tmpfsMounts(hostConfig)]) {
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

			byDestination.set(destination, {type: 'volume', name: made.name, source: made.mountpoint, destination, mode: '', isWritable: true, noCopy: false, tmpfsOptions: [], createSource: false});
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
		const common = {destination: normalPath(spec.Target), mode: '', isWritable: spec.ReadOnly !== true, noCopy: spec.VolumeOptions?.NoCopy ?? false, tmpfsOptions: [], createSource: false};
		if (spec.Type === 'bind') {
			return {...common, type: 'bind', name: undefined, source: normalPath(spec.Source ?? '')};
		}

		if (spec.Type === 'tmpfs') {
			const {SizeBytes = 0, Mode = 0} = spec.TmpfsOptions ?? {};
			const options = [...(SizeBytes > 0 ? [`size=${SizeBytes}`] : []), ...(Mode > 0 ? [`mode=${Mode.toString(8)}`] : [])];
			return {...common, type: 'tmpfs', name: undefined, source: '', tmpfsOptions: options};
		}

		const volume = addVolume(engine, {name: spec.Source ?? '', labels: spec.VolumeOptions?.Labels ?? null});
		return isEngineError(volume) ? volume : {...common, mode: 'z', type: 'volume', name: volume.name, source: volume.mountpoint};
	});
}

/** `--tmpfs /run:size=64m`. They are not among the Mounts that inspect shows. */
function tmpfsMounts({Tmpfs = {}}: HostConfig): readonly MountPoint[] {
	return Object.entries(Tmpfs).map(([destination, options]) => ({
		type: 'tmpfs', name: undefined, source: '', destination: normalPath(destination), mode: options, isWritable: !options.split(',').includes('ro'), noCopy: false,
		tmpfsOptions: options === '' ? [] : options.split(','), createSource: false,
	}));
}
