// The last step of a container's birth: execve. What fails only here is told on the program's own standard error.

import {encodeText} from '../../base/bytes.js';
import {failed, type Failure} from '../kernel/errno.js';
import type {ExecutableImage, Process, Running} from '../kernel/program.js';

export type Program = {readonly path: string; readonly argv: readonly string[]; readonly env: ReadonlyMap<string, string>};

/** Exit status of a process whose program could not be executed after all. Source: runc, os.Exit(255). */
const execFailedStatus = 255;

/** Becomes the program; `begun` is called when that can no longer be refused. */
export function * execute(process: Process, {path, argv, env}: Program, begun: () => void): Running {
	const image: ExecutableImage | Failure = process.sys.execve(path, argv, env);
	begun();
	if (failed(image)) {
		const text = image.errno === 'ENOEXEC' ? 'exec format error' : (image.errno === 'ENOENT' ? 'no such file or directory' : 'permission denied');
		process.sys.write(2, encodeText(`exec ${path}: ${text}\n`));
		return execFailedStatus;
	}

	return yield * image.run();
}
