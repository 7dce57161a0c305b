// A process that has arguments, an environment and no kernel: enough for what only reads those.

import type {Process, SystemCalls} from '../../../source/model/kernel/program.js';

export function processWith({argv = ['docker'], env = {}}: {readonly argv?: readonly string[]; readonly env?: Readonly<Record<string, string>>}): Process {
	const sys = {isTerminal: () => false, getcwd: () => ({path: '/home/learner'})} as unknown as SystemCalls;
	return {argv, env: new Map(Object.entries(env)), flavour: 'gnu', sys};
}
