// false(1): does nothing, unsuccessfully.

import type {Program} from '../model/kernel/program.js';

export const false_: Program = function * () {
	return 1;
};
