// The builtins of each shell.

import type {Personality} from '../personality.js';
import type {Builtin} from '../shell.js';
import {breakLoop, exitShell, fail, nothing, returnFrom, shift} from './control.js';
import {cd, dirs, popd, pushd, pwd} from './directory.js';
import {echo} from './echo.js';
import {builtin, command, evaluate, execute, letBuiltin, source} from './evaluate.js';
import {background, disown, foreground, jobs, kill, wait} from './jobs.js';
import {ulimit} from './ulimit.js';
import {alias, getopts, help, history, times, umask, unalias} from './miscellany.js';
import {printf} from './printf.js';
import {mapfile, read} from './read.js';
import {set, shopt} from './set.js';
import {test} from './test.js';
import {trap} from './trap.js';
import {hash, type} from './type.js';
import {declare, exportOrReadonly, unset} from './variables.js';

/** Those that every shell has. */
const common: Readonly<Record<string, Builtin>> = {
	'.': source, ':': nothing, '[': test, alias, bg: background, break: breakLoop, cd, command, continue: breakLoop, echo, eval: evaluate, exec: execute,
	exit: exitShell, export: exportOrReadonly, false: fail, fg: foreground, getopts, hash, jobs, kill, local: declare, printf, pwd, read,
	readonly: exportOrReadonly, return: returnFrom, set, shift, test, times, trap, true: nothing, type, ulimit, umask, unalias, unset, wait,
};

const onlyBash: Readonly<Record<string, Builtin>> = {
	builtin, declare, dirs, disown, help, history, let: letBuiltin, mapfile, popd, pushd, readarray: mapfile, shopt, source, typeset: declare,
};

const onlyBusybox: Readonly<Record<string, Builtin>> = {history, let: letBuiltin, source};

const tables = {
	bash: new Map(Object.entries({...common, ...onlyBash})),
	dash: new Map(Object.entries(common)),
	busybox: new Map(Object.entries({...common, ...onlyBusybox})),
};

export function builtinsOf({kind}: Personality): ReadonlyMap<string, Builtin> {
	return tables[kind];
}
