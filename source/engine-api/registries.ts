// Which registry a reference is fetched from. Source: moby/moby registry/service_v2.go.

import {dockerHub} from '../model/container/hub/docker-hub.js';
import type {EngineHost} from '../model/container/engine-host.js';
import type {Reference} from '../model/container/reference.js';
import type {Registry, RegistryError} from '../model/container/registry.js';

/**
 * The built-in Docker Hub for docker.io, nobody else.
 * Simplified: other registries are not reachable from the lab; the message is that of a name that cannot be looked up.
 */
export function registryFor(_host: EngineHost, {domain}: Reference): Registry | RegistryError {
	return domain === 'docker.io' ? dockerHub : {
		kind: 'registry-error', status: 500, message: `Get "https://${domain}/v2/": dial tcp: lookup ${domain.replace(/:\d+$/v, '')}: no such host`,
	};
}
