// busybox and alpine. Source: Docker Hub tag pages and `docker history` of November 2024 (busybox 1.37.0 and 1.36.1 with glibc on
// Debian 12, Alpine 3.20.3 and 3.19.4 with BusyBox 1.36.1).

import {accountFiles} from './account-files.js';
import {busyboxHardLinks, busyboxSymlinks} from './program-names.js';
import {buildkit, defaultPath, directory, type FileRecipe, hole, type ImageRecipe, megabytes, symlink, text} from './recipe.js';

function busybox(version: string, tags: readonly string[], created: string, sizeBytes: number): ImageRecipe {
	return {
		repository: 'library/busybox',
		tags,
		created,
		config: {Env: [defaultPath], Cmd: ['sh']},
		steps: [{
			createdBy: `BusyBox ${version} (glibc), Debian 12`,
			files: () => [
				...busyboxHardLinks(1_029_000),
				...['/dev', '/etc', '/lib', '/usr/bin', '/usr/sbin', '/var/spool/mail', '/var/www'].map(path => directory(path)),
				directory('/home', {uid: 65_534, gid: 65_534}), directory('/root', {mode: 0o700}), directory('/tmp', {mode: 0o1777}),
				symlink('/lib64', 'lib'), symlink('/usr/bin/env', '../../bin/env'),
				...accountFiles('busybox'),
				text('/etc/localtime', ''), text('/etc/network/if-up.d/.keep', ''), text('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
			],
			sizeBytes, rest: ['/lib/libc.so.6', '/lib/libm.so.6', '/lib/libresolv.so.2', '/lib/libnss_dns.so.2', '/lib/ld-linux-x86-64.so.2'],
			transferSizeBytes: 2_160_000,
		}],
	};
}

export const busyboxLatest = busybox('1.37.0', ['latest', '1', '1.37', '1.37.0', 'stable', 'glibc', '1.37.0-glibc'], '2024-09-26T21:31:42Z', 4_277_000);
export const busybox136 = busybox('1.36.1', ['1.36', '1.36.1', '1.36.1-glibc'], '2023-05-18T22:34:17Z', 4_261_500);

export type AlpineRelease = {readonly version: string; readonly created: string; readonly sizeMb: number; readonly transferMb: number};

const alpineProfile = `export PATH='/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
export PAGER=less
umask 022

# use nicer PS1 for bash and busybox ash
if [ -n "$BASH_VERSION" -o "$BB_ASH_VERSION" ]; then
	PS1='\\h:\\w\\$ '
fi

for script in /etc/profile.d/*.sh ; do
	if [ -r "$script" ] ; then
		. "$script"
	fi
done
unset script
`;

function alpineFiles(version: string): readonly FileRecipe[] {
	const branch = version.split('.').slice(0, 2).join('.');
	return [
		...busyboxSymlinks(808_712),
		...['/bin', '/dev', '/etc/apk/keys', '/etc/profile.d', '/home', '/lib/apk/db', '/media/cdrom', '/media/floppy', '/media/usb', '/mnt', '/opt', '/proc', '/run', '/sbin', '/srv', '/sys', '/usr/bin', '/usr/lib', '/usr/local/bin', '/usr/local/lib', '/usr/local/share',
			'/usr/sbin', '/usr/share', '/var/cache/apk', '/var/lib', '/var/local', '/var/log', '/var/mail', '/var/opt', '/var/spool'].map(path => directory(path)),
		directory('/root', {mode: 0o700}), directory('/tmp', {mode: 0o1777}), directory('/var/tmp', {mode: 0o1777}), directory('/var/empty', {mode: 0o555}), symlink('/var/run', '/run'), symlink('/var/lock', '/run/lock'),
		text('/usr/lib/os-release', `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}\nPRETTY_NAME="Alpine Linux v${branch}"\nHOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n`),
		symlink('/etc/os-release', '../usr/lib/os-release'),
		text('/etc/alpine-release', `${version}\n`), text('/etc/issue', `Welcome to Alpine Linux ${branch}\nKernel \\r on an \\m (\\l)\n\n`),
		text('/etc/apk/repositories', `https://dl-cdn.alpinelinux.org/alpine/v${branch}/main\nhttps://dl-cdn.alpinelinux.org/alpine/v${branch}/community\n`),
		text('/etc/apk/world', 'alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n'), text('/etc/apk/arch', 'x86_64\n'),
		...accountFiles('alpine'),
		text('/etc/hostname', 'localhost\n'), text('/etc/hosts', '127.0.0.1\tlocalhost localhost.localdomain\n::1\t\tlocalhost localhost.localdomain\n'),
		text('/etc/motd', 'Welcome to Alpine!\n\nThe Alpine Wiki contains a large amount of how-to guides and general\ninformation about administrating Alpine systems.\nSee <https://wiki.alpinelinux.org/>.\n\nYou can setup the system with the command: setup-alpine\n\nYou may change this message by editing /etc/motd.\n\n'),
		text('/etc/profile', alpineProfile), text('/etc/shells', '# valid login shells\n/bin/sh\n/bin/ash\n'), text('/etc/nsswitch.conf', '# musl itself does not support NSS, however some third-party DNS\n# implementations use the nsswitch.conf file to determine what\n# policy to follow.\nhosts: files dns\n'),
		hole('/lib/ld-musl-x86_64.so.1', 641_224, 0o755), symlink('/lib/libc.musl-x86_64.so.1', 'ld-musl-x86_64.so.1'),
	];
}

function alpine(tags: readonly string[], {version, created, sizeMb, transferMb}: AlpineRelease): ImageRecipe {
	return {
		repository: 'library/alpine',
		tags,
		created,
		config: {Env: [defaultPath], Cmd: ['/bin/sh'], WorkingDir: '/'},
		steps: [
			{
				createdBy: `ADD alpine-minirootfs-${version}-x86_64.tar.gz / # buildkit`, comment: 'buildkit.dockerfile.v0',
				files: () => alpineFiles(version), sizeBytes: megabytes(sizeMb), rest: ['/lib/libcrypto.so.3', '/lib/libssl.so.3', '/lib/libapk.so.2.14.0', '/sbin/ldconfig.bin', '/usr/lib/ossl-modules/legacy.so'],
				transferSizeBytes: megabytes(transferMb),
			},
			buildkit('CMD ["/bin/sh"]'),
		],
	};
}

export const alpine320 = alpine(['latest', '3', '3.20', '3.20.3'], {version: '3.20.3', created: '2024-09-06T22:20:07Z', sizeMb: 7.8, transferMb: 3.62});
export const alpine319 = alpine(['3.19', '3.19.4'], {version: '3.19.4', created: '2024-09-06T22:20:01Z', sizeMb: 7.4, transferMb: 3.42});
export const alpine318 = alpine(['3.18', '3.18.9'], {version: '3.18.9', created: '2024-09-06T22:19:54Z', sizeMb: 7.35, transferMb: 3.41});
