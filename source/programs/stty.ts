// stty(1), of which only `size` and the change between raw and sane modes are modelled.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {tool} from './tool.js';

export const stty = tool({name: 'stty', usage: ['size', 'raw', 'sane'], summary: 'Print the size of the terminal, or change between raw and sane modes.', options: {}}, function * (t) {
	const size = t.sys.windowSize(0);
	if (failed(size)) {
		return yield * t.complain(t.says(`'standard input': ${errorTextOf(size)}`, `standard input: ${errorTextOf(size)}`));
	}

	if (t.operands.length === 0) {
		yield * t.print('speed 38400 baud; line = 0;\n');
		return 0;
	}

	for (const word of t.operands) {
		switch (word) {
			case 'size': {
				yield * t.print(`${size.rows} ${size.columns}\n`);
				break;
			}

			case 'raw':
			case 'sane':
			case 'cooked': {
				t.sys.setRawMode(0, word === 'raw');
				break;
			}

			default: {
				return yield * t.usageError(`invalid argument '${word}'`, `invalid argument '${word}'`);
			}
		}
	}

	return 0;
});
