// sleep(1): waits on the virtual clock.

import {sleep as sleepFor} from '../model/kernel/blocking.js';
import {parseDuration} from './durations.js';
import {tool} from './tool.js';

export const sleep = tool({name: 'sleep', usage: ['NUMBER[SUFFIX]...'], summary: 'Pause for NUMBER seconds.  SUFFIX may be \'s\' for seconds (the default),\n\'m\' for minutes, \'h\' for hours or \'d\' for days.', options: {}}, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	let totalNs = 0;
	let isValid = true;
	for (const operand of t.operands) {
		const durationNs = parseDuration(operand);
		if (durationNs === undefined) {
			isValid = false;
			if (!t.isGnu) {
				return yield * t.complain(`invalid number '${operand}'`);
			}

			yield * t.complain(`invalid time interval ${t.quoted(operand)}`);
		}

		totalNs += durationNs ?? 0;
	}

	if (!isValid) {
		return yield * t.usageError(undefined);
	}

	yield * sleepFor(t.process, Math.min(totalNs, Number.MAX_SAFE_INTEGER / 2));
	return 0;
});
