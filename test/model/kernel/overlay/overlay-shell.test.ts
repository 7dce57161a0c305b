// What a learner can do to an overlay mount, typed at a root shell, against what a real kernel (6.18, ext4) and Debian 12's programs
// answered: standard output and errors, exit status, what is left in the upper directory, and the merged view. The recordings are
// test/golden/overlay/overlay.json (scripts) and shell.json (more scripts, and whole sessions that mount by themselves).
// An entry for options other than the default exists only where the outcome differs.

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {decodeText} from '../../../../source/base/bytes.js';
import {type Failure, failed} from '../../../../source/model/kernel/errno.js';
import type {Attributes, FileType} from '../../../../source/model/kernel/file-types.js';
import type {Running, SystemCalls} from '../../../../source/model/kernel/program.js';
import {readAll} from '../../../../source/model/kernel/blocking.js';
import {type Result, type RunOptions, TestHost} from '../../../support/test-host.js';

type GoldenFile = Readonly<Record<string, unknown>> & {readonly path: string};
type GoldenCase = {
	readonly case: string;
	readonly opts: string;
	readonly lowers: readonly string[];
	readonly op: string;
	readonly rc: number;
	readonly output: string;
	readonly upper: readonly GoldenFile[];
	readonly merged: readonly GoldenFile[];
	readonly upperRootXattrs: Readonly<Record<string, string>>;
};
type GoldenScript = {readonly case: string; readonly script: string; readonly rc: number; readonly output: string};

const optionSets = ['default', 'redirect_dir=on', 'redirect_dir=on,metacopy=on', 'index=on'];
const base = '/tmp/ov';
const env = {LC_ALL: 'C', TZ: 'UTC'};

function load(name: string): {readonly cases: readonly GoldenCase[]; readonly scripts?: readonly GoldenScript[]} {
	return JSON.parse(readFileSync(new URL(`../../../golden/overlay/${name}`, import.meta.url), 'utf8')) as {readonly cases: readonly GoldenCase[]; readonly scripts?: readonly GoldenScript[]};
}

/** Python is not modelled: its one-liners of the recordings in words of a shell. */
function translated(op: string): string | undefined {
	const text = op
		.replace('python3 -c "import os; os.setxattr(\'a\',\'user.k\',b\'v\')"', 'setfattr -n user.k -v v a');
	return text.includes('python3') ? undefined : text;
}

const typeNames: Readonly<Partial<Record<FileType, string>>> = {directory: 'dir'};

function must<T>(result: T | Failure): T {
	if (failed(result)) {
		throw new Error(result.errno);
	}

	return result;
}

function xattrsOf(sys: SystemCalls, path: string): Readonly<Record<string, string>> {
	const names = [...must(sys.listxattr(path, {noFollow: true}))].sort();
	return Object.fromEntries(names.map(name => [name, name.endsWith('.origin') || name.endsWith('.uuid') ? '<file-handle>' : decodeText(must(sys.getxattr(path, name, {noFollow: true})))]));
}

/** Everything under a directory as system calls tell it, by path. */
function dump(host: TestHost, root: string, xattrPrefix: string | undefined): readonly GoldenFile[] {
	const files: GoldenFile[] = [];
	host.main(function * (process): Running {
		const {sys} = process;
		const pending = [''];
		for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
			for (const {name} of must(sys.readdir(`${root}/${directory}`))) {
				const path = directory === '' ? name : `${directory}/${name}`;
				const attributes = must(sys.lstat(`${root}/${path}`));
				let content: string | undefined;
				if (attributes.type === 'file') {
					const fd = must(sys.open(`${root}/${path}`, {read: true}));
					const bytes = must(yield * readAll(process, fd));
					sys.close(fd);
					content = bytes.length <= 100 ? decodeText(bytes) : `<${bytes.length}>`;
				}

				const xattrs = Object.fromEntries(Object.entries(xattrsOf(sys, `${root}/${path}`)).filter(([each]) => xattrPrefix !== undefined && each.startsWith(xattrPrefix)));
				files.push(describe(path, attributes, {content, target: attributes.type === 'symlink' ? must(sys.readlink(`${root}/${path}`)).target : undefined, xattrs}));
				if (attributes.type === 'directory') {
					pending.push(path);
				}
			}
		}

		return 0;
	});
	return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

