// Who may use a registry: everybody, or whoever an htpasswd file knows. Of its hashes only those of bcrypt count.
// Source: distribution registry/auth/htpasswd, registry/handlers/app.go (authorized).

import {bytesOfBase64} from '../../base/base64.js';
import {bcryptFits} from '../../base/bcrypt.js';
import {decodeText, noBytes} from '../../base/bytes.js';
import {headerOf, type RequestHead} from '../../base/http.js';
import {readAll} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';
import type {RegistryConfig} from './config.js';
import {refuse, type Reply} from './reply.js';

const maxPasswordFile = 1024 * 1024;

/** What a request asks for, as the refusal lists it. */
type Access = {readonly Type: 'repository' | 'registry'; readonly Class: ''; readonly Name: string; readonly Action: string};

/** The refusal of somebody who is not known; undefined if he may go on. `name`: the repository, or `catalog`. */
export function * refuseStranger(process: Process, {htpasswd}: RegistryConfig, head: RequestHead, name: string | undefined): Blocking<Reply | undefined> {
	if (htpasswd === undefined || (yield * isKnown(process, htpasswd.path, headerOf(head.headers, 'Authorization')))) {
		return undefined;
	}

	return refuse('UNAUTHORIZED', name === undefined ? null : accessesOf(head.method, name), [['Www-Authenticate', `Basic realm=${JSON.stringify(htpasswd.realm)}`]]);
}

function accessesOf(method: string, name: string): readonly Access[] {
	if (name === 'catalog') {
		return [{Type: 'registry', Class: '', Name: name, Action: '*'}];
	}

	const actions = method === 'DELETE' ? ['delete'] : (method === 'GET' || method === 'HEAD' ? ['pull'] : ['pull', 'push']);
	return actions.map(Action => ({Type: 'repository', Class: '', Name: name, Action}));
}

function * isKnown(process: Process, path: string, authorization: string | undefined): Blocking<boolean> {
	const encoded = /^basic +(?<words>\S+)$/iv.exec(authorization ?? '')?.groups?.['words'];
	const pair = decodeText((encoded === undefined ? undefined : bytesOfBase64(encoded)) ?? noBytes);
	const colon = pair.indexOf(':');
	const fd = colon === -1 ? undefined : process.sys.open(path, {read: true});
	if (fd === undefined || failed(fd)) {
		return false;
	}

	const bytes = yield * readAll(process, fd, maxPasswordFile);
	process.sys.close(fd);
	const line = failed(bytes) ? undefined : decodeText(bytes).split('\n').find(entry => entry.startsWith(`${pair.slice(0, colon)}:`));
	return line !== undefined && bcryptFits(pair.slice(colon + 1), line.slice(colon + 1).trim());
}
