// From a service to the document of POST /containers/create. Source: docker/compose pkg/compose/create.go (getCreateConfigs).

import type {Json, JsonObject, Writable} from '../../docker/go/json.js';
import {flagOf, listOf, memberOf, numberOf, objectOf, textOf, textsOf} from '../../docker/go/json.js';
import {parseDuration} from '../../docker/go/duration.js';
import {environmentWords} from '../project/decode.js';
import {dependenciesOf, imageOf, networksByPriority, type Project} from '../project/project.js';
import {serviceHash} from '../project/hash.js';
import {composeVersion} from './compose.js';
import {
	configFilesLabel, configHashLabel, containerNumberLabel, dependsOnLabel, environmentFileLabel, imageLabel, oneOffLabel, projectLabel, replaceLabel, serviceLabel, slugLabel, versionLabel, workingDirLabel,
} from './labels.js';
import {mountsOf} from './mounts.js';

export type CreateOptions = {
	readonly name: string;
	readonly number: number;
	/** Id of the image, kept as a label. */
	readonly imageId: string;
	readonly oneOff?: {readonly slug: string; readonly attachStdin: boolean; readonly autoRemove: boolean; readonly usesAliases: boolean};
	/** The container whose place this one takes. */
	readonly replaces?: string;
	/** Mounts of the one before, kept for its anonymous volumes. */
	readonly inherited?: readonly Json[];
	/** Where the image wants volumes. */
	readonly imageVolumes?: readonly string[];
	/** `shop-db-1:db`, of the services it links to. */
	readonly links?: readonly string[];
	/** Containers whose volumes it shares. */
	readonly volumesFrom?: readonly string[];
	/** `container:ID` for modes that name a service. */
	readonly resolveMode: (mode: string) => string;
};

export function createBody(project: Project, serviceName: string, options: CreateOptions): Writable {
	const service = project.services.get(serviceName)!;
	const text = (name: string) => textOf(service.get(name));
	const flag = (name: string) => flagOf(service.get(name));
	const ports = listOf(service.get('ports'));
	const exposed = [...textsOf(service.get('expose')).map(port => port.includes('/') ? port : `${port}/tcp`), ...ports.map(port => portKey(port))];
	const health = healthOf(objectOf(service.get('healthcheck')));
	const grace = service.get('stop_grace_period');
	const body: Record<string, Writable> = {
		Hostname: text('hostname'), Domainname: text('domainname'), User: text('user'), AttachStdin: options.oneOff?.attachStdin ?? false, AttachStdout: true, AttachStderr: true,
		...exposed.length === 0 ? {} : {ExposedPorts: Object.fromEntries(exposed.toSorted().map(port => [port, {}]))},
		Tty: flag('tty'), OpenStdin: flag('stdin_open'), StdinOnce: (options.oneOff?.attachStdin ?? false) && flag('stdin_open'), Env: environmentWords(service.get('environment')),
		Cmd: service.get('command'), ...health === undefined ? {} : {Healthcheck: health}, Image: imageOf(project, serviceName), Volumes: undefined, WorkingDir: text('working_dir'), Entrypoint: service.get('entrypoint'),
		OnBuild: undefined, Labels: labelsOf(project, serviceName, options), ...text('stop_signal') === '' ? {} : {StopSignal: text('stop_signal')},
		...grace === undefined ? {} : {StopTimeout: Math.ceil(nanoseconds(grace) / 1e9)},
		HostConfig: hostConfig(project, serviceName, options), ...service.has('network_mode') ? {} : {NetworkingConfig: {EndpointsConfig: endpoints(project, serviceName, options)}},
	};
	return body;
}

function portKey(port: Json): string {
	return `${numberOf(memberOf(port, 'target'))}/${textOf(memberOf(port, 'protocol'))}`;
}

function nanoseconds(value: Json): number {
	const duration = parseDuration(textOf(value));
	return typeof duration === 'number' ? duration : 0;
}

