// capsh(1) and getpcaps(8): capabilities in words. Source: libcap 2.66, progs/capsh.c, progs/getpcaps.c, cap_text.c.
//
// Simplified: of capsh's arguments --print, --decode, --drop and `--` are modelled; the sets are those of /proc/PID/status.

import {allCapabilities} from '../model/kernel/capabilities.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import {readAccounts} from './account-names.js';
import {readText} from './proc-files.js';
import {executeByPath} from './run-command.js';
import type {Blocking} from './standard-io.js';
import {printTo} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

const names = allCapabilities.map(name => name.toLowerCase());

function namesOf(mask: bigint): readonly string[] {
	return names.filter((_, bit) => (mask & (2n ** BigInt(bit))) !== 0n);
}

/** cap_to_text(3) of a set that is both effective and permitted: what most capabilities have comes first, then the exceptions. */
function capabilityText(mask: bigint): string {
	const held = namesOf(mask);
	const missing = names.filter(name => !held.includes(name));
	if (held.length === 0 || missing.length === 0) {
		return held.length === 0 ? '=' : '=ep';
	}

	return held.length > missing.length ? `=ep ${missing.join(',')}-ep` : `${held.join(',')}=ep`;
}

function * readSets(process: Process, pid: string): Blocking<ReadonlyMap<string, bigint> | undefined> {
	const status = yield * readText(process, `/proc/${pid}/status`);
	return status === undefined ? undefined : new Map([...status.matchAll(/^(?<name>Cap\w+):\t(?<mask>[\da-f]+)$/gmv)].map(({groups}) => [groups!['name']!, BigInt(`0x${groups!['mask']}`)]));
}

export const getpcaps = plainTool('getpcaps', function * (t) {
	if (t.operands.length === 0) {
		yield * printTo(t.process, 2, 'usage: getcaps [opts] <pid> [<pid> ...]\n\n  This program displays the capabilities on the queried process(es).\n  The capabilities are displayed in the cap_from_text(3) format.\n');
		return 1;
	}

	let status = 0;
	for (const pid of t.operands) {
		const sets = yield * readSets(t.process, pid);
		if (sets === undefined) {
			status = 1;
			yield * printTo(t.process, 2, `Failed to get cap's for process ${pid}: (No such process)\n`);
		} else {
			yield * t.print(`${pid}: ${capabilityText(sets.get('CapPrm') ?? 0n)}\n`);
		}
	}

	return status;
});

export const capsh = plainTool('capsh', function * (t) {
	for (const [index, argument] of t.operands.entries()) {
		if (argument === '--') {
			yield * t.out.flush();
			const image = executeByPath(t.process, ['/bin/bash', ...t.operands.slice(index + 1)]);
			return yield * failed(image) ? t.complain(`execve '/bin/bash' failed! ${errorTextOf(image)}`) : image.run();
		}

		const status = yield * capshStep(t, argument);
		if (status !== 0) {
			return status;
		}
	}

	return 0;
});

function * capshStep(t: Tool<never>, argument: string): Blocking<number> {
	const [option, value = ''] = argument.split('=');
	if (argument === '--print') {
		yield * printState(t);
		return 0;
	}

	if (option === '--decode' && /^(?:0x)?[\da-f]{1,16}$/iv.test(value)) {
		const mask = BigInt(`0x${value.replace(/^0x/iv, '')}`);
		yield * t.print(`0x${mask.toString(16).padStart(16, '0')}=${namesOf(mask).join(',')}\n`);
		return 0;
	}

	if (option === '--drop') {
		for (const name of value === 'all' ? names : value.split(',')) {
			const dropped = names.includes(name) ? t.sys.dropCapability(name.toUpperCase(), 'bounding') : undefined;
			if (!names.includes(name) || failed(dropped)) {
				return yield * printTo(t.process, 2, names.includes(name) ? `failed to drop [${name}=${names.indexOf(name)}]\n` : `capability [${name}] is unknown to libcap\n`), 1;
			}
		}

		return 0;
	}

	return yield * t.complain(`virtlab: ${argument} is not modelled`);
}

function * printState(t: Tool<never>): Blocking<void> {
	const sets = (yield * readSets(t.process, 'self'))!;
	const accounts = yield * readAccounts(t.process);
	const {uid, gid, groups} = t.sys.credentials();
	const bounding = namesOf(sets.get('CapBnd') ?? 0n);
	const ambient = namesOf(sets.get('CapAmb') ?? 0n);
	const named = (id: number, name: string | undefined): string => `${id}(${name ?? '???'})`;
	const group = (id: number): string => named(id, accounts.groupName(id));
	yield * t.print([
		`Current: ${capabilityText(sets.get('CapPrm') ?? 0n)}`, `Bounding set =${bounding.join(',')}`, `Ambient set =${ambient.join(',')}`,
		`Current IAB: ${[...ambient.map(name => `^${name}`), ...names.filter(name => !bounding.includes(name)).map(name => `!${name}`)].join(',')}`, 'Securebits: 00/0x0/1\'b0 (no-new-privs=0)',
		' secure-noroot: no (unlocked)', ' secure-no-suid-fixup: no (unlocked)', ' secure-keep-caps: no (unlocked)', ' secure-no-ambient-raise: no (unlocked)',
		`uid=${named(uid, accounts.userName(uid))} euid=${named(uid, accounts.userName(uid))}`, `gid=${group(gid)}`, `groups=${groups.map(group).join(',')}`, 'Guessed mode: HYBRID (4)', '',
	].join('\n'));
}
