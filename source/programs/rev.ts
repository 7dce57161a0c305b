// rev(1): the characters of each line in reverse.

import {eachLine} from './each-input.js';
import {tool} from './tool.js';

export const rev = tool({name: 'rev', usage: ['[options] [file ...]'], summary: 'Reverse lines characterwise.', options: {}, version: 'util-linux) 2.38.1'}, function * (t) {
	return yield * eachLine(t, t.inputs, line => t.print([...line.text].reverse().join('') + (line.ended ? '\n' : '')));
});
