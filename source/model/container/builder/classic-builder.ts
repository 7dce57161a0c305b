// The builder that dockerd had before BuildKit (DOCKER_BUILDKIT=0): every instruction makes an image from the image before it, in a
// container that is committed and removed, and the cache is the images themselves: a child of the same parent, made by the same
// container config, is used again. Source: moby/moby builder/dockerfile (dispatchers.go, internals.go, imageprobe.go).

import {compareText, decodeText} from '../../../base/bytes.js';
import {parseRfc3339} from '../../../base/internet-date.js';
import {encodeJson, type Json} from '../../../base/json.js';
import {dockerConfigFields} from '../image-document.js';
import {commitImage, emptyDiff} from '../image-commit.js';
import {topChain} from '../image-store.js';
import type {FsId} from '../../kernel/file-types.js';
import {addLayer, removeFileSystem} from '../layer-store.js';
import {tarOfTree} from '../layer-tree.js';
import type {Work} from '../registry.js';
import type {ChainId, Image, ImageConfig} from '../schema.js';
import {BuildArgs, defaultPath, environmentOf} from './build-args.js';
import type {BuildEvent, BuildHost, BuildMount, KeptContainer, RunOutcome} from './build-host.js';
import {type BuildFailure, type BuildOptions, type BuildPlan, failBuild, findStage, isBuildFailure, type Stage} from './build-plan.js';
import {baseImage, copyLayer, directoryLayer, isCopyPlan, newContainerId, planCopy, resolveTarget, runLayer, storeOf, viewOf} from './build-step.js';
import type {GivenFile, SourceProblem} from './copy-files.js';
import {goList} from './go-format.js';
import {expandInstruction} from './expand-instruction.js';
import {changeConfig, commandLine, defaultShell, isMetadata} from './image-config-change.js';
import {fetchSource, isUrl} from './add-url.js';
import {labelStep, parseTrigger} from './added-step.js';
import type {Instruction, Of} from './instruction.js';
import {givenHash, joinHashes, sourceHash} from './source-hash.js';

/** Where a stage stands: the last image, and the config that the next step starts from. */
type State = {
	readonly image: Image | undefined;
	readonly config: ImageConfig;
	readonly hasCmd: boolean;
	readonly author: string | undefined;
};

type StepContainer = Pick<KeptContainer, 'container' | 'ended'> & {readonly containerConfig: ImageConfig};

const short = (id: string) => id.replace('sha256:', '').slice(0, 12);

export class ClassicBuilder {
	readonly #host: BuildHost;
	readonly #plan: BuildPlan;
	readonly #options: BuildOptions;
	readonly #emit: (event: BuildEvent) => void;
	readonly #args: BuildArgs;
	readonly #results: State[] = [];
	readonly #total: number;
	#step = 0;

	constructor(host: BuildHost, plan: BuildPlan, options: BuildOptions, emit: (event: BuildEvent) => void) {
		this.#host = host;
		this.#plan = plan;
		this.#options = options;
		this.#emit = emit;
		this.#args = new BuildArgs(options.buildArgs, new Map());
		this.#total = plan.metaArgs.length + plan.stages.reduce((sum, stage) => sum + 1 + stage.steps.length, 0) + (options.labels.size > 0 ? 1 : 0);
	}

	* build(): Work<Image | BuildFailure> {
		const {nodes, emptyContinuations} = this.#plan.dockerfile;
		const warnings = emptyContinuations.flatMap(line => nodes.filter(node => node.startLine <= line && line <= node.endLine).map(node => `Empty continuation line found in: ${node.original}`));
		for (const warning of warnings.length === 0 ? [] : [...new Set(warnings), 'Empty continuation lines will become errors in a future release.']) {
			this.#sayError(`[WARNING]: ${warning}\n`);
		}

		for (const meta of this.#plan.metaArgs) {
			this.#announce(meta);
			const expanded = expandInstruction(meta, this.#args.metaEnvironment(), this.#plan.dockerfile.escape);
			for (const {name, value} of 'error' in expanded ? meta.args : expanded.instruction.args) {
				this.#args.declareMeta(name, value);
			}
		}

		for (const stage of this.#plan.stages) {
			const problem = yield * this.#stage(stage);
			if (problem !== undefined) {
				return problem;
			}
		}

		const unused = this.#args.unused();
		if (unused.length > 0) {
			this.#say(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n`);
		}

		const image = this.#results.at(-1)?.image;
		if (image === undefined) {
			return failBuild('No image was generated. Is your Dockerfile empty?');
		}

		return image;
	}

	#say(text: string): void {
		this.#emit({kind: 'stream', text});
	}

