// tee(1): copies standard input to files and to standard output.

import {write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {readBlock} from './standard-io.js';
import {tool} from './tool.js';

const options = {
	append: {short: 'a', long: 'append', help: 'append to the given FILEs, do not overwrite'},
	ignoreInterrupts: {short: 'i', long: 'ignore-interrupts', help: 'ignore interrupt signals'},
} as const;

const command: Command<keyof typeof options> = {name: 'tee', usage: ['[OPTION]... [FILE]...'], summary: 'Copy standard input to each FILE, and also to standard output.', options};

export const tee = tool(command, function * (t) {
	if (t.has('ignoreInterrupts')) {
		t.sys.sigaction('INT', 'ignore');
	}

	let status = 0;
	const files: {readonly path: string; readonly fd: number; broken: boolean}[] = [];
	for (const path of t.operands) {
		const fd = t.sys.open(path, {write: true, create: true, append: t.has('append'), truncate: !t.has('append')});
		if (failed(fd)) {
			status = yield * t.complainOf(path, fd);
		} else {
			files.push({path, fd, broken: false});
		}
	}

	for (;;) {
		const block = yield * readBlock(t.process, 0);
		if (failed(block)) {
			return yield * t.complainCannot('read error', 'read error', block);
		}

		if (block.length === 0) {
			return status;
		}

		yield * t.out.write(block);
		yield * t.out.flush();
		for (const file of files.filter(({broken}) => !broken)) {
			const result = yield * write(t.process, file.fd, block);
			if (failed(result)) {
				file.broken = true;
				status = yield * t.complain(`${file.path}: ${errorTextOf(result)}`);
			}
		}
	}
});
