// docker compose build, pull, push. Source: docker/compose cmd/compose/{build,pull,push}.go.

import {print} from '../../docker/client/client.js';
import {refusal, refused} from '../../docker/command/refusal.js';
import {bakeFile, buildable, buildServices, type BuildOptions} from '../engine/build.js';
import {localImages, pullServices, pushService} from '../engine/images.js';
import {unmodelledField} from '../engine/unmodelled.js';
import {logWarning} from '../output/log-line.js';
import {selectServices} from '../project/project.js';
import {anyNumber, services, statusOf, type ComposeCommand} from './command.js';
import {buildFlags, pullFlags, pushFlags} from './flag-table.js';
import {projectOf} from './project-source.js';

export const build: ComposeCommand = {
	kind: 'command', title: 'Building', use: `[OPTIONS] ${services}`, short: 'Build or rebuild services', flags: buildFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const project = yield * projectOf(compose, args);
		if (refused(project)) {
			return project;
		}

		const names = buildable(project, args, flags.bool('with-dependencies'));
		const options: BuildOptions = {args: flags.list('build-arg'), noCache: flags.bool('no-cache'), pull: flags.bool('pull'), isQuiet: flags.bool('quiet')};
		if (flags.bool('print')) {
			yield * print(compose.client, bakeFile(project, names, options));
			return 0;
		}

		if (names.length === 0) {
			yield * logWarning(compose.client, 'No services to build');
			return 0;
		}

		const field = unmodelledField({...project, services: new Map([...project.services].filter(([name]) => names.includes(name)))});
		return field === undefined || !field.includes('.build.') ? statusOf(yield * buildServices(compose, project, names, options)) : refusal(`virtlab: ${field} is not modelled`);
	},
};

export const pull: ComposeCommand = {
	kind: 'command', title: 'Pulling', use: `[OPTIONS] ${services}`, short: 'Pull service images', flags: pullFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const policy = flags.text('policy');
		const whole = yield * projectOf(compose, args);
		const project = refused(whole) ? whole : selectServices(whole, args, flags.bool('include-deps'));
		if (refused(project)) {
			return project;
		}

		const there = yield * localImages(compose, project);
		if (refused(there)) {
			return there;
		}

		const toPull: string[] = [];
		for (const [name, service] of project.services) {
			if (!service.has('image')) {
				yield * compose.progress.event({id: name, text: 'Skipped', status: 'No image to be pulled', kind: 'done'});
			} else if (service.has('build') && flags.bool('ignore-buildable')) {
				yield * compose.progress.event({id: name, text: 'Skipped', status: 'Image can be built', kind: 'done'});
			} else if (policy === 'missing' && there.has(name)) {
				yield * compose.progress.event({id: name, text: 'Skipped', status: 'Image is already present locally', kind: 'done'});
			} else {
				toPull.push(name);
			}
		}

		return statusOf(yield * pullServices(compose, project, toPull, {isQuiet: flags.bool('quiet'), ignoresFailures: flags.bool('ignore-pull-failures')}));
	},
};

export const push: ComposeCommand = {
	kind: 'command', title: 'Pushing', use: `[OPTIONS] ${services}`, short: 'Push service images', flags: pushFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const whole = yield * projectOf(compose, args);
		const project = refused(whole) ? whole : selectServices(whole, args, flags.bool('include-deps'));
		if (refused(project)) {
			return project;
		}

		for (const [name, service] of project.services) {
			if (!service.has('build') || !service.has('image')) {
				yield * compose.progress.event({id: name, text: 'Skipped', kind: 'done'});
				continue;
			}

			const problem = yield * pushService(compose, project, name, flags.bool('quiet'));
			if (problem !== undefined && !flags.bool('ignore-push-failures')) {
				return problem;
			}
		}

		return 0;
	},
};
