// Which registry a reference is fetched from. Source: moby/moby registry/service_v2.go.

import {dockerHub} from '../model/container/hub/docker-hub.js';
import type {EngineHost} from '../model/container/engine-host.js';
import type {Reference} from '../model/container/reference.js';
import type {Registry} from '../model/container/registry.js';
import {HttpRegistry} from './http-registry.js';

/** The built-in Docker Hub for docker.io, for others whoever answers under the name. */
export function registryFor(host: EngineHost, {domain}: Reference): Registry {
	return domain === 'docker.io' ? dockerHub : new HttpRegistry(host, domain);
}
