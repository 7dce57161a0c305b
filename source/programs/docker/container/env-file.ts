// `-e`, `--env-file`, `--label-file`: NAME=value words, some from files, some from the client's own environment.
// Source: docker/cli opts/parse.go (ReadKVEnvStrings), pkg/kvfile/kvfile.go.

import {decodeUtf8} from '../../../base/bytes.js';
import {readAll} from '../../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../../model/kernel/errno.js';
import type {Client} from '../client/client.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';

type Look = (name: string) => string | undefined;

/** The words of files, then the words given, in order. A name alone takes its value from `look`, or is dropped or kept bare. */
export function * keyValues(client: Client, files: readonly string[], words: readonly string[], look: Look | undefined): Steps<readonly string[] | Refusal> {
	const all: string[] = [];
	for (const file of files) {
		const lines = yield * readKeyValueFile(client, file, look);
		if (refused(lines)) {
			return lines;
		}

		all.push(...lines);
	}

	for (const word of words) {
		const value = word.includes('=') ? undefined : look?.(word);
		all.push(value === undefined ? word : `${word}=${value}`);
	}

	return all;
}

function * readKeyValueFile(client: Client, path: string, look: Look | undefined): Steps<readonly string[] | Refusal> {
	const bytes = yield * readWholeFile(client, path);
	if (refused(bytes)) {
		return bytes;
	}

	const result: string[] = [];
	for (const [index, raw] of new TextDecoder().decode(bytes).replace(/^\uFEFF/v, '').split('\n').entries()) {
		if (decodeUtf8(bytes) === undefined) {
			return refusal(`invalid env file (${path}): invalid utf8 bytes at line ${index + 1}: ${JSON.stringify(raw)}`);
		}

		const line = raw.replace(/\r$/v, '').trimStart();
		if (line === '' || line.startsWith('#')) {
			continue;
		}

		const equals = line.indexOf('=');
		const name = equals === -1 ? line : line.slice(0, equals);
		if (name === '') {
			return refusal(`invalid env file (${path}): no variable name on line '${line}'`);
		}

		if (/\s/v.test(name)) {
			return refusal(`invalid env file (${path}): variable '${name}' contains whitespaces`);
		}

		const value = equals === -1 ? look?.(name) : undefined;
		if (equals !== -1 || value !== undefined) {
			result.push(equals === -1 ? `${name}=${value}` : line);
		}
	}

	return result;
}

/** A file's bytes, or Go's words for why not: `open x: no such file or directory`. */
export function * readWholeFile(client: Client, path: string): Steps<Uint8Array | Refusal> {
	const {sys} = client.process;
	const fd = sys.open(path, {read: true});
	if (failed(fd)) {
		return refusal(`open ${path}: ${errorTextOf(fd).toLowerCase()}`);
	}

	const bytes = yield * readAll(client.process, fd);
	sys.close(fd);
	return failed(bytes) ? refusal(`read ${path}: ${errorTextOf(bytes).toLowerCase()}`) : bytes;
}
