// HostConfig.Mounts: what `--mount` asks for, checked as dockerd checks it. Source: moby/moby volume/mounts/linux_parser.go
// (validateMountConfigImpl), validate.go.

import type {JsonObject} from '../../base/json.js';
import {normalPath} from '../../base/path.js';
import {type MountSpec, propagations} from './container-schema.js';
import {engineError, type EngineError, isEngineError} from './engine.js';
import {JsonFields} from './json-fields.js';

export function parseMountSpecs(objects: readonly JsonObject[] | undefined): readonly MountSpec[] | undefined | EngineError {
	const specs: MountSpec[] = [];
	for (const object of objects ?? []) {
		const spec = parseMountSpec(new JsonFields(object, 'Mount'));
		if (isEngineError(spec)) {
			return spec;
		}

		specs.push(spec);
	}

	return objects === undefined || specs.length === 0 ? undefined : specs;
}

function parseMountSpec(fields: JsonFields): MountSpec | EngineError {
	const type = fields.text('Type');
	const target = fields.text('Target');
	const source = fields.text('Source');
	const invalid = (problem: string) => engineError(400, `invalid mount config for type "${type}": ${problem}`);
	if (target === '') {
		return invalid('field Target must not be empty');
	}

	if (normalPath(target) === '/') {
		return invalid('invalid specification: destination can\'t be \'/\'');
	}

	if (!target.startsWith('/')) {
		return invalid(`invalid mount path: '${target}' mount path must be absolute`);
	}

	const extra = (['BindOptions', 'VolumeOptions'] as const).find(name => fields.raw(name) !== undefined && (name === 'BindOptions' ? type !== 'bind' : type === 'bind'));
	const common = {...(source === '' ? {} : {Source: source}), Target: target, ...(fields.flag('ReadOnly') ? {ReadOnly: true} : {}), ...(fields.text('Consistency') === '' ? {} : {Consistency: fields.text('Consistency')})};
	switch (type) {
		case 'bind': {
			return bindSpec(fields, common, extra === undefined ? undefined : `field ${extra} must not be specified`);
		}

		case 'volume': {
			return extra === undefined ? volumeSpec(fields, common) : invalid(`field ${extra} must not be specified`);
		}

		case 'tmpfs': {
			return extra === 'BindOptions' || source !== '' ? invalid(`field ${extra === 'BindOptions' ? extra : 'Source'} must not be specified`) : tmpfsSpec(fields, common);
		}

		case 'image': {
			return engineError(501, 'virtlab does not model mounts of type image');
		}

		default: {
			return invalid('mount type unknown');
		}
	}
}

type Common = Pick<MountSpec, 'Source' | 'Target' | 'ReadOnly' | 'Consistency'>;

function bindSpec(fields: JsonFields, common: Common, extra: string | undefined): MountSpec | EngineError {
	const {Source = ''} = common;
	const options = new JsonFields(fields.raw('BindOptions'), 'BindOptions');
	const propagation = options.text('Propagation');
	const known = propagations.find(each => each === propagation);
	const problem = Source === '' ? 'field Source must not be empty'
		: (propagation !== '' && known === undefined ? `invalid propagation mode: ${propagation}`
			: extra ?? (Source.startsWith('/') ? undefined : `invalid mount path: '${Source}' mount path must be absolute`));
	if (problem !== undefined) {
		return engineError(400, `invalid mount config for type "bind": ${problem}`);
	}

	const flags = (['NonRecursive', 'CreateMountpoint', 'ReadOnlyNonRecursive', 'ReadOnlyForceRecursive'] as const).filter(name => options.flag(name));
	return {Type: 'bind', ...common, ...(fields.raw('BindOptions') === undefined ? {} : {
		BindOptions: {...(known === undefined ? {} : {Propagation: known}), ...Object.fromEntries(flags.map(name => [name, true]))},
	})};
}

function volumeSpec(fields: JsonFields, common: Common): MountSpec | EngineError {
	const invalid = (problem: string) => engineError(400, `invalid mount config for type "volume": ${problem}`);
	const options = new JsonFields(fields.raw('VolumeOptions'), 'VolumeOptions');
	const subpath = options.text('Subpath');
	if (subpath !== '' && common.Source === undefined) {
		return invalid('must not set Subpath when using anonymous volumes');
	}

	if (subpath.startsWith('/') || subpath.split('/').includes('..')) {
		return invalid('subpath must be a relative path within the volume');
	}

	if (common.ReadOnly === true && common.Source === undefined) {
		return invalid('must not set ReadOnly mode when using anonymous volumes');
	}

	const driver = new JsonFields(options.raw('DriverConfig'), 'Driver');
	const driverOptions = driver.record('Options');
	return {Type: 'volume', ...common, ...(fields.raw('VolumeOptions') === undefined ? {} : {
		VolumeOptions: {
			...(options.flag('NoCopy') ? {NoCopy: true} : {}), Labels: options.record('Labels') ?? {}, ...(subpath === '' ? {} : {Subpath: subpath}),
			...(options.raw('DriverConfig') === undefined ? {} : {DriverConfig: {...(driver.text('Name') === '' ? {} : {Name: driver.text('Name')}), ...(driverOptions === undefined ? {} : {Options: driverOptions})}}),
		},
	})};
}

function tmpfsSpec(fields: JsonFields, common: Common): MountSpec | EngineError {
	const options = new JsonFields(fields.raw('TmpfsOptions'), 'TmpfsOptions');
	const words = Array.isArray(options.raw('Options')) ? (options.raw('Options') as readonly unknown[]).filter(word => Array.isArray(word) && word.every(each => typeof each === 'string')) as readonly (readonly string[])[] : [];
	const wrong = words.find(([word]) => word !== 'exec' && word !== 'noexec');
	if (wrong !== undefined) {
		return engineError(400, `invalid mount config for type "tmpfs": invalid option: ${wrong[0] ?? ''}`);
	}

	return {Type: 'tmpfs', ...common, ...(fields.raw('TmpfsOptions') === undefined ? {} : {
		TmpfsOptions: {SizeBytes: options.integer('SizeBytes'), Mode: options.integer('Mode'), ...(words.length === 0 ? {} : {Options: words})},
	})};
}
