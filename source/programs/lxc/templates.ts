// The templates of lxc-create(1): where a new container's files and settings come from. Source: LXC 5.0.2, templates/lxc-busybox.in and
// lxc-download.in.
//
// Simplified: templates are part of lxc-create, not scripts; `download` has the distributions of the built-in Docker Hub, with one init for all.

import {encodeText} from '../../base/bytes.js';
import {applets} from '../../model/container/hub/program-names.js';
import {hubImages} from '../../model/container/hub/docker-hub.js';
import {buildLayer, type ImageRecipe, isLayer} from '../../model/container/hub/recipe.js';
import {type LayerTree, rootNode} from '../../model/container/layer-tree.js';
import {failed} from '../../model/kernel/errno.js';
import {executableContent} from '../../model/kernel/executable.js';
import {type FileContent, readContent} from '../../model/kernel/file-content.js';
import type {Process, SystemCalls} from '../../model/kernel/program.js';
import {makePath} from './payload.js';

/** What a template printed, and the settings it adds; `undefined` settings when it failed. */
type TemplateAnswer = {readonly output: string; readonly errors: string; readonly settings: readonly string[] | undefined};

export type Template = (process: Process, container: {readonly name: string; readonly rootfs: string}, args: readonly string[]) => TemplateAnswer;

function fail(output: string, errors = ''): TemplateAnswer {
	return {output, errors, settings: undefined};
}

function put(sys: SystemCalls, path: string, content: FileContent, mode: number): void {
	const fd = sys.open(path, {write: true, create: true, truncate: true}, 0o600);
	if (failed(fd)) {
		return;
	}

	for (const chunk of content.chunks) {
		sys.seek(fd, chunk.offset, 'start');
		sys.write(fd, readContent(content, chunk.offset, chunk.bytes.length));
	}

	sys.ftruncate(fd, content.sizeBytes);
	sys.close(fd);
	sys.chmod(path, mode);
}

function putText(sys: SystemCalls, path: string, text: string, mode = 0o644): void {
	const fd = sys.open(path, {write: true, create: true, truncate: true}, mode);
	if (!failed(fd)) {
		sys.write(fd, encodeText(text));
		sys.close(fd);
		sys.chmod(path, mode);
	}
}

const busyboxFolders = ['selinux', 'dev', 'home', 'root', 'etc/init.d', 'bin', 'usr/bin', 'sbin', 'usr/sbin', 'proc', 'sys', 'mnt', 'tmp', 'var/log', 'var/run', 'dev/pts', 'lib', 'usr/lib', 'lib64', 'usr/lib64'];
const busyboxSettings = ['lxc.signal.halt = SIGUSR1', 'lxc.signal.reboot = SIGTERM', 'lxc.uts.name = "NAME"', 'lxc.autodev = 1', 'lxc.tty.max = 5', 'lxc.pty.max = 1', 'lxc.cap.drop = sys_module mac_admin mac_override sys_time', '', '# When using LXC with apparmor, uncomment the next line to run unconfined:', '#lxc.apparmor.profile = unconfined', '', 'lxc.mount.auto = cgroup:mixed proc:mixed sys:ro', 'lxc.mount.entry = shm dev/shm tmpfs defaults,create=dir 0 0', 'lxc.mount.entry = mqueue dev/mqueue mqueue defaults,optional,create=dir 0 0'];

const busybox: Template = ({sys}, {name, rootfs}) => {
	const own = sys.open('/usr/bin/busybox', {read: true});
	const bytes = failed(own) ? own : sys.read(own, 64 * 1024 * 1024);
	if (failed(bytes)) {
		return fail('', 'ERROR: Please pass a pathname for busybox binary\n');
	}

	for (const folder of busyboxFolders) {
		makePath(sys, `${rootfs}/${folder}`);
	}

	sys.chmod(`${rootfs}/tmp`, 0o1777);
	const fd = sys.open(`${rootfs}/bin/busybox`, {write: true, create: true}, 0o755);
	if (!failed(fd)) {
		sys.write(fd, bytes);
		sys.close(fd);
		// The template makes passwd set-user-id, which is a link to this.
		sys.chmod(`${rootfs}/bin/busybox`, 0o6755);
	}

	for (const applet of Object.values(applets).flat()) {
		sys.symlink('busybox', `${rootfs}/bin/${applet}`);
	}

	sys.link(`${rootfs}/bin/busybox`, `${rootfs}/sbin/init`);
	putText(sys, `${rootfs}/etc/passwd`, 'root:x:0:0:root:/root:/bin/sh\n');
	putText(sys, `${rootfs}/etc/group`, 'root:x:0:root\n');
	putText(sys, `${rootfs}/etc/init.d/rcS`, '#!/bin/sh\n/bin/syslogd\n/bin/mount -a\n/bin/udhcpc\n', 0o744);
	putText(sys, `${rootfs}/etc/inittab`, '::sysinit:/etc/init.d/rcS\ntty1::respawn:/bin/getty -L tty1 115200 vt100\nconsole::askfirst:/bin/sh\n');
	putText(sys, `${rootfs}/etc/fstab`, '');
	putText(sys, `${rootfs}/etc/shadow`, '');
	const libraries = ['lib', 'usr/lib', 'lib64', 'usr/lib64'].filter(folder => !failed(sys.stat(`/${folder}`))).map(folder => `lxc.mount.entry = /${folder} ${folder} none ro,bind 0 0`);
	return {output: '', errors: '', settings: [...busyboxSettings.map(line => line.replace('NAME', name)), ...libraries, 'lxc.mount.entry = /sys/kernel/security sys/kernel/security none ro,bind,optional 0 0']};
};

