// What a process in a container finds in its environment, and which exit code stands for one that could not be started.

import type {Container} from './container-schema.js';

export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** PATH, HOSTNAME, what its links say, what the container was given, and HOME if that is not among it. */
export function environment({config}: Container, home: string, ofLinks: readonly string[] = []): ReadonlyMap<string, string> {
	const env = new Map([['PATH', defaultPath], ['HOSTNAME', config.Hostname]]);
	if (config.Tty === true) {
		env.set('TERM', 'xterm');
	}

	addVariables(env, ofLinks);
	addVariables(env, config.Env);
	if (!env.has('HOME')) {
		env.set('HOME', home);
	}

	return env;
}

/** Sets variables; a line without `=` takes one away. */
export function addVariables(env: Map<string, string>, lines: readonly string[]): void {
	for (const line of lines) {
		const equals = line.indexOf('=');
		if (equals === -1) {
			env.delete(line);
		} else {
			env.set(line.slice(0, equals), line.slice(equals + 1));
		}
	}
}

/** Source: moby/moby daemon/start_unix.go, translateContainerdStartErr. */
export function startExitCode(message: string): number {
	if (/executable file not found|no such file or directory|system cannot find the file specified/v.test(message)) {
		return 127;
	}

	return /permission denied|not a directory|is a directory/v.test(message) ? 126 : 128;
}
