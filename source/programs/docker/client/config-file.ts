// ~/.docker/config.json, as far as it holds the names and passwords for registries. Source: docker/cli cli/config/configfile/file.go,
// credentials/file_store.go.
//
// Simplified: credential helpers are not modelled; a file that names one is refused.

import {bytesOfBase64, encodeBase64} from '../../../base/base64.js';
import {decodeText, encodeText} from '../../../base/bytes.js';
import {write} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import {readWholeFile} from '../container/env-file.js';
import {marshal, memberOf, objectOf, parseJson, textOf, writeJson, type Json, type Writable} from '../go/json.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {warn, type Client} from './client.js';
import {fileRefusal} from './file-tar.js';

export type StoredLogin = {readonly username: string; readonly password: string};

/** What docker.io is called in the file. */
export const hubServer = 'https://index.docker.io/v1/';

export function configPath({process: {env}}: Client): string {
	return `${env.get('DOCKER_CONFIG') || `${env.get('HOME') ?? ''}/.docker`}/config.json`;
}

/** The file as it stands; nothing if there is none. */
function * readConfig(client: Client): Steps<ReadonlyMap<string, Json>> {
	const path = configPath(client);
	const bytes = yield * readWholeFile(client, path);
	const parsed = refused(bytes) ? {value: undefined} : parseJson(decodeText(bytes));
	if ('error' in parsed) {
		yield * warn(client, `WARNING: Error parsing config file (${path}): ${parsed.error}\n`);
		return new Map();
	}

	return objectOf(parsed.value);
}

export function * storedLogin(client: Client, server: string): Steps<StoredLogin | undefined> {
	const auths = objectOf(memberOf(yield * readConfig(client), 'auths'));
	const key = [...auths.keys()].find(name => name === server) ?? [...auths.keys()].find(name => hostOf(name) === server);
	const bytes = key === undefined ? undefined : bytesOfBase64(textOf(memberOf(auths.get(key), 'auth')));
	const text = bytes === undefined ? '' : decodeText(bytes);
	const colon = text.indexOf(':');
	return colon === -1 ? undefined : {username: text.slice(0, colon), password: text.slice(colon + 1)};
}

export function hostOf(server: string): string {
	return server.replace(/^https?:\/\//v, '').replace(/\/.*$/v, '');
}

/** Writes a login, and warns of it the first time. */
export function * storeLogin(client: Client, server: string, {username, password}: StoredLogin): Steps<Refusal | undefined> {
	const config = yield * readConfig(client);
	const before = yield * storedLogin(client, server);
	if (before?.username === username && before.password === password) {
		return undefined;
	}

	const auth = encodeBase64(encodeText(`${username}:${password}`));
	const problem = yield * writeConfig(client, config, new Map([...objectOf(config.get('auths')), [server, new Map([['auth', auth]])]]));
	if (problem === undefined) {
		yield * warn(client, `\nWARNING! Your credentials are stored unencrypted in '${configPath(client)}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`);
	}

	return problem;
}

export function * dropLogin(client: Client, server: string): Steps<Refusal | undefined> {
	const config = yield * readConfig(client);
	const auths = objectOf(config.get('auths'));
	return auths.has(server) ? yield * writeConfig(client, config, new Map([...auths].filter(([name]) => name !== server))) : undefined;
}

function * writeConfig(client: Client, config: ReadonlyMap<string, Json>, auths: ReadonlyMap<string, Json>): Steps<Refusal | undefined> {
	if (config.has('credsStore')) {
		return refusal(`Error saving credentials: virtlab does not model the credential helper docker-credential-${textOf(config.get('credsStore'))}`);
	}

	const {sys} = client.process;
	const path = configPath(client);
	sys.mkdir(path.replace(/\/[^\/]*$/v, ''), 0o700);
	const sorted = new Map([...auths].sort(([a], [b]) => a < b ? -1 : 1));
	const whole = new Map<string, Json>([['auths', sorted], ...[...config].filter(([name]) => name !== 'auths')]);
	const fd = sys.open(path, {write: true, create: true, truncate: true}, 0o600);
	if (failed(fd)) {
		return refusal(`Error saving credentials: ${fileRefusal('open', path, fd).message}`);
	}

	yield * write(client.process, fd, encodeText(writeJson(whole as Writable, {escapeHtml: true, indent: 1}).replaceAll(/^ +/gmv, spaces => '\t'.repeat(spaces.length))));
	sys.close(fd);
	return undefined;
}

/** The header by which the daemon speaks to a registry in one's name. */
export function * registryAuth(client: Client, domain: string): Steps<readonly [string, string]> {
	const server = domain === 'docker.io' ? hubServer : domain;
	const login = yield * storedLogin(client, server);
	const value = login === undefined ? '{}' : marshal({...login, serveraddress: server});
	return ['X-Registry-Auth', encodeBase64(encodeText(value)).replaceAll('+', '-').replaceAll('/', '_')];
}
