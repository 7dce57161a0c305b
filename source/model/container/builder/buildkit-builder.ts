// BuildKit: instructions that change files become vertices of a graph, the others only the config. A vertex's result is kept under a
// key made of what it depends on: the layers below, the command with its arguments, the content of what is copied. Stages that
// the target does not need are not built. Source: moby/buildkit frontend/dockerfile/dockerfile2llb, solver, exporter/containerimage.
//
// Simplified: vertices run one after the other; RUN --mount knows bind, cache, tmpfs and secret (which is always absent), and of the
// other flags those that change no files are refused.

import {nowNs, type Nanoseconds} from '../../../base/clock.js';
import {digestOf, sha256Hex} from '../../../base/digest.js';
import {rfc3339OfMoment} from '../../../base/internet-date.js';
import {randomHex} from '../../../base/random.js';
import {fileTime, getInode, makeInodeFileSystem, putInode} from '../../kernel/inode-filesystem.js';
import type {FsId} from '../../kernel/file-types.js';
import {encodeDocument} from '../image-document.js';
import {addImage, findImage, isImageError, topChain} from '../image-store.js';
import {addLayer, getLayer, layerStack} from '../layer-store.js';
import {rootNode, tarOfTree, TreeBuilder} from '../layer-tree.js';
import {fullReference, isReferenceError, parseReference, withDefaultTag} from '../reference.js';
import type {Work} from '../registry.js';
import type {BuildCacheRecord, ChainId, DiffId, History, Image, ImageConfig, Layer} from '../schema.js';
import {BuildArgs, environmentOf} from './build-args.js';
import type {BuildEvent, BuildHost, BuildMount} from './build-host.js';
import {type BuildFailure, type BuildOptions, type BuildPlan, excerptOf, failBuild, findStage, isBuildFailure, type Stage} from './build-plan.js';
import {baseImage, type CopyPlan, copyLayer, directoryLayer, fullImageName, isCopyPlan, newContainerId, planCopy, resolveTarget, runLayer, storeOf, viewOf} from './build-step.js';
import {labelStep, parseTrigger} from './classic-builder.js';
import {findOwner, type SourceProblem} from './copy-files.js';
import {expandInstruction} from './expand-instruction.js';
import {changeConfig, commandLine, isMetadata} from './image-config-change.js';
import type {Instruction, Of} from './instruction.js';
import {lintDockerfile, type Warning} from './lint.js';
import {cleanPath} from './pattern-matcher.js';
import {joinHashes, sourceHash} from './source-hash.js';
import {expandWord} from './shell-word.js';

type HistoryEntry = {readonly createdBy: string; readonly layer: Layer | undefined; readonly createdUs: number};

type State = {
	readonly base: Image | undefined;
	readonly chain: ChainId | undefined;
	readonly config: ImageConfig;
	readonly history: readonly HistoryEntry[];
	readonly diffs: readonly DiffId[];
	readonly hasCmd: boolean;
	readonly author: string | undefined;
};

