// The mode of new special files: `-m` of mkfifo(1) and mknod(1), which the umask does not touch.

import {parseMode} from './file-modes.js';
import type {Tool} from './tool.js';

/** The bits of `-m`; undefined without the option, a text if it is no mode. */
export function specialFileMode<Name extends string>(t: Tool<Name>, text: string | undefined): number | undefined | 'invalid' | 'too special' {
	if (text === undefined) {
		return undefined;
	}

	const change = parseMode(text, t.sys.umask());
	if (change === undefined) {
		return 'invalid';
	}

	const mode = change(0o666, false);
	return (mode & ~0o777) === 0 ? mode : 'too special';
}
