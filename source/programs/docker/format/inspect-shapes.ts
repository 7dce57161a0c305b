// The Go types of what `docker inspect` decodes: they decide what `{{.X}}` prints for what is absent, and which keys are data.
// Source: moby api/types/{container,image,network,volume}.

import type {Shape, StructShape} from '../go-template/value.js';

const strings: Shape = {slice: 'string'};
const labels: Shape = {map: 'string'};
const anything: Shape = 'any';

function struct(name: string, fields: Readonly<Record<string, Shape>>): StructShape {
	return {struct: name, fields};
}

function fieldsOf(shape: Shape, names: readonly string[]): Readonly<Record<string, Shape>> {
	return Object.fromEntries(names.map(name => [name, shape]));
}

const healthLog = struct('*container.HealthcheckResult', {Start: 'string', End: 'string', ExitCode: 'int', Output: 'string'});

const state = struct('*container.State', {
	Status: 'string', ...fieldsOf('bool', ['Running', 'Paused', 'Restarting', 'OOMKilled', 'Dead']), Pid: 'int', ExitCode: 'int', Error: 'string', StartedAt: 'string', FinishedAt: 'string',
	Health: {pointer: struct('container.Health', {Status: 'string', FailingStreak: 'int', Log: {slice: healthLog}})},
});

const portMap: Shape = {map: {slice: struct('nat.PortBinding', {HostIp: 'string', HostPort: 'string'})}};

const resources: Readonly<Record<string, Shape>> = {
	...fieldsOf('int', [
		'CpuShares', 'Memory', 'NanoCpus', 'BlkioWeight', 'CpuPeriod', 'CpuQuota', 'CpuRealtimePeriod', 'CpuRealtimeRuntime', 'KernelMemoryTCP', 'MemoryReservation', 'MemorySwap',
		'CpuCount', 'CpuPercent', 'IOMaximumIOps', 'IOMaximumBandwidth',
	]),
	...fieldsOf('string', ['CgroupParent', 'CpusetCpus', 'CpusetMems']),
	...fieldsOf({slice: anything}, ['BlkioWeightDevice', 'BlkioDeviceReadBps', 'BlkioDeviceWriteBps', 'BlkioDeviceReadIOps', 'BlkioDeviceWriteIOps', 'Devices', 'DeviceRequests']),
	DeviceCgroupRules: strings,
	Ulimits: {slice: struct('*container.Ulimit', {Name: 'string', Hard: 'int', Soft: 'int'})},
	MemorySwappiness: {pointer: 'int'}, PidsLimit: {pointer: 'int'}, OomKillDisable: {pointer: 'bool'},
};

const mountSpec = struct('mount.Mount', {Type: 'string', Source: 'string', Target: 'string', ReadOnly: 'bool', Consistency: 'string', BindOptions: {pointer: anything}, VolumeOptions: {pointer: anything}, TmpfsOptions: {pointer: anything}});

const hostConfig = struct('*container.HostConfig', {
	Binds: strings, ContainerIDFile: 'string', LogConfig: struct('container.LogConfig', {Type: 'string', Config: labels}), NetworkMode: 'string', PortBindings: portMap,
	RestartPolicy: struct('container.RestartPolicy', {Name: 'string', MaximumRetryCount: 'int'}), AutoRemove: 'bool', VolumeDriver: 'string', VolumesFrom: strings, ConsoleSize: {slice: 'int'},
	Annotations: labels, ...fieldsOf(strings, ['CapAdd', 'CapDrop', 'Dns', 'DnsOptions', 'DnsSearch', 'ExtraHosts', 'GroupAdd', 'Links', 'SecurityOpt', 'MaskedPaths', 'ReadonlyPaths']),
	...fieldsOf('string', ['CgroupnsMode', 'IpcMode', 'Cgroup', 'PidMode', 'UTSMode', 'UsernsMode', 'Runtime', 'Isolation']),
	...fieldsOf('bool', ['Privileged', 'PublishAllPorts', 'ReadonlyRootfs']), OomScoreAdj: 'int', ShmSize: 'int', ...resources,
	StorageOpt: labels, Tmpfs: labels, Sysctls: labels, Mounts: {slice: mountSpec}, Init: {pointer: 'bool'},
});

const healthConfig = struct('container.HealthConfig', {Test: strings, Interval: 'int', Timeout: 'int', StartPeriod: 'int', StartInterval: 'int', Retries: 'int'});

const config = struct('*container.Config', {
	...fieldsOf('string', ['Hostname', 'Domainname', 'User', 'Image', 'WorkingDir', 'MacAddress', 'StopSignal']),
	...fieldsOf('bool', ['AttachStdin', 'AttachStdout', 'AttachStderr', 'Tty', 'OpenStdin', 'StdinOnce', 'ArgsEscaped', 'NetworkDisabled']),
	...fieldsOf(strings, ['Env', 'Cmd', 'Entrypoint', 'OnBuild', 'Shell']),
	ExposedPorts: {map: struct('struct {}', {})}, Volumes: {map: struct('struct {}', {})}, Labels: labels, StopTimeout: {pointer: 'int'}, Healthcheck: {pointer: healthConfig},
});

const ipamConfig = struct('network.EndpointIPAMConfig', {IPv4Address: 'string', IPv6Address: 'string', LinkLocalIPs: strings});

