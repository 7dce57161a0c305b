// The words that Tab offers, read from the world as it is now: executables, subcommands, names of containers, images and machines,
// and paths as the shell in the foreground sees them. Nothing is run for it.

import type {World} from '../../base/transaction.js';
import type {Container} from '../../model/container/container-schema.js';
import type {ImageName} from '../../model/container/schema.js';
import type {Domain} from '../../model/hypervisor/domain-schema.js';
import {directoryEntries, searchPath} from '../../session/foreground-paths.js';
import {familiarName} from '../panel/familiar-name.js';
import {ownersOf, tableOf} from '../panel/panel-context.js';
import type {WordSource} from './completion.js';
import {builtins, subcommands} from './subcommands.js';

export function worldWords(world: World): WordSource {
	return {
		commands: () => [...builtins, ...searchPath(world)],
		arguments: words => argumentsOf(world, words),
		paths: directory => directoryEntries(world, directory),
	};
}

function argumentsOf(world: World, words: readonly string[]): readonly string[] {
	const known = subcommands[words.join(' ')] ?? [];
	switch (words[0]) {
		case 'docker':
			return words.length === 1 ? known : [...known, ...containerNames(world), ...imageNames(world)];
		case 'virsh':
			return words.length === 1 ? known : [...known, ...machineNames(world)];
		default:
			return known;
	}
}

function containerNames(world: World): readonly string[] {
	return ownersOf(world, 'container').flatMap(engine => Array.from(tableOf<Container>(world, `container:${engine}`).values(), ({name}) => name));
}

function imageNames(world: World): readonly string[] {
	return ownersOf(world, 'image-name').flatMap(engine => Array.from(tableOf<ImageName>(world, `image-name:${engine}`).values(), ({reference}) => familiarName(reference)));
}

function machineNames(world: World): readonly string[] {
	return ownersOf(world, 'domain').flatMap(kernel => Array.from(tableOf<Domain>(world, `domain:${kernel}`).values(), ({name}) => name));
}
