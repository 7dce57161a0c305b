// md5sum(1); see checksum.ts.

import {checksumProgram} from './checksum.js';

export const md5sum = checksumProgram('md5');
