// Lookup in the merged tree: the upper entry, if any, and below it the lower ones, down to the first that hides the rest.
// Source: Linux fs/overlayfs/namei.c, ovl_lookup and ovl_lookup_single; Documentation/filesystems/overlayfs.rst.
//
//     a whiteout          hides everything below and is not there itself
//     an opaque directory is the last of its merge
//     a file              is the only one, and hides everything below
//     a redirect          continues the search below under another name, or from the root with an absolute path
//     a metacopy file     continues the search for the file that has the data

import {decodeText} from '../../../base/bytes.js';
import {type Failure, failed, failure} from '../errno.js';
import type {Attributes, FileType} from '../file-types.js';
import {attributesOf, childOf, isWhiteout, type Overlay, overlayXattr} from './layer-file.js';
import {decodeHandle, indexName} from './origin.js';
import type {LayerFile, LowerFile, OverlayNode} from './overlay-schema.js';

/** What a name leads to, before it has an identity: everything of a node that the layers tell. */
export type Merged = Pick<OverlayNode, 'type' | 'upper' | 'lower' | 'opaque' | 'redirect' | 'hasUpperData' | 'hasUpperName' | 'indexed' | 'keepsInode'>;

/** The outcome of a lookup. `whiteout`: the upper directory has a whiteout of that name. */
export type LookupResult = {readonly merged: Merged | undefined; readonly whiteout: boolean};

/** The state of a search that goes down the layers (struct ovl_lookup_data). */
type Search = {
	path: string;
	isDirectory: boolean;
	opaque: boolean;
	stop: boolean;
	redirect: string | undefined;
	metacopy: boolean;
};

/** What `directory` has under `name`, without giving it an identity. */
export function searchChild(overlay: Overlay, directory: OverlayNode, root: OverlayNode, name: string): LookupResult | Failure {
	const search: Search = {path: name, isDirectory: false, opaque: false, stop: false, redirect: undefined, metacopy: false};
	let upper: LayerFile | undefined;
	if (directory.upper !== undefined && overlay.mount.upper !== undefined) {
		const found = searchLayer(overlay, {fs: overlay.mount.upper.fs, node: directory.upper}, search);
		if (failed(found)) {
			return found;
		}

		upper = found;
	}

	const upperState = {opaque: search.opaque, redirect: search.redirect, metacopy: search.metacopy};
	const lower = searchLower(overlay, directory, root, search);
	if (failed(lower)) {
		return lower;
	}

	if (search.metacopy) {
		// Metadata without data: a layer below was changed.
		return failure('EIO');
	}

	if (upper === undefined) {
		return mergedLower(overlay, lower, upperState.opaque);
	}

	return mergedUpper(overlay, upper, lower, upperState);
}

function searchLower(overlay: Overlay, directory: OverlayNode, root: OverlayNode, search: Search): readonly LowerFile[] | Failure {
	const found: LowerFile[] = [];
	let stack = search.redirect?.startsWith('/') === true ? root.lower : directory.lower;
	for (let index = 0; index < stack.length && !search.stop; index++) {
		const at = stack[index]!;
		const wasMetacopy = search.metacopy;
		const file = searchLayer(overlay, at, search);
		if (failed(file)) {
			return file;
		}

		if (file === undefined) {
			continue;
		}

		if ((wasMetacopy || search.metacopy) && !overlay.mount.options.metacopy) {
			return failure('EPERM');
		}

		// Of a chain of metacopy files only the first, for its metadata, and the last, for its data, matter.
		if (!search.metacopy || found.length === 0) {
			found.push({...file, layer: at.layer});
		}

		if (search.redirect?.startsWith('/') === true && stack !== root.lower) {
			stack = root.lower;
			index = root.lower.findIndex(candidate => candidate.layer === at.layer);
		}
	}

	return found;
}

/** Walks `search.path` in one layer: a name, or the absolute path of a redirect. */
function searchLayer(overlay: Overlay, base: LayerFile, search: Search): LayerFile | undefined | Failure {
	const names = search.path.split('/').filter(part => part !== '');
	const isAbsolute = search.path.startsWith('/');
	let at: LayerFile | undefined = base;
	for (const [index, name] of names.entries()) {
		const element = {name, before: names.slice(0, index), after: names.slice(index + 1), isAbsolute};
		const found: LayerFile | undefined | Failure = searchSingle(overlay, at, element, search);
		if (found === undefined || failed(found)) {
			return found;
		}

		at = found;
	}

	return at;
}

/** A name of the path that is walked in a layer, between those before and after it. */
type Element = {readonly name: string; readonly before: readonly string[]; readonly after: readonly string[]; readonly isAbsolute: boolean};

function searchSingle(overlay: Overlay, base: LayerFile, element: Element, search: Search): LayerFile | undefined | Failure {
	const isLast = element.after.length === 0;
	const file = childOf(overlay, base, element.name);
	if (file === undefined || failed(file)) {
		return file;
	}

	const attributes = attributesOf(overlay, file);
	if (failed(attributes)) {
		return attributes;
	}

	if (isWhiteout(attributes)) {
		search.stop = true;
		search.opaque = true;
		return undefined;
	}

	if (attributes.type === 'directory') {
		return searchDirectory(overlay, file, element, search);
	}

	if (search.isDirectory || !isLast || (search.metacopy && attributes.type !== 'file')) {
		search.stop = true;
		return undefined;
	}

	search.metacopy = attributes.type === 'file' && overlayXattr(overlay, file, 'metacopy') !== undefined;
	search.stop = !search.metacopy;
	return search.metacopy ? followRedirect(overlay, file, element, search) : file;
}

