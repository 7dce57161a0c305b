// A session is a value: applying an action to it never changes it, the past can be gone back to, and what ran then runs again.

import {expect, test} from 'vitest';
import {concatBytes, decodeText} from '../../source/base/bytes.js';
import {nowNs} from '../../source/base/clock.js';
import {reader} from '../../source/base/transaction.js';
import type {WorldSchema} from '../../source/model/world/schema.js';
import type {Action} from '../../source/session/action.js';
import {worldDigest} from '../support/world-digest.js';
import {apply, startSession} from '../../source/session/apply.js';
import type {Applied, Origin, Session} from '../../source/session/session.js';

const origin: Origin = {lab: undefined, scenario: 'default', seed: 7, learner: 'ann', interactive: true, columns: 80, rows: 24};

function shown({output}: Applied): string {
	return decodeText(concatBytes(output.map(({bytes}) => bytes))).replaceAll('\r\n', '\n');
}

function play(session: Session, ...actions: ReadonlyArray<Action | string>): Applied {
	let applied: Applied | undefined;
	for (const action of actions) {
		applied = apply(applied?.session ?? session, typeof action === 'string' ? {type: 'line', text: action} : action);
		expect(applied.broken).toBeUndefined();
	}

	return applied!;
}

test('a terminal echoes, answers and prompts', () => {
	const start = startSession(origin);
	expect(shown(start)).toBe('learner@lab:~$ ');
	expect(shown(play(start.session, 'echo "hello" | tr a-z A-Z'))).toBe('echo "hello" | tr a-z A-Z\nHELLO\nlearner@lab:~$ ');
});

test('two branches of one session do not see each other', () => {
	const {session} = play(startSession(origin).session, 'x=1');
	const left = play(session, 'x=2; touch left', 'echo $x; ls');
	const right = play(session, 'x=3', 'echo $x; ls');
	expect(shown(left)).toBe('echo $x; ls\n2\nleft\nlearner@lab:~$ ');
	expect(shown(right)).toBe('echo $x; ls\n3\nlearner@lab:~$ ');
	expect(shown(play(session, 'echo $x'))).toBe('echo $x\n1\nlearner@lab:~$ ');
});

test('undo goes back to the world before, with the programs that ran in it; redo comes forward again', () => {
	const {session: before} = play(startSession(origin).session, '(while :; do echo tick >> log; sleep 1; done) &', {type: 'advance', ns: 3e9}, 'n=$(wc -l < log); echo $n');
	const {session: removed} = play(before, 'kill %1; rm log; n=none');
	const {session: undone} = apply(removed, {type: 'undo'});
	expect(undone.world).toBe(before.world);
	expect(shown(play(undone, {type: 'advance', ns: 2e9}, 'echo $n $(wc -l < log)'))).toMatch(/\n3 5\nlearner@lab:~\$ $/v);
	const {session: redone} = apply(undone, {type: 'redo'});
	expect(redone.world).toBe(removed.world);
	expect(shown(play(redone, 'echo $n; ls'))).toBe('echo $n; ls\nnone\nlearner@lab:~$ ');
	expect(redone.history).toHaveLength(6);
});

test('undo goes back further than worlds are kept: what was forgotten is made again', () => {
	const {session: first} = play(startSession(origin).session, 'docker pull -q busybox; echo one > note');
	const {session: second} = play(first, 'echo two > note; docker run -d busybox sleep 100');
	const {session: later} = play(second, ...Array.from({length: 1100}, () => ({type: 'advance', ns: 0} as const)));
	expect(later.history[0]!.world).toBeUndefined();
	const {session: undone} = play(later, {type: 'undo'});
	expect(worldDigest(undone.world)).toBe(worldDigest(first.world));
	expect(shown(play(undone, 'cat note; docker ps -q'))).toBe('cat note; docker ps -q\none\nlearner@lab:~$ ');
	expect(worldDigest(play(undone, {type: 'redo'}).session.world)).toBe(worldDigest(later.world));
});

test('there is an end to undoing', () => {
	const {session} = startSession(origin);
	expect(apply(session, {type: 'undo'}).broken).toBe('virtlab: nothing to undo');
	expect(apply(session, {type: 'redo'}).broken).toBe('virtlab: nothing to redo');
});

test('a foreground program is busy until time passes or Ctrl-C', () => {
	const {session} = play(startSession(origin).session, {type: 'line', text: 'sleep 10; echo woke', waitNs: 1e9});
	expect(session.foreground).toBe('busy');
	expect(shown(play(session, {type: 'advance', ns: 10e9}))).toBe('woke\nlearner@lab:~$ ');
	const interrupted = play(session, {type: 'interrupt'}, 'echo $?');
	expect(shown(interrupted)).toBe('echo $?\n130\nlearner@lab:~$ ');
});

test('time may end in the middle of what a program does, after which nobody waits for anything', () => {
	const {session} = play(startSession(origin).session, '(sleep 1; echo done > note) &');
	const now = nowNs(reader<WorldSchema>(session.world));
	let {session: later} = play(session, {type: 'advance', ns: session.dueNs! - now});
	for (let count = 0; later.dueNs !== undefined && count < 10_000; count++) {
		later = play(later, {type: 'advance', ns: 1000}).session;
	}

	expect(shown(play(later, 'cat note'))).toMatch(/^cat note\ndone\n\[1\]\+  Done /v);
});

test('a world may begin at another moment of the calendar, which all its clocks agree on', () => {
	const start = startSession({...origin, interactive: false, epochSeconds: 951_825_600}).session;
	expect(shown(play(start, 'date -u +%F\\ %T; cut -d" " -f1 /proc/stat | grep btime; grep btime /proc/stat'))).toBe('2000-02-29 12:00:00\nbtime\nbtime 951825600\n');
	const {session} = play(start, 'docker pull -q busybox', 'docker run --name c1 busybox date +%F', 'touch new');
	expect(shown(play(session, 'docker inspect -f "{{.Created}}" c1 | cut -c1-17; docker logs -t c1 | cut -c1-17; docker ps -a --format "{{.CreatedAt}}" | cut -c1-16; stat -c %y new | cut -c1-16')))
		.toBe('2000-02-29T12:00:\n2000-02-29T12:00:\n2000-02-29 12:00\n2000-02-29 12:00\n');
	expect(shown(play(session, 'docker events --since 2000-02-29T12:00:00Z --until 2000-02-29T12:00:01Z --format "{{.Action}}"; docker logs --until 2000-02-29T12:00:00Z c1; docker logs --since 2000-02-29 c1'))).toMatch(/^pull\ncreate\n[^]*die\n2000-02-29\n$/v);
});

test('a program that reads gets the next line, and the end of input', () => {
	const {session} = play(startSession(origin).session, 'cat > note');
	expect(session.foreground).toBe('reading');
	expect(shown(play(session, 'first', 'second', {type: 'end-of-input'}, 'cat note'))).toBe('cat note\nfirst\nsecond\nlearner@lab:~$ ');
});

test('the shell can be left', () => {
	const {session} = play(startSession(origin).session, 'exit 3');
	expect(session.foreground).toBe('ended');
	expect(session.status).toBe(3);
});

test('equal origins and actions give equal worlds, another seed other ids', () => {
	const run = (seed: number) => shown(play(startSession({...origin, seed}).session, 'docker pull -q busybox', 'docker run -d busybox sleep 100'));
	expect(run(1)).toBe(run(1));
	expect(run(1)).not.toBe(run(2));
});

test('time passes while nobody does anything', () => {
	const {session} = startSession(origin);
	expect(apply(session, {type: 'advance', ns: 60e9}).elapsedNs).toBe(60e9);
});
