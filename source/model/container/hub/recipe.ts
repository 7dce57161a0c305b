// How the built-in Docker Hub writes its images down: layers as short lists of files, built when somebody pulls them.
//
// What people look at (configuration files, scripts, page texts, executables) is there with its content; the rest of a real layer's
// size lies in files with holes at believable paths, so that `docker images` and `du --apparent-size` show the published sizes.
//
// Simplified: libraries, locale data, documentation and the like are such holes, and of the programs only those of the model exist.

import {must} from '../../../base/assert.js';
import {encodeText} from '../../../base/bytes.js';
import {parseRfc3339} from '../../../base/internet-date.js';
import {executableContent} from '../../kernel/executable.js';
import {contentOf, sparseContent} from '../../kernel/file-content.js';
import type {Flavour} from '../../kernel/program.js';
import {type LayerTree, TreeBuilder, type TreeFile, treeSizeBytes} from '../layer-tree.js';
import type {ImageConfig} from '../schema.js';

export type FileRecipe = {readonly path: string; readonly file: Omit<TreeFile, 'timeUs'>} | {readonly path: string; readonly hardLinkTo: string};

export type LayerRecipe = {
	readonly createdBy: string;
	readonly comment?: string;
	/** Evaluated when the layer is built. */
	readonly files: () => readonly FileRecipe[];
	/** The published size. What the files leave over is spread over `rest`; absent: the files' own size. */
	readonly sizeBytes?: number;
	readonly rest?: readonly string[];
	/** The published compressed size. */
	readonly transferSizeBytes: number;
};

/** An instruction without a layer. */
export type EmptyStep = {readonly createdBy: string; readonly comment?: string};

export type ImageRecipe = {
	/** `library/nginx`. */
	readonly repository: string;
	readonly tags: readonly string[];
	/** RFC 3339, of all its instructions. */
	readonly created: string;
	/** The image it is built on, whose layers and history it shares. */
	readonly base?: ImageRecipe;
	readonly config: ImageConfig;
	readonly steps: readonly (LayerRecipe | EmptyStep)[];
	/** Built by dockerd's classic builder rather than by BuildKit. */
	readonly isClassic?: boolean;
};

type Owner = {readonly mode?: number; readonly uid?: number; readonly gid?: number};

export function text(path: string, content: string, {mode = 0o644, uid = 0, gid = 0}: Owner = {}): FileRecipe {
	return {path, file: {type: 'file', mode, uid, gid, content: contentOf(encodeText(content))}};
}

export function directory(path: string, {mode = 0o755, uid = 0, gid = 0}: Owner = {}): FileRecipe {
	return {path, file: {type: 'directory', mode, uid, gid}};
}

export function symlink(path: string, target: string): FileRecipe {
	return {path, file: {type: 'symlink', mode: 0o777, target}};
}

export function hardLink(path: string, target: string): FileRecipe {
	return {path, hardLinkTo: target};
}

/** An executable of the model; its size is the real one's. */
export function program(path: string, name: string, {flavour = 'gnu', sizeBytes = 39_000, mode = 0o755}: {readonly flavour?: Flavour; readonly sizeBytes?: number; readonly mode?: number} = {}): FileRecipe {
	return {path, file: {type: 'file', mode, content: executableContent(name, flavour, sizeBytes)}};
}

/** A file of which only the size is modelled. */
export function hole(path: string, sizeBytes: number, mode = 0o644): FileRecipe {
	return {path, file: {type: 'file', mode, content: sparseContent(new Uint8Array(0), sizeBytes)}};
}

const megabyte = 1_000_000;

/** Decimal megabytes, as docker prints them. */
export function megabytes(count: number): number {
	return Math.round(count * megabyte);
}

export function isLayer(step: LayerRecipe | EmptyStep): step is LayerRecipe {
	return 'files' in step;
}

const trees = new Map<LayerRecipe, LayerTree>();

/** The tree of a layer: built once, the same every time. */
export function buildLayer(recipe: LayerRecipe, created: string): LayerTree {
	const known = trees.get(recipe);
	if (known !== undefined) {
		return known;
	}

	const timeUs = must(parseRfc3339(created), `buildLayer: no date ${created}`).seconds * 1e6;
	const builder = new TreeBuilder({timeUs});
	for (const item of recipe.files()) {
		addRecipe(builder, item, timeUs);
	}

	const left = (recipe.sizeBytes ?? 0) - treeSizeBytes(builder.finish());
	const rest = left > 0 ? recipe.rest ?? [] : [];
	for (const [index, path] of rest.entries()) {
		const share = Math.floor(left / rest.length) + (index === 0 ? left % rest.length : 0);
		addRecipe(builder, hole(path, share), timeUs);
	}

	const tree = builder.finish();
	trees.set(recipe, tree);
	return tree;
}

function addRecipe(builder: TreeBuilder, item: FileRecipe, timeUs: number): void {
	const path = pathOf(item.path);
	if ('file' in item) {
		builder.add(path, {...item.file, timeUs});
	} else {
		must(builder.link(path, pathOf(item.hardLinkTo)) || undefined, `addRecipe: no ${item.hardLinkTo} for ${item.path}`);
	}
}

function pathOf(text: string): readonly string[] {
	return text.split('/').filter(part => part !== '');
}

/** `# buildkit` history as buildx writes it. */
export function buildkit(createdBy: string): EmptyStep {
	return {createdBy, comment: 'buildkit.dockerfile.v0'};
}

export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