	/** What the daemon and commands write to standard error is red in the stream. */
	#sayError(text: string): void {
		this.#say(`\u001B[91m${text}\u001B[0m`);
	}

	#announce(instruction: Instruction): void {
		this.#say(`Step ${++this.#step}/${this.#total} : ${instruction.node.original}`);
		this.#say('\n');
	}

	* #stage(stage: Stage): Work<BuildFailure | undefined> {
		this.#announce(stage.from);
		const started = yield * this.#from(stage.from);
		if (isBuildFailure(started)) {
			return started;
		}

		const {OnBuild: triggers = [], ...config} = started.config;
		let state: State = {...started, config};
		if (triggers.length > 0) {
			this.#say(`# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}\n`);
		}

		const steps = [...triggers.map(parseTrigger), ...stage.steps];
		const isLast = stage === this.#plan.stages.at(-1);
		if (isLast && this.#options.labels.size > 0) {
			steps.push(labelStep(this.#options.labels));
		}

		for (const [index, step] of steps.entries()) {
			if (index >= triggers.length) {
				this.#announce(step);
			}

			const next: State | BuildFailure = yield * this.#dispatch(state, step);
			if (isBuildFailure(next)) {
				return next;
			}

			state = next;
			this.#say(` ---> ${short(state.image?.id ?? '')}\n`);
		}

		this.#results.push(state);
		return undefined;
	}

	* #from(from: Of<'from'>): Work<State | BuildFailure> {
		this.#args.startStage();
		const expanded = expandInstruction(from, this.#args.metaEnvironment(), this.#plan.dockerfile.escape);
		if ('error' in expanded) {
			return failBuild(expanded.error);
		}

		const name = expanded.instruction.image;
		const earlier = this.#results[findStage(this.#plan.stages.slice(0, this.#results.length), name)];
		if (name === 'scratch') {
			this.#say(' ---> \n');
			return {image: undefined, config: {Env: [defaultPath]}, hasCmd: false, author: undefined};
		}

		const found = earlier?.image === undefined ? yield * baseImage(this.#host, name, this.#options.pull) : {image: earlier.image};
		if ('error' in found) {
			return failBuild(found.error);
		}

		const {image} = found;
		this.#say(` ---> ${short(image.id)}\n`);
		const env = image.document.config.Env ?? [];
		const hasPath = environmentOf(env).has('PATH');
		return {image, config: {...image.document.config, Env: hasPath ? env : [...env, defaultPath]}, hasCmd: false, author: image.document.author};
	}

	* #dispatch(state: State, step: Instruction): Work<State | BuildFailure> {
		const environment = environmentOf(state.config.Env);
		const expanded = expandInstruction(step, new Map([...this.#args.visible(environment), ...environment]), this.#plan.dockerfile.escape);
		if ('error' in expanded) {
			return failBuild(expanded.error);
		}

		const instruction: Instruction = expanded.instruction;
		switch (instruction.kind) {
			case 'run': {
				return yield * this.#run(state, instruction);
			}

			case 'copy':
			case 'add': {
				return yield * this.#copy(state, instruction);
			}

			case 'workdir': {
				return this.#workdir(state, instruction.path);
			}

			case 'arg': {
				return this.#arg(state, instruction);
			}

			default: {
				return isMetadata(instruction) ? this.#metadata(state, instruction) : failBuild('no build stage in current context');
			}
		}
	}

	#metadata(state: State, instruction: Parameters<typeof changeConfig>[1]): State | BuildFailure {
		const change = changeConfig(state.config, instruction, state.hasCmd);
		if ('error' in change) {
			return failBuild(change.error);
		}

		const check = state.config.Healthcheck?.Test ?? [];
		if (instruction.kind === 'healthcheck' && check.length > 0 && check[0] !== 'NONE') {
			this.#say(`Note: overriding previous HEALTHCHECK: ${goList(check)}\n`);
		}

		const next = {...state, config: change.config, hasCmd: state.hasCmd || instruction.kind === 'cmd', author: change.author ?? state.author};
		return this.#commit(next, {comment: ['#(nop) ', change.classicText], chain: chainOf(state.image), inContainer: true});
	}

	#arg(state: State, {args}: Of<'arg'>): State {
		for (const {name, value} of args) {
			this.#args.declare(name, value);
		}

		const text = args.map(({name, value}) => value === undefined ? name : `${name}=${value}`).join(' ');
		return this.#commit(state, {comment: ['#(nop) ', `ARG ${text}`], chain: chainOf(state.image), inContainer: true});
	}

	/** A step without a command: from the cache, or committed. */
	#commit(state: State, {comment, chain, inContainer}: {readonly comment: readonly string[]; readonly chain: ChainId | undefined; readonly inContainer: boolean}): State {
		const shell = state.config.Shell ?? defaultShell;
		const containerConfig = this.#containerConfig(state, [...shell, ...comment]);
		const cached = this.#probe(state.image, containerConfig);
		if (cached !== undefined) {
			return this.#use(state, cached);
		}

		const container = inContainer ? this.#stepContainer(state, containerConfig) : undefined;
		return this.#finish(state, {chain, containerConfig, container});
	}

	/** The container of a step without a command, which is made to be committed and never started. */
	#stepContainer(state: State, containerConfig: ImageConfig): string {
		const container = newContainerId(this.#host);
		this.#say(` ---> Running in ${short(container)}\n`);
		this.#release(state, {container, containerConfig, ended: undefined});
		return container;
	}

	/** Removes the container of a step that succeeded, or keeps it if that is wanted. */
	#release(state: State, step: StepContainer): void {
		if (this.#options.removal === 'never') {
			this.#keep(state, step);
		} else {
			this.#say(` ---> Removed intermediate container ${short(step.container)}\n`);
		}
	}

	#keep({image}: State, {container, containerConfig, ended}: StepContainer): void {
		if (image !== undefined) {
			this.#host.keep({container, image: image.id, config: containerConfig, hostConfig: this.#options.hostConfig, ended});
		}
	}

	#containerConfig({config, image}: State, command: readonly string[]): ImageConfig {
		return {...config, Cmd: command, Image: image?.id ?? ''};
	}

	#finish(state: State, {chain, containerConfig, container}: {readonly chain: ChainId | undefined; readonly containerConfig: ImageConfig; readonly container: string | undefined}): State {
		const image = commitImage(storeOf(this.#host), {
			parent: state.image, chain, config: {...state.config, Image: state.image?.id ?? ''}, containerConfig,
			...container !== undefined && {container}, ...state.author !== undefined && {author: state.author},
		});
		return {...state, image};
	}

	#use(state: State, image: Image): State {
		this.#say(' ---> Using cache\n');
		return {...state, image};
	}

	/** The newest image that the same step made from the same parent. */
	#probe(parent: Image | undefined, containerConfig: ImageConfig): Image | undefined {
		if (this.#options.noCache) {
			return undefined;
		}

		const wanted = comparable(containerConfig);
		const {tx, engine} = this.#host;
		const matches = [...tx.table(`image:${engine}`).values()].filter(({parent: of, document: {container_config: made, history}}) =>
			of === parent?.id && made !== undefined && (parent !== undefined || history.length === 1) && comparable(made) === wanted);
		return matches.sort((a, b) => newer(a, b)).at(-1);
	}

	#workdir(state: State, path: string): State {
		const workingDir = cleanDirectory(resolveTarget(state.config.WorkingDir, path));
		const next = {...state, config: {...state.config, WorkingDir: workingDir}};
		const shell = state.config.Shell ?? defaultShell;
		const containerConfig = this.#containerConfig(next, [...shell, `#(nop) WORKDIR ${workingDir}`]);
		const cached = this.#probe(state.image, containerConfig);
		if (cached !== undefined) {
			return this.#use(next, cached);
		}

		const container = this.#stepContainer(state, containerConfig);
		const below = chainOf(state.image);
		const tree = directoryLayer(this.#host, below, workingDir, {uid: 0, gid: 0});
		const layer = tree === undefined ? undefined : addLayer(storeOf(this.#host), {parent: below, tar: tarOfTree(tree), tree});
		return this.#finish(next, {chain: layer === undefined || 'error' in layer ? below : layer.chain, containerConfig, container});
	}

	* #copy(state: State, instruction: Of<'copy' | 'add'>): Work<State | BuildFailure> {
		const name = instruction.kind.toUpperCase();
		for (const flag of ['chmod', 'link', 'exclude', 'checksum', 'keep-git-dir']) {
			if (instruction.flags.has(flag)) {
				return failBuild(`the --${flag} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`);
			}
		}

		const source = yield * this.#copySource(instruction);
		if (isBuildFailure(source)) {
			return source;
		}

		const fetched = yield * this.#fetchSources(instruction);
		if (isBuildFailure(fetched)) {
			return fetched;
		}

		const base = viewOf(this.#host, chainOf(state.image));
		const plan = planCopy({...instruction, heredocs: []}, {view: source.view, base, workingDir: state.config.WorkingDir, canLeaveRoot: source.isStage, fetched});
		if (instruction.heredocs.length > 0) {
			return failBuild(`${name} failed: no source files were specified`);
		}

		if (!isCopyPlan(plan)) {
			return failBuild('error' in plan ? plan.error : `${name} failed: ${problemText(plan, source.isStage)}`);
		}

		if (plan.sources.length + fetched.length > 1 && !instruction.target.endsWith('/')) {
			return failBuild(`When using ${name} with more than one source file, the destination must be a directory and end with a /`);
		}

		const hash = joinHashes([...plan.sources.map(({path, file}) => sourceHash(source.view, path, file)), ...fetched.map(givenHash)]);
		const chown = instruction.flags.get('chown')?.[0];
		const comment = `${name} ${chown === undefined ? '' : `--chown=${chown} `}${hash} in ${instruction.target} `;
		const containerConfig = this.#containerConfig(state, [...state.config.Shell ?? defaultShell, `#(nop) ${comment}`]);
		const cached = this.#probe(state.image, containerConfig);
		if (cached !== undefined) {
			return this.#use(state, cached);
		}

		const layer = copyLayer(this.#host, chainOf(state.image), plan);
		return 'error' in layer ? failBuild(layer.error) : this.#finish(state, {chain: layer.chain, containerConfig, container: undefined});
	}

	* #fetchSources({kind, sources, target}: Of<'copy' | 'add'>): Work<readonly GivenFile[] | BuildFailure> {
		const files: GivenFile[] = [];
		for (const url of kind === 'add' ? sources.filter(isUrl) : []) {
			const file = yield * fetchSource(this.#host, url, undefined);
			if ('error' in file) {
				return failBuild(`ADD failed: ${file.reason === 'status' ? `failed to GET ${url} with status ${file.error}: ${file.body ?? ''}` : file.error}`);
			}

			if (file.name === '' && target.endsWith('/')) {
				return failBuild(`ADD failed: cannot determine filename for source ${url}`);
			}

			this.#say('\n');
			files.push(file);
		}

		return files;
	}

	* #copySource({flags}: Of<'copy' | 'add'>) {
		const from = flags.get('from')?.[0];
		if (from === undefined) {
			return {view: this.#plan.context, isStage: false};
		}

		const stage = this.#results[findStage(this.#plan.stages.slice(0, this.#results.length), from)];
		if (stage !== undefined) {
			return {view: viewOf(this.#host, chainOf(stage.image)), isStage: true};
		}

		const found = yield * baseImage(this.#host, from, false);
		return 'error' in found ? failBuild(`invalid from flag value ${from}: ${found.error}`) : {view: viewOf(this.#host, chainOf(found.image)), isStage: true};
	}

	/** The container of a command that failed stays, so that one can look what it wrote, unless `--force-rm` is given. */
	#failedRun(state: State, {container, containerConfig, upper}: {readonly container: string; readonly containerConfig: ImageConfig; readonly upper: FsId}, outcome: RunOutcome, argv: readonly string[]): BuildFailure {
		const isKept = this.#options.removal !== 'always' && state.image !== undefined && outcome.kind === 'exited';
		if (isKept) {
			this.#keep(state, {container, containerConfig, ended: {upper, status: outcome.status}});
		} else {
			removeFileSystem(this.#host.tx, upper);
		}

		if (this.#options.removal === 'always') {
			this.#say(` ---> Removed intermediate container ${short(container)}\n`);
		}

		return outcome.kind === 'refused' ? failBuild(outcome.message) : failBuild(`The command '${argv.join(' ')}' returned a non-zero code: ${outcome.status}`, {code: outcome.status});
	}

	* #run(state: State, instruction: Of<'run'>): Work<State | BuildFailure> {
		for (const flag of ['mount', 'network', 'security']) {
			if (instruction.flags.has(flag)) {
				return failBuild(`the --${flag} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`);
			}
		}

		const argv = commandLine(state.config, instruction.command);
		const args = this.#args.visible(environmentOf(state.config.Env));
		const saved = args.length === 0 ? argv : [`|${args.length}`, ...args.map(([name, value]) => `${name}=${value}`), ...argv];
		const containerConfig = this.#containerConfig(state, saved);
		const cached = this.#probe(state.image, containerConfig);
		if (cached !== undefined) {
			return this.#use(state, cached);
		}

		const container = newContainerId(this.#host);
		this.#say(` ---> Running in ${short(container)}\n`);
		const mounts = Object.keys(state.config.Volumes ?? {}).sort(compareText).map((target): BuildMount => ({kind: 'volume', target, fs: undefined}));
		const keepsUpper = this.#options.removal === 'never' && state.image !== undefined;
		const {outcome, layer, upper} = yield * runLayer(this.#host, {
			container, chain: chainOf(state.image), argv, mounts, network: this.#options.network, hostConfig: this.#options.hostConfig,
			env: [...state.config.Env ?? [], ...[...args, ...this.#args.proxies()].map(([name, value]) => `${name}=${value}`)],
			workingDir: state.config.WorkingDir ?? '', user: state.config.User ?? '',
			output: (stream, bytes) => stream === 'stderr' ? this.#sayError(decodeText(bytes)) : this.#say(decodeText(bytes)),
		}, {keepsUpper});
		if (layer === undefined || outcome.kind === 'refused') {
			return this.#failedRun(state, {container, containerConfig, upper}, outcome, argv);
		}

		this.#release(state, {container, containerConfig, ended: keepsUpper ? {upper, status: 0} : undefined});
		return this.#finish(state, {chain: layer.diff === emptyDiff ? chainOf(state.image) : layer.chain, containerConfig, container});
	}
}

function chainOf(image: Image | undefined): ChainId | undefined {
	return image === undefined ? undefined : topChain(image);
}

function cleanDirectory(path: string): string {
	return path === '/' ? path : path.replace(/\/$/v, '');
}

function comparable(config: ImageConfig): string {
	return encodeJson(dockerConfigFields({...config, Image: '', Hostname: ''}) as Json);
}

function newer(a: Image, b: Image): number {
	const [left, right] = [a, b].map(image => parseRfc3339(image.document.created) ?? {seconds: 0, nanoseconds: 0}) as [{seconds: number; nanoseconds: number}, {seconds: number; nanoseconds: number}];
	return left.seconds - right.seconds || left.nanoseconds - right.nanoseconds;
}

function problemText(problem: SourceProblem, isStage: boolean): string {
	switch (problem.kind) {
		case 'outside': {
			return `forbidden path outside the build context: ${problem.pattern} ()`;
		}

		case 'missing': {
			return isStage ? `stat ${problem.path}: file does not exist` : `file not found in build context or excluded by .dockerignore: stat ${problem.path}: file does not exist`;
		}

		case 'none': {
			return 'no source files were specified';
		}

		case 'bad-pattern': {
			return 'syntax error in pattern';
		}

		default: {
			return problem satisfies never;
		}
	}
}
