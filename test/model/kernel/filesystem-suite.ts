// One suite of behaviours for every filesystem type whose files can be written. What `given` lays out is in the filesystem before; for
// overlay it can be the lower layer, so that "remove a directory" is also "remove a directory of the lower layer".

import {expect, test} from 'vitest';
import {failed} from '../../../source/model/kernel/errno.js';
import {ok, type Tree} from './tree.js';

export type Implementation = {
	readonly name: string;
	/** A filesystem that has what `given` lays out. */
	make(given: (tree: Tree) => void): Tree;
};

type Behaviour = {readonly name: string; readonly given?: (tree: Tree) => void; readonly then: (tree: Tree) => void};

const errno = (result: unknown): string => failed(result) ? result.errno : 'ok';

function aTree(tree: Tree): void {
	ok(tree.mkdir('d'));
	ok(tree.mkdir('d/s'));
	ok(tree.write('d/f', 'one\n'));
	ok(tree.write('g', 'two\n'));
	ok(tree.symlink('d/f', 'l'));
}

const behaviours: readonly Behaviour[] = [
	{
		name: 'make a file and read it back',
		then(tree) {
			ok(tree.write('a', 'hello\n'));
			expect(tree.read('a')).toBe('hello\n');
			expect(ok(tree.stat('a'))).toMatchObject({type: 'file', mode: 0o644, nlink: 1, sizeBytes: 6});
		},
	},
	{
		name: 'make a name that exists',
		given: aTree,
		then(tree) {
			for (const type of ['file', 'directory', 'fifo'] as const) {
				expect(errno(tree.create('d', {type}))).toBe('EEXIST');
				expect(errno(tree.create('g', {type}))).toBe('EEXIST');
			}
		},
	},
	{
		name: 'append to a file',
		given: aTree,
		then(tree) {
			ok(tree.append('d/f', 'more\n'));
			expect(tree.read('d/f')).toBe('one\nmore\n');
		},
	},
	{
		name: 'write into the middle of a file, and beyond its end',
		given: aTree,
		then(tree) {
			const node = ok(tree.open('g', {forWriting: true}));
			tree.type.write(tree.context, tree.fs, node, 1, new TextEncoder().encode('W'));
			tree.type.write(tree.context, tree.fs, node, 6, new TextEncoder().encode('!'));
			tree.close(node);
			expect(tree.read('g')).toBe('tWo\n\0\0!');
		},
	},
	{
		name: 'empty a file by opening it',
		given: aTree,
		then(tree) {
			ok(tree.write('g', ''));
			expect(ok(tree.stat('g')).sizeBytes).toBe(0);
		},
	},
	{
		name: 'cut a file off and extend it with zeros',
		given: aTree,
		then(tree) {
			ok(tree.change('g', {sizeBytes: 2}));
			ok(tree.change('g', {sizeBytes: 4}));
			expect(tree.read('g')).toBe('tw\0\0');
		},
	},
	{
		name: 'change mode, owner and times, and nothing else',
		given: aTree,
		then(tree) {
			ok(tree.change('d/f', {mode: 0o600, uid: 5, gid: 6, atimeUs: 1, mtimeUs: 2}));
			expect(ok(tree.stat('d/f'))).toMatchObject({type: 'file', mode: 0o600, uid: 5, gid: 6, atimeUs: 1, mtimeUs: 2, sizeBytes: 4});
			expect(tree.read('d/f')).toBe('one\n');
			ok(tree.change('d', {mode: 0o700}));
			expect(tree.list('d')).toEqual(['s', 'f']);
		},
	},
	{
		name: 'extended attributes: set, replace, remove',
		given: aTree,
		then(tree) {
			ok(tree.setXattr('g', 'user.a', '1'));
			ok(tree.setXattr('g', 'user.a', '2'));
			ok(tree.setXattr('g', 'user.b', '3'));
			expect([...ok(tree.xattrs('g')).keys()]).toEqual(['user.a', 'user.b']);
			ok(tree.setXattr('g', 'user.a', undefined));
			expect([...ok(tree.xattrs('g')).keys()]).toEqual(['user.b']);
			expect(errno(tree.setXattr('g', 'user.a', undefined))).toBe('ENODATA');
		},
	},
	{
		name: 'remove a file',
		given: aTree,
		then(tree) {
			ok(tree.unlink('g'));
			expect(errno(tree.stat('g'))).toBe('ENOENT');
			expect(errno(tree.unlink('g'))).toBe('ENOENT');
			expect([...ok(tree.list(''))].sort()).toEqual(['d', 'l']);
		},
	},
	{
		name: 'remove a file that is open: it lives until it is closed',
		given: aTree,
		then(tree) {
			const node = ok(tree.open('g'));
			ok(tree.unlink('g'));
			expect(tree.readNode(node)).toBe('two\n');
			tree.close(node);
			ok(tree.write('g', 'new\n'));
			expect(tree.read('g')).toBe('new\n');
		},
	},
	{
		name: 'a file that is open shows what is written to it later',
		given: aTree,
		then(tree) {
			const node = ok(tree.open('g'));
			ok(tree.append('g', 'three\n'));
			expect(tree.readNode(node)).toBe('two\nthree\n');
			tree.close(node);
		},
	},
	{
		name: 'remove a directory',
		given: aTree,
		then(tree) {
			expect(errno(tree.rmdir('d'))).toBe('ENOTEMPTY');
			ok(tree.rmdir('d/s'));
			ok(tree.unlink('d/f'));
			ok(tree.rmdir('d'));
			expect(errno(tree.stat('d'))).toBe('ENOENT');
			expect([...ok(tree.list(''))].sort()).toEqual(['g', 'l']);
		},
	},
	{
		name: 'remove a directory and make it anew: nothing of the old one is in it',
		given: aTree,
		then(tree) {
			ok(tree.removeTree('d'));
			ok(tree.mkdir('d'));
			expect(tree.list('d')).toEqual([]);
			ok(tree.write('d/f', 'new\n'));
			expect(tree.paths()).toEqual(['d', 'd/f', 'g', 'l']);
		},
	},
	{
		name: 'rmdir of a file, unlink of a directory',
		given: aTree,
		then(tree) {
			expect(errno(tree.rmdir('g'))).toBe('ENOTDIR');
			expect(errno(tree.unlink('d'))).toBe('EISDIR');
		},
	},
	{
		name: 'replace a directory by a file and a file by a directory',
		given: aTree,
		then(tree) {
			ok(tree.removeTree('d'));
			ok(tree.write('d', 'file\n'));
			ok(tree.unlink('g'));
			ok(tree.mkdir('g'));
			expect([tree.read('d'), tree.list('g')]).toEqual(['file\n', []]);
		},
	},
	{
		name: 'move a file',
		given: aTree,
		then(tree) {
			ok(tree.rename('g', 'd/h'));
			expect([tree.read('d/h'), errno(tree.stat('g'))]).toEqual(['two\n', 'ENOENT']);
			ok(tree.rename('d/h', 'g'));
			expect(tree.paths()).toEqual(['d', 'd/f', 'd/s', 'g', 'l']);
		},
	},
	{
		name: 'move a file over another',
		given: aTree,
		then(tree) {
			ok(tree.rename('g', 'd/f'));
			expect(tree.read('d/f')).toBe('two\n');
			expect(tree.paths()).toEqual(['d', 'd/f', 'd/s', 'l']);
		},
	},
	{
		name: 'move over the wrong kind of thing',
		given: aTree,
		then(tree) {
			expect(errno(tree.rename('g', 'd/s'))).toBe('EISDIR');
			expect(errno(tree.rename('d/s', 'g'))).toBe('ENOTDIR');
			expect(errno(tree.rename('g', 'd'))).toBe('EISDIR');
			expect(errno(tree.rename('d', 'd/s/x'))).toBe('EINVAL');
			expect(errno(tree.rename('g', 'l', {noReplace: true}))).toBe('EEXIST');
			expect(errno(tree.rename('x', 'y'))).toBe('ENOENT');
			expect(tree.paths()).toEqual(['d', 'd/f', 'd/s', 'g', 'l']);
		},
	},
	{
		name: 'move a directory with what is in it, copying where the filesystem says EXDEV',
		given: aTree,
		then(tree) {
			tree.move('d', 'e');
			expect(tree.paths()).toEqual(['e', 'e/f', 'e/s', 'g', 'l']);
			expect(tree.read('e/f')).toBe('one\n');
		},
	},
	{
		name: 'exchange two files',
		given: aTree,
		then(tree) {
			ok(tree.rename('g', 'd/f', {exchange: true}));
			expect([tree.read('g'), tree.read('d/f')]).toEqual(['one\n', 'two\n']);
		},
	},
	{
		name: 'a hard link is the same file by another name',
		given: aTree,
		then(tree) {
			ok(tree.link('g', 'h'));
			ok(tree.append('g', 'more\n'));
			expect(tree.read('h')).toBe('two\nmore\n');
			expect(ok(tree.stat('h'))).toEqual(ok(tree.stat('g')));
			expect(ok(tree.stat('h')).nlink).toBe(2);
			ok(tree.unlink('g'));
			expect([tree.read('h'), ok(tree.stat('h')).nlink]).toEqual(['two\nmore\n', 1]);
			expect(errno(tree.link('d', 'x'))).toBe('EPERM');
			expect(errno(tree.link('h', 'l'))).toBe('EEXIST');
		},
	},
	{
		name: 'symbolic links keep their text and are removed alone',
		given: aTree,
		then(tree) {
			expect(tree.readlink('l')).toEqual({target: 'd/f'});
			expect(ok(tree.stat('l'))).toMatchObject({type: 'symlink', mode: 0o777, sizeBytes: 3});
			expect(errno(tree.readlink('g'))).toBe('EINVAL');
			ok(tree.rename('l', 'm'));
			ok(tree.unlink('m'));
			expect(tree.read('d/f')).toBe('one\n');
		},
	},
	{
		name: 'devices and pipes are files with a type',
		then(tree) {
			ok(tree.create('null', {type: 'char', mode: 0o666, rdev: {major: 1, minor: 3}}));
			ok(tree.create('p', {type: 'fifo'}));
			expect(ok(tree.stat('null'))).toMatchObject({type: 'char', mode: 0o666, rdev: {major: 1, minor: 3}});
			expect(ok(tree.stat('p'))).toMatchObject({type: 'fifo', mode: 0o644});
		},
	},
	{
		name: 'a directory knows its parent, also after a move',
		given: aTree,
		then(tree) {
			ok(tree.mkdir('e'));
			ok(tree.mkdir('e/s'));
			tree.move('e', 'd/s/e');
			const inner = ok(tree.walk('d/s/e/s'));
			const outer = ok(tree.walk('d/s/e'));
			expect(tree.type.parent(tree.context, tree.fs, inner)).toBe(outer);
			expect(tree.type.parent(tree.context, tree.fs, outer)).toBe(ok(tree.walk('d/s')));
			expect(tree.type.parent(tree.context, tree.fs, ok(tree.walk('')))).toBe(ok(tree.walk('')));
		},
	},
	{
		name: 'names of any characters and up to 255 bytes',
		then(tree) {
			const long = 'n'.repeat(255);
			for (const name of ['.wh.file', '#work', 'ä ö\n', long]) {
				ok(tree.write(name, name));
				expect(tree.read(name)).toBe(name);
			}

			expect(errno(tree.create(`${long}n`, {type: 'file'}))).toBe('ENAMETOOLONG');
		},
	},
	{
		name: 'inode numbers are stable and tell files apart',
		given: aTree,
		then(tree) {
			const before = ok(tree.stat('g')).node;
			ok(tree.append('g', 'x'));
			ok(tree.rename('g', 'd/g'));
			expect(ok(tree.stat('d/g')).node).toBe(before);
			const numbers = tree.paths().map(path => ok(tree.stat(path)).node);
			expect(new Set(numbers).size).toBe(numbers.length);
		},
	},
];

/** Declares a test for each behaviour. */
export function testFileSystem(implementation: Implementation): void {
	for (const {name, given, then} of behaviours) {
		test(`${implementation.name}: ${name}`, () => {
			then(implementation.make(given ?? (() => {})));
		});
	}
}
