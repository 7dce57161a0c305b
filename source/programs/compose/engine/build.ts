// Building the images of services. Compose hands its targets to bake as one file on standard input, and what is printed is bake's
// progress, on standard output. Source: docker/compose pkg/compose/build_bake.go; docker/buildx bake/bake.go.
//
// Simplified: bake builds its targets at the same time; ours one after another.

import {encodeText} from '../../../base/bytes.js';
import {normalPath} from '../../../base/path.js';
import {failed} from '../../../model/kernel/errno.js';
import type {BuildEvent} from '../../../model/container/builder/build-host.js';
import {PlainProgress} from '../../../model/container/builder/plain-progress.js';
import {buildEventOf} from '../../docker/build/build-event.js';
import {contextFromDirectory, type BuildContext} from '../../docker/build/context.js';
import {print, warn} from '../../docker/client/client.js';
import {jsonLines, stream, type Query} from '../../docker/client/request.js';
import {readWholeFile} from '../../docker/container/env-file.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {flagOf, marshal, memberOf, objectOf, textOf, textsOf, writeJson, type Json, type JsonObject, type Writable} from '../../docker/go/json.js';
import {isRemoteContext} from '../project/paths.js';
import {dependenciesOf, imageOf, type Project} from '../project/project.js';
import {composeVersion, type Compose} from './compose.js';
import {projectLabel, serviceLabel, versionLabel} from './labels.js';
import {textMap} from './resources.js';

export type BuildOptions = {
	readonly args: readonly string[];
	readonly noCache: boolean;
	readonly pull: boolean;
	readonly isQuiet: boolean;
};

export const plainBuild: BuildOptions = {args: [], noCache: false, pull: false, isQuiet: false};

export function * buildServices(compose: Compose, project: Project, names: readonly string[], options: BuildOptions): Steps<Refusal | undefined> {
	const printer = new BakePrinter(compose, names.length > 1, options.isQuiet);
	yield * printer.definitions(bakeFile(project, names, options));
	for (const name of names) {
		const problem = yield * buildOne(compose, {project, name, options, printer});
		if (problem !== undefined) {
			return problem;
		}
	}

	yield * printer.end(names);
	for (const image of new Set(names.map(name => imageOf(project, name)))) {
		yield * compose.progress.done(image, 'Built');
	}

	return undefined;
}

function buildOf(project: Project, name: string): JsonObject {
	return objectOf(project.services.get(name)?.get('build'));
}

/** What bake reads; also what `compose build --print` shows. */
export function bakeFile(project: Project, names: readonly string[], options: BuildOptions): string {
	const targets = names.map(name => {
		const build = buildOf(project, name);
		const args = buildArgs(build, options);
		const target: Writable = {
			context: textOf(build.get('context')), ...build.has('dockerfile_inline') ? {'dockerfile-inline': build.get('dockerfile_inline')} : {dockerfile: textOf(build.get('dockerfile'))}, ...Object.keys(args).length === 0 ? {} : {args}, labels: labelsOf(project, name),
			tags: tagsOf(project, name), ...build.has('target') ? {target: build.get('target')} : {}, output: ['type=docker'],
		};
		return [name, target] as const;
	});
	return `${writeJson({group: {default: {targets: names}}, target: Object.fromEntries(targets)}, {escapeHtml: false, indent: 2})}\n`;
}

/** By these `down --rmi` finds the image again. */
function labelsOf(project: Project, name: string): Readonly<Record<string, string>> {
	return {...textMap(buildOf(project, name).get('labels')), [projectLabel]: project.name, [serviceLabel]: name, [versionLabel]: composeVersion};
}

function tagsOf(project: Project, name: string): readonly string[] {
	return [imageOf(project, name), ...textsOf(buildOf(project, name).get('tags'))];
}

function buildArgs(build: JsonObject, {args}: BuildOptions): Readonly<Record<string, string>> {
	const own = [...objectOf(build.get('args'))].flatMap(([name, value]) => typeof value === 'string' ? [[name, value] as const] : []);
	const given = args.map(word => [word.split('=')[0]!, word.split('=').slice(1).join('=')] as const);
	return Object.fromEntries([...own, ...given]);
}

/** The context, with a Dockerfile that may be in it, elsewhere, or in the compose file. */
function * contextOf({client}: Compose, build: JsonObject, name: string): Steps<BuildContext | Refusal> {
	const where = textOf(build.get('context'));
	if (isRemoteContext(where)) {
		return refusal('virtlab: docker compose build from a URL is not modelled');
	}

	const inline = textOf(build.get('dockerfile_inline'));
	if (inline !== '') {
		return yield * contextFromDirectory(client, where, '', encodeText(inline));
	}

	const file = textOf(build.get('dockerfile'));
	const path = normalPath(file.startsWith('/') ? file : `${where}/${file}`);
	const isInside = path.startsWith(where === '/' ? '/' : `${where}/`);
	const bytes = failed(client.process.sys.stat(where)) || isInside ? undefined : yield * readWholeFile(client, path);
	const missing = refused(bytes) || (bytes === undefined && !failed(client.process.sys.stat(where)) && failed(client.process.sys.stat(path)));
	return missing ? refusal(`target ${name}: failed to solve: failed to read dockerfile: open ${file}: no such file or directory`) : yield * contextFromDirectory(client, where, path, bytes);
}

