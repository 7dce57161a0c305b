// basename(1): the last component of paths, perhaps without a suffix.

import type {Command} from './options.js';
import {baseName} from './paths.js';
import {tool} from './tool.js';

const options = {
	multiple: {short: 'a', long: 'multiple', help: 'support multiple arguments and treat each as a NAME', only: 'gnu'},
	suffix: {short: 's', long: 'suffix', value: 'SUFFIX', help: 'remove a trailing SUFFIX; implies -a', only: 'gnu'},
	zero: {short: 'z', long: 'zero', help: 'end each output line with NUL, not newline', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {name: 'basename', usage: ['NAME [SUFFIX]', 'OPTION... NAME...'], summary: 'Print NAME with any leading directory components removed.', options, stopAtOperand: true};

export const basename = tool(command, function * (t) {
	const multiple = t.has('multiple', 'suffix');
	if (t.operands.length === 0 || (!multiple && t.operands.length > 2)) {
		return yield * t.usageError(t.operands.length === 0 ? 'missing operand' : `extra operand '${t.operands[2]!}'`, undefined);
	}

	const suffix = multiple ? t.value('suffix') ?? '' : t.operands[1] ?? '';
	for (const path of multiple ? t.operands : t.operands.slice(0, 1)) {
		const name = baseName(path);
		const cut = suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
		yield * t.print(cut + (t.has('zero') ? '\0' : '\n'));
	}

	return 0;
});
