// docker compose up, create, start, scale. Source: docker/compose cmd/compose/{up,create,start,scale}.go, pkg/compose/up.go.

import {print, type Client} from '../../docker/client/client.js';
import {parseTruth} from '../../docker/command/flag.js';
import type {Flags} from '../../docker/command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {quote} from '../../docker/go-template/quote.js';
import {runAttached} from '../engine/attach.js';
import {plainBuild} from '../engine/build.js';
import type {Compose} from '../engine/compose.js';
import {findContainers, shortName, type Container} from '../engine/containers.js';
import {converge, type Recreate} from '../engine/converge.js';
import {ensureImages} from '../engine/images.js';
import {startProject} from '../engine/start.js';
import {unmodelledField} from '../engine/unmodelled.js';
import {LogPrinter, type LogStyle} from '../output/log-printer.js';
import {selectServices, type Project} from '../project/project.js';
import {anyNumber, services, statusOf, type ComposeCall, type ComposeCommand} from './command.js';
import {createFlags, scaleFlags, startFlags, upFlags} from './flag-table.js';
import {projectOf, projectOrName, selectedProject} from './project-source.js';
import {projectFromLabels} from './label-project.js';

export const up: ComposeCommand = {kind: 'command', use: `[OPTIONS] ${services}`, short: 'Create and start containers', flags: upFlags, arguments: anyNumber, run: bringUp};
export const create: ComposeCommand = {kind: 'command', title: 'Creating', use: `[OPTIONS] ${services}`, short: 'Creates containers for a service', flags: createFlags, arguments: anyNumber, run: createOnly};

function flagProblem(flags: Flags): string | undefined {
	const both = (a: string, b: string) => flags.bool(a) && flags.bool(b);
	if (flags.bool('wait') && (flags.bool('abort-on-container-exit') || flags.bool('abort-on-container-failure') || flags.list('attach').length > 0)) {
		return '--wait cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach or --attach-dependencies';
	}

	if (both('build', 'no-build')) {
		return '--build and --no-build are incompatible';
	}

	const isAttaching = ['abort-on-container-exit', 'abort-on-container-failure'].some(name => flags.bool(name)) || flags.list('attach').length > 0;
	if (isAttaching && (flags.bool('detach') || flags.bool('wait'))) {
		return '--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch';
	}

	if (both('force-recreate', 'no-recreate')) {
		return '--force-recreate and --no-recreate are incompatible';
	}

	return both('always-recreate-deps', 'no-recreate') ? '--always-recreate-deps and --no-recreate are incompatible' : undefined;
}

function recreateOf(flags: Flags): Recreate {
	return flags.bool('force-recreate') ? 'force' : (flags.bool('no-recreate') ? 'never' : 'diverged');
}

/** `--scale web=3`. */
export function scaled(project: Project, words: readonly string[]): Project | Refusal {
	const next = new Map(project.services);
	for (const word of words) {
		const [name = '', count = '', ...more] = word.split('=');
		if (count === '' || more.length > 0) {
			return refusal(`invalid --scale option ${quote(word)}. Should be SERVICE=NUM`);
		}

		if (!/^\d+$/v.test(count)) {
			return refusal(`strconv.Atoi: parsing ${quote(count)}: invalid syntax`);
		}

		const service = next.get(name);
		if (service === undefined) {
			return refusal(`no such service: ${name}`);
		}

		if (service.has('container_name') && Number(count) > 1) {
			return refusal(`WARNING: The ${quote(name)} service is using the custom container name ${quote(String(service.get('container_name')))}. Docker requires each container to have a unique name. Remove the custom name to scale the service.\n`);
		}

		next.set(name, new Map([...service, ['scale', Number(count)]]));
	}

	return {...project, services: next};
}

type Made = {readonly project: Project; readonly chosen: readonly string[]};

/** Everything up to containers that are there but not started. */
function * makeContainers(compose: Compose, flags: Flags, args: readonly string[], withDependencies: boolean): Steps<Made | Refusal> {
	const selected = yield * selectedProject(compose, args, withDependencies);
	const project = refused(selected) ? selected : scaled(selected, flags.list('scale'));
	if (refused(project)) {
		return project;
	}

	if (project.services.size === 0) {
		return refusal('no service selected');
	}

	const field = unmodelledField(project);
	if (field !== undefined) {
		return refusal(`virtlab: ${field} is not modelled`);
	}

	const pull = flags.text('pull');
	if (!['policy', 'always', 'missing', 'never', 'build'].includes(pull)) {
		return refusal(`invalid --pull option ${quote(pull)}`);
	}

	const images = yield * ensureImages(compose, project, {
		builds: flags.bool('build') || pull === 'build', neverBuilds: flags.bool('no-build'), pull: pull === 'policy' ? '' : pull, isQuietPull: flags.bool('quiet-pull'), build: plainBuild,
	});
	if (refused(images)) {
		return images;
	}

	const chosen = args.length === 0 ? [...project.services.keys()] : args;
	const problem = yield * converge(compose, project, images, {
		chosen, recreate: recreateOf(flags), recreateDependencies: flags.changed('always-recreate-deps') ? 'force' : (flags.bool('no-recreate') ? 'never' : 'diverged'),
		keepsAnonymousVolumes: !flags.changed('renew-anon-volumes'), removesOrphans: flags.bool('remove-orphans') || parseTruth(compose.client.process.env.get('COMPOSE_REMOVE_ORPHANS') ?? '') === true,
		timeoutSeconds: flags.changed('timeout') ? flags.int('timeout') : undefined,
	});
	return problem ?? {project, chosen};
}

