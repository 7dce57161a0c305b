// debian and ubuntu, and what is built on them starts here. Source: Docker Hub tag pages and `docker history` of November 2024
// (debian 12.8 by debuerreotype 0.15, Ubuntu 22.04 and 24.04 of the 2024-10 rebuilds).

import {accountFiles} from './account-files.js';
import {gnu, gnuPrograms} from './program-names.js';
import {defaultPath, directory, type FileRecipe, type ImageRecipe, megabytes, symlink, text} from './recipe.js';

/** Debian builds bash to read this in every interactive shell; the prompt that people know comes from here. */
export const systemBashrc = `# System-wide .bashrc file for interactive bash(1) shells.
[ -z "\${PS1-}" ] && return
PS1='\${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '
`;

const bashrc = `# ~/.bashrc: executed by bash(1) for non-login shells.

# Note: PS1 is set in /etc/profile, and the default umask is defined
# in /etc/login.defs. You should not need this unless you want different
# defaults for root.
# PS1='\${debian_chroot:+($debian_chroot)}\\h:\\w\\$ '
# umask 022

# You may uncomment the following lines if you want \`ls' to be colorized:
# export LS_OPTIONS='--color=auto'
# eval "$(dircolors)"
# alias ls='ls $LS_OPTIONS'
# alias ll='ls $LS_OPTIONS -l'
# alias l='ls $LS_OPTIONS -lA'
#
# Some more alias to avoid making mistakes:
# alias rm='rm -i'
# alias cp='cp -i'
# alias mv='mv -i'
`;

const profile = `# ~/.profile: executed by Bourne-compatible login shells.

if [ "$BASH" ]; then
  if [ -f ~/.bashrc ]; then
    . ~/.bashrc
  fi
fi

mesg n 2> /dev/null || true
`;

const nsswitch = `# /etc/nsswitch.conf
#
# Example configuration of GNU Name Service Switch functionality.
# If you have the \`glibc-doc-reference' and \`info' packages installed, try:
# \`info libc "Name Service Switch"' for information about this file.

passwd:         files
group:          files
shadow:         files
gshadow:        files

hosts:          files dns
networks:       files

protocols:      db files
services:       db files
ethers:         db files
rpc:            db files

netgroup:       nis
`;

const shells = `# /etc/shells: valid login shells
/bin/sh
/usr/bin/sh
/bin/bash
/usr/bin/bash
/bin/rbash
/usr/bin/rbash
/bin/dash
/usr/bin/dash
`;

/** Directories of the Filesystem Hierarchy Standard with /usr merged. */
export function mergedUsr(): readonly FileRecipe[] {
	return [
		symlink('/bin', 'usr/bin'), symlink('/lib', 'usr/lib'), symlink('/lib64', 'usr/lib64'), symlink('/sbin', 'usr/sbin'),
		...['/boot', '/dev', '/etc', '/home', '/media', '/mnt', '/opt', '/proc', '/run', '/srv', '/sys', '/usr/bin', '/usr/lib64', '/usr/local/bin', '/usr/local/sbin', '/usr/local/lib', '/usr/local/share', '/usr/sbin', '/usr/share', '/usr/src',
			'/var/cache', '/var/lib', '/var/log', '/var/spool'].map(path => directory(path)),
		directory('/root', {mode: 0o700}), directory('/tmp', {mode: 0o1777}), directory('/var/tmp', {mode: 0o1777}), directory('/run/lock', {mode: 0o1777}),
		symlink('/var/run', '/run'), symlink('/var/lock', '/run/lock'),
	];
}

type Release = {
	readonly osRelease: string;
	readonly issue: string;
	readonly version: string;
	readonly sources: FileRecipe;
	readonly isUbuntu: boolean;
};

function debianFiles({osRelease, issue, version, sources, isUbuntu}: Release): readonly FileRecipe[] {
	return [
		...mergedUsr(),
		text('/usr/lib/os-release', osRelease), symlink('/etc/os-release', '../usr/lib/os-release'),
		text('/etc/debian_version', `${version}\n`), text('/etc/issue', `${issue} \\n \\l\n\n`), text('/etc/issue.net', `${issue}\n`),
		...accountFiles('debian', isUbuntu ? {users: 'ubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/bash\n', groups: 'ubuntu:x:1000:\n'} : {}),
		text('/etc/hosts', ''), text('/etc/nsswitch.conf', nsswitch), text('/etc/shells', shells), text('/etc/timezone', 'Etc/UTC\n'),
		text('/etc/host.conf', 'multi on\n'), text('/etc/environment', `${defaultPath.replace('=', '="')}"\n`),
		text('/etc/profile', '# /etc/profile: system-wide .profile file for the Bourne shell (sh(1))\n# and Bourne compatible shells (bash(1), ksh(1), ash(1), ...).\n\nif [ "$(id -u)" -eq 0 ]; then\n  PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nelse\n  PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"\nfi\nexport PATH\n'),
		text('/etc/bash.bashrc', systemBashrc), text('/root/.bashrc', bashrc), text('/root/.profile', profile), text('/etc/skel/.bashrc', bashrc), text('/etc/skel/.profile', profile),
		sources, directory('/etc/apt/apt.conf.d'), directory('/var/lib/apt/lists'), directory('/var/lib/dpkg'),
		...gnuPrograms({family: 'debian', hasProcps: isUbuntu}),
		gnu('/usr/bin/dash', 'dash', 125_688), symlink('/usr/bin/sh', 'dash'),
	];
}

