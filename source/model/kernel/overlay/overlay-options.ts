// The words of `mount -t overlay -o ...`. Source: Linux fs/overlayfs/params.c; mount(8), "Mount options for overlay".

import {type Failure, failed, failure} from '../errno.js';
import type {OverlayOptions} from './overlay-schema.js';

export type OverlayWords = {
	/** Paths, topmost first. */
	readonly lowerdirs: readonly string[];
	readonly upperdir: string | undefined;
	readonly workdir: string | undefined;
	readonly options: OverlayOptions;
};

/** Why a mount is refused, and the line that the kernel logs about it. */
export type Refused = Failure & {readonly log: string};

/** What a mount without further words has. */
export const overlayDefaults: OverlayOptions = {redirectDir: 'follow', metacopy: false, index: false, xattrPrefix: 'trusted.overlay.'};

function refuse(log: string, errno: Failure['errno'] = 'EINVAL'): Refused {
	return {...failure(errno), log};
}

/** Options that change nothing here when they have these values. All other values are refused, as by a kernel without them. */
const defaults: Readonly<Record<string, readonly string[]>> = {
	xino: ['off', 'auto'], uuid: ['auto', 'on'], nfs_export: ['off'], verity: ['off'],
};

/** Reads options such as `lowerdir=/a:/b`. */
export function parseOverlayOptions(words: readonly string[]): OverlayWords | Refused {
	const values = new Map<string, string>();
	const lowerdirs: string[] = [];
	for (const word of words) {
		const equals = word.indexOf('=');
		const key = equals === -1 ? word : word.slice(0, equals);
		const value = equals === -1 ? '' : word.slice(equals + 1);
		const refused = checkOption(key, value);
		if (refused !== undefined) {
			return refused;
		}

		if (key === 'lowerdir') {
			lowerdirs.splice(0, lowerdirs.length, ...splitLayers(value));
		} else if (key === 'lowerdir+') {
			lowerdirs.push(value);
		} else {
			values.set(key, key === 'upperdir' || key === 'workdir' ? unescape(value) : value);
		}
	}

	if (lowerdirs.length === 0 || lowerdirs.includes('')) {
		return refuse(lowerdirs.length === 0 ? 'overlayfs: missing \'lowerdir\'' : 'overlayfs: empty lowerdir');
	}

	const options = parseFeatures(values);
	return failed(options) ? options : {lowerdirs, upperdir: values.get('upperdir'), workdir: values.get('workdir'), options};
}

function checkOption(key: string, value: string): Refused | undefined {
	switch (key) {
		case 'lowerdir':
		case 'lowerdir+':
		case 'upperdir':
		case 'workdir':
		case 'userxattr':
		case 'default_permissions': {
			return undefined;
		}

		case 'redirect_dir': {
			return ['on', 'off', 'follow', 'nofollow'].includes(value) ? undefined : refuse('overlay: Bad value for \'redirect_dir\'');
		}

		case 'index':
		case 'metacopy': {
			return ['on', 'off'].includes(value) ? undefined : refuse(`overlay: Bad value for '${key}'`);
		}

		default: {
			const accepted = defaults[key];
			if (accepted === undefined) {
				return refuse(`overlay: Unknown parameter '${key}'`);
			}

			return accepted.includes(value) ? undefined : refuse(`overlay: Bad value for '${key}'`);
		}
	}
}

function parseFeatures(values: ReadonlyMap<string, string>): OverlayOptions | Refused {
	const metacopy = values.get('metacopy') === 'on';
	const given = values.get('redirect_dir');
	if (metacopy && given !== undefined && given !== 'on' && (given !== 'follow' || values.has('upperdir'))) {
		return refuse(`overlayfs: conflicting options: metacopy=on,redirect_dir=${given}`);
	}

	// CONFIG_OVERLAY_FS_REDIRECT_DIR is off and redirect_always_follow on in distributions' kernels.
	const wanted = given ?? (metacopy ? 'on' : 'off');
	const canRedirect = values.has('upperdir');
	return {
		redirectDir: wanted === 'nofollow' ? 'nofollow' : (wanted === 'on' && canRedirect ? 'on' : 'follow'),
		metacopy,
		index: values.get('index') === 'on' && canRedirect,
		xattrPrefix: values.has('userxattr') ? 'user.overlay.' : 'trusted.overlay.',
	};
}

/** `a:b\:c` as its paths; a backslash takes the meaning from a colon. */
function splitLayers(value: string): readonly string[] {
	const layers: string[] = [];
	let layer = '';
	for (let index = 0; index < value.length; index++) {
		const character = value[index]!;
		if (character === '\\' && index + 1 < value.length) {
			index++;
			layer += value[index]!;
		} else if (character === ':') {
			layers.push(layer);
			layer = '';
		} else {
			layer += character;
		}
	}

	return [...layers, layer];
}

function unescape(value: string): string {
	return splitLayers(value).join(':');
}
