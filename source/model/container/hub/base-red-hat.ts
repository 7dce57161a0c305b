// centos and the Oracle Linux that mysql is built on. Source: Docker Hub, `docker history` of centos:7 and centos:latest, which is 8
// (2021-09-15, the last ones), and of oraclelinux:9-slim (2024-10).

import {accountFiles} from './account-files.js';
import {mergedUsr} from './base-debian.js';
import {gnu, gnuPrograms} from './program-names.js';
import {defaultPath, type FileRecipe, type ImageRecipe, megabytes, symlink, text} from './recipe.js';

function redHatFiles(osRelease: string, release: string, hasProcps: boolean): readonly FileRecipe[] {
	return [
		...mergedUsr(),
		text('/usr/lib/os-release', osRelease), symlink('/etc/os-release', '../usr/lib/os-release'),
		text('/etc/system-release', `${release}\n`), symlink('/etc/redhat-release', release.startsWith('CentOS') ? 'centos-release' : 'system-release'),
		...release.startsWith('CentOS') ? [text('/etc/centos-release', `${release}\n`)] : [text('/etc/oracle-release', `${release}\n`)],
		...accountFiles('redHat'),
		text('/etc/hosts', ''), text('/etc/nsswitch.conf', 'passwd:     files\nshadow:     files\ngroup:      files\nhosts:      files dns\n'), text('/etc/shells', '/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n'),
		text('/root/.bashrc', '# .bashrc\n\n# User specific aliases and functions\n\nalias rm=\'rm -i\'\nalias cp=\'cp -i\'\nalias mv=\'mv -i\'\n\n# Source global definitions\nif [ -f /etc/bashrc ]; then\n\t. /etc/bashrc\nfi\n'),
		...gnuPrograms({family: 'redHat', hasProcps}), symlink('/usr/bin/sh', 'bash'),
		gnu('/usr/bin/curl', 'curl'),
		...hasProcps ? [gnu('/usr/bin/vi', 'vi', 928_000), gnu('/usr/sbin/ip', 'ip')] : [],
	];
}

const bulk = ['/usr/lib64/libc-2.17.so', '/usr/lib64/libcrypto.so.1.0.2k', '/usr/lib64/libpython2.7.so.1.0', '/usr/lib/locale/locale-archive.tmpl', '/usr/share/zoneinfo/tzdata.zi', '/var/lib/rpm/Packages', '/usr/lib64/libsystemd.so.0.6.0', '/usr/share/i18n/locales.tar'];
const bulk8 = ['/usr/lib64/libc-2.28.so', '/usr/lib64/libcrypto.so.1.1.1g', '/usr/lib64/libpython3.6m.so.1.0', '/usr/lib/locale/C.utf8/LC_COLLATE', '/usr/share/zoneinfo/tzdata.zi', '/var/lib/rpm/Packages', '/usr/lib64/libsystemd.so.0.23.0', '/usr/lib64/libdnf.so.2'];

export const centos7: ImageRecipe = {
	repository: 'library/centos',
	tags: ['7', 'centos7', '7.9.2009', 'centos7.9.2009'],
	created: '2021-09-15T18:20:05Z',
	isClassic: true,
	config: {
		Env: [defaultPath], Cmd: ['/bin/bash'],
		Labels: {
			'org.label-schema.build-date': '20201113', 'org.label-schema.license': 'GPLv2', 'org.label-schema.name': 'CentOS Base Image', 'org.label-schema.schema-version': '1.0', 'org.label-schema.vendor': 'CentOS',
			'org.opencontainers.image.created': '2020-11-13 00:00:00+00:00', 'org.opencontainers.image.licenses': 'GPL-2.0-only', 'org.opencontainers.image.title': 'CentOS Base Image', 'org.opencontainers.image.vendor': 'CentOS',
		},
	},
	steps: [
		{
			createdBy: '/bin/sh -c #(nop) ADD file:b3ebbe8bd304723d43b7b44a6d990cd657b63d93d6a2a9293983a30bfc1dfa53 in / ',
			files: () => redHatFiles(`NAME="CentOS Linux"
VERSION="7 (Core)"
ID="centos"
ID_LIKE="rhel fedora"
VERSION_ID="7"
PRETTY_NAME="CentOS Linux 7 (Core)"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:centos:centos:7"
HOME_URL="https://www.centos.org/"
BUG_REPORT_URL="https://bugs.centos.org/"

CENTOS_MANTISBT_PROJECT="CentOS-7"
CENTOS_MANTISBT_PROJECT_VERSION="7"
REDHAT_SUPPORT_PRODUCT="centos"
REDHAT_SUPPORT_PRODUCT_VERSION="7"

`, 'CentOS Linux release 7.9.2009 (Core)', true),
			sizeBytes: megabytes(203.8), rest: bulk, transferSizeBytes: megabytes(76.1),
		},
		{createdBy: '/bin/sh -c #(nop)  LABEL org.label-schema.schema-version=1.0 org.label-schema.name=CentOS Base Image org.label-schema.vendor=CentOS org.label-schema.license=GPLv2 org.label-schema.build-date=20201113 org.opencontainers.image.title=CentOS Base Image org.opencontainers.image.vendor=CentOS org.opencontainers.image.licenses=GPL-2.0-only org.opencontainers.image.created=2020-11-13 00:00:00+00:00'},
		{createdBy: '/bin/sh -c #(nop)  CMD ["/bin/bash"]'},
	],
};

