// A project from its files: the merged model, completed, decoded into fields and checked. Source: compose-go cli/options.go,
// loader/loader.go (projectName, modelToProject), types/project.go.

import {compareText} from '../../../base/bytes.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {listOf, memberOf, objectOf, textOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';
import {parseDotenv} from '../file/dotenv.js';
import {interpolate, InterpolationProblem} from '../file/interpolate.js';
import {consistencyProblem} from './consistency.js';
import {DecodeProblem, decodeStruct, sortedDeep} from './decode.js';
import {freshBudget, loadModel, readFile, type Loading} from './load-model.js';
import {normalize} from './normalize.js';
import {activeProfiles, type Parts, type Project} from './project.js';
import {fileStruct, networkStruct, serviceStruct, volumeStruct, type Struct} from './struct-tables.js';
import type {Source} from './source.js';

export type ProjectRequest = {
	readonly source: Source;
	readonly files: readonly string[];
	readonly workingDir: string;
	readonly home: string;
	readonly environment: ReadonlyMap<string, string>;
	readonly envFiles: readonly string[];
	/** Given by -p. */
	readonly name: string | undefined;
	readonly profiles: readonly string[];
	readonly isInterpolated?: boolean;
	readonly isResolved?: boolean;
	readonly isChecked?: boolean;
};

export function normalProjectName(name: string): string {
	return name.toLowerCase().replaceAll(/[^a-z\d_\-]/gv, '').replace(/^[_\-]+/v, '');
}

export function invalidName(name: string): string {
	return `invalid project name ${quote(name)}: must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number`;
}

/** The merged and completed model, before it is read into fields. */
export function * loadWholeModel(request: ProjectRequest): Steps<{readonly name: string; readonly environment: ReadonlyMap<string, string>; readonly model: JsonObject} | Refusal> {
	const loading: Loading = {
		source: request.source, place: {workingDir: request.workingDir, home: request.home}, environment: request.environment, isInterpolated: request.isInterpolated ?? true,
		isResolved: request.isResolved ?? true, including: [], budget: freshBudget(),
	};
	const name = yield * projectName(request, loading);
	if (refused(name)) {
		return name;
	}

	const environment = new Map([...request.environment, ['COMPOSE_PROJECT_NAME', name]]);
	const model = yield * loadModel({...loading, environment}, request.files);
	if (refused(model)) {
		return model;
	}

	if (model.size === 0) {
		return refusal('empty compose file');
	}

	return {name, environment, model: normalize(model, name, environment)};
}

export function * loadProject(request: ProjectRequest): Steps<Project | Refusal> {
	const whole = yield * loadWholeModel(request);
	if (refused(whole)) {
		return whole;
	}

	const project = decoded({...request, ...whole}, whole.model);
	if (refused(project)) {
		return project;
	}

	const profiled = withProfiles(project, request.profiles);
	const problem = request.isChecked === false ? undefined : consistencyProblem(profiled);
	return problem === undefined ? profiled : refusal(problem);
}

/** -p, COMPOSE_PROJECT_NAME, `name:`, or the directory. */
function * projectName(request: ProjectRequest, loading: Loading): Steps<string | Refusal> {
	const given = request.name ?? request.environment.get('COMPOSE_PROJECT_NAME');
	if (given !== undefined && given !== '') {
		return given === normalProjectName(given) ? given : refusal(invalidName(given));
	}

	let named = '';
	for (const file of request.files) {
		const documents = yield * readFile(loading, file);
		if (refused(documents)) {
			return documents;
		}

		const value = memberOf(documents.at(-1), 'name');
		const text = interpolate(value, {lookup: name => request.environment.get(name), onUnset() {}});
		if (text instanceof InterpolationProblem) {
			return refusal(text.message);
		}

		named = textOf(text) || named;
	}

	if (named !== '') {
		return named === normalProjectName(named) ? named : refusal(invalidName(named));
	}

	return normalProjectName(request.workingDir.split('/').at(-1) ?? '') || refusal('project name must not be empty');
}

