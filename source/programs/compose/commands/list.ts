// docker compose ps, ls, images, port, top, volumes. Source: docker/compose cmd/compose/{ps,list,images,port,top,volumes}.go,
// cmd/formatter/container.go.

import {familiarName, isReferenceError, parseReference} from '../../../model/container/reference.js';
import {compareText} from '../../../base/bytes.js';
import {parseRfc3339} from '../../../base/internet-date.js';
import {print, unixTime} from '../../docker/client/client.js';
import {fetchJson, filterQuery} from '../../docker/client/request.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {containerRow, containerRows} from '../../docker/format/container-rows.js';
import {formatRows, row, type RowType} from '../../docker/format/formatter.js';
import {volumeFormat, volumeRow, volumeRows} from '../../docker/format/network-rows.js';
import {alignColumns} from '../../docker/format/tab-writer.js';
import {ago, hostPort, labelMap} from '../../docker/format/text.js';
import {listOf, marshal, memberOf, numberOf, textOf, textsOf, type Json} from '../../docker/go/json.js';
import {humanSize3} from '../../docker/go/size.js';
import {inferred} from '../../docker/go-template/inferred.js';
import type {GoStruct} from '../../docker/go-template/value.js';
import {findContainers, isOneOff, labelOf, type Container} from '../engine/containers.js';
import {configFilesLabel, configHashLabel, projectLabel} from '../engine/labels.js';
import {anyNumber, services, type ComposeCall, type ComposeCommand} from './command.js';
import {imagesFlags, lsFlags, portFlags, psFlags, topFlags, volumesFlags} from './flag-table.js';
import {projectOrName} from './project-source.js';

export const ps: ComposeCommand = {kind: 'command', use: `[OPTIONS] ${services}`, short: 'List containers', flags: psFlags, arguments: anyNumber, run: listContainers};

const psTable = String.raw`table {{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}`;

const psRows: RowType = {
	name: 'ContainerContext',
	titles: {...containerRows.titles, Name: 'NAME', Service: 'SERVICE', Project: 'PROJECT', RunningFor: 'CREATED', ExitCode: 'EXIT CODE', Health: 'HEALTH', Publishers: 'PORTS'},
};

