// sha512sum(1); see checksum.ts.

import {checksumProgram} from './checksum.js';

export const sha512sum = checksumProgram('sha512');
