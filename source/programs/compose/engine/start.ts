// Starting a project's containers in the order of their dependencies, each after what it depends on is started, healthy, or has ended
// well. Source: docker/compose pkg/compose/{start,convergence}.go (startService, waitDependencies).

import {sleep} from '../../../model/kernel/blocking.js';
import {call, fetchJson} from '../../docker/client/request.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {goDuration} from '../../docker/go/duration.js';
import {memberOf, numberOf, textOf, type Json} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';
import {logWarning} from '../output/log-line.js';
import {together} from '../output/together.js';
import {dependenciesOf, scaleOf, type Dependency, type Project} from '../project/project.js';
import type {Compose} from './compose.js';
import {findContainers, type Container} from './containers.js';
import {inDependencyOrder} from './order.js';
import {eventOf} from './stop.js';

const askAgainNs = 500_000_000;
const tooLate = 'timeout waiting for dependencies';

export type StartOptions = {
	readonly project: Project;
	/** Given up after so long. */
	readonly waitNs?: number | undefined;
	/** Wait until all are running or healthy. */
	readonly waits?: boolean;
};

export function * startProject(compose: Compose, {project, waitNs, waits = false}: StartOptions): Steps<Refusal | undefined> {
	const containers = yield * findContainers(compose, project.name, {all: true});
	if (refused(containers)) {
		return containers;
	}

	const untilNs = waitNs === undefined ? undefined : compose.client.process.sys.now() + waitNs;
	const problem = yield * inDependencyOrder(compose.client.process, project.services, name => startService(compose, project, {name, containers, untilNs}));
	if (problem !== undefined || !waits) {
		return problem;
	}

	const completes = new Set([...project.services.values()].flatMap(service => dependenciesOf(service)).filter(({condition}) => condition === 'service_completed_successfully').map(({service}) => service));
	const all: readonly Dependency[] = [...project.services.keys()].map(service => ({service, condition: completes.has(service) ? 'service_completed_successfully' : 'running_or_healthy', isRestarted: false, isRequired: true}));
	const late = yield * waitFor(compose, project, {dependant: project.name, dependencies: all, containers, untilNs});
	return late?.message === tooLate && waitNs !== undefined ? refusal(`application not healthy after ${goDuration(waitNs)}`) : late;
}

type Starting = {readonly name: string; readonly containers: readonly Container[]; readonly untilNs: number | undefined};

function * startService(compose: Compose, project: Project, {name, containers, untilNs}: Starting): Steps<Refusal | undefined> {
	const service = project.services.get(name)!;
	if (scaleOf(service) === 0) {
		return undefined;
	}

	const waited = yield * waitFor(compose, project, {dependant: name, dependencies: dependenciesOf(service), containers, untilNs});
	if (waited !== undefined) {
		return waited;
	}

	const own = containers.filter(container => container.service === name);
	if (own.length === 0) {
		return refusal(`service ${quote(name)} has no container to start`);
	}

	const results = yield * together(compose.client.process, own.filter(({state}) => state !== 'running').map(container => startContainer(compose, container)));
	return results.find(result => result !== undefined);
}

export function * startContainer({client, progress}: Compose, container: Container): Steps<Refusal | undefined> {
	yield * progress.working(eventOf(container), 'Starting');
	const started = yield * call(client, {method: 'POST', path: `/containers/${container.id}/start`});
	if (refused(started)) {
		return started;
	}

	yield * progress.done(eventOf(container), 'Started');
	return undefined;
}

type Waiting = {readonly dependant: string; readonly dependencies: readonly Dependency[]; readonly containers: readonly Container[]; readonly untilNs: number | undefined};

