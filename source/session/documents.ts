// The documents that a lab's checks look at, read from a World without running anything.

import {type Json} from '../base/json.js';
import {must} from '../base/assert.js';
import {reader, Transaction, type World} from '../base/transaction.js';
import type {Documents, Where} from '../lab/documents.js';
import {failed} from '../model/kernel/errno.js';
import {fileSystemTypes} from '../model/kernel/filesystem-types.js';
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
		domains: () => [],
	};
}

function kernelOf(world: World, where: Where | undefined): number {
	const hosts = reader<WorldSchema>(world).table('host');
	const host = where?.host === undefined ? [...hosts.values()][0] : hosts.get(where.host);
	return must(host, 'kernelOf: no such host').kernel;
}

function engineDocument(_tx: Scratch, _kernel: number, _path: string): Json | undefined {
	return undefined;
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

function containerTask(_tx: Scratch, _kernel: number, _name: string): Task | undefined {
	return undefined;
}
