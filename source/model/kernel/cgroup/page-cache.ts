// Pages of files that are kept in memory. Each is charged to the group of the task that touched it first, and given up when that group or
// one above it needs room: the file that was used longest ago first, from its beginning. What groups have within their memory.low is left
// alone as long as others have something. Source: Linux Documentation/admin-guide/cgroup-v2.rst, "Memory Ownership", memory.low; mm/vmscan.c.
//
// Simplified: one list by the time of use instead of active and inactive ones; pages are always clean, as if written back at once;
// executables count only as far as they are read, not mapped.

import {type Nanoseconds, nowNs} from '../../../base/clock.js';
import type {Reads, Writes} from '../../../base/transaction.js';
import {pageBytes} from '../file-content.js';
import type {FsId, NodeId} from '../file-types.js';
import type {KernelId, KernelSchema} from '../schema.js';
import {type CgroupTx, findCgroup, isInside, withAncestors} from './cgroup-schema.js';
import {applyCharge, countEvent} from './memory-charge.js';

/** Bytes `from` up to `to` of a file, whole pages. */
export type Extent = {readonly from: number; readonly to: number};

/** What one group is charged for of a file. */
export type CachedPart = {readonly path: string; readonly extents: readonly Extent[]; readonly usedNs: Nanoseconds};

export type CachedFile = {
	readonly kernel: KernelId;
	readonly fs: FsId;
	readonly node: NodeId;
	/** Of tmpfs: the pages are all there is of the file, so they cannot be given up. */
	readonly isShmem: boolean;
	readonly parts: readonly CachedPart[];
};

type Tx = Writes<KernelSchema>;

/** More extents than these are joined, as if what is between them had been read too. */
const maxExtents = 32;

function keyOf(fs: FsId, node: NodeId): string {
	return `${fs}:${node}`;
}

export function cachedFile(tx: Reads<KernelSchema>, fs: FsId, node: NodeId): CachedFile | undefined {
	return tx.get('page-cache', keyOf(fs, node));
}

export function putCachedFile(tx: Tx, file: CachedFile): void {
	if (file.parts.length === 0) {
		tx.delete('page-cache', keyOf(file.fs, file.node));
	} else {
		tx.put('page-cache', keyOf(file.fs, file.node), file);
	}
}

export function bytesOf(extents: readonly Extent[]): number {
	return extents.reduce((sum, {from, to}) => sum + to - from, 0);
}

/** The whole pages of a range. */
export function pagesOf(offset: number, count: number): Extent {
	return {from: Math.floor(offset / pageBytes) * pageBytes, to: Math.ceil((offset + count) / pageBytes) * pageBytes};
}

/** What of a range no extent has. */
export function missingOf(range: Extent, extents: readonly Extent[]): readonly Extent[] {
	let missing: readonly Extent[] = [range];
	for (const {from, to} of extents) {
		missing = missing.flatMap(part => to <= part.from || from >= part.to ? [part] : [{from: part.from, to: from}, {from: to, to: part.to}].filter(each => each.to > each.from));
	}

	return missing;
}

/** Extents with more, sorted and joined. */
export function joined(extents: readonly Extent[], more: readonly Extent[]): readonly Extent[] {
	const all: Extent[] = [];
	for (const next of [...extents, ...more].toSorted((a, b) => a.from - b.from)) {
		const last = all.at(-1);
		if (last !== undefined && next.from <= last.to) {
			all[all.length - 1] = {from: last.from, to: Math.max(last.to, next.to)};
		} else {
			all.push(next);
		}
	}

	while (all.length > maxExtents) {
		all.splice(0, 2, {from: all[0]!.from, to: all[1]!.to});
	}

	return all;
}

/** Gives up to `bytes` of a part up, from the beginning of the file. */
function dropPart(tx: CgroupTx, file: CachedFile, part: CachedPart, bytes: number): number {
	let left = bytes;
	const kept = part.extents.flatMap(({from, to}): readonly Extent[] => {
		const gone = Math.min(Math.ceil(left / pageBytes) * pageBytes, to - from);
		left = Math.max(left - gone, 0);
		return gone === to - from ? [] : [{from: from + gone, to}];
	});
	const freed = bytesOf(part.extents) - bytesOf(kept);
	putCachedFile(tx, {...file, parts: file.parts.flatMap(each => each.path === part.path ? (kept.length === 0 ? [] : [{...part, extents: kept}]) : [each])});
	applyCharge(tx, {kernel: file.kernel, path: part.path, bytes: -freed, fileBytes: -freed, shmemBytes: file.isShmem ? -freed : 0});
	return freed;
}

