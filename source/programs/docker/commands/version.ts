// docker version and docker info. Source: docker/cli cli/command/system/{version,info}.go.

import {civilFromSeconds, monthNames, weekdayNames} from '../../../base/calendar.js';
import {clockText, parseRfc3339} from '../../../base/internet-date.js';
import {clientApiVersion, clientVersion, print, type Client} from '../client/client.js';
import {fetchJson, negotiate} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {infoFlags, versionFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {versionShape} from '../format/inspect-shapes.js';
import {execute, parse} from '../go-template/exec.js';
import {dockerFunctions} from '../go-template/functions.js';
import {inferred} from '../go-template/inferred.js';
import {typed, type GoValue} from '../go-template/value.js';
import {bytesSize} from '../go/size.js';
import {flagOf, listOf, memberOf, numberOf, objectOf, textOf, textsOf, type Json} from '../go/json.js';
import {compareText} from '../../../base/bytes.js';

export const clientCommit = 'e6534b4';

export const version: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Show the Docker version information', flags: versionFlags, arguments: {kind: 'none'},
	run: showVersion,
};

function clientDocument({session}: Client): ReadonlyMap<string, Json> {
	return new Map<string, Json>([
		['Version', clientVersion], ['ApiVersion', session.version ?? clientApiVersion], ['DefaultAPIVersion', clientApiVersion], ['GitCommit', clientCommit], ['GoVersion', 'go1.24.3'],
		['Os', 'linux'], ['Arch', 'amd64'], ['BuildTime', 'Fri May 30 12:07:14 2025'], ['Context', 'default'],
	]);
}

function * showVersion({client, flags}: Call): Steps<number | Refusal> {
	yield * negotiate(client);
	const answer = yield * fetchJson(client, {method: 'GET', path: '/version'});
	const own = clientDocument(client);
	if (flags.text('format') !== '') {
		const document: Json = new Map<string, Json>([['Client', own], ['Server', refused(answer) ? undefined : readable(answer.value)]]);
		return (yield * printThrough(client, typed(document, versionShape), {format: flags.text('format'), name: 'version'})) ?? (refused(answer) ? answer : 0);
	}

	const line = (indent: number, name: string, value: string) => `${`${' '.repeat(indent)}${name}:`.padEnd(20)}${value}\n`;
	const text = (name: string) => textOf(own.get(name));
	const lines = [
		'Client:\n', line(1, 'Version', text('Version')), line(1, 'API version', text('ApiVersion')), line(1, 'Go version', text('GoVersion')), line(1, 'Git commit', text('GitCommit')),
		line(1, 'Built', text('BuildTime')), line(1, 'OS/Arch', `${text('Os')}/${text('Arch')}`), line(1, 'Context', text('Context')),
	];
	yield * print(client, lines.join(''));
	if (refused(answer)) {
		return answer;
	}

	yield * print(client, serverText(readable(answer.value), line));
	return 0;
}

/** Prints a value through a template, as far as it goes. */
function * printThrough(client: Client, value: GoValue, {format, name}: {readonly format: string; readonly name: string}): Steps<Refusal | undefined> {
	const named = (error: string) => name === '' ? error : error.replace(/^template: :/v, `template: ${name}:`).replace('executing ""', `executing "${name}"`);
	const template = parse(format === 'json' ? '{{json .}}' : format, dockerFunctions);
	if ('error' in template) {
		return refusal(`template parsing error: ${named(template.error)}`, 64);
	}

	const {output, error} = execute(template, value, {functions: dockerFunctions});
	yield * print(client, `${output}\n`);
	return error === undefined ? undefined : refusal(named(error));
}

/** The server's answer with the engine's build time as people read it. */
function readable(server: Json): Json {
	const components = listOf(memberOf(server, 'Components')).map(component => {
		const details = objectOf(memberOf(component, 'Details'));
		return details.has('BuildTime') ? new Map(objectOf(component)).set('Details', new Map(details).set('BuildTime', ansiTime(textOf(details.get('BuildTime'))))) : component;
	});
	return new Map(objectOf(server)).set('Components', components);
}

