// What a real kernel (6.18, ext4) left in the upper directory after scripted operations, and what it showed as merged.
// The operations are the scripts of test/golden/overlay/overlay.json, translated to calls of the filesystem type; each case runs with all four sets of options
// that were recorded. The file has an entry for options other than the default only where the outcome differs.

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {decodeText} from '../../../../source/base/bytes.js';
import {failed} from '../../../../source/model/kernel/errno.js';
import {makeInodeFileSystem} from '../../../../source/model/kernel/inode-filesystem.js';
import {makeOverlay} from '../../../../source/model/kernel/overlay/make-overlay.js';
import {parseOverlayOptions} from '../../../../source/model/kernel/overlay/overlay-options.js';
import {ok, testContext, type Tree, treeOf} from '../tree.js';

type GoldenFile = Readonly<Record<string, unknown>> & {readonly path: string};
type GoldenCase = {
	readonly case: string;
	readonly opts: string;
	readonly lowers: readonly string[];
	readonly op: string;
	readonly upper: readonly GoldenFile[];
	readonly merged: readonly GoldenFile[];
	readonly upperRootXattrs: Readonly<Record<string, string>>;
};

const golden = JSON.parse(readFileSync(new URL('../../../golden/overlay/overlay.json', import.meta.url), 'utf8')) as {readonly cases: readonly GoldenCase[]};
const optionSets = ['default', 'redirect_dir=on', 'redirect_dir=on,metacopy=on', 'index=on'];

/** The scripts that fill lower layers. */
const lowerScripts: Readonly<Record<string, (tree: Tree) => void>> = {
	'true'() {},
	'mkdir d; echo a > d/a'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/a', 'a\n'));
	},
	'echo a > a': tree => ok(tree.write('a', 'a\n')),
	'echo abc > a': tree => ok(tree.write('a', 'abc\n')),
	'echo a > a; chmod 644 a': tree => ok(tree.write('a', 'a\n')),
	'mkdir -p d/s; echo a > d/a'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.mkdir('d/s'));
		ok(tree.write('d/a', 'a\n'));
	},
	'echo a > a; echo b > b'(tree) {
		ok(tree.write('a', 'a\n'));
		ok(tree.write('b', 'b\n'));
	},
	'mkdir d; echo a > d/a; mkdir d/s; echo b > d/s/b'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/a', 'a\n'));
		ok(tree.mkdir('d/s'));
		ok(tree.write('d/s/b', 'b\n'));
	},
	'echo a > a; ln a b'(tree) {
		ok(tree.write('a', 'a\n'));
		ok(tree.link('a', 'b'));
	},
	'echo a > a; ln -s a l'(tree) {
		ok(tree.write('a', 'a\n'));
		ok(tree.symlink('a', 'l'));
	},
	'echo low > f; echo only0 > g'(tree) {
		ok(tree.write('f', 'low\n'));
		ok(tree.write('g', 'only0\n'));
	},
	'echo mid > f': tree => ok(tree.write('f', 'mid\n')),
	'mkdir d; echo 0 > d/zero; echo x > d/same'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/zero', '0\n'));
		ok(tree.write('d/same', 'x\n'));
	},
	'mkdir d; echo 1 > d/one; echo y > d/same'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/one', '1\n'));
		ok(tree.write('d/same', 'y\n'));
	},
	'mkdir d; echo n > d/n; setfattr -n trusted.overlay.opaque -v y d'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/n', 'n\n'));
		ok(tree.setXattr('d', 'trusted.overlay.opaque', 'y'));
	},
	'echo f > d': tree => ok(tree.write('d', 'f\n')),
	'mkdir d; echo bottom > d/bottom'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/bottom', 'bottom\n'));
	},
	'mkdir d; echo top > d/top'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/top', 'top\n'));
	},
	'mkdir -p x/y/z; chmod 711 x; chown 5:6 x/y; echo a > x/y/z/a'(tree) {
		ok(tree.mkdir('x'));
		ok(tree.mkdir('x/y'));
		ok(tree.mkdir('x/y/z'));
		ok(tree.change('x', {mode: 0o711}));
		ok(tree.change('x/y', {uid: 5, gid: 6}));
		ok(tree.write('x/y/z/a', 'a\n'));
	},
	'head -c 1000000 /dev/zero > big': tree => ok(tree.write('big', '\0'.repeat(1_000_000))),
	'mkdir d; echo 1 > d/b'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/b', '1\n'));
	},
	'mkdir d; echo a > a'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('a', 'a\n'));
	},
};

const errnoOf = (result: unknown): string => failed(result) ? result.errno : 'no error';

