// Where BusyBox 1.36 (as in Alpine, linked with musl) says things differently from the GNU tools.

import {expect, test} from 'vitest';
import type {Program} from '../../source/model/kernel/program.js';
import {programTable} from '../../source/programs/table.js';
import {TestHost} from '../support/test-host.js';

/** Runs a program as BusyBox's applet in a directory with a few files. */
function busybox(line: string) {
	const host = new TestHost();
	host.sh('mkdir /tmp/w; cd /tmp/w; mkdir d; printf "pear\\napple\\n" > fruit; touch -d 2024-01-02T03:04:05Z fruit d');
	const argv = line.split(' ');
	const program: Program = programTable.get(argv[0]!)!;
	const {stdout, stderr, status} = host.main(function * (process) {
		process.sys.chdir('/tmp/w');
		return yield * program(Object.create(process, {argv: {value: argv}, flavour: {value: 'busybox'}}));
	});
	return {stdout, stderr, status};
}

test.each([
	['cat nosuch', 'cat: can\'t open \'nosuch\': No such file or directory\n', 1],
	['ls nosuch', 'ls: nosuch: No such file or directory\n', 1],
	['cp nosuch x', 'cp: can\'t stat \'nosuch\': No such file or directory\n', 1],
	['cp d x', 'cp: omitting directory \'d\'\n', 1],
	['mv nosuch x', 'mv: can\'t rename \'nosuch\': No such file or directory\n', 1],
	['rm nosuch', 'rm: can\'t remove \'nosuch\': No such file or directory\n', 1],
	['rm d', 'rm: \'d\' is a directory\n', 1],
	['mkdir d', 'mkdir: can\'t create directory \'d\': File exists\n', 1],
	['rmdir nosuch', 'rmdir: \'nosuch\': No such file or directory\n', 1],
	['grep x nosuch', 'grep: nosuch: No such file or directory\n', 2],
	['head nosuch', 'head: nosuch: No such file or directory\n', 1],
	['stat nosuch', 'stat: can\'t stat \'nosuch\': No such file or directory\n', 1],
	['chmod 644 nosuch', 'chmod: nosuch: No such file or directory\n', 1],
	['find -foo', 'find: unrecognized: -foo\n', 1],
	['sleep x', 'sleep: invalid number \'x\'\n', 1],
	['sha256sum nosuch', 'sha256sum: can\'t open \'nosuch\': No such file or directory\n', 1],
])('%s', (line, stderr, status) => {
	expect(busybox(line)).toEqual({stdout: '', stderr, status});
});

test('an unknown option is followed by the usage', () => {
	const {stderr, status} = busybox('cat -Z');
	expect(stderr).toBe(`cat: unrecognized option: Z
BusyBox v1.36.1 (2023-11-07 18:53:09 UTC) multi-call binary.

Usage: cat [OPTION]... [FILE]...

Concatenate FILE(s) to standard output.

  -A, --show-all            equivalent to -vET
  -b, --number-nonblank     number nonempty output lines, overrides -n
  -e                        equivalent to -vE
  -n, --number              number all output lines
  -t                        equivalent to -vT
  -u                        (ignored: output is never delayed)
  -v, --show-nonprinting    use ^ and M- notation, except for LFD and TAB
`);
	expect(status).toBe(1);
});

test('the long listing has columns of fixed width', () => {
	expect(busybox('ls -l').stdout).toBe('total 8\ndrwxr-xr-x    2 root     root          4096 Jan  2  2024 d\n-rw-r--r--    1 root     root            11 Jan  2  2024 fruit\n');
});
