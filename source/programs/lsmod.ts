// lsmod(8): the modules that are in the kernel, from /proc/modules. Source: kmod 30, tools/lsmod.c.

import {readText} from './proc-files.js';
import {plainTool} from './tool.js';

export const lsmod = plainTool('lsmod', function * (t) {
	// The real one looks at nothing but how many arguments there are.
	if (t.operands.length > 0) {
		yield * t.complainPlain(`Usage: ${t.name}\n`);
		return 1;
	}

	const text = yield * readText(t.process, '/proc/modules');
	if (text === undefined) {
		return yield * t.complain('ERROR: could not get list of modules: No such file or directory');
	}

	yield * t.print('Module                  Size  Used by\n');
	for (const line of text.split('\n').filter(found => found !== '')) {
		const [name = '', size = '', uses = '', users = '-'] = line.split(' ');
		yield * t.print(`${name.padEnd(19)} ${size.padStart(8)}  ${uses}${users === '-' ? '' : ` ${users.replace(/,$/v, '')}`}\n`);
	}

	return 0;
});
