// docker save, load, export, import: images and containers as tar files. Source: docker/cli cli/command/image/{save,load,import}.go,
// cli/command/container/export.go.

import {concatBytes} from '../../../base/bytes.js';
import {readAll, write} from '../../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../../model/kernel/errno.js';
import {isReferenceError, parseReference} from '../../../model/container/reference.js';
import {printBytes, type Client} from '../client/client.js';
import {showMessages} from '../client/json-message.js';
import {stream, type ApiRequest} from '../client/request.js';
import type {CommandSpec} from '../command/command.js';
import {exportFlags, importFlags, loadFlags, saveFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {readWholeFile} from '../container/env-file.js';

/** A tar stream to the file of `-o`, or to standard output if that is no terminal. */
function * download(client: Client, request: ApiRequest, {output, purpose}: {readonly output: string; readonly purpose: string}): Steps<number | Refusal> {
	const {sys} = client.process;
	if (output === '' && sys.isTerminal(1)) {
		return refusal('cowardly refusing to save to a terminal. Use the -o flag or redirect');
	}

	const problem = outputProblem(client, output);
	if (problem !== undefined) {
		return refusal(`failed to ${purpose}: ${problem}`);
	}

	const opened = yield * stream(client, request);
	if (refused(opened)) {
		return opened;
	}

	const parts: Uint8Array[] = [];
	for (let part = yield * opened.next(); part !== undefined; part = yield * opened.next()) {
		parts.push(part);
	}

	opened.close();
	const bytes = concatBytes(parts);
	if (output === '') {
		yield * printBytes(client, 1, bytes);
		return 0;
	}

	const fd = sys.open(output, {write: true, create: true, truncate: true}, 0o600);
	if (failed(fd)) {
		return refusal(`failed to ${purpose}: open ${output}: ${errorTextOf(fd).toLowerCase()}`);
	}

	const written = yield * write(client.process, fd, bytes);
	sys.close(fd);
	return failed(written) ? refusal(`write ${output}: ${errorTextOf(written).toLowerCase()}`) : 0;
}

/** Why nothing can be written there (command.ValidateOutputPath). */
function outputProblem({process: {sys}}: Client, output: string): string | undefined {
	const slash = output.lastIndexOf('/');
	const directory = slash <= 0 ? undefined : output.slice(0, slash);
	const parent = directory === undefined ? undefined : sys.stat(directory);
	if (failed(parent)) {
		return `invalid output path: stat ${directory}: ${errorTextOf(parent).toLowerCase()}`;
	}

	const there = output === '' ? undefined : sys.stat(output);
	return there !== undefined && !failed(there) && there.type === 'directory' ? 'cannot write to a directory' : undefined;
}

/** The bytes of a file, or of standard input. */
export function * inputBytes(client: Client, path: string): Steps<Uint8Array | Refusal> {
	if (path !== '' && path !== '-') {
		return yield * readWholeFile(client, path);
	}

	const bytes = yield * readAll(client.process, 0);
	return failed(bytes) ? refusal(`read /dev/stdin: ${errorTextOf(bytes).toLowerCase()}`) : bytes;
}

export const save: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] IMAGE [IMAGE...]',
	short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
	aliases: 'docker image save, docker save',
	flags: saveFlags,
	arguments: {kind: 'at-least', count: 1},
	run: ({client, flags, args}) => download(client, {method: 'GET', path: '/images/get', query: args.map(name => ['names', name])}, {output: flags.text('output'), purpose: 'save image'}),
};

export const exportContainer: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER',
	short: 'Export a container\'s filesystem as a tar archive',
	aliases: 'docker container export, docker export',
	flags: exportFlags,
	arguments: {kind: 'exactly', count: 1},
	run: ({client, flags, args}) => download(client, {method: 'GET', path: `/containers/${args[0]}/export`}, {output: flags.text('output'), purpose: 'export container'}),
};

export const load: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS]',
	short: 'Load an image from a tar archive or STDIN',
	aliases: 'docker image load, docker load',
	flags: loadFlags,
	arguments: {kind: 'none'},
	* run({client, flags}) {
		const input = flags.text('input');
		if (input === '' && client.process.sys.isTerminal(0)) {
			return refusal('requested load from stdin, but stdin is empty');
		}

		const content = yield * inputBytes(client, input);
		if (refused(content)) {
			return content;
		}

		const isQuiet = flags.bool('quiet') || !client.process.sys.isTerminal(1);
		const opened = yield * stream(client, {method: 'POST', path: '/images/load', query: [['quiet', isQuiet ? '1' : '0']], bytes: {type: 'application/x-tar', content}});
		if (refused(opened)) {
			return opened;
		}

		const problem = yield * showMessages(client, opened, {fd: 1});
		opened.close();
		return problem ?? 0;
	},
};

export const importImage: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
	short: 'Import the contents from a tarball to create a filesystem image',
	aliases: 'docker image import, docker import',
	flags: importFlags,
	arguments: {kind: 'at-least', count: 1},
	* run({client, flags, args}) {
		const [source = '', name = ''] = args;
		if (/^https?:\/\//v.test(source)) {
			return refusal('virtlab: docker import from a URL is not modelled');
		}

		const named = name === '' ? undefined : parseReference(name);
		if (named !== undefined && isReferenceError(named)) {
			return refusal(named.message);
		}

		const content = yield * inputBytes(client, source);
		if (refused(content)) {
			return content;
		}

		const changes = flags.list('change').map(change => ['changes', change] as const);
		const message = flags.text('message');
		const query = [['fromSrc', '-'], ['repo', name], ...changes, ...message === '' ? [] : [['message', message]]] as ReadonlyArray<readonly [string, string]>;
		const opened = yield * stream(client, {method: 'POST', path: '/images/create', query, bytes: {type: 'text/plain', content}});
		if (refused(opened)) {
			return opened;
		}

		const problem = yield * showMessages(client, opened, {fd: 1});
		opened.close();
		return problem ?? 0;
	},
};
