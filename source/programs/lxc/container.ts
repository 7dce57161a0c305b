// An LXC container on the disk: /var/lib/lxc/NAME with its configuration and root filesystem. Source: lxc.container.conf(5), LXC 5.0.2.

import {decodeText, encodeText} from '../../base/bytes.js';
import {failed} from '../../model/kernel/errno.js';
import type {Process, SystemCalls} from '../../model/kernel/program.js';

export const lxcPath = '/var/lib/lxc';

export type Setting = {readonly key: string; readonly value: string; readonly line: string};

export type LxcContainer = {readonly name: string; readonly directory: string; readonly settings: readonly Setting[]};

/** A line that lxc would not understand. */
export type BadConfig = {readonly badKey: string; readonly line: string; readonly path: string};

const knownKeys = /^lxc\.(?:apparmor\.(?:profile|allow_nesting|allow_incomplete|raw)|arch|autodev|autodev\.tmpfs\.size|cap\.(?:drop|keep)|cgroup2?\.[\w.]+|console\.\w+|environment|ephemeral|execute\.cmd|group|hook\.[\w\-]+|include|init\.(?:cmd|cwd|uid|gid)|log\.\w+|monitor\.[\w.]+|mount\.(?:auto|entry|fstab)|net\.\d+\.[\w.]+|no_new_privs|prlimit\.\w+|proc\.[\w.]+|pty\.max|rootfs\.(?:path|mount|options|managed)|seccomp\.[\w.]+|selinux\.context|signal\.(?:halt|reboot|stop)|start\.(?:auto|delay|order)|sysctl\.[\w.]+|tty\.(?:dir|max)|uts\.name)$/v;

/** Settings in their order, without comments; quotes around a value are not part of it. */
export function parseConfig(text: string, path: string): readonly Setting[] | BadConfig {
	const settings: Setting[] = [];
	for (const line of text.split('\n').map(each => each.trim())) {
		const match = /^(?<key>[\w.]+)\s*=\s*(?<value>.*)$/v.exec(line);
		if (line === '' || line.startsWith('#') || match === null) {
			continue;
		}

		const {key = '', value = ''} = match.groups!;
		if (!knownKeys.test(key)) {
			return {badKey: key, line, path};
		}

		settings.push({key, value: value.replace(/^"(?<inner>.*)"$/v, '$<inner>'), line});
	}

	return settings;
}

export function isBadConfig(value: unknown): value is BadConfig {
	return typeof value === 'object' && value !== null && 'badKey' in value;
}

/** A file of regular size, read at once: configurations never block. */
export function readFile(sys: SystemCalls, path: string): string | undefined {
	const fd = sys.open(path, {read: true});
	if (failed(fd)) {
		return undefined;
	}

	const bytes = sys.read(fd, 1024 * 1024);
	sys.close(fd);
	return failed(bytes) ? undefined : decodeText(bytes);
}

/** A name is that of a directory. */
export function isName(name: string): boolean {
	return !['', '.', '..'].includes(name) && !name.includes('/');
}

export function findContainer({sys}: Pick<Process, 'sys'>, name: string): LxcContainer | BadConfig | undefined {
	const directory = `${lxcPath}/${name}`;
	const text = isName(name) ? readFile(sys, `${directory}/config`) : undefined;
	const settings = text === undefined ? undefined : parseConfig(text, `${directory}/config`);
	return settings === undefined || isBadConfig(settings) ? settings : {name, directory, settings};
}

/** Names of all containers that are defined, sorted. */
export function containerNames({sys}: Pick<Process, 'sys'>): readonly string[] {
	const entries = sys.readdir(lxcPath);
	return failed(entries) ? [] : entries.map(({name}) => name).filter(name => readFile(sys, `${lxcPath}/${name}/config`) !== undefined).sort();
}

/** The last setting of a key. */
export function setting({settings}: LxcContainer, key: string): string | undefined {
	return settings.findLast(each => each.key === key)?.value;
}

export function allSettings({settings}: LxcContainer, key: string): readonly string[] {
	return settings.filter(each => each.key === key).map(({value}) => value);
}

/** Where the files are: a directory, or an overlay on another container's. */
type Rootfs = {readonly kind: 'dir'; readonly path: string} | {readonly kind: 'overlay'; readonly lower: string; readonly upper: string; readonly work: string};

export function rootfsOf(container: LxcContainer): Rootfs | undefined {
	const path = setting(container, 'lxc.rootfs.path');
	const [kind = '', lower = '', upper = ''] = path?.split(':') ?? [];
	if (kind === 'overlay' || kind === 'overlayfs') {
		return {kind: 'overlay', lower, upper, work: `${upper.slice(0, upper.lastIndexOf('/'))}/work`};
	}

	return path === undefined ? undefined : {kind: 'dir', path: kind === 'dir' ? lower : path};
}

/** Writes a control file, or (`create`) a file of its own. */
export function writeText({sys}: Pick<Process, 'sys'>, path: string, text: string, create = false): boolean {
	const fd = sys.open(path, {write: true, ...create ? {create: true, truncate: true} : {}});
	const written = failed(fd) ? fd : sys.write(fd, encodeText(text));
	if (!failed(fd)) {
		sys.close(fd);
	}

	return !failed(written);
}
