// Files of a simulated host, as bytes: out of it for the tools of the machine that runs the tests, and into it.

import {concatBytes} from '../../source/base/bytes.js';
import {read, write} from '../../source/model/kernel/blocking.js';
import {failed} from '../../source/model/kernel/errno.js';
import type {Process, Running} from '../../source/model/kernel/program.js';
import type {TestHost} from './test-host.js';

/** The bytes of a file. */
export function readWorldFile(host: TestHost, path: string): Uint8Array {
	const parts: Uint8Array[] = [];
	host.main(function * (process: Process): Running {
		const fd = process.sys.open(path, {read: true});
		for (let isMore = !failed(fd); isMore && !failed(fd);) {
			const bytes = yield * read(process, fd, 1 << 20);
			isMore = !failed(bytes) && bytes.length > 0;
			parts.push(...failed(bytes) ? [] : [bytes]);
		}

		return 0;
	});
	return concatBytes(parts);
}

/** Makes a file of bytes. */
export function writeWorldFile(host: TestHost, path: string, bytes: Uint8Array): void {
	const {status} = host.main(function * (process: Process): Running {
		const fd = process.sys.open(path, {write: true, create: true, truncate: true}, 0o644);
		const written = failed(fd) ? fd : yield * write(process, fd, bytes);
		return failed(written) ? 1 : 0;
	});
	if (status !== 0) {
		throw new Error(`writeWorldFile: cannot write ${path}`);
	}
}
