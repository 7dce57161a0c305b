// The loop of every filter: open each operand (or standard input), read its lines, complain about what cannot be read.

import {failed, type Failure} from '../model/kernel/errno.js';
import {LineReader, type Blocking, type Line} from './standard-io.js';
import type {Tool} from './tool.js';

/** Calls `use` with a reader of the lines of each path; the answer is 1 if a file could not be read. */
export function * eachInput<Name extends string>(
	t: Tool<Name>,
	paths: readonly string[],
	use: (reader: LineReader, path: string) => Blocking<Failure | undefined>,
	delimiter = '\n',
): Blocking<number> {
	let status = 0;
	for (const path of paths) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			status = yield * t.complainOf(path, fd);
			continue;
		}

		const refusal = yield * use(new LineReader(t.process, fd, delimiter), path);
		t.closeInput(fd);
		if (refusal !== undefined) {
			status = yield * t.complainOf(path, refusal);
		}
	}

	return status;
}

/** Calls `use` with every line of every path, until output fails. */
export function eachLine<Name extends string>(t: Tool<Name>, paths: readonly string[], use: (line: Line) => Blocking<void>, delimiter = '\n'): Blocking<number> {
	return eachInput(t, paths, function * (reader) {
		while (t.out.failed === undefined) {
			const line = yield * reader.next();
			if (line === undefined || failed(line)) {
				return line;
			}

			yield * use(line);
		}

		return undefined;
	}, delimiter);
}
