// From the texts of compose files to one mapping in long form. Each file in turn is read, its variables replaced, what it extends and
// includes brought in, laid over what came before, judged by the schema and made canonical. Source: compose-go loader/loader.go,
// loader/extends.go, loader/include.go; errors in their words.

import type {Refusal, Steps} from '../../docker/command/refusal.js';
import {refusal, refused} from '../../docker/command/refusal.js';
import {memberOf, objectOf, textOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';
import {canonical, FormProblem} from '../file/canonical.js';
import {parseDotenv} from '../file/dotenv.js';
import {interpolate, InterpolationProblem, unsetWarning} from '../file/interpolate.js';
import {merge, withoutRepeats} from '../file/merge.js';
import {readYaml} from '../file/read-yaml.js';
import {schemaProblem} from '../schema/validate.js';
import {fileObjectProblem} from './consistency.js';
import {absolutePath, resolvePaths, type Place} from './paths.js';
import type {Source} from './source.js';

export type Loading = {
	readonly source: Source;
	readonly place: Place;
	readonly environment: ReadonlyMap<string, string>;
	readonly isInterpolated: boolean;
	readonly isResolved: boolean;
	/** Files whose include led here. */
	readonly including: readonly string[];
	/** Counts the files read, against files that bring in files. */
	readonly budget: {filesLeft: number};
};

const filesMax = 100;

export function freshBudget(): Loading['budget'] {
	return {filesLeft: filesMax};
}

/** All files as one mapping, paths absolute. */
export function * loadModel(loading: Loading, files: readonly string[]): Steps<JsonObject | Refusal> {
	const [main = ''] = files;
	if (loading.including.includes(main)) {
		const [first = '', ...rest] = [...loading.including, main];
		return refusal(`include cycle detected:\n${first}\n include ${rest.join('\n include ')}`);
	}

	let model: JsonObject = new Map();
	for (const file of files) {
		const next: JsonObject | Refusal = yield * layFile(loading, file, model);
		if (refused(next)) {
			return next;
		}

		model = next;
	}

	const problem = fileObjectProblem(model);
	if (problem !== undefined) {
		return refusal(problem);
	}

	return loading.isResolved ? objectOf(resolvePaths(model, loading.place)) : model;
}

/** One file's documents over what is there. */
function * layFile(loading: Loading, file: string, under: JsonObject): Steps<JsonObject | Refusal> {
	const documents = yield * readFile(loading, file);
	if (refused(documents)) {
		return documents;
	}

	let model = under;
	for (const document of documents) {
		const own = yield * prepared(loading, file, document);
		if (refused(own)) {
			return own;
		}

		const included = yield * withIncludes(loading, file, own);
		if (refused(included)) {
			return included;
		}

		const laid = yield * laidOver(loading, file, model, included);
		if (refused(laid)) {
			return laid;
		}

		model = laid;
	}

	return model;
}

function * laidOver(loading: Loading, file: string, under: JsonObject, over: JsonObject): Steps<JsonObject | Refusal> {
	const merged = withoutRepeats(merge(under, over));
	const problem = schemaProblem(merged);
	if (problem !== undefined) {
		return refusal(`validating ${file}: ${problem}`);
	}

	const version = memberOf(merged, 'version') !== undefined;
	if (version) {
		yield * loading.source.warn(`${file}: the attribute \`version\` is obsolete, it will be ignored, please remove it to avoid potential confusion`);
	}

	const form = canonical(new Map([...objectOf(merged)].filter(([name]) => name !== 'version')), [], !loading.isInterpolated);
	return form instanceof FormProblem ? refusal(form.message) : objectOf(withoutRepeats(form));
}

export function * readFile({source, budget}: Loading, file: string): Steps<readonly Json[] | Refusal> {
	if (budget.filesLeft-- <= 0) {
		return refusal(`virtlab: projects of more than ${filesMax} files are not modelled`);
	}

	const text = yield * source.read(file);
	if (refused(text)) {
		return text;
	}

	const read = readYaml(text);
	if ('kind' in read) {
		return refusal(read.kind === 'keys' ? `failed to parse ${file}: ${read.message}` : read.message);
	}

	return read.documents;
}

/** Variables replaced and `extends` followed. */
function * prepared(loading: Loading, file: string, document: Json): Steps<JsonObject | Refusal> {
	if (!(document instanceof Map)) {
		return refusal('top-level object must be a mapping');
	}

	const values = yield * interpolated(loading, document);
	return refused(values) ? values : yield * withExtends(loading, file, objectOf(values));
}

function * interpolated(loading: Loading, document: Json): Steps<Json | Refusal> {
	if (!loading.isInterpolated) {
		return document;
	}

	const unset: string[] = [];
	const values = interpolate(document, {lookup: name => loading.environment.get(name), onUnset: name => unset.push(name)});
	for (const name of unset) {
		yield * loading.source.warn(unsetWarning(name));
	}

	return values instanceof InterpolationProblem ? refusal(values.message) : values;
}

type Reference = {readonly service: string; readonly file: string};

function * withExtends(loading: Loading, file: string, model: JsonObject): Steps<JsonObject | Refusal> {
	const services = model.get('services');
	if (!(services instanceof Map)) {
		return model;
	}

	const result = new Map<string, Json>();
	for (const name of (services as JsonObject).keys()) {
		const service = yield * extendedService(loading, {service: name, file}, services as JsonObject, []);
		if (refused(service)) {
			return service;
		}

		result.set(name, service);
	}

	return new Map([...model, ['services', result]]);
}

function * extendedService(loading: Loading, {service: name, file}: Reference, services: JsonObject, way: readonly Reference[]): Steps<Json | Refusal> {
	const service = services.get(name);
	const given = memberOf(service, 'extends');
	if (given === undefined) {
		return service;
	}

	if (way.some(each => each.service === name && each.file === file)) {
		const [first, ...rest] = [...way, {service: name, file}];
		return refusal(['Circular reference:', `  ${first!.service} in ${first!.file}`, ...rest.map(each => `  extends ${each.service} in ${each.file}`)].join('\n'));
	}

	const from = typeof given === 'string' ? given : textOf(memberOf(given, 'service'));
	const other = textOf(memberOf(given, 'file'));
	const path = other === '' ? file : absolutePath(other, loading.place);
	const there = other === '' ? services : yield * servicesOf(loading, path);
	if (refused(there)) {
		return there;
	}

	if (!there.has(from)) {
		return refusal(`cannot extend service ${quote(name)} in ${file}: service ${quote(from)} not found${other === '' ? '' : ` in ${path}`}`);
	}

	const base = yield * extendedService({...loading, place: placeOf(loading, path)}, {service: from, file: path}, there, [...way, {service: name, file}]);
	if (refused(base)) {
		return base;
	}

	const own = new Map([...objectOf(service)].filter(([field]) => field !== 'extends'));
	return merge(moved(base, loading, path), own, ['services', name]);
}

function placeOf({place}: Loading, file: string): Place {
	return {...place, workingDir: file.slice(0, Math.max(file.lastIndexOf('/'), 1))};
}

/** Relative paths of another file's service are relative to that file. */
function moved(service: Json, loading: Loading, file: string): Json {
	const place = placeOf(loading, file);
	if (place.workingDir === loading.place.workingDir) {
		return service;
	}

	const form = canonical(new Map([['services', new Map([['service', service]])]]));
	return form instanceof FormProblem ? service : memberOf(resolvePaths(form, place), 'services', 'service');
}

function * servicesOf(loading: Loading, file: string): Steps<JsonObject | Refusal> {
	const documents = yield * readFile(loading, file);
	if (refused(documents)) {
		return documents;
	}

	const values = yield * interpolated(loading, documents[0]);
	return refused(values) ? values : objectOf(memberOf(values, 'services'));
}

/** What `include` names, each a project of its own, under what the file says itself. */
function * withIncludes(loading: Loading, file: string, model: JsonObject): Steps<JsonObject | Refusal> {
	const includes = model.get('include');
	if (!Array.isArray(includes)) {
		return model;
	}

	let result: JsonObject = new Map([...model].filter(([name]) => name !== 'include'));
	for (const include of includes as readonly Json[]) {
		const part = yield * includedModel(loading, file, include);
		if (refused(part)) {
			return part;
		}

		const conflict = conflictOf(result, part);
		if (conflict !== undefined) {
			return refusal(`${conflict} conflicts with imported resource`);
		}

		result = objectOf(merge(part, result));
	}

	return result;
}

function * includedModel(loading: Loading, file: string, include: Json): Steps<JsonObject | Refusal> {
	const names = (field: string) => {
		const value = memberOf(include, field);
		return typeof value === 'string' ? [value] : textsOf(value);
	};
	const paths = (typeof include === 'string' ? [include] : names('path')).map(path => absolutePath(path, loading.place));
	const directory = textOf(memberOf(include, 'project_directory'));
	const place = directory === '' ? placeOf(loading, paths[0] ?? '') : {...loading.place, workingDir: absolutePath(directory, loading.place)};
	const given = names('env_file').map(path => absolutePath(path, loading.place));
	const envFiles = given.length > 0 ? given : [`${place.workingDir}/.env`].filter(path => loading.source.exists(path));
	const environment = yield * withEnvFiles(loading.source, loading.environment, envFiles);
	return refused(environment) ? environment : yield * loadModel({...loading, place, environment, isResolved: true, including: [...loading.including, file]}, paths);
}

function conflictOf(own: JsonObject, part: JsonObject): string | undefined {
	for (const field of ['services', 'volumes', 'networks', 'secrets', 'configs']) {
		const name = [...objectOf(part.get(field)).keys()].find(each => objectOf(own.get(field)).has(each));
		if (name !== undefined) {
			return `${field}.${name}`;
		}
	}

	return undefined;
}

/** The environment, completed by files; what it has goes before what they say. */
export function * withEnvFiles(source: Source, environment: ReadonlyMap<string, string>, files: readonly string[]): Steps<ReadonlyMap<string, string> | Refusal> {
	const added = new Map<string, string>();
	for (const file of files) {
		const text = yield * source.read(file);
		if (refused(text)) {
			return refusal(`couldn't find env file: ${file}`);
		}

		const parsed = parseDotenv(text, name => environment.get(name) ?? added.get(name));
		if ('error' in parsed) {
			return refusal(`failed to read ${file}: ${parsed.error}`);
		}

		for (const [name, value] of parsed.values) {
			added.set(name, value);
		}
	}

	return new Map([...added, ...environment]);
}
