// `-v`, `--mount` and `--tmpfs`. Source: docker/cli cli/compose/loader/volume.go (ParseVolume), opts/mount.go; errors in their words.

import {parseTruth} from '../command/flag.js';
import {refusal, refused, type Refusal} from '../command/refusal.js';
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
	const words = csvFields(text);
	if (refused(words)) {
		return words;
	}

	for (const field of words) {
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

	if (mount.fields['Target'] === undefined) {
		return refusal('target is required');
	}

	const recursive = recursiveProblem(mount);
	if (recursive !== undefined) {
		return refusal(recursive);
	}

	const options = (name: string, values: Record<string, Writable>) => Object.keys(values).length === 0 ? {} : {[name]: values};
	return {...mount.fields, ...options('BindOptions', mount.bind), ...options('VolumeOptions', mount.volume), ...options('TmpfsOptions', mount.tmpfs)};
}

/** Why `--mount` cannot have this value. */
export function checkMount(value: string): string | undefined {
	const mount = parseMount(value, path => path);
	return refused(mount) ? mount.message : undefined;
}

/** Fields between commas, as encoding/csv reads one record: `"a,b"` is one field, and `""` in it a quotation mark. */
export function csvFields(text: string): readonly string[] | Refusal {
	const fields: string[] = [];
	let at = 0;
	for (;;) {
		if (text[at] !== '"') {
			const comma = text.indexOf(',', at);
			const field = text.slice(at, comma === -1 ? undefined : comma);
			if (field.includes('"')) {
				return refusal(`parse error on line 1, column ${at + field.indexOf('"') + 1}: bare " in non-quoted-field`);
			}

			fields.push(field);
			if (comma === -1) {
				return fields;
			}

			at = comma + 1;
			continue;
		}

		const quoted = /^"(?<inner>(?:[^"]|"")*)"(?<end>,|$)/v.exec(text.slice(at));
		if (quoted === null) {
			return refusal(`parse error on line 1, column ${text.length + 1}: extraneous or missing " in quoted-field`);
		}

		fields.push(quoted.groups!['inner']!.replaceAll('""', '"'));
		at += quoted[0].length;
		if (quoted.groups!['end'] === '') {
			return fields;
		}
	}
}

function recursiveProblem({fields, bind}: MountFields): string | undefined {
	const mode = bind['ReadOnlyNonRecursive'] === true ? 'writable' : (bind['ReadOnlyForceRecursive'] === true ? 'readonly' : undefined);
	if (mode !== undefined && fields['ReadOnly'] !== true) {
		return `option 'bind-recursive=${mode}' requires 'readonly' to be specified in conjunction`;
	}

	return mode === 'readonly' && bind['Propagation'] !== 'rprivate' ? 'option \'bind-recursive=readonly\' requires \'bind-propagation=rprivate\' to be specified in conjunction' : undefined;
}

/** The member of BindOptions that says so; `enabled` says nothing. */
const recursiveModes: Readonly<Record<string, string | undefined>> = {enabled: '', disabled: 'NonRecursive', writable: 'ReadOnlyNonRecursive', readonly: 'ReadOnlyForceRecursive'};

function withEntry(map: Writable, text: string): Writable {
	const at = text.indexOf('=');
	const key = at === -1 ? text : text.slice(0, at);
	return {...map as Record<string, Writable> | undefined, ...(key === '' ? {} : {[key]: at === -1 ? '' : text.slice(at + 1)})};
}

function driverOf(volume: Record<string, Writable>): Record<string, Writable> {
	return (volume['DriverConfig'] ?? {}) as Record<string, Writable>;
}

type Setter = (mount: MountFields, value: string, key: string) => string | undefined;

/** What each key does; a setter answers the reason if the value is wrong. */
const setters: Readonly<Record<string, Setter>> = {
	type: ({fields}, value) => set(fields, 'Type', value.toLowerCase()),
	source: ({fields}, value) => set(fields, 'Source', value),
	src: ({fields}, value) => set(fields, 'Source', value),
	target: ({fields}, value) => set(fields, 'Target', value),
	dst: ({fields}, value) => set(fields, 'Target', value),
	destination: ({fields}, value) => set(fields, 'Target', value),
	readonly: ({fields}, value, key) => setTruth(fields, 'ReadOnly', value, key),
	ro: ({fields}, value, key) => setTruth(fields, 'ReadOnly', value, key),
	consistency: ({fields}, value) => set(fields, 'Consistency', value.toLowerCase()),
	'bind-propagation': ({bind}, value) => set(bind, 'Propagation', value.toLowerCase()),
	'bind-nonrecursive': ({bind}, value, key) => setTruth(bind, 'NonRecursive', value, key),
	'bind-recursive'({bind}, value, key) {
		const member = recursiveModes[value];
		if (member === undefined) {
			return `invalid value for ${key}: ${value} (must be "enabled", "disabled", "writable", or "readonly")`;
		}

		return member === '' ? undefined : set(bind, member, true);
	},
	'volume-nocopy': ({volume}, value, key) => setTruth(volume, 'NoCopy', value, key),
	'volume-label': ({volume}, value) => set(volume, 'Labels', withEntry(volume['Labels'], value)),
	'volume-subpath': ({volume}, value) => set(volume, 'Subpath', value),
	'volume-driver': ({volume}, value) => set(volume, 'DriverConfig', {...driverOf(volume), Name: value}),
	'volume-opt': ({volume}, value) => set(volume, 'DriverConfig', {...driverOf(volume), Options: withEntry(driverOf(volume)['Options'], value)}),
	'tmpfs-size'({tmpfs}, value, key) {
		const size = ramInBytes(value);
		return typeof size === 'number' ? set(tmpfs, 'SizeBytes', size) : `invalid value for ${key}: ${value}`;
	},
	'tmpfs-mode': ({tmpfs}, value, key) => /^[0-7]{1,10}$/v.test(value) ? set(tmpfs, 'Mode', Number.parseInt(value, 8)) : `invalid value for ${key}: ${value}`,
	'image-subpath': (_mount, _value, key) => `virtlab: docker --mount ${key} is not modelled`,
};

function set(options: Record<string, Writable>, name: string, value: Writable): undefined {
	options[name] = value;
}

function setTruth(options: Record<string, Writable>, name: string, value: string, key: string): string | undefined {
	const truth = parseTruth(value);
	return truth === undefined ? `invalid value for ${key}: ${value}` : set(options, name, truth);
}

/** The reason if the field is wrong. */
function setMountField(mount: MountFields, field: string, absolute: (path: string) => string): string | undefined {
	const equals = field.indexOf('=');
	const key = (equals === -1 ? field : field.slice(0, equals)).toLowerCase();
	const value = equals === -1 ? 'true' : field.slice(equals + 1);
	if (equals === -1 && !['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive'].includes(key)) {
		return `invalid field '${field}' must be a key=value pair`;
	}

	const isRelative = (key === 'source' || key === 'src') && (value === '.' || value.startsWith('./'));
	const setter = Object.hasOwn(setters, key) ? setters[key] : undefined;
	return setter === undefined ? `unexpected key '${key}' in '${field}'` : setter(mount, isRelative ? absolute(value) : value, key);
}
