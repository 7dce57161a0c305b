// The entry. It turns on Node's compile cache before anything else is loaded, because reading 3 MB of our own code takes longer than
// booting the simulated host: V8 then finds the code compiled by an earlier run. The cache lies beside the build that it is of; where
// that folder cannot be written to, Node goes on without.

import {enableCompileCache} from 'node:module';
import {join} from 'node:path';

enableCompileCache(join(import.meta.dirname, 'compile-cache'));
await import('./cli/main.js');