function healthOf(check: JsonObject): Writable {
	if (check.size === 0) {
		return undefined;
	}

	if (check.get('disable') === true) {
		return {Test: ['NONE']};
	}

	const duration = (name: string, field: string) => check.has(field) ? {[name]: nanoseconds(check.get(field))} : {};
	return {
		...check.has('test') ? {Test: textsOf(check.get('test'))} : {}, ...duration('Interval', 'interval'), ...duration('Timeout', 'timeout'), ...duration('StartPeriod', 'start_period'), ...duration('StartInterval', 'start_interval'),
		...check.has('retries') ? {Retries: numberOf(check.get('retries'))} : {},
	};
}

function labelsOf(project: Project, serviceName: string, {number, imageId, oneOff, replaces}: CreateOptions): Writable {
	const service = project.services.get(serviceName)!;
	const own = Object.fromEntries([...objectOf(service.get('labels'))].map(([name, value]) => [name, textOf(value)]));
	return {
		...own, [configHashLabel]: serviceHash(service), ...oneOff === undefined ? {[containerNumberLabel]: String(number)} : {},
		[dependsOnLabel]: dependenciesOf(service).map(each => `${each.service}:${each.condition}:${each.isRestarted}`).join(','), [imageLabel]: imageId, [oneOffLabel]: oneOff === undefined ? 'False' : 'True',
		[projectLabel]: project.name, [configFilesLabel]: project.files.join(','), [workingDirLabel]: project.workingDir, ...project.envFiles.length === 0 ? {} : {[environmentFileLabel]: project.envFiles.join(',')},
		[serviceLabel]: serviceName, ...oneOff === undefined ? {} : {[slugLabel]: oneOff.slug}, [versionLabel]: composeVersion, ...replaces === undefined ? {} : {[replaceLabel]: replaces},
	};
}

function endpoints(project: Project, serviceName: string, {name, oneOff, links}: CreateOptions): Writable {
	const service = project.services.get(serviceName)!;
	const usesAliases = oneOff?.usesAliases ?? true;
	return Object.fromEntries(networksByPriority(service).map(key => {
		const settings = objectOf(memberOf(service, 'networks', key));
		const own = (field: string) => textOf(settings.get(field));
		const ipam = {...own('ipv4_address') === '' ? {} : {IPv4Address: own('ipv4_address')}, ...own('ipv6_address') === '' ? {} : {IPv6Address: own('ipv6_address')}};
		return [networkName(project, key), {
			IPAMConfig: Object.keys(ipam).length === 0 ? undefined : ipam, Links: links === undefined || links.length === 0 ? undefined : links, Aliases: [name, ...usesAliases ? [serviceName, ...textsOf(settings.get('aliases'))] : []],
			MacAddress: own('mac_address') || textOf(service.get('mac_address')), DriverOpts: undefined,
		}];
	}));
}

export function networkName(project: Project, key: string): string {
	return textOf(project.networks.get(key)?.get('name'));
}

const restartNames: ReadonlyMap<string, string> = new Map([['none', 'no'], ['any', 'always']]);

function restartOf(service: JsonObject): Writable {
	const policy = objectOf(memberOf(service, 'deploy', 'restart_policy'));
	if (policy.size > 0) {
		const condition = textOf(policy.get('condition'));
		return {Name: restartNames.get(condition) ?? condition, MaximumRetryCount: numberOf(policy.get('max_attempts'))};
	}

	const [name = '', count = '0'] = textOf(service.get('restart')).split(':');
	return {Name: restartNames.get(name) ?? name, MaximumRetryCount: Number(count) || 0};
}

