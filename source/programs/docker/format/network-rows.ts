// The rows of `docker network ls` and `docker volume ls`. Source: docker/cli cli/command/network/formatter.go, cli/command/formatter/volume.go.

import {flagOf, memberOf, numberOf, textOf, type Json} from '../go/json.js';
import {humanSize} from '../go/size.js';
import type {GoStruct} from '../go-template/value.js';
import {row, type RowType} from './formatter.js';
import {labelMap, labelsText, rfc3339TimeText, truncateId} from './text.js';

export const networkRows: RowType = {
	name: 'networkContext',
	titles: {
		ID: 'NETWORK ID', Name: 'NAME', Driver: 'DRIVER', Scope: 'SCOPE', IPv4: 'IPV4', IPv6: 'IPV6', Internal: 'INTERNAL', Labels: 'LABELS', CreatedAt: 'CREATED AT',
	},
};

export function networkFormat(source: string, isQuiet: boolean): string {
	if (source !== '' && source !== 'table') {
		return source;
	}

	return isQuiet ? '{{.ID}}' : String.raw`table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}`;
}

export function networkRow(network: Json, isTruncated: boolean): GoStruct {
	const text = (name: string) => textOf(memberOf(network, name));
	return row(networkRows, {
		ID: () => isTruncated ? truncateId(text('Id')) : text('Id'),
		Name: () => text('Name'),
		Driver: () => text('Driver'),
		Scope: () => text('Scope'),
		IPv4: () => String(flagOf(memberOf(network, 'EnableIPv4'))),
		IPv6: () => String(flagOf(memberOf(network, 'EnableIPv6'))),
		Internal: () => String(flagOf(memberOf(network, 'Internal'))),
		Labels: () => labelsText(memberOf(network, 'Labels')),
		CreatedAt: () => rfc3339TimeText(text('Created')),
	}, {labels: labelMap(memberOf(network, 'Labels'))});
}

export const volumeRows: RowType = {
	name: 'volumeContext',
	titles: {
		Name: 'VOLUME NAME', Driver: 'DRIVER', Scope: 'SCOPE', Availability: 'AVAILABILITY', Mountpoint: 'MOUNTPOINT', Labels: 'LABELS', Links: 'LINKS', Size: 'SIZE', Group: 'GROUP', Status: 'STATUS',
	},
};

export function volumeFormat(source: string, isQuiet: boolean): string {
	if (source === 'raw') {
		return isQuiet ? 'name: {{.Name}}' : 'name: {{.Name}}\ndriver: {{.Driver}}\n';
	}

	if (source !== '' && source !== 'table') {
		return source;
	}

	return isQuiet ? '{{.Name}}' : String.raw`table {{.Driver}}\t{{.Name}}`;
}

export function volumeRow(volume: Json): GoStruct {
	const text = (name: string) => textOf(memberOf(volume, name));
	const usage = memberOf(volume, 'UsageData');
	return row(volumeRows, {
		Name: () => text('Name'),
		Driver: () => text('Driver'),
		Scope: () => text('Scope'),
		Mountpoint: () => text('Mountpoint'),
		Labels: () => labelsText(memberOf(volume, 'Labels')),
		Links: () => usage === undefined ? 'N/A' : String(numberOf(memberOf(usage, 'RefCount'))),
		Size: () => usage === undefined ? 'N/A' : humanSize(numberOf(memberOf(usage, 'Size'))),
		Group: () => 'N/A',
		Availability: () => 'N/A',
		Status: () => 'N/A',
	}, {labels: labelMap(memberOf(volume, 'Labels'))});
}
