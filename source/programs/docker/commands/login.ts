// docker login, logout and search. Source: docker/cli cli/command/registry/{login,logout,search,formatter_search}.go.
//
// Simplified: there is no web-based login; what the client does without one is all it does.

import {decodeText} from '../../../base/bytes.js';
import {read, readAll} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import {print, warn, type Client} from '../client/client.js';
import {dropLogin, hostOf, hubServer, registryAuth, storedLogin, storeLogin, type StoredLogin} from '../client/config-file.js';
import {fetchJson, filterQuery} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {loginFlags, searchFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {formatRows, row, type RowType} from '../format/formatter.js';
import {flagOf, listOf, memberOf, numberOf, textOf, type Json} from '../go/json.js';
import type {GoStruct} from '../go-template/value.js';

export const login: CommandSpec = {
	kind: 'command', use: '[OPTIONS] [SERVER]', short: 'Authenticate to a registry', long: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
	flags: loginFlags, arguments: {kind: 'at-most', count: 1}, run: runLogin,
};

function serverOf([server = '']: readonly string[]): string {
	return server === '' || server === 'docker.io' ? hubServer : hostOf(server);
}

function * runLogin({client, flags, args}: Call): Steps<number | Refusal> {
	const server = serverOf(args);
	const given = yield * givenPassword(client, {password: flags.text('password'), fromInput: flags.bool('password-stdin'), username: flags.text('username')});
	if (refused(given)) {
		return given;
	}

	const username = flags.text('username');
	const stored = username === '' && given === '' ? yield * storedLogin(client, server) : undefined;
	if (stored !== undefined) {
		yield * warn(client, `Authenticating with existing credentials... [Username: ${stored.username}]\n\n Info -> To login with a different account, run 'docker logout' followed by 'docker login'\n\n\n`);
		const refusedLogin = yield * authenticate(client, server, stored);
		if (refusedLogin === undefined) {
			yield * print(client, 'Login Succeeded\n');
			return 0;
		}

		yield * warn(client, `Login did not succeed, error: ${refusedLogin.message}\n`);
	}

	const asked = yield * askLogin(client, server, {username, password: given});
	const problem = refused(asked) ? asked : (yield * authenticate(client, server, asked)) ?? (yield * storeLogin(client, server, asked));
	if (problem !== undefined) {
		return problem;
	}

	yield * print(client, 'Login Succeeded\n');
	return 0;
}

/** The password of a flag or of standard input; empty if neither. */
function * givenPassword(client: Client, {password, fromInput, username}: {readonly password: string; readonly fromInput: boolean; readonly username: string}): Steps<string | Refusal> {
	if (password !== '' && fromInput) {
		return refusal('conflicting options: cannot specify both --password and --password-stdin');
	}

	if (fromInput) {
		const bytes = username === '' ? refusal('the --password-stdin option requires --username to be set') : yield * readAll(client.process, 0);
		return refused(bytes) ? bytes : (failed(bytes) ? '' : decodeText(bytes).replace(/\n$/v, '').replace(/\r$/v, ''));
	}

	if (password !== '') {
		yield * warn(client, 'WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
	}

	return password;
}

function * authenticate(client: Client, server: string, {username, password}: StoredLogin): Steps<Refusal | undefined> {
	const answer = yield * fetchJson(client, {method: 'POST', path: '/auth', json: {username, password, serveraddress: server}});
	return refused(answer) ? answer : undefined;
}

const hubIntroduction = `Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.
You can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/

`;

/** Asks at the terminal for what was not given. */
function * askLogin(client: Client, server: string, {username, password}: StoredLogin): Steps<StoredLogin | Refusal> {
	if (username !== '' && password !== '') {
		return {username, password};
	}

	if (!client.process.sys.isTerminal(0)) {
		return refusal('Error: Cannot perform an interactive login from a non TTY device');
	}

	if (username === '' && server === hubServer) {
		yield * print(client, hubIntroduction);
	}

	const name = username === '' ? yield * prompt(client, 'Username: ', true) : username;
	if (refused(name) || name === '') {
		return refused(name) ? name : refusal('Error: Non-null Username Required');
	}

	const secret = password === '' ? yield * prompt(client, 'Password: ', false) : password;
	return refused(secret) ? secret : (secret === '' ? refusal('Error: Password Required') : {username: name, password: secret});
}

const interrupt = 3;
const backspaces = new Set([8, 127]);

/** A line typed at the terminal, which is not shown if it is a secret. */
function * prompt(client: Client, text: string, isShown: boolean): Steps<string | Refusal> {
	const {process} = client;
	yield * print(client, text);
	process.sys.setRawMode(0, !isShown);
	const typed: number[] = [];
	let isDone = false;
	while (!isDone) {
		const bytes = yield * read(process, 0, 256);
		isDone = failed(bytes) || bytes.length === 0;
		for (const byte of failed(bytes) ? [] : bytes) {
			if (byte === interrupt) {
				process.sys.setRawMode(0, false);
				return refusal('', 130);
			}

			isDone ||= byte === 10 || byte === 13;
			if (backspaces.has(byte)) {
				typed.pop();
			} else if (!isDone) {
				typed.push(byte);
			}
		}
	}

	process.sys.setRawMode(0, false);
	if (!isShown) {
		yield * print(client, '\n');
	}

	return decodeText(Uint8Array.from(typed)).trim();
}

export const logout: CommandSpec = {
	kind: 'command', use: '[SERVER]', short: 'Log out from a registry', long: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
	flags: [], arguments: {kind: 'at-most', count: 1},
	* run({client, args}) {
		const server = serverOf(args);
		yield * print(client, `Removing login credentials for ${server}\n`);
		const problem = yield * dropLogin(client, server);
		return problem ?? 0;
	},
};

export const search: CommandSpec = {
	kind: 'command', use: '[OPTIONS] TERM', short: 'Search Docker Hub for images', flags: searchFlags, arguments: {kind: 'exactly', count: 1},
	* run({client, flags, args}) {
		const filters = flags.list('filter');
		if (filters.some(filter => filter.startsWith('is-automated'))) {
			yield * warn(client, 'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results in future.\n');
		}

		const limit = flags.text('limit');
		const query = [['term', args[0]!], ...limit === '' || limit === '0' ? [] : [['limit', limit]], ...filterQuery(filters)] as ReadonlyArray<readonly [string, string]>;
		const answer = yield * fetchJson(client, {method: 'GET', path: '/images/search', query, headers: [yield * registryAuth(client, 'docker.io')]});
		if (refused(answer)) {
			return answer;
		}

		const format = ['', 'table'].includes(flags.text('format')) ? String.raw`table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}` : flags.text('format');
		const text = formatRows(searchRows, listOf(answer.value).map(found => searchRow(found, {isTruncated: !flags.bool('no-trunc'), isJson: format === 'json'})), format);
		if (refused(text)) {
			return text;
		}

		yield * print(client, text);
		return 0;
	},
};

const searchRows: RowType = {name: 'registry.searchContext', titles: {Name: 'NAME', Description: 'DESCRIPTION', StarCount: 'STARS', IsOfficial: 'OFFICIAL'}};
const descriptionWidth = 45;

function searchRow(found: Json, {isTruncated, isJson}: {readonly isTruncated: boolean; readonly isJson: boolean}): GoStruct {
	const isOfficial = flagOf(memberOf(found, 'is_official'));
	const description = textOf(memberOf(found, 'description')).replaceAll(/[\r\n]/gv, ' ');
	return row(searchRows, {
		Name: () => textOf(memberOf(found, 'name')),
		Description: () => isTruncated && description.length > descriptionWidth ? `${description.slice(0, descriptionWidth - 1)}…` : description,
		StarCount: () => String(numberOf(memberOf(found, 'star_count'))),
		IsOfficial: () => isJson ? String(isOfficial) : (isOfficial ? '[OK]' : ''),
	});
}
