// What a build sends to the daemon: the directory without what .dockerignore names, or what comes on standard input.
// Source: docker/cli cli/command/image/build/context.go, dockerignore.go; moby/patternmatcher.

import {decodeText} from '../../../base/bytes.js';
import {digestOf} from '../../../base/digest.js';
import {denseContent, tarEntry, writeTar} from '../../../base/tar.js';
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
	/** Where the daemon gets the context itself. */
	readonly remote?: string;
};

export function * buildContext(client: Client, where: string, file: string): Steps<BuildContext | Refusal> {
	if (/^(?:git|ssh):\/\/|^git@|^github\.com\/|^https?:\/\/[^?#]*\.git(?:[#?]|$)/v.test(where)) {
		return refusal('virtlab: docker build from a git repository is not modelled');
	}

	// Simplified: without BuildKit the real client gets the context and passes it on.
	if (/^https?:\/\//v.test(where)) {
		return {tar: writeTar([]), dockerfile: file === '' ? 'Dockerfile' : file, remote: where};
	}

	if (where === '-') {
		return file === '-' ? refusal('invalid argument: can\'t use stdin for both build context and dockerfile') : yield * contextFromInput(client, file);
	}

	const typed = file === '-' ? yield * inputBytes(client, '-') : undefined;
	return refused(typed) ? typed : yield * contextFromDirectory(client, where, file, typed);
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

	return {tar: writeTar([tarEntry('Dockerfile', 'file', {mode: 0o600, content: denseContent(bytes)})]), dockerfile: 'Dockerfile'};
}

/** `typed`: the Dockerfile, where it is none of the directory's. */
export function * contextFromDirectory(client: Client, where: string, file: string, typed: Uint8Array | undefined): Steps<BuildContext | Refusal> {
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

	if (typed !== undefined) {
		const name = `.dockerfile.${digestOf(typed).slice('sha256:'.length, 'sha256:'.length + 20)}`;
		const ignore = yield * ignoreRules(client, directory, name);
		const entries = refused(ignore) ? ignore : yield * tarOfFiles(client, directory, {topName: '', asRoot: true, ...ignore});
		return refused(entries) ? refusal(`error checking context: ${entries.message}`) : {tar: writeTar([...entries, tarEntry(name, 'file', {mode: 0o600, content: denseContent(typed)})]), dockerfile: name};
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
