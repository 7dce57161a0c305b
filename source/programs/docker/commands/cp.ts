// docker cp: a tar archive out of a container or into one. Source: docker/cli cli/command/container/cp.go; moby pkg/archive/copy.go
// (PrepareArchiveCopy), whose rules decide where the top of what is copied goes.

import {normalPath} from '../../../base/path.js';
import {writeTar, readTar, isTarError, type TarEntry} from '../../../base/tar.js';
import {headerOf} from '../../../base/http.js';
import {failed} from '../../../model/kernel/errno.js';
import {printBytes, warn, type Client} from '../client/client.js';
import {extractTar, tarOfFiles} from '../client/file-tar.js';
import {call} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {cpFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {inputBytes} from './archive.js';
import {humanSize3} from '../go/size.js';
import {memberOf, numberOf, parseJson, textOf} from '../go/json.js';

const description = `Copy files/folders between a container and the local filesystem

Use '-' as the source to read a tar archive from stdin
and extract it to a directory destination in a container.
Use '-' as the destination to stream a tar archive of a
container source to stdout.`;

export const cp: CommandSpec = {
	kind: 'command', use: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH', short: 'Copy files/folders between a container and the local filesystem',
	long: description, aliases: 'docker container cp, docker cp', flags: cpFlags, arguments: {kind: 'exactly', count: 2},
	run: copy,
};

/** Linux follows no more of them for one name. */
const maxLinks = 40;

type Place = {readonly container: string | undefined; readonly path: string};

function placeOf(text: string): Place {
	const colon = text.indexOf(':');
	const container = text.slice(0, Math.max(colon, 0));
	return text.startsWith('/') || colon === -1 || container.startsWith('.') ? {container: undefined, path: text} : {container, path: text.slice(colon + 1)};
}

function * copy(called: Call): Steps<number | Refusal> {
	const [source = '', target = ''] = called.args;
	if (source === '' || target === '') {
		return refusal(source === '' ? 'source can not be empty' : 'destination can not be empty');
	}

	const from = placeOf(source);
	const to = placeOf(target);
	if (from.container !== undefined && to.container !== undefined) {
		return refusal('copying between containers is not supported');
	}

	if (from.container === undefined && to.container === undefined) {
		return refusal('must specify at least one container source');
	}

	return from.container === undefined ? yield * copyIn(called, from.path, {container: to.container!, path: to.path}) : yield * copyOut(called, {container: from.container, path: from.path}, to.path);
}

type Target = {readonly path: string; readonly exists: boolean; readonly isDirectory: boolean};
type Source = {readonly name: string; readonly isDirectory: boolean; readonly isContentOnly: boolean};

/** Which directory to extract in, and what the top of the archive is called there; `undefined` leaves it its own name. */
function arrange(source: Source, target: Target): {readonly directory: string; readonly name: string | undefined} | Refusal {
	const bare = target.path.replace(/(?<=.)\/+$/v, '').replace(/\/\.$/v, '');
	const slash = bare.lastIndexOf('/');
	const directory = slash <= 0 ? (slash === 0 ? '/' : '.') : bare.slice(0, slash);
	const name = bare.slice(slash + 1);
	if (target.exists && target.isDirectory) {
		return {directory: target.path, name: source.isContentOnly ? '' : undefined};
	}

	if (target.exists && source.isDirectory) {
		return refusal('cannot copy directory');
	}

	if (!target.exists && !source.isDirectory && target.path.endsWith('/')) {
		return refusal('no such directory');
	}

	return {directory, name};
}

function baseName(path: string): string {
	return path.replace(/\/+(?:\.)?$/v, '').split('/').at(-1) || '/';
}

const isContents = (path: string) => path === '.' || path.endsWith('/.');

/** Gives the archive's top, which is called `from`, the name `to`; empty takes it away. */
function renamed(name: string, from: string, to: string | undefined): string {
	if (to === undefined) {
		return name;
	}

	const rest = name === from ? '' : (name.startsWith(`${from}/`) ? name.slice(from.length + 1) : name);
	return [to, rest].filter(part => part !== '').join('/');
}

function * copyIn({client, flags}: Call, source: string, target: {readonly container: string; readonly path: string}): Steps<number | Refusal> {
	const stat = yield * call(client, {method: 'HEAD', path: `/containers/${target.container}/archive`, query: [['path', target.path]]});
	const mode = refused(stat) ? 0 : pathMode(headerOf(stat.head.headers, 'X-Docker-Container-Path-Stat') ?? '');
	const there: Target = {path: target.path, exists: !refused(stat), isDirectory: isDirectoryMode(mode)};
	if (source === '-') {
		const bytes = there.isDirectory ? yield * inputBytes(client, '-') : refusal(`destination "${target.container}:${target.path}" must be a directory`);
		return refused(bytes) ? bytes : yield * upload({client, flags}, bytes, {container: target.container, directory: target.path, shown: target.path});
	}

	const path = flags.bool('follow-link') ? linkEnd(client, source) : source;
	const attributes = client.process.sys.lstat(path);
	if (failed(attributes)) {
		return refusal(`lstat ${absolute(client, source)}: no such file or directory`);
	}

	const isDirectory = attributes.type === 'directory';
	const place = arrange({name: baseName(source), isDirectory, isContentOnly: isContents(source)}, there);
	if (refused(place)) {
		return place;
	}

	const entries = yield * tarOfFiles(client, path, {topName: place.name ?? baseName(source), asRoot: false});
	return refused(entries) ? entries : yield * upload({client, flags}, writeTar(entries), {container: target.container, directory: place.directory, shown: target.path});
}

/** Where a chain of links on the client's host ends. */
function linkEnd({process: {sys}}: Client, path: string): string {
	let end = path;
	for (let links = 0; links < maxLinks; links++) {
		const link = sys.readlink(end);
		if (failed(link)) {
			break;
		}

		end = link.target.startsWith('/') ? link.target : `${end.slice(0, end.lastIndexOf('/') + 1)}${link.target}`;
	}

	return end;
}

function absolute({process: {sys}}: Client, path: string): string {
	const here = sys.getcwd();
	return normalPath(path.startsWith('/') || failed(here) ? path : `${here.path}/${path}`);
}

/** The absolute path, with the slash or the dot at its end that says it is a directory. Source: moby pkg/archive/copy.go. */
function localPath(client: Client, path: string): string {
	const clean = absolute(client, path).replace(/^\/$/v, '');
	return clean + (isContents(path) ? '/.' : (path.endsWith('/') || clean === '' ? '/' : ''));
}

function * upload({client, flags}: Pick<Call, 'client' | 'flags'>, content: Uint8Array, {container, directory, shown}: {readonly container: string; readonly directory: string; readonly shown: string}): Steps<number | Refusal> {
	const query = [['path', directory], ['noOverwriteDirNonDir', 'true'], ...flags.bool('archive') ? [['copyUIDGID', 'true']] : []] as unknown as ReadonlyArray<readonly [string, string]>;
	const done = yield * call(client, {method: 'PUT', path: `/containers/${container}/archive`, query, bytes: {type: 'text/plain', content}});
	if (refused(done)) {
		return done;
	}

	yield * report({client, flags}, content.length, `${container}:${shown}`);
	return 0;
}

/** Says what was copied, on a terminal. */
function * report({client, flags}: Pick<Call, 'client' | 'flags'>, sizeBytes: number, target: string): Steps<void> {
	const isQuiet = flags.changed('quiet') ? flags.bool('quiet') : !client.process.sys.isTerminal(1);
	if (!isQuiet) {
		yield * warn(client, `Successfully copied ${humanSize3(sizeBytes)} to ${target}\n`);
	}
}

function * copyOut(called: Call, source: {readonly container: string; readonly path: string}, typed: string): Steps<number | Refusal> {
	const {client} = called;
	const target = typed === '-' ? typed : localPath(client, typed);
	const parent = target === '-' ? '/' : normalPath(`${normalPath(target)}/..`);
	if (failed(client.process.sys.stat(parent))) {
		return refusal(`invalid output path: directory ${JSON.stringify(parent)} does not exist`);
	}

	const path = called.flags.bool('follow-link') ? yield * followed(client, source) : source.path;
	const answer = yield * call(client, {method: 'GET', path: `/containers/${source.container}/archive`, query: [['path', path]]});
	if (refused(answer)) {
		return answer;
	}

	if (target === '-') {
		yield * printBytes(client, 1, answer.body);
		return 0;
	}

	const entries = readTar(answer.body);
	if (isTarError(entries)) {
		return refusal(entries.message);
	}

	// What a link leads to is called as the link.
	const named = path === source.path ? entries : entries.map(entry => ({...entry, name: renamed(entry.name, baseName(path), baseName(source.path))}));
	return yield * unpack(called, {entries: named, source: source.path, target, mode: pathMode(headerOf(answer.head.headers, 'X-Docker-Container-Path-Stat') ?? ''), sizeBytes: answer.body.length});
}

/** Where a path of a container leads, if it is a link. */
function * followed(client: Client, {container, path}: {readonly container: string; readonly path: string}): Steps<string> {
	const stat = yield * call(client, {method: 'HEAD', path: `/containers/${container}/archive`, query: [['path', path]]});
	const target = refused(stat) ? '' : linkTarget(headerOf(stat.head.headers, 'X-Docker-Container-Path-Stat') ?? '');
	return target === '' ? path : normalPath(target.startsWith('/') ? target : `${path.slice(0, path.lastIndexOf('/') + 1)}${target}`);
}

function linkTarget(header: string): string {
	const parsed = parseJson(header === '' ? 'null' : atob(header));
	return 'error' in parsed ? '' : textOf(memberOf(parsed.value, 'linkTarget'));
}

type Unpacking = {readonly entries: readonly TarEntry[]; readonly source: string; readonly target: string; readonly mode: number; readonly sizeBytes: number};

function * unpack({client, flags}: Call, {entries, source, target, mode, sizeBytes}: Unpacking): Steps<number | Refusal> {
	const {sys} = client.process;
	const there = sys.stat(target);
	const top = entries[0]?.name.split('/')[0] ?? '';
	const place = arrange(
		{name: baseName(source), isDirectory: isDirectoryMode(mode), isContentOnly: isContents(source)},
		{path: target, exists: !failed(there), isDirectory: !failed(there) && there.type === 'directory'},
	);
	if (refused(place)) {
		return place;
	}

	const shown = place.name === '' ? entries.filter(entry => entry.name !== top) : entries;
	const problem = yield * extractTar(client, shown, place.directory, {rename: name => renamed(name, top, place.name), keepsOwners: flags.bool('archive')});
	if (problem !== undefined) {
		return problem;
	}

	yield * report({client, flags}, sizeBytes, target);
	return 0;
}

/** The Go file mode in the base64 JSON of `X-Docker-Container-Path-Stat`. */
function pathMode(header: string): number {
	const parsed = parseJson(header === '' ? 'null' : atob(header));
	return 'error' in parsed ? 0 : numberOf(memberOf(parsed.value, 'mode'));
}

function isDirectoryMode(mode: number): boolean {
	return mode >= 2 ** 31;
}
