// Builtins that do nothing, or leave loops, functions and the shell: `:`, `true`, `false`, `break`, `continue`, `return`, `exit`,
// `shift`.

import {jobState} from '../jobs.js';
import {Abandoned, complain, writeText} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';

export function * nothing(): Doing {
	return 0;
}

export function * fail(): Doing {
	return 1;
}

/** A number argument: undefined after a message. */
function * number(shell: Shell, text: string): Doing<number | undefined> {
	if (/^[+\-]?\d{1,18}$/v.test(text)) {
		return Number(text);
	}

	yield * complain(shell, shell.personality.kind === 'bash' ? `${text}: numeric argument required` : `Illegal number: ${text}`);
	return undefined;
}

export function * breakLoop(shell: Shell, {name, args}: BuiltinCall): Doing {
	if (shell.loopDepth === 0) {
		if (shell.personality.kind === 'bash') {
			yield * complain(shell, 'only meaningful in a `for\', `while\', or `until\' loop');
		}

		return 0;
	}

	const levels = args[0] === undefined ? 1 : yield * number(shell, args[0]);
	if (levels === undefined) {
		throw new Abandoned(shell.personality.kind === 'bash' ? 128 : 2, true);
	}

	if (levels < 1) {
		yield * complain(shell, `${args[0]!}: loop count out of range`);
		shell.flow = {kind: 'break', levels: shell.loopDepth};
		return 1;
	}

	shell.flow = {kind: name === 'break' ? 'break' : 'continue', levels: Math.min(levels, shell.loopDepth)};
	return 0;
}

export function * returnFrom(shell: Shell, {args}: BuiltinCall): Doing {
	if (shell.frames.length === 0 && shell.sourceDepth === 0) {
		if (shell.personality.kind === 'bash') {
			yield * complain(shell, 'can only `return\' from a function or sourced script');
			return 2;
		}

		return yield * exitShell(shell, {name: 'exit', args, arrays: new Map()});
	}

	const status = args[0] === undefined ? shell.status : yield * number(shell, args[0]);
	shell.status = status === undefined ? 2 : status & 0xFF;
	shell.flow = {kind: 'return'};
	return shell.status;
}

export function * exitShell(shell: Shell, {args}: BuiltinCall): Doing {
	// Simplified: without a terminal (line mode) nothing is said on leaving.
	if (shell.isInteractive && shell.process.sys.isTerminal(2)) {
		yield * writeText(shell, 2, shell.name.startsWith('-') ? 'logout\n' : (shell.personality.kind === 'bash' ? 'exit\n' : ''));
		if (!shell.hasWarnedOfJobs && shell.jobs.jobs.some(job => jobState(job) === 'stopped')) {
			shell.hasWarnedOfJobs = true;
			yield * writeText(shell, 2, 'There are stopped jobs.\n');
			return 1;
		}
	}

	const status = args[0] === undefined ? shell.status : yield * number(shell, args[0]);
	if (args.length > 1 && status !== undefined) {
		yield * complain(shell, 'too many arguments');
		return 1;
	}

	shell.status = status === undefined ? 2 : status & 0xFF;
	shell.flow = {kind: 'exit'};
	return shell.status;
}

export function * shift(shell: Shell, {args}: BuiltinCall): Doing {
	const count = args[0] === undefined ? 1 : yield * number(shell, args[0]);
	if (count === undefined) {
		return 1;
	}

	if (count > shell.positional.length || count < 0) {
		if (shell.personality.kind === 'dash') {
			yield * complain(shell, count < 0 ? `Illegal number: ${count}` : 'can\'t shift that many');
			throw new Abandoned(2, true);
		}

		if (count < 0) {
			yield * complain(shell, `${count}: shift count out of range`);
		}

		return 1;
	}

	shell.positional = shell.positional.slice(count);
	return 0;
}
