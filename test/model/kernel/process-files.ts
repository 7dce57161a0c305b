// What cat, echo and ls do, by the system calls of a test's own process.

import {decodeText, encodeText} from '../../../source/base/bytes.js';
import {failed} from '../../../source/model/kernel/errno.js';
import type {Process} from '../../../source/model/kernel/program.js';

export function filesOf({sys}: Process) {
	return {
		/** The text of a file, or the name of the error. */
		cat(path: string): string {
			const fd = sys.open(path, {read: true});
			if (failed(fd)) {
				return fd.errno;
			}

			let text = '';
			for (;;) {
				const bytes = sys.read(fd, 65_536);
				if (failed(bytes) || bytes.length === 0) {
					sys.close(fd);
					return failed(bytes) ? bytes.errno : text;
				}

				text += decodeText(bytes);
			}
		},
		/** echo TEXT > PATH: `ok`, or the name of the error. */
		put(path: string, text: string): string {
			const fd = sys.open(path, {write: true, truncate: true});
			const written = failed(fd) ? fd : sys.write(fd, encodeText(`${text}\n`));
			if (!failed(fd)) {
				sys.close(fd);
			}

			return failed(written) ? written.errno : 'ok';
		},
		ls(path: string): string {
			const entries = sys.readdir(path);
			return failed(entries) ? entries.errno : entries.map(({name}) => name).join(' ');
		},
		link(path: string): string {
			const link = sys.readlink(path);
			return failed(link) ? link.errno : link.target;
		},
		/** `ok`, or the name of the error. */
		outcome: (result: unknown): string => failed(result) ? result.errno : 'ok',
	};
}

/** One line of a file of `Name:\tvalue` lines. */
export function field(text: string, name: string): string | undefined {
	return text.split('\n').find(line => line.startsWith(`${name}:`))?.slice(name.length + 1).trim();
}
