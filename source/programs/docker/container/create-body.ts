// From the flags of `docker run` and `docker create` to the document of POST /containers/create, member for member as the real
// client sends it. Source: docker/cli cli/command/container/opts.go (parse, parseNetworkOpts).

import {normalPath} from '../../../base/path.js';
import {failed} from '../../../model/kernel/errno.js';
import type {Client} from '../client/client.js';
import {idleEndpoint, pairs} from '../commands/network.js';
import type {Flags} from '../command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import type {Writable} from '../go/json.js';
import {byteRates, deviceWeights, gpuRequests, operationRates, parseDevice, type Security, securityOptions} from './device-spec.js';
import {keyValues} from './env-file.js';
import {publication, type Publication} from './port-spec.js';
import {parseMount, parseVolume} from './volume-spec.js';

export type CreateRequest = {
	readonly image: string;
	readonly hasTerminal: boolean;
	readonly attachStdin: boolean;
	readonly attachStdout: boolean;
	readonly attachStderr: boolean;
	readonly autoRemove: boolean;
	/** The document; the attach members are those of a foreground run. */
	readonly body: (options: {readonly isDetached: boolean; readonly consoleSize: readonly [number, number]}) => Writable;
};

type Parts = {
	readonly flags: Flags;
	readonly binds: readonly string[];
	readonly anonymous: readonly string[];
	readonly mounts: readonly Writable[];
	readonly published: Publication;
	readonly env: readonly string[];
	readonly labels: readonly string[];
	readonly restart: {readonly Name: string; readonly MaximumRetryCount: number};
	readonly health: Writable;
	readonly endpoints: Networks;
	readonly security: Security;
	readonly devices: readonly Writable[];
};

export function * createRequest(client: Client, flags: Flags, args: readonly string[]): Steps<CreateRequest | Refusal> {
	const problem = modeProblem(flags);
	if (problem !== undefined) {
		return refusal(problem);
	}

	const volumes = volumesOf(client, flags);
	const published = refused(volumes) ? volumes : publication(flags.list('publish'), flags.list('expose'));
	if (refused(volumes) || refused(published)) {
		return refused(volumes) ? volumes : published as Refusal;
	}

	const env = yield * keyValues(client, flags.list('env-file'), flags.list('env'), name => client.process.env.get(name));
	const labels = refused(env) ? env : yield * keyValues(client, flags.list('label-file'), flags.list('label'), undefined);
	if (refused(env) || refused(labels)) {
		return refused(env) ? env : labels as Refusal;
	}

	const security = yield * securityOptions(client, flags.list('security-opt'));
	const devices = refused(security) ? security : devicesOf(flags);
	if (refused(security) || refused(devices)) {
		return [security, devices].find(part => refused(part)) as Refusal;
	}

	const restart = restartPolicy(flags.text('restart'));
	const health = refused(restart) ? restart : healthCheck(flags);
	const endpoints = refused(health) ? health : networksOf(flags);
	if (refused(restart) || refused(health) || refused(endpoints)) {
		return [restart, health, endpoints].find(part => refused(part)) as Refusal;
	}

	if (flags.bool('rm') && restart.Name !== '' && restart.Name !== 'no') {
		return refusal('conflicting options: cannot specify both --restart and --rm');
	}

	return assembled({flags, ...volumes, published, env, labels, restart, health, endpoints, security, devices}, args);
}

function modeProblem(flags: Flags): string | undefined {
	const isMode = (text: string, modes: readonly string[]) => modes.includes(text) || (modes.includes('container:') && /^container:.+$/v.test(text));
	if (!isMode(flags.text('pid'), ['', 'host', 'container:'])) {
		return '--pid: invalid PID mode';
	}

	if (!isMode(flags.text('userns'), ['', 'host'])) {
		return '--userns: invalid USER mode';
	}

	if (!isMode(flags.text('uts'), ['', 'host'])) {
		return '--uts: invalid UTS mode';
	}

	if (!isMode(flags.text('cgroupns'), ['', 'host', 'private'])) {
		return '--cgroupns: invalid CGROUP mode';
	}

	return flags.text('log-driver') === 'none' && flags.list('log-opt').length > 0 ? 'invalid logging opts for driver none' : undefined;
}

