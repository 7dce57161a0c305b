// When an action is over: the foreground waits for the learner again, and nothing is under way that would show soon.

import {nextTimer, nowNs} from '../base/clock.js';
import type {TaskId} from '../model/kernel/schema.js';
import {allTasks, findTask} from '../model/kernel/tasks.js';
import {getTerminal, terminalChannel} from '../model/kernel/terminal.js';
import {graceNs, graceRounds} from './limits.js';
import {hasInput, inputChannel, type Machine} from './machine.js';
import type {Foreground} from './session.js';

/** A judge for one action, to be asked between rounds of the run loop. */
export function settling(machine: Machine): (isIdle: boolean) => boolean {
	let roundsAtPrompt = 0;
	return isIdle => {
		const foreground = foregroundOf(machine);
		switch (foreground) {
			case 'ended': {
				return true;
			}

			case 'busy': {
				roundsAtPrompt = 0;
				return false;
			}

			case 'prompt': {
				roundsAtPrompt++;
				return isIdle || roundsAtPrompt > graceRounds;
			}

			case 'reading': {
				return isIdle && (isInnerPrompt(machine) || !isSoonDue(machine));
			}

			default: {
				throw new Error(`settling: ${foreground satisfies never}`);
			}
		}
	};
}

export function foregroundOf(machine: Machine): Foreground {
	const {loop, kernel, login} = machine;
	const shell = findTask(loop.tx, kernel, login);
	if (shell === undefined || shell.state === 'zombie') {
		return 'ended';
	}

	if (hasInput(machine)) {
		return 'busy';
	}

	const reader = findReader(machine);
	return reader === undefined ? 'busy' : (reader === login ? 'prompt' : 'reading');
}

/** The task that sleeps until the learner types. */
function findReader(machine: Machine): TaskId | undefined {
	const {loop, kernel, login, input} = machine;
	const channel = inputChannel(machine);
	if (loop.sleepsOn(kernel, login, channel)) {
		return login;
	}

	const foreground = input.kind === 'terminal' ? getTerminal(loop, input.terminal).foreground : undefined;
	for (const task of allTasks(loop.tx, kernel)) {
		if ((foreground === undefined || task.group === foreground) && loop.sleepsOn(kernel, task.id, channel)) {
			return task.id;
		}
	}

	return undefined;
}

/** A client in raw mode (docker exec -it) passes keys on: whether what it leads to waits for them. */
function isInnerPrompt({loop, input}: Machine): boolean {
	if (input.kind !== 'terminal' || !getTerminal(loop, input.terminal).raw) {
		return false;
	}

	for (const terminal of loop.tx.table('terminal').values()) {
		if (terminal.isPseudo && terminal.input.length === 0 && loop.isWaitedFor(terminalChannel(terminal.id, 'input'))) {
			return true;
		}
	}

	return false;
}

function isSoonDue({loop}: Machine): boolean {
	const timer = nextTimer(loop.tx);
	return timer !== undefined && timer.dueNs <= nowNs(loop.tx) + graceNs;
}
