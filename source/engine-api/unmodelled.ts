// What the Engine API has and this engine has not: said openly, where an unknown path is "page not found" as on a real one.
// Source: api/swagger.yaml of 1.51.

import {Router} from './router.js';

const paths = [
	'/containers/:id/attach/ws', '/distribution/:name*/json', '/plugins/privileges', '/plugins/pull', '/plugins/create', '/plugins/:name*/enable', '/plugins/:name*/disable', '/plugins/:name*/upgrade',
	'/plugins/:name*/push', '/plugins/:name*/set', '/plugins/:name*', '/nodes', '/nodes/:id', '/nodes/:id/update', '/swarm', '/swarm/init', '/swarm/join', '/swarm/leave', '/swarm/update', '/swarm/unlockkey',
	'/swarm/unlock', '/services', '/services/create', '/services/:id', '/services/:id/update', '/services/:id/logs', '/tasks', '/tasks/:id', '/tasks/:id/logs', '/secrets', '/secrets/create', '/secrets/:id',
	'/secrets/:id/update', '/configs', '/configs/create', '/configs/:id', '/configs/:id/update',
];

const router = new Router(paths.map(pattern => ({method: '', pattern, handler: undefined})));

export function isUnmodelled(path: string): boolean {
	return router.knowsPath(path);
}
