// HostConfig: what a container may use of its host. Read from a request, checked as dockerd checks it, and written out in full as
// `docker inspect` shows it. Source: moby/moby api/types/container/hostconfig.go, daemon/daemon_unix.go verifyPlatformContainerResources.
//
// Simplified: fields that the model has nothing behind (processor counts of Windows, kernel memory of control groups of version 1) are refused
// unless they have their default.

import {normalPath} from '../../base/path.js';
import {isJsonObject, type Json, type JsonObject} from '../../base/json.js';
import type {HostConfig, PortMap, RestartPolicy} from './container-schema.js';
import {engineError, type EngineError, firstError, isEngineError} from './engine.js';
import {blockIoJson, checkResourceLists, parseResourceLists} from './host-resources.js';
import {parseIpv4} from '../network/address.js';
import {isZero, JsonFields} from './json-fields.js';
import {parseMountSpecs} from './mount-spec.js';

const unmodelled = ['Cgroup', 'CpuCount', 'CpuPercent', 'KernelMemory', 'KernelMemoryTCP'] as const;

const defaultShmBytes = 67_108_864;

const maskedPaths = [
	'/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list',
	'/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export function parseHostConfig(value: Json | undefined): HostConfig | EngineError {
	const fields = new JsonFields(value, 'HostConfig');
	const restart = parseRestartPolicy(fields.raw('RestartPolicy'));
	const ports = parsePortMap(fields.raw('PortBindings'));
	const mounts = parseMountSpecs(fields.objects('Mounts'));
	const problem = firstError(restart, ports, mounts) ?? refuseUnmodelled(fields);
	if (problem !== undefined || isEngineError(restart) || isEngineError(ports) || isEngineError(mounts)) {
		return problem!;
	}

	const networkMode = fields.text('NetworkMode');
	const memory = fields.integer('Memory');
	const swap = fields.integer('MemorySwap');
	const logConfig = new JsonFields(fields.raw('LogConfig'), 'LogConfig');
	const size = fields.raw('ConsoleSize');
	const pidsLimit = fields.integer('PidsLimit');
	const config: HostConfig = {
		Binds: fields.texts('Binds') ?? null,
		ContainerIDFile: fields.text('ContainerIDFile'),
		NetworkMode: networkMode === '' || networkMode === 'default' ? 'bridge' : networkMode,
		PortBindings: ports,
		RestartPolicy: restart,
		AutoRemove: fields.flag('AutoRemove'),
		VolumesFrom: fields.texts('VolumesFrom') ?? null,
		CapAdd: fields.texts('CapAdd') ?? null,
		CapDrop: fields.texts('CapDrop') ?? null,
		CgroupnsMode: fields.text('CgroupnsMode') === 'host' ? 'host' : 'private',
		Dns: fields.texts('Dns') ?? [],
		DnsOptions: fields.texts('DnsOptions') ?? [],
		DnsSearch: fields.texts('DnsSearch') ?? [],
		ExtraHosts: fields.texts('ExtraHosts') ?? null,
		GroupAdd: fields.texts('GroupAdd') ?? null,
		IpcMode: fields.text('IpcMode') || 'private',
		Links: fields.texts('Links') ?? null,
		OomScoreAdj: fields.integer('OomScoreAdj'),
		PidMode: fields.text('PidMode'),
		Privileged: fields.flag('Privileged'),
		PublishAllPorts: fields.flag('PublishAllPorts'),
		ReadonlyRootfs: fields.flag('ReadonlyRootfs'),
		SecurityOpt: fields.texts('SecurityOpt') ?? null,
		UTSMode: fields.text('UTSMode'),
		ShmSize: fields.integer('ShmSize') || defaultShmBytes,
		Tmpfs: fields.record('Tmpfs'),
		Sysctls: fields.record('Sysctls'),
		// The daemon remaps no users, so that the host's namespace is the one that containers have anyway.
		UsernsMode: fields.text('UsernsMode') === 'host' ? 'host' : '',
		Mounts: mounts,
		ConsoleSize: Array.isArray(size) && size.length === 2 ? [Number(size[0]), Number(size[1])] : [0, 0],
		CpuShares: fields.integer('CpuShares'),
		Memory: memory,
		NanoCpus: fields.integer('NanoCpus'),
		CpuPeriod: fields.integer('CpuPeriod'),
		CpuQuota: fields.integer('CpuQuota'),
		CpusetCpus: fields.text('CpusetCpus'),
		CpusetMems: fields.text('CpusetMems'),
		MemoryReservation: fields.integer('MemoryReservation'),
		// A limit without one for swap allows as much swap again. Source: adaptContainerSettings.
		MemorySwap: memory > 0 && swap === 0 ? memory * 2 : swap,
		...parseResourceLists(fields),
		VolumeDriver: fields.text('VolumeDriver'),
		CgroupParent: fields.text('CgroupParent'),
		Annotations: fields.record('Annotations'),
		MaskedPaths: fields.flag('Privileged') ? null : fields.texts('MaskedPaths') ?? maskedPaths,
		ReadonlyPaths: fields.flag('Privileged') ? null : fields.texts('ReadonlyPaths') ?? readonlyPaths,
		// Control groups of version 2 cannot: the daemon discards it with a warning.
		OomKillDisable: false,
		PidsLimit: fields.raw('PidsLimit') === undefined || pidsLimit === 0 ? null : pidsLimit,
		Init: fields.raw('Init') === undefined ? undefined : fields.flag('Init'),
		LogConfig: {Type: logConfig.text('Type') || 'json-file', Config: logConfig.record('Config') ?? {}},
	};
	return fields.error === undefined && logConfig.error === undefined ? config : engineError(400, fields.error ?? logConfig.error!);
}

