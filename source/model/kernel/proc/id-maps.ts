// uid_map, gid_map and setgroups of a user namespace, each written once. Source: user_namespaces(7), "User and group ID mappings".

import {must} from '../../../base/assert.js';
import {type ComputedEntry, type View, writableFile} from '../computed-filesystem.js';
import {type Failure, failure} from '../errno.js';
import {isCapableIn} from '../capable.js';
import type {IdRange, Namespace, Task} from '../schema.js';
import {findShownId, type IdKind, toKernelId} from '../user-ids.js';
import {readerOf, subjectOf} from './proc-view.js';

const maxId = 4_294_967_295;
/** UID_GID_MAP_MAX_EXTENTS. */
const maxRanges = 340;

function userNamespace(view: View): Namespace {
	return must(view.context.tx.get('namespace', subjectOf(view).namespaces.user), 'userNamespace: none');
}

/** The ids outside are shown as the reader's namespace has them; a reader inside sees them as the parent does. */
function showMap(view: View, kind: IdKind): string {
	const {tx} = view.context;
	const namespace = userNamespace(view);
	const reader = readerOf(view)?.namespaces.user ?? namespace.id;
	const outer = reader === namespace.id ? namespace.parent ?? namespace.id : reader;
	const ranges = kind === 'uid' ? namespace.uidMap : namespace.gidMap;
	return ranges.map(({inside, outside, count}) => `${[inside, findShownId(tx, outer, kind, outside) ?? maxId, count].map(number => String(number).padStart(10)).join(' ')}\n`).join('');
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

function writeMap(view: View, text: string, kind: IdKind): void | Failure {
	const {tx} = view.context;
	const namespace = userNamespace(view);
	const writer = readerOf(view);
	const {parent} = namespace;
	const field = kind === 'uid' ? 'uidMap' : 'gidMap';
	const isNear = writer !== undefined && (writer.namespaces.user === namespace.id || writer.namespaces.user === parent);
	if (!isNear || parent === undefined || namespace[field].length > 0 || !isCapableIn(tx, writer, namespace.id, 'CAP_SYS_ADMIN')) {
		return failure('EPERM');
	}

	const written = parseMap(text);
	if (written === undefined) {
		return failure('EINVAL');
	}

	const ranges = written.map(range => ({...range, outside: rangeOutside(tx, parent, kind, range)}));
	const isKnown = ranges.every((range): range is IdRange => range.outside !== undefined);
	const refused = !isKnown || !(isOwnId(namespace, writer, kind, ranges) || isCapableIn(tx, writer, parent, kind === 'uid' ? 'CAP_SETUID' : 'CAP_SETGID'));
	return refused ? failure('EPERM') : tx.put('namespace', namespace.id, {...namespace, [field]: ranges});
}

/** What a range of the parent's ids is in the kernel's; the parent must know all of it as one piece. */
function rangeOutside(tx: View['context']['tx'], parent: number, kind: IdKind, {outside, count}: IdRange): number | undefined {
	const [first, last] = [toKernelId(tx, parent, kind, outside), toKernelId(tx, parent, kind, outside + count - 1)];
	return first !== undefined && last === first + count - 1 ? first : undefined;
}

/** Without the capability in the parent: one line, for the id of the namespace's maker; a group only once setgroups is denied. */
function isOwnId({creator, setgroupsDenied}: Namespace, writer: Task, kind: IdKind, ranges: readonly IdRange[]): boolean {
	const [only] = ranges;
	return ranges.length === 1 && only!.count === 1 && creator === writer.uid && only!.outside === writer[kind] && (kind === 'uid' || setgroupsDenied === true);
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
	uid_map: writableFile(view => showMap(view, 'uid'), (view, text) => writeMap(view, text, 'uid')),
	gid_map: writableFile(view => showMap(view, 'gid'), (view, text) => writeMap(view, text, 'gid')),
	setgroups: writableFile(view => userNamespace(view).setgroupsDenied === true ? 'deny\n' : 'allow\n', writeSetgroups),
};