/** By distribution and release as the image server names them: the image of the hub with the same files. */
const downloads: ReadonlyArray<readonly [dist: string, release: string, repository: string, tag: string, title: string]> = [
	['alpine', '3.18', 'library/alpine', '3.18', 'Alpinelinux 3.18'], ['alpine', '3.19', 'library/alpine', '3.19', 'Alpinelinux 3.19'], ['alpine', '3.20', 'library/alpine', '3.20', 'Alpinelinux 3.20'],
	['debian', 'bookworm', 'library/debian', 'bookworm', 'Debian bookworm'], ['ubuntu', 'focal', 'library/ubuntu', 'focal', 'Ubuntu focal'], ['ubuntu', 'jammy', 'library/ubuntu', 'jammy', 'Ubuntu jammy'], ['ubuntu', 'noble', 'library/ubuntu', 'noble', 'Ubuntu noble'],
];

/** The build that the index names. Choice: one day for all. */
const buildName = '20241120_13:00';

const shortNames: Readonly<Record<string, string>> = {d: 'dist', r: 'release', a: 'arch', l: 'list'};

/** `-d alpine`, `--dist alpine` and `--dist=alpine` alike. */
function readArguments(args: readonly string[]): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (let at = 0; at < args.length; at++) {
		const match = /^(?:-(?<short>[dral])|--(?<long>[a-z\-]+))(?:=(?<value>.*))?$/v.exec(args[at]!);
		const name = match?.groups?.['long'] ?? shortNames[match?.groups?.['short'] ?? ''];
		if (name !== undefined) {
			const isFlag = name === 'list' || name === 'flush-cache' || name === 'force-cache';
			found.set(name, match?.groups?.['value'] ?? (isFlag ? '' : args[++at] ?? ''));
		}
	}

	return found;
}

function indexText(): string {
	const rows = downloads.map(([dist, release]) => `${dist}\t${release}\tamd64\tdefault\t${buildName}\n`).join('');
	return `\n---\nDIST\tRELEASE\tARCH\tVARIANT\tBUILD\n---\n${rows}---\n\n`;
}

const download: Template = ({sys}, {name, rootfs}, args) => {
	const given = readArguments(args);
	const [dist, release, arch] = [given.get('dist'), given.get('release'), given.get('arch')];
	if (given.has('list')) {
		return fail(`Downloading the image index\n${indexText()}`);
	}

	if (dist === undefined || release === undefined || arch === undefined) {
		return fail(`Downloading the image index\n${indexText()}`, 'virtlab: the template\'s questions are not modelled: give -d DISTRIBUTION -r RELEASE -a ARCHITECTURE\n');
	}

	const wanted = downloads.find(([candidate, version]) => candidate === dist && version === release && arch === 'amd64' && (given.get('variant') ?? 'default') === 'default');
	const recipe = wanted === undefined ? undefined : hubImages.find(({repository, tags}) => repository === wanted[2] && tags.includes(wanted[3]));
	if (wanted === undefined || recipe === undefined) {
		return fail('Downloading the image index\nERROR: Couldn\'t find a matching image\n');
	}

	const cache = `/var/cache/lxc/download/${dist}/${release}/${arch}/default`;
	const isCached = !failed(sys.stat(`${cache}/build_id`));
	makePath(sys, cache);
	putText(sys, `${cache}/build_id`, `${buildName}\n`);
	unpack(sys, rootfs, recipe);
	addInit(sys, rootfs, name);
	const fetched = isCached ? 'Using image from local cache\n' : 'Downloading the image index\nDownloading the rootfs\nDownloading the metadata\nThe image cache is now ready\n';
	return {
		output: `${fetched}Unpacking the rootfs\n\n---\nYou just created an ${wanted[4]} x86_64 (${buildName}) container.\n`, errors: '',
		settings: ['', '# Distribution configuration', 'lxc.include = /usr/share/lxc/config/common.conf', 'lxc.arch = x86_64', '', '# Container specific configuration', `lxc.uts.name = ${name}`],
	};
};

function unpack(sys: SystemCalls, rootfs: string, recipe: ImageRecipe): void {
	if (recipe.base !== undefined) {
		unpack(sys, rootfs, recipe.base);
	}

	for (const step of recipe.steps) {
		if (isLayer(step)) {
			const tree = buildLayer(step, recipe.created);
			unpackDirectory(sys, tree, rootNode, rootfs);
		}
	}
}

function unpackDirectory(sys: SystemCalls, tree: LayerTree, node: number, path: string): void {
	for (const [name, entry] of tree.get(node)!.entries) {
		const inode = tree.get(entry.node)!;
		const target = `${path}/${name}`;
		if (inode.type === 'directory') {
			sys.mkdir(target, 0o700);
			unpackDirectory(sys, tree, entry.node, target);
			sys.chmod(target, inode.mode);
		} else if (inode.type === 'symlink') {
			sys.symlink(inode.target, target);
		} else {
			put(sys, target, inode.content, inode.mode);
		}

		sys.chown(target, inode.uid, inode.gid, {noFollow: true});
	}
}

/** What the distribution's init would bring up: the network, and somebody to log in to. */
function addInit(sys: SystemCalls, rootfs: string, name: string): void {
	const isMissing = failed(sys.lstat(`${rootfs}/sbin/init`));
	if (isMissing) {
		put(sys, `${rootfs}/sbin/init`, executableContent('init', 'gnu', 98_000), 0o755);
	}

	putText(sys, `${rootfs}/etc/hostname`, `${name}\n`);
	putText(sys, `${rootfs}/etc/inittab`, isMissing ? '' : '::sysinit:/sbin/syslogd -t\n::sysinit:/sbin/udhcpc -b -i eth0\n::respawn:/sbin/getty 38400 console\n');
}

export const templates: Readonly<Record<string, Template>> = {busybox, download};
