// newuidmap(1) and newgidmap(1): set-user-id programs that write maps of user namespaces as far as /etc/subuid and /etc/subgid allow.
// Source: shadow 4.13, src/newuidmap.c, src/newgidmap.c.

import {encodeText} from '../base/bytes.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Program} from '../model/kernel/program.js';
import {type Accounts, readAccounts} from './account-names.js';
import {readText} from './proc-files.js';
import type {Blocking} from './standard-io.js';
import {printTo} from './standard-io.js';
import {callerId} from './sudo.js';
import {plainTool, type Tool} from './tool.js';

type Line = {readonly inside: number; readonly outside: number; readonly count: number};

export const newuidmap = mapper('uid');
export const newgidmap = mapper('gid');

function mapper(kind: 'uid' | 'gid'): Program {
	const name = `new${kind}map`;
	return plainTool(name, function * (t) {
		const [pid = '', ...numbers] = t.operands;
		const usage = `usage: ${name} <pid> <${kind}> <lower${kind}> <count> [ <${kind}> <lower${kind}> <count> ] ... \n`;
		if (!/^\d+$/v.test(pid) || numbers.length === 0) {
			yield * printTo(t.process, 2, usage);
			return 1;
		}

		if (numbers.length % 3 !== 0 || !numbers.every(each => /^\d+$/v.test(each))) {
			yield * printTo(t.process, 2, `ranges: ${Math.ceil(numbers.length / 3)} argc: ${numbers.length}\n${name}: Not enough arguments to form ${Math.ceil(numbers.length / 3)} mappings\n${usage}`);
			return 1;
		}

		const lines = Array.from({length: numbers.length / 3}, (_, index): Line => ({inside: Number(numbers[index * 3]), outside: Number(numbers[(index * 3) + 1]), count: Number(numbers[(index * 3) + 2])}));
		return yield * writeMap(t, kind, {pid, lines});
	});
}

function * writeMap(t: Tool<never>, kind: 'uid' | 'gid', {pid, lines}: {readonly pid: string; readonly lines: readonly Line[]}): Blocking<number> {
	const accounts = yield * readAccounts(t.process);
	const target = t.sys.stat(`/proc/${pid}`);
	const uid = callerId(t, accounts);
	const {gid} = t.sys.credentials();
	if (failed(target)) {
		return yield * t.complain(`Could not open proc directory for target ${pid}`);
	}

	if (target.uid !== uid || target.gid !== gid) {
		return yield * t.complain(`Target process ${pid} is owned by a different user: uid:${uid} pw_uid:${uid} st_uid:${target.uid}, gid:${gid} pw_gid:${gid} st_gid:${target.gid}`);
	}

	const own = kind === 'uid' ? uid : gid;
	const wrong = (yield * forbidden(t, kind, {accounts, uid, own, lines}))[0];
	if (wrong !== undefined) {
		return yield * t.complain(`${kind} range [${wrong.inside}-${wrong.inside + wrong.count}) -> [${wrong.outside}-${wrong.outside + wrong.count}) not allowed`);
	}

	// Who maps only their own group has not been given any by the administrator, so they must not drop groups that keep them out of files.
	if (kind === 'gid' && lines.every(({outside, count}) => outside === own && count === 1) && !put(t, `/proc/${pid}/setgroups`, 'deny')) {
		return yield * t.complain('failed to setgroups deny\n policy: Operation not permitted');
	}

	return put(t, `/proc/${pid}/${kind}_map`, lines.map(({inside, outside, count}) => `${inside} ${outside} ${count}\n`).join('')) ? 0 : yield * t.complain(`write to ${kind}_map failed: ${errorTextOf({errno: 'EPERM'})}`);
}

/** The lines that are neither the caller's own id nor within a range of theirs. */
function * forbidden(t: Tool<never>, kind: 'uid' | 'gid', {accounts, uid, own, lines}: {readonly accounts: Accounts; readonly uid: number; readonly own: number; readonly lines: readonly Line[]}): Blocking<readonly Line[]> {
	const text = (yield * readText(t.process, `/etc/sub${kind}`)) ?? '';
	const ranges = text.split('\n').map(line => line.split(':')).filter(([owner]) => owner === accounts.userName(uid) || owner === String(uid)).map(([, first, count]) => ({first: Number(first), count: Number(count)}));
	return lines.filter(({outside, count}) => !(outside === own && count === 1) && !ranges.some(range => outside >= range.first && outside + count <= range.first + range.count));
}

function put({sys}: Tool<never>, path: string, text: string): boolean {
	const fd = sys.open(path, {write: true});
	const written = failed(fd) ? fd : sys.write(fd, encodeText(text));
	if (!failed(fd)) {
		sys.close(fd);
	}

	return !failed(written);
}
