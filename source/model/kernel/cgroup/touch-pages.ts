// What a task's read or write of a file costs its group in memory.

import {nowNs} from '../../../base/clock.js';
import type {FsId, NodeId} from '../file-types.js';
import type {FsContext} from '../filesystem.js';
import {findTask} from '../tasks.js';
import {withAncestors} from './cgroup-schema.js';
import {applyCharge, countEvent, memoryLimitOf} from './memory-charge.js';
import {chooseVictims, makeRoom} from './memory-controller.js';
import {bytesOf, cachedFile, isNoted, joined, missingOf, pagesOf, putCachedFile} from './page-cache.js';

type Touched = {readonly fs: FsId; readonly node: NodeId; readonly offset: number; readonly count: number; readonly isShmem: boolean};

/**
 * Charges the pages that are not in memory yet. Pages of disk files that find no room even after others were given up are not kept; those of
 * tmpfs must be, so that a task of the group that is out of memory is killed for them.
 */
export function touchPages(context: FsContext, {fs, node, offset, count, isShmem}: Touched): void {
	const {tx, kernel} = context;
	const path = context.task === undefined ? undefined : findTask(tx, kernel, context.task)?.cgroup;
	if (path === undefined || count <= 0) {
		return;
	}

	const file = cachedFile(tx, fs, node) ?? {kernel, fs, node, isShmem, parts: []};
	const missing = missingOf(pagesOf(offset, count), file.parts.flatMap(({extents}) => extents));
	const bytes = bytesOf(missing);
	const own = file.parts.find(part => part.path === path);
	if (bytes === 0 && (own === undefined || isNoted(tx, own))) {
		return;
	}

	const hasRoom = bytes === 0 || makeRoom(tx, {kernel, path, bytes}) || isShmem;
	if (!hasRoom) {
		return;
	}

	const now = cachedFile(tx, fs, node) ?? {...file, parts: []};
	const before = now.parts.find(part => part.path === path)?.extents ?? [];
	const extents = joined(before, missing);
	const added = bytesOf(extents) - bytesOf(before);
	putCachedFile(tx, {...now, parts: [...now.parts.filter(part => part.path !== path), {path, extents, usedNs: nowNs(tx)}]});
	applyCharge(tx, {kernel, path, bytes: added, fileBytes: added, shmemBytes: isShmem ? added : 0});
	if (isShmem) {
		killForShmem(context, path);
	}
}

function killForShmem({tx, kernel, control}: FsContext, path: string): void {
	for (const group of withAncestors(tx, kernel, path)) {
		if (group.memory.currentBytes > memoryLimitOf(tx, kernel, group)) {
			countEvent(tx, kernel, group.path, 'oom');
			const victims = chooseVictims(tx, kernel, group.path);
			// Somebody who dies already will free what it has.
			for (const victim of victims.some(({pendingSignals}) => pendingSignals.includes('KILL')) ? [] : victims) {
				countEvent(tx, kernel, victim.cgroup, 'oomKill');
				tx.emit({kind: 'oom-kill', kernel, task: victim.id, name: victim.name, cgroup: victim.cgroup, limitOf: group.path, memoryBytes: victim.memoryBytes});
				control?.signal(victim.id, 'KILL');
			}

			return;
		}
	}
}
