// Copying files and trees: what cp(1) does, mv(1) does between filesystems and install(1) does for one file.

import {write} from '../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import type {Fd} from '../model/kernel/program.js';
import type {Confirmer} from './confirm.js';
import {joinPath} from './paths.js';
import {readBlock, type Blocking} from './standard-io.js';
import type {Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

export type CopyOptions = {
	readonly recursive: boolean;
	/** Symbolic links are copied as links: never followed, always, or only when named on the command line. */
	readonly follow: 'always' | 'operands' | 'never';
	readonly preserve: {readonly mode: boolean; readonly owner: boolean; readonly times: boolean; readonly links: boolean; readonly xattrs: boolean};
	readonly force: boolean;
	readonly overwrite: 'always' | 'never' | 'ask' | 'newer';
	readonly verbose: boolean;
	/** Makes links instead of copies. */
	readonly as: 'copy' | 'hard link' | 'symbolic link';
	readonly confirmer: Confirmer;
	/** Tries rename(2) on everything below the operand first: mv, when it has not been told yet that the filesystems differ. */
	readonly renames?: boolean;
};

/** One run of cp: remembers what it made, for hard links and against overwriting it. */
export class Copier<Name extends string> {
	readonly #t: Tool<Name>;
	readonly #options: CopyOptions;
	readonly #copies = new Map<string, string>();
	readonly #made = new Set<string>();
	/** The operand that is being copied, and where to: named when it turns out to contain its own copy. */
	#operand = {from: '', to: ''};

	constructor(t: Tool<Name>, options: CopyOptions) {
		this.#t = t;
		this.#options = options;
	}

	/** Copies one operand; the answer is the exit status. */
	* copy(from: string, to: string, depth = 0): Blocking<number> {
		const t = this.#t;
		const {follow} = this.#options;
		if (depth === 0) {
			this.#operand = {from, to};
		}

		const attributes = follow === 'always' || (follow === 'operands' && depth === 0) ? t.sys.stat(from) : t.sys.lstat(from);
		if (failed(attributes)) {
			return yield * t.complainCannot(`cannot stat ${t.quoted(from)}`, `can't stat '${from}'`, attributes);
		}

		if (this.#options.renames === true && depth > 0 && !failed(t.sys.rename(from, to, {noReplace: true}))) {
			return 0;
		}

		if (attributes.type === 'directory') {
			return yield * this.#options.recursive ? this.#directory(from, to, attributes, depth) : t.complain(t.says(`-r not specified; omitting directory ${t.quoted(from)}`, `omitting directory '${from}'`));
		}

		const existing = t.sys.lstat(to);
		if (!failed(existing)) {
			const decision = yield * this.#mayOverwrite(from, to, attributes, existing);
			if (decision !== undefined) {
				return decision;
			}
		}

		const status = yield * this.#one(from, to, attributes, failed(existing) ? undefined : existing);
		if (status === 0) {
			const made = t.sys.lstat(to);
			if (!failed(made)) {
				this.#made.add(`${made.fs}:${made.node}`);
			}
		}

		return status;
	}

	/** Undefined to go on, else the exit status. */
	* #mayOverwrite(from: string, to: string, source: Attributes, existing: Attributes): Blocking<number | undefined> {
		const t = this.#t;
		const target = t.sys.stat(to);
		const resolved = failed(target) || this.#options.follow === 'never' && source.type === 'symlink' ? existing : target;
		if (resolved.fs === source.fs && resolved.node === source.node && this.#options.as === 'copy') {
			return yield * t.complain(`${t.quoted(from)} and ${t.quoted(to)} are the same file`);
		}

		if (resolved.type === 'directory') {
			return yield * t.complain(t.says(`cannot overwrite directory ${t.quoted(to)} with non-directory`, `can't create '${to}': Is a directory`));
		}

		if (this.#made.has(`${existing.fs}:${existing.node}`) && t.isGnu) {
			return yield * t.complain(`will not overwrite just-created ${t.quoted(to)} with ${t.quoted(from)}`);
		}

		switch (this.#options.overwrite) {
			case 'never': return 0;
			case 'newer': return existing.mtimeUs >= source.mtimeUs ? 0 : undefined;
			case 'ask': return (yield * this.#options.confirmer.ask(`${t.name}: overwrite ${t.quoted(to)}?`)) ? undefined : 0;
			case 'always': return undefined;
			default: return this.#options.overwrite satisfies never;
		}
	}

	* #one(from: string, to: string, attributes: Attributes, existing: Attributes | undefined): Blocking<number> {
		const t = this.#t;
		const linked = this.#options.preserve.links && attributes.nlink > 1 ? this.#copies.get(`${attributes.fs}:${attributes.node}`) : undefined;
		if (linked !== undefined) {
			if (existing !== undefined) {
				t.sys.unlink(to);
			}

			return yield * this.#result(t.sys.link(linked, to), `cannot create hard link ${t.quoted(to)} to ${t.quoted(linked)}`, `can't create link '${to}'`, from, to);
		}

		this.#copies.set(`${attributes.fs}:${attributes.node}`, to);
		if (this.#options.as !== 'copy') {
			return yield * this.#asLink(from, to, existing);
		}

		if (attributes.type === 'file') {
			return yield * this.#file(from, to, attributes, existing);
		}

		return yield * this.#special(from, to, attributes, existing);
	}

	* #asLink(from: string, to: string, existing: Attributes | undefined): Blocking<number> {
		const t = this.#t;
		if (existing !== undefined && this.#options.force) {
			t.sys.unlink(to);
		}

		if (this.#options.as === 'hard link') {
			return yield * this.#result(t.sys.link(from, to), `cannot create hard link ${t.quoted(to)} to ${t.quoted(from)}`, `can't create link '${to}'`, from, to);
		}

		return yield * this.#result(t.sys.symlink(from, to), `cannot create symbolic link ${t.quoted(to)} to ${t.quoted(from)}`, `can't create symlink '${to}' to '${from}'`, from, to);
	}

	* #result(result: void | Failure, gnu: string, busybox: string, from: string, to: string): Blocking<number> {
		if (failed(result)) {
			return yield * this.#t.complainCannot(gnu, busybox, result);
		}

		yield * this.#tell(from, to);
		return 0;
	}

	* #tell(from: string, to: string): Blocking<void> {
		if (this.#options.verbose) {
			yield * this.#t.print(`${this.#t.quoted(from)} -> ${this.#t.quoted(to)}\n`);
		}
	}

	* #file(from: string, to: string, attributes: Attributes, existing: Attributes | undefined): Blocking<number> {
		const t = this.#t;
		const source = t.sys.open(from, {read: true});
		if (failed(source)) {
			return yield * t.complainCannot(`cannot open ${t.quoted(from)} for reading`, `can't open '${from}'`, source);
		}

		if (existing?.type === 'symlink' && failed(t.sys.stat(to)) && !this.#options.force) {
			t.sys.close(source);
			return yield * t.complain(t.says(`not writing through dangling symlink ${t.quoted(to)}`, `can't create '${to}': File exists`));
		}

		const mode = this.#options.preserve.mode ? attributes.mode & 0o700 : attributes.mode & 0o777;
		let target = t.sys.open(to, {write: true, create: true, truncate: true}, mode);
		if (failed(target) && this.#options.force && existing !== undefined && !failed(t.sys.unlink(to))) {
			target = t.sys.open(to, {write: true, create: true, truncate: true}, mode);
		}

		if (failed(target)) {
			t.sys.close(source);
			const words = to.endsWith('/') && target.errno === 'EISDIR' ? 'Not a directory' : errorTextOf(target);
			return yield * t.complain(`${t.says(`cannot create regular file ${t.quoted(to)}`, `can't create '${to}'`)}: ${words}`);
		}

		yield * this.#tell(from, to);
		const status = yield * this.#bytes({source, target, from, to});
		t.sys.close(source);
		t.sys.close(target);
		this.#preserve(from, to, attributes);
		return status;
	}

	* #bytes({source, target, from, to}: {readonly source: Fd; readonly target: Fd; readonly from: string; readonly to: string}): Blocking<number> {
		const t = this.#t;
		for (;;) {
			const block = yield * readBlock(t.process, source);
			if (failed(block)) {
				return yield * t.complainCannot(`error reading ${t.quoted(from)}`, `read error`, block);
			}

			if (block.length === 0) {
				return 0;
			}

			const refusal = yield * write(t.process, target, block);
			if (failed(refusal)) {
				return yield * t.complainCannot(`error writing ${t.quoted(to)}`, `write error`, refusal);
			}
		}
	}

	* #special(from: string, to: string, attributes: Attributes, existing: Attributes | undefined): Blocking<number> {
		const t = this.#t;
		if (existing !== undefined) {
			const refusal = t.sys.unlink(to);
			if (failed(refusal)) {
				return yield * t.complainCannot(`cannot remove ${t.quoted(to)}`, `can't remove '${to}'`, refusal);
			}
		}

		const link = attributes.type === 'symlink' ? t.sys.readlink(from) : undefined;
		if (failed(link)) {
			return yield * t.complainCannot(`cannot read symbolic link ${t.quoted(from)}`, `can't read link '${from}'`, link);
		}

		const refusal = link === undefined ? t.sys.mknod(to, attributes.type, attributes.mode, attributes.rdev) : t.sys.symlink(link.target, to);
		if (failed(refusal)) {
			return yield * t.complainCannot(link === undefined ? `cannot create special file ${t.quoted(to)}` : `cannot create symbolic link ${t.quoted(to)}`, `can't create '${to}'`, refusal);
		}

		yield * this.#tell(from, to);
		this.#preserve(from, to, attributes);
		return 0;
	}

	* #directory(from: string, to: string, attributes: Attributes, depth: number): Blocking<number> {
		const t = this.#t;
		const existing = t.sys.stat(to);
		if (!failed(existing) && existing.type !== 'directory') {
			return yield * t.complain(t.says(`cannot overwrite non-directory ${t.quoted(to)} with directory ${t.quoted(from)}`, `target '${to}' is not a directory`));
		}

		if (depth >= depthMax) {
			return yield * t.complain(`cannot stat ${t.quoted(from)}: File name too long`);
		}

		const entries = yield * sortedEntries(t.process, from);
		if (failed(entries)) {
			return yield * t.complainCannot(`cannot access ${t.quoted(from)}`, `can't open '${from}'`, entries);
		}

		if (failed(existing)) {
			const refusal = t.sys.mkdir(to, (attributes.mode & 0o777) | 0o700);
			if (failed(refusal)) {
				return yield * t.complainCannot(`cannot create directory ${t.quoted(to)}`, `can't create directory '${to}'`, refusal);
			}

			yield * this.#tell(from, to);
		}

		const made = t.sys.stat(to);
		if (!failed(made)) {
			this.#made.add(`${made.fs}:${made.node}`);
		}

		let status = 0;
		for (const {name} of entries) {
			const below = t.sys.lstat(joinPath(from, name));
			if (!failed(below) && below.type === 'directory' && this.#made.has(`${below.fs}:${below.node}`)) {
				status = yield * t.complain(t.says(`cannot copy a directory, ${t.quoted(this.#operand.from)}, into itself, ${t.quoted(this.#operand.to)}`, `recursion detected, omitting directory '${joinPath(from, name)}'`));
				continue;
			}

			status = Math.max(status, yield * this.copy(joinPath(from, name), joinPath(to, name), depth + 1));
		}

		if (failed(existing) && !this.#options.preserve.mode) {
			t.sys.chmod(to, attributes.mode & 0o777 & ~t.sys.umask());
		}

		this.#preserve(from, to, attributes);
		return status;
	}

	/** Owner before mode, because chown clears set-id bits. What is not permitted is left out, as cp -p does. */
	#preserve(from: string, path: string, attributes: Attributes): void {
		const {preserve} = this.#options;
		const {sys} = this.#t;
		if (preserve.xattrs && this.#t.isGnu) {
			this.#copyXattrs(from, path);
		}

		if (preserve.owner && failed(sys.chown(path, attributes.uid, attributes.gid, {noFollow: true}))) {
			sys.chown(path, undefined, attributes.gid, {noFollow: true});
		}

		if (attributes.type !== 'symlink' && preserve.mode) {
			sys.chmod(path, attributes.mode);
		}

		if (preserve.times) {
			sys.utimes(path, attributes.atimeUs, attributes.mtimeUs, {noFollow: true});
		}
	}

	/** What may not be set is left out. */
	#copyXattrs(from: string, to: string): void {
		const {sys} = this.#t;
		const how = {noFollow: true};
		const names = sys.listxattr(from, how);
		for (const name of failed(names) ? [] : names) {
			const value = sys.getxattr(from, name, how);
			if (!failed(value)) {
				sys.setxattr(to, name, value, how);
			}
		}
	}
}

export const preserveNothing = {mode: false, owner: false, times: false, links: false, xattrs: false} as const;
export const preserveAll = {mode: true, owner: true, times: true, links: true, xattrs: true} as const;

