// The commands of compose, in the order of its help. Those that it has and virtlab has not are there by name.

import type {MissingCommand} from '../../docker/command/command.js';
import type {ComposeCommand} from './command.js';
import {config, version} from './config.js';
import {down, kill, pause, restart, rm, stop, unpause} from './control.js';
import {build, pull, push} from './images.js';
import {attach, commit, cp, exec, exportService, stats} from './inside.js';
import {images, ls, port, ps, top, volumes} from './list.js';
import {run} from './run.js';
import {create, scale, start, up} from './up.js';
import {events, logs, wait} from './watching.js';

const missing = (short: string): MissingCommand => ({kind: 'missing', short});

export const managementCommands: ReadonlyArray<{readonly name: string; readonly short: string}> = [{name: 'bridge', short: 'Convert compose files into another model'}];

export const commands: ReadonlyMap<string, ComposeCommand | MissingCommand> = new Map<string, ComposeCommand | MissingCommand>(Object.entries({
	attach, build, commit, config, cp, create, down, events, exec, export: exportService, images, kill, logs, ls, pause, port, ps, publish: missing('Publish compose application'), pull, push, restart, rm, run, scale, start, stats, stop, top,
	unpause, up, version, volumes, wait, watch: missing('Watch build context for service and rebuild/refresh containers when files are updated'),
}));
