// /etc/docker/daemon.json. Source: dockerd(8), "Daemon configuration file"; moby/moby daemon/config.
//
// Simplified: of its settings only `insecure-registries` and `live-restore` have an effect.

import {isJsonObject, parseJson} from '../base/json.js';
import {readTextFile} from '../model/container/container-filesystem.js';
import {engineInfo} from '../model/container/engine.js';
import {type EngineHost, hostCaller} from '../model/container/engine-host.js';

const path = '/etc/docker/daemon.json';

/** Reads it, at the start and on SIGHUP. A text if it is none, and then everything stays as it was. */
export function readDaemonConfig(host: EngineHost): string | undefined {
	const text = readTextFile(hostCaller(host), path) ?? '{}';
	const parsed = text.trim() === '' ? {value: {}} : parseJson(text);
	const config = 'error' in parsed ? undefined : parsed.value;
	const registries = isJsonObject(config) ? config['insecure-registries'] ?? [] : undefined;
	if (!Array.isArray(registries) || !registries.every((entry): entry is string => typeof entry === 'string')) {
		return `unable to configure the Docker daemon with file ${path}: ${config === undefined ? 'invalid JSON' : 'insecure-registries is not a list of texts'}`;
	}

	const isLiveRestoring = isJsonObject(config) ? config['live-restore'] ?? false : false;
	if (typeof isLiveRestoring !== 'boolean') {
		return `unable to configure the Docker daemon with file ${path}: json: cannot unmarshal ${typeof isLiveRestoring} into Go struct field Config.live-restore of type bool`;
	}

	host.tx.put('engine', host.engine, {...engineInfo(host), insecureRegistries: registries, isLiveRestoring});
	return undefined;
}