function * listContainers({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const filter = flags.text('filter');
	if (filter !== '' && !filter.startsWith('status=')) {
		return refusal(filter.includes('=') ? (filter.startsWith('source=') ? 'not implemented' : `unknown filter ${filter.split('=')[0]}`) : 'arguments to --filter should be in form KEY=VAL');
	}

	const statuses = [...flags.list('status'), ...filter === '' ? [] : [filter.slice('status='.length)]];
	const which = yield * projectOrName(compose, args);
	if (refused(which)) {
		return which;
	}

	const named = args.length === 0 && !flags.bool('orphans') && which.project !== undefined ? [...which.project.services.keys()] : args;
	const isAll = flags.bool('all') || statuses.length > 0;
	const containers = yield * findContainers(compose, which.name, {all: isAll, oneOff: flags.bool('all') ? 'include' : 'exclude', services: named});
	if (refused(containers)) {
		return containers;
	}

	const shown = containers.filter(({state}) => statuses.length === 0 || statuses.includes(state)).toSorted((a, b) => compareText(a.name, b.name));
	if (flags.bool('quiet') || flags.bool('services')) {
		const words = flags.bool('quiet') ? shown.map(({id}) => id) : [...new Set(shown.map(({service}) => service))];
		yield * print(compose.client, flags.bool('services') || words.length > 0 ? `${words.join('\n')}\n` : '');
		return 0;
	}

	const rows: GoStruct[] = [];
	const context = {isTruncated: !flags.bool('no-trunc'), nowSeconds: unixTime(compose.client.process).seconds};
	for (const container of shown) {
		const found = yield * fetchJson(compose.client, {method: 'GET', path: `/containers/${container.id}/json`});
		if (refused(found)) {
			return found;
		}

		rows.push(psRow(container, found.value, context));
	}

	const format = flags.text('format');
	const text = formatRows(psRows, rows, ['', 'table', 'pretty'].includes(format) ? psTable : format);
	if (refused(text)) {
		return text;
	}

	yield * print(compose.client, text);
	return 0;
}

function psRow(container: Container, inspected: Json, context: Parameters<typeof containerRow>[1]): GoStruct {
	const {document} = container;
	const plain = containerRow(document, context);
	const state = (name: string) => memberOf(inspected, 'State', name);
	const own = ['ID', 'Names', 'Image', 'Command', 'CreatedAt', 'RunningFor', 'Ports', 'State', 'Status', 'Size', 'Labels', 'LocalVolumes', 'Mounts', 'Networks'];
	const publishers: Json = listOf(memberOf(document, 'Ports')).map(port => new Map<string, Json>([
		['URL', textOf(memberOf(port, 'IP'))], ['TargetPort', numberOf(memberOf(port, 'PrivatePort'))], ['PublishedPort', numberOf(memberOf(port, 'PublicPort'))], ['Protocol', textOf(memberOf(port, 'Type'))],
	]));
	return row(psRows, {
		...Object.fromEntries(own.map(name => [name, () => plain.field(name)])),
		Name: () => container.name, Service: () => container.service, Project: () => labelOf(document, projectLabel), ExitCode: () => numberOf(state('ExitCode')), Health: () => textOf(memberOf(state('Health'), 'Status')),
		Publishers: () => inferred(publishers, {type: 'api.PortPublishers'}),
	}, {labels: labelMap(memberOf(document, 'Labels'))});
}

export const ls: ComposeCommand = {kind: 'command', use: '[OPTIONS]', short: 'List running compose projects', flags: lsFlags, arguments: {kind: 'none'}, run: listProjects};

function * listProjects({compose, flags}: ComposeCall): Steps<number | Refusal> {
	const wanted = flags.list('filter').map(word => word.split('='));
	const unknown = wanted.find(([name]) => name !== 'name');
	if (unknown !== undefined) {
		return refusal(`invalid filter '${unknown[0]}'`);
	}

	const answer = yield * fetchJson(compose.client, {method: 'GET', path: '/containers/json', query: [...flags.bool('all') ? [['all', '1']] as const : [], ...filterQuery([`label=${projectLabel}`, `label=${configHashLabel}`])]});
	if (refused(answer)) {
		return answer;
	}

	const byProject = Map.groupBy(listOf(answer.value), document => labelOf(document, projectLabel));
	const matches = (name: string) => wanted.length === 0 || wanted.some(([, pattern = '']) => name.includes(pattern));
	const stacks = [...byProject].filter(([name]) => matches(name)).sort(([a], [b]) => compareText(a, b)).map(([name, documents]) => ({Name: name, Status: statusText(documents), ConfigFiles: filesText(documents)}));
	if (flags.bool('quiet')) {
		yield * print(compose.client, stacks.map(({Name}) => `${Name}\n`).join(''));
		return 0;
	}

	const format = flags.text('format');
	if (!['table', '', 'pretty', 'json'].includes(format)) {
		return refusal(`format value "${format}" could not be parsed: parsing failed`);
	}

	const table = () => alignColumns(['NAME\tSTATUS\tCONFIG FILES\n', ...stacks.map(({Name, Status, ConfigFiles}) => `${Name}\t${Status}\t${ConfigFiles}\n`)].join(''), 20);
	yield * print(compose.client, format === 'json' ? `${marshal(stacks)}\n` : table());
	return 0;
}

/** `running(2), exited(1)`. */
function statusText(documents: readonly Json[]): string {
	const byState = Map.groupBy(documents, document => textOf(memberOf(document, 'State')));
	return [...byState].sort(([a], [b]) => compareText(a, b)).map(([state, list]) => `${state}(${list.length})`).join(', ');
}

function filesText(documents: readonly Json[]): string {
	const files = new Set(documents.flatMap(document => labelOf(document, configFilesLabel).split(',')).filter(file => file !== ''));
	return files.size === 0 ? 'N/A' : [...files].join(',');
}

export const images: ComposeCommand = {kind: 'command', use: `[OPTIONS] ${services}`, short: 'List images used by the created containers', flags: imagesFlags, arguments: anyNumber, run: listImages};

function * listImages({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const which = yield * projectOrName(compose, args);
	const containers = refused(which) ? which : yield * findContainers(compose, which.name, {all: true, oneOff: 'include', services: args});
	if (refused(containers)) {
		return containers;
	}

	const rows: Array<{readonly container: Container; readonly id: string; readonly repository: string; readonly tag: string; readonly size: number; readonly platform: string; readonly created: string}> = [];
	for (const container of containers) {
		const named = textOf(memberOf(container.document, 'Image'));
		const found = yield * fetchJson(compose.client, {method: 'GET', path: `/images/${named}/json`});
		if (refused(found)) {
			return found;
		}

		const reference = parseReference(named);
		const text = (name: string) => textOf(memberOf(found.value, name));
		rows.push({
			container, id: text('Id'), repository: isReferenceError(reference) ? '<none>' : familiarName(reference), tag: isReferenceError(reference) ? '<none>' : reference.tag ?? 'latest', size: numberOf(memberOf(found.value, 'Size')),
			platform: `${text('Os')}/${text('Architecture')}`, created: text('Created'),
		});
	}

	if (flags.bool('quiet')) {
		yield * print(compose.client, [...new Set(rows.map(({id}) => id.replace('sha256:', '')))].map(id => `${id}\n`).join(''));
		return 0;
	}

	const nowSeconds = unixTime(compose.client.process).seconds;
	if (flags.text('format') === 'json') {
		const list = rows.map(({container, id, repository, tag, platform, size, created}) => ({ID: id, ContainerName: container.name, Repository: repository, Tag: tag, Platform: platform, Size: size, Created: created}));
		yield * print(compose.client, `${marshal(list)}\n`);
		return 0;
	}

	const lines = rows.map(({container, id, repository, tag, platform, size, created}) => [container.name, repository, tag, platform, id.slice(7, 19), humanSize3(size), ago(parseRfc3339(created)?.seconds ?? 0, nowSeconds)].join('\t'));
	yield * print(compose.client, alignColumns(['CONTAINER\tREPOSITORY\tTAG\tPLATFORM\tIMAGE ID\tSIZE\tCREATED', ...lines].map(line => `${line}\n`).join(''), 20));
	return 0;
}

export const port: ComposeCommand = {kind: 'command', use: '[OPTIONS] SERVICE PRIVATE_PORT', short: 'Print the public port for a port binding', flags: portFlags, arguments: {kind: 'at-least', count: 2}, run: showPort};

function * showPort({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const [service = '', wanted = ''] = args;
	if (!/^\d+$/v.test(wanted) || Number(wanted) > 65_535) {
		return refusal(`strconv.ParseUint: parsing ${JSON.stringify(wanted)}: ${/^\d+$/v.test(wanted) ? 'value out of range' : 'invalid syntax'}`);
	}

	const container = yield * serviceContainer({compose, flags, args}, service);
	if (refused(container)) {
		return container;
	}

	const ports = listOf(memberOf(container.document, 'Ports'));
	const found = ports.find(each => numberOf(memberOf(each, 'PrivatePort')) === Number(wanted) && textOf(memberOf(each, 'Type')) === flags.text('protocol') && numberOf(memberOf(each, 'PublicPort')) !== 0);
	if (found === undefined) {
		const there = ports.map(each => `${numberOf(memberOf(each, 'PublicPort')) === 0 ? '' : `${hostPort(textOf(memberOf(each, 'IP')), String(numberOf(memberOf(each, 'PublicPort'))))}->`}${numberOf(memberOf(each, 'PrivatePort'))}/${textOf(memberOf(each, 'Type'))}`);
		return refusal(`no port ${wanted}/${flags.text('protocol')} for container ${container.name}: ${there.join(', ')}`);
	}

	yield * print(compose.client, `${hostPort(textOf(memberOf(found, 'IP')), String(numberOf(memberOf(found, 'PublicPort'))))}\n`);
	return 0;
}

/** The container that --index chooses, the first otherwise. */
export function * serviceContainer({compose, flags}: ComposeCall, service: string, all = false): Steps<Container | Refusal> {
	const which = yield * projectOrName(compose, [service]);
	const containers = refused(which) ? which : yield * findContainers(compose, which.name, {all, services: [service]});
	if (refused(containers)) {
		return containers;
	}

	const index = flags.int('index');
	const chosen = index === 0 ? containers.find(container => !isOneOff(container)) : containers.find(({number}) => number === index);
	return chosen ?? refusal(index === 0 ? `service "${service}" is not running` : `service "${service}" is not running container #${index}`);
}

export const top: ComposeCommand = {kind: 'command', use: '[SERVICES...]', short: 'Display the running processes', flags: topFlags, arguments: anyNumber, run: showProcesses};

function * showProcesses({compose, args}: ComposeCall): Steps<number | Refusal> {
	const which = yield * projectOrName(compose, args);
	const containers = refused(which) ? which : yield * findContainers(compose, which.name, {all: false, services: args});
	if (refused(containers)) {
		return containers;
	}

	let titles: readonly string[] = [];
	const lines: string[] = [];
	for (const container of containers) {
		const answer = yield * fetchJson(compose.client, {method: 'GET', path: `/containers/${container.id}/top`});
		if (refused(answer)) {
			return answer;
		}

		titles = textsOf(memberOf(answer.value, 'Titles'));
		lines.push(...listOf(memberOf(answer.value, 'Processes')).map(process => [container.service, isOneOff(container) ? '-' : String(container.number), ...textsOf(process)].join('\t')));
	}

	yield * print(compose.client, lines.length === 0 ? '' : alignColumns([['SERVICE', '#', ...titles].join('\t'), ...lines].map(line => `${line}\n`).join(''), 4, 2));
	return 0;
}

export const volumes: ComposeCommand = {kind: 'command', use: `[OPTIONS] ${services}`, short: 'List volumes', flags: volumesFlags, arguments: anyNumber, run: listVolumes};

function * listVolumes({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const which = yield * projectOrName(compose, args);
	if (refused(which)) {
		return which;
	}

	const answer = yield * fetchJson(compose.client, {method: 'GET', path: '/volumes', query: filterQuery([`label=${projectLabel}=${which.name}`])});
	if (refused(answer)) {
		return answer;
	}

	const containers = yield * findContainers(compose, which.name, {all: true, oneOff: 'include', services: args});
	if (refused(containers)) {
		return containers;
	}

	const used = new Set(containers.flatMap(({document}) => listOf(memberOf(document, 'Mounts')).map(mount => textOf(memberOf(mount, 'Name')))));
	const list = listOf(memberOf(answer.value, 'Volumes')).filter(volume => args.length === 0 || used.has(textOf(memberOf(volume, 'Name'))));
	const format = flags.text('format') === 'json' ? 'json' : volumeFormat(flags.text('format') === 'table' ? '' : flags.text('format'), flags.bool('quiet'));
	const text = formatRows(volumeRows, list.map(volume => volumeRow(volume)), format);
	if (refused(text)) {
		return text;
	}

	yield * print(compose.client, text);
	return 0;
}
