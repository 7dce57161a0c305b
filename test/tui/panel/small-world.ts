// A world with just the records that a panel reads.

import type {Container} from '../../../source/model/container/container-schema.js';
import type {Image, ImageName, Layer} from '../../../source/model/container/schema.js';
import type {Inode, Kernel, Task} from '../../../source/model/kernel/schema.js';
import type {Id, World} from '../../../source/base/transaction.js';

type Deep<T> = {readonly [Key in keyof T]?: T[Key] extends object ? Deep<T[Key]> : T[Key]};

export function worldOf(tables: Readonly<Record<string, ReadonlyArray<readonly [Id, object]>>>): World {
	return {tables: new Map(Object.entries(tables).map(([name, records]) => [name, new Map(records)]))};
}

/** The world with some tables put in place of others; the rest is shared, as a transaction would. */
export function changed(world: World, tables: Readonly<Record<string, ReadonlyArray<readonly [Id, object]>>>): World {
	return {tables: new Map([...world.tables, ...worldOf(tables).tables])};
}

export const kernel = (fields: Deep<Kernel> = {}): Kernel => ({
	id: 1, owner: 'host:lab', cpuCount: 8, cpuMhz: 2600, memoryBytes: 16 * 2 ** 30, bootNs: 0, initial: {pid: 10}, ...fields,
}) as Kernel;

export const task = (fields: Deep<Task>): Task => ({
	kernel: 1, state: 'sleeping', isThread: false, program: 'x', argv: [], name: 'x', uid: 0, memoryBytes: 0, pids: [], namespaces: {pid: 10}, cgroup: '/', ...fields,
}) as unknown as Task;

export const inode = (fields: Deep<Inode>): Inode => ({
	type: 'file', rdev: {major: 0, minor: 0}, content: {sizeBytes: 0, chunks: []}, ...fields,
}) as unknown as Inode;

export const layer = (chain: string, parent: string | undefined, fs: number, sizeBytes: number): Layer => ({
	chain: `sha256:${chain}`, parent: parent === undefined ? undefined : `sha256:${parent}`, diff: `sha256:${chain.repeat(12)}`, fs, sizeBytes,
}) as unknown as Layer;

export const image = (id: string, diffs: readonly string[], sizeBytes: number): Image => ({
	id: `sha256:${id.repeat(64)}`, sizeBytes, document: {rootfs: {type: 'layers', diff_ids: diffs.map(diff => `sha256:${diff.repeat(12)}`)}},
}) as unknown as Image;

export const imageName = (reference: string, id: string): ImageName => ({reference, image: `sha256:${id.repeat(64)}`, taggedUs: 0}) as unknown as ImageName;

export const container = (fields: Deep<Container> & {readonly name: string}): Container => ({
	id: 'c'.repeat(64), state: {status: 'running'}, image: `sha256:${'1'.repeat(64)}`, config: {Image: 'nginx'}, ports: [],
	layer: {upper: 30, init: 31, imageLayers: [2, 1], merged: 40}, namespaces: {pid: 20}, ...fields,
}) as unknown as Container;
