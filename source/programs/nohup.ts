// nohup(1): runs a command that a hang-up does not end; output that would go to a terminal goes to nohup.out.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {joinPath} from './paths.js';
import {becomeCommand} from './run-command.js';
import {tool} from './tool.js';

export const nohup = tool({name: 'nohup', usage: ['COMMAND [ARG]...'], summary: 'Run COMMAND, ignoring hangup signals.', options: {}, stopAtOperand: true, usageStatus: 125}, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	const ignoresInput = t.sys.isTerminal(0);
	if (ignoresInput) {
		const nothing = t.sys.open('/dev/null', {write: true});
		if (!failed(nothing)) {
			t.sys.dup2(nothing, 0);
			t.sys.close(nothing);
		}
	}

	if (t.sys.isTerminal(1)) {
		const home = t.process.env.get('HOME');
		let path = 'nohup.out';
		let fd = t.sys.open(path, {write: true, create: true, append: true}, 0o600);
		if (failed(fd) && home !== undefined) {
			path = joinPath(home, 'nohup.out');
			fd = t.sys.open(path, {write: true, create: true, append: true}, 0o600);
		}

		if (failed(fd)) {
			return yield * t.complain(`failed to open ${t.quoted(path)}: ${errorTextOf(fd)}`, 125);
		}

		yield * t.complain(t.says(`${ignoresInput ? 'ignoring input and ' : ''}appending output to ${t.quoted(path)}`, `appending output to ${path}`));
		t.sys.dup2(fd, 1);
		if (t.sys.isTerminal(2)) {
			t.sys.dup2(fd, 2);
		}

		t.sys.close(fd);
	} else if (ignoresInput && t.isGnu) {
		yield * t.complain('ignoring input');
	}

	t.sys.sigaction('HUP', 'ignore');
	return yield * becomeCommand(t, t.operands);
});
