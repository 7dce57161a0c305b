// Calling shell functions: positional parameters, a scope for `local`, and `return`.

import type {Doing, Shell} from './shell.js';
import {abandon} from './shell.js';
import type {FunctionBody} from './shell.js';
import {runPseudoTrap} from './trap.js';

/** bash has no limit and dies of a full stack; FUNCNEST is its remedy. This is FUNCNEST's value unless a smaller one is set. */
export const functionDepthMax = 300;

export function * callFunction(shell: Shell, name: string, {definition, args}: {readonly definition: FunctionBody; readonly args: readonly string[]}): Doing {
	const limit = Math.min(Number(shell.variables.get('FUNCNEST') ?? '0') || functionDepthMax, functionDepthMax);
	if (shell.frames.length >= limit) {
		return yield * abandon(shell, `${name}: maximum function nesting level exceeded (${limit})`);
	}

	const {positional, frames, loopDepth, line} = shell;
	shell.positional = args;
	shell.frames = [...frames, {name, line}];
	shell.loopDepth = 0;
	shell.variables.enterScope();
	const returnTrap = shell.isSet('functrace') ? undefined : shell.traps.get('RETURN');
	if (returnTrap !== undefined) {
		shell.traps.delete('RETURN');
	}

	try {
		const status = yield * shell.engine.runCompound(shell, definition.body);
		const isReturn = shell.flow?.kind === 'return';
		if (isReturn) {
			shell.flow = undefined;
			shell.pipeStatus = [shell.status];
		}

		const result = isReturn ? shell.status : status;
		if (shell.flow === undefined) {
			yield * runPseudoTrap(shell, 'RETURN');
		}

		return result;
	} finally {
		if (returnTrap !== undefined && !shell.traps.has('RETURN')) {
			shell.traps.set('RETURN', returnTrap);
		}

		shell.variables.leaveScope();
		shell.positional = positional;
		shell.frames = frames;
		shell.loopDepth = loopDepth;
		shell.line = line;
	}
}
