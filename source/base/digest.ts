// SHA-256, the only thing of Node that the core imports: content addresses of layers, configs, manifests and transcripts.

import {createHash, type Hash} from 'node:crypto';

declare const digestBrand: unique symbol;

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = string & {readonly [digestBrand]: 'Digest'};

const digestPattern = /^sha256:[\da-f]{64}$/v;

export function isDigest(text: string): text is Digest {
	return digestPattern.test(text);
}

/** The 64 hexadecimal digits of the SHA-256 of `data`; text is hashed as UTF-8. */
export function sha256Hex(data: Uint8Array | string): string {
	return createHash('sha256').update(data).digest('hex');
}

export function digestOf(data: Uint8Array | string): Digest {
	return `sha256:${sha256Hex(data)}` as Digest;
}

/** The digest of bytes that arrive in pieces. */
export class Hasher {
	readonly #hash: Hash = createHash('sha256');

	update(bytes: Uint8Array): this {
		this.#hash.update(bytes);
		return this;
	}

	digest(): Digest {
		return `sha256:${this.#hash.digest('hex')}` as Digest;
	}
}

/** Algorithms of the checksum programs; only SHA-256 names content in the model. */
export type ChecksumAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha512';

/** A checksum of bytes that arrive in pieces, as hexadecimal digits. */
export class Checksum {
	readonly #hash: Hash;

	constructor(algorithm: ChecksumAlgorithm) {
		this.#hash = createHash(algorithm);
	}

	update(bytes: Uint8Array): this {
		this.#hash.update(bytes);
		return this;
	}

	hex(): string {
		return this.#hash.digest('hex');
	}
}
