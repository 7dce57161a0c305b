// What the API shows of a command run in a container. Source: moby/moby daemon/inspect.go ContainerExecInspect.

import type {Json} from '../../base/json.js';
import type {Exec} from './container-schema.js';

/** GET /exec/{id}/json. */
export function inspectExec(exec: Exec): Json {
	const [entrypoint = '', ...args] = exec.argv;
	return {
		ID: exec.id, Running: exec.status === 'running', ExitCode: exec.exitCode ?? null,
		ProcessConfig: {tty: exec.hasTerminal, entrypoint, arguments: args, privileged: exec.isPrivileged, ...(exec.user === '' ? {} : {user: exec.user})},
		OpenStdin: exec.attachStdin, OpenStderr: exec.attachStderr, OpenStdout: exec.attachStdout, CanRemove: false, ContainerID: exec.container, DetachKeys: '', Pid: exec.task ?? 0,
	};
}
