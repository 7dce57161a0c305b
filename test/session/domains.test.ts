// Virtual machines in a session: what checks see of them, and that undo brings back the process along with the tables.

import {expect, test} from 'vitest';
import type {Action} from '../../source/session/action.js';
import {apply, startSession} from '../../source/session/apply.js';
import {worldDocuments} from '../../source/session/documents.js';
import type {Origin, Session} from '../../source/session/session.js';

const origin: Origin = {lab: undefined, scenario: 'pool', seed: 7, learner: 'ann', interactive: true, columns: 80, rows: 24};
const xml = '<domain type="kvm"><name>web</name><memory unit="MiB">512</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>';
const stress = '{"execute": "guest-exec", "arguments": {"path": "/usr/bin/stress-ng", "arg": ["--cpu", "0"]}}';

function play(session: Session, ...actions: ReadonlyArray<Action | string>): Session {
	let now = session;
	for (const action of actions) {
		const applied = apply(now, typeof action === 'string' ? {type: 'line', text: action} : action);
		expect(applied.broken).toBeUndefined();
		now = applied.session;
	}

	return now;
}

test('a busy machine pinned to one thread has run and waited for the same time', () => {
	const session = play(startSession(origin).session, `echo '${xml}' > web.xml; virsh create web.xml; virsh vcpupin web 0 5; virsh vcpupin web 1 5`, `virsh qemu-agent-command web '${stress}'`, 'sleep 60');
	const [web] = worldDocuments(session.world).domains() as readonly [{readonly runMs: number; readonly stealMs: number}];
	expect(web).toMatchObject({name: 'web', state: 'running', vcpus: 2, maxVcpus: 2, memoryKib: 524_288, persistent: false, vcpu: [{thread: 5, affinity: [5], runPercent: 50, stealPercent: 50}, {thread: 5}]});
	expect(web.runMs).toBe(web.stealMs);
	expect(web.runMs).toBeGreaterThanOrEqual(60_000);
	expect(worldDocuments(session.world).domains({host: 'host2'})).toEqual([]);
	expect(worldDocuments(session.world).node()).toEqual({sockets: 2, coresPerSocket: 16, threadsPerCore: 2, mhz: 2900, memoryKib: 268_435_456});
});

test('undo brings a destroyed machine back, and it still answers its power button', () => {
	const running = play(startSession(origin).session, `echo '${xml}' > web.xml; virsh define web.xml; virsh start web`);
	const back = play(running, 'virsh destroy web', {type: 'undo'});
	expect(worldDocuments(back.world).domains()).toMatchObject([{name: 'web', state: 'running'}]);
	const off = play(back, 'virsh shutdown web', {type: 'advance', ns: 5e9});
	expect(worldDocuments(off.world).domains()).toMatchObject([{name: 'web', state: 'shut off', reason: 'shutdown'}]);
});
