// The flags of every modelled compose command, in the words of compose 2.40.3. `isMissing` marks those that compose has and virtlab
// refuses.

import {flag, type FlagSpec} from '../../docker/command/flag.js';

const formatHelp = `Format output using a custom template:
'table':            Print output in table format with column headers (default)
'table TEMPLATE':   Print output in table format using the given Go template
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`;

const statsFormatHelp = formatHelp.replace('https://docs.docker.com/go/formatting/', 'https://docs.docker.com/engine/cli/formatting/');

const dryRun = flag('dry-run', 'bool', 'Execute command in dry run mode', {isMissing: true});

export const rootFlags: readonly FlagSpec[] = [
	flag('all-resources', 'bool', 'Include all resources, even those not used by services'),
	flag('ansi', 'string', 'Control when to print ANSI control characters ("never"|"always"|"auto")', {default: 'auto'}),
	flag('compatibility', 'bool', 'Run compose in backward compatibility mode', {isMissing: true}),
	flag('dry-run', 'bool', 'Execute command in dry run mode', {isMissing: true}),
	flag('env-file', 'stringArray', 'Specify an alternate environment file'),
	flag('file', 'stringArray', 'Compose configuration files', {short: 'f'}),
	flag('parallel', 'int', 'Control max parallelism, -1 for unlimited', {default: '-1', isMissing: true}),
	flag('profile', 'stringArray', 'Specify a profile to enable'),
	flag('progress', 'string', 'Set type of progress output (auto, tty, plain, json, quiet)'),
	flag('project-directory', 'string', 'Specify an alternate working directory\n(default: the path of the, first specified, Compose file)'),
	flag('project-name', 'string', 'Project name', {short: 'p'}),
	flag('no-ansi', 'bool', 'Do not print ANSI control characters (DEPRECATED)', {isHidden: true}),
	flag('verbose', 'bool', 'Show more output', {isHidden: true}),
	flag('version', 'bool', 'Show the Docker Compose version information', {short: 'v', isHidden: true}),
];

export const attachFlags: readonly FlagSpec[] = [
	flag('detach-keys', 'string', 'Override the key sequence for detaching from a container.'),
	dryRun,
	flag('index', 'int', 'index of the container if service has multiple replicas.'),
	flag('no-stdin', 'bool', 'Do not attach STDIN'),
	flag('sig-proxy', 'bool', 'Proxy all received signals to the process', {default: 'true'}),
];

export const buildFlags: readonly FlagSpec[] = [
	flag('build-arg', 'stringArray', 'Set build-time variables for services'),
	flag('builder', 'string', 'Set builder to use', {isMissing: true}),
	flag('check', 'bool', 'Check build configuration', {isMissing: true}),
	dryRun,
	flag('memory', 'bytes', 'Set memory limit for the build container. Not supported by BuildKit.', {short: 'm', isMissing: true}),
	flag('no-cache', 'bool', 'Do not use cache when building the image'),
	flag('print', 'bool', 'Print equivalent bake file'),
	flag('provenance', 'string', 'Add a provenance attestation', {isMissing: true}),
	flag('pull', 'bool', 'Always attempt to pull a newer version of the image'),
	flag('push', 'bool', 'Push service images', {isMissing: true}),
	flag('quiet', 'bool', 'Suppress the build output', {short: 'q'}),
	flag('sbom', 'string', 'Add a SBOM attestation', {isMissing: true}),
	flag('ssh', 'string', 'Set SSH authentications used when building service images. (use \'default\' for using your default SSH Agent)', {isMissing: true}),
	flag('with-dependencies', 'bool', 'Also build dependencies (transitively)'),
	flag('force-rm', 'bool', 'Always remove intermediate containers. DEPRECATED', {isHidden: true}),
];

