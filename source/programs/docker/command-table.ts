// The tree of docker's commands. Those that docker has and virtlab has not are there by name, so that help shows them and a call
// says so.

import type {CommandSpec, Group, MissingCommand, Node} from './command/command.js';
import {flag} from './command/flag.js';
import {exportContainer, importImage, load, save} from './commands/archive.js';
import {build} from './commands/build.js';
import {buildxVersionCommand, diskUsage, inspectBuilder, listBuilders} from './commands/buildx.js';
import {cp} from './commands/cp.js';
import {attach, exec, start} from './commands/exec.js';
import {history, images} from './commands/images.js';
import {inspect, inspectContainer, inspectImage, inspectNetwork, inspectVolume} from './commands/inspect.js';
import {kill, pause, rename, restart, rm, stop, unpause, wait} from './commands/lifecycle.js';
import {login, logout, search} from './commands/login.js';
import {events, logs} from './commands/logs.js';
import {diff, port, top} from './commands/look.js';
import {connectNetwork, createNetwork, disconnectNetwork, listNetworks, removeNetwork} from './commands/network.js';
import {builderPrune, containerPrune, imagePrune, networkPrune, systemPrune, volumePrune} from './commands/prune.js';
import {ps} from './commands/ps.js';
import {commit, pull, push, rmi, tag} from './commands/pull.js';
import {create, run} from './commands/run.js';
import {stats} from './commands/stats.js';
import {listContexts, showContext, systemDf} from './commands/system.js';
import {update} from './commands/update.js';
import {info, version} from './commands/version.js';
import {createVolume, listVolumes, removeVolume, updateVolume} from './commands/volume.js';

function missing(short: string): MissingCommand {
	return {kind: 'missing', short};
}

function group(short: string, commands: Readonly<Record<string, CommandSpec | MissingCommand>>, otherNames: Readonly<Record<string, string>> = {}): Group {
	return {kind: 'group', short, commands: new Map(Object.entries(commands)), otherNames: new Map(Object.entries(otherNames))};
}

/** The same commands below `docker builder` and `docker build`, where the builder is given, and below `docker buildx`, where it is not. */
const plainBuild: CommandSpec = {...build, listedAs: 'Build an image from a Dockerfile'};
const withoutBuilder = (spec: CommandSpec): CommandSpec => ({
	...spec, flags: spec.flags.map(({default: value, ...rest}) => value === undefined || rest.name === 'builder' ? rest : {...rest, default: value}),
});

const container = group('Manage containers', {
	attach, commit, cp, create, diff, exec, export: exportContainer, inspect: inspectContainer, kill, logs, ls: ps, pause, port, prune: containerPrune, rename, restart, rm, run, start, stats, stop, top, unpause, update, wait,
}, {list: 'ls', ps: 'ls', remove: 'rm'});

const image = group('Manage images', {
	build: plainBuild, history, import: importImage, inspect: inspectImage, load, ls: images, prune: imagePrune, pull, push, rm: rmi, save, tag,
}, {list: 'ls', remove: 'rm'});

const network = group('Manage networks', {
	connect: connectNetwork, create: createNetwork, disconnect: disconnectNetwork, inspect: inspectNetwork, ls: listNetworks, prune: networkPrune, rm: removeNetwork,
}, {list: 'ls', remove: 'rm'});

const volume = group('Manage volumes', {
	create: createVolume, inspect: inspectVolume, ls: listVolumes, prune: volumePrune, rm: removeVolume, update: {...updateVolume, isSwarmOnly: true},
}, {list: 'ls', remove: 'rm'});

const system = group('Manage Docker', {df: systemDf, events, info, prune: systemPrune});

const context = group('Manage contexts', {
	create: missing('Create a context'), export: missing('Export a context to a tar archive FILE or a tar stream on STDOUT.'), import: missing('Import a context from a tar or zip file'),
	inspect: missing('Display detailed information on one or more contexts'), ls: listContexts, rm: missing('Remove one or more contexts'), show: showContext, update: missing('Update a context'), use: missing('Set the current docker context'),
}, {list: 'ls', remove: 'rm'});

const buildxCommands = (adapt: (spec: CommandSpec) => CommandSpec): Readonly<Record<string, CommandSpec | MissingCommand>> => ({
	bake: missing('Build from a file'), build: adapt(build), create: missing('Create a new builder instance'), 'dial-stdio': missing('Proxy current stdio streams to builder instance'), du: adapt(diskUsage),
	inspect: adapt(inspectBuilder), ls: listBuilders, prune: adapt(builderPrune), rm: missing('Remove one or more builder instances'), stop: missing('Stop builder instance'),
	use: missing('Set the current builder instance'), version: buildxVersionCommand,
});

const buildx: Group = {
	...group('Docker Buildx', buildxCommands(withoutBuilder), {b: 'build', f: 'bake'}),
	long: 'Extended build capabilities with BuildKit',
	usagePath: 'docker buildx',
	flags: [
		flag('builder', 'string', 'Override the configured builder instance', {isMissing: true}),
		flag('debug', 'bool', 'Enable debug logging', {short: 'D', isMissing: true}),
	],
	managementCommands: new Map([['history', missing('Commands to work on build records')], ['imagetools', missing('Commands to work on images in registry')]]),
	epilogue: 'Experimental commands and flags are hidden. Set BUILDX_EXPERIMENTAL=1 to show them.',
};

const builder: Group = {
	...buildx, ...group('Manage builds', buildxCommands(spec => spec), {b: 'build', f: 'bake'}),
	flags: buildx.flags!.map(each => each.name === 'builder' ? {...each, default: 'default'} : each),
};

/** The sections of `docker --help`, in its order. */
export const rootSections: ReadonlyArray<readonly [title: string, commands: ReadonlyMap<string, Node>]> = [
	['Common Commands', new Map<string, Node>(Object.entries({
		run, exec, ps, build: plainBuild, bake: missing('Build from a file'), pull, push, images, login, logout, search, version, info,
	}))],
	['Management Commands', new Map<string, Node>(Object.entries({
		builder, 'buildx*': buildx, 'compose*': missing('Docker Compose'), container, context, image,
		manifest: missing('Manage Docker image manifests and manifest lists'), network, plugin: missing('Manage plugins'), system, trust: missing('Manage trust on Docker images'), volume,
	}))],
	['Swarm Commands', new Map<string, Node>(Object.entries({swarm: missing('Manage Swarm')}))],
	['Commands', new Map<string, Node>(Object.entries({
		attach, commit, cp, create, diff, events, export: exportContainer, history, import: importImage, inspect, kill, load, logs, pause, port, rename, restart, rm, rmi, save, start, stats, stop, tag, top, unpause, update, wait,
	}))],
];

/** What the sections do not show. */
const others = new Map<string, Node>(['checkpoint', 'config', 'node', 'secret', 'service', 'stack'].map(name => [name, missing('')]));

/** Every command by the word that calls it; `*` marks plugins in the help only. */
export const rootCommands: ReadonlyMap<string, Node> = new Map([
	...rootSections.flatMap(([, commands]) => [...commands].map(([name, node]) => [name.replace(/\*$/v, ''), node] as const)), ...others,
]);
