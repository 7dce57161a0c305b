// A build as asked for: the context's files without what .dockerignore leaves out, the Dockerfile's stages, and what is wrong with
// either. Source: moby/moby builder/dockerfile/builder.go; moby/buildkit frontend/dockerfile/instructions.

import {decodeText, noBytes} from '../../../base/bytes.js';
import {gunzip, isGzip} from '../../../base/gzip.js';
import type {JsonObject} from '../../../base/json.js';
import {readContent} from '../../kernel/file-content.js';
import {type LayerTree, treeOfTar} from '../layer-tree.js';
import {type Dockerfile, isDockerfileError, parseDockerfile} from './dockerfile-lines.js';
import {type Instruction, type Of, parseInstruction} from './instruction.js';
import {cleanPath, IgnoreMatcher, parseIgnoreFile} from './pattern-matcher.js';
import {TreeView} from './tree-view.js';

export type BuildOptions = {
	/** Which builder: DOCKER_BUILDKIT=0 asks for the classic one. */
	readonly style: 'classic' | 'buildkit';
	/** A tar archive, or a gzipped one. */
	readonly context: Uint8Array;
	/** Path of the Dockerfile in the context. */
	readonly dockerfile: string;
	/** References in any form, already checked. */
	readonly tags: readonly string[];
	readonly buildArgs: ReadonlyMap<string, string>;
	readonly labels: ReadonlyMap<string, string>;
	readonly target: string | undefined;
	readonly noCache: boolean;
	readonly pull: boolean;
	readonly network: 'default' | 'none' | 'host';
	/** See RunRequest. */
	readonly hostConfig: JsonObject;
	/** The classic builder's containers: gone when their step succeeded (`--rm`), gone in any case (`--force-rm`). */
	readonly removal: 'never' | 'after-success' | 'always';
	/** BuildKit only: looks through the Dockerfile and builds nothing. */
	readonly isCheck: boolean;
	/** BuildKit only: what is made of the result. */
	readonly output: 'image' | 'directory' | 'tarball';
	/** Stages whose steps are done again, whatever the cache has. */
	readonly noCacheStages: readonly string[];
};

export type BuildFailure = {
	readonly kind: 'build-failure';
	readonly message: string;
	/** Exit status of the RUN that failed: what the classic client exits with. */
	readonly code?: number;
	/** Refused before anything was answered: an HTTP error rather than a line of the stream. */
	readonly isRequest: boolean;
	/** BuildKit: the lines around the instruction. */
	readonly excerpt?: string | undefined;
};

export type Stage = {
	readonly index: number;
	readonly name: string | undefined;
	readonly from: Of<'from'>;
	readonly steps: readonly Instruction[];
};

export type BuildPlan = {
	readonly dockerfile: Dockerfile;
	readonly dockerfileBytes: number;
	readonly metaArgs: readonly Of<'arg'>[];
	/** Of all stages, also those after the target. */
	readonly stageCount: number;
	/** Up to the target. */
	readonly stages: readonly Stage[];
	readonly context: TreeView;
	readonly ignoreFileBytes: number | undefined;
};

export function failBuild(message: string, rest: Partial<BuildFailure> = {}): BuildFailure {
	return {kind: 'build-failure', message, isRequest: false, ...rest};
}

export function isBuildFailure(value: object): value is BuildFailure {
	return 'kind' in value && value.kind === 'build-failure';
}

export function planBuild(options: BuildOptions): BuildPlan | BuildFailure {
	const tar = isGzip(options.context) ? gunzip(options.context) : options.context;
	const tree = typeof tar === 'string' ? {error: tar} : treeOfTar(tar);
	if ('error' in tree) {
		return failBuild(tree.error, {isRequest: true});
	}

	const isClassic = options.style === 'classic';
	const whole = new TreeView([tree]);
	const bytes = fileBytes(whole, options.dockerfile);
	if (bytes === undefined) {
		return failBuild(isClassic ? `Cannot locate specified Dockerfile: ${options.dockerfile}` : `failed to read dockerfile: open ${options.dockerfile}: no such file or directory`, {isRequest: true});
	}

	if (bytes.length === 0) {
		return failBuild(isClassic ? `the Dockerfile (${options.dockerfile}) cannot be empty` : 'the Dockerfile cannot be empty', {isRequest: true});
	}

	const dockerfile = parseDockerfile(bytes);
	if (isDockerfileError(dockerfile)) {
		const lines = decodeText(bytes).split('\n');
		return failBuild(isClassic ? `failed to parse Dockerfile: ${dockerfile.message}` : dockerfile.message, {isRequest: true, excerpt: excerptOf(options.dockerfile, lines, dockerfile)});
	}

	const ignoreFile = fileBytes(whole, `${options.dockerfile}.dockerignore`) ?? fileBytes(whole, '.dockerignore');
	const context = withoutIgnored(tree, ignoreFile, isTyped(options.dockerfile) ? options.dockerfile : undefined);
	if ('error' in context) {
		return failBuild(context.error, {isRequest: true});
	}

	const stages = splitStages(dockerfile, options);
	return isBuildFailure(stages) ? stages : {dockerfile, dockerfileBytes: bytes.length, ...stages, context: new TreeView([context]), ignoreFileBytes: ignoreFile?.length};
}

