// BuildKit: instructions that change files become vertices of a graph, the others only the config. A vertex's result is kept under a
// key made of what it depends on: the layers below, the command with its arguments, the content of what is copied. Stages that
// the target does not need are not built. Source: moby/buildkit frontend/dockerfile/dockerfile2llb, solver, exporter/containerimage.
//
// Simplified: vertices run one after the other; a base image is fetched while its metadata is loaded; RUN --mount knows bind, cache, tmpfs and secret (which is always absent), and of the
// other flags those that change no files are refused.

import {nowNs, type Nanoseconds} from '../../../base/clock.js';
import {addImage, findImage, isImageError, topChain} from '../image-store.js';
import {addLayer, getLayer} from '../layer-store.js';
import {tarOfTree, TreeBuilder} from '../layer-tree.js';
import {fullReference, isReferenceError, parseReference, withDefaultTag} from '../reference.js';
import type {Work} from '../registry.js';
import type {BuildCacheRecord, ChainId, Image, Layer} from '../schema.js';
import {BuildArgs, buildPlatform, defaultPath, environmentOf} from './build-args.js';
import {BuildCache, keyOf} from './build-cache.js';
import type {BuildEvent, BuildHost, BuildMount} from './build-host.js';
import {type BuildFailure, type BuildOptions, type BuildPlan, excerptOf, failBuild, isBuildFailure, type Stage} from './build-plan.js';
import {buildkitDocument, type BuildkitResult, type HistoryEntry} from './buildkit-document.js';
import {baseImage, copyLayer, directoryLayer, fullImageName, isCopyPlan, missingSource, newContainerId, newSession, planCopy, resolveTarget, runCommand, runLayer, storeOf, viewOf, withDirectoryTarget} from './build-step.js';
import {labelStep, parseTrigger} from './classic-builder.js';
import {findOwner, type SourceProblem} from './copy-files.js';
import {expandInstruction} from './expand-instruction.js';
import {changeConfig, isMetadata} from './image-config-change.js';
import type {Instruction, Of} from './instruction.js';
import {lintDockerfile, type Warning} from './lint.js';
import {copyUpEtc, runMounts} from './run-mount.js';
import {joinHashes, sourceHash} from './source-hash.js';
import {expandWord} from './shell-word.js';
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
	readonly #warnings: Warning[] = [];
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
		this.#cache = new BuildCache(host, options.noCache);
		this.#graph = new StageGraph(plan, this.#args);
		this.#session = newSession(host);
	}

	get warnings(): readonly Warning[] {
		return this.#warnings;
	}

	* build(): Work<Image | BuildFailure> {
		declareMetaArgs(this.#plan, this.#args);
		const needed = this.#graph.needed();
		this.#loadDefinition();
		const metadataProblem = yield * this.#loadMetadata(needed);
		if (metadataProblem !== undefined) {
			return metadataProblem;
		}

		this.#vertex('[internal] load .dockerignore', vertex => {
			this.#status(vertex, `transferring context: ${transferText(this.#plan.ignoreFileBytes === undefined ? 2 : this.#plan.ignoreFileBytes + 33)}`);
		});
		for (const stage of needed) {
			const state = yield * this.#stage(stage);
			if (isBuildFailure(state)) {
				return state;
			}

			this.#states.set(stage.index, state);
		}

		return this.#export(this.#states.get(this.#plan.stages.length - 1)!);
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

	#loadDefinition(): void {
		this.#warnings.push(...lintDockerfile(this.#plan, stage => this.#baseVariables(stage)));
		this.#vertex('[internal] load build definition from ' + this.#options.dockerfile, vertex => {
			this.#status(vertex, `transferring dockerfile: ${transferText(this.#plan.dockerfileBytes + 31 + this.#options.dockerfile.length - 10)}`);
			for (const {rule, message, line} of this.#warnings) {
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
		const started = this.#start(stage);
		const {OnBuild: triggers = [], ...config} = started.config;
		const steps = [...triggers.map(parseTrigger), ...stage.steps];
		if (stage.index === this.#plan.stages.length - 1 && this.#options.labels.size > 0) {
			steps.push(labelStep(this.#options.labels));
		}

		const total = steps.filter(step => fileKinds.has(step.kind)).length + (started.chain === undefined && this.#graph.baseName(stage) === 'scratch' ? 0 : 1);
		const prefix = this.#prefix(stage);
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

	#prefix({name, index, steps}: Stage): string {
		const isNamed = this.#plan.stageCount > 1 || steps.some(step => step.flags.has('mount'));
		return isNamed ? `${name ?? `stage-${index}`} ` : '';
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
		return root === undefined ? 2 : transferBytes(context, this.#cache.hasReceived(sourceHash(context, [], root)));
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
				return this.#copy(state, instruction, place);
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
		return instruction.kind === 'onbuild' ? next : {...next, history: [...state.history, this.#note(change.buildkitText)]};
	}

	#note(createdBy: string, layer?: Layer, createdUs = 0): HistoryEntry {
		return {createdBy, layer, createdUs};
	}

	#arg(state: State, {args}: Of<'arg'>): State {
		for (const {name, value} of args) {
			this.#args.declare(name, value);
		}

		const text = args.map(({name}) => {
			const value = this.#args.value(name);
			return value === undefined ? name : `${name}=${value}`;
		}).join(' ');
		return {...state, history: [...state.history, this.#note(`ARG ${text}`)]};
	}

	#withLayer(state: State, createdBy: string, record: BuildCacheRecord): State {
		const layer = record.chain === undefined ? undefined : getLayer(storeOf(this.#host), record.chain);
		return layer === undefined ? state : {
			...state, chain: layer.chain, diffs: [...state.diffs, layer.diff], history: [...state.history, this.#note(createdBy, layer, record.createdUs)],
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
			return {...next, history: [...state.history, this.#note(createdBy)]};
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

	#copy(state: State, instruction: Of<'copy' | 'add'>, {name, stage}: Place): State | BuildFailure {
		for (const flag of ['parents', 'exclude', 'checksum', 'keep-git-dir']) {
			if (instruction.flags.has(flag)) {
				return this.#failure(`the --${flag} option is not modelled`, instruction);
			}
		}

		const from = instruction.flags.get('from')?.[0];
		const vertex = name + instruction.node.original.trim();
		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		const view = from === undefined ? this.#plan.context : this.#viewFrom(from, stage.index);
		const plan = planCopy(instruction, {view, base: viewOf(this.#host, state.chain), workingDir: state.config.WorkingDir, canLeaveRoot: true});
		if (!isCopyPlan(plan)) {
			return this.#copyFailure(vertex, instruction, plan);
		}

		const {flags, sources, target, kind} = instruction;
		const text = [kind.toUpperCase(), ...['chown', 'chmod'].flatMap(flag => (flags.get(flag) ?? []).map(value => `--${flag}=${value}`)), ...sources, target].join(' ');
		const key = keyOf([text, state.chain ?? '', ...plan.sources.map(({path, file}) => sourceHash(view, path, file)), ...plan.inline.map(({content}) => content), plan.target, `${plan.owner.uid}:${plan.owner.gid}:${plan.mode ?? ''}`]);
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
		const vertex = name + this.#runText(instruction, known);
		const mounts = runMounts(this.#host, instruction, {
			context: this.#plan.context, cache: this.#cache, chainOf: from => this.#states.get(this.#graph.stageOf(from, stage.index)?.index ?? -1)?.chain,
		});
		if ('error' in mounts) {
			return this.#failure(mounts.error, instruction);
		}

		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		const env = [...state.config.Env ?? [], ...[...args, ...this.#args.proxies()].map(([key, value]) => `${key}=${value}`)];
		const key = keyOf(['run', state.chain ?? '', ...command, '', ...env, '', state.config.WorkingDir ?? '', state.config.User ?? '', ...instruction.flags.get('mount') ?? [], this.#contextHash(mounts)]);
		const cached = this.#cache.find(key);
		if (cached !== undefined) {
			this.#announceStep(vertex, true);
			return this.#withLayer(state, `RUN ${prefix}${command.join(' ')} # buildkit`, cached);
		}

		const {outcome, layer} = yield * runLayer(this.#host, {
			container: newContainerId(this.#host), chain: state.chain, argv: command, env, mounts, network: this.#network(instruction),
			workingDir: state.config.WorkingDir ?? '', user: state.config.User ?? '',
			output: (stream, bytes) => this.#emit({kind: 'log', vertex, stream, bytes, atNs: this.#now()}),
			finish: fs => copyUpEtc(this.#host, state.chain, fs),
		});
		if (layer === undefined || outcome.kind === 'refused') {
			const reason = outcome.kind === 'refused' ? outcome.message : `exit code: ${outcome.status}`;
			return this.#fail(vertex, `process ${JSON.stringify(command.join(' '))} did not complete successfully: ${reason}`, instruction);
		}

		this.#announceStep(vertex, false);
		return this.#withLayer(state, `RUN ${prefix}${command.join(' ')} # buildkit`, this.#cache.keep(key, vertex, state.chain, layer));
	}

	/** What of the context a RUN can read through its bind mounts: all of it. */
	#contextHash(mounts: readonly BuildMount[]): string {
		const root = this.#plan.context.at([]);
		return root !== undefined && mounts.some(mount => mount.kind === 'bind') ? joinHashes([sourceHash(this.#plan.context, [], root)]) : '';
	}

	#network({flags}: Of<'run'>): 'default' | 'none' | 'host' {
		const network = flags.get('network')?.[0];
		return network === 'none' || network === 'host' ? network : this.#options.network;
	}

	/** The line of a RUN as progress shows it, with the build's variables filled in. */
	#runText(instruction: Of<'run'>, known: ReadonlyMap<string, string>): string {
		const original = instruction.node.original.trim();
		if (instruction.heredocs.length > 0) {
			const first = instruction.heredocs[0]!.content.split('\n', 1)[0]!;
			return `${original} (${first}...)`;
		}

		const expanded = expandWord(original, known, {escape: this.#plan.dockerfile.escape, raw: true, keepUnset: true});
		return 'error' in expanded ? original : expanded.text;
	}

	#export(state: State): Image {
		const vertex = 'exporting to image';
		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		this.#status(vertex, 'exporting layers');
		const image = addImage(storeOf(this.#host), buildkitDocument(state));
		this.#status(vertex, `writing image ${image.id}`);
		for (const tag of this.#options.tags) {
			const reference = parseReference(tag);
			if (!isReferenceError(reference)) {
				this.#status(vertex, `naming to ${fullReference(withDefaultTag(reference)).replace(/:latest$/v, '')}`);
			}
		}

		this.#emit({kind: 'done', vertex, atNs: this.#now()});
		return image;
	}
}

type Place = {readonly stage: Stage; readonly name: string};
