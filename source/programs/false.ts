// false(1): does nothing, unsuccessfully.

import type {Program} from '../model/kernel/program.js';

// eslint-disable-next-line require-yield
export const false_: Program = function * () {
	return 1;
};
