// mkfifo, mknod, link, unlink, getfattr, setfattr, sha512sum, setpriv and chroot in the words of Debian 12 (recorded from coreutils 9.1, attr 2.5.1 and util-linux 2.38.1).

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

/** Runs lines as `bash -c` in an empty directory, with standard error where standard output goes. */
function typed(script: string): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1; mkdir /tmp/w; cd /tmp/w\n${script}`], {env: {LC_ALL: 'C', TZ: 'UTC'}}).stdout;
}

test('mkfifo', () => {
	expect(typed('mkfifo; mkfifo /nx/a; mkfifo -m zz a; mkfifo a; mkfifo a; mkfifo -m 600 b; stat -c "%A %n" a b')).toBe(`mkfifo: missing operand
Try 'mkfifo --help' for more information.
mkfifo: cannot create fifo '/nx/a': No such file or directory
mkfifo: invalid mode
mkfifo: cannot create fifo 'a': File exists
prw-r--r-- a
prw------- b
`);
});

test('mknod', () => {
	expect(typed('mknod x; mknod x c; mknod x p 1 2; mknod x q 1 2; mknod x c a 2; mknod /nx/x p; mknod x c 1 2 3; mknod n c 1 3; mknod n p; stat -c "%A %t %T" n; echo hi > n; wc -c < n')).toBe(`mknod: missing operand after 'x'
Try 'mknod --help' for more information.
mknod: missing operand after 'c'
Special files require major and minor device numbers.
Try 'mknod --help' for more information.
mknod: extra operand '1'
Fifos do not have major and minor device numbers.
Try 'mknod --help' for more information.
mknod: invalid device type 'q'
Try 'mknod --help' for more information.
mknod: invalid major device number 'a'
mknod: /nx/x: No such file or directory
mknod: extra operand '3'
Try 'mknod --help' for more information.
mknod: n: File exists
crw-r--r-- 1 3
0
`);
});

test('link and unlink', () => {
	expect(typed('unlink; unlink a b; unlink zz; link a; link zz b; echo x > a; link a b; stat -c %h b; link a b; unlink a; ls')).toBe(`unlink: missing operand
Try 'unlink --help' for more information.
unlink: extra operand 'b'
Try 'unlink --help' for more information.
unlink: cannot unlink 'zz': No such file or directory
link: missing operand after 'a'
Try 'link --help' for more information.
link: cannot create link 'b' to 'zz': No such file or directory
2
link: cannot create link 'b' to 'a': File exists
b
`);
});

test('extended attributes', () => {
	expect(typed(`echo a > f; setfattr -n user.k -v v f; setfattr -n user.b -v 0x0001ff f; setfattr -n user.q -v 'a"b\\c' f; setfattr -n trusted.t -v y f
getfattr f; getfattr -d f; getfattr -n user.zz f; echo $?; getfattr -n user.k /tmp/w/f; getfattr -e hex -d f; getfattr; echo $?; getfattr zz
setfattr -n foo -v b f; setfattr -x user.zz f; setfattr -n a -x b f; echo $?; ln -s f l; setfattr -h -n user.a -v 1 l; getfattr --only-values -n user.k f`)).toBe(String.raw`# file: f
user.b
user.k
user.q

# file: f
user.b=0sAAH/
user.k="v"
user.q="a\"b\\c"

f: user.zz: No such attribute
1
getfattr: Removing leading '/' from absolute path names
# file: tmp/w/f
user.k="v"

# file: f
user.b=0x0001ff
user.k=0x76
user.q=0x6122625c63

Usage: getfattr [-hRLP] [-n name|-d] [-e en] [-m pattern] path...
Try ${'`'}getfattr --help' for more information.
2
getfattr: zz: No such file or directory
setfattr: f: Operation not supported
setfattr: f: No such attribute
Usage: setfattr {-n name} [-v value] [-h] file...
       setfattr {-x name} [-h] file...
Try ${'`'}setfattr --help' for more information.
2
setfattr: l: Operation not permitted
v`);
});

test('sha512sum', () => {
	expect(typed('sha512sum < /dev/null')).toBe('cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e  -\n');
});

test('chroot and setpriv', () => {
	expect(typed('chroot; chroot /nx; chroot / /nx; echo $?; chroot --userspec=learner / id -u; setpriv --reuid=1000 --regid=1000 --clear-groups id; setpriv --regid=5 id')).toBe(`chroot: missing operand
Try 'chroot --help' for more information.
chroot: cannot change root directory to '/nx': No such file or directory
chroot: failed to run command '/nx': No such file or directory
127
1000
uid=1000(learner) gid=1000(learner) groups=1000(learner)
setpriv: --[re]gid requires --keep-groups, --clear-groups, --init-groups, or --groups
`);
});
