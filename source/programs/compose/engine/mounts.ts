// What a service has mounted: bind mounts in the short form, everything else as mounts; configs and secrets from files as read-only
// bind mounts. Source: docker/compose pkg/compose/create.go (buildContainerVolumes, buildMount).

import {flagOf, listOf, memberOf, numberOf, textOf, type Json, type JsonObject, type Writable} from '../../docker/go/json.js';
import type {Parts, Project} from '../project/project.js';

type Given = {readonly inherited?: readonly Json[]; readonly imageVolumes?: readonly string[]; readonly volumesFrom?: readonly string[]};

export function mountsOf(project: Project, service: JsonObject, given: Given): Readonly<Record<string, Writable>> {
	const volumes = listOf(service.get('volumes'));
	const kept = inheritedMounts(volumes, given);
	const binds: string[] = [];
	const mounts = new Map<string, Writable>(kept);
	for (const volume of volumes) {
		const target = textOf(memberOf(volume, 'target'));
		if (kept.has(target)) {
			continue;
		}

		const bind = bindText(volume);
		if (bind === undefined) {
			mounts.set(target, mountOf(project, volume));
		} else {
			binds.push(bind);
		}
	}

	const files = [...fileMounts(service.get('configs'), project.configs, ''), ...fileMounts(service.get('secrets'), project.secrets, '/run/secrets')];
	for (const {source, target} of files) {
		if (!mounts.has(target)) {
			mounts.set(target, {Type: 'bind', Source: source, Target: target, ReadOnly: true});
		}
	}

	return {Binds: binds.length === 0 ? undefined : binds, ...mounts.size === 0 ? {} : {Mounts: [...mounts.values()]}, VolumesFrom: given.volumesFrom === undefined || given.volumesFrom.length === 0 ? undefined : given.volumesFrom};
}

/** Volumes without a name stay with the service when its container is made anew. */
function inheritedMounts(volumes: readonly Json[], {inherited = [], imageVolumes = []}: Given): ReadonlyMap<string, Writable> {
	const isAnonymous = (target: string) => imageVolumes.includes(target) || volumes.some(volume => textOf(memberOf(volume, 'target')) === target && textOf(memberOf(volume, 'source')) === '');
	const named = new Set(volumes.filter(volume => textOf(memberOf(volume, 'source')) !== '').map(volume => textOf(memberOf(volume, 'target'))));
	return new Map(inherited.flatMap(mount => {
		const target = textOf(memberOf(mount, 'Destination'));
		const isKept = textOf(memberOf(mount, 'Type')) === 'volume' && isAnonymous(target) && !named.has(target);
		return isKept ? [[target, {Type: 'volume', Source: textOf(memberOf(mount, 'Name')), Target: target, ReadOnly: memberOf(mount, 'RW') === false}] as const] : [];
	}));
}

/** `/srv:/data:rw`, for binds whose directory is made if it is missing. */
function bindText(volume: Json): string | undefined {
	const isBind = memberOf(volume, 'type') === 'bind' && memberOf(volume, 'bind', 'create_host_path') !== false;
	const options = [flagOf(memberOf(volume, 'read_only')) ? 'ro' : 'rw', textOf(memberOf(volume, 'bind', 'selinux'))].filter(option => option !== '');
	return isBind ? `${textOf(memberOf(volume, 'source'))}:${textOf(memberOf(volume, 'target'))}:${options.join(',')}` : undefined;
}

function mountOf(project: Project, volume: Json): Writable {
	const type = textOf(memberOf(volume, 'type'));
	const source = textOf(memberOf(volume, 'source'));
	const named = type === 'volume' && source !== '' ? textOf(project.volumes.get(source)?.get('name')) || source : source;
	const size = Number(textOf(memberOf(volume, 'tmpfs', 'size')) || '0');
	return {
		Type: type, ...named === '' ? {} : {Source: named}, Target: textOf(memberOf(volume, 'target')), ...flagOf(memberOf(volume, 'read_only')) ? {ReadOnly: true} : {},
		...type === 'volume' && flagOf(memberOf(volume, 'volume', 'nocopy')) ? {VolumeOptions: {NoCopy: true}} : {},
		...type === 'tmpfs' && memberOf(volume, 'tmpfs') !== undefined ? {TmpfsOptions: {SizeBytes: size, Mode: numberOf(memberOf(volume, 'tmpfs', 'mode'))}} : {},
	};
}

function fileMounts(references: Json, parts: Parts, folder: string): ReadonlyArray<{readonly source: string; readonly target: string}> {
	return listOf(references).flatMap(reference => {
		const name = textOf(memberOf(reference, 'source'));
		const source = textOf(parts.get(name)?.get('file'));
		const target = textOf(memberOf(reference, 'target')) || name;
		return source === '' ? [] : [{source, target: target.startsWith('/') ? target : `${folder}/${target}`}];
	});
}

/** Content that comes from the file itself or the environment, and is put into the container when it has been made. */
export function injectedFiles(project: Project, service: JsonObject): ReadonlyArray<{readonly target: string; readonly content: string; readonly mode: number; readonly uid: number; readonly gid: number}> {
	const of = (references: Json, parts: Parts, folder: string) => listOf(references).flatMap(reference => {
		const name = textOf(memberOf(reference, 'source'));
		const part = parts.get(name);
		const variable = textOf(part?.get('environment'));
		const content = variable === '' ? part?.get('content') : project.environment.get(variable) ?? '';
		const target = textOf(memberOf(reference, 'target')) || name;
		return typeof content === 'string' ? [{
			target: target.startsWith('/') ? target : `${folder}/${target}`, content, mode: Number.parseInt(textOf(memberOf(reference, 'mode')) || '0444', 8),
			uid: Number(textOf(memberOf(reference, 'uid')) || '0'), gid: Number(textOf(memberOf(reference, 'gid')) || '0'),
		}] : [];
	});
	return [...of(service.get('configs'), project.configs, ''), ...of(service.get('secrets'), project.secrets, '/run/secrets')];
}

/** Why a config or secret cannot be had. */
export function fileProblem(project: Project, service: JsonObject): string | undefined {
	for (const [field, parts, word] of [['configs', project.configs, 'config'], ['secrets', project.secrets, 'secret']] as const) {
		for (const reference of listOf(service.get(field))) {
			const part = parts.get(textOf(memberOf(reference, 'source')));
			if (part?.get('external') === true) {
				return `unsupported external ${word} ${textOf(part.get('name'))}`;
			}

			const driver = ['driver', 'template_driver'].find(name => part?.has(name));
			if (driver !== undefined) {
				return `Docker Compose does not support ${field}.*.${driver}`;
			}
		}
	}

	return undefined;
}

/** A file that is mounted keeps its owner and mode, whatever is asked for. */
export function fileWarnings(project: Project, service: JsonObject): readonly string[] {
	return ([['configs', project.configs, 'config'], ['secrets', project.secrets, 'secrets']] as const).flatMap(([field, parts, word]) => {
		const isIgnored = listOf(service.get(field)).some(reference => parts.get(textOf(memberOf(reference, 'source')))?.has('file') === true && ['uid', 'gid', 'mode'].some(name => memberOf(reference, name) !== undefined));
		return isIgnored ? [`${word} \`uid\`, \`gid\` and \`mode\` are not supported, they will be ignored`] : [];
	});
}
