// The flags of every modelled command, in the words of docker 28.2.2 with buildx 0.29.1. `isMissing` marks those that docker has and
// virtlab refuses.

import {checkEnv, checkExtraHost, checkIpAddress, checkLabel, checkReference, checkStream, checkUlimit} from './flag-checks.js';
import {checkByteRate, checkDeviceRule, checkDeviceWeight, checkGpus, checkOperationRate} from '../container/device-spec.js';
import {checkMount} from '../container/volume-spec.js';
import {flag, type FlagSpec} from './flag.js';

const formatHelp = `Format output using a custom template:
'table':            Print output in table format with column headers (default)
'table TEMPLATE':   Print output in table format using the given Go template
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`;

const inspectFormatHelp = `Format output using a custom template:
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`;

const cgroupnsHelp = `Cgroup namespace to use (host|private)
'host':    Run the container in the Docker host's cgroup namespace
'private': Run the container in its own private cgroup namespace
'':        Use the cgroup namespace as configured by the
           default-cgroupns-mode option on the daemon (default)`;

const hidden = {isHidden: true};

export const runFlags: readonly FlagSpec[] = [
	flag('net', 'network', 'Connect a container to a network', {...hidden, aliasOf: 'network'}),
	flag('net-alias', 'list', 'Add network-scoped alias for the container', {...hidden, aliasOf: 'network-alias'}),
	flag('dns-opt', 'list', 'Set DNS options', {...hidden, aliasOf: 'dns-option'}),
	flag('add-host', 'list', 'Add a custom host-to-IP mapping (host:ip)', {check: checkExtraHost}),
	flag('annotation', 'map', 'Add an annotation to the container (passed through to the OCI runtime)', {default: 'map[]'}),
	flag('attach', 'list', 'Attach to STDIN, STDOUT or STDERR', {short: 'a', check: checkStream}),
	flag('blkio-weight', 'uint16', 'Block IO (relative weight), between 10 and 1000, or 0 to disable', {default: '0'}),
	flag('blkio-weight-device', 'list', 'Block IO weight (relative device weight)', {default: '[]', check: checkDeviceWeight}),
	flag('cap-add', 'list', 'Add Linux capabilities'),
	flag('cap-drop', 'list', 'Drop Linux capabilities'),
	flag('cgroup-parent', 'string', 'Optional parent cgroup for the container'),
	flag('cgroupns', 'string', cgroupnsHelp),
	flag('cidfile', 'string', 'Write the container ID to the file'),
	flag('cpu-period', 'int', 'Limit CPU CFS (Completely Fair Scheduler) period'),
	flag('cpu-quota', 'int', 'Limit CPU CFS (Completely Fair Scheduler) quota'),
	flag('cpu-rt-period', 'int', 'Limit CPU real-time period in microseconds'),
	flag('cpu-rt-runtime', 'int', 'Limit CPU real-time runtime in microseconds'),
	flag('cpu-shares', 'int', 'CPU shares (relative weight)', {short: 'c'}),
	flag('cpus', 'decimal', 'Number of CPUs'),
	flag('cpuset-cpus', 'string', 'CPUs in which to allow execution (0-3, 0,1)'),
	flag('cpuset-mems', 'string', 'MEMs in which to allow execution (0-3, 0,1)'),
	flag('detach', 'bool', 'Run container in background and print container ID', {short: 'd'}),
	flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
	flag('device', 'list', 'Add a host device to the container'),
	flag('device-cgroup-rule', 'list', 'Add a rule to the cgroup allowed devices list', {check: checkDeviceRule}),
	flag('device-read-bps', 'list', 'Limit read rate (bytes per second) from a device', {default: '[]', check: checkByteRate}),
	flag('device-read-iops', 'list', 'Limit read rate (IO per second) from a device', {default: '[]', check: checkOperationRate}),
	flag('device-write-bps', 'list', 'Limit write rate (bytes per second) to a device', {default: '[]', check: checkByteRate}),
	flag('device-write-iops', 'list', 'Limit write rate (IO per second) to a device', {default: '[]', check: checkOperationRate}),
	flag('disable-content-trust', 'bool', 'Skip image verification', {default: 'true', isMissing: true}),
	flag('dns', 'list', 'Set custom DNS servers', {check: checkIpAddress}),
	flag('dns-option', 'list', 'Set DNS options'),
	flag('dns-search', 'list', 'Set custom DNS search domains'),
	flag('domainname', 'string', 'Container NIS domain name'),
	flag('entrypoint', 'string', 'Overwrite the default ENTRYPOINT of the image'),
	flag('env', 'list', 'Set environment variables', {short: 'e', check: checkEnv}),
	flag('env-file', 'list', 'Read in a file of environment variables'),
	flag('expose', 'list', 'Expose a port or a range of ports'),
	flag('gpus', 'gpu-request', 'GPU devices to add to the container (\'all\' to pass all GPUs)', {check: checkGpus}),
	flag('group-add', 'list', 'Add additional groups to join'),
	flag('health-cmd', 'string', 'Command to run to check health'),
	flag('health-interval', 'duration', 'Time between running the check (ms|s|m|h)', {default: '0s'}),
	flag('health-retries', 'int', 'Consecutive failures needed to report unhealthy'),
	flag('health-start-interval', 'duration', 'Time between running the check during the start period (ms|s|m|h)', {default: '0s'}),
	flag('health-start-period', 'duration', 'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)', {default: '0s'}),
	flag('health-timeout', 'duration', 'Maximum time to allow one check to run (ms|s|m|h)', {default: '0s'}),
	flag('help', 'bool', 'Print usage'),
	flag('hostname', 'string', 'Container host name', {short: 'h'}),
	flag('init', 'bool', 'Run an init inside the container that forwards signals and reaps processes'),
	flag('interactive', 'bool', 'Keep STDIN open even if not attached', {short: 'i'}),
	flag('ip', 'string', 'IPv4 address (e.g., 172.30.100.104)'),
	flag('ip6', 'string', 'IPv6 address (e.g., 2001:db8::33)'),
	flag('ipc', 'string', 'IPC mode to use'),
	flag('isolation', 'string', 'Container isolation technology', {isMissing: true}),
	flag('kernel-memory', 'bytes', 'Kernel memory limit', {isMissing: true}),
	flag('label', 'list', 'Set meta data on a container', {short: 'l', check: checkLabel}),
	flag('label-file', 'list', 'Read in a line delimited file of labels'),
	flag('link', 'list', 'Add link to another container'),
	flag('link-local-ip', 'list', 'Container IPv4/IPv6 link-local addresses', {isMissing: true}),
	flag('log-driver', 'string', 'Logging driver for the container'),
	flag('log-opt', 'list', 'Log driver options'),
	flag('mac-address', 'string', 'Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
	flag('memory', 'bytes', 'Memory limit', {short: 'm'}),
	flag('memory-reservation', 'bytes', 'Memory soft limit'),
	flag('memory-swap', 'bytes', 'Swap limit equal to memory plus swap: \'-1\' to enable unlimited swap'),
	flag('memory-swappiness', 'int', 'Tune container memory swappiness (0 to 100)', {default: '-1'}),
	flag('mount', 'mount', 'Attach a filesystem mount to the container', {check: checkMount}),
	flag('name', 'string', 'Assign a name to the container'),
	flag('network', 'network', 'Connect a container to a network'),
	flag('network-alias', 'list', 'Add network-scoped alias for the container'),
	flag('no-healthcheck', 'bool', 'Disable any container-specified HEALTHCHECK'),
	flag('oom-kill-disable', 'bool', 'Disable OOM Killer'),
	flag('oom-score-adj', 'int', 'Tune host\'s OOM preferences (-1000 to 1000)'),
	flag('pid', 'string', 'PID namespace to use'),
	flag('pids-limit', 'int', 'Tune container pids limit (set -1 for unlimited)'),
	flag('platform', 'string', 'Set platform if server is multi-platform capable'),
	flag('privileged', 'bool', 'Give extended privileges to this container'),
	flag('publish', 'list', 'Publish a container\'s port(s) to the host', {short: 'p'}),
	flag('publish-all', 'bool', 'Publish all exposed ports to random ports', {short: 'P'}),
	flag('pull', 'string', 'Pull image before running ("always", "missing", "never")', {default: 'missing'}),
	flag('quiet', 'bool', 'Suppress the pull output', {short: 'q'}),
	flag('read-only', 'bool', 'Mount the container\'s root filesystem as read only'),
	flag('restart', 'string', 'Restart policy to apply when a container exits', {default: 'no'}),
	flag('rm', 'bool', 'Automatically remove the container and its associated anonymous volumes when it exits'),
	flag('runtime', 'string', 'Runtime to use for this container'),
	flag('security-opt', 'list', 'Security Options'),
	flag('shm-size', 'bytes', 'Size of /dev/shm'),
	flag('sig-proxy', 'bool', 'Proxy received signals to the process', {default: 'true'}),
	flag('stop-signal', 'string', 'Signal to stop the container'),
	flag('stop-timeout', 'int', 'Timeout (in seconds) to stop a container'),
	flag('storage-opt', 'list', 'Storage driver options for the container'),
	flag('sysctl', 'map', 'Sysctl options', {default: 'map[]'}),
	flag('tmpfs', 'list', 'Mount a tmpfs directory'),
	flag('tty', 'bool', 'Allocate a pseudo-TTY', {short: 't'}),
	flag('ulimit', 'ulimit', 'Ulimit options', {default: '[]', check: checkUlimit}),
	flag('use-api-socket', 'bool', 'Bind mount Docker API socket and required auth', {isMissing: true}),
	flag('user', 'string', 'Username or UID (format: <name|uid>[:<group|gid>])', {short: 'u'}),
	flag('userns', 'string', 'User namespace to use'),
	flag('uts', 'string', 'UTS namespace to use'),
	flag('volume', 'list', 'Bind mount a volume', {short: 'v'}),
	flag('volume-driver', 'string', 'Optional volume driver for the container'),
	flag('volumes-from', 'list', 'Mount volumes from the specified container(s)'),
	flag('workdir', 'string', 'Working directory inside the container', {short: 'w'}),
];

export const execFlags: readonly FlagSpec[] = [
	flag('detach', 'bool', 'Detached mode: run command in the background', {short: 'd'}),
	flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
	flag('env', 'list', 'Set environment variables', {short: 'e', check: checkEnv}),
	flag('env-file', 'list', 'Read in a file of environment variables'),
	flag('interactive', 'bool', 'Keep STDIN open even if not attached', {short: 'i'}),
	flag('privileged', 'bool', 'Give extended privileges to the command'),
	flag('tty', 'bool', 'Allocate a pseudo-TTY', {short: 't'}),
	flag('user', 'string', 'Username or UID (format: "<name|uid>[:<group|gid>]")', {short: 'u'}),
	flag('workdir', 'string', 'Working directory inside the container', {short: 'w'}),
];

export const psFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Show all containers (default shows just running)', {short: 'a'}),
	flag('filter', 'filter', 'Filter output based on conditions provided', {short: 'f'}),
	flag('format', 'string', formatHelp),
	flag('last', 'int', 'Show n last created containers (includes all states)', {short: 'n', default: '-1'}),
	flag('latest', 'bool', 'Show the latest created container (includes all states)', {short: 'l'}),
	flag('no-trunc', 'bool', 'Don\'t truncate output'),
	flag('quiet', 'bool', 'Only display container IDs', {short: 'q'}),
	flag('size', 'bool', 'Display total file sizes', {short: 's'}),
];

