// docker build, in its two forms: BuildKit's (docker buildx build) and, with DOCKER_BUILDKIT=0, the classic one.
// Source: docker/buildx commands/build.go; docker/cli cli/command/image/build.go.

import {encodeText} from '../../../base/bytes.js';
import {write} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import {PlainProgress} from '../../../model/container/builder/plain-progress.js';
import {buildEventOf} from '../build/build-event.js';
import {buildContext, type BuildContext} from '../build/context.js';
import {print, warn, type Client} from '../client/client.js';
import {fileRefusal} from '../client/file-tar.js';
import {showMessages} from '../client/json-message.js';
import {jsonLines, stream, type Query} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {buildFlags, classicBuildFlags} from '../command/flag-table.js';
import type {Flags} from '../command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {humanSize} from '../go/size.js';
import {marshal, memberOf, textOf, type Json} from '../go/json.js';

export const build: CommandSpec = {
	kind: 'command', use: '[OPTIONS] PATH | URL | -', usagePath: 'docker buildx build', short: 'Start a build',
	aliases: 'docker build, docker builder build, docker image build, docker buildx b', flags: buildFlags, arguments: {kind: 'exactly', count: 1},
	run: buildWithBuildKit,
};

export const classicBuild: CommandSpec = {
	kind: 'command', use: '[OPTIONS] PATH | URL | -', short: 'Build an image from a Dockerfile', aliases: 'docker image build, docker build, docker builder build',
	flags: classicBuildFlags, arguments: {kind: 'exactly', count: 1},
	run: buildClassically,
};

export const deprecation = `DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`;

function buildQuery(client: Client, flags: Flags, context: BuildContext): Query {
	const pairsOf = (words: readonly string[], look?: (name: string) => string | undefined) => Object.fromEntries(words.map(word => {
		const equals = word.indexOf('=');
		return equals === -1 ? [word, look?.(word)] : [word.slice(0, equals), word.slice(equals + 1)];
	}));
	const args = pairsOf(flags.list('build-arg'), name => client.process.env.get(name));
	const labels = Object.fromEntries(Object.entries(pairsOf(flags.list('label'))).map(([name, value]) => [name, value ?? '']));
	const on = (name: string, parameter = name) => flags.bool(name) ? [[parameter, '1']] as const : [];
	return [
		...flags.list('tag').map(tag => ['t', tag] as const), ['dockerfile', context.dockerfile],
		...Object.keys(args).length === 0 ? [] : [['buildargs', marshal(args)]] as const, ...Object.keys(labels).length === 0 ? [] : [['labels', marshal(labels)]] as const,
		...on('no-cache', 'nocache'), ...on('pull'), ...flags.text('target') === '' ? [] : [['target', flags.text('target')]] as const,
		...flags.text('network') === 'default' ? [] : [['networkmode', flags.text('network')]] as const,
	];
}

function * writeIdFile(client: Client, flags: Flags, id: string): Steps<Refusal | undefined> {
	const path = flags.text('iidfile');
	if (path === '' || id === '') {
		return undefined;
	}

	const {sys} = client.process;
	const fd = sys.open(path, {write: true, create: true, truncate: true}, 0o666);
	if (failed(fd)) {
		return fileRefusal('open', path, fd);
	}

	yield * write(client.process, fd, encodeText(id));
	sys.close(fd);
	return undefined;
}

function * buildClassically({client, flags, args}: Call): Steps<number | Refusal> {
	if (flags.bool('squash')) {
		return refusal('"--squash" is only supported on a Docker daemon with experimental features enabled');
	}

	const context = yield * buildContext(client, args[0]!, flags.text('file'));
	if (refused(context)) {
		return context;
	}

	const isQuiet = flags.bool('quiet');
	if (!isQuiet) {
		yield * print(client, sendingText(context.tar.length));
	}

	const query: Query = [
		...buildQuery(client, flags, context), ['version', '1'], ...isQuiet ? [['q', '1']] as const : [], ...flags.bool('rm') ? [] : [['rm', '0']] as const, ...flags.bool('force-rm') ? [['forcerm', '1']] as const : [],
	];
	const opened = yield * stream(client, {method: 'POST', path: '/build', query, bytes: {type: 'application/x-tar', content: context.tar}});
	if (refused(opened)) {
		return opened;
	}

	let id = '';
	const problem = yield * showMessages(client, opened, {
		fd: 1, onAux(aux) {
			id = textOf(memberOf(aux, 'ID'));
		},
	});
	opened.close();
	return problem ?? (yield * writeIdFile(client, flags, id)) ?? 0;
}

const readBytes = 32 * 1024;
const reportBytes = 512 * 1024;

/** A line that is written over as the context is read. Source: moby pkg/progress/progressreader.go, pkg/streamformatter. */
function sendingText(sizeBytes: number): string {
	let text = '';
	let reported = 0;
	const line = (bytes: number) => `Sending build context to Docker daemon ${humanSize(bytes).padStart(8)}\r`;
	for (let read = readBytes; read < sizeBytes; read += readBytes) {
		if (read - reported > reportBytes) {
			text += line(read);
			reported = read;
		}
	}

	return `${text}${line(sizeBytes)}\r\n`;
}

const failedToBuild = (message: string) => refusal(`ERROR: failed to build: ${message}`);

function * buildWithBuildKit({client, flags, args}: Call): Steps<number | Refusal> {
	const mode = flags.text('progress');
	if (mode === 'rawjson' || !['auto', 'plain', 'tty', 'quiet', 'none'].includes(mode)) {
		return mode === 'rawjson' ? refusal('virtlab: docker build --progress=rawjson is not modelled') : failedToBuild(`invalid progress mode ${mode}`);
	}

	if (!['', 'default'].includes(flags.text('builder'))) {
		return failedToBuild(`no builder ${JSON.stringify(flags.text('builder'))} found`);
	}

	const context = yield * buildContext(client, args[0]!, flags.text('file'));
	if (refused(context)) {
		return failedToBuild(context.message);
	}

	const isQuiet = flags.bool('quiet') || mode === 'quiet' || mode === 'none';
	const opened = yield * stream(client, {method: 'POST', path: '/build', query: [...buildQuery(client, flags, context), ['version', '2']], bytes: {type: 'application/x-tar', content: context.tar}});
	if (refused(opened)) {
		return failedToBuild(opened.message);
	}

	const show = function * (text: string): Steps<void> {
		if (!isQuiet) {
			yield * warn(client, text);
		}
	};
	yield * show('#0 building with "default" instance using docker driver\n\n');
	const progress = new PlainProgress();
	let id = '';
	let error: Json;
	yield * jsonLines(opened, function * (line): Steps<Refusal | undefined> {
		const aux = memberOf(line, 'aux');
		const event = buildEventOf(aux);
		if (event !== undefined) {
			yield * show(progress.lines(event));
		}

		id = textOf(memberOf(aux, 'ID')) || id;
		error ??= memberOf(line, 'errorDetail');
		return undefined;
	});
	opened.close();
	yield * show(error === undefined ? progress.summary() : progress.failure());
	if (error !== undefined) {
		const excerpt = textOf(memberOf(error, 'excerpt'));
		yield * show(excerpt === '' ? '' : `${excerpt}\n`);
		return failedToBuild(`failed to solve: ${textOf(memberOf(error, 'message'))}`);
	}

	if (flags.bool('quiet')) {
		yield * print(client, `${id}\n`);
	}

	return (yield * writeIdFile(client, flags, id)) ?? 0;
}