const endpoint = struct('*network.EndpointSettings', {
	IPAMConfig: {pointer: ipamConfig}, Links: strings, Aliases: strings, DriverOpts: labels, DNSNames: strings,
	...fieldsOf('string', ['MacAddress', 'NetworkID', 'EndpointID', 'Gateway', 'IPAddress', 'IPv6Gateway', 'GlobalIPv6Address']), ...fieldsOf('int', ['GwPriority', 'IPPrefixLen', 'GlobalIPv6PrefixLen']),
});

const networkSettings = struct('*container.NetworkSettings', {
	...fieldsOf('string', ['Bridge', 'SandboxID', 'SandboxKey', 'LinkLocalIPv6Address', 'EndpointID', 'Gateway', 'GlobalIPv6Address', 'IPAddress', 'IPv6Gateway', 'MacAddress']),
	Ports: portMap, HairpinMode: 'bool', ...fieldsOf('int', ['LinkLocalIPv6PrefixLen', 'GlobalIPv6PrefixLen', 'IPPrefixLen']), SecondaryIPAddresses: {slice: anything}, SecondaryIPv6Addresses: {slice: anything},
	Networks: {map: endpoint},
});

const graphDriver = struct('storage.DriverData', {Data: labels, Name: 'string'});

const mountPoint = struct('container.MountPoint', {Type: 'string', Name: 'string', Source: 'string', Destination: 'string', Driver: 'string', Mode: 'string', RW: 'bool', Propagation: 'string'});

export const containerShape = struct('container.InspectResponse', {
	...fieldsOf('string', ['Id', 'Created', 'Path', 'Image', 'ResolvConfPath', 'HostnamePath', 'HostsPath', 'LogPath', 'Name', 'Driver', 'Platform', 'MountLabel', 'ProcessLabel', 'AppArmorProfile']),
	Args: strings, State: state, RestartCount: 'int', ExecIDs: strings, HostConfig: hostConfig, GraphDriver: graphDriver, SizeRw: {pointer: 'int'}, SizeRootFs: {pointer: 'int'},
	Mounts: {slice: mountPoint}, Config: config, NetworkSettings: networkSettings,
});

/** Of the OCI image specification, with docker's additions at the end. */
const imageConfig = struct('*v1.DockerOCIImageConfig', {
	User: 'string', ExposedPorts: {map: struct('struct {}', {})}, Env: strings, Entrypoint: strings, Cmd: strings, Volumes: {map: struct('struct {}', {})}, WorkingDir: 'string', Labels: labels,
	StopSignal: 'string', ArgsEscaped: 'bool', Healthcheck: {pointer: healthConfig}, OnBuild: strings, Shell: strings,
});

export const imageShape: Shape = {
	...struct('image.InspectResponse', {
		Id: 'string', RepoTags: strings, RepoDigests: strings, ...fieldsOf('string', ['Parent', 'Comment', 'Created', 'DockerVersion', 'Author']),
		Config: {...imageConfig, omitsEmpty: Object.keys(imageConfig.fields)}, ...fieldsOf('string', ['Architecture', 'Variant', 'Os', 'OsVersion']), Size: 'int', VirtualSize: 'int',
		GraphDriver: graphDriver, RootFS: struct('image.RootFS', {Type: 'string', Layers: strings}), Metadata: struct('image.Metadata', {LastTagTime: 'string'}),
	}),
	omitsEmpty: ['Variant', 'OsVersion', 'VirtualSize'],
};

const versionDetails = struct('types.ComponentVersion', {Name: 'string', Version: 'string', Details: labels});

/** Source: docker/cli cli/command/system/version.go; moby api/types/types.go. */
export const versionShape = struct('system.versionInfo', {
	Client: struct('system.clientVersion', fieldsOf('string', ['Version', 'ApiVersion', 'DefaultAPIVersion', 'GitCommit', 'GoVersion', 'Os', 'Arch', 'BuildTime', 'Context'])),
	Server: {pointer: struct('*types.Version', {
		Platform: struct('struct { Name string }', {Name: 'string'}), Components: {slice: versionDetails},
		...fieldsOf('string', ['Version', 'ApiVersion', 'MinAPIVersion', 'GitCommit', 'GoVersion', 'Os', 'Arch', 'KernelVersion']), Experimental: 'bool', BuildTime: 'string',
	})},
});

export const networkShape = struct('network.Inspect', {
	...fieldsOf('string', ['Name', 'Id', 'Created', 'Scope', 'Driver']), ...fieldsOf('bool', ['EnableIPv4', 'EnableIPv6', 'Internal', 'Attachable', 'Ingress', 'ConfigOnly']),
	IPAM: struct('network.IPAM', {Driver: 'string', Options: labels, Config: {slice: struct('network.IPAMConfig', {Subnet: 'string', IPRange: 'string', Gateway: 'string', AuxAddress: labels})}}),
	ConfigFrom: struct('network.ConfigReference', {Network: 'string'}), Options: labels, Labels: labels,
	Containers: {map: struct('network.EndpointResource', {Name: 'string', EndpointID: 'string', MacAddress: 'string', IPv4Address: 'string', IPv6Address: 'string'})},
});

export const volumeShape = struct('volume.Volume', {
	...fieldsOf('string', ['CreatedAt', 'Driver', 'Mountpoint', 'Name', 'Scope']), Labels: labels, Options: labels, Status: {map: anything}, UsageData: {pointer: struct('volume.UsageData', {RefCount: 'int', Size: 'int'})},
});
