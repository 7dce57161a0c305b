import fc from 'fast-check';
import {expect, test} from 'vitest';
import {decodeText, encodeText} from '../../source/base/bytes.js';
import {gunzip, gzip} from '../../source/base/gzip.js';
import {isTarError, readTar, type TarEntry, tarEntry, writeTar} from '../../source/base/tar.js';
import {tarPath} from '../../source/base/path.js';

function content(text: string) {
	return {sizeBytes: text.length, chunks: [{offset: 0, bytes: encodeText(text)}]};
}

function read(bytes: Uint8Array): readonly TarEntry[] {
	const entries = readTar(bytes);
	if (isTarError(entries)) {
		throw new Error(entries.message);
	}

	return entries;
}

test('a small file takes a header, a block and the end mark: 2048 bytes, as docker counts it', () => {
	const bytes = writeTar([tarEntry('a.txt', 'file', {content: content('A\n')})]);
	expect(bytes.length).toBe(2048);
	expect(decodeText(bytes.subarray(0, 5))).toBe('a.txt');
	expect(decodeText(bytes.subarray(100, 108))).toBe('0000644\0');
	expect(decodeText(bytes.subarray(257, 265))).toBe('ustar\u000000');
});

test('every kind of entry is read back as it was written', () => {
	const entries = [
		tarEntry('dir', 'directory', {mode: 0o1777, mtimeUs: 1_700_000_000_000_000}),
		tarEntry('dir/f', 'file', {content: content('hello'), uid: 1000, gid: 50, mode: 0o4755}),
		tarEntry('dir/hard', 'hardlink', {linkName: 'dir/f'}),
		tarEntry('link', 'symlink', {linkName: '/etc/passwd', mode: 0o777}),
		tarEntry('dev/null', 'char', {major: 1, minor: 3, mode: 0o666}),
		tarEntry('dev/sda', 'block', {major: 8, minor: 0}),
		tarEntry('fifo', 'fifo'),
		tarEntry('ping', 'file', {content: content('x'), xattrs: new Map([['security.capability', new Uint8Array([1, 0, 10, 61, 255])]])}),
		tarEntry(`${'long/'.repeat(60)}name`, 'file', {content: content('deep')}),
		tarEntry('名前/ファイル', 'symlink', {linkName: '目標', mode: 0o777}),
		tarEntry('big-ids', 'file', {uid: 4_000_000_000, gid: 3_000_000_000}),
	];
	expect(read(writeTar(entries))).toEqual(entries);
});

test('a hole costs nothing: 1 GiB with two pages of data', () => {
	const page = new Uint8Array(4096).fill(7);
	const sparse = tarEntry('lib/libbig.so', 'file', {content: {sizeBytes: 2 ** 30, chunks: [{offset: 0, bytes: page}, {offset: 2 ** 20, bytes: page}]}});
	const bytes = writeTar([sparse]);
	expect(bytes.length).toBeLessThan(14_000);
	expect(read(bytes)).toEqual([sparse]);
});

test('how a content was cut into chunks does not show', () => {
	const whole = tarEntry('f', 'file', {content: content('abcdef')});
	const cut = tarEntry('f', 'file', {content: {sizeBytes: 6, chunks: [{offset: 0, bytes: encodeText('abc')}, {offset: 3, bytes: encodeText('def')}]}});
	expect(writeTar([cut])).toEqual(writeTar([whole]));
});

test('broken archives are refused with a reason', () => {
	const bytes = writeTar([tarEntry('f', 'file', {content: content('x'.repeat(600))})]);
	expect(readTar(bytes.subarray(0, 900))).toEqual({kind: 'tar-error', message: 'unexpected EOF'});
	expect(readTar(encodeText('x'.repeat(1024)))).toEqual({kind: 'tar-error', message: 'archive/tar: invalid tar header'});
	expect(readTar(bytes, {maxEntries: 0, maxBytes: 1000})).toEqual({kind: 'tar-error', message: 'archive has more than 0 entries'});
	expect(readTar(bytes, {maxEntries: 1, maxBytes: 100})).toEqual({kind: 'tar-error', message: 'unexpected EOF'});
});

test('no bytes make the reader throw', () => {
	const good = writeTar([tarEntry('a/b', 'file', {content: {sizeBytes: 100_000, chunks: [{offset: 50_000, bytes: encodeText('x')}]}})]);
	fc.assert(fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {maxLength: 20}), changes => {
		const bytes = good.slice();
		for (const [at, value] of changes) {
			bytes[at] = value;
		}

		readTar(bytes);
	}));
});

test('names that lead out of the archive are recognized', () => {
	expect(tarPath('./usr//bin/../lib/')).toEqual(['usr', 'lib']);
	expect(tarPath('./')).toEqual([]);
	expect(tarPath('a/../../etc/passwd')).toBeUndefined();
});

test('gzip is the same every time and refuses what grows too much', () => {
	const bytes = new Uint8Array(10_000);
	expect(gzip(bytes)).toEqual(gzip(bytes.slice()));
	expect(gunzip(gzip(bytes))).toEqual(bytes);
	expect(gunzip(gzip(bytes), 1000)).toBe('gzip: more than 1000 bytes');
	expect(gunzip(encodeText('no gzip at all'))).toBe('gzip: invalid header');
	expect(gunzip(gzip(encodeText('cut off')).subarray(0, 12))).toBe('unexpected EOF');
});
