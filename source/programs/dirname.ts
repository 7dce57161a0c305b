// dirname(1): paths without their last component.

import type {Command} from './options.js';
import {directoryName} from './paths.js';
import {tool} from './tool.js';

const options = {zero: {short: 'z', long: 'zero', help: 'end each output line with NUL, not newline', only: 'gnu'}} as const;

const command: Command<keyof typeof options> = {name: 'dirname', usage: ['[OPTION] NAME...'], summary: 'Output each NAME with its last non-slash component and trailing slashes removed.', options};

export const dirname = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	for (const path of t.operands) {
		yield * t.print(directoryName(path) + (t.has('zero') ? '\0' : '\n'));
	}

	return 0;
});