function devicesOf(flags: Flags): readonly Writable[] | Refusal {
	const swappiness = flags.int('memory-swappiness');
	if (swappiness !== -1 && (swappiness < 0 || swappiness > 100)) {
		return refusal(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
	}

	if (flags.list('storage-opt').some(option => !option.includes('='))) {
		return refusal('invalid storage option');
	}

	const devices = flags.list('device').map(text => parseDevice(text));
	const wrong = devices.find((device): device is Refusal => refused(device));
	return wrong ?? devices as readonly Writable[];
}

type Volumes = {readonly binds: readonly string[]; readonly anonymous: readonly string[]; readonly mounts: readonly Writable[]};

function volumesOf(client: Client, flags: Flags): Volumes | Refusal {
	const cwd = client.process.sys.getcwd();
	const absolute = (path: string) => normalPath(`${failed(cwd) ? '' : cwd.path}/${path}`);
	const binds: string[] = [];
	const anonymous: string[] = [];
	for (const text of flags.list('volume')) {
		const parsed = parseVolume(text, absolute);
		if (refused(parsed)) {
			return parsed;
		}

		if (parsed.kind === 'bind') {
			binds.push(parsed.text);
		} else {
			anonymous.push(parsed.path);
		}
	}

	const mounts: Writable[] = [];
	for (const text of flags.list('mount')) {
		const mount = parseMount(text, absolute);
		if (refused(mount)) {
			return mount;
		}

		mounts.push(mount);
	}

	return {binds, anonymous, mounts};
}

/** `no`, `always`, `unless-stopped`, `on-failure:3` (opts.ParseRestartPolicy). */
export function restartPolicy(text: string): {readonly Name: string; readonly MaximumRetryCount: number} | Refusal {
	const colon = text.indexOf(':');
	const name = colon === -1 ? text : text.slice(0, colon);
	const count = colon === -1 ? '' : text.slice(colon + 1);
	if (text !== '' && name === '') {
		return refusal('invalid restart policy format: no policy provided before colon');
	}

	return count === '' || /^[\+\-]?\d+$/v.test(count) ? {Name: name, MaximumRetryCount: Number(count)} : refusal('invalid restart policy format: maximum retry count must be an integer');
}

function healthCheck(flags: Flags): Writable | Refusal {
	const durations = ['health-interval', 'health-timeout', 'health-start-period', 'health-start-interval'] as const;
	const hasSettings = flags.text('health-cmd') !== '' || flags.int('health-retries') !== 0 || durations.some(name => flags.durationNs(name) !== 0);
	if (flags.bool('no-healthcheck')) {
		return hasSettings ? refusal('--no-healthcheck conflicts with --health-* options') : {Test: ['NONE']};
	}

	const negative = [...durations, 'health-retries'].find(name => name === 'health-retries' ? flags.int(name) < 0 : flags.durationNs(name) < 0);
	if (negative !== undefined) {
		return refusal(`--${negative} cannot be negative`);
	}

	if (!hasSettings) {
		return undefined;
	}

	const setting = (name: string, value: number) => value === 0 ? {} : {[name]: value};
	return {
		...flags.text('health-cmd') === '' ? {} : {Test: ['CMD-SHELL', flags.text('health-cmd')]},
		...setting('Interval', flags.durationNs('health-interval')), ...setting('Timeout', flags.durationNs('health-timeout')),
		...setting('StartPeriod', flags.durationNs('health-start-period')), ...setting('StartInterval', flags.durationNs('health-start-interval')), ...setting('Retries', flags.int('health-retries')),
	};
}

type Networks = {readonly mode: string; readonly configs: Readonly<Record<string, Writable>>};

function networksOf(flags: Flags): Networks | Refusal {
	const attachments: Array<{name: string; aliases: string[]; ip: string; ip6: string; mac: string}> = [];
	for (const text of flags.list('network')) {
		const attachment = {name: text, aliases: [] as string[], ip: '', ip6: '', mac: ''};
		for (const field of text.includes('=') ? text.split(',') : []) {
			const equals = field.indexOf('=');
			const key = field.slice(0, Math.max(equals, 0)).trim().toLowerCase();
			const value = field.slice(equals + 1).trim();
			if (equals === -1 || value === '') {
				return refusal(equals === -1 ? `invalid field ${field}` : `invalid key/value pair format in driver options`);
			}

			switch (key) {
				case 'name': {
					attachment.name = value;
					break;
				}

				case 'alias': {
					attachment.aliases.push(value);
					break;
				}

				case 'ip':
				case 'ip6': {
					attachment[key] = value;
					break;
				}

				case 'mac-address': {
					attachment.mac = value;
					break;
				}

				default: {
					return refusal(['driver-opt', 'gw-priority', 'link-local-ip'].includes(key) ? `virtlab: docker --network ${key} is not modelled` : `invalid field key ${key}`);
				}
			}
		}

		attachments.push(attachment);
	}

	const mac = flags.text('mac-address');
	if (mac !== '' && !/^[\da-f]{2}(?<between>[:\-])[\da-f]{2}(?:\k<between>[\da-f]{2}){4}$/iv.test(mac.trim())) {
		return refusal(`${mac} is not a valid mac address`);
	}

	const [first = {name: 'default', aliases: [], ip: '', ip6: '', mac: ''}, ...others] = attachments;
	const own = {...first, aliases: [...first.aliases, ...flags.list('network-alias')], ip: flags.text('ip') || first.ip, ip6: flags.text('ip6') || first.ip6, mac: mac || first.mac};
	const names = [own, ...others].map(({name}) => name);
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice !== undefined) {
		return refusal(`network ${JSON.stringify(twice)} is specified multiple times`);
	}

	const isUserDefined = !['default', 'bridge', 'host', 'none'].includes(own.name) && !own.name.startsWith('container:');
	const links = isUserDefined && flags.list('link').length > 0 ? flags.list('link') : undefined;
	const config = (attachment: typeof own, linked: readonly string[] | undefined): Writable => ({
		IPAMConfig: attachment.ip === '' && attachment.ip6 === '' ? undefined : {...attachment.ip === '' ? {} : {IPv4Address: attachment.ip}, ...attachment.ip6 === '' ? {} : {IPv6Address: attachment.ip6}},
		Links: linked, Aliases: attachment.aliases.length === 0 ? undefined : attachment.aliases, MacAddress: attachment.mac, DriverOpts: undefined, ...idleEndpoint,
	});
	return {mode: own.name, configs: Object.fromEntries([[own.name, config(own, links)], ...others.map(other => [other.name, config(other, undefined)])])};
}

