// What an engine asks of a registry: the manifest that a name stands for, and blobs by digest.
// Source: OCI distribution-spec ("Pulling manifests", "Pulling blobs"); texts of moby/moby distribution/errors.go.

import type {Digest} from '../../base/digest.js';
import type {Wait, Wake} from '../kernel/program.js';
import type {Blob} from './schema.js';

/** Work that may sleep: run it with `yield *`. */
export type Work<T> = Generator<Wait, T, Wake>;

/** A refusal in the words that dockerd answers with. */
export type RegistryError = {readonly kind: 'registry-error'; readonly status: 401 | 404 | 500; readonly message: string};

export type Registry = {
	/** The manifest that a tag or a digest of a repository (`library/nginx`) stands for. */
	resolve(repository: string, tagOrDigest: string): Work<Blob | RegistryError>;
	blob(repository: string, digest: Digest): Work<Blob | RegistryError>;
};

export function isRegistryError(value: object): value is RegistryError {
	return 'kind' in value && value.kind === 'registry-error';
}
