// pwd(1): the working directory, as PWD names it if that is where we are, else as the kernel does. GNU's program resolves links unless
// told otherwise, BusyBox's does not.

import {failed} from '../model/kernel/errno.js';
import {tool} from './tool.js';

const options = {
	logical: {short: 'L', long: 'logical', help: 'use PWD from environment, even if it contains symlinks'},
	physical: {short: 'P', long: 'physical', help: 'resolve all symlinks'},
} as const;

export const pwd = tool({name: 'pwd', usage: ['[OPTION]...'], summary: 'Print the full filename of the current working directory.', options}, function * (t) {
	const isLogical = (t.last('logical', 'physical') ?? (t.isGnu ? 'physical' : 'logical')) === 'logical';
	const named = t.process.env.get('PWD') ?? '';
	const here = t.sys.getcwd();
	if (failed(here)) {
		return yield * t.complainCannot('cannot get current directory', 'getcwd', here);
	}

	const [a, b] = [t.sys.stat(named), t.sys.stat('.')];
	const isHere = named.startsWith('/') && !/\/\.\.?(?:\/|$)/v.test(named) && !failed(a) && !failed(b) && a.node === b.node && a.fs === b.fs;
	yield * t.print(`${isLogical && isHere ? named : here.path}\n`);
	return 0;
});
