// What dockerd remembers: containers, commands run in them, networks, volumes, and what happened. Images and layers are in
// schema.ts. Every engine has tables of its own, cut by the kernel that its daemon runs on.
//
//     created ──start──> running ──┬─ exits ──> exited ──start──> running
//        │                │    ^   └─ exits, with a restart policy ──> restarting ──(back-off)──> running
//        │              pause  unpause
//        │                v    │
//        └──rm──> (gone)  paused                       rm of exited, created, dead: gone
//
// Source: Engine API v1.51 (moby/moby api/swagger.yaml); moby/moby daemon/container/state.go.

import type {Nanoseconds} from '../../base/clock.js';
import type {JsonObject} from '../../base/json.js';
import type {TraceEvent} from '../../base/transaction.js';
import type {FsId} from '../kernel/file-types.js';
import type {NamespaceKind} from '../kernel/program.js';
import type {KernelEvent, NamespaceId, TaskId} from '../kernel/schema.js';
import type {NetworkSchema} from '../network/network-schema.js';
import type {EngineId, ImageConfig, ImageEvent, ImageId, ImageSchema} from './schema.js';

/** 64 hexadecimal digits. */
export type ContainerId = string;
export type ExecId = string;
export type DockerNetworkId = string;

/** The `Config` of a container: its image's, with what the request said over it. */
export type ContainerConfig = ImageConfig & {
	readonly Hostname: string;
	readonly Env: readonly string[];
	readonly Image: string;
	readonly Labels: Readonly<Record<string, string>>;
};

export type PortBinding = {readonly HostIp: string; readonly HostPort: string};
/** By `80/tcp`. */
export type PortMap = Readonly<Record<string, readonly PortBinding[]>>;

export type RestartPolicy = {readonly Name: '' | 'no' | 'always' | 'unless-stopped' | 'on-failure'; readonly MaximumRetryCount: number};

export const propagations = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'] as const;
export type Propagation = typeof propagations[number];

/** One of `HostConfig.Mounts`: what `--mount` asks for. */
export type MountSpec = {
	readonly Type: 'bind' | 'volume' | 'tmpfs';
	readonly Source?: string;
	readonly Target: string;
	readonly ReadOnly?: boolean;
	readonly Consistency?: string;
	readonly BindOptions?: {
		readonly Propagation?: Propagation;
		readonly NonRecursive?: boolean;
		readonly CreateMountpoint?: boolean;
		readonly ReadOnlyNonRecursive?: boolean;
		readonly ReadOnlyForceRecursive?: boolean;
	};
	readonly VolumeOptions?: {
		readonly NoCopy?: boolean;
		readonly Labels?: Readonly<Record<string, string>>;
		readonly Subpath?: string;
		readonly DriverConfig?: {readonly Name?: string; readonly Options?: Readonly<Record<string, string>>};
	};
	readonly TmpfsOptions?: {readonly SizeBytes?: number; readonly Mode?: number; readonly Options?: readonly (readonly string[])[]};
};

export type DeviceRate = {readonly Path: string; readonly Rate: number};
export type DeviceMapping = {readonly PathOnHost: string; readonly PathInContainer: string; readonly CgroupPermissions: string};
export type Ulimit = {readonly Name: string; readonly Hard: number; readonly Soft: number};

/** Weight and rates of block devices, for io.weight and io.max. */
export type BlockIo = {
	readonly BlkioWeight: number;
	readonly BlkioWeightDevice: readonly [];
	readonly BlkioDeviceReadBps: readonly DeviceRate[];
	readonly BlkioDeviceWriteBps: readonly DeviceRate[];
	readonly BlkioDeviceReadIOps: readonly DeviceRate[];
	readonly BlkioDeviceWriteIOps: readonly DeviceRate[];
};

/**
 * What the model does with a container's `HostConfig`. The rest of the document (fields that the model refuses unless they have their
 * default) is added by container-view.ts.
 */
