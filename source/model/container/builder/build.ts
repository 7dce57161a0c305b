// `docker build`: checks what was asked for, lets one of the two builders do it, and names the image.

import {nowNs} from '../../../base/clock.js';
import {nameImage} from '../image-store.js';
import {familiarReference, isReferenceError, parseReference, withDefaultTag} from '../reference.js';
import type {Work} from '../registry.js';
import type {Image} from '../schema.js';
import {type BuildFailure, type BuildOptions, isBuildFailure, planBuild} from './build-plan.js';
import type {BuildEvent, BuildHost} from './build-host.js';
import {storeOf} from './build-step.js';
import {BuildkitBuilder} from './buildkit-builder.js';
import {ClassicBuilder} from './classic-builder.js';
import type {Warning} from './lint.js';

export type BuildSuccess = {readonly kind: 'built'; readonly image: Image; readonly warnings: readonly Warning[]};

/** Builds; `emit` hears of what happens while it happens. */
export function * build(host: BuildHost, options: BuildOptions, emit: (event: BuildEvent) => void): Work<BuildSuccess | BuildFailure> {
	const plan = planBuild(options);
	if (isBuildFailure(plan)) {
		if (options.style === 'buildkit') {
			const vertex = `[internal] load build definition from ${options.dockerfile}`;
			emit({kind: 'started', vertex, name: vertex, atNs: nowNs(host.tx)});
			emit({kind: 'done', vertex, atNs: nowNs(host.tx)});
		}

		return plan;
	}

	const builder = options.style === 'classic' ? new ClassicBuilder(host, plan, options, emit) : new BuildkitBuilder(host, plan, options, emit);
	const image = yield * builder.build();
	if (isBuildFailure(image)) {
		return image;
	}

	if (options.style === 'classic') {
		emit({kind: 'stream', text: `Successfully built ${image.id.slice(7, 19)}\n`});
	}

	for (const tag of options.tags) {
		const reference = parseReference(tag);
		if (!isReferenceError(reference)) {
			nameImage(storeOf(host), reference, image.id);
			if (options.style === 'classic') {
				emit({kind: 'stream', text: `Successfully tagged ${familiarReference(withDefaultTag(reference))}\n`});
			}
		}
	}

	return {kind: 'built', image, warnings: builder instanceof BuildkitBuilder ? builder.warnings : []};
}
