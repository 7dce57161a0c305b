// tac(1): the lines of files in reverse. A last line without a newline stays without one, and the next follows it at once.

import {failed} from '../model/kernel/errno.js';
import {eachInput} from './each-input.js';
import {tool} from './tool.js';

export const tac = tool({name: 'tac', usage: ['[FILE]...'], summary: 'Write each FILE to standard output, last line first.', options: {}}, function * (t) {
	return yield * eachInput(t, t.inputs, function * (reader) {
		const lines = yield * reader.all();
		if (failed(lines)) {
			return lines;
		}

		yield * t.print(lines.reverse().map(line => line.text + (line.ended ? '\n' : '')).join(''));
		return undefined;
	});
});