export const commitFlags: readonly FlagSpec[] = [
	flag('author', 'string', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', {short: 'a'}),
	flag('change', 'list', 'Apply Dockerfile instruction to the created image', {short: 'c'}),
	dryRun,
	flag('index', 'int', 'index of the container if service has multiple replicas.'),
	flag('message', 'string', 'Commit message', {short: 'm'}),
	flag('pause', 'bool', 'Pause container during commit', {short: 'p', default: 'true'}),
];

export const configFlags: readonly FlagSpec[] = [
	dryRun,
	flag('environment', 'bool', 'Print environment used for interpolation.'),
	flag('format', 'string', 'Format the output. Values: [yaml | json]'),
	flag('hash', 'string', 'Print the service config hash, one per line.'),
	flag('images', 'bool', 'Print the image names, one per line.'),
	flag('lock-image-digests', 'bool', 'Produces an override file with image digests', {isMissing: true}),
	flag('models', 'bool', 'Print the model names, one per line.', {isMissing: true}),
	flag('networks', 'bool', 'Print the network names, one per line.'),
	flag('no-consistency', 'bool', 'Don\'t check model consistency - warning: may produce invalid Compose output'),
	flag('no-env-resolution', 'bool', 'Don\'t resolve service env files'),
	flag('no-interpolate', 'bool', 'Don\'t interpolate environment variables'),
	flag('no-normalize', 'bool', 'Don\'t normalize compose model', {isMissing: true}),
	flag('no-path-resolution', 'bool', 'Don\'t resolve file paths'),
	flag('output', 'string', 'Save to file (default to stdout)', {short: 'o'}),
	flag('profiles', 'bool', 'Print the profile names, one per line.'),
	flag('quiet', 'bool', 'Only validate the configuration, don\'t print anything', {short: 'q'}),
	flag('resolve-image-digests', 'bool', 'Pin image tags to digests', {isMissing: true}),
	flag('services', 'bool', 'Print the service names, one per line.'),
	flag('variables', 'bool', 'Print model variables and default values.', {isMissing: true}),
	flag('volumes', 'bool', 'Print the volume names, one per line.'),
];

export const cpFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Include containers created by the run command'),
	flag('archive', 'bool', 'Archive mode (copy all uid/gid information)', {short: 'a'}),
	dryRun,
	flag('follow-link', 'bool', 'Always follow symbol link in SRC_PATH', {short: 'L'}),
	flag('index', 'int', 'Index of the container if service has multiple replicas'),
];

export const createFlags: readonly FlagSpec[] = [
	flag('build', 'bool', 'Build images before starting containers'),
	dryRun,
	flag('force-recreate', 'bool', 'Recreate containers even if their configuration and image haven\'t changed'),
	flag('no-build', 'bool', 'Don\'t build an image, even if it\'s policy'),
	flag('no-recreate', 'bool', 'If containers already exist, don\'t recreate them. Incompatible with --force-recreate.'),
	flag('pull', 'string', 'Pull image before running ("always"|"missing"|"never"|"build")', {default: 'policy'}),
	flag('quiet-pull', 'bool', 'Pull without printing progress information'),
	flag('remove-orphans', 'bool', 'Remove containers for services not defined in the Compose file'),
	flag('scale', 'scale', 'Scale SERVICE to NUM instances. Overrides the scale setting in the Compose file if present.'),
	flag('yes', 'bool', 'Assume "yes" as answer to all prompts and run non-interactively', {short: 'y'}),
];

export const downFlags: readonly FlagSpec[] = [
	dryRun,
	flag('remove-orphans', 'bool', 'Remove containers for services not defined in the Compose file'),
	flag('rmi', 'string', 'Remove images used by services. "local" remove only images that don\'t have a custom tag ("local"|"all")'),
	flag('timeout', 'int', 'Specify a shutdown timeout in seconds', {short: 't'}),
	flag('volumes', 'bool', 'Remove named volumes declared in the "volumes" section of the Compose file and anonymous volumes attached to containers', {short: 'v'}),
];

export const eventsFlags: readonly FlagSpec[] = [
	dryRun,
	flag('json', 'bool', 'Output events as a stream of json objects'),
	flag('since', 'string', 'Show all events created since timestamp'),
	flag('until', 'string', 'Stream events until this timestamp'),
];

