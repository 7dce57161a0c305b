// Which project a command is about: the files that -f, COMPOSE_FILE or the directories say, the environment with `.env`, the name.
// Source: docker/compose cmd/compose/compose.go (ToProject, projectOrName); compose-go cli/options.go.

import {decodeUtf8} from '../../../base/bytes.js';
import {normalPath} from '../../../base/path.js';
import {readAll} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import {readWholeFile} from '../../docker/container/env-file.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import type {Client} from '../../docker/client/client.js';
import type {Compose} from '../engine/compose.js';
import {logWarning} from '../output/log-line.js';
import {withEnvFiles} from '../project/load-model.js';
import type {JsonObject} from '../../docker/go/json.js';
import {invalidName, loadProject, loadWholeModel, normalProjectName, withEnvironments, type ProjectRequest} from '../project/load-project.js';
import {absolutePath} from '../project/paths.js';
import {enableServices, selectServices, withoutUnused, type Project} from '../project/project.js';
import type {Source} from '../project/source.js';

const fileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const overrideNames = ['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml', 'docker-compose.override.yaml'];

const noFile = 'no configuration file provided: not found';

/** How the files are read, for `config`. */
export type Reading = Pick<ProjectRequest, 'isResolved' | 'isChecked'> & {
	/** Services' files of variables stay unread. */
	readonly keepsEnvFiles?: boolean;
};

/** The files and environment of the project, before anything of the files is read. */
type Situation = Omit<ProjectRequest, 'source'>;

export function sourceOf({client}: Compose): Source {
	// Standard input can be read once only.
	let input: Uint8Array | Refusal | undefined;
	return {
		* read(path) {
			input = path === '-' ? input ?? (yield * standardInput(client)) : input;
			const bytes = path === '-' ? input! : yield * readWholeFile(client, path);
			const text = refused(bytes) ? bytes : decodeUtf8(bytes);
			return text === undefined ? refusal('yaml: invalid leading UTF-8 octet') : text;
		},
		exists: path => !failed(client.process.sys.stat(path)),
		* warn(text) {
			yield * logWarning(client, text);
		},
	};
}

function * standardInput(client: Client): Steps<Uint8Array | Refusal> {
	const bytes = yield * readAll(client.process, 0);
	return failed(bytes) ? refusal(`read /dev/stdin: ${bytes.errno}`) : bytes;
}

export function workingDirectory({client}: Compose): string {
	const cwd = client.process.sys.getcwd();
	return failed(cwd) ? '/' : cwd.path;
}

export function * situationOf(compose: Compose): Steps<Situation | Refusal> {
	const {client, globals} = compose;
	const {env} = client.process;
	const cwd = workingDirectory(compose);
	const home = env.get('HOME') ?? '/';
	const absolute = (path: string) => path === '-' ? path : absolutePath(path, {workingDir: cwd, home});
	const directory = globals.text('project-directory') === '' ? undefined : absolute(globals.text('project-directory'));
	const given = [...globals.list('env-file'), ...globals.changed('env-file') ? [] : (env.get('COMPOSE_ENV_FILES') ?? '').split(',').filter(path => path !== '')].map(path => absolute(path));
	const source = sourceOf(compose);
	const dotEnv = (folder: string) => given.length > 0 ? given : [`${folder}/.env`].filter(path => isFile(client, path));
	const first = yield * withEnvFiles(source, env, dotEnv(directory ?? cwd));
	if (refused(first)) {
		return first;
	}

	const named = globals.list('file').length > 0 ? globals.list('file') : (first.get('COMPOSE_FILE') ?? '').split(first.get('COMPOSE_PATH_SEPARATOR') ?? ':').filter(path => path !== '');
	const files = named.length > 0 ? named.map(path => absolute(path)) : yield * defaultFiles(compose, directory ?? cwd);
	const main = files.find(path => path !== '-');
	const workingDir = directory ?? (main === undefined ? cwd : normalPath(`${main}/..`));
	const environment = workingDir === (directory ?? cwd) ? first : yield * withEnvFiles(source, first, dotEnv(workingDir));
	if (refused(environment)) {
		return environment;
	}

	const profiles = globals.list('profile').length > 0 ? globals.list('profile') : (environment.get('COMPOSE_PROFILES') ?? '').split(',').map(profile => profile.trim()).filter(profile => profile !== '');
	const name = globals.text('project-name');
	return name !== '' && name !== normalProjectName(name) ? refusal(invalidName(name)) : {files, workingDir, home, environment, envFiles: given, name: name === '' ? undefined : name, profiles};
}

