// docker container/image/network/volume/builder prune and docker system prune. Source: docker/cli cli/command/{container,image,
// network,volume,builder,system}/prune.go.

import {print, type Client} from '../client/client.js';
import {isConfirmed} from '../client/confirmation.js';
import {fetchJson, filterQuery, type Query} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {builderPruneFlags, containerPruneFlags, imagePruneFlags, networkPruneFlags, systemPruneFlags, volumePruneFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {humanSize} from '../go/size.js';
import {listOf, memberOf, numberOf, textOf, textsOf, type Json} from '../go/json.js';

type Pruned = {readonly text: string; readonly freedBytes: number};

/** What was declined is neither an error nor worth a word. */
const declined = 0;

const sure = '\nAre you sure you want to continue?';

function listing(title: string, lines: readonly string[]): string {
	return lines.length === 0 ? '' : `${title}:\n${lines.map(line => `${line}\n`).join('')}`;
}

function * prune(client: Client, path: string, query: Query, read: (answer: Json) => Pruned): Steps<Pruned | Refusal> {
	const answer = yield * fetchJson(client, {method: 'POST', path, query});
	return refused(answer) ? answer : read(answer.value);
}

const freed = (answer: Json) => numberOf(memberOf(answer, 'SpaceReclaimed'));

const pruneContainers = (client: Client, filters: readonly string[]) => prune(client, '/containers/prune', filterQuery(filters), answer => ({
	text: listing('Deleted Containers', textsOf(memberOf(answer, 'ContainersDeleted'))), freedBytes: freed(answer),
}));

const pruneNetworks = (client: Client, filters: readonly string[]) => prune(client, '/networks/prune', filterQuery(filters), answer => ({
	text: listing('Deleted Networks', textsOf(memberOf(answer, 'NetworksDeleted'))), freedBytes: 0,
}));

const pruneVolumes = (client: Client, filters: readonly string[], isAll: boolean) => prune(client, '/volumes/prune', filterQuery([...filters, ...isAll ? ['all=true'] : []]), answer => ({
	text: listing('Deleted Volumes', textsOf(memberOf(answer, 'VolumesDeleted'))), freedBytes: freed(answer),
}));

const pruneImages = (client: Client, filters: readonly string[], isAll: boolean) => prune(client, '/images/prune', filterQuery([...filters, `dangling=${!isAll}`]), answer => ({
	text: listing('Deleted Images', listOf(memberOf(answer, 'ImagesDeleted')).map(image => memberOf(image, 'Untagged') === undefined ? `deleted: ${textOf(memberOf(image, 'Deleted'))}` : `untagged: ${textOf(memberOf(image, 'Untagged'))}`)),
	freedBytes: freed(answer),
}));

const pruneBuildCache = (client: Client, filters: readonly string[], isAll: boolean) => prune(client, '/build/prune', [...isAll ? [['all', '1']] as const : [], ...filterQuery(filters)], answer => ({
	text: listing('Deleted build cache objects', textsOf(memberOf(answer, 'CachesDeleted'))), freedBytes: freed(answer),
}));

type OnePrune = {readonly question: string; readonly showsTotal: boolean; readonly act: () => Steps<Pruned | Refusal>};

function * confirmAndPrune({client, flags}: Call, {question, showsTotal, act}: OnePrune): Steps<number | Refusal> {
	if (!flags.bool('force') && !(yield * isConfirmed(client, question))) {
		return declined;
	}

	const pruned = yield * act();
	if (refused(pruned)) {
		return pruned;
	}

	const total = showsTotal ? `Total reclaimed space: ${humanSize(pruned.freedBytes)}\n` : '';
	yield * print(client, (pruned.text === '' ? '' : `${pruned.text}\n`) + total);
	return 0;
}

export const containerPrune: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Remove all stopped containers', flags: containerPruneFlags, arguments: {kind: 'none'},
	run: called => confirmAndPrune(called, {
		question: `WARNING! This will remove all stopped containers.${sure}`, showsTotal: true, act: () => pruneContainers(called.client, called.flags.list('filter')),
	}),
};

