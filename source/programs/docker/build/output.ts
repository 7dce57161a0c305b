// `docker build --output`: an image, or the files of the result in a directory or an archive. Source: docker/buildx util/buildflags/export.go.

import {isTarError, readTar} from '../../../base/tar.js';
import {write} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import {printBytes, type Client} from '../client/client.js';
import {extractTar, fileRefusal} from '../client/file-tar.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {csvFields} from '../container/volume-spec.js';

export type Output = {readonly type: 'image' | 'local' | 'tar'; readonly target: string};

const bad = (message: string) => refusal(`ERROR: failed to build: ${message}`);

/** `out`, `-`, `type=local,dest=out`, `type=tar,dest=out.tar`. */
export function outputOf(words: readonly string[]): Output | Refusal {
	const [word, ...more] = words;
	if (more.length > 0) {
		return bad('multiple outputs currently unsupported by the current BuildKit daemon, please upgrade to version v0.13+ or use a single output');
	}

	if (word === undefined || word === 'type=docker' || word === 'type=image') {
		return {type: 'image', target: ''};
	}

	if (word === '-') {
		return {type: 'tar', target: word};
	}

	const fields = csvFields(word);
	if (refused(fields)) {
		return fields;
	}

	if (fields.length === 1 && !word.includes('=')) {
		return {type: 'local', target: word};
	}

	const pairs = new Map(fields.map(field => [field.split('=', 1)[0]!.toLowerCase(), field.slice(field.indexOf('=') + 1)] as const));
	const [type, target] = [pairs.get('type'), pairs.get('dest')];
	if (type === undefined || fields.some(field => !field.includes('='))) {
		return bad(type === undefined ? 'type is required for output' : `invalid value ${fields.find(field => !field.includes('='))!}`);
	}

	if (type === 'local') {
		return target === undefined ? bad('dest is required for local output') : {type, target};
	}

	return type === 'tar' ? {type, target: target ?? '-'} : refusal(`virtlab: docker build --output ${word} is not modelled`);
}

/** Writes the files of a result. */
export function * writeOutput(client: Client, {type, target}: Output, tar: Uint8Array): Steps<Refusal | undefined> {
	const {sys} = client.process;
	if (type === 'local') {
		const entries = readTar(tar);
		makeDirectories(client, target);
		return isTarError(entries) ? bad(entries.message) : yield * extractTar(client, entries, target, {rename: name => name, keepsOwners: false});
	}

	if (target === '-') {
		if (sys.isTerminal(1)) {
			return bad('dest file is required for tar exporter. refusing to write to console');
		}

		yield * printBytes(client, 1, tar);
		return undefined;
	}

	const fd = sys.open(target, {write: true, create: true, truncate: true}, 0o644);
	const written = failed(fd) ? fd : yield * write(client.process, fd, tar);
	if (!failed(fd)) {
		sys.close(fd);
	}

	return failed(written) ? bad(fileRefusal('open', target, written).message) : undefined;
}

function makeDirectories({process: {sys}}: Client, path: string): void {
	const parts = path.split('/');
	for (let count = 1; count <= parts.length; count++) {
		sys.mkdir(parts.slice(0, count).join('/') || '/', 0o755);
	}
}
