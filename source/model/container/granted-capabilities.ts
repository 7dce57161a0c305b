// Which capabilities a container keeps. Source: moby/moby oci/caps.

import {allCapabilities} from '../kernel/capabilities.js';
import type {HostConfig} from './container-schema.js';

/** What every container gets unless told otherwise. */
export const defaultCapabilities: readonly string[] = [
	'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FSETID', 'CAP_FOWNER', 'CAP_MKNOD', 'CAP_NET_RAW', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SETFCAP', 'CAP_SETPCAP',
	'CAP_NET_BIND_SERVICE', 'CAP_SYS_CHROOT', 'CAP_KILL', 'CAP_AUDIT_WRITE',
];

/** `--cap-add` and `--cap-drop` over the default; undefined for all (`--privileged`). */
export function grantedCapabilities({Privileged, CapAdd, CapDrop}: HostConfig): readonly string[] | undefined {
	if (Privileged) {
		return undefined;
	}

	const added = (CapAdd ?? []).map(fullName);
	const dropped = new Set((CapDrop ?? []).map(fullName));
	const base = added.includes('CAP_ALL') ? allCapabilities : (dropped.has('CAP_ALL') ? [] : defaultCapabilities);
	const wanted = new Set([...base.filter(name => !dropped.has(name)), ...added.filter(name => name !== 'CAP_ALL')]);
	return allCapabilities.filter(name => wanted.has(name));
}

/** The first name that no kernel has, as dockerd names it, and the option that has it. */
export function unknownCapability({CapAdd, CapDrop}: HostConfig): {readonly option: 'CapAdd' | 'CapDrop'; readonly name: string} | undefined {
	for (const [option, names] of [['CapAdd', CapAdd], ['CapDrop', CapDrop]] as const) {
		const name = (names ?? []).map(fullName).find(each => each !== 'CAP_ALL' && !allCapabilities.includes(each));
		if (name !== undefined) {
			return {option, name};
		}
	}

	return undefined;
}

function fullName(name: string): string {
	const upper = name.toUpperCase();
	return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