export const loginFlags: readonly FlagSpec[] = [
	flag('password', 'string', 'Password or Personal Access Token (PAT)', {short: 'p'}),
	flag('password-stdin', 'bool', 'Take the Password or Personal Access Token (PAT) from stdin'),
	flag('username', 'string', 'Username', {short: 'u'}),
];

export const searchFlags: readonly FlagSpec[] = [
	flag('filter', 'filter', 'Filter output based on conditions provided', {short: 'f'}),
	flag('format', 'string', 'Pretty-print search using a Go template'),
	flag('limit', 'int', 'Max number of search results'),
	flag('no-trunc', 'bool', 'Don\'t truncate output'),
];

export const pullFlags: readonly FlagSpec[] = [
	flag('all-tags', 'bool', 'Download all tagged images in the repository', {short: 'a', isMissing: true}),
	flag('disable-content-trust', 'bool', 'Skip image verification', {default: 'true', isMissing: true}),
	flag('platform', 'string', 'Set platform if server is multi-platform capable'),
	flag('quiet', 'bool', 'Suppress verbose output', {short: 'q'}),
];

export const pushFlags: readonly FlagSpec[] = [
	flag('all-tags', 'bool', 'Push all tags of an image to the repository', {short: 'a'}),
	flag('disable-content-trust', 'bool', 'Skip image signing', {default: 'true', isMissing: true}),
	flag('platform', 'string', 'Push a platform-specific manifest as a single-platform image to the registry.\nImage index won\'t be pushed, meaning that other manifests, including attestations won\'t be preserved.\n\'os[/arch[/variant]]\': Explicit platform (eg. linux/amd64)', {isMissing: true}),
	flag('quiet', 'bool', 'Suppress verbose output', {short: 'q'}),
];

