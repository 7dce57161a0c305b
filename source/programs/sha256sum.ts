// sha256sum(1); see checksum.ts.

import {checksumProgram} from './checksum.js';

export const sha256sum = checksumProgram('sha256');