export const execFlags: readonly FlagSpec[] = [
	flag('detach', 'bool', 'Detached mode: Run command in the background', {short: 'd'}),
	dryRun,
	flag('env', 'stringArray', 'Set environment variables', {short: 'e'}),
	flag('index', 'int', 'Index of the container if service has multiple replicas'),
	flag('no-tty', 'bool', 'Disable pseudo-TTY allocation. By default \'docker compose exec\' allocates a TTY.', {short: 'T', default: 'true'}),
	flag('privileged', 'bool', 'Give extended privileges to the process'),
	flag('user', 'string', 'Run the command as this user', {short: 'u'}),
	flag('workdir', 'string', 'Path to workdir directory for this command', {short: 'w'}),
	flag('interactive', 'bool', 'Keep STDIN open even if not attached.', {short: 'i', default: 'true', isHidden: true}),
	flag('tty', 'bool', 'Allocate a pseudo-TTY.', {short: 't', default: 'true', isHidden: true}),
];

export const exportFlags: readonly FlagSpec[] = [
	dryRun,
	flag('index', 'int', 'index of the container if service has multiple replicas.'),
	flag('output', 'string', 'Write to a file, instead of STDOUT', {short: 'o'}),
];

export const imagesFlags: readonly FlagSpec[] = [
	dryRun,
	flag('format', 'string', 'Format the output. Values: [table | json]', {default: 'table'}),
	flag('quiet', 'bool', 'Only display IDs', {short: 'q'}),
];

export const killFlags: readonly FlagSpec[] = [
	dryRun,
	flag('remove-orphans', 'bool', 'Remove containers for services not defined in the Compose file', {isMissing: true}),
	flag('signal', 'string', 'SIGNAL to send to the container', {short: 's', default: 'SIGKILL'}),
];

export const logsFlags: readonly FlagSpec[] = [
	dryRun,
	flag('follow', 'bool', 'Follow log output', {short: 'f'}),
	flag('index', 'int', 'index of the container if service has multiple replicas'),
	flag('no-color', 'bool', 'Produce monochrome output'),
	flag('no-log-prefix', 'bool', 'Don\'t print prefix in logs'),
	flag('since', 'string', 'Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)'),
	flag('tail', 'string', 'Number of lines to show from the end of the logs for each container', {short: 'n', default: 'all'}),
	flag('timestamps', 'bool', 'Show timestamps', {short: 't'}),
	flag('until', 'string', 'Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)'),
];

export const lsFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Show all stopped Compose projects', {short: 'a'}),
	dryRun,
	flag('filter', 'filter', 'Filter output based on conditions provided'),
	flag('format', 'string', 'Format the output. Values: [table | json]', {default: 'table'}),
	flag('quiet', 'bool', 'Only display project names', {short: 'q'}),
];

export const pauseFlags: readonly FlagSpec[] = [
	dryRun,
];

export const portFlags: readonly FlagSpec[] = [
	dryRun,
	flag('index', 'int', 'Index of the container if service has multiple replicas'),
	flag('protocol', 'string', 'tcp or udp', {default: 'tcp'}),
];

export const psFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Show all stopped containers (including those created by the run command)', {short: 'a'}),
	dryRun,
	flag('filter', 'string', 'Filter services by a property (supported filters: status)'),
	flag('format', 'string', formatHelp, {default: 'table'}),
	flag('no-trunc', 'bool', 'Don\'t truncate output'),
	flag('orphans', 'bool', 'Include orphaned services (not declared by project)', {default: 'true'}),
	flag('quiet', 'bool', 'Only display IDs', {short: 'q'}),
	flag('services', 'bool', 'Display services'),
	flag('status', 'stringArray', 'Filter services by status. Values: [paused | restarting | removing | running | dead | created | exited]'),
];

export const pullFlags: readonly FlagSpec[] = [
	dryRun,
	flag('ignore-buildable', 'bool', 'Ignore images that can be built'),
	flag('ignore-pull-failures', 'bool', 'Pull what it can and ignores images with pull failures'),
	flag('include-deps', 'bool', 'Also pull services declared as dependencies'),
	flag('policy', 'string', 'Apply pull policy ("missing"|"always")'),
	flag('quiet', 'bool', 'Pull without printing progress information', {short: 'q'}),
];

