// Brings a project's containers to what its files say: makes missing ones, makes anew those whose configuration or image has changed,
// removes those beyond the scale, and leaves alone what is right. Source: docker/compose pkg/compose/convergence.go, create.go.
//
//     hash or image differs ──> stop dependents ──> make ID_name ──> stop and remove the old one ──> rename
//     number > scale        ──> stop, remove

import {call, fetchJson, type ApiRequest} from '../../docker/client/request.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {listOf, memberOf, objectOf, textOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {logWarning} from '../output/log-line.js';
import {together} from '../output/together.js';
import {serviceHash} from '../project/hash.js';
import {dependenciesOf, scaleOf, type Project} from '../project/project.js';
import type {Compose} from './compose.js';
import {containerOf, findContainers, isOneOff, labelOf, type Container} from './containers.js';
import {createBody, networkName, type CreateOptions} from './create-body.js';
import type {Image} from './images.js';
import {injectFiles} from './inject.js';
import {fileProblem, fileWarnings} from './mounts.js';
import {configHashLabel, imageLabel} from './labels.js';
import {inDependencyOrder} from './order.js';
import {ensureNetworks, ensureVolumes, type NetworkIds} from './resources.js';
import {eventOf, stopAndRemove, stopContainers} from './stop.js';

/** Whether containers are made anew: if they differ, always, or never. */
export type Recreate = 'diverged' | 'force' | 'never';

type ConvergeOptions = {
	/** The services that were named; the others are dependencies. */
	readonly chosen: readonly string[];
	readonly recreate: Recreate;
	readonly recreateDependencies: Recreate;
	readonly keepsAnonymousVolumes: boolean;
	readonly removesOrphans: boolean;
	readonly timeoutSeconds?: number | undefined;
};

export function * converge(compose: Compose, project: Project, images: ReadonlyMap<string, Image>, options: ConvergeOptions): Steps<Refusal | undefined> {
	const networks = yield * ensureNetworks(compose, project);
	if (refused(networks)) {
		return networks;
	}

	const volumes = yield * ensureVolumes(compose, project);
	const there = volumes ?? (yield * findContainers(compose, project.name, {all: true, oneOff: 'include'}));
	if (refused(there)) {
		return there;
	}

	const orphans = yield * handleOrphans(compose, project, there, options);
	if (orphans !== undefined) {
		return orphans;
	}

	const run = new Convergence(compose, project, {images, networks, options, there: there.filter(container => !isOneOff(container))});
	return yield * inDependencyOrder(compose.client.process, project.services, name => run.ensureService(name));
}

function * handleOrphans(compose: Compose, project: Project, there: readonly Container[], {removesOrphans, timeoutSeconds}: ConvergeOptions): Steps<Refusal | undefined> {
	const orphans = orphansOf(project, there);
	if (orphans.length === 0 || compose.client.process.env.get('COMPOSE_IGNORE_ORPHANS') === 'true') {
		return undefined;
	}

	if (removesOrphans) {
		return yield * stopAndRemove(compose, orphans, {timeoutSeconds, withVolumes: false});
	}

	yield * logWarning(compose.client, `Found orphan containers ([${orphans.map(({name}) => name).join(' ')}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.`);
	return undefined;
}

/** Containers of services that the files do not know. */
export function orphansOf(project: Project, containers: readonly Container[]): readonly Container[] {
	return containers.filter(container => !project.services.has(container.service) && !project.disabled.has(container.service));
}

type Given = {readonly images: ReadonlyMap<string, Image>; readonly networks: NetworkIds; readonly options: ConvergeOptions; readonly there: readonly Container[]};

export class Convergence {
	readonly #compose: Compose;
	readonly #project: Project;
	readonly #given: Given;
	/** What each service has by now. */
	readonly #observed = new Map<string, readonly Container[]>();

	constructor(compose: Compose, project: Project, given: Given) {
		this.#compose = compose;
		this.#project = project;
		this.#given = given;
		for (const container of given.there) {
			this.#observed.set(container.service, [...this.#observed.get(container.service) ?? [], container]);
		}
	}