function * waitFor(compose: Compose, project: Project, {dependant, dependencies, containers, untilNs}: Waiting): Steps<Refusal | undefined> {
	const waits: Array<Steps<Refusal | undefined>> = [];
	for (const dependency of dependencies) {
		const service = project.services.get(dependency.service);
		if (dependency.condition === 'service_started' || service === undefined || scaleOf(service) === 0) {
			continue;
		}

		const waitingFor = containers.filter(container => container.service === dependency.service);
		for (const container of waitingFor) {
			yield * compose.progress.working(eventOf(container), 'Waiting');
		}

		if (waitingFor.length === 0 && dependency.isRequired) {
			return refusal(`${dependant} is missing dependency ${dependency.service}`);
		}

		waits.push(waitForService(compose, dependency, waitingFor, untilNs));
	}

	const results = yield * together(compose.client.process, waits);
	return results.find(result => result !== undefined);
}

type Verdict = {readonly kind: 'wait'} | {readonly kind: 'right'; readonly word: string} | {readonly kind: 'wrong'; readonly message: string; readonly detail: string};

/** Asks twice a second. */
function * waitForService(compose: Compose, dependency: Dependency, containers: readonly Container[], untilNs: number | undefined): Steps<Refusal | undefined> {
	const {sys} = compose.client.process;
	for (;;) {
		yield * sleep(compose.client.process, askAgainNs);
		if (untilNs !== undefined && sys.now() > untilNs) {
			return refusal(tooLate);
		}

		const verdict = yield * verdictOf(compose, dependency, containers);
		if (refused(verdict)) {
			return verdict;
		}

		if (verdict.kind === 'wait') {
			continue;
		}

		if (verdict.kind === 'wrong' && !dependency.isRequired) {
			yield * logWarning(compose.client, `optional dependency ${verdict.detail}`);
		}

		for (const container of containers) {
			yield * verdict.kind === 'right' ? compose.progress.done(eventOf(container), verdict.word)
				: (dependency.isRequired ? compose.progress.failed(eventOf(container)) : compose.progress.event({id: eventOf(container), kind: 'warning', status: `Skipped: optional dependency ${verdict.detail}`}));
		}

		return verdict.kind === 'wrong' && dependency.isRequired ? refusal(verdict.message) : undefined;
	}
}

function * verdictOf({client}: Compose, {service, condition}: Dependency, containers: readonly Container[]): Steps<Verdict | Refusal> {
	for (const {id} of containers) {
		const found = yield * fetchJson(client, {method: 'GET', path: `/containers/${id}/json`});
		if (refused(found)) {
			return found;
		}

		const verdict = condition === 'service_completed_successfully' ? completed(service, found.value) : healthy(service, found.value, condition === 'running_or_healthy');
		if (verdict !== undefined) {
			return verdict;
		}
	}

	return {kind: 'right', word: condition === 'service_completed_successfully' ? 'Exited' : 'Healthy'};
}

/** `undefined` if this container is as it should be. */
function completed(service: string, document: Json): Verdict | undefined {
	if (textOf(memberOf(document, 'State', 'Status')) !== 'exited') {
		return {kind: 'wait'};
	}

	const code = numberOf(memberOf(document, 'State', 'ExitCode'));
	const detail = `${quote(service)} didn't complete successfully: exit ${code}`;
	return code === 0 ? undefined : {kind: 'wrong', message: `service ${detail}`, detail};
}

function healthy(service: string, document: Json, isRunningEnough: boolean): Verdict | undefined {
	const name = textOf(memberOf(document, 'Name')).replace(/^\//v, '');
	const wrong = (reason: string): Verdict => ({kind: 'wrong', message: isRunningEnough ? `container ${name} ${reason}` : `dependency failed to start: container ${name} ${reason}`, detail: `${quote(service)} failed to start: container ${name} ${reason}`});
	const status = textOf(memberOf(document, 'State', 'Status'));
	if (status === 'exited') {
		return wrong(`exited (${numberOf(memberOf(document, 'State', 'ExitCode'))})`);
	}

	const health = memberOf(document, 'State', 'Health');
	if (health === undefined) {
		return isRunningEnough ? (status === 'running' ? undefined : {kind: 'wait'}) : wrong('has no healthcheck configured');
	}

	const word = textOf(memberOf(health, 'Status'));
	return word === 'healthy' ? undefined : (word === 'unhealthy' ? wrong('is unhealthy') : {kind: 'wait'});
}