function searchDirectory(overlay: Overlay, file: LayerFile, element: Element, search: Search): LayerFile | undefined | Failure {
	const isLast = element.after.length === 0;
	if (isLast && search.metacopy) {
		search.stop = true;
		return undefined;
	}

	search.isDirectory ||= isLast;
	if (decodeText(overlayXattr(overlay, file, 'opaque') ?? new Uint8Array(0)) === 'y') {
		search.stop = true;
		search.opaque ||= isLast;
		return file;
	}

	return followRedirect(overlay, file, element, search);
}

/** Takes the name under which the search goes on below from the file's redirect, if it has one. */
function followRedirect(overlay: Overlay, file: LayerFile, {before, after, isAbsolute}: Element, search: Search): LayerFile | Failure {
	const value = overlayXattr(overlay, file, 'redirect');
	if (value === undefined) {
		return file;
	}

	if (overlay.mount.options.redirectDir === 'nofollow') {
		return failure('EPERM');
	}

	const redirect = decodeText(value);
	const path = [...redirect.startsWith('/') ? [redirect.slice(1)] : [...before, redirect], ...after].join('/');
	search.path = redirect.startsWith('/') || isAbsolute ? `/${path}` : path;
	search.redirect = search.path;
	return file;
}

/** A file that no upper name leads to; with index=on a lower hard link may have been copied up under another name. */
function mergedLower(overlay: Overlay, lower: readonly LowerFile[], whiteout: boolean): LookupResult | Failure {
	const [top] = lower;
	if (top === undefined) {
		return {merged: undefined, whiteout};
	}

	const attributes = attributesOf(overlay, top);
	if (failed(attributes)) {
		return attributes;
	}

	const index = indexEntry(overlay, top, attributes);
	const isLink = isBrokenByCopyUp(overlay, attributes);
	return {whiteout, merged: {
		type: attributes.type,
		upper: index?.node,
		lower,
		opaque: false,
		redirect: undefined,
		hasUpperData: index !== undefined && overlayXattr(overlay, index, 'metacopy') === undefined,
		hasUpperName: false,
		indexed: index !== undefined,
		keepsInode: !isLink,
	}};
}

function mergedUpper(overlay: Overlay, upper: LayerFile, found: readonly LowerFile[], state: {readonly opaque: boolean; readonly redirect: string | undefined; readonly metacopy: boolean}): LookupResult | Failure {
	const attributes = attributesOf(overlay, upper);
	if (failed(attributes)) {
		return attributes;
	}

	const isDirectory = attributes.type === 'directory';
	const origin = isDirectory ? undefined : originOf(overlay, upper, attributes.type);
	const lower = isDirectory || state.metacopy ? found : (origin === undefined ? [] : [origin.file]);
	const index = origin === undefined ? undefined : indexEntry(overlay, origin.file, origin.attributes);
	const indexed = index?.node === upper.node;
	return {whiteout: false, merged: {
		type: attributes.type,
		upper: upper.node,
		lower,
		opaque: state.opaque,
		redirect: state.redirect,
		hasUpperData: !state.metacopy,
		hasUpperName: true,
		indexed,
		keepsInode: isDirectory ? lower.length > 0 : origin !== undefined && (indexed || origin.attributes.nlink <= 1),
	}};
}

/** The lower file that an upper one was copied from, by its origin attribute. */
function originOf(overlay: Overlay, upper: LayerFile, type: FileType): {readonly file: LowerFile; readonly attributes: Attributes} | undefined {
	const handle = overlayXattr(overlay, upper, 'origin');
	const origin = handle === undefined ? undefined : decodeHandle(handle, overlay.mount.lower.map(({fs}) => fs));
	const attributes = origin === undefined ? undefined : attributesOf(overlay, origin);
	if (origin === undefined || attributes === undefined || failed(attributes) || attributes.type !== type) {
		return undefined;
	}

	return {file: {...origin, layer: overlay.mount.lower.findIndex(({fs}) => fs === origin.fs)}, attributes};
}

function indexEntry(overlay: Overlay, lower: LayerFile, attributes: Attributes): LayerFile | undefined {
	const {index, upper} = overlay.mount;
	if (index === undefined || upper === undefined || attributes.type === 'directory' || attributes.nlink <= 1) {
		return undefined;
	}

	const entry = childOf(overlay, {fs: upper.fs, node: index}, indexName(lower));
	return failed(entry) ? undefined : entry;
}

/** Lower hard links become files of their own on copy-up unless there is an index (ovl_hash_bylower). */
function isBrokenByCopyUp({mount}: Overlay, attributes: Attributes): boolean {
	return mount.upper !== undefined && !mount.options.index && attributes.type !== 'directory' && attributes.nlink > 1;
}
