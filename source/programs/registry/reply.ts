// Answers of a registry. Source: distribution registry/api/errcode, registry/api/v2/errors.go.

import type {Header} from '../../base/http.js';
import type {Json} from '../../base/json.js';

export type Reply = {readonly status: number; readonly headers?: readonly Header[]; readonly json?: Json; readonly body?: Uint8Array};

const refusals = {
	BLOB_UNKNOWN: [404, 'blob unknown to registry'],
	BLOB_UPLOAD_INVALID: [404, 'blob upload invalid'],
	BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
	DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
	MANIFEST_BLOB_UNKNOWN: [400, 'blob unknown to registry'],
	MANIFEST_INVALID: [400, 'manifest invalid'],
	MANIFEST_UNKNOWN: [404, 'manifest unknown'],
	NAME_UNKNOWN: [404, 'repository name not known to registry'],
	PAGINATION_NUMBER_INVALID: [400, 'invalid number of results requested'],
	UNAUTHORIZED: [401, 'authentication required'],
	UNSUPPORTED: [405, 'The operation is unsupported.'],
} as const;

type RefusalCode = keyof typeof refusals;

/** A refusal with its code; a detail of undefined is left out. */
export function refuse(code: RefusalCode, detail?: Json, headers: readonly Header[] = []): Reply {
	const [status, message] = refusals[code];
	return {status, headers, json: {errors: [{code, message, ...detail !== undefined && {detail}}]}};
}
