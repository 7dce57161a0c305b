import {expect, test} from 'vitest';
import {encodeText} from '../../../source/base/bytes.js';
import {isTarError, readTar, tarEntry, writeTar} from '../../../source/base/tar.js';
import {isOpaque, isWhiteout, type LayerTree, tarOfTree, treeOfTar, TreeBuilder, treeSizeBytes} from '../../../source/model/container/layer-tree.js';
import {contentOf} from '../../../source/model/kernel/file-content.js';

function tree(tar: Uint8Array): LayerTree {
	const result = treeOfTar(tar);
	if ('error' in result) {
		throw new Error(result.error);
	}

	return result;
}

function names(tar: Uint8Array): readonly string[] {
	const entries = readTar(tar);
	return isTarError(entries) ? [entries.message] : entries.map(entry => entry.type === 'hardlink' ? `${entry.name} => ${entry.linkName}` : entry.name);
}

test('what overlay leaves in an upper directory becomes the markers of the image format, and comes back', () => {
	const upper = new TreeBuilder();
	upper.add(['data'], {type: 'directory', mode: 0o755, timeUs: 0});
	upper.setOpaque(['data']);
	upper.add(['data', 'new'], {type: 'file', mode: 0o644, timeUs: 0, content: contentOf(encodeText('new\n'))});
	upper.add(['etc', 'gone'], {type: 'char', mode: 0, timeUs: 0});
	upper.add(['dev', 'null'], {type: 'char', mode: 0o666, rdev: {major: 1, minor: 3}, timeUs: 0});
	const tar = tarOfTree(upper.finish());
	expect(names(tar)).toEqual(['data', 'data/.wh..wh..opq', 'data/new', 'dev', 'dev/null', 'etc', 'etc/.wh.gone']);
	const back = tree(tar);
	const inode = (...path: readonly string[]) => path.reduce((at, name) => back.get(at.entries.get(name)!.node)!, back.get(2)!);
	expect(isOpaque(inode('data'))).toBe(true);
	expect(isWhiteout(inode('etc', 'gone'))).toBe(true);
	expect(isWhiteout(inode('dev', 'null'))).toBe(false);
	expect(tarOfTree(back)).toEqual(tar);
});

test('a hard link is one file with two names, counted once', () => {
	const builder = new TreeBuilder();
	builder.add(['bin', 'a'], {type: 'file', mode: 0o755, timeUs: 0, content: contentOf(new Uint8Array(1000))});
	expect(builder.link(['bin', 'b'], ['bin', 'a'])).toBe(true);
	const layer = builder.finish();
	expect(treeSizeBytes(layer)).toBe(1000);
	expect(names(tarOfTree(layer))).toEqual(['bin', 'bin/a', 'bin/b => bin/a']);
	expect(treeSizeBytes(tree(tarOfTree(layer)))).toBe(1000);
});

test('removing the first of two names leaves the file', () => {
	const builder = new TreeBuilder();
	builder.add(['a'], {type: 'file', mode: 0o644, timeUs: 0, content: contentOf(new Uint8Array(10))});
	builder.link(['b'], ['a']);
	builder.add(['a'], {type: 'directory', mode: 0o755, timeUs: 0});
	const layer = builder.finish();
	expect(treeSizeBytes(layer)).toBe(10);
	expect(names(tarOfTree(layer))).toEqual(['a', 'b']);
});

test('an archive cannot reach out of its layer', () => {
	const tree = treeOfTar(writeTar([tarEntry('../../etc/passwd', 'file'), tarEntry('up', 'symlink', {linkName: '../..'}), tarEntry('up/etc/group', 'file')]));
	expect('error' in tree ? tree : names(tarOfTree(tree))).toEqual(['etc', 'etc/group', 'etc/passwd', 'up']);
	expect(treeOfTar(writeTar([tarEntry('a', 'hardlink', {linkName: '../secret'})]))).toEqual({error: 'link /secret /a: no such file or directory'});
	expect(treeOfTar(writeTar([tarEntry('a', 'symlink', {linkName: 'b'}), tarEntry('b', 'symlink', {linkName: 'a'}), tarEntry('a/c', 'file')]))).toEqual({error: 'mkdir /a: too many levels of symbolic links'});
});
