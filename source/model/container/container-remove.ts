// Removing a container: its record, its name, the files it wrote and docker kept about it. Source: moby/moby daemon/delete.go.

import type {Container} from './container-schema.js';
import {logContainerEvent} from './container-store.js';
import {removeTree} from './container-files.js';
import {containerDirectory} from './container-view.js';
import {destroyOverlay} from '../kernel/overlay/make-overlay.js';
import {type EngineHost, fsContext, liveOf, notifyContainer} from './engine-host.js';
import {removeFileSystem} from './layer-store.js';
import {releaseVolume, removeVolume} from './volume.js';

/** Removes a container that does not run. Anonymous volumes go with it if asked. */
export function removeContainerNow(host: EngineHost, container: Container, {removeVolumes}: {readonly removeVolumes: boolean}): void {
	const {tx, engine} = host;
	const {id, name, layer, mounts} = container;
	for (const exec of container.execs) {
		tx.delete(`exec:${engine}`, exec);
	}

	for (const mount of mounts) {
		if (mount.name !== undefined) {
			releaseVolume(host, mount.name, id);
			if (removeVolumes && tx.get(`volume:${engine}`, mount.name)?.isAnonymous === true) {
				forgetVolume(host, mount.name);
			}
		}
	}

	if (layer.merged !== undefined) {
		destroyOverlay(fsContext(host), layer.merged);
	}

	removeFileSystem(tx, layer.upper);
	removeTree(host.process, containerDirectory(container));
	removeTree(host.process, `/var/lib/docker/overlay2/${layer.cacheId}`);
	tx.delete(`container-name:${engine}`, name);
	tx.delete(`container:${engine}`, id);
	tx.emit({kind: 'container-state', engine, container: id, from: container.state.status, to: undefined});
	logContainerEvent(host, container, 'destroy');
	liveOf(host, id).isRemoved = true;
	notifyContainer(host, id);
	host.memory.live.delete(id);
}

/** Removes an unused volume and its files. */
export function forgetVolume(host: EngineHost, name: string): void {
	const removed = removeVolume(host, name, false);
	if (removed !== undefined && 'mountpoint' in removed) {
		removeTree(host.process, removed.mountpoint.replace(/\/_data$/v, ''));
	}
}