const bulk = [
	'/usr/lib/x86_64-linux-gnu/libc.so.6', '/usr/lib/x86_64-linux-gnu/libcrypto.so.3', '/usr/lib/x86_64-linux-gnu/libapt-pkg.so.6.0.0',
	'/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30', '/usr/lib/x86_64-linux-gnu/perl-base/libperl.a', '/usr/lib/locale/C.utf8/LC_COLLATE',
	'/usr/share/zoneinfo/tzdata.zi', '/usr/share/i18n/locales/translit_combining', '/var/lib/dpkg/status', '/var/lib/dpkg/available',
];

export const debianRelease: Release = {
	osRelease: `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`,
	issue: 'Debian GNU/Linux 12',
	version: '12.8',
	isUbuntu: false,
	sources: text('/etc/apt/sources.list.d/debian.sources', `Types: deb
# http://snapshot.debian.org/archive/debian/20241111T000000Z
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
# http://snapshot.debian.org/archive/debian-security/20241111T000000Z
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`),
};

function debian(variant: string, tags: readonly string[], sizeMb: number, transferMb: number): ImageRecipe {
	return {
		repository: 'library/debian',
		tags,
		created: '2024-11-11T00:00:00Z',
		config: {Env: [defaultPath], Cmd: ['bash']},
		steps: [{
			createdBy: `# debian.sh --arch 'amd64' out/ '${variant}' '@1731283200'`, comment: 'debuerreotype 0.15',
			files: () => debianFiles(debianRelease), sizeBytes: megabytes(sizeMb), rest: bulk, transferSizeBytes: megabytes(transferMb),
		}],
	};
}

export const debianBookworm = debian('bookworm', ['latest', 'bookworm', '12', '12.8'], 116.5, 48.5);
export const debianBookwormSlim = debian('bookworm', ['bookworm-slim', '12-slim', '12.8-slim', 'stable-slim'], 74.8, 28.2);

function ubuntuRelease(version: string, pointRelease: string, codename: string, adjective: string): Release {
	return {
		osRelease: `PRETTY_NAME="Ubuntu ${pointRelease} LTS"
NAME="Ubuntu"
VERSION_ID="${version}"
VERSION="${pointRelease} LTS (${adjective})"
VERSION_CODENAME=${codename}
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
UBUNTU_CODENAME=${codename}
`,
		issue: `Ubuntu ${pointRelease} LTS`,
		version: version === '24.04' ? 'trixie/sid' : 'bookworm/sid',
		isUbuntu: true,
		sources: text('/etc/apt/sources.list', ['', '-updates', '-backports', '-security'].map(pocket =>
			`deb http://${pocket === '-security' ? 'security' : 'archive'}.ubuntu.com/ubuntu/ ${codename}${pocket} main universe restricted multiverse\n`).join('')),
	};
}

function ubuntu(tags: readonly string[], release: Release, {version, created, sizeMb, transferMb, fileDigest}: {readonly version: string; readonly created: string; readonly sizeMb: number; readonly transferMb: number; readonly fileDigest: string}): ImageRecipe {
	return {
		repository: 'library/ubuntu',
		tags,
		created,
		isClassic: true,
		config: {Env: [defaultPath], Cmd: ['/bin/bash'], Labels: {'org.opencontainers.image.ref.name': 'ubuntu', 'org.opencontainers.image.version': version}},
		steps: [
			{createdBy: '/bin/sh -c #(nop)  ARG RELEASE'},
			{createdBy: '/bin/sh -c #(nop)  ARG LAUNCHPAD_BUILD_ARCH'},
			{createdBy: '/bin/sh -c #(nop)  LABEL org.opencontainers.image.ref.name=ubuntu'},
			{createdBy: `/bin/sh -c #(nop)  LABEL org.opencontainers.image.version=${version}`},
			{
				createdBy: `/bin/sh -c #(nop) ADD file:${fileDigest} in / `,
				files: () => debianFiles(release), sizeBytes: megabytes(sizeMb), rest: bulk, transferSizeBytes: megabytes(transferMb),
			},
			{createdBy: '/bin/sh -c #(nop)  CMD ["/bin/bash"]'},
		],
	};
}

export const ubuntuJammy = ubuntu(['22.04', 'jammy'], ubuntuRelease('22.04', '22.04.5', 'jammy', 'Jammy Jellyfish'), {
	version: '22.04', created: '2024-09-11T16:25:40Z', sizeMb: 77.9, transferMb: 29.5, fileDigest: 'ebe009f86035c175ba244badd298a2582914415cf62783d510eab3a311a5d4e1',
});
export const ubuntuNoble = ubuntu(['latest', '24.04', 'noble'], ubuntuRelease('24.04', '24.04.1', 'noble', 'Noble Numbat'), {
	version: '24.04', created: '2024-10-16T09:08:00Z', sizeMb: 78.1, transferMb: 29.8, fileDigest: 'd5da92199726e42da09a6f75a778befb607fe3f79e4afaf7ef5188329b26b386',
});
export const ubuntuFocal = ubuntu(['20.04', 'focal'], ubuntuRelease('20.04', '20.04.6', 'focal', 'Focal Fossa'), {
	version: '20.04', created: '2024-10-11T03:38:00Z', sizeMb: 72.8, transferMb: 27.5, fileDigest: '7486147a645d8835a5181c79f00a3606c6b714c83bcbfcd8862221eb14690f9e',
});
