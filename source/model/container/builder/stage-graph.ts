// Which stages a target needs, and what they read: stages, images, the build context, inline documents.

import type {BuildArgs} from './build-args.js';
import {type BuildPlan, findStage, type Stage} from './build-plan.js';
import {isUrl} from './add-url.js';
import {expandInstruction} from './expand-instruction.js';
import type {Instruction} from './instruction.js';

export const contextVertex = '[internal] load build context';
const inlineVertex = '[internal] preparing inline document';

/** Makes the ARGs before the first FROM known. */
export function declareMetaArgs({metaArgs, dockerfile}: BuildPlan, args: BuildArgs): void {
	for (const meta of metaArgs) {
		const expanded = expandInstruction(meta, args.metaEnvironment(), dockerfile.escape);
		for (const {name, value} of 'error' in expanded ? meta.args : expanded.instruction.args) {
			args.declareMeta(name, value);
		}
	}
}

export class StageGraph {
	readonly #plan: BuildPlan;
	readonly #args: BuildArgs;

	constructor(plan: BuildPlan, args: BuildArgs) {
		this.#plan = plan;
		this.#args = args;
	}

	/** What a stage's FROM names, variables filled in. */
	baseName(stage: Stage): string {
		const expanded = expandInstruction(stage.from, this.#args.metaEnvironment(), this.#plan.dockerfile.escape);
		return 'error' in expanded ? stage.from.image : expanded.instruction.image;
	}

	/** What the names of a stage's vertices begin with, where there is more than one stage. */
	prefixOf({name, index, steps}: Stage): string {
		const isNamed = this.#plan.stageCount > 1 || steps.some(step => step.flags.has('mount'));
		return isNamed ? `${name ?? `stage-${index}`} ` : '';
	}

	/** The stage that a FROM or --from means, if it means one before `below`. */
	stageOf(name: string, below: number): Stage | undefined {
		return this.#plan.stages[findStage(this.#plan.stages.slice(0, below), name)];
	}

	/** The stages that the target stands on or copies from, in the order of the file. */
	needed(): readonly Stage[] {
		const needed = new Set<number>();
		const visit = (stage: Stage | undefined): void => {
			if (stage === undefined || needed.has(stage.index)) {
				return;
			}

			visit(this.stageOf(this.baseName(stage), stage.index));
			for (const name of stage.steps.flatMap(sourcesOf)) {
				visit(this.stageOf(name, stage.index));
			}

			needed.add(stage.index);
		};

		visit(this.#plan.stages.at(-1));
		return this.#plan.stages.filter(stage => needed.has(stage.index));
	}

	/** The vertices that bring the client's files, as far as the needed stages read any. */
	sourceVertices(): readonly string[] {
		const steps = this.needed().flatMap(stage => stage.steps);
		return [...steps.some(readsContext) ? [contextVertex] : [], ...steps.some(hasInline) ? [inlineVertex] : []];
	}
}

/** Names in --from and in the from= of mounts. */
function sourcesOf({flags}: Instruction): readonly string[] {
	const mounts = (flags.get('mount') ?? []).flatMap(mount => mount.split(',').filter(part => part.startsWith('from=')).map(part => part.slice('from='.length)));
	return [...flags.get('from') ?? [], ...mounts];
}

function readsContext(step: Instruction): boolean {
	return step.kind === 'copy' || step.kind === 'add'
		? !step.flags.has('from') && step.sources.some(source => !source.includes('<<') && !(step.kind === 'add' && isUrl(source)))
		: (step.flags.get('mount') ?? []).some(mount => !/(?:^|,)(?:from=|type=(?!bind))/v.test(mount));
}

function hasInline(step: Instruction): boolean {
	return (step.kind === 'copy' || step.kind === 'add') && step.heredocs.length > 0;
}
