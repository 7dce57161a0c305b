// What a registry keeps, as files:
//
//     blobs/sha256/ab/<hex>/data                                  every blob once, whatever repositories have it
//     repositories/<name>/_layers/sha256/<hex>/link               which blobs a repository has
//     repositories/<name>/_manifests/revisions/sha256/<hex>/link  its manifests
//     repositories/<name>/_manifests/tags/<tag>/current/link      what its tags mean now
//     repositories/<name>/_uploads/<uuid>/data                    what is on its way
//
// Source: distribution registry/storage/paths.go.

import {compareText, decodeText, decodeUtf8, encodeText} from '../../base/bytes.js';
import {digestOf, isDigest, sha256Hex} from '../../base/digest.js';
import type {Json} from '../../base/json.js';
import {readAll, write} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';

const root = '/var/lib/registry/docker/registry/v2';

function hexOf(digest: string): string {
	return digest.slice('sha256:'.length);
}

function blobPath(digest: string): string {
	return `${root}/blobs/sha256/${hexOf(digest).slice(0, 2)}/${hexOf(digest)}/data`;
}

function repositoryPath(name: string): string {
	return `${root}/repositories/${name}`;
}

export type StoredManifest = {readonly digest: string; readonly mediaType: string; readonly bytes: Uint8Array};
export type Problem = {readonly code: 'MANIFEST_INVALID' | 'MANIFEST_BLOB_UNKNOWN'; readonly message: string; readonly detail: Json};

const maxBlobBytes = 256 * 1024 * 1024;

export class RegistryStorage {
	readonly #process: Process;

	constructor(process: Process) {
		this.#process = process;
	}

	/** Names of all repositories that have had a manifest, in order. */
	repositories(): readonly string[] {
		const found: string[] = [];
		const visit = (name: string): void => {
			for (const entry of this.#names(name === '' ? `${root}/repositories` : repositoryPath(name))) {
				if (entry === '_manifests') {
					found.push(name);
				} else if (!entry.startsWith('_')) {
					visit(name === '' ? entry : `${name}/${entry}`);
				}
			}
		};
		visit('');
		return found.sort(compareText);
	}

	/** Undefined if there is no such repository. */
	tags(name: string): readonly string[] | undefined {
		return this.#exists(`${repositoryPath(name)}/_manifests`) ? [...this.#names(`${repositoryPath(name)}/_manifests/tags`)].sort(compareText) : undefined;
	}

	hasLayer(name: string, digest: string): boolean {
		return isDigest(digest) && this.#exists(`${repositoryPath(name)}/_layers/sha256/${hexOf(digest)}/link`);
	}

	* blob(digest: string): Blocking<Uint8Array | undefined> {
		return yield * this.#read(blobPath(digest));
	}

	* linkLayer(name: string, digest: string): Blocking<void> {
		yield * this.#write(`${repositoryPath(name)}/_layers/sha256/${hexOf(digest)}/link`, encodeText(digest));
	}

	/** The manifest of a tag or a digest. */
	* manifest(name: string, reference: string): Blocking<StoredManifest | undefined> {
		const manifests = `${repositoryPath(name)}/_manifests`;
		const link = yield * this.#read(isDigest(reference) ? `${manifests}/revisions/sha256/${hexOf(reference)}/link` : `${manifests}/tags/${reference}/current/link`);
		const digest = link === undefined ? undefined : decodeText(link);
		const bytes = digest === undefined ? undefined : yield * this.blob(digest);
		if (digest === undefined || bytes === undefined) {
			return undefined;
		}

		const {mediaType} = parsed(bytes) ?? {};
		return {digest, bytes, mediaType: typeof mediaType === 'string' ? mediaType : 'application/vnd.docker.distribution.manifest.v2+json'};
	}

