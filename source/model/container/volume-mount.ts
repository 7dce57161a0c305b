// Volumes that the `local` driver mounts: with the options `type`, `device` and `o` a volume is what mount(8) makes of them, as long as a
// container uses it. Source: moby/moby volume/local/local_unix.go, volume/mounts/mounts.go (Setup), internal/safepath.
//
// Simplified: network filesystems (nfs, cifs) are refused when they would be mounted; sizes need project quotas, which this host's disk does
// not have.

import {errorTextOf, failed} from '../kernel/errno.js';
import type {MountRequest} from '../kernel/program.js';
import type {Container, MountPoint, Volume} from './container-schema.js';
import {engineError, type EngineError} from './engine.js';
import type {EngineHost} from './engine-host.js';

const knownOptions = ['type', 'o', 'device', 'size'];
const mandatory: ReadonlyArray<readonly [option: string, needs: readonly string[]]> = [['device', ['type']], ['type', ['device']], ['o', ['device', 'type']]];

/** What the driver says of its options when a volume is made. */
export function checkVolumeOptions(options: Readonly<Record<string, string>>): string | undefined {
	const unknown = Object.keys(options).find(option => !knownOptions.includes(option));
	if (unknown !== undefined) {
		return `invalid option: ${JSON.stringify(unknown)}`;
	}

	const missing = mandatory.filter(([option]) => options[option] !== undefined).flatMap(([, needs]) => needs).find(option => options[option] === undefined);
	if (missing !== undefined) {
		return `missing required option: ${JSON.stringify(missing)}`;
	}

	return options['size'] === undefined ? undefined : 'quota size requested but no quota support';
}

/** The flags of mount(2) that the error message shows, as their bits. */
const flagBits: Readonly<Record<string, number>> = {ro: 1, nosuid: 2, nodev: 4, noexec: 8, bind: 0x1000, rbind: 0x5000};

function mountText(device: string, target: string, words: readonly string[]): string {
	const bits = words.reduce((sum, word) => sum | (flagBits[word] ?? 0), 0);
	const data = words.filter(word => flagBits[word] === undefined && word !== 'defaults' && word !== 'rw');
	return `mount ${device}:${target}${bits === 0 ? '' : `, flags: 0x${bits.toString(16)}`}${data.length === 0 ? '' : `, data: ${data.join(',')}`}`;
}

/** Mounts a volume for a container, if it has options and nobody else has mounted it. */
export function mountVolume(host: EngineHost, volume: Volume, container: string): EngineError | undefined {
	const {type, device = '', o = ''} = volume.options ?? {};
	if (type !== undefined && volume.mountedBy.size === 0) {
		const problem = mountOptions(host, volume, {type, device, words: o === '' ? [] : o.split(',')});
		if (problem !== undefined) {
			return problem;
		}
	}

	host.tx.put(`volume:${host.engine}`, volume.name, {...volume, mountedBy: new Set(volume.mountedBy).add(container)});
	return undefined;
}

function mountOptions({process: {sys}}: EngineHost, {mountpoint}: Volume, {type, device, words}: {readonly type: string; readonly device: string; readonly words: readonly string[]}): EngineError | undefined {
	if (['nfs', 'nfs4', 'cifs'].includes(type)) {
		return engineError(501, `virtlab does not model volumes of type ${type}`);
	}

	const how: MountRequest['how'] = words.includes('rbind') ? 'rbind' : (words.includes('bind') ? 'bind' : 'new');
	const options = words.filter(word => word !== 'bind' && word !== 'rbind');
	const mounted = sys.mount({type, source: device, target: mountpoint, options, how});
	return failed(mounted)
		? engineError(500, `error while mounting volume '${mountpoint}': failed to mount local volume: ${mountText(device, mountpoint, words)}: ${errorTextOf(mounted).toLowerCase()}`)
		: undefined;
}

/** Takes the container's use of a volume back; the last one unmounts it. */
export function unmountVolume(host: EngineHost, name: string, container: string): void {
	const volume = host.tx.get(`volume:${host.engine}`, name);
	if (volume?.mountedBy.has(container) !== true) {
		return;
	}

	const mountedBy = new Set([...volume.mountedBy].filter(user => user !== container));
	host.tx.put(`volume:${host.engine}`, name, {...volume, mountedBy});
	if (mountedBy.size === 0 && volume.options?.['type'] !== undefined) {
		host.process.sys.umount(volume.mountpoint, {lazy: true});
	}
}

/** Mounts all volumes of a container that is about to start. */
export function mountVolumes(host: EngineHost, {id, mounts}: Container): EngineError | undefined {
	for (const {name} of mounts) {
		const volume = name === undefined ? undefined : host.tx.get(`volume:${host.engine}`, name);
		const problem = volume === undefined ? undefined : mountVolume(host, volume, id);
		if (problem !== undefined) {
			return problem;
		}
	}

	return undefined;
}

export function unmountVolumes(host: EngineHost, {id, mounts}: Container): void {
	for (const {name} of mounts) {
		if (name !== undefined) {
			unmountVolume(host, name, id);
		}
	}
}

/** The directory of the host that a volume's mount shows: all of it, or what volume-subpath names, which must be there. */
export function volumeSource({process: {sys}}: EngineHost, {source, subpath}: MountPoint): string | EngineError {
	if (subpath === '') {
		return source;
	}

	let path = source;
	for (const part of subpath.split('/').filter(each => each !== '' && each !== '.')) {
		path += `/${part}`;
		const attributes = sys.lstat(path);
		if (failed(attributes)) {
			return engineError(500, `cannot access path ${source}/${subpath}: lstat ${path}: ${errorTextOf(attributes).toLowerCase()}`);
		}

		// A link could lead out of the volume; the real daemon follows it inside.
		if (attributes.type === 'symlink') {
			return engineError(501, `virtlab does not model symbolic links in volume-subpath: ${path}`);
		}
	}

	return path;
}

/** What the files of a volume take, for `docker system df` and prune. */
export function volumeBytes({process: {sys}}: Pick<EngineHost, 'process'>, path: string): number {
	const entries = sys.readdir(path);
	let sum = 0;
	for (const {name} of failed(entries) ? [] : entries) {
		const attributes = sys.lstat(`${path}/${name}`);
		if (!failed(attributes)) {
			sum += attributes.type === 'directory' ? volumeBytes({process: {sys}} as Pick<EngineHost, 'process'>, `${path}/${name}`) : attributes.sizeBytes;
		}
	}

	return sum;
}
