// Requests that act on containers and answer once: create, start, stop, kill, rename, update, rm, prune.

import type {JsonObject} from '../base/json.js';
import {containerSizes} from '../model/container/container-changes.js';
import {
	killContainer, pauseContainer, removeContainer, renameContainer, restartContainer, stopContainer, unpauseContainer, updateContainer,
} from '../model/container/container-control.js';
import {createContainer} from '../model/container/container-create.js';
import {parsePlatform} from '../model/container/platform.js';
import {createExec, getExec} from '../model/container/container-exec.js';
import {parseFilters, matchesLabels} from '../model/container/container-list.js';
import {removeContainerNow} from '../model/container/container-remove.js';
import {startContainer} from '../model/container/container-start.js';
import {findContainer, isRunning} from '../model/container/container-store.js';
import {engineError, type EngineError, isEngineError} from '../model/container/engine.js';
import {prepareContainer} from '../model/container/container-prepare.js';
import {getTask} from '../model/kernel/tasks.js';
import {type ActHandler, type Act, atOnce, idOf, jsonOf, once} from './act.js';
import {bodyJson, flagOf} from './api-request.js';
import {isOldEnough} from './prune-until.js';
import type {Route} from './router.js';

/** `t=5`; undefined if the query does not say. */
function timeoutOf({request: {query}}: Act): number | undefined | EngineError {
	const text = query.get('t');
	if (text === null || text === '') {
		return undefined;
	}

	return /^-?\d{1,9}$/v.test(text) ? Number(text) : engineError(400, `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const create = once(function * (act) {
	const parsed = bodyJson(act.request);
	if (!('value' in parsed)) {
		return engineError(parsed.status, parsed.message);
	}

	const wanted = act.request.query.get('platform');
	const platform = wanted === null || wanted === '' ? undefined : parsePlatform(wanted);
	if (platform !== undefined && 'error' in platform) {
		return engineError(400, platform.error);
	}

	const created = createContainer(act.host, act.request.query.get('name') ?? '', parsed.value, {platform});
	if (isEngineError(created)) {
		return created;
	}

	const problem = yield * prepareContainer(act.host, created.container);
	if (problem !== undefined) {
		removeContainerNow(act.host, created.container, {removeVolumes: true});
		return problem;
	}

	return {status: 201, body: {Id: created.container.id, Warnings: created.warnings}};
});

const start = once(function * (act) {
	const container = findContainer(act.host, idOf(act));
	const started = isEngineError(container) ? container : yield * startContainer(act.host, container.id);
	if (isEngineError(started) && !isEngineError(container) && container.hostConfig.AutoRemove) {
		const failedOne = findContainer(act.host, container.id);
		if (!isEngineError(failedOne) && !isRunning(failedOne)) {
			removeContainerNow(act.host, failedOne, {removeVolumes: true});
		}
	}

	return isEngineError(started) ? started : (started === 'already-started' ? 304 : 204);
});

const stop = once(function * (act) {
	const timeout = timeoutOf(act);
	const stopped = isEngineError(timeout) ? timeout : yield * stopContainer(act.host, idOf(act), timeout, act.request.query.get('signal') ?? undefined);
	return isEngineError(stopped) ? stopped : (stopped === 'already-stopped' ? 304 : 204);
});

const restart = once(function * (act) {
	const timeout = timeoutOf(act);
	return isEngineError(timeout) ? timeout : yield * restartContainer(act.host, idOf(act), timeout);
});

const prune = atOnce(({host, request}) => {
	const filters = parseFilters(request.query.get('filters') ?? undefined, ['label', 'until']);
	if (isEngineError(filters)) {
		return filters;
	}

	const isOld = isOldEnough(host.tx, filters);
	if (isEngineError(isOld)) {
		return isOld;
	}

	const deleted: string[] = [];
	let reclaimed = 0;
	for (const container of [...host.tx.table(`container:${host.engine}`).values()]) {
		if (!isRunning(container) && container.state.status !== 'restarting' && isOld(container.createdNs) && matchesLabels(container.config.Labels, filters.get('label'))) {
			reclaimed += containerSizes(host, container).writableBytes;
			removeContainerNow(host, container, {removeVolumes: false});
			deleted.push(container.id);
		}
	}

	return {status: 200, body: {ContainersDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: reclaimed}};
});

/** Tells a container's or a command's terminal its size. */
function resize({host, request: {query}}: Act, terminal: number | undefined, problem: EngineError): number | EngineError {
	const [rows, columns] = [Number(query.get('h')), Number(query.get('w'))];
	if (terminal === undefined) {
		return problem;
	}

	if (Number.isSafeInteger(rows) && Number.isSafeInteger(columns) && rows > 0 && columns > 0) {
		host.access.resizeTerminal(terminal, {columns, rows});
	}

	return 200;
}

const resizeContainer = atOnce(act => {
	const container = findContainer(act.host, idOf(act));
	if (isEngineError(container)) {
		return container;
	}

	const {task} = container.state;
	const terminal = isRunning(container) && task !== undefined ? getTask(act.host.tx, act.host.engine, task).terminal : undefined;
	return resize(act, terminal, engineError(409, `container ${container.id} is not running`));
});

const resizeExec = atOnce(act => {
	const exec = getExec(act.host, idOf(act));
	return isEngineError(exec) ? exec : resize(act, exec.status === 'running' ? exec.terminal : undefined, engineError(500, 'cannot resize a stopped container'));
});

const newExec = atOnce(act => {
	const exec = createExec(act.host, idOf(act), jsonOf(act));
	return isEngineError(exec) ? exec : {status: 201, body: {Id: exec.id}};
});

export const containerRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'POST', pattern: '/containers/create', handler: create},
	{method: 'POST', pattern: '/containers/prune', handler: prune},
	{method: 'POST', pattern: '/containers/:id/start', handler: start},
	{method: 'POST', pattern: '/containers/:id/stop', handler: stop},
	{method: 'POST', pattern: '/containers/:id/restart', handler: restart},
	{method: 'POST', pattern: '/containers/:id/kill', handler: once(act => killContainer(act.host, idOf(act), act.request.query.get('signal') ?? ''))},
	{method: 'POST', pattern: '/containers/:id/pause', handler: atOnce(act => pauseContainer(act.host, idOf(act)))},
	{method: 'POST', pattern: '/containers/:id/unpause', handler: atOnce(act => unpauseContainer(act.host, idOf(act)))},
	{method: 'POST', pattern: '/containers/:id/rename', handler: atOnce(act => renameContainer(act.host, idOf(act), act.request.query.get('name') ?? ''))},
	{method: 'POST', pattern: '/containers/:id/update', handler: atOnce(act => updateContainer(act.host, idOf(act), jsonOf(act)) ?? {status: 200, body: {Warnings: null} satisfies JsonObject})},
	{method: 'POST', pattern: '/containers/:id/resize', handler: resizeContainer},
	{method: 'POST', pattern: '/containers/:id/exec', handler: newExec},
	{method: 'POST', pattern: '/exec/:id/resize', handler: resizeExec},
	{method: 'DELETE', pattern: '/containers/:id', handler: once(act => removeContainer(act.host, idOf(act), {isForced: flagOf(act.request.query, 'force'), removeVolumes: flagOf(act.request.query, 'v')}))},
];