/** The operation of each case, and what it shows while it runs. */
const operations: Readonly<Record<string, (tree: Tree, options: string) => void>> = {
	'create-in-lower-dir': tree => ok(tree.write('d/b', 'b\n')),
	'open-rdwr-no-write-copies-up': tree => tree.close(ok(tree.open('a', {forWriting: true}))),
	'append-lower'(tree) {
		ok(tree.append('a', 'b\n'));
		expect(tree.read('a')).toBe('a\nb\n');
	},
	'truncate-lower': tree => ok(tree.write('a', '')),
	'chmod-copyup': tree => ok(tree.change('a', {mode: 0o755})),
	'chown-copyup': tree => ok(tree.change('a', {uid: 1000, gid: 1000})),
	'xattr-copyup': tree => ok(tree.setXattr('a', 'user.k', 'v')),
	'delete-lower-file'(tree) {
		ok(tree.unlink('a'));
		expect(tree.list('')).toEqual([]);
	},
	'delete-copied-up'(tree) {
		ok(tree.append('a', 'b\n'));
		ok(tree.unlink('a'));
	},
	'delete-then-recreate-file'(tree) {
		ok(tree.unlink('a'));
		ok(tree.write('a', 'new\n'));
	},
	'delete-lower-dir': tree => ok(tree.removeTree('d')),
	'rmdir-nonempty': tree => expect(errnoOf(tree.rmdir('d'))).toBe('ENOTEMPTY'),
	'delete-dir-recreate-add'(tree) {
		ok(tree.removeTree('d'));
		ok(tree.mkdir('d'));
		ok(tree.write('d/n', 'n\n'));
		expect(tree.list('d')).toEqual(['n']);
	},
	'dir-replaced-by-file'(tree) {
		ok(tree.removeTree('d'));
		ok(tree.write('d', 'f\n'));
	},
	'symlink-over-file'(tree) {
		// ln -sf makes the link under another name and renames it over the file.
		ok(tree.symlink('b', 'CuTemp'));
		ok(tree.rename('CuTemp', 'a'));
	},
	'rename-lower-file'(tree) {
		tree.move('a', 'b');
		expect(tree.list('')).toEqual(['b']);
	},
	'rename-over-lower': tree => tree.move('a', 'b'),
	'rename-upper-over-lower'(tree) {
		ok(tree.write('n', 'n\n'));
		tree.move('n', 'a');
		expect(tree.read('a')).toBe('n\n');
	},
	'rename-lower-dir'(tree) {
		tree.move('d', 'e');
		expect(tree.paths()).toEqual(['e', 'e/a', 'e/s', 'e/s/b']);
	},
	'rename-lower-dir-syscall': (tree, options) => expect(errnoOf(tree.rename('d', 'e'))).toBe(options.includes('redirect_dir=on') ? 'no error' : 'EXDEV'),
	'rename-upper-dir'(tree) {
		ok(tree.mkdir('d'));
		ok(tree.write('d/a', 'a\n'));
		tree.move('d', 'e');
	},
	'mkdir-over-whiteout'(tree) {
		ok(tree.removeTree('d'));
		ok(tree.mkdir('d'));
	},
	'hardlink-lower'(tree) {
		ok(tree.link('a', 'b'));
		expect([ok(tree.stat('a')).nlink, ok(tree.stat('b')).nlink]).toEqual([2, 2]);
		ok(tree.append('a', 'x\n'));
		expect(tree.read('b')).toBe('a\nx\n');
	},
	'hardlink-broken-on-copyup'(tree, options) {
		const isIndexed = options === 'index=on';
		expect([ok(tree.stat('a')).nlink, ok(tree.stat('b')).nlink]).toEqual([2, 2]);
		ok(tree.append('a', 'x\n'));
		expect([tree.read('a'), tree.read('b')]).toEqual(['a\nx\n', isIndexed ? 'a\nx\n' : 'a\n']);
		expect([ok(tree.stat('a')).nlink, ok(tree.stat('b')).nlink]).toEqual([isIndexed ? 2 : 1, 2]);
	},
	'hardlink-unlink-one'(tree, options) {
		ok(tree.unlink('a'));
		expect(tree.read('b')).toBe('a\n');
		expect(ok(tree.stat('b')).nlink).toBe(options === 'index=on' ? 1 : 2);
	},
	'symlink-lower-write-through'(tree) {
		ok(tree.append(ok(tree.readlink('l')).target, 'x\n'));
		expect(tree.read('a')).toBe('a\nx\n');
	},
	'symlink-lower-delete'(tree) {
		ok(tree.unlink('l'));
		expect(tree.list('')).toEqual(['a']);
	},
	'fifo-create': tree => ok(tree.create('p', {type: 'fifo'})),
	'mknod-char-0-0-in-merged': tree => expect(errnoOf(tree.create('w', {type: 'char', rdev: {major: 0, minor: 0}}))).toBe('EPERM'),
	'two-lowers-shadow': tree => expect([tree.read('f'), tree.read('g')]).toEqual(['mid\n', 'only0\n']),
	'two-lowers-dir-merge'(tree) {
		expect([...ok(tree.list('d'))].sort()).toEqual(['one', 'same', 'zero']);
		expect(tree.read('d/same')).toBe('y\n');
	},
	'opaque-in-middle-lower': tree => expect(tree.list('d')).toEqual(['n']),
	'file-over-dir-middle': tree => expect(tree.read('d')).toBe('f\n'),
	'dir-over-file-middle': tree => expect(tree.list('d')).toEqual(['a']),
	'dir-file-dir-sandwich': tree => expect(tree.list('d')).toEqual(['top']),
	'copyup-parents-meta': tree => ok(tree.append('x/y/z/a', 'b\n')),
	'copyup-big-file'(tree) {
		ok(tree.change('big', {mode: 0o600}));
		ok(tree.append('big', '1\n'));
	},
	'fd-opened-before-copyup'(tree) {
		const descriptor = ok(tree.open('a'));
		ok(tree.append('a', 'b\n'));
		expect(tree.readNode(descriptor)).toBe('a\nb\n');
		tree.close(descriptor);
	},
	'ls-order-and-dots'(tree) {
		ok(tree.write('d/a', '2\n'));
		expect([...ok(tree.list('d'))].sort()).toEqual(['a', 'b']);
	},
	'move-into-lower-dir'(tree) {
		tree.move('a', 'd/a');
		expect(tree.list('d')).toEqual(['a']);
	},
	'swap-exchange'(tree) {
		ok(tree.rename('a', 'b', {exchange: true}));
		expect([tree.read('a'), tree.read('b')]).toEqual(['b\n', 'a\n']);
	},
	'write-to-lower-while-mounted-warning': tree => expect(tree.read('a')).toBe('a\n'),
	'sparse-name-wh-prefix': tree => ok(tree.write('.wh.foo', 'x\n')),
};