const comment = 'buildkit.dockerfile.v0';
const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const platform = new Map([
	['TARGETPLATFORM', 'linux/amd64'], ['TARGETOS', 'linux'], ['TARGETARCH', 'amd64'], ['TARGETVARIANT', ''], ['BUILDPLATFORM', 'linux/amd64'], ['BUILDOS', 'linux'], ['BUILDARCH', 'amd64'], ['BUILDVARIANT', ''],
]);
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
	readonly #announced = new Set<string>();

	constructor(host: BuildHost, plan: BuildPlan, options: BuildOptions, emit: (event: BuildEvent) => void) {
		this.#host = host;
		this.#plan = plan;
		this.#options = options;
		this.#emit = emit;
		this.#args = new BuildArgs(options.buildArgs, platform);
		this.#session = `${randomHex(host.tx, 'build-session', 32).replace(/^(.{8})(.{4})(.{4})(.{4})/v, '$1-$2-$3-$4-')}::${randomHex(host.tx, 'build-session', 25)}`;
	}

	get warnings(): readonly Warning[] {
		return this.#warnings;
	}

	* build(): Work<Image | BuildFailure> {
		this.#metaArgs();
		const needed = this.#neededStages();
		this.#loadDefinition();
		const metadataProblem = yield * this.#loadMetadata(needed);
		if (metadataProblem !== undefined) {
			return metadataProblem;
		}

		this.#vertex('[internal] load .dockerignore', vertex => {
			this.#status(vertex, `transferring context: ${this.#plan.ignoreFileBytes === undefined ? 2 : this.#plan.ignoreFileBytes + 33}B`);
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

	#metaArgs(): void {
		for (const meta of this.#plan.metaArgs) {
			const expanded = expandInstruction(meta, this.#args.metaEnvironment(), this.#plan.dockerfile.escape);
			for (const {name, value} of 'error' in expanded ? meta.args : expanded.instruction.args) {
				this.#args.declareMeta(name, value);
			}
		}
	}

	#loadDefinition(): void {
		this.#warnings.push(...lintDockerfile(this.#plan, stage => this.#baseVariables(stage)));
		this.#vertex('[internal] load build definition from ' + this.#options.dockerfile, vertex => {
			this.#status(vertex, `transferring dockerfile: ${this.#plan.dockerfileBytes + 31 + this.#options.dockerfile.length - 10}B`);
			for (const {rule, message, line} of this.#warnings) {
				this.#emit({kind: 'warning', vertex, rule, message, line});
			}
		});
	}

	/** Names that a stage's base image sets, if it is here. */
	#baseVariables(stage: Stage): readonly string[] {
		const earlier = this.#stageOf(this.#baseName(stage), stage.index);
		if (earlier !== undefined) {
			return [...this.#baseVariables(earlier), ...earlier.steps.flatMap(step => step.kind === 'env' ? step.pairs.map(pair => pair.name) : [])];
		}

		const image = findImage(storeOf(this.#host), this.#baseName(stage));
		return isImageError(image) ? ['PATH'] : [...environmentOf(image.document.config.Env).keys()];
	}

	#baseName(stage: Stage): string {
		const expanded = expandInstruction(stage.from, this.#args.metaEnvironment(), this.#plan.dockerfile.escape);
		return 'error' in expanded ? stage.from.image : expanded.instruction.image;
	}

	/** The stage that a FROM or --from means, if it means one before `below`. */
	#stageOf(name: string, below: number): Stage | undefined {
		return this.#plan.stages[findStage(this.#plan.stages.slice(0, below), name)];
	}

	#neededStages(): readonly Stage[] {
		const needed = new Set<number>();
		const visit = (stage: Stage | undefined): void => {
			if (stage === undefined || needed.has(stage.index)) {
				return;
			}

			visit(this.#stageOf(this.#baseName(stage), stage.index));
			for (const step of stage.steps) {
				for (const name of [...step.flags.get('from') ?? [], ...(step.flags.get('mount') ?? []).flatMap(mount => mount.split(',').filter(part => part.startsWith('from=')).map(part => part.slice(5)))]) {
					visit(this.#stageOf(name, stage.index));
				}
			}

			needed.add(stage.index);
		};

		visit(this.#plan.stages.at(-1));
		return this.#plan.stages.filter(stage => needed.has(stage.index));
	}

	/** Resolves every image that the needed stages name. */
	* #loadMetadata(stages: readonly Stage[]): Work<BuildFailure | undefined> {
		const wanted = stages.flatMap(stage => [
			{name: this.#baseName(stage), instruction: stage.from as Instruction, below: stage.index},
			...stage.steps.flatMap(step => (step.flags.get('from') ?? []).map(name => ({name, instruction: step, below: stage.index}))),
		]);
		for (const {name, instruction, below} of wanted) {
			const full = fullImageName(name);
			if (name === 'scratch' || this.#stageOf(name, below) !== undefined || this.#bases.has(full)) {
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

		const total = steps.filter(step => fileKinds.has(step.kind)).length + (started.chain === undefined && this.#baseName(stage) === 'scratch' ? 0 : 1);
		const prefix = this.#prefix(stage);
		const numberOf = (index: number) => `[${prefix}${String(index).padStart(String(total).length)}/${total}] `;
		let index = 0;
		if (this.#baseName(stage) !== 'scratch' && this.#stageOf(this.#baseName(stage), stage.index) === undefined) {
			this.#announceBase(fullImageName(this.#baseName(stage)), `${numberOf(++index)}FROM `);
		} else if (this.#baseName(stage) !== 'scratch') {
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

	/** Several stages on one base have one vertex for it. */
	#announceBase(image: string, prefix: string): void {
		if (!this.#announced.has(image)) {
			this.#announced.add(image);
			this.#emit({kind: 'started', vertex: image, name: prefix + image, atNs: this.#now()});
			this.#emit({kind: 'cached', vertex: image});
		}
	}

	/** The context and inline documents, if a stage that is needed copies from them. */
	#loadSources(): void {
		const steps = this.#neededStages().flatMap(stage => stage.steps);
		const readsContext = (step: Instruction) => step.kind === 'copy' || step.kind === 'add'
			? !step.flags.has('from') && step.sources.some(source => !source.includes('<<'))
			: (step.flags.get('mount') ?? []).some(mount => !/(?:^|,)(?:from=|type=(?!bind))/v.test(mount));
		const hasInline = (step: Instruction) => (step.kind === 'copy' || step.kind === 'add') && step.heredocs.length > 0;
		for (const [name, wants] of [['[internal] load build context', readsContext], ['[internal] preparing inline document', hasInline]] as const) {
			if (!this.#announced.has(name) && steps.some(wants)) {
				this.#announced.add(name);
				this.#vertex(name, vertex => {
					if (wants === readsContext) {
						this.#status(vertex, `transferring context: ${this.#options.context.length}B`);
					}
				});
			}
		}
	}

	#start(stage: Stage): State {
		const name = this.#baseName(stage);
		const earlier = this.#stageOf(name, stage.index);
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

	/** The kept result of a vertex, if its layer is still here. */
	#cached(key: string): BuildCacheRecord | undefined {
		const {tx, engine} = this.#host;
		const record = this.#options.noCache ? undefined : tx.get(`build-cache:${engine}`, key);
		if (record?.chain === undefined || getLayer(storeOf(this.#host), record.chain) === undefined) {
			return undefined;
		}

		const used = {...record, usedUs: fileTime(tx), usageCount: record.usageCount + 1};
		tx.put(`build-cache:${engine}`, key, used);
		return used;
	}

	#keep(key: string, description: string, parent: ChainId | undefined, layer: Layer): BuildCacheRecord {
		const {tx, engine} = this.#host;
		const timeUs = fileTime(tx);
		const record: BuildCacheRecord = {
			key, id: cacheId(tx, 'build-cache'), kind: 'regular', description, diff: layer.diff, parent, chain: layer.chain, sizeBytes: layer.sizeBytes, createdUs: timeUs, usedUs: timeUs, usageCount: 1,
		};
		tx.put(`build-cache:${engine}`, key, record);
		return record;
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
		let record = this.#cached(key);
		const isCached = record !== undefined;
		if (record === undefined) {
			const owner = user === '' ? {uid: 0, gid: 0} : findOwner(viewOf(this.#host, state.chain), user);
			const tree = directoryLayer(this.#host, state.chain, workingDir, 'error' in owner ? {uid: 0, gid: 0} : owner) ?? new TreeBuilder().finish();
			const layer = addLayer(storeOf(this.#host), {parent: state.chain, tar: tarOfTree(tree), tree});
			if ('error' in layer) {
				return next;
			}

			record = this.#keep(key, vertex, state.chain, layer);
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
		const vertex = name + shownText(instruction);
		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		const view = from === undefined ? this.#plan.context : this.#viewFrom(from, stage.index);
		const plan = planCopy(instruction, {view, base: viewOf(this.#host, state.chain), workingDir: state.config.WorkingDir, canLeaveRoot: true});
		if (!isCopyPlan(plan)) {
			return this.#copyFailure(vertex, instruction, plan);
		}

		const {flags, sources, target, kind} = instruction;
		const text = [kind.toUpperCase(), ...['chown', 'chmod'].flatMap(flag => (flags.get(flag) ?? []).map(value => `--${flag}=${value}`)), ...sources, target].join(' ');
		const key = keyOf([text, state.chain ?? '', ...plan.sources.map(({path, file}) => sourceHash(view, path, file)), ...plan.inline.map(({content}) => content), plan.target, `${plan.owner.uid}:${plan.owner.gid}:${plan.mode ?? ''}`]);
		let record = this.#cached(key);
		const isCached = record !== undefined;
		if (record === undefined) {
			const layer = copyLayer(this.#host, state.chain, withDirectoryTarget(plan));
			if ('error' in layer) {
				return this.#fail(vertex, layer.error, instruction);
			}

			record = this.#keep(key, vertex, state.chain, layer);
		}

		this.#announceStep(vertex, isCached);
		return this.#withLayer(state, `${text} # buildkit`, record);
	}

	#viewFrom(from: string, below: number) {
		const stage = this.#stageOf(from, below);
		const image = this.#bases.get(fullImageName(from));
		return viewOf(this.#host, stage === undefined ? (image === undefined ? undefined : topChain(image)) : this.#states.get(stage.index)?.chain);
	}

	#copyFailure(vertex: string, instruction: Instruction, problem: SourceProblem | {readonly error: string}): BuildFailure {
		if ('error' in problem) {
			return this.#fail(vertex, problem.error, instruction);
		}

		const path = problem.kind === 'missing' ? problem.path : ('pattern' in problem ? problem.pattern : instruction.node.words[0] ?? '');
		const message = `failed to calculate checksum of ref ${this.#session}: ${JSON.stringify(cleanPath(`/${path}`))}: not found`;
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
		const mounts = this.#mounts(instruction, stage);
		if ('error' in mounts) {
			return this.#failure(mounts.error, instruction);
		}

		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		const env = [...state.config.Env ?? [], ...[...args, ...this.#args.proxies()].map(([key, value]) => `${key}=${value}`)];
		const key = keyOf(['run', state.chain ?? '', ...command, '', ...env, '', state.config.WorkingDir ?? '', state.config.User ?? '', ...instruction.flags.get('mount') ?? [], this.#contextHash(mounts)]);
		const cached = this.#cached(key);
		if (cached !== undefined) {
			this.#announceStep(vertex, true);
			return this.#withLayer(state, `RUN ${prefix}${command.join(' ')} # buildkit`, cached);
		}

		const {outcome, layer} = yield * runLayer(this.#host, {
			container: newContainerId(this.#host), chain: state.chain, argv: command, env, mounts, network: this.#network(instruction),
			workingDir: state.config.WorkingDir ?? '', user: state.config.User ?? '',
			output: (stream, bytes) => this.#emit({kind: 'log', vertex, stream, bytes, atNs: this.#now()}),
			finish: fs => this.#copyUpEtc(state.chain, fs),
		});
		if (layer === undefined || outcome.kind === 'refused') {
			const reason = outcome.kind === 'refused' ? outcome.message : `exit code: ${outcome.status}`;
			return this.#fail(vertex, `process ${JSON.stringify(command.join(' '))} did not complete successfully: ${reason}`, instruction);
		}

		this.#announceStep(vertex, false);
		return this.#withLayer(state, `RUN ${prefix}${command.join(' ')} # buildkit`, this.#keep(key, vertex, state.chain, layer));
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
		const original = shownText(instruction);
		if (instruction.heredocs.length > 0) {
			const first = instruction.heredocs[0]!.content.split('\n', 1)[0]!;
			return `${original} (${first}...)`;
		}

		const expanded = expandWord(original, known, {escape: this.#plan.dockerfile.escape, raw: true, keepUnset: true});
		return 'error' in expanded ? original : expanded.text;
	}

	/** The mount points of /etc/hosts and /etc/resolv.conf are made in the container's own /etc, which thereby is in every RUN's layer. */
	#copyUpEtc(chain: ChainId | undefined, fs: FsId): void {
		const {tx} = this.#host;
		const root = getInode(tx, fs, rootNode)!;
		const below = viewOf(this.#host, chain).at(['etc'])?.inode;
		if (root.entries.has('etc') || below?.type !== 'directory') {
			return;
		}

		const record = tx.get('filesystem', fs)!;
		const node = record.nextNode;
		tx.put('filesystem', fs, {...record, nextNode: node + 1});
		putInode(tx, fs, {...below, node, nlink: 2, parent: rootNode, entries: new Map(), xattrs: new Map()});
		putInode(tx, fs, {...root, nlink: root.nlink + 1, entries: new Map(root.entries).set('etc', {node, type: 'directory'})});
	}

	#mounts({flags}: Of<'run'>, stage: Stage): readonly BuildMount[] | {readonly error: string} {
		const mounts: BuildMount[] = [];
		for (const text of flags.get('mount') ?? []) {
			const fields = new Map(text.split(',').map(part => [part.split('=', 1)[0]!, part.slice(part.indexOf('=') + 1)] as const));
			const type = fields.get('type') ?? 'bind';
			const target = fields.get('target') ?? fields.get('dst') ?? fields.get('destination');
			if (type === 'secret') {
				if (fields.get('required') === 'true') {
					return {error: `secret ${fields.get('id') ?? ''}: not found`};
				}

				continue;
			}

			if (target === undefined) {
				return {error: 'invalid mount target ""'};
			}

			const from = fields.get('from');
			if (type === 'bind') {
				const lower = from === undefined ? [this.#contextFileSystem()] : layerStack(storeOf(this.#host), this.#states.get(this.#stageOf(from, stage.index)?.index ?? -1)?.chain).map(layer => layer.fs);
				mounts.push({kind: 'bind', target, lower, source: fields.get('source') ?? fields.get('src') ?? '/', isWritable: fields.has('rw') || fields.has('readwrite')});
			} else if (type === 'cache') {
				mounts.push({kind: 'volume', target, fs: this.#cacheMount(fields.get('id') ?? target)});
			} else if (type === 'tmpfs') {
				mounts.push({kind: 'tmpfs', target, sizeBytes: undefined});
			} else {
				return {error: `unsupported mount type ${JSON.stringify(type)}`};
			}
		}

		return mounts;
	}

	#contextFileSystem(): FsId {
		const builder = new TreeBuilder();
		const visit = (path: readonly string[]): void => {
			for (const {name, file: {inode}} of this.#plan.context.entries(this.#plan.context.at(path)!)) {
				builder.add([...path, name], {...inode, timeUs: inode.mtimeUs});
				if (inode.type === 'directory') {
					visit([...path, name]);
				}
			}
		};

		visit([]);
		const fs = makeInodeFileSystem(this.#host.tx, 'ext4');
		for (const inode of builder.finish().values()) {
			putInode(this.#host.tx, fs, inode);
		}

		return fs;
	}

	/** The directory of a `--mount=type=cache`, which outlives the build. Its filesystem's number is kept in the record's id. */
	#cacheMount(id: string): FsId {
		const {tx, engine} = this.#host;
		const key = `cachemount:${id}`;
		const kept = tx.get(`build-cache:${engine}`, key);
		if (kept !== undefined) {
			return Number(kept.id);
		}

		const fs = makeInodeFileSystem(tx, 'ext4');
		const timeUs = fileTime(tx);
		tx.put(`build-cache:${engine}`, key, {key, id: String(fs), kind: 'exec.cachemount', description: `cached mount ${id}`, diff: undefined, parent: undefined, chain: undefined, sizeBytes: 0, createdUs: timeUs, usedUs: timeUs, usageCount: 1});
		return fs;
	}

	#export(state: State): Image {
		const vertex = 'exporting to image';
		this.#emit({kind: 'started', vertex, name: vertex, atNs: this.#now()});
		this.#status(vertex, 'exporting layers');
		const image = addImage(storeOf(this.#host), this.#document(state));
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

	#document({base, config, history, diffs, author}: State): Uint8Array {
		const below = base?.document.history ?? [];
		const times = historyTimes(history, below.at(-1)?.created ?? base?.document.created);
		const added = history.map(({createdBy, layer}, index): History => ({created: times[index]!, created_by: createdBy, comment, ...layer === undefined && {empty_layer: true}}));
		const all = [...below, ...added];
		return encodeDocument({
			architecture: 'amd64', ...author !== undefined && {author}, config, created: all.at(-1)?.created ?? base?.document.created ?? rfc3339OfMoment({seconds: 0, nanoseconds: 0}),
			history: all, os: 'linux', rootfs: {type: 'layers', diff_ids: diffs},
		}, 'oci');
	}
}

type Place = {readonly stage: Stage; readonly name: string};

function keyOf(parts: readonly string[]): string {
	return digestOf(parts.map(part => `${part.length}:${part}`).join('')) as string;
}

/** 25 characters of base 36, like BuildKit's identities. */
function cacheId(tx: BuildHost['tx'], stream: string): string {
	return BigInt(`0x${sha256Hex(randomHex(tx, stream, 64)).slice(0, 36)}`).toString(36).padStart(25, '0').slice(-25);
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

function runCommand(config: ImageConfig, {command, heredocs}: Of<'run'>): readonly string[] {
	const [only] = heredocs;
	const isBare = only !== undefined && heredocs.length === 1 && /^\s*<<-?\S+\s*$/v.test(command.words[0] ?? '');
	if (!isBare) {
		const bodies = heredocs.map(({name, content}) => `\n${content}${name}`).join('');
		return commandLine(config, {words: command.words.length === 0 ? [] : [`${command.words[0]!}${bodies}`, ...command.words.slice(1)], isShell: command.isShell});
	}

	return commandLine(config, {words: [only.content], isShell: true});
}

function shownText({node}: Instruction): string {
	return node.original.trim();
}

/** Several sources go into a directory, with or without the slash. */
function withDirectoryTarget(plan: CopyPlan): CopyPlan {
	return plan.sources.length + plan.inline.length > 1 && !plan.target.endsWith('/') ? {...plan, target: `${plan.target}/`} : plan;
}

