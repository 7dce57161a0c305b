// Config of a container: what the request says, over what its image says. Source: moby/moby daemon/config_unix.go merge, commit.go
// merge, create.go mergeAndVerifyConfig; api/types/container/config.go for the order of fields.

import type {Json, JsonObject} from '../../base/json.js';
import type {ContainerConfig} from './container-schema.js';
import {engineError, type EngineError} from './engine.js';
import {JsonFields} from './json-fields.js';
import {millisecondNs} from '../../base/clock.js';
import type {Healthcheck, ImageConfig} from './schema.js';

/** The Config part of a create request (or of a commit), without anything of an image. */
export function parseConfig(value: Json | undefined): ImageConfig | EngineError {
	const fields = new JsonFields(value, 'Config');
	const exposed = fields.keys('ExposedPorts');
	const volumes = fields.keys('Volumes');
	const health = parseHealthcheck(fields.raw('Healthcheck'));
	const config: ImageConfig = {
		Hostname: fields.text('Hostname'),
		Domainname: fields.text('Domainname'),
		User: fields.text('User'),
		AttachStdin: fields.flag('AttachStdin'),
		AttachStdout: fields.flag('AttachStdout'),
		AttachStderr: fields.flag('AttachStderr'),
		Tty: fields.flag('Tty'),
		OpenStdin: fields.flag('OpenStdin'),
		StdinOnce: fields.flag('StdinOnce'),
		Image: fields.text('Image'),
		WorkingDir: fields.text('WorkingDir'),
		...(exposed.length === 0 ? {} : {ExposedPorts: Object.fromEntries(exposed.map(port => [port, {}]))}),
		...(volumes.length === 0 ? {} : {Volumes: Object.fromEntries(volumes.map(volume => [volume, {}]))}),
		...optional('Env', fields.texts('Env')),
		...optional('Cmd', fields.texts('Cmd')),
		...optional('Entrypoint', fields.texts('Entrypoint')),
		...optional('Labels', fields.record('Labels')),
		...optional('Healthcheck', health),
		...(fields.text('StopSignal') === '' ? {} : {StopSignal: fields.text('StopSignal')}),
		...(fields.raw('StopTimeout') === undefined ? {} : {StopTimeout: fields.integer('StopTimeout')}),
	};
	return fields.error === undefined ? healthProblem(health) ?? config : engineError(400, fields.error);
}

