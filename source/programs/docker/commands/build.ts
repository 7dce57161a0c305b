// docker build, in its two forms: BuildKit's (docker buildx build) and, with DOCKER_BUILDKIT=0, the classic one.
// Source: docker/buildx commands/build.go; docker/cli cli/command/image/build.go.

import {bytesOfBase64} from '../../../base/base64.js';
import {encodeText} from '../../../base/bytes.js';
import {gzip} from '../../../base/gzip.js';
import {write} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import {PlainProgress} from '../../../model/container/builder/plain-progress.js';
import {buildEventOf} from '../build/build-event.js';
import {buildContext, type BuildContext} from '../build/context.js';
import {print, warn, type Client} from '../client/client.js';
import {fileRefusal} from '../client/file-tar.js';
import {showMessages} from '../client/json-message.js';
import {jsonLines, stream, type Query, type Stream} from '../client/request.js';
import {outputOf, writeOutput} from '../build/output.js';
import {ulimit} from '../container/create-body.js';
import type {Call, CommandSpec} from '../command/command.js';
import {buildFlags, classicBuildFlags} from '../command/flag-table.js';
import type {Flags} from '../command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {humanSize} from '../go/size.js';
import {listOf, marshal, memberOf, textOf, type Json} from '../go/json.js';

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
		...flags.list('tag').map(tag => ['t', tag] as const), ['dockerfile', context.dockerfile], ...context.remote === undefined ? [] : [['remote', context.remote]] as const,
		...Object.keys(args).length === 0 ? [] : [['buildargs', marshal(args)]] as const, ...Object.keys(labels).length === 0 ? [] : [['labels', marshal(labels)]] as const,
		...on('no-cache', 'nocache'), ...on('pull'), ...flags.text('target') === '' ? [] : [['target', flags.text('target')]] as const,
		...flags.text('network') === 'default' ? [] : [['networkmode', flags.text('network')]] as const, ...containerQuery(flags),
	];
}

/** Settings of the containers that commands run in, as far as both forms have them. */
function containerQuery(flags: Flags): Query {
	const hosts = flags.list('add-host').flatMap(host => host.split(',')).map(host => host.replace(/^(?<name>[^:=]+)=/v, '$<name>:'));
	const ulimits = flags.list('ulimit').map(text => ulimit(text));
	const bytes = (name: string, parameter: string) => flags.bytes(name) === 0 ? [] : [[parameter, String(flags.bytes(name))]] as const;
	const text = (name: string, parameter: string) => flags.text(name) === '' ? [] : [[parameter, flags.text(name)]] as const;
	return [
		...hosts.length === 0 ? [] : [['extrahosts', hosts.join(',')]] as const, ...ulimits.length === 0 ? [] : [['ulimits', marshal(ulimits)]] as const,
		...bytes('shm-size', 'shmsize'), ...text('cgroup-parent', 'cgroupparent'),
	];
}

/** Limits, which only the classic form has. */
function limitQuery(flags: Flags): Query {
	const numbers = [['memory', flags.bytes('memory')], ['memswap', flags.bytes('memory-swap')], ['cpushares', flags.int('cpu-shares')], ['cpuperiod', flags.int('cpu-period')], ['cpuquota', flags.int('cpu-quota')]] as const;
	const texts = [['cpusetcpus', flags.text('cpuset-cpus')], ['cpusetmems', flags.text('cpuset-mems')], ['platform', flags.text('platform')]] as const;
	return [...numbers.filter(([, value]) => value !== 0).map(([name, value]) => [name, String(value)] as const), ...texts.filter(([, value]) => value !== '')];
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
		...buildQuery(client, flags, context), ...limitQuery(flags), ['version', '1'], ...isQuiet ? [['q', '1']] as const : [], ...flags.bool('rm') ? [] : [['rm', '0']] as const, ...flags.bool('force-rm') ? [['forcerm', '1']] as const : [],
	];
	const opened = yield * stream(client, {method: 'POST', path: '/build', query, bytes: {type: 'application/x-tar', content: flags.bool('compress') ? gzip(context.tar) : context.tar}});
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
	const problem = progressProblem(client, mode) ?? (['', 'default'].includes(flags.text('builder')) ? undefined : failedToBuild(`no builder ${JSON.stringify(flags.text('builder'))} found`));
	const output = outputOf(flags.list('output'));
	if (problem !== undefined || refused(output)) {
		return problem ?? (output as Refusal);
	}

	const context = yield * buildContext(client, args[0]!, flags.text('file'));
	if (refused(context)) {
		return failedToBuild(context.message);
	}

	const isQuiet = flags.bool('quiet') || mode === 'quiet' || mode === 'none';
	const platforms = flags.list('platform').flatMap(platform => platform.split(','));
	if (platforms.length > 1) {
		return failedToBuild('Multi-platform build is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/build-multi-platform/');
	}

	const query: Query = [
		...buildQuery(client, flags, context), ...platforms.map(platform => ['platform', platform] as const), ...flags.list('no-cache-filter').flatMap(stages => stages.split(',')).map(stage => ['nocachefilter', stage] as const),
		...flags.bool('check') ? [['check', '1']] as const : [], ...output.type === 'image' ? [] : [['outputs', output.type]] as const, ['version', '2'],
	];
	const opened = yield * stream(client, {method: 'POST', path: '/build', query, bytes: {type: 'application/x-tar', content: context.tar}});
	if (refused(opened)) {
		return failedToBuild(opened.message);
	}

	const {id, files, check, error} = yield * followBuild(client, opened, isQuiet);
	opened.close();
	if (error !== undefined) {
		return failedToBuild(`failed to solve: ${error}`);
	}

	if (check !== undefined) {
		return yield * printCheck(client, check);
	}

	if (files !== undefined) {
		return (yield * writeOutput(client, output, files)) ?? 0;
	}

	if (flags.bool('quiet')) {
		yield * print(client, `${id}\n`);
	}

	return (yield * writeIdFile(client, flags, id)) ?? 0;
}

