// Visiting everything below a path, for chmod -R, chown -R, du, find and rm -r: depth first, entries in the order of their names.
// Simplified: real programs take entries in the filesystem's own order, which for ext4 is a hash.

import {compareText} from '../base/bytes.js';
import {step} from '../model/kernel/blocking.js';
import {failed, type Failure} from '../model/kernel/errno.js';
import type {DirectoryEntry} from '../model/kernel/file-types.js';
import type {Process} from '../model/kernel/program.js';
import type {Blocking} from './standard-io.js';

/** Directories deeper than this are not entered, as their paths would be longer than PATH_MAX anyway. */
export const depthMax = 2000;

/** The entries of a directory by name; a step of work. */
export function * sortedEntries(process: Process, path: string): Blocking<readonly DirectoryEntry[] | Failure> {
	yield step;
	const entries = process.sys.readdir(path);
	return failed(entries) ? entries : [...entries].sort((a, b) => compareText(a.name, b.name));
}
