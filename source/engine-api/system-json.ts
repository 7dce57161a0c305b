// The daemon about itself and its host: GET /version, /info, /system/df, /_ping. Source: moby/moby daemon/info.go, disk_usage.go.

import {must} from '../base/assert.js';
import {wallTime} from '../base/clock.js';
import {rfc3339OfMoment} from '../base/internet-date.js';
import type {Json, JsonObject} from '../base/json.js';
import {containerSizes} from '../model/container/container-changes.js';
import {summarizeContainer} from '../model/container/container-view.js';
import {engineInfo, type EngineReader} from '../model/container/engine.js';
import {chainIds} from '../model/container/image-document.js';
import {volumeJson} from '../model/container/network-view.js';
import {volumeBytes} from '../model/container/volume-mount.js';
import type {Process} from '../model/kernel/program.js';
import {engineVersion} from '../model/container/version.js';
import type {Container} from '../model/container/container-schema.js';
import type {Kernel} from '../model/kernel/schema.js';
import {apiVersion, minimumApiVersion} from './api-request.js';
import {imagesUsage} from './image-json.js';

const gitCommit = '3ef3c07c883be49a2e8097bcf6d2952fce1d70eb';
const goVersion = 'go1.24.9';
const buildTime = '2025-10-08T12:18:25.000000000+00:00';
const containerdVersion = '1.7.28';
const runcVersion = '1.3.2';

function kernelOf({tx, engine}: EngineReader): Kernel {
	return must(tx.get('kernel', engine), 'kernelOf: no kernel');
}

export function versionJson(engine: EngineReader): JsonObject {
	const {release} = kernelOf(engine);
	return {
		Platform: {Name: 'Docker Engine - Community'},
		Components: [
			{
				Name: 'Engine', Version: engineVersion,
				Details: {ApiVersion: apiVersion, Arch: 'amd64', BuildTime: buildTime, Experimental: 'false', GitCommit: gitCommit.slice(0, 7), GoVersion: goVersion, KernelVersion: release, MinAPIVersion: minimumApiVersion, Os: 'linux'},
			},
			{Name: 'containerd', Version: containerdVersion, Details: {GitCommit: 'b98a3aace656320842a23f4a392a33f46af97866'}},
			{Name: 'runc', Version: runcVersion, Details: {GitCommit: 'v1.3.2-0-gaeabe4e7'}},
			{Name: 'docker-init', Version: '0.19.0', Details: {GitCommit: 'de40ad0'}},
		],
		Version: engineVersion, ApiVersion: apiVersion, MinAPIVersion: minimumApiVersion, GitCommit: gitCommit.slice(0, 7), GoVersion: goVersion, Os: 'linux', Arch: 'amd64', KernelVersion: release, BuildTime: buildTime,
	};
}

