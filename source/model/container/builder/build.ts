// `docker build`: checks what was asked for, lets one of the two builders do it, and names the image.

import {nowNs} from '../../../base/clock.js';
import {nameImage} from '../image-store.js';
import {familiarReference, isReferenceError, parseReference, withDefaultTag} from '../reference.js';
import type {Work} from '../registry.js';
import type {Image} from '../schema.js';
import {type BuildFailure, type BuildOptions, type BuildPlan, excerptOf, isBuildFailure, planBuild, shownName} from './build-plan.js';
import type {BuildEvent, BuildHost} from './build-host.js';
import {storeOf} from './build-step.js';
import {BuildkitBuilder} from './buildkit-builder.js';
import type {Exported} from './buildkit-export.js';
import {ClassicBuilder} from './classic-builder.js';
import type {Warning} from './lint.js';

export type BuildSuccess = (Exported | {readonly kind: 'check'; readonly excerpts: readonly string[]}) & {readonly warnings: readonly Warning[]};

/** Builds; `emit` hears of what happens while it happens. */
export function * build(host: BuildHost, options: BuildOptions, emit: (event: BuildEvent) => void): Work<BuildSuccess | BuildFailure> {
	const plan = planBuild(options);
	if (isBuildFailure(plan)) {
		if (options.style === 'buildkit') {
			const vertex = `[internal] load build definition from ${shownName(options.dockerfile)}`;
			emit({kind: 'started', vertex, name: vertex, atNs: nowNs(host.tx)});
			emit({kind: 'done', vertex, atNs: nowNs(host.tx)});
		}

		return plan;
	}

	if (options.style === 'classic') {
		const image = yield * new ClassicBuilder(host, plan, options, emit).build();
		return isBuildFailure(image) ? image : {kind: 'image', image: named(host, options, image, emit), warnings: []};
	}

	const builder = new BuildkitBuilder(host, plan, options, emit);
	if (options.isCheck) {
		const warnings = yield * builder.check();
		return isBuildFailure(warnings) ? warnings : {kind: 'check', warnings, excerpts: warnings.map(({line}) => excerptAt(options.dockerfile, plan, line))};
	}

	const exported = yield * builder.build();
	if (isBuildFailure(exported)) {
		return exported;
	}

	return {...exported.kind === 'image' ? {kind: 'image', image: named(host, options, exported.image, emit)} : exported, warnings: builder.warnings};
}

/** The lines of the Dockerfile around an instruction. */
function excerptAt(name: string, {dockerfile}: BuildPlan, line: number): string {
	return excerptOf(name, dockerfile.lines, dockerfile.nodes.find(node => node.startLine === line) ?? {startLine: line, endLine: line}) ?? '';
}

/** Gives the image its names, of which the classic builder tells. */
function named(host: BuildHost, {style, tags}: BuildOptions, image: Image, emit: (event: BuildEvent) => void): Image {
	const tell = (text: string) => {
		if (style === 'classic') {
			emit({kind: 'stream', text});
		}
	};

	tell(`Successfully built ${image.id.slice(7, 19)}\n`);
	for (const tag of tags) {
		const reference = parseReference(tag);
		if (!isReferenceError(reference)) {
			nameImage(storeOf(host), reference, image.id);
			tell(`Successfully tagged ${familiarReference(withDefaultTag(reference))}\n`);
		}
	}

	return image;
}
