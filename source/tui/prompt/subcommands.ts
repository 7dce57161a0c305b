// Words that follow a command, for completion only. What a command accepts is its own business (source/programs).

export const subcommands: Readonly<Record<string, readonly string[]>> = {
	docker: [
		'attach', 'build', 'builder', 'buildx', 'commit', 'compose', 'container', 'context', 'cp', 'create', 'diff', 'events', 'exec', 'export',
		'history', 'image', 'images', 'import', 'info', 'inspect', 'kill', 'load', 'login', 'logout', 'logs', 'network', 'pause', 'port', 'ps',
		'pull', 'push', 'rename', 'restart', 'rm', 'rmi', 'run', 'save', 'search', 'start', 'stats', 'stop', 'system', 'tag', 'top', 'unpause',
		'update', 'version', 'volume', 'wait',
	],
	'docker container': ['commit', 'cp', 'create', 'diff', 'exec', 'inspect', 'kill', 'logs', 'ls', 'pause', 'port', 'prune', 'rename', 'restart', 'rm', 'run', 'start', 'stats', 'stop', 'top', 'unpause', 'wait'],
	'docker image': ['build', 'history', 'inspect', 'load', 'ls', 'prune', 'pull', 'push', 'rm', 'save', 'tag'],
	'docker network': ['connect', 'create', 'disconnect', 'inspect', 'ls', 'prune', 'rm'],
	'docker volume': ['create', 'inspect', 'ls', 'prune', 'rm'],
	'docker system': ['df', 'events', 'info', 'prune'],
	virsh: [
		'autostart', 'capabilities', 'create', 'define', 'destroy', 'domid', 'dominfo', 'domname', 'domstate', 'domstats', 'domuuid', 'dumpxml', 'freecell', 'help', 'hostname', 'list', 'maxvcpus',
		'nodeinfo', 'qemu-agent-command', 'reboot', 'resume', 'schedinfo', 'setmaxmem', 'setmem', 'setvcpus', 'shutdown', 'start', 'suspend', 'undefine', 'uri', 'vcpucount', 'vcpuinfo', 'vcpupin', 'version',
	],
};

/** What a shell runs itself. */
export const builtins: readonly string[] = [
	'alias', 'bg', 'cd', 'echo', 'exit', 'export', 'fg', 'jobs', 'kill', 'printf', 'pwd', 'read', 'set', 'test', 'type', 'ulimit', 'umask', 'unset', 'wait',
];
