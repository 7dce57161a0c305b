// Random sessions hold what every session must hold. A failure names its seed; VIRTLAB_SEED repeats it, VIRTLAB_SIMULATIONS asks for more.

import {expect, test} from 'vitest';
import {concatBytes, decodeText} from '../source/base/bytes.js';
import type {World} from '../source/base/transaction.js';
import type {Action} from '../source/session/action.js';
import {apply, startSession} from '../source/session/apply.js';
import type {Applied, Origin, Session} from '../source/session/session.js';
import {swarm} from './support/swarm.js';
import {worldDigest} from './support/world-digest.js';
import {brokenReferences} from './support/world-invariants.js';

const count = Number(process.env['VIRTLAB_SIMULATIONS'] ?? 10);
const firstSeed = Number(process.env['VIRTLAB_SEED'] ?? 1);
const actionsOfRun = 14;
/** Every so many actions the dear checks are made, which run the session again from its start. */
const dearEvery = 6;

type Apply = (session: Session, action: Action) => Applied;

function shown({output, broken}: Applied): string {
	return `${decodeText(concatBytes(output.map(({bytes}) => bytes)))}${broken ?? ''}`;
}

/** Refusals that are meant for the learner; all other texts there are broken invariants. */
function isInternalError({broken}: Applied): boolean {
	return broken?.includes('internal error') ?? false;
}

/** Runs a random session and answers the first thing that is wrong, or undefined. */
function simulate(seed: number, applied: Apply): string | undefined {
	const origin: Origin = {lab: undefined, scenario: 'default', seed, learner: 'swarm', interactive: seed % 2 === 0, columns: 80, rows: 24};
	const start = startSession(origin).session;
	const startDigest = worldDigest(start.world);
	let session = start;
	const done: Array<{readonly action: Action; readonly text: string}> = [];
	for (const [index, action] of swarm(seed, actionsOfRun).entries()) {
		const next = applied(session, action);
		done.push({action, text: shown(next)});
		const flaw = isInternalError(next) ? next.broken : (brokenReferences(next.session.world)[0] ?? (index % dearEvery === dearEvery - 1 ? flawOfPast({session, next, action, applied}) : undefined));
		if (flaw !== undefined) {
			return `action ${index} ${JSON.stringify(action)}: ${flaw}`;
		}

		session = next.session;
	}

	return worldDigest(start.world) === startDigest ? flawOfReplay(start, done, session.world) : 'the first world has changed';
}

/** The old session applied again gives the same; undo and redo lead back. */
function flawOfPast({session, next, action, applied}: {readonly session: Session; readonly next: Applied; readonly action: Action; readonly applied: Apply}): string | undefined {
	const before = worldDigest(session.world);
	const after = worldDigest(next.session.world);
	const again = applied(session, action);
	if (shown(again) !== shown(next) || worldDigest(again.session.world) !== after) {
		return `applied again it shows something else: ${JSON.stringify(shown(again))} instead of ${JSON.stringify(shown(next))}`;
	}

	const undone = apply(next.session, {type: 'undo'});
	const redone = undone.broken === undefined ? apply(undone.session, {type: 'redo'}) : undefined;
	if (redone !== undefined && worldDigest(redone.session.world) !== after) {
		return 'undo and redo lead elsewhere';
	}

	return worldDigest(session.world) === before ? undefined : 'the world before it has changed';
}

function flawOfReplay(start: Session, done: ReadonlyArray<{readonly action: Action; readonly text: string}>, end: World): string | undefined {
	let session = startSession(start.origin).session;
	for (const [index, {action, text}] of done.entries()) {
		const applied = apply(session, action);
		if (shown(applied) !== text) {
			return `replayed, action ${index} shows ${JSON.stringify(shown(applied))} instead of ${JSON.stringify(text)}`;
		}

		session = applied.session;
	}

	return worldDigest(session.world) === worldDigest(end) ? undefined : 'the replay ends in another world';
}

test.each(Array.from({length: count}, (_, index) => firstSeed + index))('a random session with seed %i', seed => {
	expect(simulate(seed, apply)).toBeUndefined();
}, 120_000);

test('the check finds an apply that remembers what it should not', () => {
	let calls = 0;
	const flaws = [2, 3, 4, 5].map(seed => simulate(seed, (session, action) => {
		calls++;
		const applied = apply(session, action);
		return {...applied, output: [...applied.output, {stream: 'stdout', bytes: Uint8Array.of(48 + (calls % 10))}]};
	}));
	expect(flaws.every(flaw => flaw !== undefined)).toBe(true);
}, 60_000);

test('the check finds a reference that leads nowhere', () => {
	const {world} = startSession({lab: undefined, scenario: 'default', seed: 1, learner: 'swarm', interactive: false, columns: 80, rows: 24}).session;
	expect(brokenReferences(world)).toEqual([]);
	const tables = new Map(world.tables);
	tables.delete('file');
	expect(brokenReferences({tables})[0]).toMatch(/no open file/v);
});
