// Relative paths of a compose file are relative to its directory. Source: compose-go paths/resolve.go.

import {normalPath} from '../../../base/path.js';
import {listOf, memberOf, objectOf, textOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {matchesPath, type TreePath} from '../file/tree-path.js';

export type Place = {readonly workingDir: string; readonly home: string};

/** Absolute, with `~` for the home directory. */
export function absolutePath(path: string, {workingDir, home}: Place): string {
	if (path === '~' || path.startsWith('~/')) {
		return normalPath(`${home}/${path.slice(1)}`);
	}

	return normalPath(path.startsWith('/') ? path : `${workingDir}/${path}`);
}

export function isRemoteContext(path: string): boolean {
	return /^(?:https?|git|ssh|docker-image|service|target|oci-layout):|^git@|^github\.com\//v.test(path);
}

const plainPaths = ['services.*.env_file.[].path', 'services.*.label_file.[]', 'configs.*.file', 'secrets.*.file', 'services.*.develop.watch.[].path', 'include.[].path', 'include.[].project_directory', 'include.[].env_file'];
const contextPaths = ['services.*.build.context', 'services.*.build.additional_contexts.*'];

export function resolvePaths(value: Json, place: Place, path: TreePath = []): Json {
	if (Array.isArray(value)) {
		return (value as readonly Json[]).map(item => resolvePaths(item, place, [...path, '[]']));
	}

	if (value instanceof Map) {
		const object = value as JsonObject;
		const inner = new Map([...object].map(([name, item]) => [name, resolvePaths(item, place, [...path, name])]));
		if (matchesPath(path, 'services.*.volumes.[]') && object.get('type') === 'bind' && object.has('source')) {
			inner.set('source', absolutePath(textOf(object.get('source')), place));
		}

		return matchesPath(path, 'volumes.*') ? withDevice(inner, place) : inner;
	}

	if (typeof value !== 'string' || value === '') {
		return value;
	}

	if (plainPaths.some(pattern => matchesPath(path, pattern))) {
		return absolutePath(value, place);
	}

	return contextPaths.some(pattern => matchesPath(path, pattern)) && !isRemoteContext(value) ? absolutePath(value, place) : value;
}

/** A local volume that is a bind mount of a directory. */
function withDevice(volume: JsonObject, place: Place): JsonObject {
	const options = objectOf(volume.get('driver_opts'));
	const device = textOf(options.get('device'));
	const isBind = volume.get('driver') === 'local' && listOf(textOf(memberOf(options, 'o')).split(',')).includes('bind');
	return isBind && device !== '' ? new Map([...volume, ['driver_opts', new Map([...options, ['device', absolutePath(device, place)]])]]) : volume;
}
