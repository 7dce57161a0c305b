// sha1sum(1); see checksum.ts.

import {checksumProgram} from './checksum.js';

export const sha1sum = checksumProgram('sha1');
