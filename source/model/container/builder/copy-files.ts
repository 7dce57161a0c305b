// COPY and ADD: which files of the source go where, as a tree that holds only what the step adds. Directories on the way to the target
// appear in it with the attributes that they have below, as overlay's copy-up makes them.
// Source: docs "Dockerfile reference", COPY; moby/moby builder/dockerfile/copy.go, dispatchers.go.

import {decodeText} from '../../../base/bytes.js';
import {gunzip, isGzip} from '../../../base/gzip.js';
import {tarPath} from '../../../base/path.js';
import {isTarError, readTar} from '../../../base/tar.js';
import {contentOf, readContent} from '../../kernel/file-content.js';
import type {Inode} from '../../kernel/schema.js';
import {addEntry, type LayerTree, TreeBuilder, type TreeFile} from '../layer-tree.js';
import {cleanPath, hasWildcards, IgnoreMatcher, pathMatch} from './pattern-matcher.js';
import {TreeView, type ViewFile, withoutOverlay} from './tree-view.js';

export type Source = {readonly path: readonly string[]; readonly file: ViewFile};
export type Owner = {readonly uid: number; readonly gid: number};

/** A file that is not in the source: of a here-document or a URL. */
export type GivenFile = {readonly name: string; readonly content: Uint8Array; readonly mode: number; readonly timeUs: number | undefined};

export type CopyRequest = {
	readonly isAdd: boolean;
	readonly sources: readonly Source[];
	readonly given: readonly GivenFile[];
	readonly view: TreeView;
	readonly base: TreeView;
	/** Absolute; a slash at the end says that it is a directory. */
	readonly target: string;
	/** 0:0 unless --chown says otherwise; undefined keeps the owner that the files have (`COPY --from` does so in no builder). */
	readonly owner: Owner;
	readonly mode: number | undefined;
	readonly timeUs: number;
};

export type SourceProblem =
	| {readonly kind: 'outside'; readonly pattern: string}
	| {readonly kind: 'missing'; readonly path: string}
	| {readonly kind: 'none'}
	| {readonly kind: 'bad-pattern'};

/** The sources that the patterns name. Wildcards match one component each and never cross a slash. */
export function selectSources(view: TreeView, patterns: readonly string[], canLeaveRoot: boolean): readonly Source[] | SourceProblem {
	const sources: Source[] = [];
	for (const pattern of patterns) {
		if (!canLeaveRoot && tarPath(pattern) === undefined) {
			return {kind: 'outside', pattern};
		}

		const path = cleanPath(`/${pattern}`).slice(1);
		const found = hasWildcards(path) ? matchAll(view, path) : [path];
		if (found === undefined) {
			return {kind: 'bad-pattern'};
		}

		for (const match of found) {
			const resolved = view.resolve(match.split('/').filter(part => part !== ''), !hasWildcards(path));
			const file = resolved === undefined ? undefined : view.at(resolved);
			if (resolved === undefined || file === undefined) {
				return {kind: 'missing', path};
			}

			sources.push({path: match.split('/').filter(part => part !== ''), file});
		}
	}

	return sources.length === 0 ? {kind: 'none'} : sources;
}

export function isSourceProblem(value: readonly Source[] | SourceProblem): value is SourceProblem {
	return 'kind' in value;
}

/** The sources without what `--exclude` names: of directories by the path inside, of files by their name. */
export function withoutExcluded(view: TreeView, sources: readonly Source[], patterns: readonly string[]): readonly Source[] | {readonly error: string} {
	const matcher = IgnoreMatcher.of(patterns);
	if ('error' in matcher) {
		return matcher;
	}

	return sources.flatMap(source => source.file.inode.type === 'directory'
		? [{...source, file: new TreeView([view.merged(path => !matcher.isIgnored(path.join('/')), source.file)]).at([])!}]
		: (matcher.isIgnored(source.path.at(-1)!) ? [] : [source]));
}

function matchAll(view: TreeView, pattern: string): readonly string[] | undefined {
	if (pathMatch(pattern, '') === undefined) {
		return undefined;
	}

	let found = [''];
	for (const part of pattern.split('/')) {
		found = found.flatMap(folder => {
			const directory = view.at(folder.split('/').filter(name => name !== ''));
			return directory?.inode.type === 'directory'
				? view.entries(directory).filter(({name}) => pathMatch(part, name) === true).map(({name}) => folder === '' ? name : `${folder}/${name}`)
				: [];
		});
	}

	return found;
}

/** The layer that a COPY or ADD makes, or why it cannot. */
export function copyFiles(request: CopyRequest): LayerTree | {readonly error: string} {
	const diff = new Diff(request.base, request.timeUs);
	const target = request.base.resolve(request.target.split('/'));
	if (target === undefined) {
		return {error: `too many links: ${request.target}`};
	}

	const isDirectory = request.target.endsWith('/') || request.base.at(target)?.inode.type === 'directory' || request.target.endsWith('/.');
	for (const {name, content, mode, timeUs} of request.given) {
		diff.add(isDirectory ? [...target, name] : target, {type: 'file', mode: request.mode ?? mode, ...request.owner, content: contentOf(content), timeUs: timeUs ?? request.timeUs});
	}

	for (const {path, file} of request.sources) {
		const problem = copySource(diff, request, {path, file, target, isDirectory});
		if (problem !== undefined) {
			return {error: problem};
		}
	}

	return diff.finish();
}

type Place = Source & {readonly target: readonly string[]; readonly isDirectory: boolean};