/** A tree in the words of the golden file. */
function describeTree(tree: Tree, withXattrs: boolean): readonly GoldenFile[] {
	return tree.paths().map(path => {
		const {type, mode, uid, gid, rdev, sizeBytes, nlink} = ok(tree.stat(path));
		const xattrs = describeXattrs(tree, path);
		const text = type === 'file' ? ok(tree.read(path)) : '';
		const isWhiteout = type === 'char' && rdev.major === 0 && rdev.minor === 0;
		return {
			path,
			type: type === 'directory' ? 'dir' : type,
			mode: `0o${mode.toString(8)}`,
			uid,
			gid,
			...(type === 'file' && {size: sizeBytes, nlink, content: text.length > 1000 ? `<${text.length}>` : text}),
			...(type === 'symlink' && {target: ok(tree.readlink(path)).target}),
			...(type === 'char' && {rdev: `${rdev.major}/${rdev.minor}`}),
			...(isWhiteout && {whiteout: true}),
			...(withXattrs && Object.keys(xattrs).length > 0 && {xattrs}),
		};
	});
}

function describeXattrs(tree: Tree, path: string): Readonly<Record<string, string>> {
	return Object.fromEntries(Array.from(ok(tree.xattrs(path)), ([name, value]) =>
		[name, name.endsWith('.origin') || name.endsWith('.uuid') ? '<file-handle>' : decodeText(value)]));
}

for (const options of optionSets) {
	for (const first of golden.cases.filter(({opts}) => opts === 'default')) {
		test(`${first.case} with ${options}`, () => {
			const own = golden.cases.find(candidate => candidate.case === first.case && candidate.opts === options);
			const expected = own ?? first;
			const context = testContext();
			const disk = treeOf(context, makeInodeFileSystem(context.tx, 'ext4'));
			const lower = expected.lowers.map((script, index) => {
				const node = ok(disk.mkdir(`lower${index}`));
				lowerScripts[script]!(treeOf(context, disk.fs, node));
				return {fs: disk.fs, node};
			}).reverse();
			const before = lower.map(({node}) => describeTree(treeOf(context, disk.fs, node), true));
			const upper = {fs: disk.fs, node: ok(disk.mkdir('upper'))};
			const work = {fs: disk.fs, node: ok(disk.mkdir('work'))};
			const words = ok(parseOverlayOptions(['lowerdir=l', 'upperdir=u', 'workdir=w', ...options === 'default' ? [] : options.split(',')]));
			const merged = treeOf(context, ok(makeOverlay(context, {lower, upper, work, options: words.options, words: {}})));

			operations[expected.case]!(merged, options);

			const upperTree = treeOf(context, disk.fs, upper.node);
			expect(describeTree(upperTree, true)).toEqual(expected.upper);
			expect(describeTree(merged, false)).toEqual(expected.merged);
			if (own !== undefined) {
				expect(describeXattrs(upperTree, '')).toEqual(own.upperRootXattrs);
			}

			expect(lower.map(({node}) => describeTree(treeOf(context, disk.fs, node), true))).toEqual(before);
		});
	}
}