export type HostConfig = BlockIo & {
	readonly Binds: readonly string[] | null;
	readonly NetworkMode: string;
	readonly PortBindings: PortMap;
	readonly RestartPolicy: RestartPolicy;
	readonly AutoRemove: boolean;
	readonly VolumesFrom: readonly string[] | null;
	readonly CapAdd: readonly string[] | null;
	readonly CapDrop: readonly string[] | null;
	readonly CgroupnsMode: 'private' | 'host';
	readonly Dns: readonly string[];
	readonly DnsOptions: readonly string[];
	readonly DnsSearch: readonly string[];
	readonly ExtraHosts: readonly string[] | null;
	readonly GroupAdd: readonly string[] | null;
	readonly IpcMode: string;
	readonly Links: readonly string[] | null;
	readonly OomScoreAdj: number;
	readonly PidMode: string;
	readonly Privileged: boolean;
	readonly PublishAllPorts: boolean;
	readonly ReadonlyRootfs: boolean;
	readonly SecurityOpt: readonly string[] | null;
	readonly UTSMode: string;
	readonly ShmSize: number;
	readonly Tmpfs: Readonly<Record<string, string>> | undefined;
	readonly Sysctls: Readonly<Record<string, string>> | undefined;
	readonly UsernsMode: '' | 'host';
	/** Where the client writes the id; kept only to be shown. */
	readonly ContainerIDFile: string;
	readonly Mounts: readonly MountSpec[] | undefined;
	readonly ConsoleSize: readonly [number, number];
	readonly CpuShares: number;
	readonly Memory: number;
	readonly NanoCpus: number;
	readonly CpuPeriod: number;
	readonly CpuQuota: number;
	readonly CpusetCpus: string;
	readonly CpusetMems: string;
	readonly MemoryReservation: number;
	readonly MemorySwap: number;
	readonly OomKillDisable: boolean;
	readonly PidsLimit: number | null;
	readonly Init: boolean | undefined;
	readonly VolumeDriver: string;
	readonly CgroupParent: string;
	readonly Annotations: Readonly<Record<string, string>> | undefined;
	readonly Devices: readonly DeviceMapping[];
	readonly DeviceCgroupRules: readonly string[] | null;
	readonly DeviceRequests: readonly JsonObject[] | null;
	readonly Ulimits: readonly Ulimit[];
	/** Kernel files that the container does not see, and those that it cannot write. */
	readonly MaskedPaths: readonly string[] | null;
	readonly ReadonlyPaths: readonly string[] | null;
	readonly LogConfig: {readonly Type: string; readonly Config: Readonly<Record<string, string>>};
};

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export type HealthLogEntry = {readonly startNs: Nanoseconds; readonly endNs: Nanoseconds; readonly exitCode: number; readonly output: string};

export type Health = {
	readonly status: 'starting' | 'healthy' | 'unhealthy';
	readonly failingStreak: number;
	/** The last five. */
	readonly log: readonly HealthLogEntry[];
};

export type ContainerState = {
	readonly status: ContainerStatus;
	readonly isOomKilled: boolean;
	/** The first process: its pid as the host shows it, and its parent, the shim. */
	readonly task: TaskId | undefined;
	readonly shim: TaskId | undefined;
	readonly exitCode: number;
	/** Why it could not be started. */
	readonly error: string;
	readonly startedNs: Nanoseconds | undefined;
	readonly finishedNs: Nanoseconds | undefined;
	/** Somebody stopped it: restart policies leave it alone until it is started again. */
	readonly isManuallyStopped: boolean;
	readonly health: Health | undefined;
};

/** One of the `Mounts` of a container, resolved to where its files are. */
export type MountPoint = {
	readonly type: 'bind' | 'volume' | 'tmpfs';
	/** Of volumes. */
	readonly name: string | undefined;
	/** A path on the host. */
	readonly source: string;
	readonly destination: string;
	/** As it was asked for: `ro`, `z`, ... */
	readonly mode: string;
	readonly isWritable: boolean;
	readonly noCopy: boolean;
	/** Of tmpfs mounts: options for mount(2). */
	readonly tmpfsOptions: readonly string[];
	/** From `-v`, not `--mount`: a missing bind source is made. */
	readonly createSource: boolean;
	/** Of bind mounts. */
	readonly propagation: Propagation;
	/** Of bind mounts: the mounts below the source are left out. */
	readonly isAlone: boolean;
	/** Of volumes: the directory in it that is shown. */
	readonly subpath: string;
};

/** A container's membership of a network; addresses while it runs. */
export type Endpoint = {
	/** The name by which the request named the network. */
	readonly networkName: string;
	readonly network: DockerNetworkId | undefined;
	readonly id: string;
	readonly aliases: readonly string[] | null;
	readonly links: readonly string[] | null;
	/** What `--ip` asked for. */
	readonly requestedAddress: string | undefined;
	readonly requestedMac: string | undefined;
	readonly address: string;
	readonly prefixLength: number;
	readonly gateway: string;
	readonly mac: string;
	/** Inside the container: `eth0`. */
	readonly interfaceName: string;
	readonly dnsNames: readonly string[] | null;
};

/** A published port, while the container runs. */
export type PublishedPort = {
	readonly containerPort: number;
	readonly protocol: 'tcp' | 'udp' | 'sctp';
	readonly hostAddress: string;
	readonly hostPort: number;
	/** The process that takes connections which netfilter does not translate; of TCP ports only. */
	readonly proxy: TaskId | undefined;
};

/** Where a container's files are: what it wrote, over what docker prepared, over its image. */
export type ContainerLayer = {
	/** Name of its directory under /var/lib/docker/overlay2; the init layer's is the same with `-init`. */
	readonly cacheId: string;
	readonly upper: FsId;
	/** The files that mounts will cover (/etc/hosts, /dev, ...), below everything the container writes. */
	readonly init: FsId;
	/** Of the image's layers, uppermost first. */
	readonly imageLayers: readonly FsId[];
	/** The union of all, once the container was started or looked into. */
	readonly merged: FsId | undefined;
};

