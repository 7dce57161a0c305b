// setsid(1): runs a program in a new session. Source: util-linux 2.38.1, sys-utils/setsid.c.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Running} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {awaitChild, executeByPath} from './run-command.js';
import {tool, type Tool} from './tool.js';

const options = {
	ctty: {short: 'c', long: 'ctty', help: 'set the controlling terminal to the current one'},
	fork: {short: 'f', long: 'fork', help: 'always fork'},
	wait: {short: 'w', long: 'wait', help: 'wait program to exit, and use the same return'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'setsid', usage: ['[options] <program> [arguments ...]'], summary: '\nRun a program in a new session.', options, stopAtOperand: true, version: 'from util-linux 2.38.1'};

export const setsid = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('no command specified');
	}

	// The leader of a group cannot begin a session, so a child does.
	if (!t.has('fork') && t.sys.getpgid() !== t.sys.getpid()) {
		return yield * begin(t, t.process);
	}

	const child = t.sys.fork(process => begin(t, process));
	return failed(child) ? yield * t.complain(`fork: ${errorTextOf(child)}`) : (t.has('wait') ? (yield * awaitChild(t.process, child)) ?? 1 : 0);
});

function * begin(t: Tool<Name>, process: Process): Running {
	process.sys.setsid();
	if (t.has('ctty') && process.sys.isTerminal(0)) {
		process.sys.tcsetpgrp(0, process.sys.getpid());
	}

	const image = executeByPath(process, t.operands);
	return yield * failed(image) ? t.complain(`failed to execute ${t.operands[0]}: ${errorTextOf(image)}`, image.errno === 'ENOENT' ? 127 : 126) : image.run();
}
