// uid_map, gid_map and setgroups of a user namespace, each written once. Source: user_namespaces(7), "User and group ID mappings".

import {must} from '../../../base/assert.js';
import {type ComputedEntry, type View, writableFile} from '../computed-filesystem.js';
import {type Failure, failure} from '../errno.js';
import type {IdRange, Namespace} from '../schema.js';
import {readerOf, subjectOf} from './proc-view.js';

const maxId = 4_294_967_295;
/** UID_GID_MAP_MAX_EXTENTS. */
const maxRanges = 340;

function userNamespace(view: View): Namespace {
	return must(view.context.tx.get('namespace', subjectOf(view).namespaces.user), 'userNamespace: none');
}

function showMap(ranges: readonly IdRange[]): string {
	return ranges.map(({inside, outside, count}) => `${[inside, outside, count].map(number => String(number).padStart(10)).join(' ')}\n`).join('');
}

function parseMap(text: string): readonly IdRange[] | undefined {
	const ranges: IdRange[] = [];
	for (const line of text.replace(/\n$/v, '').split('\n')) {
		const match = /^\s*(?<inside>\d+)\s+(?<outside>\d+)\s+(?<count>\d+)\s*$/v.exec(line);
		const [inside, outside, count] = [match?.groups?.['inside'], match?.groups?.['outside'], match?.groups?.['count']].map(Number);
		if (match === null || inside === undefined || outside === undefined || count === undefined || count === 0 || inside + count > maxId || outside + count > maxId) {
			return undefined;
		}

		const overlaps = ranges.some(range => (inside < range.inside + range.count && range.inside < inside + count) || (outside < range.outside + range.count && range.outside < outside + count));
		if (overlaps) {
			return undefined;
		}

		ranges.push({inside, outside, count});
	}

	return ranges.length > maxRanges ? undefined : ranges;
}

function writeMap(view: View, text: string, which: 'uidMap' | 'gidMap'): void | Failure {
	const namespace = userNamespace(view);
	const writer = readerOf(view);
	const ranges = parseMap(text);
	if (namespace[which].length > 0 || writer === undefined) {
		return failure('EPERM');
	}

	if (ranges === undefined) {
		return failure('EINVAL');
	}

	const {tx} = view.context;
	const parent = namespace.parent === undefined ? undefined : tx.get('namespace', namespace.parent);
	const isInside = writer.namespaces.user === namespace.id || writer.namespaces.user === parent?.id;
	const capability = which === 'uidMap' ? 'CAP_SETUID' : 'CAP_SETGID';
	const isPrivileged = writer.namespaces.user === parent?.id && writer.capabilities.includes(capability);
	// Without the capability in the parent: one line, for the writer's own id; groups only once setgroups is denied.
	const [only] = ranges;
	const isOwn = ranges.length === 1 && only!.count === 1 && only!.outside === (which === 'uidMap' ? writer.uid : writer.gid);
	const isDenied = which === 'uidMap' || namespace.setgroupsDenied === true;
	if (!isInside || !(isPrivileged || (isOwn && isDenied))) {
		return failure('EPERM');
	}

	tx.put('namespace', namespace.id, {...namespace, [which]: ranges});
}

function writeSetgroups(view: View, text: string): void | Failure {
	const namespace = userNamespace(view);
	const word = text.trim();
	if (word !== 'allow' && word !== 'deny') {
		return failure('EINVAL');
	}

	// "deny" only before the group map is set, and there is no way back.
	const isRefused = word === 'deny' ? namespace.gidMap.length > 0 : namespace.setgroupsDenied === true;
	if (isRefused) {
		return failure('EPERM');
	}

	view.context.tx.put('namespace', namespace.id, {...namespace, setgroupsDenied: word === 'deny'});
}

export const idMapEntries: Readonly<Record<string, ComputedEntry>> = {
	uid_map: writableFile(view => showMap(userNamespace(view).uidMap), (view, text) => writeMap(view, text, 'uidMap')),
	gid_map: writableFile(view => showMap(userNamespace(view).gidMap), (view, text) => writeMap(view, text, 'gidMap')),
	setgroups: writableFile(view => userNamespace(view).setgroupsDenied === true ? 'deny\n' : 'allow\n', writeSetgroups),
};