export const pushFlags: readonly FlagSpec[] = [
	dryRun,
	flag('ignore-push-failures', 'bool', 'Push what it can and ignores images with push failures'),
	flag('include-deps', 'bool', 'Also push images of services declared as dependencies'),
	flag('quiet', 'bool', 'Push without printing progress information', {short: 'q'}),
];

export const restartFlags: readonly FlagSpec[] = [
	dryRun,
	flag('no-deps', 'bool', 'Don\'t restart dependent services'),
	flag('timeout', 'int', 'Specify a shutdown timeout in seconds', {short: 't'}),
];

export const rmFlags: readonly FlagSpec[] = [
	dryRun,
	flag('force', 'bool', 'Don\'t ask to confirm removal', {short: 'f'}),
	flag('stop', 'bool', 'Stop the containers, if required, before removing', {short: 's'}),
	flag('volumes', 'bool', 'Remove any anonymous volumes attached to containers', {short: 'v'}),
	flag('all', 'bool', 'Deprecated - no effect', {short: 'a', isHidden: true}),
];

export const runFlags: readonly FlagSpec[] = [
	flag('build', 'bool', 'Build image before starting container'),
	flag('cap-add', 'list', 'Add Linux capabilities'),
	flag('cap-drop', 'list', 'Drop Linux capabilities'),
	flag('detach', 'bool', 'Run container in background and print container ID', {short: 'd'}),
	dryRun,
	flag('entrypoint', 'string', 'Override the entrypoint of the image'),
	flag('env', 'stringArray', 'Set environment variables', {short: 'e'}),
	flag('env-from-file', 'stringArray', 'Set environment variables from file'),
	flag('interactive', 'bool', 'Keep STDIN open even if not attached', {short: 'i', default: 'true'}),
	flag('label', 'stringArray', 'Add or override a label', {short: 'l'}),
	flag('name', 'string', 'Assign a name to the container'),
	flag('no-TTY', 'bool', 'Disable pseudo-TTY allocation (default: auto-detected)', {short: 'T', default: 'true'}),
	flag('no-deps', 'bool', 'Don\'t start linked services'),
	flag('publish', 'stringArray', 'Publish a container\'s port(s) to the host', {short: 'p'}),
	flag('pull', 'string', 'Pull image before running ("always"|"missing"|"never")', {default: 'policy'}),
	flag('quiet', 'bool', 'Don\'t print anything to STDOUT', {short: 'q'}),
	flag('quiet-build', 'bool', 'Suppress progress output from the build process', {isMissing: true}),
	flag('quiet-pull', 'bool', 'Pull without printing progress information'),
	flag('remove-orphans', 'bool', 'Remove containers for services not defined in the Compose file', {isMissing: true}),
	flag('rm', 'bool', 'Automatically remove the container when it exits'),
	flag('service-ports', 'bool', 'Run command with all service\'s ports enabled and mapped to the host', {short: 'P'}),
	flag('use-aliases', 'bool', 'Use the service\'s network useAliases in the network(s) the container connects to'),
	flag('user', 'string', 'Run as specified username or uid', {short: 'u'}),
	flag('volume', 'stringArray', 'Bind mount a volume', {short: 'v'}),
	flag('workdir', 'string', 'Working directory inside the container', {short: 'w'}),
	flag('tty', 'bool', 'Allocate a pseudo-TTY', {short: 't', default: 'true', isHidden: true}),
];

export const scaleFlags: readonly FlagSpec[] = [
	dryRun,
	flag('no-deps', 'bool', 'Don\'t start linked services'),
];

export const startFlags: readonly FlagSpec[] = [
	dryRun,
];

export const statsFlags: readonly FlagSpec[] = [
	flag('all', 'bool', 'Show all containers', {short: 'a', default: 'shows just running'}),
	dryRun,
	flag('format', 'string', statsFormatHelp),
	flag('no-stream', 'bool', 'Disable streaming stats and only pull the first result'),
	flag('no-trunc', 'bool', 'Do not truncate output'),
];

