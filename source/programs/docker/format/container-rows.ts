// The rows of `docker ps`. Source: docker/cli cli/command/formatter/container.go.

import {isReferenceError, familiarName, parseReference} from '../../../model/container/reference.js';
import {listOf, memberOf, numberOf, objectOf, textOf, textsOf, type Json} from '../go/json.js';
import {humanSize3} from '../go/size.js';
import {quote} from '../go-template/quote.js';
import type {GoStruct} from '../go-template/value.js';
import {compareText} from '../../../base/bytes.js';
import {row, type RowType} from './formatter.js';
import {ago, ellipsis, labelMap, labelsText, portsText, timeText, truncateId} from './text.js';

export const containerRows: RowType = {
	name: 'ContainerContext',
	titles: {
		ID: 'CONTAINER ID', Names: 'NAMES', Image: 'IMAGE', Command: 'COMMAND', CreatedAt: 'CREATED AT', RunningFor: 'CREATED', Ports: 'PORTS',
		State: 'STATE', Status: 'STATUS', Size: 'SIZE', Labels: 'LABELS', Mounts: 'MOUNTS', LocalVolumes: 'LOCAL VOLUMES', Networks: 'NETWORKS', Platform: 'PLATFORM',
	},
};

const table = String.raw`table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}`;

const raw = [
	'container_id: {{.ID}}', 'image: {{.Image}}', 'command: {{.Command}}', 'created_at: {{.CreatedAt}}', 'state: {{- pad .State 1 0}}',
	'status: {{- pad .Status 1 0}}', 'names: {{.Names}}', 'labels: {{- pad .Labels 1 0}}', 'ports: {{- pad .Ports 1 0}}', '',
].join('\n');

export function containerFormat(source: string, {isQuiet, withSize}: {readonly isQuiet: boolean; readonly withSize: boolean}): string {
	switch (source) {
		case '':
		case 'table':
		case 'pretty': {
			return isQuiet ? '{{.ID}}' : table + (withSize ? String.raw`\t{{.Size}}` : '');
		}

		case 'raw': {
			return isQuiet ? 'container_id: {{.ID}}' : raw + (withSize ? 'size: {{.Size}}\n' : '');
		}

		default: {
			return isQuiet ? '{{.ID}}' : source;
		}
	}
}

export type RowContext = {readonly isTruncated: boolean; readonly nowSeconds: number; /** Told when a template asks for the size. */ readonly onSize?: () => void};

export function containerRow(container: Json, {isTruncated, nowSeconds, onSize}: RowContext): GoStruct {
	const text = (name: string) => textOf(memberOf(container, name));
	const created = numberOf(memberOf(container, 'Created'));
	return row(containerRows, {
		ID: () => isTruncated ? truncateId(text('Id')) : text('Id'),
		Names: () => containerNames(textsOf(memberOf(container, 'Names')), isTruncated),
		Image: () => imageText(text('Image'), text('ImageID'), isTruncated),
		Command: () => quote(isTruncated ? ellipsis(text('Command'), 20) : text('Command')),
		CreatedAt: () => timeText({seconds: created, nanoseconds: 0}),
		RunningFor: () => ago(created, nowSeconds),
		Platform: () => undefined,
		Ports: () => portsText(listOf(memberOf(container, 'Ports'))),
		State: () => text('State'),
		Status: () => text('Status'),
		Size: () => {
			onSize?.();
			return sizeText(container);
		},
		Labels: () => labelsText(memberOf(container, 'Labels')),
		LocalVolumes: () => String(listOf(memberOf(container, 'Mounts')).filter(mount => textOf(memberOf(mount, 'Driver')) === 'local').length),
		Mounts: () => mountNames(listOf(memberOf(container, 'Mounts')), isTruncated),
		Networks: () => [...objectOf(memberOf(container, 'NetworkSettings', 'Networks')).keys()].sort(compareText).join(','),
	}, {labels: labelMap(memberOf(container, 'Labels'))});
}

function containerNames(names: readonly string[], isTruncated: boolean): string {
	const bare = names.map(name => name.replace(/^\//v, ''));
	// A name with a slash is the alias of a link.
	return (isTruncated ? bare.filter(name => !name.includes('/')) : bare).join(',');
}

function imageText(image: string, id: string, isTruncated: boolean): string {
	if (image === '') {
		return '<no image>';
	}

	if (!isTruncated) {
		return image;
	}

	if (truncateId(id) === truncateId(image)) {
		return truncateId(image);
	}

	const reference = parseReference(image);
	if (isReferenceError(reference) || reference.digest === undefined) {
		return image;
	}

	return familiarName(reference) + (reference.tag === undefined ? '' : `:${reference.tag}`);
}

function sizeText(container: Json): string {
	const written = humanSize3(numberOf(memberOf(container, 'SizeRw')));
	const whole = numberOf(memberOf(container, 'SizeRootFs'));
	return whole > 0 ? `${written} (virtual ${humanSize3(whole)})` : written;
}

function mountNames(mounts: readonly Json[], isTruncated: boolean): string {
	return mounts.map(mount => {
		const name = textOf(memberOf(mount, 'Name')) || textOf(memberOf(mount, 'Source'));
		return isTruncated ? ellipsis(name, 15) : name;
	}).join(',');
}
