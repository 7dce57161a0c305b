// docker cp and docker export.

import {type ActHandler} from './act.js';
import type {Route} from './router.js';

export const archiveRoutes: ReadonlyArray<Route<ActHandler>> = [];
