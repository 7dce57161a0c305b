// What a compose command is: the words and flags of a docker command, run with what was said before its name.

import type {Flags} from '../../docker/command/flag-set.js';
import type {Refusal, Steps} from '../../docker/command/refusal.js';
import type {Described} from '../../docker/command/usage.js';
import type {Compose} from '../engine/compose.js';

export type ComposeCall = {readonly compose: Compose; readonly flags: Flags; readonly args: readonly string[]};

export type ComposeCommand = Described & {
	/** What the progress on a terminal is headed; `Running` by itself. */
	readonly title?: string;
	readonly run: (call: ComposeCall) => Steps<number | Refusal>;
};

/** The services that were named, or all. */
export const services = '[SERVICE...]';
export const anyNumber = {kind: 'at-least', count: 0} as const;

/** What most commands give back: nothing, if all went well. */
export function statusOf(problem: Refusal | undefined): number | Refusal {
	return problem ?? 0;
}
