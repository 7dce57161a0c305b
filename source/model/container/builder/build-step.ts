// What both builders do alike: find a base image, lay out what COPY and WORKDIR write, and run a command over the layers so far.

import {encodeText} from '../../../base/bytes.js';
import type {JsonObject} from '../../../base/json.js';
import {randomHex} from '../../../base/random.js';
import type {FsId} from '../../kernel/file-types.js';
import {fileTime, makeInodeFileSystem} from '../../kernel/inode-filesystem.js';
import {findImage, isImageError} from '../image-store.js';
import {addLayer, copyOfFileSystem, layerOfFileSystem, layerStack, type Store} from '../layer-store.js';
import {type LayerTree, tarOfTree, TreeBuilder} from '../layer-tree.js';
import {fullReference, isReferenceError, parseReference, withDefaultTag} from '../reference.js';
import type {Work} from '../registry.js';
import type {ChainId, Image, ImageConfig, Layer} from '../schema.js';
import {isUrl} from './add-url.js';
import type {BuildHost, BuildMount, RunOutcome} from './build-host.js';
import {copyFiles, findOwner, type GivenFile, isSourceProblem, type Owner, selectSources, type Source, type SourceProblem, withoutExcluded} from './copy-files.js';
import {commandLine} from './image-config-change.js';
import type {Of} from './instruction.js';
import {cleanPath} from './pattern-matcher.js';
import {expandWord} from './shell-word.js';
import {TreeView} from './tree-view.js';

export function storeOf({tx, engine}: BuildHost): Store {
	return {tx, engine};
}

/** The files of a chain of layers. */
export function viewOf(host: BuildHost, chain: ChainId | undefined): TreeView {
	const trees = layerStack(storeOf(host), chain).map((layer): LayerTree => host.tx.table(`inode:${layer.fs}`));
	return new TreeView(trees.length === 0 ? [new TreeBuilder().finish()] : trees);
}

export type BaseImage = {readonly image: Image; readonly isPulled: boolean};

/** A base image: from here, or pulled. */
export function * baseImage(host: BuildHost, name: string, alwaysPull: boolean): Work<BaseImage | {readonly error: string; readonly status: number}> {
	const local = findImage(storeOf(host), name);
	if (!isImageError(local) && !alwaysPull) {
		return {image: local, isPulled: false};
	}

	const reference = parseReference(name);
	if (isReferenceError(reference)) {
		return {error: isImageError(local) ? local.message : reference.message, status: 400};
	}

	const pulled = yield * host.pull(fullReference(withDefaultTag(reference)));
	return 'kind' in pulled ? {error: pulled.message, status: pulled.status} : {image: pulled, isPulled: true};
}

/** `docker.io/library/busybox:latest`, as BuildKit names images. */
export function fullImageName(name: string): string {
	const reference = parseReference(name);
	return isReferenceError(reference) ? name : fullReference(withDefaultTag(reference));
}

/** A path in a build: relative ones start at WORKDIR. A slash at the end is kept. */
export function resolveTarget(workingDir: string | undefined, target: string): string {
	const absolute = target.startsWith('/') ? target : `${workingDir === undefined || workingDir === '' ? '/' : workingDir}/${target}`;
	const cleaned = cleanPath(absolute);
	return (target.endsWith('/') || target === '.' || target.endsWith('/.')) && cleaned !== '/' ? `${cleaned}/` : cleaned;
}

export type CopyPlan = {
	readonly instruction: Of<'copy' | 'add'>;
	readonly sources: readonly Source[];
	readonly given: readonly GivenFile[];
	readonly view: TreeView;
	readonly target: string;
	readonly owner: Owner;
	readonly mode: number | undefined;
};

export function isCopyPlan(value: CopyPlan | SourceProblem | {readonly error: string}): value is CopyPlan {
	return 'sources' in value;
}

export type CopyPlace = {
	readonly view: TreeView;
	readonly base: TreeView;
	readonly workingDir: string | undefined;
	readonly canLeaveRoot: boolean;
	/** What is behind the URLs among the sources. */
	readonly fetched?: readonly GivenFile[];
};