export const imagesFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Show all images (default hides intermediate images)', {short: 'a'}),
	flag('digests', 'bool', 'Show digests'),
	flag('filter', 'filter', 'Filter output based on conditions provided', {short: 'f'}),
	flag('format', 'string', formatHelp),
	flag('no-trunc', 'bool', 'Don\'t truncate output'),
	flag('quiet', 'bool', 'Only show image IDs', {short: 'q'}),
	flag('tree', 'bool', 'List multi-platform images as a tree (EXPERIMENTAL)', {isMissing: true}),
];

export const versionFlags: readonly FlagSpec[] = [
	flag('format', 'string', inspectFormatHelp, {short: 'f'}),
];

export const infoFlags: readonly FlagSpec[] = [
	flag('format', 'string', inspectFormatHelp, {short: 'f'}),
];

export const attachFlags: readonly FlagSpec[] = [
	flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
	flag('no-stdin', 'bool', 'Do not attach STDIN'),
	flag('sig-proxy', 'bool', 'Proxy all received signals to the process', {default: 'true'}),
];

export const commitFlags: readonly FlagSpec[] = [
	flag('author', 'string', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', {short: 'a'}),
	flag('change', 'list', 'Apply Dockerfile instruction to the created image', {short: 'c'}),
	flag('message', 'string', 'Commit message', {short: 'm'}),
	flag('pause', 'bool', 'Pause container during commit', {short: 'p', default: 'true'}),
];

export const cpFlags: readonly FlagSpec[] = [
	flag('archive', 'bool', 'Archive mode (copy all uid/gid information)', {short: 'a'}),
	flag('follow-link', 'bool', 'Always follow symbol link in SRC_PATH', {short: 'L'}),
	flag('quiet', 'bool', 'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached', {short: 'q'}),
];

export const eventsFlags: readonly FlagSpec[] = [
	flag('filter', 'filter', 'Filter output based on conditions provided', {short: 'f'}),
	flag('format', 'string', inspectFormatHelp),
	flag('since', 'string', 'Show all events created since timestamp'),
	flag('until', 'string', 'Stream events until this timestamp'),
];

export const exportFlags: readonly FlagSpec[] = [
	flag('output', 'string', 'Write to a file, instead of STDOUT', {short: 'o'}),
];

export const historyFlags: readonly FlagSpec[] = [
	flag('format', 'string', formatHelp),
	flag('human', 'bool', 'Print sizes and dates in human readable format', {short: 'H', default: 'true'}),
	flag('no-trunc', 'bool', 'Don\'t truncate output'),
	flag('platform', 'string', 'Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")', {isMissing: true}),
	flag('quiet', 'bool', 'Only show image IDs', {short: 'q'}),
];

export const importFlags: readonly FlagSpec[] = [
	flag('change', 'list', 'Apply Dockerfile instruction to the created image', {short: 'c'}),
	flag('message', 'string', 'Set commit message for imported image', {short: 'm'}),
	flag('platform', 'string', 'Set platform if server is multi-platform capable', {isMissing: true}),
];

export const inspectFlags: readonly FlagSpec[] = [
	flag('format', 'string', inspectFormatHelp, {short: 'f'}),
	flag('size', 'bool', 'Display total file sizes if the type is container', {short: 's'}),
	flag('type', 'string', 'Only inspect objects of the given type'),
];

export const killFlags: readonly FlagSpec[] = [
	flag('signal', 'string', 'Signal to send to the container', {short: 's'}),
];

export const loadFlags: readonly FlagSpec[] = [
	flag('input', 'string', 'Read from tar archive file, instead of STDIN', {short: 'i'}),
	flag('platform', 'string', 'Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")', {isMissing: true}),
	flag('quiet', 'bool', 'Suppress the load output', {short: 'q'}),
];

export const logsFlags: readonly FlagSpec[] = [
	flag('details', 'bool', 'Show extra details provided to logs'),
	flag('follow', 'bool', 'Follow log output', {short: 'f'}),
	flag('since', 'string', 'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
	flag('tail', 'string', 'Number of lines to show from the end of the logs', {short: 'n', default: 'all'}),
	flag('timestamps', 'bool', 'Show timestamps', {short: 't'}),
	flag('until', 'string', 'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
];

export const restartFlags: readonly FlagSpec[] = [
	flag('time', 'int', 'Seconds to wait before killing the container', {...hidden, aliasOf: 'timeout'}),
	flag('signal', 'string', 'Signal to send to the container', {short: 's'}),
	flag('timeout', 'int', 'Seconds to wait before killing the container', {short: 't'}),
];

export const rmFlags: readonly FlagSpec[] = [
	flag('force', 'bool', 'Force the removal of a running container (uses SIGKILL)', {short: 'f'}),
	flag('link', 'bool', 'Remove the specified link', {short: 'l'}),
	flag('volumes', 'bool', 'Remove anonymous volumes associated with the container', {short: 'v'}),
];

export const rmiFlags: readonly FlagSpec[] = [
	flag('force', 'bool', 'Force removal of the image', {short: 'f'}),
	flag('no-prune', 'bool', 'Do not delete untagged parents'),
	flag('platform', 'strings', 'Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")', {isMissing: true}),
];

export const saveFlags: readonly FlagSpec[] = [
	flag('output', 'string', 'Write to a file, instead of STDOUT', {short: 'o'}),
	flag('platform', 'string', 'Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")', {isMissing: true}),
];

export const startFlags: readonly FlagSpec[] = [
	flag('attach', 'bool', 'Attach STDOUT/STDERR and forward signals', {short: 'a'}),
	flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
	flag('interactive', 'bool', 'Attach container\'s STDIN', {short: 'i'}),
];

export const statsFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Show all containers (default shows just running)', {short: 'a'}),
	flag('format', 'string', formatHelp),
	flag('no-stream', 'bool', 'Disable streaming stats and only pull the first result'),
	flag('no-trunc', 'bool', 'Do not truncate output'),
];

export const stopFlags: readonly FlagSpec[] = [
	flag('time', 'int', 'Seconds to wait before killing the container', {...hidden, aliasOf: 'timeout'}),
	flag('signal', 'string', 'Signal to send to the container', {short: 's'}),
	flag('timeout', 'int', 'Seconds to wait before killing the container', {short: 't'}),
];

export const updateFlags: readonly FlagSpec[] = [
	flag('blkio-weight', 'uint16', 'Block IO (relative weight), between 10 and 1000, or 0 to disable', {default: '0'}),
	flag('cpu-period', 'int', 'Limit CPU CFS (Completely Fair Scheduler) period'),
	flag('cpu-quota', 'int', 'Limit CPU CFS (Completely Fair Scheduler) quota'),
	flag('cpu-rt-period', 'int', 'Limit the CPU real-time period in microseconds'),
	flag('cpu-rt-runtime', 'int', 'Limit the CPU real-time runtime in microseconds'),
	flag('cpu-shares', 'int', 'CPU shares (relative weight)', {short: 'c'}),
	flag('cpus', 'decimal', 'Number of CPUs'),
	flag('cpuset-cpus', 'string', 'CPUs in which to allow execution (0-3, 0,1)'),
	flag('cpuset-mems', 'string', 'MEMs in which to allow execution (0-3, 0,1)'),
	flag('memory', 'bytes', 'Memory limit', {short: 'm'}),
	flag('memory-reservation', 'bytes', 'Memory soft limit'),
	flag('memory-swap', 'bytes', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap'),
	flag('pids-limit', 'int', 'Tune container pids limit (set -1 for unlimited)'),
	flag('restart', 'string', 'Restart policy to apply when a container exits'),
];

export const buildFlags: readonly FlagSpec[] = [
	flag('add-host', 'strings', 'Add a custom host-to-IP mapping (format: "host:ip")'),
	flag('allow', 'stringArray', 'Allow extra privileged entitlement (e.g., "network.host", "security.insecure", "device")', {isMissing: true}),
	flag('annotation', 'stringArray', 'Add annotation to the image', {isMissing: true}),
	flag('attest', 'stringArray', 'Attestation parameters (format: "type=sbom,generator=image")', {isMissing: true}),
	flag('build-arg', 'stringArray', 'Set build-time variables'),
	flag('build-context', 'stringArray', 'Additional build contexts (e.g., name=path)', {isMissing: true}),
	flag('builder', 'string', 'Override the configured builder instance', {default: 'default'}),
	flag('cache-from', 'stringArray', 'External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")', {isMissing: true}),
	flag('cache-to', 'stringArray', 'Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir")', {isMissing: true}),
	flag('call', 'string', 'Set method for evaluating build ("check", "outline", "targets")', {default: 'build', isMissing: true}),
	flag('cgroup-parent', 'string', 'Set the parent cgroup for the "RUN" instructions during build'),
	flag('check', 'bool', 'Shorthand for "--call=check"'),
	flag('debug', 'bool', 'Enable debug logging', {short: 'D', isMissing: true}),
	flag('file', 'string', 'Name of the Dockerfile (default: "PATH/Dockerfile")', {short: 'f'}),
	flag('iidfile', 'string', 'Write the image ID to a file'),
	flag('label', 'stringArray', 'Set metadata for an image'),
	flag('load', 'bool', 'Shorthand for "--output=type=docker"'),
	flag('metadata-file', 'string', 'Write build result metadata to a file', {isMissing: true}),
	flag('network', 'string', 'Set the networking mode for the "RUN" instructions during build', {default: 'default'}),
	flag('no-cache', 'bool', 'Do not use cache when building the image'),
	flag('no-cache-filter', 'stringArray', 'Do not cache specified stages'),
	flag('output', 'stringArray', 'Output destination (format: "type=local,dest=path")', {short: 'o'}),
	flag('platform', 'stringArray', 'Set target platform for build'),
	flag('progress', 'string', 'Set type of progress output ("auto", "none",  "plain", "quiet", "rawjson", "tty"). Use plain to show container output', {default: 'auto'}),
	flag('provenance', 'string', 'Shorthand for "--attest=type=provenance"', {isMissing: true}),
	flag('pull', 'bool', 'Always attempt to pull all referenced images'),
	flag('push', 'bool', 'Shorthand for "--output=type=registry"', {isMissing: true}),
	flag('quiet', 'bool', 'Suppress the build output and print image ID on success', {short: 'q'}),
	flag('sbom', 'string', 'Shorthand for "--attest=type=sbom"', {isMissing: true}),
	flag('secret', 'stringArray', 'Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")', {isMissing: true}),
	flag('shm-size', 'bytes', 'Shared memory size for build containers'),
	flag('ssh', 'stringArray', 'SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")', {isMissing: true}),
	flag('tag', 'stringArray', 'Name and optionally a tag (format: "name:tag")', {short: 't', check: checkReference}),
	flag('target', 'string', 'Set the target build stage to build'),
	flag('ulimit', 'ulimit', 'Ulimit options', {default: '[]'}),
];

export const classicBuildFlags: readonly FlagSpec[] = [
	flag('add-host', 'list', 'Add a custom host-to-IP mapping ("host:ip")'),
	flag('build-arg', 'list', 'Set build-time variables'),
	flag('cache-from', 'strings', 'Images to consider as cache sources', {isMissing: true}),
	flag('cgroup-parent', 'string', 'Set the parent cgroup for the "RUN" instructions during build'),
	flag('compress', 'bool', 'Compress the build context using gzip'),
	flag('cpu-period', 'int', 'Limit the CPU CFS (Completely Fair Scheduler) period'),
	flag('cpu-quota', 'int', 'Limit the CPU CFS (Completely Fair Scheduler) quota'),
	flag('cpu-shares', 'int', 'CPU shares (relative weight)', {short: 'c'}),
	flag('cpuset-cpus', 'string', 'CPUs in which to allow execution (0-3, 0,1)'),
	flag('cpuset-mems', 'string', 'MEMs in which to allow execution (0-3, 0,1)'),
	flag('disable-content-trust', 'bool', 'Skip image verification', {default: 'true', isMissing: true}),
	flag('file', 'string', 'Name of the Dockerfile (Default is "PATH/Dockerfile")', {short: 'f'}),
	flag('force-rm', 'bool', 'Always remove intermediate containers'),
	flag('iidfile', 'string', 'Write the image ID to the file'),
	flag('isolation', 'string', 'Container isolation technology', {isMissing: true}),
	flag('label', 'list', 'Set metadata for an image'),
	flag('memory', 'bytes', 'Memory limit', {short: 'm'}),
	flag('memory-swap', 'bytes', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap'),
	flag('network', 'string', 'Set the networking mode for the RUN instructions during build', {default: 'default'}),
	flag('no-cache', 'bool', 'Do not use cache when building the image'),
	flag('platform', 'string', 'Set platform if server is multi-platform capable'),
	flag('pull', 'bool', 'Always attempt to pull a newer version of the image'),
	flag('quiet', 'bool', 'Suppress the build output and print image ID on success', {short: 'q'}),
	flag('rm', 'bool', 'Remove intermediate containers after a successful build', {default: 'true'}),
	flag('security-opt', 'strings', 'Security options', {isMissing: true}),
	flag('shm-size', 'bytes', 'Size of "/dev/shm"'),
	flag('squash', 'bool', 'Squash newly built layers into a single new layer', hidden),
	flag('tag', 'list', 'Name and optionally a tag in the "name:tag" format', {short: 't', check: checkReference}),
	flag('target', 'string', 'Set the target build stage to build.'),
	flag('ulimit', 'ulimit', 'Ulimit options', {default: '[]'}),
];

export const containerInspectFlags: readonly FlagSpec[] = [
	flag('format', 'string', inspectFormatHelp, {short: 'f'}),
	flag('size', 'bool', 'Display total file sizes', {short: 's'}),
];

export const containerPruneFlags: readonly FlagSpec[] = [
	flag('filter', 'filter', 'Provide filter values (e.g. "until=<timestamp>")'),
	flag('force', 'bool', 'Do not prompt for confirmation', {short: 'f'}),
];

export const imageInspectFlags: readonly FlagSpec[] = [
	flag('format', 'string', inspectFormatHelp, {short: 'f'}),
	flag('platform', 'string', 'Inspect a specific platform of the multi-platform image.\nIf the image or the server is not multi-platform capable, the command will error out if the platform does not match.\n\'os[/arch[/variant]]\': Explicit platform (eg. linux/amd64)', {isMissing: true}),
];

export const imagePruneFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Remove all unused images, not just dangling ones', {short: 'a'}),
	flag('filter', 'filter', 'Provide filter values (e.g. "until=<timestamp>")'),
	flag('force', 'bool', 'Do not prompt for confirmation', {short: 'f'}),
];

export const networkConnectFlags: readonly FlagSpec[] = [
	flag('alias', 'strings', 'Add network-scoped alias for the container'),
	flag('driver-opt', 'strings', 'driver options for the network', {isMissing: true}),
	flag('gw-priority', 'int', 'Highest gw-priority provides the default gateway. Accepts positive and negative values.', {isMissing: true}),
	flag('ip', 'string', 'IPv4 address (e.g., "172.30.100.104")'),
	flag('ip6', 'string', 'IPv6 address (e.g., "2001:db8::33")', {isMissing: true}),
	flag('link', 'list', 'Add link to another container'),
	flag('link-local-ip', 'strings', 'Add a link-local address for the container', {isMissing: true}),
];

export const networkCreateFlags: readonly FlagSpec[] = [
	flag('attachable', 'bool', 'Enable manual container attachment'),
	flag('aux-address', 'map', 'Auxiliary IPv4 or IPv6 addresses used by Network driver', {default: 'map[]'}),
	flag('config-from', 'string', 'The network from which to copy the configuration', {isMissing: true}),
	flag('config-only', 'bool', 'Create a configuration only network', {isMissing: true}),
	flag('driver', 'string', 'Driver to manage the Network', {short: 'd', default: 'bridge'}),
	flag('gateway', 'strings', 'IPv4 or IPv6 Gateway for the master subnet'),
	flag('ingress', 'bool', 'Create swarm routing-mesh network', {isMissing: true}),
	flag('internal', 'bool', 'Restrict external access to the network'),
	flag('ip-range', 'strings', 'Allocate container ip from a sub-range'),
	flag('ipam-driver', 'string', 'IP Address Management Driver', {default: 'default'}),
	flag('ipam-opt', 'map', 'Set IPAM driver specific options', {default: 'map[]', isMissing: true}),
	flag('ipv4', 'bool', 'Enable or disable IPv4 address assignment', {default: 'true'}),
	flag('ipv6', 'bool', 'Enable or disable IPv6 address assignment'),
	flag('label', 'list', 'Set metadata on a network'),
	flag('opt', 'map', 'Set driver specific options', {short: 'o', default: 'map[]'}),
	flag('scope', 'string', 'Control the network\'s scope', {isMissing: true}),
	flag('subnet', 'strings', 'Subnet in CIDR format that represents a network segment'),
];

export const networkDisconnectFlags: readonly FlagSpec[] = [
	flag('force', 'bool', 'Force the container to disconnect from a network', {short: 'f'}),
];

export const networkInspectFlags: readonly FlagSpec[] = [
	flag('format', 'string', inspectFormatHelp, {short: 'f'}),
	flag('verbose', 'bool', 'Verbose output for diagnostics', {short: 'v'}),
];

export const networkLsFlags: readonly FlagSpec[] = [
	flag('filter', 'filter', 'Provide filter values (e.g. "driver=bridge")', {short: 'f'}),
	flag('format', 'string', formatHelp),
	flag('no-trunc', 'bool', 'Do not truncate the output'),
	flag('quiet', 'bool', 'Only display network IDs', {short: 'q'}),
];

export const networkPruneFlags: readonly FlagSpec[] = [
	flag('filter', 'filter', 'Provide filter values (e.g. "until=<timestamp>")'),
	flag('force', 'bool', 'Do not prompt for confirmation', {short: 'f'}),
];

export const networkRmFlags: readonly FlagSpec[] = [
	flag('force', 'bool', 'Do not error if the network does not exist', {short: 'f'}),
];

export const systemDfFlags: readonly FlagSpec[] = [
	flag('format', 'string', formatHelp),
	flag('verbose', 'bool', 'Show detailed information on space usage', {short: 'v'}),
];

export const systemPruneFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Remove all unused images not just dangling ones', {short: 'a'}),
	flag('filter', 'filter', 'Provide filter values (e.g. "label=<key>=<value>")'),
	flag('force', 'bool', 'Do not prompt for confirmation', {short: 'f'}),
	flag('volumes', 'bool', 'Prune anonymous volumes'),
];

export const volumeCreateFlags: readonly FlagSpec[] = [
	flag('name', 'string', 'Specify volume name', {isHidden: true}),
	flag('driver', 'string', 'Specify volume driver name', {short: 'd', default: 'local'}),
	flag('label', 'list', 'Set metadata for a volume'),
	flag('opt', 'map', 'Set driver specific options', {short: 'o', default: 'map[]'}),
];

export const volumeUpdateFlags: readonly FlagSpec[] = [
	flag('availability', 'string', 'Cluster Volume availability ("active", "pause", "drain")', {default: 'active'}),
];

export const volumeInspectFlags: readonly FlagSpec[] = [
	flag('format', 'string', inspectFormatHelp, {short: 'f'}),
];

export const volumeLsFlags: readonly FlagSpec[] = [
	flag('filter', 'filter', 'Provide filter values (e.g. "dangling=true")', {short: 'f'}),
	flag('format', 'string', formatHelp),
	flag('quiet', 'bool', 'Only display volume names', {short: 'q'}),
];

export const volumePruneFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Remove all unused volumes, not just anonymous ones', {short: 'a'}),
	flag('filter', 'filter', 'Provide filter values (e.g. "label=<label>")'),
	flag('force', 'bool', 'Do not prompt for confirmation', {short: 'f'}),
];

export const volumeRmFlags: readonly FlagSpec[] = [
	flag('force', 'bool', 'Force the removal of one or more volumes', {short: 'f'}),
];

export const contextLsFlags: readonly FlagSpec[] = [
	flag('format', 'string', formatHelp),
	flag('quiet', 'bool', 'Only show context names', {short: 'q'}),
];

export const builderPruneFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Include internal/frontend images', {short: 'a'}),
	flag('builder', 'string', 'Override the configured builder instance', {default: 'default', isMissing: true}),
	flag('debug', 'bool', 'Enable debug logging', {short: 'D', isMissing: true}),
	flag('filter', 'filter', 'Provide filter values'),
	flag('force', 'bool', 'Do not prompt for confirmation', {short: 'f'}),
	flag('max-used-space', 'bytes', 'Maximum amount of disk space allowed to keep for cache', {isMissing: true}),
	flag('min-free-space', 'bytes', 'Target amount of free disk space after pruning', {isMissing: true}),
	flag('reserved-space', 'bytes', 'Amount of disk space always allowed to keep for cache', {isMissing: true}),
	flag('verbose', 'bool', 'Provide a more verbose output', {isMissing: true}),
];