	/** Keeps a manifest whose blobs are all there, under its digest and, if the reference is one, under the tag. */
	* putManifest({name, reference, bytes}: {readonly name: string; readonly reference: string; readonly mediaType: string; readonly bytes: Uint8Array}): Blocking<Problem | undefined> {
		const value = parsed(bytes);
		if (value === undefined) {
			return {code: 'MANIFEST_INVALID', message: 'manifest invalid', detail: {}};
		}

		const blobs = [value['config'], ...Array.isArray(value['layers']) ? value['layers'] as unknown[] : []].map(item => (item as {readonly digest?: unknown} | undefined)?.digest);
		const missing = blobs.find(digest => typeof digest !== 'string' || !this.hasLayer(name, digest));
		if (blobs.length > 0 && missing !== undefined) {
			return {code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown to registry', detail: {digest: String(missing)}};
		}

		const digest = digestOf(bytes);
		const link = encodeText(digest);
		const manifests = `${repositoryPath(name)}/_manifests`;
		yield * this.#write(blobPath(digest), bytes);
		yield * this.#write(`${manifests}/revisions/sha256/${hexOf(digest)}/link`, link);
		if (!isDigest(reference)) {
			yield * this.#write(`${manifests}/tags/${reference}/index/sha256/${hexOf(digest)}/link`, link);
			yield * this.#write(`${manifests}/tags/${reference}/current/link`, link);
		}

		return undefined;
	}

	* beginUpload(name: string): Blocking<string> {
		const uploads = `${repositoryPath(name)}/_uploads`;
		const hex = sha256Hex(`${name} ${this.#process.sys.now()} ${this.#names(uploads).length}`);
		const id = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
		yield * this.#write(`${uploads}/${id}/data`, new Uint8Array(0));
		return id;
	}

	hasUpload(name: string, id: string): boolean {
		return /^[\da-f\-]{36}$/v.test(id) && this.#exists(`${repositoryPath(name)}/_uploads/${id}/data`);
	}

	/** Adds to an upload; answers how long it is now. */
	* append(name: string, id: string, bytes: Uint8Array): Blocking<number> {
		const {sys} = this.#process;
		const path = `${repositoryPath(name)}/_uploads/${id}/data`;
		const fd = sys.open(path, {write: true, append: true});
		if (!failed(fd)) {
			yield * write(this.#process, fd, bytes);
			sys.close(fd);
		}

		const attributes = sys.stat(path);
		return failed(attributes) ? 0 : attributes.sizeBytes;
	}

	/** Makes a blob of an upload if it is what the digest says. */
	* finishUpload(name: string, id: string, digest: string): Blocking<boolean> {
		const {sys} = this.#process;
		const directory = `${repositoryPath(name)}/_uploads/${id}`;
		const bytes = yield * this.#read(`${directory}/data`);
		const isRight = bytes !== undefined && digestOf(bytes) === digest;
		if (isRight) {
			yield * this.#write(blobPath(digest), bytes);
			yield * this.linkLayer(name, digest);
		}

		sys.unlink(`${directory}/data`);
		sys.rmdir(directory);
		return isRight;
	}

	#names(path: string): readonly string[] {
		const {sys} = this.#process;
		const entries = sys.readdir(path);
		return failed(entries) ? [] : entries.map(entry => entry.name).filter(name => name !== '.' && name !== '..');
	}

	#exists(path: string): boolean {
		return !failed(this.#process.sys.stat(path));
	}

	* #read(path: string): Blocking<Uint8Array | undefined> {
		const {sys} = this.#process;
		const fd = sys.open(path, {read: true});
		if (failed(fd)) {
			return undefined;
		}

		const bytes = yield * readAll(this.#process, fd, maxBlobBytes);
		sys.close(fd);
		return failed(bytes) ? undefined : bytes;
	}

	* #write(path: string, bytes: Uint8Array): Blocking<void> {
		const {sys} = this.#process;
		let at = '';
		for (const part of path.split('/').slice(1, -1)) {
			at += `/${part}`;
			sys.mkdir(at, 0o755);
		}

		const fd = sys.open(path, {write: true, create: true, truncate: true}, 0o644);
		if (!failed(fd)) {
			yield * write(this.#process, fd, bytes);
			sys.close(fd);
		}
	}
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(decodeUtf8(bytes) ?? '');
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : undefined;
	} catch {
		return undefined;
	}
}
