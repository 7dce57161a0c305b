// more(1): reads a file by screens, forwards; see pager.ts.

import type {Command} from './options.js';
import {page} from './pager.js';
import {tool} from './tool.js';

const options = {} as const;

const command: Command<never> = {name: 'more', usage: ['[options] <file>...'], summary: 'Display the contents of a file in a terminal.', options, version: 'util-linux) 2.38.1'};

export const more = tool(command, function * (t) {
	if (t.operands.length === 0 && t.sys.isTerminal(0)) {
		return yield * t.usageError('bad usage', undefined);
	}

	return yield * page(t, t.inputs, {kind: 'more', numbers: false, quitIfOneScreen: true, chop: false});
});
