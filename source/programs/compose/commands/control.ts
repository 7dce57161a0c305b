// docker compose down, stop, restart, kill, rm, pause, unpause: what is done to containers that are there.
// Source: docker/compose cmd/compose/{down,stop,restart,kill,remove,pause}.go, pkg/compose of the same names.

import {print, warn} from '../../docker/client/client.js';
import {isConfirmed} from '../../docker/client/confirmation.js';
import type {Flags} from '../../docker/command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {dependenciesOf, type Project} from '../project/project.js';
import type {Compose} from '../engine/compose.js';
import {findContainers, type Container, type Wanted} from '../engine/containers.js';
import {takeDown} from '../engine/down.js';
import {inDependencyOrder, inReverseOrder} from '../engine/order.js';
import {actOnAll, removeAction, stopContainers, type Action} from '../engine/stop.js';
import {anyNumber, services, statusOf, type ComposeCall, type ComposeCommand} from './command.js';
import {downFlags, killFlags, pauseFlags, restartFlags, rmFlags, stopFlags, unpauseFlags} from './flag-table.js';
import {projectFromLabels} from './label-project.js';
import {projectOrName, type ProjectOrName} from './project-source.js';

function timeoutOf(flags: Flags): number | undefined {
	return flags.changed('timeout') ? flags.int('timeout') : undefined;
}

type Found = ProjectOrName & {readonly containers: readonly Container[]};

/** The project's containers, of the named services if any are named. */
function * found(compose: Compose, args: readonly string[], wanted: Wanted): Steps<Found | Refusal> {
	const which = yield * projectOrName(compose, args);
	if (refused(which)) {
		return which;
	}

	const containers = yield * findContainers(compose, which.name, {...wanted, services: args});
	return refused(containers) ? containers : {...which, containers};
}

export const down: ComposeCommand = {
	kind: 'command', use: '[OPTIONS] [SERVICES]', short: 'Stop and remove containers, networks', flags: downFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const images = flags.text('rmi');
		if (!['', 'all', 'local'].includes(images)) {
			return refusal(`invalid value for --rmi: "${images}"`);
		}

		const which = yield * projectOrName(compose, args);
		return refused(which) ? which : statusOf(yield * takeDown(compose, {...which, services: args, removesOrphans: flags.bool('remove-orphans'), removesVolumes: flags.bool('volumes'), images, timeoutSeconds: timeoutOf(flags)}));
	},
};

export const stop: ComposeCommand = {
	kind: 'command', title: 'Stopping', use: `[OPTIONS] ${services}`, short: 'Stop services', flags: stopFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const which = yield * found(compose, args, {all: true});
		if (refused(which)) {
			return which;
		}

		const order = yield * servicesOf(compose, which, which.containers);
		return refused(order) ? order : statusOf(yield * inReverseOrder(compose.client.process, order.services, name => stopContainers(compose, which.containers.filter(({service}) => service === name), timeoutOf(flags))));
	},
};

function * servicesOf(compose: Compose, {project, name}: ProjectOrName, containers: readonly Container[]): Steps<Project | Refusal> {
	return project ?? (containers.length === 0 ? refusal(`no container found for project "${name}": not found`) : yield * projectFromLabels(compose, name));
}

export const restart: ComposeCommand = {kind: 'command', title: 'Restarting', use: `[OPTIONS] ${services}`, short: 'Restart service containers', flags: restartFlags, arguments: anyNumber, run: restartServices};

function * restartServices({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const which = yield * found(compose, [], {all: true});
	if (refused(which)) {
		return which;
	}

	const project = yield * servicesOf(compose, which, which.containers);
	if (refused(project)) {
		return project;
	}

	const unknown = args.find(name => !project.services.has(name));
	if (unknown !== undefined) {
		return refusal(`no such service: ${unknown}`);
	}

	const chosen = args.length === 0 ? [...project.services.keys()] : args;
	// Those whose dependency says `restart: true` go with it.
	const also = flags.bool('no-deps') ? [] : [...project.services].filter(([, service]) => dependenciesOf(service).some(each => each.isRestarted && chosen.includes(each.service))).map(([name]) => name);
	const timeout = timeoutOf(flags);
	const action: Action = {words: ['Restarting', 'Started'], request: ({id}) => ({method: 'POST', path: `/containers/${id}/restart`, query: timeout === undefined ? [] : [['t', String(timeout)]]})};
	const wanted = new Set([...chosen, ...also]);
	return statusOf(yield * inDependencyOrder(compose.client.process, project.services, name => actOnAll(compose, wanted.has(name) ? which.containers.filter(({service}) => service === name) : [], action)));
}

export const kill: ComposeCommand = {
	kind: 'command', title: 'Killing', use: `[OPTIONS] ${services}`, short: 'Force stop service containers', flags: killFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const which = yield * found(compose, args, {all: false, oneOff: 'include'});
		if (refused(which)) {
			return which;
		}

		if (which.containers.length === 0) {
			yield * warn(compose.client, 'no container to kill');
			return 0;
		}

		const action: Action = {words: ['Killing', 'Killed'], request: ({id}) => ({method: 'POST', path: `/containers/${id}/kill`, query: [['signal', flags.text('signal')]]})};
		return statusOf(yield * actOnAll(compose, which.containers, action));
	},
};

const paused = (use: string, short: string, flags: ComposeCommand['flags'], words: Action['words'], verb: 'pause' | 'unpause'): ComposeCommand => ({
	kind: 'command', title: words[0], use, short, flags, arguments: anyNumber,
	* run({compose, args}) {
		const which = yield * found(compose, args, {all: false});
		return refused(which) ? which : statusOf(yield * actOnAll(compose, which.containers, {words, request: ({id}) => ({method: 'POST', path: `/containers/${id}/${verb}`})}));
	},
});

export const pause = paused(services, 'Pause services', pauseFlags, ['Pausing', 'Paused'], 'pause');
export const unpause = paused(services, 'Unpause services', unpauseFlags, ['Unpausing', 'Unpaused'], 'unpause');

export const rm: ComposeCommand = {
	kind: 'command', title: 'Removing', use: `[OPTIONS] ${services}`, short: 'Removes stopped service containers',
	long: 'Removes stopped service containers\n\nBy default, anonymous volumes attached to containers will not be removed. You\ncan override this with -v. To list all volumes, use "docker volume ls".\n\nAny data which is not in a volume will be lost.',
	flags: rmFlags, arguments: anyNumber, run: removeStopped,
};

function * removeStopped({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const which = yield * found(compose, args, {all: true});
	if (refused(which)) {
		return which;
	}

	if (flags.bool('stop')) {
		const stopped = yield * stopContainers(compose, which.containers.filter(({state}) => state === 'running' || state === 'restarting'));
		if (stopped !== undefined) {
			return stopped;
		}
	}

	const removable = flags.bool('stop') ? which.containers : which.containers.filter(({state}) => state !== 'running' && state !== 'restarting' && state !== 'paused');
	if (removable.length === 0) {
		yield * print(compose.client, 'No stopped containers\n');
		return 0;
	}

	const names = removable.map(({name}) => name).join(', ');
	if (flags.bool('force')) {
		yield * print(compose.client, `Going to remove ${names}\n`);
	} else if (!(yield * isConfirmed(compose.client, `? Going to remove ${names}`, '(y/N)'))) {
		return 0;
	}

	return statusOf(yield * actOnAll(compose, removable, removeAction(flags.bool('volumes'))));
}