export const imagePrune: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Remove unused images', flags: imagePruneFlags, arguments: {kind: 'none'},
	run(called) {
		const isAll = called.flags.bool('all');
		const which = isAll ? 'all images without at least one container associated to them' : 'all dangling images';
		return confirmAndPrune(called, {question: `WARNING! This will remove ${which}.${sure}`, showsTotal: true, act: () => pruneImages(called.client, called.flags.list('filter'), isAll)});
	},
};

export const networkPrune: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Remove all unused networks', flags: networkPruneFlags, arguments: {kind: 'none'},
	run: called => confirmAndPrune(called, {
		question: `WARNING! This will remove all custom networks not used by at least one container.${sure}`, showsTotal: false, act: () => pruneNetworks(called.client, called.flags.list('filter')),
	}),
};

export const volumePrune: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Remove unused local volumes', flags: volumePruneFlags, arguments: {kind: 'none'},
	run(called) {
		const isAll = called.flags.bool('all');
		return confirmAndPrune(called, {
			question: `WARNING! This will remove ${isAll ? 'all' : 'anonymous'} local volumes not used by at least one container.${sure}`, showsTotal: true,
			act: () => pruneVolumes(called.client, called.flags.list('filter'), isAll),
		});
	},
};

export const builderPrune: CommandSpec = {
	kind: 'command', use: '', usagePath: 'docker buildx prune', short: 'Remove build cache', flags: builderPruneFlags, arguments: {kind: 'none'},
	run(called) {
		const isAll = called.flags.bool('all');
		return confirmAndPrune(called, {
			question: `WARNING! This will remove all ${isAll ? 'build cache' : 'dangling build cache'}.${sure}`, showsTotal: true, act: () => pruneBuildCache(called.client, called.flags.list('filter'), isAll),
		});
	},
};

export const systemPrune: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Remove unused data', flags: systemPruneFlags, arguments: {kind: 'none'},
	run: pruneSystem,
};

function * pruneSystem({client, flags}: Call): Steps<number | Refusal> {
	const isAll = flags.bool('all');
	const withVolumes = flags.bool('volumes');
	const filters = flags.list('filter');
	if (withVolumes && filters.some(filter => filter.startsWith('until='))) {
		return refusal('ERROR: The "until" filter is not supported with "--volumes"');
	}

	const kinds = [
		'all stopped containers', 'all networks not used by at least one container', ...withVolumes ? ['all anonymous volumes not used by at least one container'] : [],
		isAll ? 'all images without at least one container associated to them' : 'all dangling images', isAll ? 'all build cache' : 'unused build cache',
	];
	const filtered = filters.length === 0 ? '' : `\n  Items to be pruned will be filtered with:\n${filters.map(filter => `  - ${filter}\n`).join('')}`;
	const question = `WARNING! This will remove:\n${kinds.map(kind => `  - ${kind}\n`).join('')}${filtered}${sure}`;
	if (!flags.bool('force') && !(yield * isConfirmed(client, question))) {
		return declined;
	}

	const acts = [
		() => pruneContainers(client, filters), () => pruneNetworks(client, filters), ...withVolumes ? [() => pruneVolumes(client, filters, false)] : [],
		() => pruneImages(client, filters, isAll), () => pruneBuildCache(client, filters, isAll),
	];
	let freedBytes = 0;
	for (const act of acts) {
		const pruned = yield * act();
		if (refused(pruned)) {
			return pruned;
		}

		freedBytes += pruned.freedBytes;
		yield * print(client, pruned.text === '' ? '' : `${pruned.text}\n`);
	}

	yield * print(client, `Total reclaimed space: ${humanSize(freedBytes)}\n`);
	return 0;
}
