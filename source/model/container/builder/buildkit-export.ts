// What becomes of a result: an image with its names, or the files for whoever asked for them (`--output type=local` and `type=tar`).
// Source: moby/buildkit exporter/{containerimage,local,tar}.

import {nowNs} from '../../../base/clock.js';
import {addImage} from '../image-store.js';
import {tarOfTree, treeSizeBytes} from '../layer-tree.js';
import {fullReference, isReferenceError, parseReference, withDefaultTag} from '../reference.js';
import type {ChainId, Image} from '../schema.js';
import type {BuildEvent, BuildHost} from './build-host.js';
import type {BuildOptions} from './build-plan.js';
import {storeOf, viewOf} from './build-step.js';
import {buildkitDocument, type BuildkitResult} from './buildkit-document.js';
import {transferText} from './transfer-size.js';

export type Exported = {readonly kind: 'image'; readonly image: Image} | {readonly kind: 'files'; readonly tar: Uint8Array};

export function exportResult(host: BuildHost, {output, tags}: BuildOptions, result: BuildkitResult & {readonly chain: ChainId | undefined}, emit: (event: BuildEvent) => void): Exported {
	const vertex = output === 'image' ? 'exporting to image' : `exporting to client ${output === 'directory' ? 'directory' : 'tarball'}`;
	const status = (text: string) => {
		emit({kind: 'status', vertex, text, startNs: nowNs(host.tx), atNs: nowNs(host.tx), isDone: true});
	};

	emit({kind: 'started', vertex, name: vertex, atNs: nowNs(host.tx)});
	const exported: Exported = output === 'image' ? {kind: 'image', image: exportImage(host, tags, result, status)} : exportFiles(host, result.chain, output, status);
	emit({kind: 'done', vertex, atNs: nowNs(host.tx)});
	return exported;
}

function exportImage(host: BuildHost, tags: readonly string[], result: BuildkitResult, status: (text: string) => void): Image {
	status('exporting layers');
	const image = addImage(storeOf(host), buildkitDocument(result));
	status(`writing image ${image.id}`);
	for (const tag of tags) {
		const reference = parseReference(tag);
		if (!isReferenceError(reference)) {
			status(`naming to ${fullReference(withDefaultTag(reference)).replace(/:latest$/v, '')}`);
		}
	}

	return image;
}

function exportFiles(host: BuildHost, chain: ChainId | undefined, output: 'directory' | 'tarball', status: (text: string) => void): Exported {
	const tree = viewOf(host, chain).merged();
	status(output === 'directory' ? `copying files ${transferText(treeSizeBytes(tree))}` : 'sending tarball');
	return {kind: 'files', tar: tarOfTree(tree)};
}