/** Source: moby/moby daemon/container.go validateHealthCheck. */
function healthProblem(health: Healthcheck | undefined): EngineError | undefined {
	const short = (['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const).find(key => (health?.[key] ?? 0) !== 0 && health![key]! < millisecondNs);
	if (short !== undefined) {
		return engineError(400, `${short} in Healthcheck cannot be less than 1ms`);
	}

	return (health?.Retries ?? 0) < 0 ? engineError(400, 'Retries in Healthcheck cannot be negative') : undefined;
}

function optional<K extends string, T>(key: K, value: T | undefined): {readonly [key in K]?: T} {
	return value === undefined ? {} : {[key]: value} as {readonly [key in K]?: T};
}

function parseHealthcheck(value: Json | undefined): Healthcheck | undefined {
	if (value === undefined) {
		return undefined;
	}

	const fields = new JsonFields(value, 'HealthConfig');
	const numbers = (['Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries'] as const).filter(key => fields.integer(key) !== 0);
	return {...optional('Test', fields.texts('Test')), ...Object.fromEntries(numbers.map(key => [key, fields.integer(key)]))};
}

/** Lays the request over the image. Refused if there is nothing to run, or nowhere to run it. */
export function mergeConfig(request: ImageConfig, image: ImageConfig, containerId: string): ContainerConfig | EngineError {
	const asked = request.Entrypoint?.length === 1 && request.Entrypoint[0] === '' ? {...request, Entrypoint: []} : request;
	const inheritsEntrypoint = (request.Entrypoint?.length ?? 0) === 0;
	const cmd = inheritsEntrypoint && (asked.Cmd?.length ?? 0) === 0 ? image.Cmd : asked.Cmd;
	const entrypoint = request.Entrypoint === undefined ? image.Entrypoint : asked.Entrypoint;
	if ((entrypoint?.length ?? 0) + (cmd?.length ?? 0) === 0) {
		return engineError(400, 'no command specified');
	}

	const workingDir = asked.WorkingDir || image.WorkingDir || '';
	if (workingDir !== '' && !workingDir.startsWith('/')) {
		return engineError(400, `the working directory '${workingDir}' is invalid, it needs to be an absolute path`);
	}

	const exposed = {...image.ExposedPorts, ...asked.ExposedPorts};
	const volumes = {...image.Volumes, ...asked.Volumes};
	const health = mergeHealthcheck(asked.Healthcheck, image.Healthcheck);
	const {Entrypoint: _entrypoint, Cmd: _cmd, Volumes: _volumes, ExposedPorts: _ports, Healthcheck: _health, ...rest} = asked;
	const stopSignal = asked.StopSignal ?? image.StopSignal;
	return {
		...rest,
		Hostname: asked.Hostname || containerId.slice(0, 12),
		User: asked.User || image.User || '',
		Env: mergeEnv(asked.Env ?? [], image.Env ?? []),
		Image: asked.Image ?? '',
		WorkingDir: workingDir,
		Labels: {...image.Labels, ...asked.Labels},
		...(Object.keys(exposed).length === 0 ? {} : {ExposedPorts: exposed}),
		...(Object.keys(volumes).length === 0 ? {} : {Volumes: volumes}),
		...optional('Cmd', cmd),
		...optional('Entrypoint', entrypoint?.length === 0 ? undefined : entrypoint),
		...optional('Healthcheck', health),
		...(stopSignal === undefined || stopSignal === '' ? {} : {StopSignal: stopSignal}),
	};
}

/** The request's variables first, then those of the image that it does not set. */
function mergeEnv(asked: readonly string[], inherited: readonly string[]): readonly string[] {
	const names = new Set(asked.map(line => line.split('=', 1)[0]));
	return [...asked, ...inherited.filter(line => !names.has(line.split('=', 1)[0]))];
}

function mergeHealthcheck(asked: Healthcheck | undefined, inherited: Healthcheck | undefined): Healthcheck | undefined {
	if (asked === undefined || inherited === undefined) {
		return asked ?? inherited;
	}

	return (asked.Test?.length ?? 0) === 0 ? {...inherited, ...asked, ...optional('Test', inherited.Test)} : {...inherited, ...asked};
}

/** Program and arguments: the entrypoint, then the command. */
export function commandOf({Entrypoint, Cmd}: ContainerConfig): {readonly path: string; readonly args: readonly string[]} {
	const [path = '', ...args] = [...Entrypoint ?? [], ...Cmd ?? []];
	return {path, args};
}

/** The document, in the order of the real one. */
export function configJson(config: ContainerConfig): JsonObject {
	return {
		Hostname: config.Hostname, Domainname: config.Domainname ?? '', User: config.User ?? '', AttachStdin: config.AttachStdin ?? false,
		AttachStdout: config.AttachStdout ?? false, AttachStderr: config.AttachStderr ?? false,
		...optional('ExposedPorts', config.ExposedPorts as JsonObject | undefined),
		Tty: config.Tty ?? false, OpenStdin: config.OpenStdin ?? false, StdinOnce: config.StdinOnce ?? false, Env: config.Env, Cmd: config.Cmd ?? null,
		...optional('Healthcheck', config.Healthcheck as JsonObject | undefined),
		Image: config.Image, Volumes: config.Volumes as JsonObject | undefined ?? null, WorkingDir: config.WorkingDir ?? '',
		Entrypoint: config.Entrypoint ?? null, OnBuild: null, Labels: config.Labels,
		...optional('StopSignal', config.StopSignal), ...optional('StopTimeout', config.StopTimeout),
	};
}
