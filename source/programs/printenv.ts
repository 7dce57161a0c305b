// printenv(1): the environment, or the values of some of its variables.

import {tool} from './tool.js';

const options = {null: {short: '0', long: 'null', help: 'end each output line with NUL, not newline', only: 'gnu'}} as const;

export const printenv = tool({name: 'printenv', usage: ['[OPTION]... [VARIABLE]...'], summary: 'Print the values of the specified environment VARIABLE(s).', options, usageStatus: 2}, function * (t) {
	const end = t.has('null') ? '\0' : '\n';
	if (t.operands.length === 0) {
		for (const [name, value] of t.process.env) {
			yield * t.print(`${name}=${value}${end}`);
		}

		return 0;
	}

	let status = 0;
	for (const name of t.operands) {
		const value = t.process.env.get(name);
		if (value === undefined) {
			status = 1;
		} else {
			yield * t.print(value + end);
		}
	}

	return status;
});
