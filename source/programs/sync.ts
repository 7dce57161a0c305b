// sync(1): asks for everything to be on the disk. In the model it always is, so there is nothing to wait for.

import {failed} from '../model/kernel/errno.js';
import {tool} from './tool.js';

export const sync = tool({name: 'sync', usage: ['[FILE]...'], summary: 'Synchronize cached writes to persistent storage.', options: {}}, function * (t) {
	let status = 0;
	for (const path of t.operands) {
		const attributes = t.sys.stat(path);
		if (failed(attributes)) {
			status = yield * t.complainCannot(`error opening ${t.quoted(path)}`, path, attributes);
		}
	}

	return status;
});
