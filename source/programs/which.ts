// which(1): where along PATH a command is.

import {failed} from '../model/kernel/errno.js';
import {joinPath} from './paths.js';
import {tool} from './tool.js';

const options = {all: {short: 'a', help: 'print all matching pathnames of each argument'}} as const;

// Debian's which is a script of debianutils with messages of its own.
export const which = tool({name: 'which', usage: ['[-a] args'], summary: 'Locate a command.', options, hint: calledAs => `Usage: ${calledAs} [-a] args\n`, version: 'debianutils) 5.7'}, function * (t) {
	let status = t.operands.length === 0 ? 1 : 0;
	for (const name of t.operands) {
		const candidates = name.includes('/') ? [name] : (t.process.env.get('PATH') ?? '').split(':').map(directory => joinPath(directory === '' ? '.' : directory, name));
		const found = candidates.filter(path => {
			const attributes = t.sys.stat(path);
			return !failed(attributes) && attributes.type === 'file' && !failed(t.sys.access(path, {execute: true}));
		});
		if (found.length === 0) {
			status = 1;
		}

		for (const path of t.has('all') ? found : found.slice(0, 1)) {
			yield * t.print(`${path}\n`);
		}
	}

	return status;
});
