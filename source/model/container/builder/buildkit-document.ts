// The configuration document that BuildKit's exporter writes for a result.
// Source: moby/buildkit exporter/containerimage/writer.go (normalizeLayersAndHistory, patchImageConfig).

import {rfc3339OfMoment} from '../../../base/internet-date.js';
import {encodeDocument} from '../image-document.js';
import type {DiffId, History, Image, ImageConfig, Layer} from '../schema.js';

export type HistoryEntry = {readonly createdBy: string; readonly layer: Layer | undefined; readonly createdUs: number};

export type BuildkitResult = {
	readonly base: Image | undefined;
	readonly config: ImageConfig;
	/** Of this build's instructions. */
	readonly history: readonly HistoryEntry[];
	readonly diffs: readonly DiffId[];
	readonly author: string | undefined;
};

export function buildkitDocument({base, config, history, diffs, author}: BuildkitResult): Uint8Array {
	const below = base?.document.history ?? [];
	const times = historyTimes(history, below.at(-1)?.created ?? base?.document.created);
	const added = history.map(({createdBy, layer}, index): History => ({
		created: times[index]!, created_by: createdBy, comment: 'buildkit.dockerfile.v0', ...layer === undefined && {empty_layer: true},
	}));
	const all = [...below, ...added];
	return encodeDocument({
		architecture: 'amd64', ...author !== undefined && {author}, config, created: all.at(-1)?.created ?? base?.document.created ?? '1970-01-01T00:00:00Z',
		history: all, os: 'linux', rootfs: {type: 'layers', diff_ids: diffs},
	}, 'oci');
}

/** An instruction without a layer has the time of the next layer, the last ones that of the layer before; so equal builds are equal images. */
function historyTimes(history: readonly HistoryEntry[], before: string | undefined): readonly string[] {
	const text = (us: number) => rfc3339OfMoment({seconds: Math.floor(us / 1e6), nanoseconds: us % 1e6 * 1000});
	let last = before ?? '1970-01-01T00:00:00Z';
	return history.map((_, index) => {
		const next = history.slice(index).find(entry => entry.layer !== undefined);
		last = next === undefined ? last : text(next.createdUs);
		return last;
	});
}
