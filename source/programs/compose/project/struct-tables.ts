// The fields of a compose project in the order in which they are written, and what kind of value each holds. The order is a fact of
// the configuration's hash, too. Source: compose-go types/types.go, types/healthcheck.go.

/** What a field holds. A `?` marks those that are written even if false or 0. */
export type Kind =
	| 'text' | 'bool' | 'bool?' | 'int' | 'int?' | 'float' | 'bytes' | 'duration' | 'texts' | 'scalars' | 'command' | 'mapping' | 'environment' | 'hosts' | 'mode' | 'ulimit' | 'open' | 'any'
	| {readonly struct: Struct}
	| {readonly list: Struct}
	| {readonly map: Struct | 'ulimit'; readonly allowsNull?: boolean};

export type Struct = {readonly [field: string]: Kind};

const device: Struct = {capabilities: 'texts', driver: 'text', count: 'any', device_ids: 'texts', options: 'mapping'};
const resource: Struct = {cpus: 'float', memory: 'bytes', pids: 'int', devices: {list: device}, generic_resources: 'any'};
const update: Struct = {parallelism: 'int?', delay: 'duration', failure_action: 'text', monitor: 'duration', max_failure_ratio: 'float', order: 'text'};
const fileReference: Struct = {source: 'text', target: 'text', uid: 'text', gid: 'text', mode: 'mode'};
const hook: Struct = {command: 'command', user: 'text', privileged: 'bool', working_dir: 'text', environment: 'environment'};

const build: Struct = {
	context: 'text', dockerfile: 'text', dockerfile_inline: 'text', entitlements: 'texts', args: 'environment', provenance: 'text', sbom: 'text', ssh: 'any', labels: 'mapping', cache_from: 'texts', cache_to: 'texts',
	no_cache: 'bool', additional_contexts: 'mapping', pull: 'bool', extra_hosts: 'hosts', isolation: 'text', network: 'text', target: 'text', secrets: {list: fileReference}, shm_size: 'bytes', tags: 'texts',
	ulimits: {map: 'ulimit'}, platforms: 'texts', privileged: 'bool',
};

const deploy: Struct = {
	mode: 'text', replicas: 'int?', labels: 'mapping', update_config: {struct: update}, rollback_config: {struct: update},
	resources: {struct: {limits: {struct: resource}, reservations: {struct: resource}}},
	restart_policy: {struct: {condition: 'text', delay: 'duration', max_attempts: 'int?', window: 'duration'}},
	placement: {struct: {constraints: 'texts', preferences: 'any', max_replicas_per_node: 'int'}}, endpoint_mode: 'text',
};

export const serviceStruct: Struct = {
	profiles: 'texts', annotations: 'mapping', attach: 'bool?', build: {struct: build}, develop: 'any', blkio_config: 'any', cap_add: 'texts', cap_drop: 'texts', cgroup_parent: 'text', cgroup: 'text',
	cpu_count: 'int', cpu_percent: 'float', cpu_period: 'int', cpu_quota: 'int', cpu_rt_period: 'int', cpu_rt_runtime: 'int', cpus: 'float', cpuset: 'text', cpu_shares: 'int', command: 'command',
	configs: {list: fileReference}, container_name: 'text', credential_spec: 'any', depends_on: {map: {condition: 'text', restart: 'bool', required: 'bool?'}}, deploy: {struct: deploy},
	device_cgroup_rules: 'texts', devices: {list: {source: 'text', target: 'text', permissions: 'text'}}, dns: 'texts', dns_opt: 'texts', dns_search: 'texts', domainname: 'text', entrypoint: 'command', provider: 'any',
	environment: 'environment', env_file: {list: {path: 'text', required: 'open', format: 'text'}}, expose: 'scalars', extends: 'any', external_links: 'texts', extra_hosts: 'hosts', group_add: 'scalars', gpus: 'any',
	hostname: 'text', healthcheck: {struct: {test: 'texts', timeout: 'duration', interval: 'duration', retries: 'int?', start_period: 'duration', start_interval: 'duration', disable: 'bool'}},
	image: 'text', init: 'bool?', ipc: 'text', isolation: 'text', labels: 'mapping', label_file: 'texts', links: 'texts', logging: {struct: {driver: 'text', options: 'mapping'}}, mem_limit: 'bytes', mem_reservation: 'bytes',
	memswap_limit: 'bytes', mem_swappiness: 'bytes', mac_address: 'text', models: 'any', network_mode: 'text',
	networks: {map: {aliases: 'texts', driver_opts: 'mapping', gw_priority: 'int', interface_name: 'text', ipv4_address: 'text', ipv6_address: 'text', link_local_ips: 'texts', mac_address: 'text', priority: 'int'}, allowsNull: true},
	oom_kill_disable: 'bool', oom_score_adj: 'int', pid: 'text', pids_limit: 'int', platform: 'text',
	ports: {list: {name: 'text', mode: 'text', host_ip: 'text', target: 'int', published: 'text', protocol: 'text', app_protocol: 'text'}},
	privileged: 'bool', pull_policy: 'text', read_only: 'bool', restart: 'text', runtime: 'text', scale: 'int?', secrets: {list: fileReference}, security_opt: 'texts', shm_size: 'bytes', stdin_open: 'bool',
	stop_grace_period: 'duration', stop_signal: 'text', storage_opt: 'mapping', sysctls: 'mapping', tmpfs: 'texts', tty: 'bool', ulimits: {map: 'ulimit'}, use_api_socket: 'bool', user: 'text', userns_mode: 'text', uts: 'text',
	volumes: {
		list: {
			type: 'text', source: 'text', target: 'text', read_only: 'bool', consistency: 'text', bind: {struct: {selinux: 'text', propagation: 'text', create_host_path: 'open', recursive: 'text'}},
			volume: {struct: {labels: 'mapping', nocopy: 'bool', subpath: 'text'}}, tmpfs: {struct: {size: 'bytes', mode: 'int'}}, image: {struct: {subpath: 'text'}},
		},
	},
	volumes_from: 'texts', working_dir: 'text', post_start: {list: hook}, pre_stop: {list: hook}, pull_refresh_after: 'text',
};

export const networkStruct: Struct = {
	name: 'text', driver: 'text', driver_opts: 'mapping',
	ipam: {struct: {driver: 'text', config: {list: {subnet: 'text', gateway: 'text', ip_range: 'text', aux_addresses: 'mapping'}}, options: 'mapping'}},
	external: 'bool', internal: 'bool', attachable: 'bool', labels: 'mapping', enable_ipv4: 'bool?', enable_ipv6: 'bool?',
};

export const volumeStruct: Struct = {name: 'text', driver: 'text', driver_opts: 'mapping', external: 'bool', labels: 'mapping'};

export const fileStruct: Struct = {
	name: 'text', file: 'text', environment: 'text', content: 'text', external: 'bool', labels: 'mapping', driver: 'text', driver_opts: 'mapping', template_driver: 'text',
};
