// mount(2) of type overlay: from the words of the options to the directories they name.

import {type Failure, failed, failure} from '../errno.js';
import type {FsId} from '../file-types.js';
import type {FsContext} from '../filesystem.js';
import {type Caller, resolve} from '../vfs.js';
import {makeOverlay} from './make-overlay.js';
import {parseOverlayOptions} from './overlay-options.js';
import type {LayerFile} from './overlay-schema.js';

/** Makes an overlay of directories that the caller names, as `lowerdir=/a:/b`, `upperdir=/c`, `workdir=/d`. */
export function mountOverlay(context: FsContext, caller: Caller, options: Readonly<Record<string, string>>): FsId | Failure {
	const words = parseOverlayOptions(Object.entries(options).map(([key, value]) => value === '' ? key : `${key}=${value}`));
	if (failed(words)) {
		return failure(words.errno);
	}

	const lower: LayerFile[] = [];
	for (const path of words.lowerdirs) {
		const found = findDirectory(caller, path);
		if (failed(found)) {
			return found;
		}

		lower.push(found);
	}

	const upper = words.upperdir === undefined ? undefined : findDirectory(caller, words.upperdir);
	const work = words.workdir === undefined ? undefined : findDirectory(caller, words.workdir);
	if (failed(upper) || failed(work)) {
		return failed(upper) ? upper : work as Failure;
	}

	return makeOverlay(context, {lower, upper, work: upper === undefined ? undefined : work, options: words.options, words: options});
}

function findDirectory(caller: Caller, path: string): LayerFile | Failure {
	const found = resolve(caller, path, true);
	if (failed(found)) {
		return found;
	}

	// "overlayfs: '%s' not a directory" (ovl_mount_dir_check).
	return found.attributes.type === 'directory' ? {fs: found.fs, node: found.place.node} : failure('EINVAL');
}