function * createOnly({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	if (flags.bool('force-recreate') && flags.bool('no-recreate')) {
		return refusal('--force-recreate and --no-recreate are incompatible');
	}

	if (flags.bool('build') && flags.bool('no-build')) {
		return refusal('--build and --no-build are incompatible');
	}

	const made = yield * makeContainers(compose, flags, args, true);
	return refused(made) ? made : 0;
}

function * bringUp({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const problem = flagProblem(flags);
	if (problem !== undefined) {
		return refusal(problem);
	}

	const from = flags.text('exit-code-from');
	const made = yield * makeContainers(compose, flags, args, !flags.bool('no-deps'));
	if (refused(made) || flags.bool('no-start')) {
		return refused(made) ? made : 0;
	}

	if (from !== '' && !made.project.services.has(from)) {
		return refusal(`no such service: ${from}`);
	}

	const waitNs = flags.int('wait-timeout') > 0 ? flags.int('wait-timeout') * 1e9 : undefined;
	const start = () => startProject(compose, {project: made.project, waitNs, waits: flags.bool('wait')});
	return flags.bool('detach') || flags.bool('wait') ? statusOf(yield * start()) : yield * inForeground(compose, flags, {...made, start, from});
}

type Foreground = Made & {readonly start: () => Steps<Refusal | undefined>; readonly from: string};

function * inForeground(compose: Compose, flags: Flags, {project, chosen, start, from}: Foreground): Steps<number | Refusal> {
	const found = yield * findContainers(compose, project.name, {all: true, services: [...project.services.keys()]});
	if (refused(found)) {
		return found;
	}

	const attached = flags.list('attach').length > 0 ? flags.list('attach') : chosen;
	const isShown = ({service}: Container) => attached.includes(service) && !flags.list('no-attach').includes(service) && project.services.get(service)?.get('attach') !== false;
	const containers = found.filter(({service}) => chosen.includes(service));
	const names = containers.filter(container => isShown(container)).map(container => shortName(container));
	compose.progress.begin('Running');
	yield * print(compose.client, `Attaching to ${names.join(', ')}\n`);
	const abort = flags.bool('abort-on-container-exit') || from !== '' ? 'exit' : (flags.bool('abort-on-container-failure') ? 'failure' : 'no');
	return yield * runAttached(compose, {
		containers, shown: isShown, printer: new LogPrinter(compose.client, names, logStyle(compose.client, flags)), start, abort, exitCodeFrom: from === '' ? undefined : from,
		timeoutSeconds: flags.changed('timeout') ? flags.int('timeout') : undefined,
	});
}

/** Colours only on a terminal. */
export function logStyle({process}: Client, flags: Flags): LogStyle {
	return {hasPrefix: !flags.bool('no-log-prefix'), isColored: !flags.bool('no-color') && process.sys.isTerminal(1) && (process.env.get('NO_COLOR') ?? '') === ''};
}

export const start: ComposeCommand = {
	kind: 'command', use: services, short: 'Start services', flags: startFlags, arguments: anyNumber,
	* run({compose, args}) {
		const found = yield * projectOrName(compose, args);
		const whole = refused(found) ? found : found.project ?? (yield * projectFromLabels(compose, found.name));
		const project = refused(whole) ? whole : selectServices(whole, args, true);
		return refused(project) ? project : statusOf(yield * startProject(compose, {project}));
	},
};

export const scale: ComposeCommand = {
	kind: 'command', use: '[SERVICE=REPLICAS...]', short: 'Scale services ', flags: scaleFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const names = args.map(word => word.split('=')[0]!);
		const whole = yield * projectOf(compose, names);
		const selected = refused(whole) ? whole : selectServices(whole, names, !flags.bool('no-deps'));
		const project = refused(selected) ? selected : scaled(selected, args);
		if (refused(project)) {
			return project;
		}

		const field = unmodelledField(project);
		if (field !== undefined) {
			return refusal(`virtlab: ${field} is not modelled`);
		}

		const images = yield * ensureImages(compose, project, {builds: false, pull: '', isQuietPull: false, build: plainBuild});
		if (refused(images)) {
			return images;
		}

		const problem = yield * converge(compose, project, images, {chosen: names, recreate: 'diverged', recreateDependencies: 'diverged', keepsAnonymousVolumes: true, removesOrphans: false});
		return statusOf(problem ?? (yield * startProject(compose, {project})));
	},
};