export const centos8: ImageRecipe = {
	repository: 'library/centos',
	tags: ['latest', '8', 'centos8', '8.4.2105', 'centos8.4.2105'],
	created: '2021-09-15T18:20:05Z',
	isClassic: true,
	config: {
		Env: [defaultPath], Cmd: ['/bin/bash'],
		Labels: {
			'org.label-schema.build-date': '20210915', 'org.label-schema.license': 'GPLv2', 'org.label-schema.name': 'CentOS Base Image', 'org.label-schema.schema-version': '1.0', 'org.label-schema.vendor': 'CentOS',
		},
	},
	steps: [
		{
			createdBy: '/bin/sh -c #(nop) ADD file:805cb5e15fb6e0bb0326ca33fd2942e068863ce2a8491bb71522c652f31fb466 in / ',
			files: () => redHatFiles(`NAME="CentOS Linux"
VERSION="8"
ID="centos"
ID_LIKE="rhel fedora"
VERSION_ID="8"
PLATFORM_ID="platform:el8"
PRETTY_NAME="CentOS Linux 8"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:centos:centos:8"
HOME_URL="https://centos.org/"
BUG_REPORT_URL="https://bugs.centos.org/"
CENTOS_MANTISBT_PROJECT="CentOS-8"
CENTOS_MANTISBT_PROJECT_VERSION="8"
`, 'CentOS Linux release 8.4.2105', true),
			sizeBytes: megabytes(231.3), rest: bulk8, transferSizeBytes: 83_518_086,
		},
		{createdBy: '/bin/sh -c #(nop)  LABEL org.label-schema.schema-version=1.0 org.label-schema.name=CentOS Base Image org.label-schema.vendor=CentOS org.label-schema.license=GPLv2 org.label-schema.build-date=20210915'},
		{createdBy: '/bin/sh -c #(nop)  CMD ["/bin/bash"]'},
	],
};

/** Not listed by itself: what mysql stands on. */
export const oracleLinux9Slim: ImageRecipe = {
	repository: 'library/oraclelinux',
	tags: ['9-slim'],
	created: '2024-10-15T18:00:00Z',
	config: {Env: [defaultPath], Cmd: ['/bin/bash']},
	steps: [
		{
			createdBy: 'ADD oraclelinux-9-slim-amd64-rootfs.tar.xz / # buildkit', comment: 'buildkit.dockerfile.v0',
			files: () => redHatFiles(`NAME="Oracle Linux Server"
VERSION="9.4"
ID="ol"
ID_LIKE="fedora"
VARIANT="Server"
VARIANT_ID="server"
VERSION_ID="9.4"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Oracle Linux Server 9.4"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:oracle:linux:9:4:server"
HOME_URL="https://linux.oracle.com/"
BUG_REPORT_URL="https://github.com/oracle/oracle-linux"
`, 'Oracle Linux Server release 9.4', false),
			sizeBytes: megabytes(112), rest: bulk, transferSizeBytes: megabytes(50.6),
		},
		{createdBy: 'CMD ["/bin/bash"]', comment: 'buildkit.dockerfile.v0'},
	],
};
