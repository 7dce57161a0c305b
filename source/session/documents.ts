// The documents that a lab's checks look at, read from a World without running anything.

import {decodeText, noBytes} from '../base/bytes.js';
import {type Json, parseJson} from '../base/json.js';
import {must} from '../base/assert.js';
import {nowNs} from '../base/clock.js';
import {reader, Transaction, type World} from '../base/transaction.js';
import {handle} from '../engine-api/handle.js';
import type {Documents, Node, Where} from '../lab/documents.js';
import {domainDocument} from '../model/host/domain-document.js';
import {allDomains} from '../model/hypervisor/domain-table.js';
import {failed} from '../model/kernel/errno.js';
import {fileSystemTypes} from '../model/kernel/filesystem-types.js';
import {makeMerged} from '../model/container/container-filesystem.js';
import type {Container} from '../model/container/container-schema.js';
import type {FsContext} from '../model/kernel/filesystem.js';
import {attachMount} from '../model/kernel/mount-tree.js';
import type {Task} from '../model/kernel/schema.js';
import {findTask} from '../model/kernel/tasks.js';
import {type Caller, resolve, typeOf} from '../model/kernel/vfs.js';
import type {WorldEvent, WorldSchema} from '../model/world/schema.js';

/** Reading may look up overlay entries, which takes numbers: done in a transaction that is thrown away. */
type Scratch = Transaction<WorldSchema, WorldEvent>;

export function worldDocuments(world: World): Documents {
	const scratch: Scratch = new Transaction(world);
	return {
		engine: (path, where) => engineDocument(scratch, kernelOf(world, where), path),
		file: (path, where) => fileDocument(scratch, kernelOf(world, where), path, where?.container),
		domains: where => domainDocuments(world, where),
		node: where => nodeDocument(world, where),
	};
}

function kernelOf(world: World, where: Where | undefined): number {
	const hosts = reader<WorldSchema>(world).table('host');
	const host = where?.host === undefined ? [...hosts.values()][0] : hosts.get(where.host);
	return must(host, 'kernelOf: no such host').kernel;
}

function nodeDocument(world: World, where: Where | undefined): Node | undefined {
	const hosts = reader<WorldSchema>(world).table('host');
	const host = where?.host === undefined ? [...hosts.values()][0] : hosts.get(where.host);
	return host === undefined ? undefined : {sockets: host.sockets, coresPerSocket: host.coresPerSocket, threadsPerCore: host.threadsPerCore, mhz: host.cpuMhz, memoryKib: host.memoryBytes / 1024};
}

function domainDocuments(world: World, where: Where | undefined): readonly Json[] {
	const tables = reader<WorldSchema>(world);
	return allDomains(tables, kernelOf(world, where)).map(domain => domainDocument(domain, nowNs(tables)));
}

/** What a client would be told by `GET path`. */
function engineDocument(tx: Scratch, kernel: number, path: string): Json | undefined {
	const response = handle({tx, engine: kernel}, {method: 'GET', target: path, headers: [], body: noBytes});
	const parsed = response?.status === 200 ? parseJson(decodeText(response.body)) : undefined;
	return parsed !== undefined && 'value' in parsed ? parsed.value : undefined;
}

const maxDocumentBytes = 4 * 2 ** 20;

/** A file as root sees it: of the host, or of a container's root. */
function fileDocument(tx: Scratch, kernel: number, path: string, container: string | undefined): Uint8Array | undefined {
	const task = container === undefined ? findTask(tx, kernel, 1) : containerTask(tx, kernel, container);
	if (task === undefined) {
		return undefined;
	}

	const caller: Caller = {context: {tx, kernel, task: task.id, types: fileSystemTypes}, task};
	const found = resolve(caller, path, true);
	if (failed(found) || found.attributes.type !== 'file') {
		return undefined;
	}

	const bytes = typeOf(caller.context, found.fs).read(caller.context, found.fs, found.place.node, 0, Math.min(found.attributes.sizeBytes, maxDocumentBytes));
	return failed(bytes) ? undefined : bytes;
}

/** Somebody who sees a container's files: its first process, or root on the host with the container's files as its root. */
function containerTask(tx: Scratch, kernel: number, name: string): Task | undefined {
	const id = tx.get(`container-name:${kernel}`, name)?.container;
	const container = id === undefined ? undefined : tx.get(`container:${kernel}`, id);
	const running = container?.state.task === undefined ? undefined : findTask(tx, kernel, container.state.task);
	return running ?? (container === undefined ? undefined : strangerIn(tx, kernel, container));
}

function strangerIn(tx: Scratch, kernel: number, container: Container): Task {
	const init = must(findTask(tx, kernel, 1), 'strangerIn: no init');
	const context: FsContext = {tx, kernel, task: init.id, types: fileSystemTypes};
	const fs = container.layer.merged ?? makeMerged(context, {tx, engine: kernel}, container);
	const root = typeOf(context, fs).root(context, fs);
	const mount = attachMount(tx, init.namespaces.mnt, {parent: undefined, fs, root, mountpoint: undefined, source: 'overlay', type: 'overlay', flags: [], fsOptions: []});
	const place = {mount, node: root};
	return {...init, root: place, cwd: place};
}
