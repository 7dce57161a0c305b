// A compose project from texts, without a host: what the files say, the warnings, or why it is refused.

import {loadProject, withEnvironments} from '../../../source/programs/compose/project/load-project.js';
import {projectDocument, withoutUnused, type Project} from '../../../source/programs/compose/project/project.js';
import {writeYaml} from '../../../source/programs/compose/file/write-yaml.js';
import {refusal, refused, type Refusal} from '../../../source/programs/docker/command/refusal.js';

export type Files = Readonly<Record<string, string>>;

export type Loaded = {readonly result: Project | Refusal; readonly warnings: readonly string[]};

/** Files are in /app; `compose.yaml` is read unless others are named. */
export function load(files: Files, options: {readonly use?: readonly string[]; readonly environment?: Readonly<Record<string, string>>; readonly profiles?: readonly string[]; readonly name?: string} = {}): Loaded {
	const warnings: string[] = [];
	const absolute = new Map(Object.entries(files).map(([name, text]) => [name.startsWith('/') ? name : `/app/${name}`, text]));
	const source = {
		* read(path: string) {
			return absolute.get(path) ?? refusal(`open ${path}: no such file or directory`);
		},
		exists: (path: string) => absolute.has(path),
		* warn(text: string) {
			warnings.push(text);
		},
	};
	const steps = (function * () {
		const project = yield * loadProject({
			source, files: (options.use ?? ['compose.yaml']).map(name => `/app/${name}`), workingDir: '/app', home: '/home/learner', environment: new Map(Object.entries(options.environment ?? {})), envFiles: [], name: options.name,
			profiles: options.profiles ?? [],
		});
		return refused(project) ? project : yield * withEnvironments(project, source);
	})();
	const end = steps.next();
	if (end.done !== true) {
		throw new Error('loading slept');
	}

	return {result: refused(end.value) ? end.value : withoutUnused(end.value), warnings};
}

/** What `docker compose config` prints, or the refusal. */
export function configOf(...given: Parameters<typeof load>): string {
	const {result} = load(...given);
	return refused(result) ? result.message : writeYaml(projectDocument(result));
}
