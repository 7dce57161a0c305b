// Ranges of ids for user namespaces, as unshare(1) hands them to newuidmap and newgidmap. Source: util-linux 2.38.1, sys-utils/unshare.c,
// get_map_range, read_subid_range and map_ids.

import type {Process} from '../model/kernel/program.js';
import {readText} from './proc-files.js';
import type {Blocking} from './standard-io.js';

/** `count` ids from `outer` on become those from `inner` on. */
export type Range = {readonly outer: number; readonly inner: number; readonly count: number};

/** OUTER,INNER,COUNT; a text says what is wrong with it. */
export function parseRange(text: string): Range | string {
	const parts = text.split(',');
	if (parts.length < 3) {
		return `mapping '${text}' contains only ${parts.length} elements`;
	}

	const wrong = parts.slice(0, 3).find(part => !/^\d{1,10}$/v.test(part));
	const [outer = 0, inner = 0, count = 0] = parts.map(Number);
	return wrong === undefined ? {outer, inner, count} : `could not parse ID: '${wrong}'`;
}

/** The first line for a user in /etc/subuid or /etc/subgid, from id 0 inside; a text says that there is none. */
export function * subordinateRange(process: Process, path: string, name: string, uid: number): Blocking<Range | string> {
	for (const line of ((yield * readText(process, path)) ?? '').split('\n')) {
		const [owner, outer, count] = line.split(':');
		if ((owner === name || owner === String(uid)) && /^\d+$/v.test(outer ?? '') && /^\d+$/v.test(count ?? '')) {
			return {outer: Number(outer), inner: 0, count: Number(count)};
		}
	}

	return `no line matching user "${name}" in ${path}`;
}

/** INNER OUTER COUNT of each line. An id that is mapped by itself is taken out of the range, whose later ids move up by one. */
export function rangeArguments(range: Range, own: {readonly inner: number; readonly outer: number} | undefined): readonly string[] {
	if (own === undefined) {
		return [range.inner, range.outer, range.count].map(String);
	}

	const before = Math.min(Math.max(own.inner - range.inner, 0), range.count);
	const isInside = own.inner >= range.inner && own.inner < range.inner + range.count;
	const lines: ReadonlyArray<readonly [inner: number, outer: number, count: number]> = isInside
		? [[own.inner, own.outer, 1], [range.inner, range.outer, before], [own.inner + 1, range.outer + before, range.count - before - 1]]
		: [[own.inner, own.outer, 1], [range.inner, range.outer, range.count]];
	return lines.filter(([, , count]) => count > 0).flat().map(String);
}