function decoded(request: ProjectRequest & {readonly name: string}, model: JsonObject): Project | Refusal {
	let problem: DecodeProblem | undefined;
	const part = (field: string, struct: Struct, complete: (value: JsonObject) => JsonObject = value => value): Parts => {
		const result = new Map<string, JsonObject>();
		for (const [name, value] of [...objectOf(model.get(field))].sort(([a], [b]) => compareText(a, b))) {
			const each = decodeStruct(struct, value, [field, name]);
			if (each instanceof DecodeProblem) {
				problem ??= each;
			} else {
				result.set(name, complete(each));
			}
		}

		return result;
	};
	const project: Project = {
		name: request.name, workingDir: request.workingDir, files: request.files, environment: request.environment, envFiles: request.envFiles,
		services: part('services', serviceStruct), disabled: new Map(), networks: part('networks', networkStruct, withIpam), volumes: part('volumes', volumeStruct), secrets: part('secrets', fileStruct), configs: part('configs', fileStruct),
		extensions: new Map([...model].filter(([name]) => name.startsWith('x-')).map(([name, value]) => [name, sortedDeep(value)])),
	};
	return problem === undefined ? project : refusal(problem.message);
}

/** The hash of a network has its address plan even if nothing is said of it. */
export function withIpam(network: JsonObject): JsonObject {
	const before = ['name', 'driver', 'driver_opts'];
	return network.has('ipam') ? network : new Map([...[...network].filter(([name]) => before.includes(name)), ['ipam', new Map()], ...[...network].filter(([name]) => !before.includes(name))]);
}

function withProfiles(project: Project, profiles: readonly string[]): Project {
	const active = (service: JsonObject) => {
		const own = activeProfiles(service);
		return own.length === 0 || profiles.includes('*') || own.some(profile => profiles.includes(profile));
	};
	const entries = [...project.services];
	return {...project, services: new Map(entries.filter(([, service]) => active(service))), disabled: new Map(entries.filter(([, service]) => !active(service)))};
}

/** Reads the services' files of variables into their environments, and their files of labels. */
export function * withEnvironments(project: Project, source: Source): Steps<Project | Refusal> {
	const services = new Map<string, JsonObject>();
	for (const [name, service] of project.services) {
		const values = yield * fileVariables(project, service, source);
		if (refused(values)) {
			return values;
		}

		const labels = yield * fileLabels(project, service, source);
		if (refused(labels)) {
			return labels;
		}

		const complete = new Map([...service].filter(([field]) => field !== 'env_file' && field !== 'label_file'));
		for (const [field, more] of [['environment', values], ['labels', labels]] as const) {
			const all = new Map<string, Json>([...new Map<string, Json>([...more, ...objectOf(service.get(field))])].sort(([a], [b]) => compareText(a, b)));
			if (all.size > 0) {
				complete.set(field, all);
			}
		}

		services.set(name, inOrder(complete));
	}

	return {...project, services};
}

/** The service with its fields in order again. */
function inOrder(service: JsonObject): JsonObject {
	const known = Object.keys(serviceStruct).filter(field => service.has(field));
	const others = [...service.keys()].filter(field => !Object.hasOwn(serviceStruct, field));
	return new Map([...known, ...others].map(field => [field, service.get(field)]));
}

function * fileLabels(project: Project, service: JsonObject, source: Source): Steps<ReadonlyMap<string, Json> | Refusal> {
	const labels = new Map<string, Json>();
	for (const path of textsOf(service.get('label_file'))) {
		const text = source.exists(path) ? yield * source.read(path) : refusal(`label file ${path} not found: stat ${path}: no such file or directory`);
		const parsed = refused(text) ? text : parseDotenv(text, name => project.environment.get(name));
		if (refused(parsed)) {
			return parsed;
		}

		if ('error' in parsed) {
			return refusal(`failed to read ${path}: ${parsed.error}`);
		}

		for (const [name, value] of parsed.values) {
			labels.set(name, value);
		}
	}

	return labels;
}

function * fileVariables(project: Project, service: JsonObject, source: Source): Steps<ReadonlyMap<string, Json> | Refusal> {
	const values = new Map<string, Json>();
	const own = objectOf(service.get('environment'));
	const lookup = (name: string) => {
		const value = project.environment.get(name) ?? own.get(name) ?? values.get(name);
		return typeof value === 'string' ? value : undefined;
	};
	for (const file of listOf(service.get('env_file'))) {
		const path = textOf(memberOf(file, 'path'));
		if (!source.exists(path)) {
			if (memberOf(file, 'required') === false) {
				continue;
			}

			return refusal(`env file ${path} not found: stat ${path}: no such file or directory`);
		}

		const text = yield * source.read(path);
		if (refused(text)) {
			return text;
		}

		const parsed = parseDotenv(text, lookup);
		if ('error' in parsed) {
			return refusal(`failed to read ${path}: ${parsed.error}`);
		}

		for (const [name, value] of parsed.values) {
			values.set(name, value);
		}
	}

	return values;
}
