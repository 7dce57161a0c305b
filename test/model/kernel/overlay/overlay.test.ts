import {describe, expect, test} from 'vitest';
import type {Process} from '../../../../source/model/kernel/program.js';
import {failed} from '../../../../source/model/kernel/errno.js';
import {TestHost} from '../../../support/test-host.js';
import {filesOf} from '../process-files.js';

/** /mnt/l has `a`, `d/f` and the hard links `h1`, `h2`; u, w and m are empty. Mounted with `options` on m unless they are undefined. */
function withLayers(options: string | undefined, then: (process: Process, files: ReturnType<typeof filesOf>) => void) {
	let hasRun = false;
	const result = new TestHost().main(function * (process) {
		const {sys} = process;
		for (const name of ['l', 'u', 'w', 'm', 'l/d']) {
			sys.mkdir(`/mnt/${name}`);
		}

		for (const [path, text] of [['l/a', 'a'], ['l/d/f', 'f'], ['l/h1', 'h']] as const) {
			sys.close(sys.open(`/mnt/${path}`, {write: true, create: true}) as number);
			filesOf(process).put(`/mnt/${path}`, text);
		}

		sys.link('/mnt/l/h1', '/mnt/l/h2');
		sys.chdir('/mnt');
		if (options !== undefined) {
			expect(mount(process, `lowerdir=l,upperdir=u,workdir=w${options}`)).toBe('ok');
		}

		then(process, filesOf(process));
		hasRun = true;
		return 0;
	});
	expect(hasRun).toBe(true);
	return result;
}

function mount({sys}: Process, options: string, target = '/mnt/m'): string {
	const mounted = sys.mount({source: 'overlay', target, type: 'overlay', options: options.split(','), how: 'new'});
	return failed(mounted) ? mounted.errno : 'ok';
}

describe('mounting is refused', () => {
	const refusals: ReadonlyArray<readonly [why: string, options: string, errno: string]> = [
		['one lower directory and nothing to write to', 'lowerdir=l', 'EINVAL'],
		['an upper without a work directory', 'lowerdir=l,upperdir=u', 'EINVAL'],
		['no lower directory', 'upperdir=u,workdir=w', 'EINVAL'],
		['a directory that does not exist', 'lowerdir=nope,upperdir=u,workdir=w', 'ENOENT'],
		['the same directory as lower and upper', 'lowerdir=u,upperdir=u,workdir=w', 'ELOOP'],
		['a work directory inside of the upper', 'lowerdir=l,upperdir=u,workdir=u', 'EINVAL'],
		['an unknown option', 'lowerdir=l,upperdir=u,workdir=w,foo=bar', 'EINVAL'],
		['a bad value', 'lowerdir=l,upperdir=u,workdir=w,redirect_dir=xx', 'EINVAL'],
		['options that contradict each other', 'lowerdir=l,upperdir=u,workdir=w,metacopy=on,redirect_dir=off', 'EINVAL'],
		['a file as a layer', 'lowerdir=l/a,upperdir=u,workdir=w', 'EINVAL'],
	];
	for (const [why, options, errno] of refusals) {
		test(why, () => withLayers(undefined, process => {
			expect(mount(process, options)).toBe(errno);
		}));
	}

	test('an overlay as upper directory, and a third overlay on two others', () => withLayers('', process => {
		const {sys} = process;
		for (const name of ['u2', 'w2', 'm2', 'u3', 'w3', 'm3', 'm/uu', 'm/ww']) {
			sys.mkdir(`/mnt/${name}`);
		}

		expect(mount(process, 'lowerdir=l,upperdir=m/uu,workdir=m/ww', '/mnt/m2')).toBe('EINVAL');
		expect(mount(process, 'lowerdir=m,upperdir=u2,workdir=w2', '/mnt/m2')).toBe('ok');
		expect(mount(process, 'lowerdir=m2,upperdir=u3,workdir=w3', '/mnt/m3')).toBe('EINVAL');
	}));
});

test('an overlay on an overlay keeps its own attributes apart from those of the one below', () => withLayers('', (process, {cat, ls, put}) => {
	const {sys} = process;
	for (const name of ['u2', 'w2', 'm2']) {
		sys.mkdir(`/mnt/${name}`);
	}

	expect(mount(process, 'lowerdir=m,upperdir=u2,workdir=w2', '/mnt/m2')).toBe('ok');
	expect(put('m2/d/f', 'above')).toBe('ok');
	expect([cat('m2/d/f'), cat('m/d/f'), ls('u')]).toEqual(['above\n', 'f\n', '']);
	sys.setxattr('m/d', 'trusted.overlay.opaque', new TextEncoder().encode('y'));
	expect(sys.listxattr('m/d')).toEqual(['trusted.overlay.opaque']);
	expect(sys.listxattr('u/d')).toEqual(['trusted.overlay.origin', 'trusted.overlay.overlay.opaque']);
}));

