// yes(1): repeats a line until nobody reads it any more.

import {tool} from './tool.js';

export const yes = tool({name: 'yes', usage: ['[STRING]...'], summary: 'Repeatedly output a line with all specified STRING(s), or \'y\'.', options: {}}, function * (t) {
	const line = `${t.operands.length === 0 ? 'y' : t.operands.join(' ')}\n`;
	const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
	while (t.out.failed === undefined) {
		yield * t.print(block);
	}

	return 1;
});
