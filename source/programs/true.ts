// true(1): does nothing, successfully. It takes no notice of arguments.

import type {Program} from '../model/kernel/program.js';

export const true_: Program = function * () {
	return 0;
};
