// Finding where a path really leads: realpath(3), and its variants of which components must exist.

import {failed, failure, type Failure} from '../model/kernel/errno.js';
import type {SystemCalls} from '../model/kernel/program.js';

const linksMax = 40;

/** `all`: every component must exist. `parents`: all but the last. `none`: what is missing is taken as written. */
export type MustExist = 'all' | 'parents' | 'none';

export function resolvePath(sys: SystemCalls, path: string, mustExist: MustExist): string | Failure {
	const cwd = sys.getcwd();
	if (path === '') {
		return failure('ENOENT');
	}

	if (failed(cwd)) {
		return cwd;
	}

	const pending = path.split('/').filter(part => part !== '').reverse();
	let resolved = path.startsWith('/') ? '' : cwd.path.replace(/\/$/v, '');
	let links = 0;
	while (pending.length > 0) {
		const part = pending.pop()!;
		if (part === '.') {
			continue;
		}

		if (part === '..') {
			resolved = resolved.slice(0, Math.max(0, resolved.lastIndexOf('/')));
			continue;
		}

		const next = `${resolved}/${part}`;
		const attributes = sys.lstat(next);
		if (failed(attributes)) {
			const isLast = pending.length === 0;
			if (mustExist === 'all' || (mustExist === 'parents' && !(isLast && attributes.errno === 'ENOENT'))) {
				return attributes;
			}
		} else if (attributes.type === 'symlink') {
			const link = sys.readlink(next);
			if (failed(link) || ++links > linksMax) {
				return failed(link) ? link : failure('ELOOP');
			}

			pending.push(...link.target.split('/').filter(piece => piece !== '').reverse());
			resolved = link.target.startsWith('/') ? '' : resolved;
			continue;
		} else if (attributes.type !== 'directory' && pending.length > 0 && mustExist !== 'none') {
			return failure('ENOTDIR');
		}

		resolved = next;
	}

	return resolved === '' ? '/' : resolved;
}
