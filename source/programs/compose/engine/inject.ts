// Configs and secrets whose content is in the compose file or in the environment: put into the container as files.
// Source: docker/compose pkg/compose/secrets.go.

import {encodeText} from '../../../base/bytes.js';
import {tarEntry, writeTar} from '../../../base/tar.js';
import {call} from '../../docker/client/request.js';
import {refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import type {JsonObject} from '../../docker/go/json.js';
import type {Project} from '../project/project.js';
import type {Compose} from './compose.js';
import {injectedFiles} from './mounts.js';

export function * injectFiles({client}: Compose, project: Project, service: JsonObject, id: string): Steps<Refusal | undefined> {
	for (const {target, content, mode, uid, gid} of injectedFiles(project, service)) {
		const bytes = encodeText(content);
		const tar = writeTar([tarEntry(target.replace(/^\//v, ''), 'file', {mode, uid, gid, content: {sizeBytes: bytes.length, chunks: bytes.length === 0 ? [] : [{offset: 0, bytes}]}})]);
		const sent = yield * call(client, {method: 'PUT', path: `/containers/${id}/archive`, query: [['path', '/']], bytes: {type: 'application/x-tar', content: tar}});
		if (refused(sent)) {
			return sent;
		}
	}

	return undefined;
}
