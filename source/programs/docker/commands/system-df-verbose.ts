// docker system df -v: a table for each kind of thing. Source: docker/cli cli/command/formatter/disk_usage.go (verboseWriteTable),
// buildcache.go.

import {unixTime, type Client} from '../client/client.js';
import {refused, type Refusal} from '../command/refusal.js';
import {containerRow, containerRows} from '../format/container-rows.js';
import {formatRows, row, type RowType} from '../format/formatter.js';
import {imageRows, imageRowsOf} from '../format/image-rows.js';
import {volumeRow, volumeRows} from '../format/network-rows.js';
import {compareNatural} from '../format/text.js';
import {humanSize} from '../go/size.js';
import {flagOf, listOf, memberOf, numberOf, objectOf, textOf, type Json} from '../go/json.js';

const cacheRows: RowType = {
	name: 'buildCacheContext',
	titles: {ID: 'CACHE ID', CacheType: 'CACHE TYPE', Size: 'SIZE', CreatedSince: 'CREATED', LastUsedSince: 'LAST USED', UsageCount: 'USAGE', Shared: 'SHARED'},
};

/** The size of its image is not the container's. */
function withoutRoot(container: Json): Json {
	return new Map([...objectOf(container), ['SizeRootFs', 0]]);
}

export function verboseUsage(client: Client, usage: Json): string | Refusal {
	const items = (name: string) => listOf(memberOf(usage, name));
	const context = {isTruncated: true, nowSeconds: unixTime(client.process).seconds};
	const caches = items('BuildCache');
	const cacheBytes = caches.filter(cache => !flagOf(memberOf(cache, 'Shared'))).reduce<number>((sum, cache) => sum + numberOf(memberOf(cache, 'Size')), 0);
	const volumes = items('Volumes').toSorted((a, b) => compareNatural(textOf(memberOf(a, 'Name')), textOf(memberOf(b, 'Name'))));
	const parts = [
		'Images space usage:\n\n',
		formatRows(imageRows, items('Images').flatMap(image => imageRowsOf(image, {...context, needsDigest: false, withDigests: false})), String.raw`table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}`),
		'\nContainers space usage:\n\n',
		formatRows(containerRows, items('Containers').map(container => containerRow(withoutRoot(container), context)), String.raw`table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}`),
		'\nLocal Volumes space usage:\n\n',
		formatRows(volumeRows, volumes.map(volume => volumeRow(volume)), String.raw`table {{.Name}}\t{{.Links}}\t{{.Size}}`),
		`\nBuild cache usage: ${humanSize(cacheBytes)}\n\n`,
		formatRows(cacheRows, caches.map(cache => row(cacheRows, {
			ID: () => textOf(memberOf(cache, 'ID')).slice(0, 12),
			CacheType: () => textOf(memberOf(cache, 'Type')),
			Size: () => humanSize(numberOf(memberOf(cache, 'Size'))),
			CreatedSince: () => '',
			LastUsedSince: () => '',
			UsageCount: () => String(numberOf(memberOf(cache, 'UsageCount'))),
			Shared: () => String(flagOf(memberOf(cache, 'Shared'))),
		})), String.raw`table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}`),
	];
	return parts.find((part): part is Refusal => refused(part)) ?? parts.join('');
}
