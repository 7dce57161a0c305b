// Random operations on a real overlay mount (Linux 6.18, ext4), and what it answered to each: test/golden/overlay/random.json has the
// scripts, the outcome of every call, and the merged and upper trees at the end. Here the same calls go through the system calls of a host.

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {decodeText, encodeText} from '../../../../source/base/bytes.js';
import {failed} from '../../../../source/model/kernel/errno.js';
import type {OpenFlags, Process} from '../../../../source/model/kernel/program.js';
import {TestHost} from '../../../support/test-host.js';
import {filesOf} from '../process-files.js';

/** Name of the call, path, and what else it takes: a path, a text or a number. */
type Operation = readonly [call: string, path: string, more?: string | number];

type RandomCase = {
	readonly options: string;
	readonly lowers: ReadonlyArray<readonly Operation[]>;
	readonly operations: readonly Operation[];
	readonly answers: readonly string[];
	readonly lowerAnswers: ReadonlyArray<readonly string[]>;
	readonly merged: readonly unknown[];
	readonly upper: readonly unknown[];
};

const golden = JSON.parse(readFileSync(new URL('../../../golden/overlay/random.json', import.meta.url), 'utf8')) as {readonly cases: readonly RandomCase[]};

function perform(process: Process, root: string, [call, path, more = '']: Operation): string {
	const {sys} = process;
	const {outcome} = filesOf(process);
	const at = `${root}/${path}`;
	const other = `${root}/${more}`;
	const openAndWrite = (flags: OpenFlags, text: string): string => {
		const fd = sys.open(at, flags, 0o644);
		const written = failed(fd) ? fd : sys.write(fd, encodeText(text));
		if (!failed(fd)) {
			sys.close(fd);
		}

		return outcome(written);
	};

	const calls: Readonly<Record<string, () => string>> = {
		write: () => openAndWrite({write: true, create: true, truncate: true}, String(more)),
		append: () => openAndWrite({write: true, append: true}, String(more)),
		openrw: () => openAndWrite({read: true, write: true}, ''),
		unlink: () => outcome(sys.unlink(at)),
		mkdir: () => outcome(sys.mkdir(at, 0o755)),
		rmdir: () => outcome(sys.rmdir(at)),
		rename: () => outcome(sys.rename(at, other)),
		noreplace: () => outcome(sys.rename(at, other, {noReplace: true})),
		exchange: () => outcome(sys.rename(at, other, {exchange: true})),
		link: () => outcome(sys.link(at, other)),
		symlink: () => outcome(sys.symlink(String(more), at)),
		chmod: () => outcome(sys.chmod(at, Number(more))),
		chown: () => outcome(sys.chown(at, Number(more), Number(more), {noFollow: true})),
		truncate: () => outcome(sys.truncate(at, Number(more))),
		setxattr: () => outcome(sys.setxattr(at, 'trusted.k', encodeText(String(more)))),
		removexattr: () => outcome(sys.removexattr(at, 'trusted.k')),
		whiteout: () => outcome(sys.mknod(at, 'char', 0o600, {major: 0, minor: 0})),
		opaque: () => outcome(sys.setxattr(at, 'trusted.overlay.opaque', encodeText('y'))),
	};
	return calls[call]!();
}

/** Extended attributes; file handles and uuids are shown as `H`. */
function attributesOf({sys}: Process, path: string): Readonly<Record<string, string>> {
	const names = sys.listxattr(path);
	return Object.fromEntries((failed(names) ? [] : [...names].sort()).map(name =>
		[name, /\.(?:origin|uuid)$/v.test(name) ? 'H' : decodeText(sys.getxattr(path, name) as Uint8Array)]));
}

/** Rows of path, type, mode, owner, links (0 for whiteouts, which share one inode), attributes, and content or target. */
function describeTree(process: Process, directory: string, prefix = ''): readonly unknown[] {
	const {sys} = process;
	const {cat, link, ls} = filesOf(process);
	return ls(directory).split(' ').filter(name => name !== '').sort().flatMap(name => {
		const path = `${directory}/${name}`;
		const attributes = sys.lstat(path);
		if (failed(attributes)) {
			return [[prefix + name, attributes.errno]];
		}

		const {type, mode, uid, nlink} = attributes;
		const content = type === 'file' ? [cat(path)] : (type === 'symlink' ? [link(path)] : []);
		const row = [prefix + name, type, mode, uid, type === 'char' ? 0 : nlink, type === 'symlink' ? {} : attributesOf(process, path), ...content];
		return [row, ...type === 'directory' ? describeTree(process, path, `${prefix}${name}/`) : []];
	});
}

for (const [index, {options, lowers, operations, answers, lowerAnswers, merged, upper}] of golden.cases.entries()) {
	test(`random operations ${index + 1} with ${options === '' ? 'default options' : options}`, () => {
		const found: Record<string, unknown> = {};
		new TestHost().main(function * (process) {
			for (const name of ['l0', 'l1', 'u', 'w', 'm']) {
				process.sys.mkdir(`/mnt/${name}`);
			}

			found['lowerAnswers'] = lowers.map((script, layer) => script.map(operation => perform(process, `/mnt/l${layer}`, operation)));
			process.sys.mount({
				source: 'overlay', target: '/mnt/m', type: 'overlay', how: 'new',
				options: ['lowerdir=/mnt/l1:/mnt/l0', 'upperdir=/mnt/u', 'workdir=/mnt/w', ...options === '' ? [] : options.split(',')],
			});
			found['answers'] = operations.map(operation => perform(process, '/mnt/m', operation));
			found['merged'] = describeTree(process, '/mnt/m');
			found['upper'] = [['.', attributesOf(process, '/mnt/u')], ...describeTree(process, '/mnt/u')];
			return 0;
		});
		expect(found).toEqual({lowerAnswers, answers, merged, upper});
	});
}
