// What a build sends to the daemon: the directory without what .dockerignore names, or what comes on standard input.
// Source: docker/cli cli/command/image/build/context.go, dockerignore.go; moby/patternmatcher.

import {decodeText} from '../../../base/bytes.js';
import {tarEntry, writeTar} from '../../../base/tar.js';
import {isGzip} from '../../../base/gzip.js';
import {IgnoreMatcher, parseIgnoreFile} from '../../../model/container/builder/pattern-matcher.js';
import {failed} from '../../../model/kernel/errno.js';
import type {Client} from '../client/client.js';
import {tarOfFiles} from '../client/file-tar.js';
import {inputBytes} from '../commands/archive.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {normalPath} from '../../../base/path.js';
import {readWholeFile} from '../container/env-file.js';

export type BuildContext = {
	readonly tar: Uint8Array;
	/** Relative to the context. */
	readonly dockerfile: string;
};

export function * buildContext(client: Client, where: string, file: string): Steps<BuildContext | Refusal> {
	if (/^(?:https?|git|ssh):\/\/|^git@|^github\.com\//v.test(where)) {
		return refusal('virtlab: docker build from a URL is not modelled');
	}

	if (file === '-') {
		return refusal('virtlab: docker build -f - is not modelled');
	}

	return where === '-' ? yield * contextFromInput(client, file) : yield * contextFromDirectory(client, where, file);
}

function * contextFromInput(client: Client, file: string): Steps<BuildContext | Refusal> {
	const bytes = yield * inputBytes(client, '-');
	if (refused(bytes)) {
		return bytes;
	}

	const isTar = isGzip(bytes) || decodeText(bytes.subarray(257, 262)) === 'ustar';
	if (isTar) {
		return {tar: bytes, dockerfile: file === '' ? 'Dockerfile' : file};
	}

	if (file !== '') {
		return refusal('ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles');
	}

	return {tar: writeTar([tarEntry('Dockerfile', 'file', {mode: 0o600, content: {sizeBytes: bytes.length, chunks: bytes.length === 0 ? [] : [{offset: 0, bytes}]}})]), dockerfile: 'Dockerfile'};
}

function * contextFromDirectory(client: Client, where: string, file: string): Steps<BuildContext | Refusal> {
	const {sys} = client.process;
	const cwd = sys.getcwd();
	const absolute = (path: string) => normalPath(path.startsWith('/') ? path : `${failed(cwd) ? '' : cwd.path}/${path}`);
	const directory = absolute(where);
	const found = sys.stat(directory);
	if (failed(found)) {
		return refusal(`unable to prepare context: path ${JSON.stringify(where)} not found`);
	}

	if (found.type !== 'directory') {
		return refusal(`unable to prepare context: context must be a directory: ${directory}`);
	}

	const dockerfile = absolute(file === '' ? `${directory}/Dockerfile` : file);
	if (failed(sys.stat(dockerfile))) {
		return refusal(`unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${dockerfile}: no such file or directory`);
	}

	if (!dockerfile.startsWith(directory === '/' ? '/' : `${directory}/`)) {
		return refusal(`unable to prepare context: the Dockerfile (${dockerfile}) must be within the build context`);
	}

	const name = dockerfile.slice(directory === '/' ? 1 : directory.length + 1);
	const ignore = yield * ignoreRules(client, directory, name);
	if (refused(ignore)) {
		return ignore;
	}

	const entries = yield * tarOfFiles(client, directory, {topName: '', asRoot: true, ...ignore});
	return refused(entries) ? refusal(`error checking context: ${entries.message}`) : {tar: writeTar(entries), dockerfile: name};
}

type IgnoreRules = {readonly isLeftOut: (path: string) => boolean; readonly hasExceptions: boolean};

/** `Dockerfile.dockerignore` beside the Dockerfile, else `.dockerignore`; neither they nor the Dockerfile are ever left out. */
function * ignoreRules(client: Client, directory: string, dockerfile: string): Steps<IgnoreRules | Refusal> {
	const own = yield * readWholeFile(client, `${directory}/${dockerfile}.dockerignore`);
	const bytes = refused(own) ? yield * readWholeFile(client, `${directory}/.dockerignore`) : own;
	const patterns = parseIgnoreFile(refused(bytes) ? '' : decodeText(bytes));
	const matcher = IgnoreMatcher.of(patterns);
	if ('error' in matcher) {
		return refusal(`error checking context: ${matcher.error}`);
	}

	const kept = new Set(['.dockerignore', dockerfile, `${dockerfile}.dockerignore`]);
	const keptBelow = (path: string) => [...kept].some(name => name.startsWith(`${path}/`));
	return {
		isLeftOut: path => !kept.has(path) && !keptBelow(path) && matcher.isIgnored(path),
		hasExceptions: patterns.some(pattern => pattern.startsWith('!')) || dockerfile.includes('/'),
	};
}