	* ensureService(name: string): Steps<Refusal | undefined> {
		const service = this.#project.services.get(name)!;
		const scale = scaleOf(service);
		const {options} = this.#given;
		const strategy = options.chosen.includes(name) ? options.recreate : options.recreateDependencies;
		const there = this.#observed.get(name) ?? [];
		const ordered = there.map(container => ({container, isObsolete: this.#mustRecreate(name, container, strategy)})).toSorted((a, b) => Number(a.isObsolete) - Number(b.isObsolete) || a.container.number - b.container.number);
		const results: Array<Steps<Container | Refusal | undefined>> = [];
		for (const [index, {container, isObsolete}] of ordered.entries()) {
			if (index >= scale) {
				results.push(this.#remove(container));
				continue;
			}

			if (isObsolete) {
				const stopped = yield * this.#stopDependents(name);
				if (stopped !== undefined) {
					return stopped;
				}
			}

			results.push(isObsolete ? this.#recreate(name, container) : this.#keep(container));
		}

		const next = Math.max(0, ...there.map(({number}) => number)) + 1;
		for (let more = 0; more < scale - there.length; more++) {
			results.push(this.#create(name, next + more));
		}

		const outcomes = yield * together(this.#compose.client.process, results);
		this.#observed.set(name, outcomes.filter(outcome => outcome !== undefined && !refused(outcome)) as readonly Container[]);
		return outcomes.find(outcome => refused(outcome)) as Refusal | undefined;
	}

	#mustRecreate(name: string, {document, state}: Container, strategy: Recreate): boolean {
		if (strategy !== 'diverged') {
			return strategy === 'force';
		}

		const service = this.#project.services.get(name)!;
		const isChanged = labelOf(document, configHashLabel) !== serviceHash(service) || labelOf(document, imageLabel) !== (this.#given.images.get(name)?.id ?? '');
		return isChanged || !this.#isConnected(service, document, state === 'running') || !this.#hasVolumes(service, document);
	}

	/** One that runs is on the very networks; of another only the names can be known. */
	#isConnected(service: JsonObject, document: Json, isRunning: boolean): boolean {
		const settings = objectOf(memberOf(document, 'NetworkSettings', 'Networks'));
		const ids = new Set([...settings.values()].map(each => textOf(memberOf(each, 'NetworkID'))));
		return [...objectOf(service.get('networks')).keys()].every(key => isRunning ? ids.has(this.#given.networks.get(key) ?? '') : settings.has(networkName(this.#project, key)));
	}

	#hasVolumes(service: JsonObject, document: Json): boolean {
		const mounted = new Set(listOf(memberOf(document, 'Mounts')).map(mount => textOf(memberOf(mount, 'Name'))));
		return listOf(service.get('volumes')).every(volume => {
			const source = textOf(memberOf(volume, 'source'));
			return memberOf(volume, 'type') !== 'volume' || source === '' || mounted.has(textOf(this.#project.volumes.get(source)?.get('name')));
		});
	}

	/** They are started again when the new container is there. */
	* #stopDependents(name: string): Steps<Refusal | undefined> {
		const dependents = [...this.#project.services].filter(([, service]) => dependenciesOf(service).some(each => each.service === name && each.isRestarted)).map(([each]) => each);
		const running = dependents.flatMap(each => this.#observed.get(each) ?? []).filter(({state}) => state === 'running');
		const stopped = yield * stopContainers(this.#compose, running, this.#given.options.timeoutSeconds);
		for (const each of dependents) {
			this.#observed.set(each, (this.#observed.get(each) ?? []).map(container => ({...container, state: 'exited'})));
		}

		return stopped;
	}

	* #remove(container: Container): Steps<Refusal | undefined> {
		return yield * stopAndRemove(this.#compose, [container], {timeoutSeconds: this.#given.options.timeoutSeconds, withVolumes: false});
	}

	* #keep(container: Container): Steps<Container | Refusal> {
		if (container.state === 'running') {
			yield * this.#compose.progress.done(eventOf(container), 'Running');
		} else if (container.state === 'exited') {
			yield * this.#compose.progress.done(eventOf(container), 'Created');
		} else if (container.state !== 'created' && container.state !== 'restarting') {
			yield * this.#compose.progress.working(eventOf(container), 'Starting');
			const started = yield * call(this.#compose.client, {method: 'POST', path: `/containers/${container.id}/start`});
			if (refused(started)) {
				return started;
			}

			yield * this.#compose.progress.done(eventOf(container), 'Started');
		}

		return container;
	}

	* #create(name: string, number: number): Steps<Container | Refusal> {
		const own = textOf(this.#project.services.get(name)!.get('container_name')) || `${this.#project.name}-${name}-${number}`;
		yield * this.#compose.progress.working(`Container ${own}`, 'Creating');
		const made = yield * this.make(name, own, {name: own, number});
		if (refused(made)) {
			yield * this.#compose.progress.failed(`Container ${own}`, 'Error response from daemon');
			return made;
		}

		yield * this.#compose.progress.done(`Container ${own}`, 'Created');
		return made;
	}

	* #recreate(name: string, old: Container): Steps<Container | Refusal> {
		const {client, progress} = this.#compose;
		yield * progress.working(eventOf(old), 'Recreate');
		const own = textOf(this.#project.services.get(name)!.get('container_name')) || `${this.#project.name}-${name}-${old.number}`;
		const inherited = this.#given.options.keepsAnonymousVolumes ? {inherited: listOf(memberOf(old.document, 'Mounts')), imageVolumes: this.#given.images.get(name)?.volumes ?? []} : {};
		const made = yield * this.make(name, `${old.id.slice(0, 12)}_${own}`, {name: own, number: old.number, replaces: old.id, ...inherited});
		if (refused(made)) {
			return made;
		}

		const timeout = this.#given.options.timeoutSeconds;
		const requests: readonly ApiRequest[] = [
			{method: 'POST', path: `/containers/${old.id}/stop`, query: timeout === undefined ? [] : [['t', String(timeout)]]}, {method: 'DELETE', path: `/containers/${old.id}`},
			{method: 'POST', path: `/containers/${made.id}/rename`, query: [['name', own]]},
		];
		for (const request of requests) {
			const outcome = yield * call(client, request);
			if (refused(outcome)) {
				return outcome;
			}
		}

		yield * progress.done(eventOf(old), 'Recreated');
		return {...made, name: own};
	}

	/** Makes one container under a name. */
	* make(name: string, under: string, options: Omit<CreateOptions, 'imageId' | 'resolveMode'>): Steps<Container | Refusal> {
		const {client} = this.#compose;
		const service = this.#project.services.get(name)!;
		const problem = fileProblem(this.#project, service);
		const modes = problem === undefined ? this.#modes(service) : refusal(problem);
		if (refused(modes)) {
			return modes;
		}

		for (const warning of fileWarnings(this.#project, service)) {
			yield * logWarning(client, warning);
		}

		const body = createBody(this.#project, name, {...options, imageId: this.#given.images.get(name)?.id ?? '', links: this.#links(service), volumesFrom: this.#volumesFrom(service), resolveMode: mode => modes.get(mode) ?? mode});
		const platform = textOf(service.get('platform'));
		const made = yield * fetchJson(client, {method: 'POST', path: '/containers/create', query: [['name', under], ...platform === '' ? [] : [['platform', platform]] as const], json: body});
		if (refused(made)) {
			return made;
		}

		for (const warning of textsOf(memberOf(made.value, 'Warnings'))) {
			yield * this.#compose.progress.event({id: name, text: warning, kind: 'warning'});
		}

		const id = textOf(memberOf(made.value, 'Id'));
		const injected = yield * injectFiles(this.#compose, this.#project, service, id);
		const inspected = injected ?? (yield * fetchJson(client, {method: 'GET', path: `/containers/${id}/json`}));
		return refused(inspected) ? inspected : summary(inspected.value);
	}

	/** Modes that share a namespace with a service's first container. */
	#modes(service: JsonObject): ReadonlyMap<string, string> | Refusal {
		const modes = new Map<string, string>();
		for (const [field, words] of [['network_mode', 'network namespace'], ['ipc', 'IPC namespace'], ['pid', 'PID namespace']] as const) {
			const mode = textOf(service.get(field));
			if (!mode.startsWith('service:')) {
				continue;
			}

			const [first] = this.#observed.get(mode.slice('service:'.length)) ?? [];
			if (first === undefined) {
				return refusal(`cannot share ${words} with service ${mode.slice('service:'.length)}: container missing`);
			}

			modes.set(mode, `container:${first.id}`);
		}

		return modes;
	}

	#volumesFrom(service: JsonObject): readonly string[] {
		return textsOf(service.get('volumes_from')).map(from => {
			const [source = '', ...rest] = from.replace(/^container:/v, '').split(':');
			const [first] = from.startsWith('container:') ? [] : this.#observed.get(source) ?? [];
			return [first?.id ?? source, ...rest].join(':');
		});
	}

	#links(service: JsonObject): readonly string[] {
		return textsOf(service.get('links')).flatMap(link => {
			const [target = '', alias = target] = link.split(':');
			return (this.#observed.get(target) ?? []).map(({name}) => `${name}:${alias}`);
		});
	}
}

/** The container as lists show it, from what inspect says. */
function summary(document: Json): Container {
	return containerOf(new Map<string, Json>([
		['Id', memberOf(document, 'Id')], ['Names', [memberOf(document, 'Name')]], ['State', memberOf(document, 'State', 'Status')], ['Labels', memberOf(document, 'Config', 'Labels')],
		['NetworkSettings', memberOf(document, 'NetworkSettings')], ['Mounts', memberOf(document, 'Mounts')],
	]));
}