export type Container = {
	readonly id: ContainerId;
	/** Without the slash that the API puts before it. */
	readonly name: string;
	readonly createdNs: Nanoseconds;
	readonly path: string;
	readonly args: readonly string[];
	readonly config: ContainerConfig;
	readonly hostConfig: HostConfig;
	readonly image: ImageId;
	readonly state: ContainerState;
	readonly restartCount: number;
	readonly mounts: readonly MountPoint[];
	readonly endpoints: readonly Endpoint[];
	readonly ports: readonly PublishedPort[];
	/** 64 digits; empty while it does not run. */
	readonly sandbox: string;
	readonly layer: ContainerLayer;
	/** While it runs. */
	readonly namespaces: Readonly<Record<NamespaceKind, NamespaceId>> | undefined;
	readonly cgroup: string;
	readonly execs: readonly ExecId[];
	/** From restart to restart: what the back-off remembers. */
	readonly backOffNs: Nanoseconds;
};

export type Exec = {
	readonly id: ExecId;
	readonly container: ContainerId;
	readonly argv: readonly string[];
	readonly env: readonly string[];
	readonly workingDir: string;
	readonly user: string;
	readonly isPrivileged: boolean;
	readonly hasTerminal: boolean;
	readonly attachStdin: boolean;
	readonly attachStdout: boolean;
	readonly attachStderr: boolean;
	readonly detachKeys: string;
	readonly status: 'created' | 'running' | 'exited';
	readonly task: TaskId | undefined;
	readonly exitCode: number | undefined;
	readonly terminal: number | undefined;
};

export type DockerNetwork = {
	readonly id: DockerNetworkId;
	readonly name: string;
	readonly createdNs: Nanoseconds;
	readonly driver: 'bridge' | 'host' | 'null';
	readonly subnet: string;
	readonly gateway: string;
	/** `--ip-range`, or empty. */
	readonly ipRange: string;
	/** `--aux-address`: addresses that containers must not get, by name. */
	readonly auxiliary: Readonly<Record<string, string>>;
	readonly hasExplicitPool: boolean;
	readonly bridge: string;
	readonly isInternal: boolean;
	readonly isAttachable: boolean;
	readonly options: Readonly<Record<string, string>>;
	readonly ipamOptions: Readonly<Record<string, string>> | null;
	readonly labels: Readonly<Record<string, string>>;
	/** Addresses in use, and by which endpoint. */
	readonly leases: ReadonlyMap<string, string>;
	/** Running containers on it and their endpoints' ids. */
	readonly members: ReadonlyMap<ContainerId, string>;
	/** No address below this one is free. */
	readonly lowestFree: number;
};

export type Volume = {
	readonly name: string;
	readonly createdNs: Nanoseconds;
	readonly driver: 'local';
	readonly mountpoint: string;
	readonly labels: Readonly<Record<string, string>> | null;
	readonly options: Readonly<Record<string, string>> | null;
	readonly isAnonymous: boolean;
	/** Containers that name it, running or not. */
	readonly users: ReadonlySet<ContainerId>;
	/** Those for which it is mounted now. */
	readonly mountedBy: ReadonlySet<ContainerId>;
};

/** What `docker events` shows. */
export type DockerEvent = {
	readonly id: number;
	readonly atNs: Nanoseconds;
	readonly type: 'container' | 'image' | 'network' | 'volume' | 'daemon' | 'builder';
	readonly action: string;
	readonly actor: string;
	readonly attributes: Readonly<Record<string, string>>;
};

export type EngineInfo = {
	/** `/info`'s ID: a random UUID. */
	readonly id: string;
	readonly daemon: TaskId | undefined;
	readonly nextEventId: number;
	/** Where the search for a host port that nobody chose begins. */
	readonly nextHostPort: number;
	readonly startedNs: Nanoseconds;
	/** `live-restore`: containers outlive the daemon. */
	readonly isLiveRestoring?: boolean;
	/** What docker prepares in every container: see container-filesystem.ts. */
	readonly initLayer: FsId | undefined;
	/** `insecure-registries` of daemon.json: `host:port` or a network. */
	readonly insecureRegistries: readonly string[];
};

export type ContainerSchema = ImageSchema & NetworkSchema & {
	engine: EngineInfo;
	[containers: `container:${EngineId}`]: Container;
	[names: `container-name:${EngineId}`]: {readonly container: ContainerId};
	[execs: `exec:${EngineId}`]: Exec;
	[networks: `docker-network:${EngineId}`]: DockerNetwork;
	[volumes: `volume:${EngineId}`]: Volume;
	[events: `docker-event:${EngineId}`]: DockerEvent;
};

export type ContainerEvent = KernelEvent | ImageEvent | TraceEvent
	| {readonly kind: 'container-state'; readonly engine: EngineId; readonly container: ContainerId; readonly from: ContainerStatus | undefined; readonly to: ContainerStatus | undefined}
	| {readonly kind: 'port-publish'; readonly engine: EngineId; readonly container: ContainerId; readonly hostPort: number};
