// `docker rmi`: a name goes first; with its last name the image goes, unless something stands on it; then its unnamed ancestors.
// Source: moby/moby daemon/images/image_delete.go (the rules are in the comment of ImageDelete).

import {getImage, childrenOf, familiarOf, findImage, type ImageError, isImageError, namesOf} from './image-store.js';
import {removeUnusedLayers, type Store} from './layer-store.js';
import {fullName, fullReference, isReferenceError, parseReference, type Reference, withDefaultTag} from './reference.js';
import type {ChainId, Image, ImageId, ImageName} from './schema.js';

/** A container that was made from an image. */
export type ImageUser = {readonly container: string; readonly image: ImageId; readonly isRunning: boolean};

export type Removal = {readonly Untagged: string} | {readonly Deleted: string};

export type RemovalOptions = {
	readonly force: boolean;
	/** False for `--no-prune`: unnamed parents stay. */
	readonly prune: boolean;
	readonly users: readonly ImageUser[];
	/** Chains that containers and the build cache stand on, whatever happens to their images. */
	readonly chainsInUse: Iterable<ChainId>;
};

/** Whether a removal may ignore a conflict: hard ones never, soft ones with force. */
type Conflict = {readonly isHard: boolean; readonly isUsed: boolean; readonly message: string};

const shortId = (id: string) => id.replace(/^sha256:/v, '').slice(0, 12);

export function removeImage(store: Store, text: string, options: RemovalOptions): readonly Removal[] | ImageError {
	const image = findImage(store, text);
	if (isImageError(image)) {
		return image;
	}

	const removals: Removal[] = [];
	const reference = referenceAs(store, text, image);
	if (reference === undefined) {
		const problem = untagById(store, image, options, removals);
		return problem ?? deleteImage(store, image.id, {...options, isQuiet: false}, removals) ?? removals;
	}

	const names = namesOf(store, image.id);
	const user = options.users.find(candidate => candidate.image === image.id);
	if (!options.force && isSingleReference(names) && user !== undefined) {
		return {
			status: 409,
			message: `conflict: unable to remove repository reference "${text}" (must force) - container ${shortId(user.container)} is using its referenced image ${shortId(image.id)}`,
		};
	}

	untagByName(store, image, reference, removals);
	if (namesOf(store, image.id).length > 0) {
		return removals;
	}

	return deleteImage(store, image.id, {...options, isQuiet: true}, removals) ?? removals;
}

/** The name that the text is, or undefined if it is (the beginning of) the image's id. */
function referenceAs(store: Store, text: string, image: Image): Reference | undefined {
	const reference = parseReference(text);
	if (isReferenceError(reference)) {
		return undefined;
	}

	const full = fullReference(withDefaultTag(reference));
	return namesOf(store, image.id).some(name => name.reference === full) ? withDefaultTag(reference) : undefined;
}

/** At most one tag, and all names in one repository. */
function isSingleReference(names: readonly ImageName[]): boolean {
	const tags = names.filter(name => !name.reference.includes('@'));
	return tags.length <= 1 && new Set(names.map(name => repositoryOf(name.reference))).size <= 1;
}

function repositoryOf(full: string): string {
	const reference = parseReference(full);
	return isReferenceError(reference) ? full : fullName(reference);
}

function untag({tx, engine}: Store, full: string, removals: Removal[]): void {
	tx.delete(`image-name:${engine}`, full);
	removals.push({Untagged: familiarOf(full)});
}

/** Removes the name, and the repository's digests once no tag of it is left. */
function untagByName(store: Store, image: Image, reference: Reference, removals: Removal[]): void {
	untag(store, fullReference(reference), removals);
	const left = namesOf(store, image.id).filter(name => repositoryOf(name.reference) === fullName(reference));
	if (reference.digest === undefined && left.every(name => name.reference.includes('@'))) {
		for (const name of left) {
			untag(store, name.reference, removals);
		}
	}
}

function untagById(store: Store, image: Image, {force, users}: RemovalOptions, removals: Removal[]): ImageError | undefined {
	const names = namesOf(store, image.id);
	if (!isSingleReference(names)) {
		return undefined;
	}

	const conflict = conflictsOf(store, image.id, users).find(({isHard, isUsed}) => isHard || (!force && isUsed));
	if (conflict !== undefined) {
		return conflictError(image.id, conflict);
	}

	for (const name of names) {
		untag(store, name.reference, removals);
	}

	return undefined;
}

function conflictsOf(store: Store, image: ImageId, users: readonly ImageUser[]): readonly Conflict[] {
	const conflicts: Conflict[] = [];
	if (childrenOf(store, image).length > 0) {
		conflicts.push({isHard: true, isUsed: false, message: 'image has dependent child images'});
	}

	const running = users.find(user => user.image === image && user.isRunning);
	if (running !== undefined) {
		conflicts.push({isHard: true, isUsed: true, message: `image is being used by running container ${shortId(running.container)}`});
	}

	if (namesOf(store, image).length > 0) {
		conflicts.push({isHard: false, isUsed: false, message: 'image is referenced in multiple repositories'});
	}

	const stopped = users.find(user => user.image === image && !user.isRunning);
	if (stopped !== undefined) {
		conflicts.push({isHard: false, isUsed: true, message: `image is being used by stopped container ${shortId(stopped.container)}`});
	}

	return conflicts;
}

function conflictError(image: ImageId, {isHard, message}: Conflict): ImageError {
	return {status: 409, message: `conflict: unable to delete ${shortId(image)} (${isHard ? 'cannot be forced' : 'must be forced'}) - ${message}`};
}

/** `isQuiet`: a conflict leaves the image in place without a word, as after removing its last name, unless something uses it or it has no name. */
function deleteImage(store: Store, id: ImageId, options: RemovalOptions & {readonly isQuiet: boolean}, removals: Removal[]): ImageError | undefined {
	const conflict = conflictsOf(store, id, options.users).find(({isHard}) => isHard || !options.force);
	if (conflict !== undefined) {
		const isDangling = namesOf(store, id).length === 0 && childrenOf(store, id).length === 0;
		return options.isQuiet && (!isDangling || conflict.isUsed) ? undefined : conflictError(id, conflict);
	}

	const {tx, engine} = store;
	const parent = getImage(store, id)?.parent;
	for (const name of namesOf(store, id)) {
		untag(store, name.reference, removals);
	}

	tx.delete(`image:${engine}`, id);
	tx.emit({kind: 'image-remove', engine, image: id});
	removals.push({Deleted: id});
	for (const chain of removeUnusedLayers(store, options.chainsInUse).removed) {
		removals.push({Deleted: chain});
	}

	if (options.prune && parent !== undefined && getImage(store, parent) !== undefined && namesOf(store, parent).length === 0) {
		deleteImage(store, parent, {...options, force: false, isQuiet: true}, removals);
	}

	return undefined;
}