const orNull = (words: readonly string[]) => words.length === 0 ? undefined : words;
const emptyObjects = (names: readonly string[]) => Object.fromEntries(names.toSorted().map(name => [name, {}]));

function assembled(parts: Parts, args: readonly string[]): CreateRequest {
	const {flags} = parts;
	const streams = new Set(flags.list('attach').map(stream => stream.toLowerCase()));
	const attachStdin = streams.has('stdin') || flags.bool('interactive');
	const attachStdout = streams.size === 0 || streams.has('stdout');
	const attachStderr = streams.size === 0 || streams.has('stderr');
	const [image = '', ...command] = args;
	return {
		image, hasTerminal: flags.bool('tty'), attachStdin, attachStdout, attachStderr, autoRemove: flags.bool('rm'),
		body: ({isDetached, consoleSize}) => ({
			Hostname: flags.text('hostname'), Domainname: flags.text('domainname'), User: flags.text('user'),
			AttachStdin: attachStdin && !isDetached, AttachStdout: attachStdout && !isDetached, AttachStderr: attachStderr && !isDetached,
			...parts.published.exposed.length === 0 ? {} : {ExposedPorts: emptyObjects(parts.published.exposed)},
			Tty: flags.bool('tty'), OpenStdin: flags.bool('interactive'), StdinOnce: flags.bool('interactive') && attachStdin && !isDetached,
			Env: orNull(parts.env), Cmd: orNull(command), ...parts.health === undefined ? {} : {Healthcheck: parts.health}, Image: image, Volumes: emptyObjects(parts.anonymous),
			WorkingDir: flags.text('workdir'), Entrypoint: flags.changed('entrypoint') ? [flags.text('entrypoint')] : undefined,
			...flags.text('mac-address') === '' ? {} : {MacAddress: flags.text('mac-address')}, OnBuild: undefined, Labels: pairs(parts.labels),
			...flags.text('stop-signal') === '' ? {} : {StopSignal: flags.text('stop-signal')}, ...flags.changed('stop-timeout') ? {StopTimeout: flags.int('stop-timeout')} : {},
			HostConfig: hostConfig(parts, consoleSize), NetworkingConfig: {EndpointsConfig: parts.endpoints.configs},
		}),
	};
}

