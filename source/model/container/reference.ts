// Names of images: `[domain/]path[:tag][@digest]`, and how docker reads the short forms people type.
//
//     nginx                 docker.io/library/nginx
//     team/app:1            docker.io/team/app:1
//     localhost:5000/app    localhost:5000/app      a first component with a dot, a colon, an upper-case letter, or `localhost` is a domain
//
// Source: github.com/distribution/reference reference.go, normalize.go; errors in its words.

import {type Digest, isDigest} from '../../base/digest.js';

export type Reference = {
	/** Empty only in what `parseCanonical` reads. */
	readonly domain: string;
	readonly path: string;
	readonly tag: string | undefined;
	readonly digest: Digest | undefined;
};

export type ReferenceError = {readonly kind: 'reference-error'; readonly message: string};

const defaultDomain = 'docker.io';
const officialPrefix = 'library/';
const maxPathLength = 255;

const identifierPattern = /^[a-f\d]{64}$/v;
const domainPattern = /^(?:[a-zA-Z\d](?:[a-zA-Z\d\-]*[a-zA-Z\d])?(?:\.[a-zA-Z\d](?:[a-zA-Z\d\-]*[a-zA-Z\d])?)*|\[[a-fA-F\d:]+\])(?::\d+)?$/v;
const componentPattern = /^[a-z\d]+(?:(?:\.|__?|-+)[a-z\d]+)*$/v;
const tagPattern = /^\w[\w.\-]{0,127}$/v;
const digestShape = /^[A-Za-z][A-Za-z\d]*(?:[\-_+.][A-Za-z][A-Za-z\d]*)*:[\da-fA-F]{32,}$/v;

const invalidFormat = 'invalid reference format';

function refused(message: string): ReferenceError {
	return {kind: 'reference-error', message};
}

export function isReferenceError(value: object): value is ReferenceError {
	return 'kind' in value && value.kind === 'reference-error';
}

/** A reference as it stands, without the short forms: `reference.Parse`. */
export function parseCanonical(text: string): Reference | ReferenceError {
	if (text === '') {
		return refused('repository name must have at least one component');
	}

	const shape = shapeOf(text);
	if (shape === undefined) {
		return refused(shapeOf(text.toLowerCase()) === undefined ? invalidFormat : 'repository name must be lowercase');
	}

	if (shape.path.length > maxPathLength) {
		return refused(`repository name must not be more than ${maxPathLength} characters`);
	}

	const problem = shape.digest === undefined ? undefined : digestProblem(shape.digest);
	return problem === undefined ? {...shape, digest: shape.digest as Digest | undefined} : refused(problem);
}

/** A reference as people type it: `reference.ParseNormalizedNamed`. */
export function parseReference(text: string): Reference | ReferenceError {
	if (identifierPattern.test(text)) {
		return refused(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
	}

	const {domain, rest} = splitDomain(text);
	const remote = rest.split(':', 1)[0]!;
	if (remote.toLowerCase() !== remote) {
		return refused(`${invalidFormat}: repository name (${remote}) must be lowercase`);
	}

	return parseCanonical(`${domain}/${rest}`);
}

function splitDomain(text: string): {readonly domain: string; readonly rest: string} {
	const slash = text.indexOf('/');
	const first = text.slice(0, Math.max(slash, 0));
	const isDomain = slash !== -1 && (first === 'localhost' || /[.:]/v.test(first) || first.toLowerCase() !== first);
	const domain = isDomain && first !== 'index.docker.io' ? first : defaultDomain;
	const rest = isDomain ? text.slice(slash + 1) : text;
	return {domain, rest: domain === defaultDomain && !rest.includes('/') ? officialPrefix + rest : rest};
}

function shapeOf(text: string): {domain: string; path: string; tag: string | undefined; digest: string | undefined} | undefined {
	const at = text.indexOf('@');
	const digest = at === -1 ? undefined : text.slice(at + 1);
	const beforeDigest = at === -1 ? text : text.slice(0, at);
	const colon = beforeDigest.lastIndexOf(':');
	const hasTag = colon > beforeDigest.lastIndexOf('/');
	const tag = hasTag ? beforeDigest.slice(colon + 1) : undefined;
	const components = (hasTag ? beforeDigest.slice(0, colon) : beforeDigest).split('/');
	if ((digest !== undefined && !digestShape.test(digest)) || (tag !== undefined && !tagPattern.test(tag))) {
		return undefined;
	}

	const hasDomain = components.length > 1 && domainPattern.test(components[0]!);
	const path = hasDomain ? components.slice(1) : components;
	return path.every(component => componentPattern.test(component))
		? {domain: hasDomain ? components[0]! : '', path: path.join('/'), tag, digest}
		: undefined;
}

function digestProblem(digest: string): string | undefined {
	if (!digest.startsWith('sha256:')) {
		return 'unsupported digest algorithm';
	}

	return digest.length === 71 ? (isDigest(digest) ? undefined : 'invalid checksum digest format') : 'invalid checksum digest length';
}

/** `docker.io/library/nginx`. */
export function fullName({domain, path}: Reference): string {
	return domain === '' ? path : `${domain}/${path}`;
}

/** The name as docker shows it: `nginx`, `team/app`, `localhost:5000/app`. */
export function familiarName({domain, path}: Reference): string {
	if (domain !== defaultDomain) {
		return domain === '' ? path : `${domain}/${path}`;
	}

	const short = path.startsWith(officialPrefix) ? path.slice(officialPrefix.length) : path;
	return short.includes('/') ? path : short;
}

function suffix({tag, digest}: Reference): string {
	return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

export function fullReference(reference: Reference): string {
	return fullName(reference) + suffix(reference);
}

export function familiarReference(reference: Reference): string {
	return familiarName(reference) + suffix(reference);
}

/** A name without tag and digest means `latest`; with a digest the tag is dropped (`reference.ParseDockerRef`). */
export function withDefaultTag(reference: Reference): Reference {
	if (reference.digest !== undefined) {
		return {...reference, tag: undefined};
	}

	return {...reference, tag: reference.tag ?? 'latest'};
}

/** What follows the name in a request to a registry. */
export function tagOrDigest(reference: Reference): string {
	return reference.digest ?? reference.tag ?? 'latest';
}
