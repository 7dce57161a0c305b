// BuildKit: instructions that change files become vertices of a graph, the others only the config. A vertex's result is kept under a
// key made of what it depends on: the layers below, the command with its arguments, the content of what is copied. Stages that
// the target does not need are not built. Source: moby/buildkit frontend/dockerfile/dockerfile2llb, solver, exporter/containerimage.
//
// Simplified: vertices run one after the other; a base image is fetched while its metadata is loaded.

import {nowNs, type Nanoseconds} from '../../../base/clock.js';
import {digestOf} from '../../../base/digest.js';
import {findImage, isImageError, topChain} from '../image-store.js';
import {addLayer, getLayer, removeFileSystem} from '../layer-store.js';
import {tarOfTree, TreeBuilder, treeSizeBytes} from '../layer-tree.js';
import type {Work} from '../registry.js';
import type {BuildCacheRecord, ChainId, Image, Layer} from '../schema.js';
import {BuildArgs, buildPlatform, defaultPath, environmentOf} from './build-args.js';
import {BuildCache, keyOf} from './build-cache.js';
import type {BuildEvent, BuildHost} from './build-host.js';
import {type BuildFailure, type BuildOptions, type BuildPlan, excerptOf, failBuild, isBuildFailure, shownName, type Stage} from './build-plan.js';
import type {BuildkitResult, HistoryEntry} from './buildkit-document.js';
import {exportResult, type Exported} from './buildkit-export.js';
import {baseImage, copyLayer, directoryLayer, fullImageName, isCopyPlan, missingSource, newContainerId, newSession, planCopy, resolveTarget, runCommand, runLayer, runText, storeOf, viewOf, withDirectoryTarget} from './build-step.js';
import {fetchSource, isUrl, urlProblem} from './add-url.js';
import {labelStep, parseTrigger} from './added-step.js';
import {findOwner, type GivenFile, type SourceProblem} from './copy-files.js';
import {expandInstruction} from './expand-instruction.js';
import {changeConfig, isMetadata} from './image-config-change.js';
import type {Instruction, Of} from './instruction.js';
import {lintDockerfile, type Warning} from './lint.js';
import {contextHash, copyUpEtc, runMounts} from './run-mount.js';
import {sourceHash} from './source-hash.js';
import {contextVertex, declareMetaArgs, StageGraph} from './stage-graph.js';
import {transferBytes, transferText} from './transfer-size.js';

type State = BuildkitResult & {
	readonly chain: ChainId | undefined;
	readonly hasCmd: boolean;
};

const fileKinds = new Set<Instruction['kind']>(['run', 'copy', 'add', 'workdir']);

export class BuildkitBuilder {
	readonly #host: BuildHost;
	readonly #plan: BuildPlan;
	readonly #options: BuildOptions;
	readonly #emit: (event: BuildEvent) => void;
	readonly #args: BuildArgs;
	readonly #states = new Map<number, State>();
	readonly #bases = new Map<string, Image>();
	/** What the Dockerfile was found to be wanting. */
	readonly warnings: Warning[] = [];
	readonly #session: string;
	readonly #cache: BuildCache;
	readonly #graph: StageGraph;
	readonly #announced = new Set<string>();
	/** Base images that this build fetched. */
	readonly #pulled = new Set<string>();

	constructor(host: BuildHost, plan: BuildPlan, options: BuildOptions, emit: (event: BuildEvent) => void) {
		this.#host = host;
		this.#plan = plan;
		this.#options = options;
		this.#emit = emit;
		this.#args = new BuildArgs(options.buildArgs, buildPlatform);
		this.#cache = new BuildCache(host);
		this.#graph = new StageGraph(plan, this.#args);
		this.#session = newSession(host);
	}