function copySource(diff: Diff, request: CopyRequest, {path, file, target, isDirectory}: Place): string | undefined {
	if (file.inode.type === 'directory') {
		diff.directory(target, request.owner);
		for (const {name, file: below} of request.view.entries(file)) {
			copyTree(diff, request, below, [...target, name]);
		}

		return undefined;
	}

	if (request.isAdd && file.inode.type === 'file') {
		const unpacked = unpackArchive(diff, request, file.inode, target);
		if (unpacked !== 'no archive') {
			return unpacked;
		}
	}

	copyTree(diff, request, file, isDirectory ? [...target, path.at(-1)!] : target);
	return undefined;
}

function copyTree(diff: Diff, request: CopyRequest, file: ViewFile, target: readonly string[]): void {
	const {type, mode, rdev, target: linkTarget, content, xattrs, mtimeUs} = file.inode;
	diff.add(target, {type, mode: type === 'symlink' ? mode : request.mode ?? mode, ...request.owner, rdev, target: linkTarget, content, xattrs: withoutOverlay(xattrs), timeUs: mtimeUs});
	if (type === 'directory') {
		for (const {name, file: below} of request.view.entries(file)) {
			copyTree(diff, request, below, [...target, name]);
		}
	}
}

const maxArchiveBytes = 256 * 1024 * 1024;

/**
 * ADD unpacks tar archives, gzipped or plain; other files are copied (`no archive`).
 * Simplified: archives compressed by bzip2 or xz are refused.
 */
function unpackArchive(diff: Diff, request: CopyRequest, inode: Inode, target: readonly string[]): string | undefined {
	const head = readContent(inode.content, 0, 512);
	if (decodeText(head.subarray(0, 3)) === 'BZh' || decodeText(head.subarray(1, 5)) === '7zXZ') {
		return 'archives compressed by bzip2 or xz are not modelled: use gzip';
	}

	const isTar = decodeText(head.subarray(257, 262)) === 'ustar';
	if (inode.content.sizeBytes > maxArchiveBytes || !(isTar || isGzip(head))) {
		return 'no archive';
	}

	const bytes = readContent(inode.content, 0, inode.content.sizeBytes);
	const tar = isTar ? bytes : gunzip(bytes, maxArchiveBytes);
	const entries = typeof tar === 'string' ? undefined : readTar(tar);
	if (entries === undefined || isTarError(entries)) {
		// A gzipped file that is no archive is copied as it is.
		return 'no archive';
	}

	diff.directory(target, request.owner);
	for (const entry of entries) {
		const problem = addEntry(diff.builder, entry, false, target);
		if (problem !== undefined) {
			return problem;
		}
	}

	return undefined;
}

/** A tree of additions to a base. */
class Diff {
	readonly builder = new TreeBuilder();
	readonly #base: TreeView;
	readonly #timeUs: number;
	readonly #touched = new Set<string>();

	constructor(base: TreeView, timeUs: number) {
		this.#base = base;
		this.#timeUs = timeUs;
		const root = base.at([])?.inode;
		this.builder.add([], {type: 'directory', mode: root?.mode ?? 0o755, timeUs});
	}

	add(path: readonly string[], file: TreeFile): void {
		this.directory(path.slice(0, -1), {uid: 0, gid: 0});
		const below = this.#base.at(path);
		if (file.type === 'directory' && below?.inode.type === 'directory') {
			this.directory(path, {uid: 0, gid: 0});
			return;
		}

		this.builder.add(path, file);
		if (file.type === 'directory' && below !== undefined) {
			this.builder.setOpaque(path);
		}
	}

	/** The directories down to `path`: with their attributes where they exist below, new ones with `owner`. */
	directory(path: readonly string[], owner: Owner): void {
		for (let length = 1; length <= path.length; length++) {
			const part = path.slice(0, length);
			const key = part.join('/');
			if (this.#touched.has(key) || this.builder.get(part)?.type === 'directory') {
				continue;
			}

			this.#touched.add(key);
			const below = this.#base.at(part)?.inode;
			const isThere = below?.type === 'directory';
			this.builder.add(part, isThere
				? {type: 'directory', mode: below.mode, uid: below.uid, gid: below.gid, xattrs: withoutOverlay(below.xattrs), timeUs: length === path.length ? this.#timeUs : below.mtimeUs}
				: {type: 'directory', mode: 0o755, ...owner, timeUs: this.#timeUs});
		}
	}

	finish(): LayerTree {
		return this.builder.finish();
	}
}

/** The numbers of `--chown=user:group`, looked up in the image's /etc/passwd and /etc/group. */
export function findOwner(base: TreeView, text: string): Owner | {readonly error: string} {
	const [user = '', group] = text.split(':');
	const account = lookUp(base, 'passwd', user);
	if (account === undefined) {
		return {error: `unable to convert uid/gid chown string to host mapping: can't find uid for user ${user}: no such user: ${user}`};
	}

	const found = group === undefined ? undefined : lookUp(base, 'group', group);
	if (group !== undefined && found === undefined) {
		return {error: `unable to convert uid/gid chown string to host mapping: can't find gid for group ${group}: no such group: ${group}`};
	}

	// Without a group the number of the user is taken for both.
	return {uid: account, gid: found ?? account};
}

function lookUp(base: TreeView, database: 'passwd' | 'group', name: string): number | undefined {
	if (/^\d+$/v.test(name)) {
		return Number(name);
	}

	const path = base.resolve(['etc', database]);
	const inode = path === undefined ? undefined : base.at(path)?.inode;
	const line = inode?.type === 'file'
		? decodeText(readContent(inode.content, 0, 1 << 20)).split('\n').find(candidate => candidate.startsWith(`${name}:`))
		: undefined;
	return line === undefined ? undefined : Number(line.split(':')[2]);
}