function hostConfig(project: Project, serviceName: string, options: CreateOptions): Writable {
	const service = project.services.get(serviceName)!;
	const text = (name: string) => textOf(service.get(name));
	const texts = (name: string) => textsOf(service.get(name));
	const [network] = networksByPriority(service);
	const bindings = new Map<string, Writable[]>();
	for (const port of listOf(service.get('ports'))) {
		const key = portKey(port);
		bindings.set(key, [...bindings.get(key) ?? [], {HostIp: textOf(memberOf(port, 'host_ip')), HostPort: textOf(memberOf(port, 'published'))}]);
	}

	const tmpfs = texts('tmpfs').map(each => [each.split(':')[0]!, each.split(':').slice(1).join(':')] as const);
	const logging = objectOf(service.get('logging'));
	const mapped = (name: string) => Object.fromEntries([...objectOf(service.get(name))].map(([key, value]) => [key, textOf(value)]));
	return {
		...mountsOf(project, service, options), LogConfig: {Type: textOf(logging.get('driver')), Config: Object.fromEntries([...objectOf(logging.get('options'))].map(([key, value]) => [key, textOf(value)]))},
		NetworkMode: options.resolveMode(text('network_mode')) || (network === undefined ? 'none' : networkName(project, network)), PortBindings: bindings, RestartPolicy: options.oneOff === undefined ? restartOf(service) : {Name: '', MaximumRetryCount: 0},
		AutoRemove: options.oneOff?.autoRemove ?? false, CapAdd: service.get('cap_add'), CapDrop: service.get('cap_drop'), CgroupnsMode: text('cgroup'), Dns: texts('dns'), DnsOptions: texts('dns_opt'), DnsSearch: texts('dns_search'),
		ExtraHosts: texts('extra_hosts').map(host => host.replace('=', ':')), GroupAdd: service.get('group_add'), IpcMode: options.resolveMode(text('ipc')), OomScoreAdj: numberOf(service.get('oom_score_adj')), PidMode: options.resolveMode(text('pid')),
		Privileged: flagOf(service.get('privileged')), ReadonlyRootfs: flagOf(service.get('read_only')), SecurityOpt: service.get('security_opt'), ...tmpfs.length === 0 ? {} : {Tmpfs: Object.fromEntries(tmpfs)},
		UTSMode: text('uts'), UsernsMode: text('userns_mode'), ShmSize: Number(text('shm_size') || '0'), ...service.has('sysctls') ? {Sysctls: mapped('sysctls')} : {}, Runtime: text('runtime'),
		...resources(service), ...service.has('init') ? {Init: service.get('init')} : {},
	};
}

function resources(service: JsonObject): Readonly<Record<string, Writable>> {
	const limits = objectOf(memberOf(service, 'deploy', 'resources', 'limits'));
	const reservations = objectOf(memberOf(service, 'deploy', 'resources', 'reservations'));
	const bytes = (value: Json) => Number(textOf(value) || '0');
	const number = (name: string) => numberOf(service.get(name));
	const pids = numberOf(limits.get('pids') ?? service.get('pids_limit'));
	const ulimits = [...objectOf(service.get('ulimits'))].map(([Name, value]) => typeof value === 'number' ? {Name, Hard: value, Soft: value} : {Name, Hard: numberOf(memberOf(value, 'hard')), Soft: numberOf(memberOf(value, 'soft'))});
	return {
		CpuShares: number('cpu_shares'), Memory: bytes(limits.get('memory') ?? service.get('mem_limit')), NanoCpus: Math.round(numberOf(limits.get('cpus') ?? service.get('cpus')) * 1e9), CpuPeriod: number('cpu_period'), CpuQuota: number('cpu_quota'),
		CpusetCpus: textOf(service.get('cpuset')), MemoryReservation: bytes(reservations.get('memory') ?? service.get('mem_reservation')), MemorySwap: bytes(service.get('memswap_limit')), OomKillDisable: flagOf(service.get('oom_kill_disable')),
		...pids === 0 ? {} : {PidsLimit: pids}, ...ulimits.length === 0 ? {} : {Ulimits: ulimits},
	};
}