	* build(): Work<Exported | BuildFailure> {
		const needed = yield * this.#load(true);
		if (isBuildFailure(needed)) {
			return needed;
		}

		for (const stage of needed) {
			const state = yield * this.#stage(stage);
			if (isBuildFailure(state)) {
				return state;
			}

			this.#states.set(stage.index, state);
		}

		return exportResult(this.#host, this.#options, this.#states.get(this.#plan.stages.length - 1)!, this.#emit);
	}

	/** `--check`: only looks for what should be written otherwise. */
	* check(): Work<readonly Warning[] | BuildFailure> {
		const loaded = yield * this.#load(false);
		return isBuildFailure(loaded) ? loaded : this.warnings;
	}

	/** The Dockerfile, the images that it stands on, and what is to be ignored; the stages that the target needs. */
	* #load(tellsWarnings: boolean): Work<readonly Stage[] | BuildFailure> {
		declareMetaArgs(this.#plan, this.#args);
		const needed = this.#graph.needed();
		this.#loadDefinition(tellsWarnings);
		const metadataProblem = yield * this.#loadMetadata(needed);
		if (metadataProblem !== undefined) {
			return metadataProblem;
		}

		this.#vertex('[internal] load .dockerignore', vertex => {
			this.#status(vertex, `transferring context: ${transferText(this.#plan.ignoreFileBytes === undefined ? 2 : this.#plan.ignoreFileBytes + 33)}`);
		});
		return needed;
	}

	#now(): Nanoseconds {
		return nowNs(this.#host.tx);
	}

	/** A vertex that is done at once. */
	#vertex(name: string, work: (vertex: string) => void): void {
		this.#emit({kind: 'started', vertex: name, name, atNs: this.#now()});
		work(name);
		this.#emit({kind: 'done', vertex: name, atNs: this.#now()});
	}

	#status(vertex: string, text: string): void {
		this.#emit({kind: 'status', vertex, text, startNs: this.#now(), atNs: this.#now(), isDone: true});
	}

	#fail(vertex: string, message: string, instruction: Instruction, shown = message): BuildFailure {
		this.#emit({kind: 'failed', vertex, message, atNs: this.#now()});
		return this.#failure(shown, instruction);
	}

	#failure(message: string, {node}: Instruction): BuildFailure {
		return failBuild(message, {excerpt: excerptOf(this.#options.dockerfile, this.#plan.dockerfile.lines, node)});
	}

	#loadDefinition(tellsWarnings: boolean): void {
		this.warnings.push(...lintDockerfile(this.#plan, stage => this.#baseVariables(stage)));
		const name = shownName(this.#options.dockerfile);
		this.#cache.hasReceived('dockerfile', digestOf(this.#plan.dockerfile.lines.join('\n')), this.#plan.dockerfileBytes);
		this.#vertex(`[internal] load build definition from ${name}`, vertex => {
			this.#status(vertex, `transferring dockerfile: ${transferText(this.#plan.dockerfileBytes + 31 + name.length - 10)}`);
			for (const {rule, message, line} of tellsWarnings ? this.warnings : []) {
				this.#emit({kind: 'warning', vertex, rule, message, line});
			}
		});
	}

	/** Names that a stage's base image sets, if it is here. */
	#baseVariables(stage: Stage): readonly string[] {
		const earlier = this.#graph.stageOf(this.#graph.baseName(stage), stage.index);
		if (earlier !== undefined) {
			return [...this.#baseVariables(earlier), ...earlier.steps.flatMap(step => step.kind === 'env' ? step.pairs.map(pair => pair.name) : [])];
		}

		const image = findImage(storeOf(this.#host), this.#graph.baseName(stage));
		return isImageError(image) ? ['PATH'] : [...environmentOf(image.document.config.Env).keys()];
	}

	/** Resolves every image that the needed stages name. */
	* #loadMetadata(stages: readonly Stage[]): Work<BuildFailure | undefined> {
		const wanted = stages.flatMap(stage => [
			{name: this.#graph.baseName(stage), instruction: stage.from as Instruction, below: stage.index},
			...stage.steps.flatMap(step => (step.flags.get('from') ?? []).map(name => ({name, instruction: step, below: stage.index}))),
		]);
		for (const {name, instruction, below} of wanted) {
			const full = fullImageName(name);
			if (name === 'scratch' || this.#graph.stageOf(name, below) !== undefined || this.#bases.has(full)) {
				continue;
			}

			const vertex = `[internal] load metadata for ${full}`;
			this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
			const found = yield * baseImage(this.#host, name, this.#options.pull);
			if ('error' in found) {
				const reason = found.error.includes('not found') ? `${full}: not found` : found.error;
				return this.#fail(vertex, reason, instruction, `${name}: failed to resolve source metadata for ${full}: ${reason}`);
			}

			this.#bases.set(full, found.image);
			if (found.isPulled) {
				this.#pulled.add(full);
			}

			this.#emit({kind: 'done', vertex, atNs: this.#now()});
		}

		return undefined;
	}

	* #stage(stage: Stage): Work<State | BuildFailure> {
		this.#args.startStage();
		this.#cache.isOff = this.#options.noCache || this.#options.noCacheStages.includes(stage.name ?? String(stage.index));
		const started = this.#start(stage);
		const {OnBuild: triggers = [], ...config} = started.config;
		const steps = [...triggers.map(parseTrigger), ...stage.steps];
		if (stage.index === this.#plan.stages.length - 1 && this.#options.labels.size > 0) {
			steps.push(labelStep(this.#options.labels));
		}

		const total = steps.filter(step => fileKinds.has(step.kind)).length + (started.chain === undefined && this.#graph.baseName(stage) === 'scratch' ? 0 : 1);
		const prefix = this.#graph.prefixOf(stage);
		const numberOf = (index: number) => `[${prefix}${String(index).padStart(String(total).length)}/${total}] `;
		let index = 0;
		if (this.#graph.baseName(stage) !== 'scratch' && this.#graph.stageOf(this.#graph.baseName(stage), stage.index) === undefined) {
			this.#announceBase(fullImageName(this.#graph.baseName(stage)), `${numberOf(++index)}FROM `, started.chain);
		} else if (this.#graph.baseName(stage) !== 'scratch') {
			index++;
		}

		this.#loadSources();

		let state: State = {...started, config};
		for (const step of steps) {
			index += fileKinds.has(step.kind) && !(step.kind === 'workdir' && step.path === '/') ? 1 : 0;
			const next: State | BuildFailure = yield * this.#dispatch(state, step, {stage, name: numberOf(index)});
			if (isBuildFailure(next)) {
				return next;
			}

			state = next;
		}

		return state;
	}

	/**
	 * Several stages on one base have one vertex for it. It is done the first time that a build stands on it, and cached from then on.
	 * Simplified: where all steps on it come out of the cache, BuildKit does not load the base and says that it is done.
	 */
	#announceBase(image: string, prefix: string, chain: ChainId | undefined): void {
		if (!this.#announced.has(image)) {
			this.#announced.add(image);
			this.#emit({kind: 'started', vertex: image, name: prefix + image, atNs: this.#now()});
			this.#emit(!this.#cache.hasLoaded(image, chain) || this.#pulled.has(image) ? {kind: 'done', vertex: image, atNs: this.#now()} : {kind: 'cached', vertex: image});
		}
	}

	/** The context and inline documents, if a stage that is needed copies from them. */
	#loadSources(): void {
		for (const name of this.#graph.sourceVertices()) {
			if (!this.#announced.has(name)) {
				this.#announced.add(name);
				this.#vertex(name, vertex => {
					if (name === contextVertex) {
						this.#status(vertex, `transferring context: ${transferText(this.#contextBytes())}`);
					}
				});
			}
		}
	}

	#contextBytes(): number {
		const {context} = this.#plan;
		const root = context.at([]);
		return root === undefined ? 2 : transferBytes(context, this.#cache.hasReceived('context', sourceHash(context, [], root), treeSizeBytes(context.merged())));
	}

	#start(stage: Stage): State {
		const name = this.#graph.baseName(stage);
		const earlier = this.#graph.stageOf(name, stage.index);
		const inherited = earlier === undefined ? undefined : this.#states.get(earlier.index);
		if (inherited !== undefined) {
			return {...inherited, hasCmd: false};
		}

		const base = this.#bases.get(fullImageName(name));
		if (base === undefined) {
			return {base, chain: undefined, config: {Env: [defaultPath], WorkingDir: '/'}, history: [], diffs: [], hasCmd: false, author: undefined};
		}

		const {Hostname, Domainname, Image: parent, ...config} = base.document.config;
		return {base, chain: topChain(base), config, history: [], diffs: base.document.rootfs.diff_ids, hasCmd: false, author: base.document.author};
	}

	* #dispatch(state: State, step: Instruction, place: Place): Work<State | BuildFailure> {
		const environment = environmentOf(state.config.Env);
		const known = new Map([...this.#args.visible(environment), ...environment]);
		const expanded = expandInstruction(step, known, this.#plan.dockerfile.escape);
		if ('error' in expanded) {
			return this.#failure(expanded.error, step);
		}

		const instruction: Instruction = expanded.instruction;
		switch (instruction.kind) {
			case 'run': {
				return yield * this.#run(state, instruction, place);
			}

			case 'copy':
			case 'add': {
				return yield * this.#copy(state, instruction, place);
			}

			case 'workdir': {
				return this.#workdir(state, instruction, place);
			}

			case 'arg': {
				return this.#arg(state, instruction);
			}

			default: {
				return isMetadata(instruction) ? this.#metadata(state, instruction) : this.#failure('no build stage in current context', instruction);
			}
		}
	}

	#metadata(state: State, instruction: Parameters<typeof changeConfig>[1]): State | BuildFailure {
		const change = changeConfig(state.config, instruction, state.hasCmd);
		if ('error' in change) {
			return this.#failure(change.error, instruction);
		}

		const isCmd = instruction.kind === 'cmd';
		const config = isCmd ? {...change.config, ArgsEscaped: true} : change.config;
		const next = {...state, config, hasCmd: state.hasCmd || isCmd, author: change.author ?? state.author};
		return instruction.kind === 'onbuild' ? next : {...next, history: [...state.history, note(change.buildkitText)]};
	}

	#arg(state: State, {args}: Of<'arg'>): State {
		for (const {name, value} of args) {
			this.#args.declare(name, value);
		}

		const text = args.map(({name}) => {
			const value = this.#args.value(name);
			return value === undefined ? name : `${name}=${value}`;
		}).join(' ');
		return {...state, history: [...state.history, note(`ARG ${text}`)]};
	}

	#withLayer(state: State, createdBy: string, record: BuildCacheRecord): State {
		const layer = record.chain === undefined ? undefined : getLayer(storeOf(this.#host), record.chain);
		return layer === undefined ? state : {
			...state, chain: layer.chain, diffs: [...state.diffs, layer.diff], history: [...state.history, note(createdBy, layer, record.createdUs)],
		};
	}

	/** Emits what happened to a vertex: used from the cache, or done now. */
	#announceStep(vertex: string, isCached: boolean): void {
		this.#host.tx.emit({kind: 'build-step', engine: this.#host.engine, step: vertex, isCached});
		if (isCached) {
			this.#emit({kind: 'cached', vertex});
		} else {
			this.#emit({kind: 'done', vertex, atNs: this.#now()});
		}
	}

	#workdir(state: State, instruction: Of<'workdir'>, {name}: Place): State {
		const resolved = resolveTarget(state.config.WorkingDir, instruction.path);
		const workingDir = resolved === '/' ? resolved : resolved.replace(/\/$/v, '');
		const next = {...state, config: {...state.config, WorkingDir: workingDir}};
		const createdBy = `WORKDIR ${workingDir}`;
		if (workingDir === '/') {
			return {...next, history: [...state.history, note(createdBy)]};
		}

		const vertex = `${name}${instruction.node.original.trim().replace(instruction.node.words[0] ?? '', instruction.path)}`;
		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		const user = state.config.User ?? '';
		const key = keyOf(['workdir', state.chain ?? '', workingDir, user]);
		let record = this.#cache.find(key);
		const isCached = record !== undefined;
		if (record === undefined) {
			const owner = user === '' ? {uid: 0, gid: 0} : findOwner(viewOf(this.#host, state.chain), user);
			const tree = directoryLayer(this.#host, state.chain, workingDir, 'error' in owner ? {uid: 0, gid: 0} : owner) ?? new TreeBuilder().finish();
			const layer = addLayer(storeOf(this.#host), {parent: state.chain, tar: tarOfTree(tree), tree});
			if ('error' in layer) {
				return next;
			}

			record = this.#cache.keep(key, vertex, state.chain, layer);
		}

		this.#announceStep(vertex, isCached);
		return this.#withLayer(next, createdBy, record);
	}

	* #copy(state: State, instruction: Of<'copy' | 'add'>, {name, stage}: Place): Work<State | BuildFailure> {
		const fetched = instruction.kind === 'add' ? yield * this.#fetchSources(instruction) : [];
		if (isBuildFailure(fetched)) {
			return fetched;
		}

		const from = instruction.flags.get('from')?.[0];
		const vertex = name + instruction.node.original.trim();
		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		const view = from === undefined ? this.#plan.context : this.#viewFrom(from, stage.index);
		const plan = planCopy(instruction, {view, base: viewOf(this.#host, state.chain), workingDir: state.config.WorkingDir, canLeaveRoot: true, fetched});
		if (!isCopyPlan(plan)) {
			return this.#copyFailure(vertex, instruction, plan);
		}

		const {flags, sources, target, kind} = instruction;
		const text = [kind.toUpperCase(), ...['chown', 'chmod'].flatMap(flag => (flags.get(flag) ?? []).map(value => `--${flag}=${value}`)), ...sources, target].join(' ');
		const key = keyOf([text, state.chain ?? '', ...plan.sources.map(({path, file}) => sourceHash(view, path, file)), ...plan.given.map(({content}) => digestOf(content)), plan.target, `${plan.owner.uid}:${plan.owner.gid}:${plan.mode ?? ''}`]);
		let record = this.#cache.find(key);
		const isCached = record !== undefined;
		if (record === undefined) {
			const layer = copyLayer(this.#host, state.chain, withDirectoryTarget(plan));
			if ('error' in layer) {
				return this.#fail(vertex, layer.error, instruction);
			}

			record = this.#cache.keep(key, vertex, state.chain, layer);
		}

		this.#announceStep(vertex, isCached);
		return this.#withLayer(state, `${text} # buildkit`, record);
	}

	/** What ADD gets from elsewhere; each URL is a vertex of its own. */
	* #fetchSources(instruction: Of<'add' | 'copy'>): Work<readonly GivenFile[] | BuildFailure> {
		const problem = urlProblem(instruction);
		if (problem !== undefined) {
			return this.#failure(problem, instruction);
		}

		const files: GivenFile[] = [];
		for (const url of instruction.sources.filter(isUrl)) {
			this.#emit({kind: 'started', vertex: url, name: url, atNs: this.#now()});
			const file = yield * fetchSource(this.#host, url, instruction.flags.get('checksum')?.[0]);
			if ('error' in file) {
				const message = file.reason === 'status' ? `invalid response status ${file.error.split(' ', 1)[0]!}` : file.error;
				return this.#fail(url, message, instruction, `failed to load cache key: ${message}`);
			}

			this.#emit({kind: 'done', vertex: url, atNs: this.#now()});
			files.push(file);
		}

		return files;
	}

	#viewFrom(from: string, below: number) {
		const stage = this.#graph.stageOf(from, below);
		const image = this.#bases.get(fullImageName(from));
		return viewOf(this.#host, stage === undefined ? (image === undefined ? undefined : topChain(image)) : this.#states.get(stage.index)?.chain);
	}

	#copyFailure(vertex: string, instruction: Instruction, problem: SourceProblem | {readonly error: string}): BuildFailure {
		if ('error' in problem) {
			return this.#fail(vertex, problem.error, instruction);
		}

		const message = missingSource(problem, this.#session, instruction.node.words[0] ?? '');
		return this.#fail(vertex, message, instruction, `failed to compute cache key: ${message}`);
	}

	* #run(state: State, instruction: Of<'run'>, {name, stage}: Place): Work<State | BuildFailure> {
		if (instruction.flags.has('security')) {
			return this.#failure('the --security option is not modelled', instruction);
		}

		const command = runCommand(state.config, instruction);
		const environment = environmentOf(state.config.Env);
		const args = this.#args.visible(environment);
		const prefix = args.length === 0 ? '' : `|${args.length} ${args.map(([key, value]) => `${key}=${value}`).join(' ')} `;
		const known = new Map([...args, ...environment]);
		const vertex = name + runText(instruction, known, this.#plan.dockerfile.escape);
		const mounts = runMounts(this.#host, instruction, {
			context: this.#plan.context, cache: this.#cache, chainOf: from => this.#states.get(this.#graph.stageOf(from, stage.index)?.index ?? -1)?.chain,
		});
		if ('error' in mounts) {
			return this.#failure(mounts.error, instruction);
		}

		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		const env = [...state.config.Env ?? [], ...[...args, ...this.#args.proxies()].map(([key, value]) => `${key}=${value}`)];
		const key = keyOf(['run', state.chain ?? '', ...command, '', ...env, '', state.config.WorkingDir ?? '', state.config.User ?? '', ...instruction.flags.get('mount') ?? [], contextHash(this.#plan.context, mounts)]);
		const cached = this.#cache.find(key);
		if (cached !== undefined) {
			this.#announceStep(vertex, true);
			return this.#withLayer(state, `RUN ${prefix}${command.join(' ')} # buildkit`, cached);
		}

		const {outcome, layer, upper} = yield * runLayer(this.#host, {
			container: newContainerId(this.#host), chain: state.chain, argv: command, env, mounts, network: networkOf(instruction) ?? this.#options.network, hostConfig: this.#options.hostConfig,
			workingDir: state.config.WorkingDir ?? '', user: state.config.User ?? '',
			output: (stream, bytes) => this.#emit({kind: 'log', vertex, stream, bytes, atNs: this.#now()}),
			finish: fs => copyUpEtc(this.#host, state.chain, fs),
		});
		if (layer === undefined || outcome.kind === 'refused') {
			removeFileSystem(this.#host.tx, upper);
			const reason = outcome.kind === 'refused' ? outcome.message : `exit code: ${outcome.status}`;
			return this.#fail(vertex, `process ${JSON.stringify(command.join(' '))} did not complete successfully: ${reason}`, instruction);
		}

		this.#announceStep(vertex, false);
		return this.#withLayer(state, `RUN ${prefix}${command.join(' ')} # buildkit`, this.#cache.keep(key, vertex, state.chain, layer));
	}
}

function networkOf({flags}: Of<'run'>): 'none' | 'host' | undefined {
	return (['none', 'host'] as const).find(network => network === flags.get('network')?.[0]);
}

function note(createdBy: string, layer?: Layer, createdUs = 0): HistoryEntry {
	return {createdBy, layer, createdUs};
}

type Place = {readonly stage: Stage; readonly name: string};