function refuseUnmodelled(fields: JsonFields): EngineError | undefined {
	const named = unmodelled.find(key => !isZero(fields.raw(key)));
	if (named !== undefined) {
		return engineError(501, `virtlab does not model HostConfig.${named}`);
	}

	const runtime = fields.text('Runtime');
	if (!['', 'runc', 'io.containerd.runc.v2'].includes(runtime)) {
		return engineError(400, `unknown or invalid runtime name: ${runtime}`);
	}

	if (!['', 'host'].includes(fields.text('UsernsMode'))) {
		return engineError(400, `invalid user namespace mode: ${fields.text('UsernsMode')}`);
	}

	if (!isZero(fields.raw('StorageOpt'))) {
		return engineError(500, "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
	}

	if (fields.integer('CpuRealtimePeriod') !== 0 || fields.integer('CpuRealtimeRuntime') !== 0) {
		return engineError(400, 'kernel does not support CPU real-time scheduler');
	}

	if (fields.integer('IOMaximumIOps') !== 0 || fields.integer('IOMaximumBandwidth') !== 0) {
		return engineError(400, 'Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps');
	}

	return checkSecurity(fields.texts('SecurityOpt') ?? []);
}

/** Source: moby/moby daemon/daemon_unix.go parseSecurityOpt. */
function checkSecurity(options: readonly string[]): EngineError | undefined {
	for (const option of options) {
		const match = /^(?<name>[^:=]+)[:=](?<value>.*)$/sv.exec(option)?.groups;
		const name = match?.['name'] ?? option;
		const value = match?.['value'] ?? '';
		if (match === undefined ? !['no-new-privileges', 'disable'].includes(option) : !['label', 'apparmor', 'seccomp', 'no-new-privileges', 'writable-cgroups'].includes(name)) {
			return engineError(400, `invalid --security-opt ${match === undefined ? 1 : 2}: ${JSON.stringify(option)}`);
		}

		const isKnown = name === 'label' || (name === 'no-new-privileges' && /^(?:|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/v.test(value))
			|| (name === 'apparmor' && ['unconfined', 'docker-default'].includes(value)) || (name === 'seccomp' && ['unconfined', 'builtin'].includes(value));
		if (name === 'no-new-privileges' && !isKnown) {
			return engineError(400, `invalid --security-opt 2: ${JSON.stringify(option)}`);
		}

		if (!isKnown) {
			return engineError(501, `virtlab does not model the security option ${name}${value.length < 40 ? `=${value}` : ' with a profile of one\'s own'}`);
		}
	}

	return undefined;
}

/** Limits that dockerd refuses. `before` holds the limits that an update changes. */
export function checkResources(config: HostConfig, cpuCount: number): EngineError | undefined {
	if (config.Memory !== 0 && config.Memory < 6 * 1024 * 1024) {
		return engineError(400, 'Minimum memory limit allowed is 6MB');
	}

	if (config.Memory > 0 && config.MemorySwap > 0 && config.MemorySwap < config.Memory) {
		return engineError(400, 'Minimum memoryswap limit should be larger than memory limit, see usage');
	}

	if (config.Memory === 0 && config.MemorySwap > 0) {
		return engineError(400, 'You should always set the Memory limit when using Memoryswap limit, see usage');
	}

	if (config.MemoryReservation > 0 && config.MemoryReservation < 6 * 1024 * 1024) {
		return engineError(400, 'Minimum memory reservation allowed is 6MB');
	}

	if (config.Memory > 0 && config.MemoryReservation > config.Memory) {
		return engineError(400, 'Minimum memory limit can not be less than memory reservation limit, see usage');
	}

	if (config.NanoCpus > 0 && (config.CpuPeriod > 0 || config.CpuQuota > 0)) {
		return engineError(400, `Conflicting options: Nano CPUs and CPU ${config.CpuPeriod > 0 ? 'Period' : 'Quota'} cannot both be set`);
	}

	if (config.NanoCpus < 0 || config.NanoCpus > cpuCount * 1e9) {
		return engineError(400, `range of CPUs is from 0.01 to ${cpuCount}.00, as there are only ${cpuCount} CPUs available`);
	}

	if (config.CpuPeriod !== 0 && (config.CpuPeriod < 1000 || config.CpuPeriod > 1_000_000)) {
		return engineError(400, 'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
	}

	return config.CpuQuota > 0 && config.CpuQuota < 1000
		? engineError(400, 'CPU cfs quota can not be less than 1ms (i.e. 1000)')
		: checkCpuset('cpus', config.CpusetCpus, cpuCount) ?? checkCpuset('mems', config.CpusetMems, 1) ?? checkResourceLists(config);
}

/** What is no matter of resources: memory for others, scores, slices. Source: verifyPlatformContainerSettings. */
export function checkSettings(config: HostConfig): EngineError | undefined {
	if (config.ShmSize < 0) {
		return engineError(400, 'SHM size can not be less than 0');
	}

	if (config.OomScoreAdj < -1000 || config.OomScoreAdj > 1000) {
		return engineError(400, `Invalid value ${config.OomScoreAdj}, range for oom score adj is [-1000, 1000]`);
	}

	if (config.CgroupParent !== '' && !/^.+\.slice$/v.test(config.CgroupParent)) {
		return engineError(400, 'cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"');
	}

	const tmpfs = Object.keys(config.Tmpfs ?? {}).find(destination => !destination.startsWith('/') || normalPath(destination) === '/');
	return tmpfs === undefined ? undefined
		: engineError(400, tmpfs.startsWith('/') ? 'invalid specification: destination can\'t be \'/\'' : `invalid mount path: '${tmpfs}' mount path must be absolute`);
}

function checkCpuset(kind: 'cpus' | 'mems', list: string, count: number): EngineError | undefined {
	if (list === '') {
		return undefined;
	}

	const wanted = parseCpuset(list);
	if (wanted === undefined) {
		return engineError(400, `Invalid value ${list} for cpuset ${kind}`);
	}

	return wanted.some(member => member >= count)
		? engineError(400, `Requested ${kind === 'cpus' ? 'CPUs' : 'memory nodes'} are not available - requested ${list}, available: ${count === 1 ? '0' : `0-${count - 1}`}`)
		: undefined;
}

/** `0-2,4` as numbers, or undefined if it is none. */
function parseCpuset(text: string): readonly number[] | undefined {
	const cpus: number[] = [];
	for (const part of text.split(',')) {
		const range = /^(?<from>\d{1,4})(?:-(?<to>\d{1,4}))?$/v.exec(part)?.groups;
		if (range === undefined || Number(range['to'] ?? range['from']) < Number(range['from'])) {
			return undefined;
		}

		for (let cpu = Number(range['from']); cpu <= Number(range['to'] ?? range['from']); cpu++) {
			cpus.push(cpu);
		}
	}

	return cpus;
}

export function parseRestartPolicy(value: Json | undefined): RestartPolicy | EngineError {
	const fields = new JsonFields(value, 'RestartPolicy');
	const name = fields.text('Name');
	const count = fields.integer('MaximumRetryCount');
	if (fields.error !== undefined) {
		return engineError(400, fields.error);
	}

	if (name !== '' && name !== 'no' && name !== 'always' && name !== 'unless-stopped' && name !== 'on-failure') {
		return engineError(400, `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`);
	}

	if (name !== 'on-failure' && count !== 0) {
		return engineError(400, `invalid restart policy: maximum retry count ${count < 0 ? 'cannot be negative' : "can only be used with 'on-failure'"}`);
	}

	return count < 0 ? engineError(400, 'invalid restart policy: maximum retry count cannot be negative') : {Name: name === '' ? 'no' : name, MaximumRetryCount: count};
}

const portPattern = /^(?<port>\d{1,5})(?:\/(?:tcp|udp|sctp))?$/v;

function parsePortMap(value: Json | undefined): PortMap | EngineError {
	const ports: Record<string, {HostIp: string; HostPort: string}[]> = {};
	for (const [key, bindings] of Object.entries(isJsonObject(value) ? value : {})) {
		const port = Number(portPattern.exec(key)?.groups?.['port'] ?? 'NaN');
		if (!(port >= 1 && port <= 65_535)) {
			return engineError(400, `invalid port specification: "${key}"`);
		}

		ports[key.includes('/') ? key : `${key}/tcp`] = (Array.isArray(bindings) ? bindings : []).map((binding: Json) => {
			const fields = new JsonFields(binding, 'PortBinding');
			return {HostIp: fields.text('HostIp'), HostPort: fields.text('HostPort')};
		});
	}

	for (const {HostPort, HostIp} of Object.values(ports).flat()) {
		if (HostIp.includes(':')) {
			return engineError(501, `virtlab does not model IPv6, and cannot publish at ${HostIp}`);
		}

		if (HostIp !== '' && parseIpv4(HostIp) === undefined) {
			return engineError(400, `invalid IP address in port mapping: ${HostIp}`);
		}

		if (!/^(?:\d{1,5}(?:-\d{1,5})?)?$/v.test(HostPort) || HostPort.split('-').some(port => Number(port) > 65_535)) {
			return engineError(400, `invalid port specification: "${HostPort}"`);
		}
	}

	return ports;
}

/** The whole document, in the order of the real one. */
export function hostConfigJson(config: HostConfig): JsonObject {
	return {
		Binds: config.Binds, ContainerIDFile: config.ContainerIDFile, LogConfig: config.LogConfig, NetworkMode: config.NetworkMode,
		PortBindings: config.PortBindings as Json as JsonObject, RestartPolicy: config.RestartPolicy, AutoRemove: config.AutoRemove, VolumeDriver: config.VolumeDriver,
		VolumesFrom: config.VolumesFrom, ConsoleSize: config.ConsoleSize,
		...(config.Annotations === undefined ? {} : {Annotations: config.Annotations}),
		CapAdd: config.CapAdd, CapDrop: config.CapDrop,
		CgroupnsMode: config.CgroupnsMode, Dns: config.Dns, DnsOptions: config.DnsOptions, DnsSearch: config.DnsSearch,
		ExtraHosts: config.ExtraHosts, GroupAdd: config.GroupAdd, IpcMode: config.IpcMode, Cgroup: '', Links: config.Links,
		OomScoreAdj: config.OomScoreAdj, PidMode: config.PidMode, Privileged: config.Privileged, PublishAllPorts: config.PublishAllPorts,
		ReadonlyRootfs: config.ReadonlyRootfs, SecurityOpt: config.SecurityOpt,
		...(config.Tmpfs === undefined ? {} : {Tmpfs: config.Tmpfs}),
		UTSMode: config.UTSMode, UsernsMode: config.UsernsMode, ShmSize: config.ShmSize,
		...(config.Sysctls === undefined ? {} : {Sysctls: config.Sysctls}),
		Runtime: 'runc', Isolation: '', CpuShares: config.CpuShares,
		Memory: config.Memory, NanoCpus: config.NanoCpus, CgroupParent: config.CgroupParent, ...blockIoJson(config), CpuPeriod: config.CpuPeriod, CpuQuota: config.CpuQuota,
		CpuRealtimePeriod: 0, CpuRealtimeRuntime: 0, CpusetCpus: config.CpusetCpus, CpusetMems: config.CpusetMems, Devices: config.Devices,
		DeviceCgroupRules: config.DeviceCgroupRules, DeviceRequests: config.DeviceRequests, MemoryReservation: config.MemoryReservation, MemorySwap: config.MemorySwap,
		MemorySwappiness: null, OomKillDisable: config.OomKillDisable, PidsLimit: config.PidsLimit, Ulimits: config.Ulimits, CpuCount: 0, CpuPercent: 0,
		IOMaximumIOps: 0, IOMaximumBandwidth: 0,
		...(config.Mounts === undefined ? {} : {Mounts: config.Mounts as Json}),
		...(config.Init === undefined ? {} : {Init: config.Init}),
		MaskedPaths: config.MaskedPaths, ReadonlyPaths: config.ReadonlyPaths,
	};
}
