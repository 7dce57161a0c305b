// less(1): reads a file by screens; see pager.ts.

import type {Command} from './options.js';
import {page} from './pager.js';
import {printTo} from './standard-io.js';
import {tool} from './tool.js';

const options = {
	quitIfOneScreen: {short: 'F', long: 'quit-if-one-screen', help: 'quit if entire file fits on first screen'},
	numbers: {short: 'N', long: 'LINE-NUMBERS', help: 'use line numbers'},
	rawControl: {short: 'R', long: 'RAW-CONTROL-CHARS', help: 'output "raw" control characters (they always are)'},
	chop: {short: 'S', long: 'chop-long-lines', help: 'chop (truncate) long lines rather than wrapping'},
	noInit: {short: 'X', long: 'no-init', help: 'do not use termcap init/deinit strings (they are never used)'},
} as const;

const command: Command<keyof typeof options> = {name: 'less', usage: ['[OPTION]... [FILE]...'], summary: 'View FILE (or stdin) one screenful at a time.', options, version: 'less 590'};

export const less = tool(command, function * (t) {
	if (t.operands.length === 0 && t.sys.isTerminal(0)) {
		if (!t.isGnu) {
			return yield * t.usageError(undefined);
		}

		yield * printTo(t.process, 2, 'Missing filename ("less --help" for help)\n');
		return 1;
	}

	return yield * page(t, t.inputs, {kind: 'less', numbers: t.has('numbers'), quitIfOneScreen: t.has('quitIfOneScreen'), chop: t.has('chop')});
});
