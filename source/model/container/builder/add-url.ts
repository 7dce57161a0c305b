// ADD of what is behind a URL. Source: docs "Dockerfile reference", ADD; moby/buildkit source/http; moby/moby builder/dockerfile/copy.go.

import {decodeText} from '../../../base/bytes.js';
import {digestOf} from '../../../base/digest.js';
import type {Work} from '../registry.js';
import type {BuildHost} from './build-host.js';
import type {GivenFile} from './copy-files.js';
import type {Of} from './instruction.js';

export function isUrl(word: string): boolean {
	return /^https?:\/\//v.test(word);
}

function isGitSource(word: string): boolean {
	return /^(?:git|ssh):\/\/|^git@|^https?:\/\/[^?#]*\.git(?:[#?]|$)/v.test(word);
}

/** The file behind a URL of an ADD: readable by its owner only, with the time that the server says. */
export function * fetchSource(host: BuildHost, url: string, checksum: string | undefined): Work<GivenFile | {readonly error: string; readonly reason: 'unreachable' | 'status' | 'digest'; readonly body?: string}> {
	const fetched = yield * host.fetch(url);
	if ('error' in fetched) {
		return {error: fetched.error, reason: 'unreachable'};
	}

	if (fetched.status >= 400) {
		return {error: fetched.reason, reason: 'status', body: decodeText(fetched.bytes)};
	}

	const digest = digestOf(fetched.bytes);
	if (checksum !== undefined && checksum !== digest) {
		return {error: `digest mismatch ${digest}: ${checksum}`, reason: 'digest'};
	}

	return {name: new URL(url).pathname.split('/').at(-1) ?? '', content: fetched.bytes, mode: 0o600, timeUs: fetched.modifiedUs};
}

/** What is wrong with the flags and sources of an ADD before anything is fetched. */
export function urlProblem({sources, flags, target}: Of<'add' | 'copy'>): string | undefined {
	if (flags.has('keep-git-dir') || sources.some(isGitSource)) {
		return 'virtlab does not model git repositories as sources of ADD';
	}

	if (flags.has('checksum') && (sources.length > 1 || !isUrl(sources[0]!))) {
		return sources.length > 1 ? 'checksum can\'t be specified for multiple sources' : 'checksum requires HTTP(S) or Git sources';
	}

	const nameless = target.endsWith('/') ? sources.find(source => isUrl(source) && URL.canParse(source) && new URL(source).pathname.endsWith('/')) : undefined;
	return nameless === undefined ? undefined : `failed to determine filename for ${nameless}`;
}