export function infoJson(engine: EngineReader): JsonObject {
	const kernel = kernelOf(engine);
	const containers = [...engine.tx.table(`container:${engine.engine}`).values()];
	const count = (...statuses: ReadonlyArray<Container['state']['status']>) => containers.filter(({state}) => statuses.includes(state.status)).length;
	const running = count('running', 'restarting');
	const paused = count('paused');
	return {
		ID: engineInfo(engine).id, Containers: containers.length, ContainersRunning: running, ContainersPaused: paused, ContainersStopped: containers.length - running - paused,
		Images: engine.tx.table(`image:${engine.engine}`).size, Driver: 'overlay2',
		DriverStatus: [['Backing Filesystem', 'extfs'], ['Supports d_type', 'true'], ['Using metacopy', 'false'], ['Native Overlay Diff', 'true'], ['userxattr', 'false']],
		Plugins: {Volume: ['local'], Network: ['bridge', 'host', 'null'], Authorization: null, Log: ['json-file']},
		MemoryLimit: true, SwapLimit: true, CpuCfsPeriod: true, CpuCfsQuota: true, CPUShares: true, CPUSet: true, PidsLimit: true, IPv4Forwarding: true, Debug: false, NFd: 0,
		OomKillDisable: false, NGoroutines: 0, SystemTime: rfc3339OfMoment(wallTime(engine.tx)), LoggingDriver: 'json-file', CgroupDriver: 'systemd', CgroupVersion: '2', NEventsListener: 0,
		KernelVersion: kernel.release, OperatingSystem: 'Debian GNU/Linux 12 (bookworm)', OSVersion: '12', OSType: 'linux', Architecture: 'x86_64',
		IndexServerAddress: 'https://index.docker.io/v1/',
		RegistryConfig: registryConfig(engine),
		NCPU: kernel.cpuCount, MemTotal: kernel.memoryBytes, GenericResources: null, DockerRootDir: '/var/lib/docker', HttpProxy: '', HttpsProxy: '', NoProxy: '',
		Name: engine.tx.get('namespace', kernel.initial.uts)?.hostname ?? '', Labels: [], ExperimentalBuild: false, ServerVersion: engineVersion,
		Runtimes: {'io.containerd.runc.v2': {path: 'runc'}, runc: {path: 'runc'}}, DefaultRuntime: 'runc',
		Swarm: {NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '', RemoteManagers: null}, LiveRestoreEnabled: engineInfo(engine).isLiveRestoring ?? false, Isolation: '', InitBinary: 'docker-init',
		ContainerdCommit: {ID: 'b98a3aace656320842a23f4a392a33f46af97866'}, RuncCommit: {ID: 'v1.3.2-0-gaeabe4e7'}, InitCommit: {ID: 'de40ad0'},
		SecurityOptions: ['name=cgroupns'], Warnings: null,
	};
}

function registryConfig(engine: EngineReader): JsonObject {
	const {insecureRegistries} = engineInfo(engine);
	const named = insecureRegistries.filter(entry => !entry.includes('/')).map(name => [name, {Mirrors: [], Name: name, Official: false, Secure: false}] as const);
	return {
		IndexConfigs: Object.fromEntries([['docker.io', {Mirrors: [], Name: 'docker.io', Official: true, Secure: true}], ...named]),
		InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8', ...insecureRegistries.filter(entry => entry.includes('/'))], Mirrors: null,
	};
}

/** Sizes of volumes are known where there is a process to look. */
export function diskUsageJson(engine: EngineReader & {readonly process?: Process}): JsonObject {
	const layers = [...engine.tx.table(`layer:${engine.engine}`).values()];
	const containers = [...engine.tx.table(`container:${engine.engine}`).values()];
	const volumes = [...engine.tx.table(`volume:${engine.engine}`).values()];
	return {
		LayersSize: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0), Images: imagesUsage(engine),
		Containers: containers.map(container => summarizeContainer(engine, container, containerSizes(engine, container))),
		Volumes: volumes.map(volume => ({...volumeJson(engine, volume), UsageData: {RefCount: volume.users.size, Size: engine.process === undefined ? -1 : volumeBytes({process: engine.process}, volume.mountpoint)}})),
		BuildCache: buildCacheJson(engine),
	};
}

/** Records that an image stands on are shared with it; those that only serve this one build are its own. */
function buildCacheJson(engine: EngineReader): Json {
	const ofImages = new Set([...engine.tx.table(`image:${engine.engine}`).values()].flatMap(image => chainIds(image.document.rootfs.diff_ids)));
	const date = (us: number) => rfc3339OfMoment({seconds: Math.floor(us / 1e6), nanoseconds: us % 1e6 * 1000});
	return [...engine.tx.table(`build-cache:${engine.engine}`).values()].map(record => ({
		ID: record.id, Type: record.kind, Description: record.description, InUse: false, Shared: record.chain !== undefined && ofImages.has(record.chain), Size: record.sizeBytes,
		CreatedAt: date(record.createdUs), LastUsedAt: date(record.usedUs), UsageCount: record.usageCount,
	}));
}
