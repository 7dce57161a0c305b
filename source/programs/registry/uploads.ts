// Uploads of blobs. Where the next part goes is told by a URL that carries what has arrived so far, sealed by a secret of the
// registry, so that nobody can make one up. Source: distribution registry/handlers/blobupload.go, hmac.go.

import {bytesOfBase64, encodeBase64} from '../../base/base64.js';
import {concatBytes, decodeText, encodeText} from '../../base/bytes.js';
import {digestOf, isDigest, sha256Hex} from '../../base/digest.js';
import type {Header} from '../../base/http.js';
import {rfc3339OfMoment} from '../../base/internet-date.js';
import {encodeJson, isJsonObject, parseJson} from '../../base/json.js';
import type {Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';
import {refuse, type Reply} from './reply.js';
import type {RegistryStorage} from './storage.js';

type UploadRequest = {
	readonly process: Process;
	/** `http://localhost:5000`: what URLs in answers begin with. */
	readonly origin: string;
	/** Of this run of the registry. */
	readonly secret: string;
	readonly name: string;
	/** Empty to begin one. */
	readonly id: string;
	readonly method: string;
	readonly query: ReadonlyMap<string, string>;
	readonly body: Uint8Array;
};

export function * upload(storage: RegistryStorage, request: UploadRequest): Blocking<Reply> {
	const {name, id, method, query} = request;
	if (id === '') {
		return method === 'POST' ? yield * begin(storage, request) : refuse('UNSUPPORTED');
	}

	if (!storage.hasUpload(name, id)) {
		return refuse('BLOB_UPLOAD_UNKNOWN');
	}

	const offset = offsetOf(request, query.get('_state') ?? '');
	if (offset === undefined || offset !== storage.uploadSize(name, id)) {
		return refuse('BLOB_UPLOAD_INVALID');
	}

	switch (method) {
		case 'GET':
		case 'HEAD': {
			return {status: 204, headers: progress(request, id, offset)};
		}

		case 'PATCH': {
			return {status: 202, headers: progress(request, id, yield * storage.append(name, id, request.body))};
		}

		case 'PUT': {
			return yield * finish(storage, request);
		}

		case 'DELETE': {
			storage.dropUpload(name, id);
			return {status: 204, headers: [['Docker-Upload-Uuid', id]]};
		}

		default: {
			return refuse('UNSUPPORTED');
		}
	}
}

/** A new upload, or a blob that another repository has. */
function * begin(storage: RegistryStorage, request: UploadRequest): Blocking<Reply> {
	const {name, query} = request;
	const mount = query.get('mount') ?? '';
	if (storage.hasLayer(query.get('from') ?? '', mount)) {
		yield * storage.linkLayer(name, mount);
		return stored(request, mount);
	}

	const id = yield * storage.beginUpload(name);
	return {status: 202, headers: progress(request, id, 0)};
}

function * finish(storage: RegistryStorage, request: UploadRequest): Blocking<Reply> {
	const {name, id, query, body} = request;
	const digest = query.get('digest') ?? '';
	if (!isDigest(digest)) {
		return refuse('DIGEST_INVALID', digest === '' ? 'digest missing' : 'digest parsing failed');
	}

	yield * storage.append(name, id, body);
	return (yield * storage.finishUpload(name, id, digest)) ? stored(request, digest) : refuse('DIGEST_INVALID', {});
}

function stored({origin, name}: UploadRequest, digest: string): Reply {
	return {status: 201, headers: [['Docker-Content-Digest', digest], ['Location', `${origin}/v2/${name}/blobs/${digest}`]]};
}

function progress(request: UploadRequest, id: string, size: number): readonly Header[] {
	const {origin, name} = request;
	return [['Docker-Upload-Uuid', id], ['Location', `${origin}/v2/${name}/blobs/uploads/${id}?_state=${encodeURIComponent(sealedState(request, id, size))}`], ['Range', `0-${Math.max(size - 1, 0)}`]];
}

function sealedState({process, secret, name}: UploadRequest, id: string, offset: number): string {
	const state = encodeJson({Name: name, UUID: id, Offset: offset, StartedAt: rfc3339OfMoment(process.sys.realTime())});
	return encodeBase64(concatBytes([seal(secret, state), encodeText(state)])).replaceAll('+', '-').replaceAll('/', '_');
}

function seal(secret: string, state: string): Uint8Array {
	return Uint8Array.from(sha256Hex(`${secret}${sha256Hex(`${secret}${state}`)}`).match(/../gv)!, byte => Number.parseInt(byte, 16));
}

/** How much had arrived when the URL was given out; undefined if this registry has not given it out for this upload. */
function offsetOf({secret, name, id}: UploadRequest, text: string): number | undefined {
	const bytes = bytesOfBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
	const state = bytes === undefined ? '' : decodeText(bytes.subarray(32));
	const parsed = parseJson(state);
	if (bytes === undefined || digestOf(bytes.subarray(0, 32)) !== digestOf(seal(secret, state)) || 'error' in parsed || !isJsonObject(parsed.value)) {
		return undefined;
	}

	const {Name, UUID, Offset} = parsed.value;
	return Name === name && UUID === id && typeof Offset === 'number' ? Offset : undefined;
}