function hostConfig(parts: Parts, consoleSize: readonly [number, number]): Writable {
	const {flags} = parts;
	const tmpfs = flags.list('tmpfs').map(text => {
		const colon = text.indexOf(':');
		return colon === -1 ? [text, ''] as const : [text.slice(0, colon), text.slice(colon + 1)] as const;
	});
	const bindings = [...parts.published.bindings].toSorted(([a], [b]) => a < b ? -1 : 1);
	return {
		Binds: orNull(parts.binds), ContainerIDFile: flags.text('cidfile'), LogConfig: {Type: flags.text('log-driver'), Config: pairs(flags.list('log-opt'))}, NetworkMode: parts.endpoints.mode,
		PortBindings: Object.fromEntries(bindings), RestartPolicy: parts.restart, AutoRemove: flags.bool('rm'), VolumeDriver: flags.text('volume-driver'), VolumesFrom: orNull(flags.list('volumes-from')),
		ConsoleSize: consoleSize, ...flags.list('annotation').length === 0 ? {} : {Annotations: pairs(flags.list('annotation'))}, CapAdd: orNull(flags.list('cap-add')), CapDrop: orNull(flags.list('cap-drop')), CgroupnsMode: flags.text('cgroupns'),
		Dns: flags.list('dns').map(address => address.trim()), DnsOptions: flags.list('dns-option'), DnsSearch: flags.list('dns-search'), ExtraHosts: orNull(flags.list('add-host').map(extraHost)),
		GroupAdd: orNull(flags.list('group-add')), IpcMode: flags.text('ipc'), Cgroup: '', Links: orNull(flags.list('link')), OomScoreAdj: flags.int('oom-score-adj'), PidMode: flags.text('pid'),
		Privileged: flags.bool('privileged'), PublishAllPorts: flags.bool('publish-all'), ReadonlyRootfs: flags.bool('read-only'), SecurityOpt: orNull(parts.security.options),
		...flags.list('storage-opt').length === 0 ? {} : {StorageOpt: pairs(flags.list('storage-opt'))},
		...tmpfs.length === 0 ? {} : {Tmpfs: Object.fromEntries(tmpfs)}, UTSMode: flags.text('uts'), UsernsMode: flags.text('userns'), ShmSize: flags.bytes('shm-size'),
		...flags.list('sysctl').length === 0 ? {} : {Sysctls: pairs(flags.list('sysctl'))}, ...flags.text('runtime') === '' ? {} : {Runtime: flags.text('runtime')}, Isolation: '', ...resources(flags, parts.devices),
		...parts.mounts.length === 0 ? {} : {Mounts: parts.mounts}, MaskedPaths: parts.security.hasSystemPaths ? [] : undefined, ReadonlyPaths: parts.security.hasSystemPaths ? [] : undefined, ...flags.changed('init') ? {Init: flags.bool('init')} : {},
	};
}

/** `name=address` becomes `name:address`, as the API wants it. */
function extraHost(text: string): string {
	const equals = text.indexOf('=');
	return equals === -1 ? text : `${text.slice(0, equals)}:${text.slice(equals + 1).replace(/^\[(.*)\]$/v, '$1')}`;
}

function resources(flags: Flags, devices: readonly Writable[]): Readonly<Record<string, Writable>> {
	return {
		CpuShares: flags.int('cpu-shares'), Memory: flags.bytes('memory'), NanoCpus: flags.nanoCpus('cpus'), CgroupParent: flags.text('cgroup-parent'), BlkioWeight: flags.int('blkio-weight'), BlkioWeightDevice: deviceWeights(flags.list('blkio-weight-device')),
		BlkioDeviceReadBps: byteRates(flags.list('device-read-bps')), BlkioDeviceWriteBps: byteRates(flags.list('device-write-bps')), BlkioDeviceReadIOps: operationRates(flags.list('device-read-iops')),
		BlkioDeviceWriteIOps: operationRates(flags.list('device-write-iops')), CpuPeriod: flags.int('cpu-period'), CpuQuota: flags.int('cpu-quota'), CpuRealtimePeriod: flags.int('cpu-rt-period'), CpuRealtimeRuntime: flags.int('cpu-rt-runtime'),
		CpusetCpus: flags.text('cpuset-cpus'), CpusetMems: flags.text('cpuset-mems'), Devices: devices, DeviceCgroupRules: orNull(flags.list('device-cgroup-rule')), DeviceRequests: gpuRequests(flags.list('gpus')),
		MemoryReservation: flags.bytes('memory-reservation'), MemorySwap: flags.bytes('memory-swap'), MemorySwappiness: flags.int('memory-swappiness'), OomKillDisable: flags.bool('oom-kill-disable'),
		PidsLimit: flags.int('pids-limit'), Ulimits: flags.list('ulimit').map(text => ulimit(text)), CpuCount: 0, CpuPercent: 0, IOMaximumIOps: 0, IOMaximumBandwidth: 0,
	};
}

export function ulimit(text: string): Writable {
	const [name = '', limits = ''] = text.split('=');
	const [soft = '', hard = soft] = limits.split(':');
	return {Name: name, Hard: Number(hard), Soft: Number(soft)};
}