/** Simplified: at a terminal the progress is printed line by line, too, not drawn over. */
function progressProblem({process}: Client, mode: string): Refusal | undefined {
	if (mode === 'rawjson') {
		return refusal('virtlab: docker build --progress=rawjson is not modelled');
	}

	if (mode === 'tty' && !process.sys.isTerminal(2)) {
		return failedToBuild('failed to get console: provided file is not a console');
	}

	return ['auto', 'plain', 'tty', 'quiet', 'none'].includes(mode) ? undefined : failedToBuild(`invalid progress mode ${mode}`);
}

type Followed = {readonly id: string; readonly files: Uint8Array | undefined; readonly check: readonly Json[] | undefined; readonly error: string | undefined};

/** Shows the progress of a build until its end. */
function * followBuild(client: Client, opened: Stream, isQuiet: boolean): Steps<Followed> {
	const show = function * (text: string): Steps<void> {
		if (!isQuiet) {
			yield * warn(client, text);
		}
	};
	yield * show('#0 building with "default" instance using docker driver\n\n');
	const progress = new PlainProgress();
	let last: Json;
	let error: Json;
	yield * jsonLines(opened, function * (line): Steps<Refusal | undefined> {
		const aux = memberOf(line, 'aux');
		const event = buildEventOf(aux);
		if (event === undefined) {
			last = aux ?? last;
		} else {
			yield * show(progress.lines(event));
		}

		error ??= memberOf(line, 'errorDetail');
		return undefined;
	});
	const check = memberOf(last, 'check');
	yield * show(error === undefined ? progress.summary() : progress.failure());
	const excerpt = textOf(memberOf(error, 'excerpt'));
	yield * show(excerpt === '' ? '' : `${excerpt}\n`);
	return {
		id: textOf(memberOf(last, 'ID')), files: memberOf(last, 'files') === undefined ? undefined : bytesOfBase64(textOf(memberOf(last, 'files'))),
		check: check === undefined ? undefined : listOf(check), error: error === undefined ? undefined : textOf(memberOf(error, 'message')),
	};
}

/** What `--check` found. Source: moby/buildkit frontend/subrequests/lint; docker/buildx commands/build.go, printResult. */
function * printCheck(client: Client, warnings: readonly Json[]): Steps<number> {
	if (warnings.length === 0) {
		yield * print(client, 'Check complete, no warnings found.\n');
		return 0;
	}

	yield * print(client, `Check complete, ${warnings.length === 1 ? '1 warning has' : `${warnings.length} warnings have`} been found!\n`);
	for (const warning of warnings) {
		const rule = textOf(memberOf(warning, 'rule'));
		const page = rule.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/gv, '-').toLowerCase();
		yield * print(client, `\nWARNING: ${rule} - https://docs.docker.com/go/dockerfile/rule/${page}/\n${textOf(memberOf(warning, 'message'))}\n${textOf(memberOf(warning, 'excerpt'))}\n`);
	}

	return 1;
}
