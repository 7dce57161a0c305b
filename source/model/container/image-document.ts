// An image's configuration document and its exact bytes. Two writers exist and both are seen in the wild: dockerd's own (commit, the
// classic builder), which writes every field of its config, and BuildKit's, which leaves out what is empty. Both sort the
// top level, since they pass through a Go map. Source: moby/moby image/image.go MarshalJSON, api/types/container/config.go;
// moby/buildkit exporter/containerimage/writer.go; OCI image-spec specs-go/v1/config.go.

import {compareText, decodeUtf8, encodeText} from '../../base/bytes.js';
import {digestOf, isDigest, sha256Hex} from '../../base/digest.js';
import {encodeHtmlSafeJson, type Json} from '../../base/json.js';
import type {ChainId, DiffId, Healthcheck, History, ImageConfig, ImageDocument, ImageId} from './schema.js';

export type ConfigStyle = 'docker' | 'oci';

/** Undefined and null fields of a Go struct with `omitempty`. */
type Field = readonly [name: string, value: unknown];

function struct(fields: readonly Field[]): object {
	return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function filled<T extends readonly unknown[] | object | string>(value: T | undefined): T | undefined {
	return value === undefined || (typeof value === 'string' ? value === '' : Object.keys(value).length === 0) ? undefined : value;
}

/** Go's maps are written with sorted keys. */
function sorted<T>(record: Readonly<Record<string, T>> | undefined): Readonly<Record<string, T>> | undefined {
	return record === undefined ? undefined : Object.fromEntries(Object.entries(record).sort(([a], [b]) => compareText(a, b)));
}

function healthcheckFields(check: Healthcheck | undefined): object | undefined {
	const positive = (value: number | undefined) => value === 0 ? undefined : value;
	return check === undefined ? undefined : struct([
		['Test', filled(check.Test)], ['Interval', positive(check.Interval)], ['Timeout', positive(check.Timeout)],
		['StartPeriod', positive(check.StartPeriod)], ['StartInterval', positive(check.StartInterval)], ['Retries', positive(check.Retries)],
	]);
}

/** The fields of container.Config in its order. Also what `docker inspect` of a container shows. */
export function dockerConfigFields(config: ImageConfig): object {
	return struct([
		['Hostname', config.Hostname ?? ''], ['Domainname', config.Domainname ?? ''], ['User', config.User ?? ''],
		['AttachStdin', config.AttachStdin ?? false], ['AttachStdout', config.AttachStdout ?? false], ['AttachStderr', config.AttachStderr ?? false],
		['ExposedPorts', sorted(filled(config.ExposedPorts))],
		['Tty', config.Tty ?? false], ['OpenStdin', config.OpenStdin ?? false], ['StdinOnce', config.StdinOnce ?? false],
		['Env', config.Env ?? null], ['Cmd', config.Cmd ?? null], ['Healthcheck', healthcheckFields(config.Healthcheck)],
		['ArgsEscaped', config.ArgsEscaped === true ? true : undefined], ['Image', config.Image ?? ''], ['Volumes', sorted(config.Volumes) ?? null],
		['WorkingDir', config.WorkingDir ?? ''], ['Entrypoint', config.Entrypoint ?? null], ['OnBuild', config.OnBuild ?? null],
		['Labels', sorted(config.Labels) ?? null], ['StopSignal', filled(config.StopSignal)], ['StopTimeout', config.StopTimeout], ['Shell', filled(config.Shell)],
	]);
}

/** The fields of BuildKit's DockerOCIImageConfig in their order, none that is empty. */
function ociConfigFields(config: ImageConfig): object {
	return struct([
		['User', filled(config.User)], ['ExposedPorts', sorted(filled(config.ExposedPorts))], ['Env', filled(config.Env)],
		['Entrypoint', filled(config.Entrypoint)], ['Cmd', filled(config.Cmd)], ['Volumes', sorted(filled(config.Volumes))],
		['WorkingDir', filled(config.WorkingDir)], ['Labels', sorted(filled(config.Labels))], ['StopSignal', filled(config.StopSignal)],
		['ArgsEscaped', config.ArgsEscaped === true ? true : undefined], ['Healthcheck', healthcheckFields(config.Healthcheck)],
		['OnBuild', filled(config.OnBuild)], ['Shell', filled(config.Shell)],
	]);
}

function historyFields(entry: History): object {
	return struct([
		['created', entry.created], ['created_by', filled(entry.created_by)], ['author', filled(entry.author)],
		['comment', filled(entry.comment)], ['empty_layer', entry.empty_layer === true ? true : undefined],
	]);
}

/** The bytes of a document: what its image id is the digest of. */
export function encodeDocument(document: ImageDocument, style: ConfigStyle): Uint8Array {
	const config = style === 'docker' ? dockerConfigFields : ociConfigFields;
	return encodeText(encodeHtmlSafeJson(struct([
		['architecture', document.architecture],
		['author', filled(document.author)],
		['comment', filled(document.comment)],
		['config', config(document.config)],
		['container', filled(document.container)],
		['container_config', document.container_config === undefined ? undefined : config(document.container_config)],
		['created', document.created],
		['docker_version', filled(document.docker_version)],
		['history', document.history.map(historyFields)],
		['os', document.os],
		['rootfs', {type: document.rootfs.type, diff_ids: document.rootfs.diff_ids}],
		['variant', filled(document.variant)],
	]) as Json));
}

/**
 * The record of a layer in archives for engines before 1.10, and its id, which is not the digest of its bytes. `document` is that of
 * the image for its uppermost layer. Source: moby/moby image/image.go V1Image, image/v1/imagev1.go CreateID.
 */
export function legacyLayerRecord(document: ImageDocument | undefined, chain: ChainId, parent: string | undefined): {readonly id: string; readonly bytes: Uint8Array} {
	const own: readonly Field[] = document === undefined
		? [['created', '1970-01-01T00:00:00Z'], ['container_config', dockerConfigFields({})]]
		: [
			['comment', filled(document.comment)], ['created', document.created], ['container', filled(document.container)], ['container_config', dockerConfigFields(document.container_config ?? {})],
			['docker_version', filled(document.docker_version)], ['author', filled(document.author)], ['config', dockerConfigFields(document.config)],
			['architecture', filled(document.architecture)], ['variant', filled(document.variant)], ['os', filled(document.os)],
		];
	const identity = {...struct(own), layer_id: chain, ...parent !== undefined && {parent: `sha256:${parent}`}} as Readonly<Record<string, Json>>;
	const id = sha256Hex(encodeHtmlSafeJson(sorted(identity)!));
	const record = struct([['id', id], ['parent', parent], ...own.filter(([name]) => name !== 'os'), ['os', filled(document?.os)]]);
	return {id, bytes: encodeText(encodeHtmlSafeJson(record as Json))};
}

export function imageIdOf(configBytes: Uint8Array): ImageId {
	return digestOf(configBytes) as ImageId;
}

/** A document from a registry or an archive, or why it is not one. */
export function parseDocument(bytes: Uint8Array): ImageDocument | {readonly error: string} {
	const text = decodeUtf8(bytes);
	let value: unknown;
	try {
		value = JSON.parse(text ?? '');
	} catch {
		return {error: 'invalid character in image configuration'};
	}

	if (typeof value !== 'object' || value === null || !('rootfs' in value)) {
		return {error: 'invalid image JSON, no RootFS key'};
	}

	const document = withoutNulls(value) as Partial<ImageDocument>;
	const diffIds = document.rootfs?.diff_ids ?? [];
	const isSound = Array.isArray(diffIds) && diffIds.every(diff => typeof diff === 'string' && isDigest(diff));
	return isSound
		? {
			...document, architecture: document.architecture ?? 'amd64', os: document.os ?? 'linux', created: document.created ?? '0001-01-01T00:00:00Z',
			config: document.config ?? {}, history: document.history ?? [], rootfs: {type: 'layers', diff_ids: diffIds as readonly string[] as readonly DiffId[]},
		}
		: {error: 'invalid checksum digest format'};
}

/** Go reads null as the absence of a value. */
function withoutNulls(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.map(withoutNulls);
	}

	return typeof value === 'object' && value !== null
		? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null).map(([key, field]) => [key, withoutNulls(field)]))
		: value;
}

/** The layer of `diff` on top of `parent`. */
export function chainId(parent: ChainId | undefined, diff: DiffId): ChainId {
	return (parent === undefined ? diff : `sha256:${sha256Hex(`${parent} ${diff}`)}`) as string as ChainId;
}

/** The chain id after each of the layers, lowest first. */
export function chainIds(diffs: readonly DiffId[]): readonly ChainId[] {
	let parent: ChainId | undefined;
	return diffs.map(diff => {
		parent = chainId(parent, diff);
		return parent;
	});
}
