// Which programs the distributions' base images bring, as far as the model has them. Sizes are those of Debian 12 for amd64.

import {type FileRecipe, hardLink, program, symlink} from './recipe.js';

const coreutils = [
	'arch', 'b2sum', 'base32', 'base64', 'basename', 'cat', 'chgrp', 'chmod', 'chown', 'comm', 'cp', 'cut', 'date', 'dd', 'df', 'dirname', 'du', 'echo', 'env', 'expr',
	'false', 'fold', 'groups', 'head', 'id', 'install', 'join', 'link', 'ln', 'logname', 'ls', 'md5sum', 'mkdir', 'mkfifo', 'mknod', 'mktemp', 'mv', 'nice', 'nl',
	'nohup', 'nproc', 'od', 'paste', 'printenv', 'printf', 'pwd', 'readlink', 'realpath', 'rm', 'rmdir', 'seq', 'sha1sum', 'sha256sum', 'sha512sum', 'shuf', 'sleep', 'sort',
	'split', 'stat', 'stty', 'sync', 'tac', 'tail', 'tee', 'test', 'timeout', 'touch', 'tr', 'true', 'truncate', 'tty', 'uname', 'unexpand', 'uniq', 'unlink', 'wc', 'whoami', 'yes',
] as const;

/** What `debian`, `ubuntu` and the Red Hat family have in /usr/bin besides coreutils. */
const essential = ['awk', 'cmp', 'diff', 'find', 'grep', 'egrep', 'fgrep', 'gunzip', 'gzip', 'hostname', 'sed', 'tar', 'which', 'xargs', 'zcat'] as const;
const utilLinux = ['dmesg', 'lsblk', 'lscpu', 'lsns', 'mount', 'mountpoint', 'nsenter', 'setpriv', 'umount', 'unshare', 'more', 'getopt', 'kill'] as const;
const sbin = ['chroot', 'pivot_root'] as const;
const procps = ['free', 'pgrep', 'pkill', 'ps', 'top', 'uptime', 'vmstat', 'watch', 'sysctl'] as const;

const sizes: Readonly<Record<string, number>> = {
	bash: 1_265_648, sh: 125_688, ls: 151_344, cp: 151_152, mv: 143_024, dd: 84_984, tar: 531_984, find: 224_848, grep: 203_152, sed: 126_424, gzip: 98_136, sort: 110_072, awk: 158_904, date: 121_904, du: 162_568, df: 95_104,
};

/** Present, because a Dockerfile that calls them must not hear "not found"; the kernel answers for programs that are not modelled. */
const packageTools = {
	debian: ['apt', 'apt-cache', 'apt-get', 'apt-key', 'dpkg', 'dpkg-query', 'perl', 'passwd', 'chsh', 'ldd', 'localedef', 'getent', 'iconv'],
	redHat: ['rpm', 'yum', 'microdnf', 'getent', 'iconv', 'ldd'],
} as const;
const accountTools = ['useradd', 'userdel', 'usermod', 'groupadd', 'groupdel', 'ldconfig'] as const;

/** The family of GNU programs: `usr` is where they live; /bin is a link to it. */
export function gnuPrograms(groups: {readonly family: keyof typeof packageTools; readonly hasProcps: boolean}): readonly FileRecipe[] {
	const names = [...coreutils, ...essential, ...utilLinux, ...packageTools[groups.family], ...groups.hasProcps ? procps : []];
	return [
		...names.map(name => gnu(`/usr/bin/${name}`, name)),
		gnu('/usr/bin/[', 'test'),
		gnu('/usr/bin/bash', 'bash'),
		...[...sbin, ...accountTools].map(name => gnu(`/usr/sbin/${name}`, name)),
	];
}

export function gnu(path: string, name: string, sizeBytes = sizes[name]): FileRecipe {
	return program(path, name, sizeBytes === undefined ? {} : {sizeBytes});
}

/** Applets by the directory that BusyBox's own `--install` puts them in. */
export const applets: Readonly<Record<'/bin' | '/sbin' | '/usr/bin' | '/usr/sbin', readonly string[]>> = {
	'/bin': [
		'arch', 'ash', 'base64', 'cat', 'chgrp', 'chmod', 'chown', 'cp', 'date', 'dd', 'df', 'dmesg', 'echo', 'egrep', 'false', 'fgrep', 'getopt', 'grep', 'gunzip', 'gzip', 'hostname',
		'kill', 'link', 'ln', 'login', 'ls', 'mkdir', 'mknod', 'mktemp', 'more', 'mount', 'mountpoint', 'mv', 'netstat', 'nice', 'pidof', 'ping', 'printenv', 'ps', 'pwd', 'rm', 'rmdir',
		'sed', 'sh', 'sleep', 'stat', 'stty', 'sync', 'tar', 'touch', 'true', 'umount', 'uname', 'watch', 'zcat',
	],
	'/sbin': ['getty', 'halt', 'ifconfig', 'init', 'ip', 'mkswap', 'pivot_root', 'poweroff', 'reboot', 'route', 'switch_root', 'sysctl', 'syslogd', 'udhcpc'],
	'/usr/bin': [
		'[', 'awk', 'basename', 'bc', 'clear', 'cmp', 'comm', 'crontab', 'cut', 'diff', 'dirname', 'du', 'env', 'expr', 'find', 'fold', 'free', 'groups', 'head', 'hexdump', 'id', 'install',
		'killall', 'less', 'logger', 'md5sum', 'mkfifo', 'nc', 'nl', 'nohup', 'nproc', 'nslookup', 'nsenter', 'od', 'paste', 'pgrep', 'pkill', 'printf', 'readlink', 'realpath', 'renice', 'seq', 'setsid',
		'sha1sum', 'sha256sum', 'sha512sum', 'shuf', 'sort', 'split', 'strings', 'tac', 'tail', 'tee', 'test', 'time', 'timeout', 'top', 'tr', 'traceroute', 'truncate', 'tty', 'uniq', 'unlink',
		'unshare', 'unzip', 'uptime', 'vi', 'wc', 'wget', 'which', 'whoami', 'xargs', 'xxd', 'yes',
	],
	'/usr/sbin': ['addgroup', 'adduser', 'chroot', 'delgroup', 'deluser'],
};

const allApplets = Object.values(applets).flat();

/** The official busybox image: one file in /bin under the names of all applets. */
export function busyboxHardLinks(sizeBytes: number): readonly FileRecipe[] {
	return [
		program('/bin/[', 'busybox', {flavour: 'busybox', sizeBytes}),
		...['busybox', ...allApplets.filter(name => name !== '[')].map(name => hardLink(`/bin/${name}`, '/bin/[')),
	];
}

/** Alpine: symbolic links to /bin/busybox. */
export function busyboxSymlinks(sizeBytes: number): readonly FileRecipe[] {
	return [
		program('/bin/busybox', 'busybox', {flavour: 'busybox', sizeBytes}), program('/sbin/apk', 'apk', {flavour: 'busybox', sizeBytes: 71_000}),
		...Object.entries(applets).flatMap(([folder, names]) => names.map(name => symlink(`${folder}/${name}`, '/bin/busybox'))),
	];
}