type Details = {readonly content: string | undefined; readonly target: string | undefined; readonly xattrs: Readonly<Record<string, string>>};

function describe(path: string, {type, mode, uid, gid, rdev, sizeBytes, nlink}: Attributes, {content, target, xattrs}: Details): GoldenFile {
	const device = `${rdev.major}/${rdev.minor}`;
	return {
		path, type: typeNames[type] ?? type, mode: `0o${mode.toString(8)}`, uid, gid,
		...(type === 'char' || type === 'block') && {rdev: device, ...type === 'char' && device === '0/0' && {whiteout: true}},
		...target !== undefined && {target},
		...type === 'file' && {size: sizeBytes, nlink, content},
		...Object.keys(xattrs).length > 0 && {xattrs},
	};
}

/** Runs a script as the recorder did: `bash -c`, with standard error where standard output goes. */
function bash(host: TestHost, script: string, options: RunOptions): Result {
	return host.run(['/usr/bin/env', 'bash', '-c', `exec 2>&1; ${script}`], options);
}

/** Lays out the lower directories with their scripts, mounts, runs the operation in the mount, unmounts and looks. */
function replay({lowers, op}: GoldenCase, options: string, mergedXattrs: string | undefined): Omit<GoldenCase, 'case' | 'opts' | 'lowers' | 'op'> {
	const host = new TestHost();
	expect(host.sh(`mkdir ${base}; cd ${base}; mkdir upper work mnt`).stderr).toBe('');
	for (const [index, script] of lowers.entries()) {
		expect(host.sh(`mkdir ${base}/lower${index}; cd ${base}/lower${index}\n${script}`, {env}).stderr).toBe('');
	}

	const lower = lowers.map((_, index) => `${base}/lower${index}`).reverse();
	const before = lower.map(path => dump(host, path, ''));
	expect(host.sh(`mount -t overlay overlay -o lowerdir=${lower.join(':')},upperdir=${base}/upper,workdir=${base}/work${options === 'default' ? '' : `,${options}`} ${base}/mnt`).stderr).toBe('');
	const {stdout, status} = bash(host, translated(op)!, {cwd: `${base}/mnt`, env});
	const merged = dump(host, `${base}/mnt`, mergedXattrs);
	expect(host.sh(`umount ${base}/mnt`).stderr).toBe('');
	let upperRootXattrs = {};
	host.main(function * ({sys}): Running {
		upperRootXattrs = xattrsOf(sys, `${base}/upper`);
		return 0;
	});
	expect(lower.map(path => dump(host, path, ''))).toEqual(before);
	return {rc: status, output: stdout, upper: dump(host, `${base}/upper`, ''), upperRootXattrs, merged};
}

for (const file of ['overlay.json', 'shell.json']) {
	const {cases, scripts = []} = load(file);
	for (const first of cases.filter(({opts, op}) => opts === 'default' && translated(op) !== undefined)) {
		for (const options of optionSets) {
			test(`${file}: ${first.case} with ${options}`, () => {
				const own = cases.find(candidate => candidate.case === first.case && candidate.opts === options);
				const {rc, output, upper, merged, upperRootXattrs} = own ?? first;
				const {upperRootXattrs: rootXattrs, ...result} = replay(first, options, file === 'shell.json' ? 'user.' : undefined);
				expect(result).toEqual({rc, output, upper, merged});
				if (own !== undefined) {
					expect(rootXattrs).toEqual(upperRootXattrs);
				}
			});
		}
	}

	for (const {case: name, script, rc, output} of scripts) {
		test(`${file}: ${name}`, () => {
			const host = new TestHost();
			host.sh(`mkdir ${base}`);
			const {stdout, status} = bash(host, script, {cwd: base, env});
			expect({rc: status, output: stdout}).toEqual({rc, output});
		});
	}
}