function serverText(server: Json, line: (indent: number, name: string, value: string) => string): string {
	const platform = textOf(memberOf(server, 'Platform', 'Name'));
	const components = listOf(memberOf(server, 'Components')).map(component => {
		const name = textOf(memberOf(component, 'Name'));
		const detail = (key: string) => textOf(memberOf(component, 'Details', key));
		const head = ` ${name}:\n${line(2, 'Version', textOf(memberOf(component, 'Version')))}`;
		if (name !== 'Engine') {
			return head + [...objectOf(memberOf(component, 'Details'))].sort(([a], [b]) => compareText(a, b)).map(([key, value]) => line(2, key, textOf(value))).join('');
		}

		return [
			head, line(2, 'API version', `${detail('ApiVersion')} (minimum version ${detail('MinAPIVersion')})`), line(2, 'Go version', detail('GoVersion')), line(2, 'Git commit', detail('GitCommit')),
			line(2, 'Built', detail('BuildTime')), line(2, 'OS/Arch', `${detail('Os')}/${detail('Arch')}`), line(2, 'Experimental', detail('Experimental')),
		].join('');
	});
	return `\nServer:${platform === '' ? '' : ` ${platform}`}\n${components.join('')}`;
}

/** Go's ANSIC layout: `Tue Sep 15 11:02:57 2026`. */
function ansiTime(text: string): string {
	const moment = parseRfc3339(text);
	if (moment === undefined) {
		return text;
	}

	const time = civilFromSeconds(moment.seconds);
	return `${weekdayNames[time.weekday]!.slice(0, 3)} ${monthNames[time.month - 1]!.slice(0, 3)} ${String(time.day).padStart(2)} ${clockText(time)} ${time.year}`;
}

export const info: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Display system-wide information', aliases: 'docker system info, docker info', flags: infoFlags, arguments: {kind: 'none'},
	run: showInfo,
};

/**
 * Simplified: buildx and compose are parts of our docker, and answer whether their files are there or not.
 */
const clientPlugins = [{name: 'buildx', short: 'Docker Buildx', version: 'v0.29.1'}, {name: 'compose', short: 'Docker Compose', version: 'v2.40.3'}] as const;

const pluginFolder = '/usr/libexec/docker/cli-plugins';

function pluginJson({name, short, version}: (typeof clientPlugins)[number]): Json {
	return new Map([['SchemaVersion', '0.1.0'], ['Vendor', 'Docker Inc.'], ['Version', version], ['ShortDescription', short], ['Name', name], ['Path', `${pluginFolder}/docker-${name}`]]);
}

function * showInfo({client, flags}: Call): Steps<number | Refusal> {
	const answer = yield * fetchJson(client, {method: 'GET', path: '/info'});
	if (flags.text('format') !== '') {
		const document = new Map<string, Json>([
			...refused(answer) ? [] : objectOf(answer.value),
			['ClientInfo', new Map<string, Json>([['Debug', false], ['Version', clientVersion], ['GitCommit', clientCommit], ['GoVersion', 'go1.24.3'], ['Os', 'linux'], ['Arch', 'amd64'], ['BuildTime', 'Fri May 30 12:07:14 2025'], ['Context', 'default'], ['Plugins', clientPlugins.map(plugin => pluginJson(plugin))], ['Warnings', undefined]])],
		]);
		const value = inferred(document, {type: 'system.dockerInfo', maps: new Set(['Runtimes']), memberTypes: {ClientInfo: '*system.clientInfo'}});
		return (yield * printThrough(client, value, {format: flags.text('format'), name: ''})) ?? (refused(answer) ? answer : 0);
	}

	const plugins = clientPlugins.map(({name, short, version}) => `  ${name}: ${short} (Docker Inc.)\n    Version:  ${version}\n    Path:     ${pluginFolder}/docker-${name}\n`).join('');
	yield * print(client, `Client:\n Version:    ${clientVersion}\n Context:    default\n Debug Mode: false\n Plugins:\n${plugins}\nServer:\n`);
	if (refused(answer)) {
		return refusal(`ERROR: ${answer.message}\nerrors pretty printing info`);
	}

	yield * print(client, infoText(answer.value));
	return 0;
}

