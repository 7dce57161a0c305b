// pivot_root(8): changes the root mount. Source: util-linux 2.38.1.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {tool} from './tool.js';

const command: Command<never> = {name: 'pivot_root', usage: ['[options] new_root put_old'], summary: '\nChange the root filesystem.', options: {} as Record<never, never>, version: 'from util-linux 2.38.1'};

export const pivotRoot = tool(command, function * (t) {
	const [newRoot, putOld, extra] = t.operands;
	if (newRoot === undefined || putOld === undefined || extra !== undefined) {
		return yield * t.usageError('bad usage', undefined);
	}

	const refusal = t.sys.pivotRoot(newRoot, putOld);
	return failed(refusal) ? yield * t.complain(t.says(`failed to change root from \`${newRoot}' to \`${putOld}': ${errorTextOf(refusal)}`, errorTextOf(refusal))) : 0;
});
