// docker compose run: one more container of a service, for one command. Source: docker/compose cmd/compose/run.go, pkg/compose/run.go.

import {print} from '../../docker/client/client.js';
import {attend} from '../../docker/client/attached.js';
import {defaultDetachKeys} from '../../docker/client/detach-keys.js';
import {call, hijack} from '../../docker/client/request.js';
import type {Flags} from '../../docker/command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {attachQuery, exitStatus, openWait} from '../../docker/commands/run.js';
import {listOf, objectOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {compareText} from '../../../base/bytes.js';
import {plainBuild} from '../engine/build.js';
import type {Compose} from '../engine/compose.js';
import {findContainers, isOneOff, type Container} from '../engine/containers.js';
import {converge, Convergence} from '../engine/converge.js';
import {ensureImages, type Image} from '../engine/images.js';
import {ensureNetworks, ensureVolumes} from '../engine/resources.js';
import {startProject} from '../engine/start.js';
import {unmodelledField} from '../engine/unmodelled.js';
import {canonical, FormProblem} from '../file/canonical.js';
import {decodeStruct, DecodeProblem} from '../project/decode.js';
import {parseDotenv} from '../file/dotenv.js';
import {absolutePath} from '../project/paths.js';
import {dependenciesOf, selectServices, withoutUnused, type Project} from '../project/project.js';
import {shellWords} from '../project/shell-words.js';
import {serviceStruct} from '../project/struct-tables.js';
import type {ComposeCall, ComposeCommand} from './command.js';
import {runFlags} from './flag-table.js';
import {projectOf, sourceOf, workingDirectory} from './project-source.js';

export const run: ComposeCommand = {
	kind: 'command', use: '[OPTIONS] SERVICE [COMMAND] [ARGS...]', short: 'Run a one-off command on a service', flags: runFlags, arguments: {kind: 'at-least', count: 1}, isInterspersed: false, run: runOneOff,
};

function * runOneOff({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const [name = '', ...command] = args;
	if (flags.bool('service-ports') && flags.list('publish').length > 0) {
		return refusal('--service-ports and --publish are incompatible');
	}

	const whole = yield * projectOf(compose, [name]);
	const selected = refused(whole) ? whole : selectServices(whole, [name], !flags.bool('no-deps'));
	const changed = refused(selected) ? selected : yield * withRunFlags(compose, withoutUnused(selected), {name, command, flags});
	if (refused(changed)) {
		return changed;
	}

	const {sys} = compose.client.process;
	const hasTerminal = flags.bool('tty') && sys.isTerminal(1) && sys.isTerminal(0) && !(flags.changed('no-TTY') && flags.bool('no-TTY'));
	const service = new Map<string, Json>([...changed.services.get(name)!, ['tty', hasTerminal], ['stdin_open', flags.bool('interactive')]]);
	const project = {...changed, services: new Map([...changed.services, [name, service]])};
	const field = unmodelledField(project);
	const images = field === undefined ? yield * ensureImages(compose, project, {builds: flags.bool('build'), pull: flags.text('pull') === 'policy' ? '' : flags.text('pull'), isQuietPull: flags.bool('quiet-pull'), build: plainBuild}) : refusal(`virtlab: ${field} is not modelled`);
	if (refused(images)) {
		return images;
	}

	const ready = yield * dependenciesUp(compose, project, name, images);
	const container = ready ?? (yield * oneOffContainer(compose, {project, name, images, flags}));
	return refused(container) ? container : yield * attended(compose, container, {flags, hasTerminal});
}

/** The service as the flags change it. */
function * withRunFlags(compose: Compose, project: Project, {name, command, flags}: {readonly name: string; readonly command: readonly string[]; readonly flags: Flags}): Steps<Project | Refusal> {
	const service = new Map(project.services.get(name)!);
	const set = (field: string, value: Json) => service.set(field, value);
	if (command.length > 0) {
		set('command', command);
	}

	if (flags.changed('entrypoint')) {
		const words = shellWords(flags.text('entrypoint'));
		if (typeof words === 'string') {
			return refusal(words);
		}

		set('entrypoint', words);
		if (command.length === 0) {
			set('command', []);
		}
	}

	const environment = yield * environmentOf(compose, flags);
	if (refused(environment)) {
		return environment;
	}

	const merged = (field: string, more: ReadonlyMap<string, Json>) => more.size === 0 ? service : set(field, new Map([...new Map([...objectOf(service.get(field)), ...more])].sort(([a], [b]) => compareText(a, b))));
	merged('environment', environment);
	merged('labels', new Map(flags.list('label').map(word => [word.split('=')[0]!, word.split('=').slice(1).join('=')])));
	for (const [flag, field] of [['user', 'user'], ['workdir', 'working_dir'], ['name', 'container_name']] as const) {
		if (flags.changed(flag)) {
			set(field, flags.text(flag));
		}
	}

	for (const [flag, field] of [['cap-add', 'cap_add'], ['cap-drop', 'cap_drop']] as const) {
		if (flags.list(flag).length > 0) {
			set(field, [...textsOf(service.get(field)), ...flags.list(flag)]);
		}
	}

	const own = shortForms(compose, flags);
	if (refused(own)) {
		return own;
	}

	set('ports', flags.bool('service-ports') ? service.get('ports') : own.get('ports') ?? []);
	set('volumes', [...listOf(service.get('volumes')), ...listOf(own.get('volumes'))]);
	return {...project, services: new Map([...project.services, [name, service]])};
}

function * environmentOf(compose: Compose, flags: Flags): Steps<ReadonlyMap<string, Json> | Refusal> {
	const values = new Map<string, Json>();
	for (const file of flags.list('env-from-file')) {
		const text = yield * sourceOf(compose).read(file);
		const parsed = refused(text) ? text : parseDotenv(text, name => compose.client.process.env.get(name));
		if (refused(parsed)) {
			return parsed;
		}

		if ('error' in parsed) {
			return refusal(`failed to read ${file}: ${parsed.error}`);
		}

		for (const [name, value] of parsed.values) {
			values.set(name, value);
		}
	}

	for (const word of flags.list('env')) {
		const equals = word.indexOf('=');
		values.set(equals === -1 ? word : word.slice(0, equals), equals === -1 ? compose.client.process.env.get(word) : word.slice(equals + 1));
	}

	return values;
}

/** -p and -v are written as in a compose file. */
function shortForms(compose: Compose, flags: Flags): JsonObject | Refusal {
	const home = compose.client.process.env.get('HOME') ?? '/';
	const form = canonical(new Map([['services', new Map([['run', new Map<string, Json>([['ports', flags.list('publish')], ['volumes', flags.list('volume')]])]])]]));
	if (form instanceof FormProblem) {
		return refusal(form.message);
	}

	const decoded = decodeStruct(serviceStruct, objectOf(objectOf(form).get('services')).get('run'), ['services', 'run']);
	if (decoded instanceof DecodeProblem) {
		return refusal(decoded.message);
	}

	const volumes = listOf(decoded.get('volumes')).map(volume => {
		const each = objectOf(volume);
		return each.get('type') === 'bind' ? new Map([...each, ['source', absolutePath(String(each.get('source')), {workingDir: workingDirectory(compose), home})]]) : each;
	});
	return new Map<string, Json>([['ports', decoded.get('ports') ?? []], ['volumes', volumes]]);
}

/** What the service depends on is made and started, and waited for as it asks. */
function * dependenciesUp(compose: Compose, project: Project, name: string, images: ReadonlyMap<string, Image>): Steps<Refusal | undefined> {
	const others = new Map([...project.services].filter(([each]) => each !== name));
	if (others.size === 0) {
		return undefined;
	}

	const needed = {...project, services: others};
	const made = yield * converge(compose, {...needed, disabled: new Map([...project.disabled, [name, project.services.get(name)!]])}, images, {chosen: [], recreate: 'never', recreateDependencies: 'never', keepsAnonymousVolumes: true, removesOrphans: false});
	if (made !== undefined) {
		return made;
	}

	// The service's own conditions count, too: a service that waits and has no containers of its own.
	const waits = new Map<string, Json>([['depends_on', project.services.get(name)!.get('depends_on')], ['scale', 0]]);
	return (yield * startProject(compose, {project: needed})) ?? (dependenciesOf(waits).length === 0 ? undefined : yield * startProject(compose, {project: {...needed, services: new Map([...others, [name, waits]])}}));
}

type OneOff = {readonly project: Project; readonly name: string; readonly images: ReadonlyMap<string, Image>; readonly flags: Flags};

function * oneOffContainer(compose: Compose, {project, name, images, flags}: OneOff): Steps<Container | Refusal> {
	const networks = yield * ensureNetworks(compose, project);
	if (refused(networks)) {
		return networks;
	}

	const there = (yield * ensureVolumes(compose, project)) ?? (yield * findContainers(compose, project.name, {all: true}));
	if (refused(there)) {
		return there;
	}

	const slug = [...compose.client.process.sys.getrandom(32)].map(byte => byte.toString(16).padStart(2, '0')).join('');
	const own = flags.changed('name') ? flags.text('name') : `${project.name}-${name}-run-${slug.slice(0, 12)}`;
	const convergence = new Convergence(compose, project, {images, networks, there: there.filter(container => !isOneOff(container)), options: {chosen: [name], recreate: 'never', recreateDependencies: 'never', keepsAnonymousVolumes: true, removesOrphans: false}});
	const isAttached = !flags.bool('detach');
	return yield * convergence.make(name, own, {name: own, number: 1, oneOff: {slug, attachStdin: isAttached && flags.bool('interactive'), autoRemove: flags.bool('rm'), usesAliases: flags.bool('use-aliases')}});
}

function * attended(compose: Compose, container: Container, {flags, hasTerminal}: {readonly flags: Flags; readonly hasTerminal: boolean}): Steps<number | Refusal> {
	const {client} = compose;
	const path = `/containers/${container.id}`;
	if (flags.bool('detach')) {
		const started = yield * call(client, {method: 'POST', path: `${path}/start`});
		if (refused(started)) {
			return started;
		}

		yield * print(client, `${container.id}\n`);
		return 0;
	}

	const forwardsStdin = flags.bool('interactive');
	const opened = yield * hijack(client, {method: 'POST', path: `${path}/attach`, query: attachQuery({stdin: forwardsStdin, stdout: true, stderr: true, keys: ''})});
	if (refused(opened)) {
		return opened;
	}

	const waiting = yield * openWait(client, container.id, flags.bool('rm'));
	const started = refused(waiting) ? waiting : yield * call(client, {method: 'POST', path: `${path}/start`});
	if (refused(waiting) || refused(started)) {
		client.process.sys.close(opened.fd);
		return refused(waiting) ? waiting : started as Refusal;
	}

	const outcome = yield * attend(client, opened, {hasTerminal, forwardsStdin, detachKeys: defaultDetachKeys, resizePath: path, signalPath: hasTerminal ? undefined : path});
	return outcome === 'detached' ? 0 : yield * exitStatus(waiting);
}