function infoText(info: Json): string {
	const text = (...path: readonly string[]) => textOf(memberOf(info, ...path));
	const number = (name: string) => numberOf(memberOf(info, name));
	const names = (...path: readonly string[]) => textsOf(memberOf(info, ...path)).join(' ');
	const plugin = (name: string) => names('Plugins', name) === '' ? [] : [`  ${name}: ${names('Plugins', name)}`];
	const some = (title: string, lines: readonly string[]) => lines.length === 0 ? [] : [` ${title}:`, ...lines.map(line => `  ${line}`)];
	const lines = [
		` Containers: ${number('Containers')}`, `  Running: ${number('ContainersRunning')}`, `  Paused: ${number('ContainersPaused')}`, `  Stopped: ${number('ContainersStopped')}`,
		` Images: ${number('Images')}`, ` Server Version: ${text('ServerVersion')}`, ` Storage Driver: ${text('Driver')}`,
		...listOf(memberOf(info, 'DriverStatus')).map(pair => `  ${textsOf(pair)[0]}: ${textsOf(pair)[1]}`),
		` Logging Driver: ${text('LoggingDriver')}`, ` Cgroup Driver: ${text('CgroupDriver')}`, ` Cgroup Version: ${text('CgroupVersion')}`,
		' Plugins:', ...plugin('Volume'), ...plugin('Network'), ...plugin('Authorization'), ...plugin('Log'),
		...some('CDI spec directories', textsOf(memberOf(info, 'CDISpecDirs'))), ` Swarm: ${text('Swarm', 'LocalNodeState')}`,
		` Runtimes: ${[...objectOf(memberOf(info, 'Runtimes')).keys()].sort(compareText).join(' ')}`, ` Default Runtime: ${text('DefaultRuntime')}`, ` Init Binary: ${text('InitBinary')}`,
		` containerd version: ${text('ContainerdCommit', 'ID')}`, ` runc version: ${text('RuncCommit', 'ID')}`, ` init version: ${text('InitCommit', 'ID')}`,
		...some('Security Options', securityLines(textsOf(memberOf(info, 'SecurityOptions')))), ` Kernel Version: ${text('KernelVersion')}`, ` Operating System: ${text('OperatingSystem')}`,
		` OSType: ${text('OSType')}`, ` Architecture: ${text('Architecture')}`, ` CPUs: ${number('NCPU')}`, ` Total Memory: ${bytesSize(number('MemTotal'))}`, ` Name: ${text('Name')}`, ` ID: ${text('ID')}`,
		` Docker Root Dir: ${text('DockerRootDir')}`, ` Debug Mode: ${flagOf(memberOf(info, 'Debug'))}`, ...some('Labels', textsOf(memberOf(info, 'Labels'))), ` Experimental: ${flagOf(memberOf(info, 'ExperimentalBuild'))}`,
		...some('Insecure Registries', insecureRegistries(info)), ...some('Registry Mirrors', textsOf(memberOf(info, 'RegistryConfig', 'Mirrors'))),
		` Live Restore Enabled: ${flagOf(memberOf(info, 'LiveRestoreEnabled'))}`,
	];
	const warnings = textsOf(memberOf(info, 'Warnings'));
	return `${lines.join('\n')}\n\n${warnings.map(warning => `${warning}\n`).join('')}`;
}

function insecureRegistries(info: Json): readonly string[] {
	const named = [...objectOf(memberOf(info, 'RegistryConfig', 'IndexConfigs')).values()].filter(each => !flagOf(memberOf(each, 'Secure'))).map(each => textOf(memberOf(each, 'Name')));
	return [...named, ...textsOf(memberOf(info, 'RegistryConfig', 'InsecureRegistryCIDRs'))];
}

/** `name=seccomp,profile=builtin` as two lines. */
function securityLines(options: readonly string[]): readonly string[] {
	return options.flatMap(option => option.split(',').map(pair => {
		const [key = '', value = ''] = pair.split('=');
		return key === 'name' ? value : ` ${key[0]!.toUpperCase()}${key.slice(1)}: ${value}`;
	}));
}