function fileBytes(view: TreeView, path: string): Uint8Array | undefined {
	const resolved = view.resolve(cleanPath(`/${path}`).split('/'));
	const inode = resolved === undefined ? undefined : view.at(resolved)?.inode;
	return inode?.type === 'file' ? readContent(inode.content, 0, inode.content.sizeBytes) : undefined;
}

/** Whether a Dockerfile came on the client's standard input, which puts it beside the files of the context under such a name. */
function isTyped(name: string): boolean {
	return /^\.dockerfile\.[\da-f]{20}$/v.test(name);
}

/** How a Dockerfile is called in what people read. */
export function shownName(name: string): string {
	return isTyped(name) ? 'Dockerfile' : name;
}

/** The context without ignored files. Clients leave them out already; whoever sends an archive of his own gets the same. */
function withoutIgnored(tree: LayerTree, ignoreFile: Uint8Array | undefined, typed: string | undefined): LayerTree | {readonly error: string} {
	if (ignoreFile === undefined && typed === undefined) {
		return tree;
	}

	const matcher = IgnoreMatcher.of([...parseIgnoreFile(decodeText(ignoreFile ?? noBytes)), ...typed === undefined ? [] : [typed]]);
	return 'error' in matcher ? matcher : new TreeView([tree]).merged(path => !matcher.isIgnored(path.join('/')));
}

/** BuildKit's view of a place in the Dockerfile, with `>>>` at the lines that are meant. */
export function excerptOf(name: string, lines: readonly string[], {startLine, endLine}: {readonly startLine: number; readonly endLine: number}): string | undefined {
	if (startLine === 0) {
		return undefined;
	}

	const all = lines.at(-1) === '' ? lines : [...lines, ''];
	// Lines are added before and after in turn until four are shown (solver/errdefs/source.go).
	let first = startLine;
	let last = Math.min(endLine, all.length);
	for (let spare = 4 - (last - first); spare > 0 && (first > 1 || last < all.length); spare--) {
		first = Math.max(first - 1, 1);
		last = Math.min(last + 1, all.length);
	}

	const shown = all.slice(first - 1, last).map((line, index) => {
		const number = first + index;
		return ` ${String(number).padStart(3)} | ${number >= startLine && number <= endLine ? '>>>' : '   '} ${line}`;
	});
	return [`${shownName(name)}:${startLine}`, '-'.repeat(20), ...shown, '-'.repeat(20)].join('\n');
}

function splitStages(dockerfile: Dockerfile, options: BuildOptions): Pick<BuildPlan, 'metaArgs' | 'stageCount' | 'stages'> | BuildFailure {
	const metaArgs: Of<'arg'>[] = [];
	const stages: {index: number; name: string | undefined; from: Of<'from'>; steps: Instruction[]}[] = [];
	for (const node of dockerfile.nodes) {
		const instruction = parseInstruction(node);
		const at = () => ({isRequest: true, excerpt: excerptOf(options.dockerfile, dockerfile.lines, node)});
		if ('error' in instruction) {
			return failBuild(`dockerfile parse error on line ${node.startLine}: ${instruction.error}`, at());
		}

		const stage = stages.at(-1);
		if (instruction.kind === 'from') {
			stages.push({index: stages.length, name: instruction.stage, from: instruction, steps: []});
		} else if (stage !== undefined) {
			stage.steps.push(instruction);
		} else if (instruction.kind === 'arg') {
			metaArgs.push(instruction);
		} else {
			return failBuild('no build stage in current context', at());
		}
	}

	if (stages.length === 0) {
		return failBuild('dockerfile contains no stages to build', {isRequest: true});
	}

	const target = options.target === undefined ? stages.length - 1 : findStage(stages, options.target);
	return target === -1
		? failBuild(`target stage ${JSON.stringify(options.target)} could not be found`, {isRequest: true})
		: {metaArgs, stageCount: stages.length, stages: stages.slice(0, target + 1)};
}

/** A stage by its name or number. */
export function findStage(stages: readonly Stage[], text: string): number {
	const named = stages.findIndex(stage => stage.name === text.toLowerCase());
	return named === -1 && /^\d+$/v.test(text) && Number(text) < stages.length ? Number(text) : named;
}
