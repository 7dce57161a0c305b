// A project of which only the name is known: its services and their dependencies, read off the labels of its containers.
// Source: docker/compose pkg/compose/compose.go (projectFromName).

import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import type {Json, JsonObject} from '../../docker/go/json.js';
import type {Compose} from '../engine/compose.js';
import {findContainers} from '../engine/containers.js';
import {dependenciesIn} from '../engine/down.js';
import type {Project} from '../project/project.js';

export function * projectFromLabels(compose: Compose, name: string): Steps<Project | Refusal> {
	const containers = yield * findContainers(compose, name, {all: true});
	if (refused(containers)) {
		return containers;
	}

	if (containers.length === 0) {
		return refusal(`no container found for project "${name}": not found`);
	}

	const services = new Map<string, JsonObject>();
	for (const container of containers) {
		const count = containers.filter(({service}) => service === container.service).length;
		services.set(container.service, new Map<string, Json>([['depends_on', dependenciesIn(container)], ['scale', count]]));
	}

	const none = new Map<string, JsonObject>();
	return {name, workingDir: '/', files: [], environment: new Map(), envFiles: [], services, disabled: none, networks: none, volumes: none, secrets: none, configs: none, extensions: new Map()};
}
