// `-v`, `--mount` and `--tmpfs`. Source: docker/cli cli/compose/loader/volume.go (ParseVolume), opts/mount.go; errors in their words.

import {parseTruth} from '../command/flag.js';
import {refusal, type Refusal} from '../command/refusal.js';
import {ramInBytes} from '../go/size.js';
import type {Writable} from '../go/json.js';

/** What `-v` asks for: a bind or named volume as the API's text, or an anonymous volume by its path. */
export type VolumeSpec = {readonly kind: 'bind'; readonly text: string} | {readonly kind: 'anonymous'; readonly path: string};

/** `absolute` makes a path that begins with a dot absolute. */
export function parseVolume(text: string, absolute: (path: string) => string): VolumeSpec | Refusal {
	if (text === '') {
		return refusal('invalid empty volume spec');
	}

	const parts = text.split(':');
	if (text.length > 2 && parts.includes('')) {
		return refusal(`invalid spec: ${text}: empty section between colons`);
	}

	if (parts.length > 3) {
		return refusal(`invalid spec: ${text}: too many colons`);
	}

	const [source = ''] = parts;
	if (parts.length === 1 || text.length <= 2) {
		return {kind: 'anonymous', path: text};
	}

	return {kind: 'bind', text: [source.startsWith('.') ? absolute(source) : source, ...parts.slice(1)].join(':')};
}

type MountFields = {
	readonly fields: Record<string, Writable>;
	readonly bind: Record<string, Writable>;
	readonly volume: Record<string, Writable>;
	readonly tmpfs: Record<string, Writable>;
};

/** `type=bind,src=/a,dst=/b,readonly` as an entry of `HostConfig.Mounts`. */
export function parseMount(text: string, absolute: (path: string) => string): Writable | Refusal {
	const mount: MountFields = {fields: {Type: 'volume'}, bind: {}, volume: {}, tmpfs: {}};
	for (const field of text.split(',')) {
		const problem = setMountField(mount, field, absolute);
		if (problem !== undefined) {
			return refusal(problem);
		}
	}

	const type = mount.fields['Type'] as string;
	if (type === '') {
		return refusal('type is required');
	}

	for (const [name, options] of [['volume', mount.volume], ['bind', mount.bind], ['tmpfs', mount.tmpfs]] as const) {
		if (type !== name && Object.keys(options).length > 0) {
			return refusal(`cannot mix '${name}-*' options with mount type '${type}'`);
		}
	}

	const options = (name: string, values: Record<string, Writable>) => Object.keys(values).length === 0 ? {} : {[name]: values};
	return {...mount.fields, ...options('BindOptions', mount.bind), ...options('VolumeOptions', mount.volume), ...options('TmpfsOptions', mount.tmpfs)};
}

/** The reason if the field is wrong. */
function setMountField({fields, bind, volume, tmpfs}: MountFields, field: string, absolute: (path: string) => string): string | undefined {
	const equals = field.indexOf('=');
	const key = (equals === -1 ? field : field.slice(0, equals)).toLowerCase();
	const value = equals === -1 ? 'true' : field.slice(equals + 1);
	if (equals === -1 && !['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive'].includes(key)) {
		return `invalid field '${field}' must be a key=value pair`;
	}

	const invalid = `invalid value for ${key}: ${value}`;
	switch (key) {
		case 'type': {
			fields['Type'] = value.toLowerCase();
			return undefined;
		}

		case 'source':
		case 'src': {
			fields['Source'] = value === '.' || value.startsWith('./') ? absolute(value) : value;
			return undefined;
		}

		case 'target':
		case 'dst':
		case 'destination': {
			fields['Target'] = value;
			return undefined;
		}

		case 'readonly':
		case 'ro': {
			fields['ReadOnly'] = parseTruth(value);
			return parseTruth(value) === undefined ? invalid : undefined;
		}

		case 'consistency': {
			fields['Consistency'] = value.toLowerCase();
			return undefined;
		}

		case 'bind-propagation': {
			bind['Propagation'] = value.toLowerCase();
			return undefined;
		}

		case 'volume-nocopy': {
			volume['NoCopy'] = parseTruth(value);
			return parseTruth(value) === undefined ? `invalid value for volume-nocopy: ${value}` : undefined;
		}

		case 'volume-label': {
			const at = value.indexOf('=');
			volume['Labels'] = {...volume['Labels'] as Record<string, Writable> | undefined, [at === -1 ? value : value.slice(0, at)]: at === -1 ? '' : value.slice(at + 1)};
			return undefined;
		}

		case 'tmpfs-size': {
			const size = ramInBytes(value);
			tmpfs['SizeBytes'] = typeof size === 'number' ? size : 0;
			return typeof size === 'number' ? undefined : invalid;
		}

		case 'tmpfs-mode': {
			tmpfs['Mode'] = Number.parseInt(value, 8);
			return /^[0-7]+$/v.test(value) ? undefined : invalid;
		}

		case 'bind-nonrecursive':
		case 'bind-recursive':
		case 'volume-subpath':
		case 'volume-driver':
		case 'volume-opt':
		case 'image-subpath': {
			return `virtlab: docker --mount ${key} is not modelled`;
		}

		default: {
			return `unexpected key '${key}' in '${field}'`;
		}
	}
}