/** What a COPY or ADD will copy, or what it cannot find. */
export function planCopy(instruction: Of<'copy' | 'add'>, {view, base, workingDir, canLeaveRoot, fetched = []}: CopyPlace): CopyPlan | SourceProblem | {readonly error: string} {
	const {sources: words, flags, heredocs} = instruction;
	const opened = new Map(heredocs.map(heredoc => [heredoc.name, heredoc]));
	const inlineOf = (word: string) => opened.get(word.replace(/^\d*<<-?/v, '').replaceAll(/['"\\]/gv, ''));
	const inline = words.flatMap(word => word.includes('<<') ? inlineOf(word) ?? [] : []).map(({name, content}): GivenFile => ({name, content: encodeText(content), mode: 0o644, timeUs: undefined}));
	const patterns = words.filter(word => !(word.includes('<<') && inlineOf(word) !== undefined) && !(instruction.kind === 'add' && isUrl(word)));
	const selected = patterns.length === 0 ? [] : selectSources(view, patterns, canLeaveRoot);
	if (isSourceProblem(selected)) {
		return selected;
	}

	const sources = flags.has('exclude') ? withoutExcluded(view, selected, flags.get('exclude')!) : selected;
	if ('error' in sources) {
		return sources;
	}

	const chown = flags.get('chown')?.[0];
	const owner = chown === undefined ? {uid: 0, gid: 0} : findOwner(base, chown);
	if ('error' in owner) {
		return owner;
	}

	const chmod = flags.get('chmod')?.[0];
	if (chmod !== undefined && !/^[0-7]{3,4}$/v.test(chmod)) {
		return {error: `invalid chmod parameter: '${chmod}'. it should be octal string and between 0 and 07777`};
	}

	return {instruction, sources, given: [...inline, ...fetched], view, target: resolveTarget(workingDir, instruction.target), owner, mode: chmod === undefined ? undefined : Number.parseInt(chmod, 8)};
}

/** Registers the layer of a copy. */
export function copyLayer(host: BuildHost, chain: ChainId | undefined, plan: CopyPlan): Layer | {readonly error: string} {
	const tree = copyFiles({...plan, isAdd: plan.instruction.kind === 'add', base: viewOf(host, chain), timeUs: fileTime(host.tx)});
	return 'error' in tree ? tree : addLayer(storeOf(host), {parent: chain, tar: tarOfTree(tree), tree});
}

/** Makes a WORKDIR. Undefined if it is there already. */
export function directoryLayer(host: BuildHost, chain: ChainId | undefined, path: string, owner: Owner): LayerTree | undefined {
	const base = viewOf(host, chain);
	const target = base.resolve(path.split('/'));
	if (target === undefined || base.at(target)?.inode.type === 'directory') {
		return undefined;
	}

	const marker = {type: 'directory', mode: 0o755, ...owner, timeUs: fileTime(host.tx)} as const;
	const builder = new TreeBuilder({timeUs: marker.timeUs});
	for (let length = 1; length <= target.length; length++) {
		const below = base.at(target.slice(0, length))?.inode;
		builder.add(target.slice(0, length), below?.type === 'directory' ? {...below, timeUs: below.mtimeUs} : marker);
	}

	return builder.finish();
}

export function newContainerId(host: BuildHost): string {
	return randomHex(host.tx, 'container', 64);
}

export type StepCommand = {
	readonly container: string;
	readonly chain: ChainId | undefined;
	readonly argv: readonly string[];
	readonly env: readonly string[];
	readonly workingDir: string;
	readonly user: string;
	readonly mounts: readonly BuildMount[];
	readonly network: 'default' | 'none' | 'host';
	readonly hostConfig: JsonObject;
	readonly output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
	/** Called with the upper filesystem before it becomes a layer. */
	readonly finish?: (fs: number) => void;
};

/** How a command ended: with a layer, or without and with what it wrote until then. */
export type Ran = {readonly outcome: RunOutcome; readonly layer: Layer | undefined; readonly upper: FsId};

/** Runs a command in a container on top of the chain; what it wrote is the layer. `keepsUpper`: the container stays, and has its files for itself. */
export function * runLayer(host: BuildHost, command: StepCommand, {keepsUpper = false}: {readonly keepsUpper?: boolean} = {}): Work<Ran> {
	const {chain, finish, ...request} = command;
	const upper = makeInodeFileSystem(host.tx, 'ext4');
	const lower = layerStack(storeOf(host), chain).map(layer => layer.fs);
	const outcome = yield * host.run({...request, lower, upper});
	if (outcome.kind !== 'exited' || outcome.status !== 0) {
		return {outcome, layer: undefined, upper};
	}

	finish?.(upper);
	const layer = keepsUpper ? copyOfFileSystem(storeOf(host), chain, upper) : layerOfFileSystem(storeOf(host), chain, upper);
	return 'error' in layer ? {outcome: {kind: 'refused', message: layer.error}, layer: undefined, upper} : {outcome, layer, upper};
}

/** BuildKit's command of a RUN: a here-document alone is the script; otherwise it is the shell's own. */
export function runCommand(config: ImageConfig, {command, heredocs}: Of<'run'>): readonly string[] {
	const [only] = heredocs;
	const isBare = only !== undefined && heredocs.length === 1 && /^\s*<<-?\S+\s*$/v.test(command.words[0] ?? '');
	if (!isBare) {
		const bodies = heredocs.map(({name, content}) => `\n${content}${name}`).join('');
		return commandLine(config, {words: command.words.length === 0 ? [] : [`${command.words[0]!}${bodies}`, ...command.words.slice(1)], isShell: command.isShell});
	}

	return commandLine(config, {words: [only.content], isShell: true});
}

/** The line of a RUN as progress shows it, with the build's variables filled in. */
export function runText(instruction: Of<'run'>, known: ReadonlyMap<string, string>, escape: string): string {
	const original = instruction.node.original.trim();
	if (instruction.heredocs.length > 0) {
		const first = instruction.heredocs[0]!.content.split('\n', 1)[0]!;
		return `${original} (${first}...)`;
	}

	const expanded = expandWord(original, known, {escape, raw: true, keepUnset: true});
	return 'error' in expanded ? original : expanded.text;
}

/** Several sources go into a directory, with or without the slash. */
export function withDirectoryTarget(plan: CopyPlan): CopyPlan {
	return plan.sources.length + plan.given.length > 1 && !plan.target.endsWith('/') ? {...plan, target: `${plan.target}/`} : plan;
}

/** How BuildKit says that a source is not there; every path is below the context's root. */
export function missingSource(problem: SourceProblem, session: string, firstWord: string): string {
	const path = problem.kind === 'missing' ? problem.path : ('pattern' in problem ? problem.pattern : firstWord);
	return `failed to calculate checksum of ref ${session}: ${JSON.stringify(cleanPath(`/${path}`))}: not found`;
}

/** A name for the exchange of files with the client: a UUID and 25 characters. */
export function newSession({tx}: BuildHost): string {
	const uuid = randomHex(tx, 'build-session', 32).replace(/^(.{8})(.{4})(.{4})(.{4})/v, '$1-$2-$3-$4-');
	return `${uuid}::${randomHex(tx, 'build-session', 25)}`;
}