function isFile({process}: Client, path: string): boolean {
	const found = process.sys.stat(path);
	return !failed(found) && found.type !== 'directory';
}

/** In the directory or the nearest one above it. */
function * defaultFiles({client}: Compose, from: string): Steps<readonly string[]> {
	for (let folder = from; ; folder = normalPath(`${folder}/..`)) {
		const paths = (names: readonly string[]) => names.map(name => normalPath(`${folder}/${name}`)).filter(path => !failed(client.process.sys.stat(path)));
		const candidates = paths(fileNames);
		const overrides = paths(overrideNames);
		if (candidates.length > 0) {
			for (const [what, found] of [['config', candidates], ['override', overrides]] as const) {
				if (found.length > 1) {
					yield * logWarning(client, `Found multiple ${what} files with supported names: ${found.join(', ')}`);
					yield * logWarning(client, `Using ${found[0]}`);
				}
			}

			return [...candidates.slice(0, 1), ...overrides.slice(0, 1)];
		}

		if (folder === '/') {
			return [];
		}
	}
}

/** What the files say together, variables left as they are. */
export function * openModel(compose: Compose, reading: Reading): Steps<JsonObject | Refusal> {
	const situation = yield * situationOf(compose);
	if (refused(situation)) {
		return situation;
	}

	const whole = situation.files.length === 0 ? refusal(noFile) : yield * loadWholeModel({...situation, ...reading, isInterpolated: false, source: sourceOf(compose)});
	return refused(whole) ? whole : whole.model;
}

/** The project as its files say; services that are named are wanted whatever their profiles. */
export function * projectOf(compose: Compose, names: readonly string[] = [], reading: Reading = {}): Steps<Project | Refusal> {
	const situation = yield * situationOf(compose);
	if (refused(situation)) {
		return situation;
	}

	if (situation.files.length === 0) {
		return refusal(noFile);
	}

	const source = sourceOf(compose);
	const loaded = yield * loadProject({...situation, ...reading, source});
	const enabled = refused(loaded) ? loaded : enableServices(loaded, names);
	const resolved = refused(enabled) || reading.keepsEnvFiles === true ? enabled : yield * withEnvironments(enabled, source);
	return refused(resolved) || compose.globals.bool('all-resources') ? resolved : withoutUnused(resolved);
}

/** The project with only the named services and what they depend on. */
export function * selectedProject(compose: Compose, names: readonly string[], withDependencies = true): Steps<Project | Refusal> {
	const project = yield * projectOf(compose, names);
	const selected = refused(project) ? project : selectServices(project, names, withDependencies);
	return refused(selected) || compose.globals.bool('all-resources') ? selected : withoutUnused(selected);
}

export type ProjectOrName = {readonly project: Project | undefined; readonly name: string};

/** For commands that can do without files: -p alone names the project by its containers' labels. */
export function * projectOrName(compose: Compose, names: readonly string[] = []): Steps<ProjectOrName | Refusal> {
	const given = compose.globals.text('project-name');
	if (given !== '' && compose.globals.list('file').length === 0) {
		return given === normalProjectName(given) ? {project: undefined, name: given} : refusal(invalidName(given));
	}

	const project = yield * projectOf(compose, names);
	const fallback = compose.client.process.env.get('COMPOSE_PROJECT_NAME') ?? '';
	return refused(project) ? (fallback === '' ? project : {project: undefined, name: fallback}) : {project, name: project.name};
}
