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

function hexOf(digest: string): string {
	return digest.slice('sha256:'.length);
}

export type StoredManifest = {readonly digest: string; readonly mediaType: string; readonly bytes: Uint8Array};
export type Problem = {readonly code: 'MANIFEST_INVALID' | 'MANIFEST_BLOB_UNKNOWN'; readonly detail: Json};

const maxBlobBytes = 256 * 1024 * 1024;

export class RegistryStorage {
	readonly #process: Process;
	readonly #root: string;

	constructor(process: Process, directory: string) {
		this.#process = process;
		this.#root = `${directory}/docker/registry/v2`;
	}

	/** Names of all repositories that have had a manifest, in order. */
	repositories(): readonly string[] {
		const found: string[] = [];
		const visit = (name: string): void => {
			for (const entry of this.#names(name === '' ? `${this.#root}/repositories` : this.#repository(name))) {
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
		return this.#exists(`${this.#repository(name)}/_manifests`) ? [...this.#names(`${this.#repository(name)}/_manifests/tags`)].sort(compareText) : undefined;
	}

	hasLayer(name: string, digest: string): boolean {
		return isDigest(digest) && !name.split('/').includes('..') && this.#exists(`${this.#repository(name)}/_layers/sha256/${hexOf(digest)}/link`);
	}

	* blob(digest: string): Blocking<Uint8Array | undefined> {
		return yield * this.#read(this.#blobPath(digest));
	}

	* linkLayer(name: string, digest: string): Blocking<void> {
		yield * this.#write(`${this.#repository(name)}/_layers/sha256/${hexOf(digest)}/link`, encodeText(digest));
	}

	/** The manifest of a tag or a digest. */
	* manifest(name: string, reference: string): Blocking<StoredManifest | undefined> {
		const manifests = `${this.#repository(name)}/_manifests`;
		const link = yield * this.#read(isDigest(reference) ? `${manifests}/revisions/sha256/${hexOf(reference)}/link` : `${manifests}/tags/${reference}/current/link`);
		const digest = link === undefined ? undefined : decodeText(link);
		const bytes = digest === undefined ? undefined : yield * this.blob(digest);
		if (digest === undefined || bytes === undefined) {
			return undefined;
		}

		const {mediaType} = parsed(bytes) ?? {};
		return {digest, bytes, mediaType: typeof mediaType === 'string' ? mediaType : 'application/vnd.docker.distribution.manifest.v2+json'};
	}

	/** Keeps a manifest of which all parts are there, under its digest and, if the reference is one, under the tag. */
	* putManifest(name: string, reference: string, bytes: Uint8Array): Blocking<Problem | undefined> {
		const value = parsed(bytes);
		if (value === undefined) {
			return {code: 'MANIFEST_INVALID', detail: {}};
		}

		const missing = this.#missingPart(name, value);
		if (missing !== undefined) {
			return {code: 'MANIFEST_BLOB_UNKNOWN', detail: {digest: missing}};
		}

		const digest = digestOf(bytes);
		const link = encodeText(digest);
		const manifests = `${this.#repository(name)}/_manifests`;
		yield * this.#write(this.#blobPath(digest), bytes);
		yield * this.#write(`${manifests}/revisions/sha256/${hexOf(digest)}/link`, link);
		if (!isDigest(reference)) {
			yield * this.#write(`${manifests}/tags/${reference}/index/sha256/${hexOf(digest)}/link`, link);
			yield * this.#write(`${manifests}/tags/${reference}/current/link`, link);
		}

		return undefined;
	}

	/** A config, layer or, of an index, manifest that the repository does not have. */
	#missingPart(name: string, value: Readonly<Record<string, unknown>>): string | undefined {
		const digestsOf = (items: unknown) => (Array.isArray(items) ? items : []).map(item => String((item as {readonly digest?: unknown} | null)?.digest));
		return [...value['config'] === undefined ? [] : digestsOf([value['config']]), ...digestsOf(value['layers'])].find(digest => !this.hasLayer(name, digest))
			?? digestsOf(value['manifests']).find(digest => !isDigest(digest) || !this.#exists(`${this.#repository(name)}/_manifests/revisions/sha256/${hexOf(digest)}/link`));
	}

	/** Forgets a manifest and its tags; false if the repository has no such. The blobs stay until a collection. */
	* removeManifest(name: string, digest: string): Blocking<boolean> {
		const manifests = `${this.#repository(name)}/_manifests`;
		const revision = `${manifests}/revisions/sha256/${hexOf(digest)}/link`;
		if (!this.#exists(revision)) {
			return false;
		}

		for (const tag of this.tags(name) ?? []) {
			const link = yield * this.#read(`${manifests}/tags/${tag}/current/link`);
			if (link !== undefined && decodeText(link) === digest) {
				this.#remove(`${manifests}/tags/${tag}`);
			}
		}

		this.#process.sys.unlink(revision);
		return true;
	}

	unlinkLayer(name: string, digest: string): void {
		this.#process.sys.unlink(`${this.#repository(name)}/_layers/sha256/${hexOf(digest)}/link`);
	}

	* beginUpload(name: string): Blocking<string> {
		const uploads = `${this.#repository(name)}/_uploads`;
		const hex = sha256Hex(`${name} ${this.#process.sys.now()} ${this.#names(uploads).length}`);
		const id = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
		yield * this.#write(`${uploads}/${id}/data`, new Uint8Array(0));
		return id;
	}

	hasUpload(name: string, id: string): boolean {
		return /^[\da-f\-]{36}$/v.test(id) && this.#exists(`${this.#repository(name)}/_uploads/${id}/data`);
	}

	uploadSize(name: string, id: string): number {
		const attributes = this.#process.sys.stat(`${this.#repository(name)}/_uploads/${id}/data`);
		return failed(attributes) ? 0 : attributes.sizeBytes;
	}

	dropUpload(name: string, id: string): void {
		this.#remove(`${this.#repository(name)}/_uploads/${id}`);
	}

	/** Adds to an upload; answers how long it is now. */
	* append(name: string, id: string, bytes: Uint8Array): Blocking<number> {
		const {sys} = this.#process;
		const fd = sys.open(`${this.#repository(name)}/_uploads/${id}/data`, {write: true, append: true});
		if (!failed(fd)) {
			yield * write(this.#process, fd, bytes);
			sys.close(fd);
		}

		return this.uploadSize(name, id);
	}

	/** Makes a blob of an upload if it is what the digest says. */
	* finishUpload(name: string, id: string, digest: string): Blocking<boolean> {
		const directory = `${this.#repository(name)}/_uploads/${id}`;
		const bytes = yield * this.#read(`${directory}/data`);
		const isRight = bytes !== undefined && digestOf(bytes) === digest;
		if (isRight) {
			yield * this.#write(this.#blobPath(digest), bytes);
			yield * this.linkLayer(name, digest);
		}

		this.#remove(directory);
		return isRight;
	}

	#repository(name: string): string {
		return `${this.#root}/repositories/${name}`;
	}

	#blobPath(digest: string): string {
		return `${this.#root}/blobs/sha256/${hexOf(digest).slice(0, 2)}/${hexOf(digest)}/data`;
	}

	/** A directory with all that is in it. */
	#remove(path: string): void {
		const {sys} = this.#process;
		for (const name of this.#names(path)) {
			if (failed(sys.unlink(`${path}/${name}`))) {
				this.#remove(`${path}/${name}`);
			}
		}

		sys.rmdir(path);
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
