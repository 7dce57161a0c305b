// env(1): shows the environment, or runs a program in a changed one.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {executeByPath} from './run-command.js';
import {tool} from './tool.js';

const options = {
	chdir: {short: 'C', long: 'chdir', value: 'DIR', help: 'change working directory to DIR', only: 'gnu'},
	ignore: {short: 'i', long: 'ignore-environment', help: 'start with an empty environment'},
	null: {short: '0', long: 'null', help: 'end each output line with NUL, not newline'},
	unset: {short: 'u', long: 'unset', value: 'NAME', help: 'remove variable from the environment'},
	splitString: {short: 'S', long: 'split-string', value: 'S', help: 'process and split S into separate arguments', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {name: 'env', usage: ['[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]'], summary: 'Set each NAME to VALUE in the environment and run COMMAND.', options, stopAtOperand: true, usageStatus: 125};

export const env = tool(command, function * (t) {
	const operands = [...(t.value('splitString') ?? '').split(/\s+/v).filter(word => word !== ''), ...t.operands];
	const dash = operands[0] === '-';
	const environment = new Map(t.has('ignore') || dash ? [] : t.process.env);
	if (dash) {
		operands.shift();
	}

	for (const name of t.values('unset')) {
		environment.delete(name);
	}

	while (operands[0]?.includes('=') === true) {
		const [assignment] = operands.splice(0, 1);
		const equals = assignment!.indexOf('=');
		environment.set(assignment!.slice(0, equals), assignment!.slice(equals + 1));
	}

	if (operands.length === 0) {
		for (const [name, value] of environment) {
			yield * t.print(`${name}=${value}${t.has('null') ? '\0' : '\n'}`);
		}

		return 0;
	}

	const directory = t.value('chdir');
	const refusal = directory === undefined ? undefined : t.sys.chdir(directory);
	if (failed(refusal)) {
		return yield * t.complain(`cannot change directory to ${t.quoted(directory!)}: ${errorTextOf(refusal)}`, 125);
	}

	const image = executeByPath({...t.process, env: environment}, operands, environment);
	if (failed(image)) {
		return yield * t.complainCannot(t.quoted(operands[0]!), `can't execute '${operands[0]!}'`, image, image.errno === 'ENOENT' ? 127 : 126);
	}

	return yield * image.run();
});
