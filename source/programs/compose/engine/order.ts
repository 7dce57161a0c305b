// Visits services in the order of their dependencies: each as soon as what it depends on is done, those that do not wait for each
// other at the same time. Source: docker/compose pkg/compose/dependencies.go.

import type {Process} from '../../../model/kernel/program.js';
import {refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import type {JsonObject} from '../../docker/go/json.js';
import {together} from '../output/together.js';
import {dependenciesOf} from '../project/project.js';

type Services = ReadonlyMap<string, JsonObject>;
type Visit = (name: string) => Steps<Refusal | undefined>;

/** Dependencies first. The first refusal ends the walk: what has begun ends, what waits is not begun. */
export function * inDependencyOrder(process: Process, services: Services, visit: Visit): Steps<Refusal | undefined> {
	return yield * walk(process, edges(services), visit);
}

/** Dependents first. */
export function * inReverseOrder(process: Process, services: Services, visit: Visit): Steps<Refusal | undefined> {
	const forward = edges(services);
	const backward = new Map([...services.keys()].map(name => [name, new Set([...forward].filter(([, before]) => before.has(name)).map(([other]) => other))]));
	return yield * walk(process, backward, visit);
}

function edges(services: Services): ReadonlyMap<string, ReadonlySet<string>> {
	return new Map([...services].map(([name, service]) => [name, new Set(dependenciesOf(service).map(each => each.service).filter(each => services.has(each)))]));
}

function * walk(process: Process, before: ReadonlyMap<string, ReadonlySet<string>>, visit: Visit): Steps<Refusal | undefined> {
	const begun = new Set<string>();
	const done = new Set<string>();
	let problem: Refusal | undefined;
	const one = function * (name: string): Steps<string> {
		const outcome = yield * visit(name);
		problem ??= refused(outcome) ? outcome : undefined;
		return name;
	};
	const ready = () => {
		const next = problem === undefined ? [...before].filter(([name, needed]) => !begun.has(name) && [...needed].every(each => done.has(each))).map(([name]) => name) : [];
		for (const name of next) {
			begun.add(name);
		}

		return next.map(name => one(name));
	};
	yield * together(process, ready(), {
		more(name) {
			done.add(name);
			return ready();
		},
	});
	return problem;
}
