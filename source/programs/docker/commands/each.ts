// Commands that do the same to each of their arguments: one request each, the argument printed when it succeeded, the errors
// together at the end.
//
// Simplified: the real client sends the requests at the same time; ours one after another.

import {print} from '../client/client.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import type {Call} from '../command/command.js';

export type EachOptions = {
	/** What to print for a success; the argument itself if absent. */
	readonly shown?: (name: string) => string;
};

export function * forEach({client, args}: Call, act: (name: string) => Steps<unknown>, {shown}: EachOptions = {}): Steps<number | Refusal> {
	const problems: string[] = [];
	for (const name of args) {
		const outcome = yield * act(name);
		if (refused(outcome)) {
			problems.push(outcome.message);
		} else {
			yield * print(client, `${shown === undefined ? name : shown(name)}\n`);
		}
	}

	return problems.length === 0 ? 0 : refusal(problems.join('\n'));
}