type Target = {readonly project: Project; readonly name: string; readonly options: BuildOptions; readonly printer: BakePrinter};

function * buildOne(compose: Compose, {project, name, options, printer}: Target): Steps<Refusal | undefined> {
	const build = buildOf(project, name);
	const context = yield * contextOf(compose, build, name);
	if (refused(context)) {
		return context;
	}

	const args = buildArgs(build, options);
	const on = (isOn: boolean, parameter: string) => isOn ? [[parameter, '1']] as const : [];
	const query: Query = [
		...tagsOf(project, name).map(tag => ['t', tag] as const), ['dockerfile', context.dockerfile], ...Object.keys(args).length === 0 ? [] : [['buildargs', marshal(args)]] as const, ['labels', marshal(labelsOf(project, name))],
		...on(options.noCache || flagOf(build.get('no_cache')), 'nocache'), ...on(options.pull || flagOf(build.get('pull')), 'pull'), ...build.has('target') ? [['target', textOf(build.get('target'))]] as const : [],
		...build.has('network') ? [['networkmode', textOf(build.get('network'))]] as const : [], ['version', '2'],
	];
	const opened = yield * stream(compose.client, {method: 'POST', path: '/build', query, bytes: {type: 'application/x-tar', content: context.tar}});
	if (refused(opened)) {
		return opened;
	}

	let error: Json;
	yield * jsonLines(opened, function * (line: Json): Steps<Refusal | undefined> {
		const event = buildEventOf(memberOf(line, 'aux'));
		if (event !== undefined) {
			yield * printer.event(event, name);
		}

		error ??= memberOf(line, 'errorDetail');
		return undefined;
	});
	opened.close();
	if (error === undefined) {
		return undefined;
	}

	yield * printer.failure(textOf(memberOf(error, 'excerpt')));
	return refusal(`target ${name}: failed to solve: ${textOf(memberOf(error, 'message'))}`, 1);
}

/** Progress of several targets as one: vertices are numbered through, and named by their target if there are several. */
class BakePrinter {
	readonly #compose: Compose;
	readonly #hasNames: boolean;
	readonly #isQuiet: boolean;
	readonly #progress = new PlainProgress();

	constructor(compose: Compose, hasNames: boolean, isQuiet: boolean) {
		this.#compose = compose;
		this.#hasNames = hasNames;
		this.#isQuiet = isQuiet;
	}

	* definitions(file: string): Steps<void> {
		const atNs = this.#compose.client.process.sys.now();
		const vertex = 'bake definitions';
		yield * this.#show({kind: 'started', vertex, name: '[internal] load local bake definitions', atNs});
		yield * this.#show({kind: 'status', vertex, text: `reading from stdin ${file.length}B`, startNs: atNs, atNs, isDone: true});
		yield * this.#show({kind: 'done', vertex, atNs});
	}

	* event(event: BuildEvent, target: string): Steps<void> {
		if (event.kind === 'stream') {
			return;
		}

		const own = {...event, vertex: `${target} ${event.vertex}`};
		yield * this.#show(own.kind === 'started' && this.#hasNames ? {...own, name: own.name.startsWith('[') ? `[${target} ${own.name.slice(1)}` : `[${target}] ${own.name}`} : own);
	}

	* end(targets: readonly string[]): Steps<void> {
		const atNs = this.#compose.client.process.sys.now();
		for (const target of targets) {
			const vertex = `${target} provenance`;
			yield * this.#show({kind: 'started', vertex, name: `${this.#hasNames ? `[${target}] ` : ''}resolving provenance for metadata file`, atNs});
			yield * this.#show({kind: 'done', vertex, atNs});
		}

		if (!this.#isQuiet) {
			yield * print(this.#compose.client, this.#progress.summary());
		}
	}

	* failure(excerpt: string): Steps<void> {
		if (!this.#isQuiet) {
			yield * warn(this.#compose.client, this.#progress.failure() + (excerpt === '' ? '' : `${excerpt}\n`));
		}
	}

	* #show(event: BuildEvent): Steps<void> {
		const text = this.#progress.lines(event);
		if (!this.#isQuiet) {
			yield * print(this.#compose.client, text);
		}
	}
}

/** What is to be built: the named services, or all that have a build section. */
export function buildable(project: Project, names: readonly string[], withDependencies: boolean): readonly string[] {
	const chosen = new Set(names.length === 0 ? project.services.keys() : names);
	const open = withDependencies ? [...chosen] : [];
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		for (const {service} of dependenciesOf(project.services.get(name) ?? new Map())) {
			if (!chosen.has(service)) {
				chosen.add(service);
				open.push(service);
			}
		}
	}

	return [...project.services.keys()].filter(name => chosen.has(name) && project.services.get(name)!.has('build'));
}
