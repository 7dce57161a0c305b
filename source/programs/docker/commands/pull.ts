// docker pull, push, tag, rmi, commit. Source: docker/cli cli/command/image/{pull,push,tag,remove}.go, cli/command/container/commit.go.

import {
	fullName, fullReference, isReferenceError, parseReference, tagOrDigest, withDefaultTag, type Reference,
} from '../../../model/container/reference.js';
import {print, warn, type Client} from '../client/client.js';
import {registryAuth} from '../client/config-file.js';
import {showMessages} from '../client/json-message.js';
import {call, fetchJson, stream, type Query} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {commitFlags, pullFlags, pushFlags, rmiFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {listOf, memberOf, textOf} from '../go/json.js';

/** Fetches an image; progress goes to `fd`. */
export function * pullImage(client: Client, reference: Reference, {fd, platform}: {readonly fd: 1 | 2 | undefined; readonly platform: string}): Steps<Refusal | undefined> {
	const query: Query = [['fromImage', fullName(reference)], ...platform === '' ? [] : [['platform', platform]] as const, ['tag', tagOrDigest(reference)]];
	const opened = yield * stream(client, {method: 'POST', path: '/images/create', query, headers: [yield * registryAuth(client, reference.domain)]});
	if (refused(opened)) {
		return opened;
	}

	const problem = yield * showMessages(client, opened, {fd});
	opened.close();
	return problem;
}

export const pull: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] NAME[:TAG|@DIGEST]',
	short: 'Download an image from a registry',
	aliases: 'docker image pull, docker pull',
	flags: pullFlags,
	arguments: {kind: 'exactly', count: 1},
	* run({client, flags, args}) {
		const named = parseReference(args[0]!);
		if (isReferenceError(named)) {
			return refusal(named.message);
		}

		const reference = named.digest === undefined ? withDefaultTag(named) : named;
		if (named.tag === undefined && named.digest === undefined && !flags.bool('quiet')) {
			yield * print(client, 'Using default tag: latest\n');
		}

		const problem = yield * pullImage(client, reference, {fd: flags.bool('quiet') ? undefined : 1, platform: flags.text('platform')});
		if (problem !== undefined) {
			return problem;
		}

		yield * print(client, `${fullReference(reference)}\n`);
		return 0;
	},
};

export const push: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] NAME[:TAG]',
	short: 'Upload an image to a registry',
	aliases: 'docker image push, docker push',
	flags: pushFlags,
	arguments: {kind: 'exactly', count: 1},
	run: pushImage,
};

function * pushImage({client, flags, args}: Call): Steps<number | Refusal> {
	const named = parseReference(args[0]!);
	if (isReferenceError(named)) {
		return refusal(named.message);
	}

	const isAll = flags.bool('all-tags');
	if (isAll && named.tag !== undefined) {
		return refusal('tag can\'t be used with --all-tags/-a');
	}

	const reference = isAll ? named : withDefaultTag(named);
	const isQuiet = flags.bool('quiet');
	if (!isAll && named.tag === undefined && named.digest === undefined && !isQuiet) {
		yield * print(client, `Using default tag: ${reference.tag}\n`);
	}

	const query: Query = isAll ? [] : [['tag', reference.tag ?? '']];
	const opened = yield * stream(client, {method: 'POST', path: `/images/${fullName(reference)}/push`, query, headers: [yield * registryAuth(client, reference.domain)]});
	if (refused(opened)) {
		return opened;
	}

	const problem = yield * showMessages(client, opened, {fd: isQuiet ? undefined : 1});
	opened.close();
	if (problem !== undefined) {
		return problem;
	}

	if (isQuiet) {
		yield * print(client, `${fullReference(reference)}\n`);
	}

	return 0;
}

export const tag: CommandSpec = {
	kind: 'command',
	use: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
	short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
	aliases: 'docker image tag, docker tag',
	flags: [],
	arguments: {kind: 'exactly', count: 2},
	* run({client, args}) {
		const [source = '', target = ''] = args;
		const sourceName = parseReference(source);
		if (isReferenceError(sourceName) && !/^[\da-f]{64}$/v.test(source)) {
			return refusal(`Error parsing reference: ${JSON.stringify(source)} is not a valid repository/tag: ${sourceName.message}`);
		}

		const named = parseReference(target);
		if (isReferenceError(named)) {
			return refusal(`Error parsing reference: ${JSON.stringify(target)} is not a valid repository/tag: ${named.message}`);
		}

		if (named.digest !== undefined) {
			return refusal('refusing to create a tag with a digest reference');
		}

		const reference = withDefaultTag(named);
		const outcome = yield * call(client, {method: 'POST', path: `/images/${source}/tag`, query: [['repo', fullName(reference)], ['tag', reference.tag ?? '']]});
		return refused(outcome) ? outcome : 0;
	},
};

export const rmi: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] IMAGE [IMAGE...]',
	short: 'Remove one or more images',
	aliases: 'docker image rm, docker image remove, docker rmi',
	flags: rmiFlags,
	arguments: {kind: 'at-least', count: 1},
	run: removeImages,
};

function * removeImages({client, flags, args}: Call): Steps<number | Refusal> {
	const query: Query = [...flags.bool('force') ? [['force', '1']] as const : [], ...flags.bool('no-prune') ? [['noprune', '1']] as const : []];
	const problems: string[] = [];
	let isFatal = false;
	for (const name of args) {
		const answer = yield * fetchJson(client, {method: 'DELETE', path: `/images/${name}`, query});
		if (refused(answer)) {
			isFatal ||= answer.httpStatus !== 404;
			problems.push(answer.message);
			continue;
		}

		const lines = listOf(answer.value).map(item => memberOf(item, 'Deleted') === undefined ? `Untagged: ${textOf(memberOf(item, 'Untagged'))}\n` : `Deleted: ${textOf(memberOf(item, 'Deleted'))}\n`);
		yield * print(client, lines.join(''));
	}

	if (problems.length === 0) {
		return 0;
	}

	// With -f an image that is not there is only reported.
	if (flags.bool('force') && !isFatal) {
		yield * warn(client, `${problems.join('\n')}\n`);
		return 0;
	}

	return refusal(problems.join('\n'));
}

export const commit: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
	short: 'Create a new image from a container\'s changes',
	aliases: 'docker container commit, docker commit',
	flags: commitFlags,
	arguments: {kind: 'between', from: 1, to: 2},
	* run({client, flags, args}) {
		const [container = '', name] = args;
		const named = name === undefined ? undefined : parseReference(name);
		if (named !== undefined && isReferenceError(named)) {
			return refusal(`Error response from daemon: ${named.message}`);
		}

		const reference = named === undefined ? undefined : withDefaultTag(named);
		const query: Query = [
			['author', flags.text('author')], ['comment', flags.text('message')], ['container', container],
			['repo', reference === undefined ? '' : fullName(reference)], ['tag', reference?.tag ?? ''],
			...flags.list('change').map(change => ['changes', change] as const), ...flags.bool('pause') ? [] : [['pause', '0']] as const,
		];
		const answer = yield * fetchJson(client, {method: 'POST', path: '/commit', query});
		if (refused(answer)) {
			return answer;
		}

		yield * print(client, `${textOf(memberOf(answer.value, 'Id'))}\n`);
		return 0;
	},
};