export const stopFlags: readonly FlagSpec[] = [
	dryRun,
	flag('timeout', 'int', 'Specify a shutdown timeout in seconds', {short: 't'}),
];

export const topFlags: readonly FlagSpec[] = [
	dryRun,
];

export const unpauseFlags: readonly FlagSpec[] = [
	dryRun,
];

export const upFlags: readonly FlagSpec[] = [
	flag('abort-on-container-exit', 'bool', 'Stops all containers if any container was stopped. Incompatible with -d'),
	flag('abort-on-container-failure', 'bool', 'Stops all containers if any container exited with failure. Incompatible with -d'),
	flag('always-recreate-deps', 'bool', 'Recreate dependent containers. Incompatible with --no-recreate.'),
	flag('attach', 'stringArray', 'Restrict attaching to the specified services. Incompatible with --attach-dependencies.'),
	flag('attach-dependencies', 'bool', 'Automatically attach to log output of dependent services', {isMissing: true}),
	flag('build', 'bool', 'Build images before starting containers'),
	flag('detach', 'bool', 'Detached mode: Run containers in the background', {short: 'd'}),
	dryRun,
	flag('exit-code-from', 'string', 'Return the exit code of the selected service container. Implies --abort-on-container-exit'),
	flag('force-recreate', 'bool', 'Recreate containers even if their configuration and image haven\'t changed'),
	flag('menu', 'bool', 'Enable interactive shortcuts when running attached. Incompatible with --detach. Can also be enable/disable by setting COMPOSE_MENU environment var.', {isMissing: true}),
	flag('no-attach', 'stringArray', 'Do not attach (stream logs) to the specified services'),
	flag('no-build', 'bool', 'Don\'t build an image, even if it\'s policy'),
	flag('no-color', 'bool', 'Produce monochrome output'),
	flag('no-deps', 'bool', 'Don\'t start linked services'),
	flag('no-log-prefix', 'bool', 'Don\'t print prefix in logs'),
	flag('no-recreate', 'bool', 'If containers already exist, don\'t recreate them. Incompatible with --force-recreate.'),
	flag('no-start', 'bool', 'Don\'t start the services after creating them'),
	flag('pull', 'string', 'Pull image before running ("always"|"missing"|"never")', {default: 'policy'}),
	flag('quiet-build', 'bool', 'Suppress the build output'),
	flag('quiet-pull', 'bool', 'Pull without printing progress information'),
	flag('remove-orphans', 'bool', 'Remove containers for services not defined in the Compose file'),
	flag('renew-anon-volumes', 'bool', 'Recreate anonymous volumes instead of retrieving data from the previous containers', {short: 'V'}),
	flag('scale', 'scale', 'Scale SERVICE to NUM instances. Overrides the scale setting in the Compose file if present.'),
	flag('timeout', 'int', 'Use this timeout in seconds for container shutdown when attached or when containers are already running', {short: 't'}),
	flag('timestamps', 'bool', 'Show timestamps', {isMissing: true}),
	flag('wait', 'bool', 'Wait for services to be running|healthy. Implies detached mode.'),
	flag('wait-timeout', 'int', 'Maximum duration in seconds to wait for the project to be running|healthy'),
	flag('watch', 'bool', 'Watch source code and rebuild/refresh containers when files are updated.', {short: 'w', isMissing: true}),
	flag('yes', 'bool', 'Assume "yes" as answer to all prompts and run non-interactively', {short: 'y'}),
];

export const versionFlags: readonly FlagSpec[] = [
	dryRun,
	flag('format', 'string', 'Format the output. Values: [pretty | json]. (Default: pretty)', {short: 'f'}),
	flag('short', 'bool', 'Shows only Compose\'s version number'),
];

export const volumesFlags: readonly FlagSpec[] = [
	dryRun,
	flag('format', 'string', formatHelp, {default: 'table'}),
	flag('quiet', 'bool', 'Only display volume names', {short: 'q'}),
];

export const waitFlags: readonly FlagSpec[] = [
	flag('down-project', 'bool', 'Drops project when the first container stops', {isMissing: true}),
	dryRun,
];
