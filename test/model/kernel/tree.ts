// A filesystem by paths, for tests of filesystem types without a kernel around them: what a program would do with system calls,
// as the superuser and without mounts.

import {decodeText, encodeText} from '../../../source/base/bytes.js';
import {emptyWorld, Transaction} from '../../../source/base/transaction.js';
import {failed, type Failure} from '../../../source/model/kernel/errno.js';
import type {Attributes, FsId, NewFile, NodeId} from '../../../source/model/kernel/file-types.js';
import type {FileSystemType, FsContext} from '../../../source/model/kernel/filesystem.js';
import {inodeFileSystem} from '../../../source/model/kernel/inode-filesystem.js';
import {overlay} from '../../../source/model/kernel/overlay/overlay.js';
import type {KernelEvent, KernelSchema} from '../../../source/model/kernel/schema.js';
import {typeOf} from '../../../source/model/kernel/vfs.js';

export type TestContext = FsContext & {readonly tx: Transaction<KernelSchema, KernelEvent>};

export function testContext(types: readonly FileSystemType[] = []): TestContext {
	const all = [inodeFileSystem('ext4', false), inodeFileSystem('tmpfs', true), overlay, ...types];
	return {tx: new Transaction<KernelSchema, KernelEvent>(emptyWorld), kernel: 1, task: undefined, types: new Map(all.map(type => [type.name, type]))};
}

export type Tree = ReturnType<typeof treeOf>;

/** Throws what a test did not expect to fail. */
export function ok<T>(result: T): Exclude<T, Failure> {
	if (failed(result)) {
		throw new Error(result.errno);
	}

	return result as Exclude<T, Failure>;
}

export function treeOf(context: FsContext, fs: FsId, root?: NodeId) {
	const type = typeOf(context, fs);
	const top = root ?? type.root(context, fs);

	const walk = (path: string): NodeId | Failure => {
		let node = top;
		for (const name of path.split('/').filter(part => part !== '' && part !== '.')) {
			const next = type.lookup(context, fs, node, name);
			if (failed(next)) {
				return next;
			}

			node = next;
		}

		return node;
	};

	const end = (path: string) => {
		const slash = path.lastIndexOf('/');
		return {directory: ok(walk(path.slice(0, Math.max(slash, 0)))), name: path.slice(slash + 1)};
	};

	const stat = (path: string): Attributes | Failure => {
		const node = walk(path);
		return failed(node) ? node : type.attributes(context, fs, node);
	};

	const create = (path: string, file: Partial<NewFile> & Pick<NewFile, 'type'>): NodeId | Failure => {
		const {directory, name} = end(path);
		return type.create(context, fs, directory, name, {mode: file.type === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, ...file});
	};

	/** open(2) of an existing file; answers its node, which `close` releases. */
	const open = (path: string, how: {readonly forWriting?: boolean; readonly truncate?: boolean} = {}): NodeId | Failure => {
		const node = walk(path);
		const opened = failed(node) ? node : type.open(context, fs, node, {forWriting: how.forWriting ?? false, truncate: how.truncate ?? false});
		return failed(opened) ? opened : node;
	};

	const close = (node: NodeId): void => type.release(context, fs, node);

	const readNode = (node: NodeId): string | Failure => {
		const bytes = type.read(context, fs, node, 0, 1 << 24);
		return failed(bytes) ? bytes : decodeText(bytes);
	};

	const write = (path: string, text: string, append = false): void | Failure => {
		if (failed(walk(path))) {
			const created = create(path, {type: 'file'});
			if (failed(created)) {
				return created;
			}
		}

		const node = open(path, {forWriting: true, truncate: !append});
		if (failed(node)) {
			return node;
		}

		const {sizeBytes} = ok(type.attributes(context, fs, node));
		const written = type.write(context, fs, node, append ? sizeBytes : 0, encodeText(text));
		close(node);
		return failed(written) ? written : undefined;
	};

	const list = (path: string): readonly string[] | Failure => {
		const node = walk(path);
		const entries = failed(node) ? node : type.entries(context, fs, node);
		return failed(entries) ? entries : entries.map(({name}) => name);
	};

	const unlink = (path: string) => {
		const {directory, name} = end(path);
		return type.unlink(context, fs, directory, name);
	};

	const rmdir = (path: string) => {
		const {directory, name} = end(path);
		return type.rmdir(context, fs, directory, name);
	};

	const rename = (from: string, to: string, options: {readonly noReplace?: boolean; readonly exchange?: boolean} = {}) =>
		type.rename(context, fs, end(from), end(to), options);

	const tree = {
		context, fs, type, walk, stat, create, open, close, readNode, write, list, unlink, rmdir, rename,
		append: (path: string, text: string) => write(path, text, true),
		mkdir: (path: string, mode = 0o755) => create(path, {type: 'directory', mode}),
		symlink: (target: string, path: string) => create(path, {type: 'symlink', target, mode: 0o777}),
		read(path: string): string | Failure {
			const node = open(path);
			if (failed(node)) {
				return node;
			}

			const text = readNode(node);
			close(node);
			return text;
		},
		readlink(path: string) {
			const node = walk(path);
			return failed(node) ? node : type.readlink(context, fs, node);
		},
		link(from: string, to: string): void | Failure {
			const node = walk(from);
			const {directory, name} = end(to);
			return failed(node) ? node : type.link(context, fs, node, directory, name);
		},
		change(path: string, changes: Parameters<FileSystemType['setAttributes']>[3]): void | Failure {
			const node = walk(path);
			return failed(node) ? node : type.setAttributes(context, fs, node, changes);
		},
		setXattr(path: string, name: string, value: string | undefined): void | Failure {
			const node = walk(path);
			return failed(node) ? node : type.setXattr(context, fs, node, name, value === undefined ? undefined : encodeText(value));
		},
		xattrs(path: string): ReadonlyMap<string, Uint8Array> | Failure {
			const node = walk(path);
			return failed(node) ? node : type.xattrs(context, fs, node);
		},
		/** rm -r */
		removeTree(path: string): void | Failure {
			if (ok(stat(path)).type !== 'directory') {
				return unlink(path);
			}

			for (const name of ok(list(path))) {
				ok(tree.removeTree(`${path}/${name}`));
			}

			return rmdir(path);
		},
		/** What cp -a does with a tree. */
		copyTree(from: string, to: string): void {
			const {type: kind, mode, uid, gid, rdev} = ok(stat(from));
			const target = kind === 'symlink' ? ok(tree.readlink(from)).target : undefined;
			ok(create(to, {type: kind, mode, uid, gid, rdev, ...(target !== undefined && {target})}));
			if (kind === 'file') {
				ok(write(to, ok(tree.read(from))));
			}

			for (const name of kind === 'directory' ? ok(list(from)) : []) {
				tree.copyTree(`${from}/${name}`, `${to}/${name}`);
			}
		},
		/** What mv(1) does: rename(2), and on EXDEV a copy. */
		move(from: string, to: string): void {
			const moved = rename(from, to);
			if (failed(moved) && moved.errno === 'EXDEV') {
				tree.copyTree(from, to);
				ok(tree.removeTree(from));
				return;
			}

			ok(moved);
		},
		/** All paths below the root, in order. */
		paths(): readonly string[] {
			const found: string[] = [];
			const visit = (directory: string): void => {
				for (const name of [...ok(list(directory))].sort()) {
					const path = directory === '' ? name : `${directory}/${name}`;
					found.push(path);
					const attributes = stat(path);
					if (!failed(attributes) && attributes.type === 'directory') {
						visit(path);
					}
				}
			};

			visit('');
			return found;
		},
	};
	return tree;
}