test('lower layers alone can be read and not written', () => withLayers(undefined, (process, {cat, outcome, put}) => {
	process.sys.mkdir('/mnt/l2');
	expect(mount(process, 'lowerdir=l:l2')).toBe('ok');
	expect(cat('m/a')).toBe('a\n');
	expect(put('m/a', 'x')).toBe('EROFS');
	expect(outcome(process.sys.unlink('m/a'))).toBe('EROFS');
	expect(outcome(process.sys.mkdir('m/new'))).toBe('EROFS');
	expect(outcome(process.sys.rename('m/a', 'm/b'))).toBe('EROFS');
	expect(outcome(process.sys.chmod('m/a', 0o600))).toBe('EROFS');
	expect(outcome(process.sys.removexattr('m/a', 'user.x'))).toBe('ENODATA');
}));

test('every copy-up and every whiteout is an event with its path', () => {
	const {trace} = withLayers('', (process, {put}) => {
		put('m/d/f', 'changed');
		process.sys.unlink('m/a');
	});
	expect(trace.filter(({kind}) => kind === 'copy-up' || kind === 'whiteout').map(event => {
		const {kind, path, sizeBytes} = event as {readonly kind: string; readonly path: string; readonly sizeBytes?: number};
		return [kind, path, sizeBytes];
	})).toEqual([['copy-up', '/d', 0], ['copy-up', '/d/f', 0], ['whiteout', '/a', undefined]]);
});

test('a copy-up copies all bytes of a file for one byte that is appended', () => {
	const {trace} = withLayers(undefined, (process) => {
		const {sys} = process;
		const fd = sys.open('/mnt/l/big', {write: true, create: true}) as number;
		sys.ftruncate(fd, 2 ** 40);
		expect(mount(process, 'lowerdir=l,upperdir=u,workdir=w')).toBe('ok');
		const appended = sys.open('/mnt/m/big', {write: true, append: true}) as number;
		sys.write(appended, new Uint8Array([1]));
		expect(sys.stat('/mnt/u/big')).toMatchObject({sizeBytes: 2 ** 40 + 1, blocks: 8});
	});
	expect(trace.filter(({kind}) => kind === 'copy-up')).toMatchObject([{path: '/big', sizeBytes: 2 ** 40}]);
});

test('copy-up keeps the inode number, the times and the owner; a broken hard link gets a number of its own', () => withLayers('', process => {
	const {sys} = process;
	const stat = (path: string) => {
		const attributes = sys.stat(path);
		return failed(attributes) ? undefined : attributes;
	};

	sys.chown('l/a', 7, 8);
	sys.utimes('l/a', 1e6, 2e6);
	const before = stat('m/a');
	sys.chmod('m/a', 0o600);
	expect(stat('m/a')).toMatchObject({node: before?.node, uid: 7, gid: 8, atimeUs: 1e6, mtimeUs: 2e6, mode: 0o600});
	expect([stat('m/h1')?.node, stat('m/h1')?.nlink]).toEqual([stat('l/h1')?.node, 2]);
	sys.chmod('m/h1', 0o600);
	expect([stat('m/h1')?.node, stat('m/h1')?.nlink]).toEqual([stat('u/h1')?.node, 1]);
	expect([stat('m/h2')?.node, stat('m/h2')?.nlink]).toEqual([stat('l/h2')?.node, 2]);
	expect([stat('m')?.nlink, stat('m/d')?.nlink]).toEqual([1, 2]);
}));

test('whiteouts are links to one device in workdir', () => withLayers('', (process, {ls}) => {
	process.sys.unlink('m/a');
	process.sys.unlink('m/h1');
	expect(process.sys.stat('u/a')).toMatchObject({type: 'char', mode: 0, rdev: {major: 0, minor: 0}, nlink: 3});
	expect(ls('u')).toBe('a h1');
	expect(ls('w/work').startsWith('#')).toBe(true);
}));

test('the working directory keeps its path while the directory is copied up and moved', () => withLayers(',redirect_dir=on', (process, {cat, put}) => {
	const {sys} = process;
	sys.chdir('m/d');
	put('f', 'changed');
	expect(sys.getcwd()).toEqual({path: '/mnt/m/d'});
	sys.rename('/mnt/m/d', '/mnt/m/e');
	expect(sys.getcwd()).toEqual({path: '/mnt/m/e'});
	expect(cat('f')).toBe('changed\n');
}));

test('mounted again, the upper layer shows the same tree', () => withLayers(',redirect_dir=on,metacopy=on', (process, {cat, ls, outcome}) => {
	const {sys} = process;
	sys.rename('m/d', 'm/e');
	sys.chmod('m/a', 0o600);
	sys.rename('m/a', 'm/e/b');
	expect(outcome(sys.umount('/mnt/m'))).toBe('ok');
	expect(mount(process, 'lowerdir=l,upperdir=u,workdir=w,redirect_dir=on,metacopy=on')).toBe('ok');
	expect([ls('m'), ls('m/e'), cat('m/e/f'), cat('m/e/b')]).toEqual(['h1 h2 e', 'f b', 'f\n', 'a\n']);
	expect(sys.stat('m/e/b')).toMatchObject({mode: 0o600, sizeBytes: 2});
	expect(outcome(sys.umount('/mnt/m'))).toBe('ok');
	// Without metacopy the file without data is not opened, rather than shown full of zeros.
	expect(mount(process, 'lowerdir=l,upperdir=u,workdir=w')).toBe('ok');
	expect(cat('m/e/b')).toBe('EPERM');
}));