const builderFlag = flag('builder', 'string', 'Override the configured builder instance', {default: 'default', isMissing: true});

export const buildxFlags: readonly FlagSpec[] = [flag('debug', 'bool', 'Enable debug logging', {short: 'D', isMissing: true})];

export const duFlags: readonly FlagSpec[] = [
	builderFlag, ...buildxFlags,
	flag('filter', 'filter', 'Provide filter values', {isMissing: true}),
	flag('format', 'string', 'Format the output', {isMissing: true}),
	flag('verbose', 'bool', 'Shorthand for "--format=pretty"', {isMissing: true}),
];

export const lsBuilderFlags: readonly FlagSpec[] = [
	...buildxFlags,
	flag('format', 'string', 'Format the output (default "table")', {isMissing: true}),
	flag('no-trunc', 'bool', 'Don\'t truncate output', {isMissing: true}),
];

export const inspectBuilderFlags: readonly FlagSpec[] = [
	flag('bootstrap', 'bool', 'Ensure builder has booted before inspecting'),
	flag('builder', 'string', 'Override the configured builder instance', {default: 'default'}),
	...buildxFlags,
];

const onlyRun = new Set(['detach', 'detach-keys', 'sig-proxy']);

export const createFlags: readonly FlagSpec[] = runFlags
	.filter(({name}) => !onlyRun.has(name))
	.map(spec => spec.name === 'pull' ? {...spec, usage: 'Pull image before creating ("always", "|missing", "never")'} : spec);