/** Whether a group below `top`, or one between, still is within what memory.low or memory.min leaves it. */
function isProtected(tx: CgroupTx, kernel: KernelId, path: string, top: string): boolean {
	return withAncestors(tx, kernel, path).some(({path: at, memory}) => {
		const low = Math.max(memory.low === 'max' ? Number.POSITIVE_INFINITY : memory.low, memory.min === 'max' ? Number.POSITIVE_INFINITY : memory.min);
		return at !== top && isInside(at, top) && low > 0 && memory.currentBytes <= low;
	});
}

/** Gives up pages of a group and those below it until `wantedBytes` are free or none are left. Answers how many bytes it freed. */
export function reclaimFiles(tx: CgroupTx, kernel: KernelId, path: string, wantedBytes: number): number {
	const group = findCgroup(tx, kernel, path);
	if (wantedBytes <= 0 || (group !== undefined && group.memory.fileBytes <= group.memory.shmemBytes)) {
		return 0;
	}

	const candidates = [...tx.table('page-cache').values()]
		.flatMap(file => file.kernel === kernel && !file.isShmem ? file.parts.filter(part => isInside(part.path, path)).map(part => ({file, part})) : [])
		.sort((a, b) => a.part.usedNs - b.part.usedNs);
	let freed = 0;
	for (const mayTouchProtected of [false, true]) {
		for (const {file, part} of candidates) {
			if (freed >= wantedBytes) {
				return freed;
			}

			const now = cachedFile(tx, file.fs, file.node);
			const current = now?.parts.find(each => each.path === part.path);
			const isLow = isProtected(tx, kernel, part.path, path);
			if (now === undefined || current === undefined || (isLow && !mayTouchProtected)) {
				continue;
			}

			if (isLow) {
				countEvent(tx, kernel, part.path, 'low');
			}

			freed += dropPart(tx, now, current, wantedBytes - freed);
		}
	}

	return freed;
}

/** The pages of a file from a size on are gone: it was cut off there, or removed. */
export function forgetPages(tx: Tx, fs: FsId, node: NodeId, fromBytes = 0): void {
	const file = cachedFile(tx, fs, node);
	if (file === undefined) {
		return;
	}

	const end = Math.ceil(fromBytes / pageBytes) * pageBytes;
	const parts = file.parts.map(part => ({...part, extents: part.extents.flatMap(({from, to}) => from >= end ? [] : [{from, to: Math.min(to, end)}])}));
	for (const [index, {path, extents}] of file.parts.entries()) {
		const freed = bytesOf(extents) - bytesOf(parts[index]!.extents);
		applyCharge(tx as CgroupTx, {kernel: file.kernel, path, bytes: -freed, fileBytes: -freed, shmemBytes: file.isShmem ? -freed : 0});
	}

	putCachedFile(tx, {...file, parts: parts.filter(({extents}) => extents.length > 0)});
}

/** The pages of a group that is removed stay, and count for the group above it only. */
export function adoptPages(tx: Tx, kernel: KernelId, path: string, heir: string): void {
	for (const file of [...tx.table('page-cache').values()].filter(each => each.kernel === kernel && each.parts.some(part => part.path === path))) {
		const own = file.parts.find(part => part.path === path)!;
		const others = file.parts.filter(part => part.path !== path);
		const known = others.find(part => part.path === heir);
		const adopted: CachedPart = {path: heir, extents: joined(known?.extents ?? [], own.extents), usedNs: Math.max(own.usedNs, known?.usedNs ?? 0)};
		putCachedFile(tx, {...file, parts: [...others.filter(part => part.path !== heir), adopted]});
	}
}

/** When a file was used is noted once a second. */
const noteAgainNs: Nanoseconds = 1_000_000_000;

export function isNoted(tx: Reads<KernelSchema>, part: CachedPart | undefined): boolean {
	return part !== undefined && nowNs(tx) - part.usedNs < noteAgainNs;
}
