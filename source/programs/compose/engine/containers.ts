// The containers of a project, found by their labels. Source: docker/compose pkg/compose/containers.go, filters.go.

import {compareNatural} from '../../docker/format/text.js';
import {fetchJson, filterQuery, type Query} from '../../docker/client/request.js';
import {refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {listOf, memberOf, textOf, textsOf, type Json} from '../../docker/go/json.js';
import type {Compose} from './compose.js';
import {configHashLabel, containerNumberLabel, oneOffLabel, projectLabel, serviceLabel} from './labels.js';

export type Container = {
	readonly id: string;
	/** Without the slash: `shop-web-1`. */
	readonly name: string;
	readonly service: string;
	readonly number: number;
	readonly state: string;
	/** As GET /containers/json has it. */
	readonly document: Json;
};

export type Wanted = {
	/** Stopped ones, too. */
	readonly all: boolean;
	/** Containers of `compose run`. */
	readonly oneOff?: 'exclude' | 'include' | 'only';
	readonly services?: readonly string[];
};

export function * findContainers({client}: Compose, project: string, {all, oneOff = 'exclude', services = []}: Wanted): Steps<readonly Container[] | Refusal> {
	const labels = [configHashLabel, `${projectLabel}=${project}`, ...oneOff === 'include' ? [] : [`${oneOffLabel}=${oneOff === 'only' ? 'True' : 'False'}`], ...services.length === 1 ? [`${serviceLabel}=${services[0]}`] : []];
	const query: Query = [...all ? [['all', '1']] as const : [], ...filterQuery(labels.map(label => `label=${label}`))];
	const answer = yield * fetchJson(client, {method: 'GET', path: '/containers/json', query});
	if (refused(answer)) {
		return answer;
	}

	return listOf(answer.value).map(document => containerOf(document)).filter(({service}) => services.length === 0 || services.includes(service)).toSorted((a, b) => compareNatural(a.name, b.name));
}

export function containerOf(document: Json): Container {
	return {
		id: textOf(memberOf(document, 'Id')), name: (textsOf(memberOf(document, 'Names'))[0] ?? '').replace(/^\//v, ''), service: labelOf(document, serviceLabel),
		number: Number(labelOf(document, containerNumberLabel) || '0'), state: textOf(memberOf(document, 'State')), document,
	};
}

export function labelOf(document: Json, name: string): string {
	return textOf(memberOf(document, 'Labels', name));
}

/** The container without the project's name: `web-1`, as logs call it. */
export function shortName({name, document}: Container): string {
	const prefix = `${labelOf(document, projectLabel)}-`;
	return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

export function isOneOff({document}: Container): boolean {
	return labelOf(document, oneOffLabel) === 'True';
}
