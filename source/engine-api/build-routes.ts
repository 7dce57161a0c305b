// POST /build and what belongs to it.

import {engineError} from '../model/container/engine.js';
import {type ActHandler, atOnce} from './act.js';
import type {Route} from './router.js';

export const buildRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'POST', pattern: '/build', handler: atOnce(() => engineError(501, 'not built in yet'))},
];
