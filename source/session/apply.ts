// The only way from one World to the next. Play, replay, grading, undo, the lab checker and the tests all come through here.
//
// A session is a value. What cannot be one, the running programs, is kept beside it (`machines`) as a cache: when an action is applied
// to a session whose machine has gone on or is lost (after an undo, in a branch), it is made again by running that session's
// actions from the start. Programs are deterministic, so the result is the same; test/session/undo.test.ts holds that.

import {BrokenInvariant} from '../base/assert.js';
import {concatBytes, decodeText} from '../base/bytes.js';
import {advanceTo, nextTimer, nowNs, secondNs} from '../base/clock.js';
import {reader, Transaction, type TraceEvent, type World} from '../base/transaction.js';
import {evaluate} from '../lab/evaluate.js';
import {takeHint} from '../lab/hint.js';
import type {Moment} from '../lab/predicate.js';
import {type Progress, startProgress} from '../lab/progress.js';
import {resizeTerminal} from '../model/kernel/terminal.js';
import type {KernelEvent} from '../model/kernel/schema.js';
import type {WorldSchema} from '../model/world/schema.js';
import type {Action} from './action.js';
import {worldDocuments} from './documents.js';
import {engineVersion} from './engine-version.js';
import {attendClients, hasReplies} from '../model/world/client.js';
import {actAsClient, refuseClient, sentBytes} from './clients.js';
import {collect, collectReplies, type Collector} from './collect.js';
import {clientNs, keyNs, maxActionNs, maxActions, maxKeptWorlds, maxLineBytes, maxOutputBytes, maxReplyBytes, maxSteps, maxStepsPerSecond} from './limits.js';
import {bootWorld, isOutput, killForeground, logIn, type Machine, pressKey, type Transact, typeLine} from './machine.js';
import type {Applied, Entry, Origin, Output, Reply, Session} from './session.js';
import {foregroundOf, settling} from './settle.js';

const machines = new WeakMap<Session, Machine>();

/** Boots the world of an origin, runs the lab's set-up and logs the learner in. */
export function startSession(origin: Origin): Applied {
	const {machine, world, collector} = start(origin);
	const session: Session = {
		origin, start: world, world, history: [], line: [], undone: [], status: 0, progress: origin.lab === undefined ? undefined : startProgress(origin.lab), clientBytes: 0, ...outlook(machine, world),
	};
	machines.set(session, machine);
	return {session, output: collector.output, replies: [], trace: [], elapsedNs: 0, broken: undefined};
}

function start(origin: Origin): {readonly machine: Machine; readonly world: World; readonly collector: Collector} {
	const {loop, world, kernel} = bootWorld(origin);
	const tx: Transact = new Transaction(world);
	loop.begin(tx);
	const machine = logIn(loop, kernel, origin);
	loop.run({untilNs: nowNs(tx) + maxActionNs, maxSteps, isSettled: settling(machine)});
	const after = tx.commit();
	const collector = collect(tx.trace);
	loop.end();
	return {machine, world: after, collector};
}

/** Does one action. The given session stays what it is; the new one is in the answer. */
export function apply(session: Session, action: Action): Applied {
	const refused = refuse(session, action);
	if (refused !== undefined) {
		return unchanged(session, refused);
	}

	switch (action.type) {
		case 'undo': {
			return undo(session);
		}

		case 'redo': {
			return redo(session);
		}

		case 'answer':
		case 'hint': {
			return record(session, machines.get(session), action, {world: session.world, output: [], replies: [], trace: []});
		}

		case 'line':
		case 'interrupt':
		case 'end-of-input':
		case 'suspend':
		case 'advance':
		case 'client':
		case 'client-bytes':
		case 'resize': {
			return run(session, action);
		}

		default: {
			throw new BrokenInvariant(`apply: ${JSON.stringify(action satisfies never)}`);
		}
	}
}

/** Why an action cannot be done at all, for the learner to read. */
function refuse(session: Session, action: Action): string | undefined {
	if (session.history.length >= maxActions) {
		return `virtlab: this session has reached its limit of ${maxActions} actions`;
	}

	if (session.foreground === 'ended' && isTyped(action)) {
		return 'virtlab: the shell has ended; undo brings it back';
	}

	if (action.type === 'line' && action.text.length > maxLineBytes) {
		return `virtlab: a line of more than ${maxLineBytes} characters is not accepted`;
	}

	if (action.type === 'advance' && !(isWithin(action.ns, 0, maxActionNs) && isWithin(action.steps ?? 1, 1, maxSteps))) {
		return `virtlab: time advances by 0 to ${maxActionNs / 1e9} s and 1 to ${maxSteps} steps at once`;
	}

	return action.type === 'client' || action.type === 'client-bytes' ? refuseClient(session, action) : undefined;
}

function isWithin(value: number, least: number, most: number): boolean {
	return Number.isSafeInteger(value) && value >= least && value <= most;
}

function unchanged(session: Session, broken: string): Applied {
	return {session, output: [], replies: [], trace: [], elapsedNs: 0, broken};
}

type MachineAction = Extract<Action, {type: 'line' | 'interrupt' | 'end-of-input' | 'suspend' | 'advance' | 'client' | 'client-bytes' | 'resize'}>;

function run(session: Session, action: MachineAction): Applied {
	let machine: Machine;
	let result: Effect;
	try {
		machine = machines.get(session) ?? rebuild(session).machine;
		machines.delete(session);
		result = perform(machine, session.world, action);
	} catch (error) {
		return unchanged(session, report(session, action, error));
	}

	return record(session, machine, action, result);
}

/** What to send us when an invariant broke: everything that replays it. */
function report(session: Session, action: Action, error: unknown): string {
	const {origin, line, history} = session;
	const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	const actions = JSON.stringify([...line.map(index => history[index]!.action), action]);
	return `virtlab: an internal error; the action was undone. Please report: ${reason} (virtlab ${engineVersion}, lab ${origin.lab?.id ?? origin.scenario}, seed ${origin.seed}, actions ${actions})`;
}

type Effect = {readonly world: World; readonly output: readonly Output[]; readonly replies: readonly Reply[]; readonly trace: readonly TraceEvent[]; readonly status?: number};

function perform(machine: Machine, world: World, action: MachineAction): Effect {
	const {loop} = machine;
	const tx: Transact = new Transaction(world);
	loop.begin(tx);
	const isTerminal = machine.input.kind === 'terminal';
	const boundNs = boundOf(action, isTerminal);
	const limitNs = boundNs ?? maxActionNs;
	const hasReader = input(machine, tx, action);
	const isClient = action.type === 'client' || action.type === 'client-bytes';
	const isSettled = action.type === 'advance' ? () => false : (isClient ? (isIdle: boolean) => isIdle : settling(machine));
	const replyBudget = {bytes: maxReplyBytes};
	const beforeRound = () => {
		attendClients({tx, loop}, replyBudget);
	};
	let outputBytes = 0;
	let seen = 0;
	const isOver = (isIdle: boolean): boolean => {
		const {trace} = tx;
		for (; seen < trace.length; seen++) {
			outputBytes += outputSize(trace[seen]!);
		}

		return outputBytes > maxOutputBytes || isSettled(isIdle);
	};

	const askedSteps = action.type === 'advance' ? action.steps : undefined;
	// Who sits at a terminal or serves clients looks again soon, and wants to be answered meanwhile.
	const isWatched = isTerminal || isClient;
	const limits = {untilNs: nowNs(tx) + limitNs, maxSteps: askedSteps ?? (isWatched && boundNs !== undefined ? stepsIn(boundNs) : maxSteps), isSettled: isOver, beforeRound};
	const result = loop.run(limits);
	beforeRound();
	if (action.type === 'advance' && result === 'idle') {
		// Nobody waits for anything, and time passes all the same.
		advanceTo(tx, Math.max(nowNs(tx), limits.untilNs));
	}

	const reason = outputBytes > maxOutputBytes
		? `it wrote more than ${maxOutputBytes / 2 ** 20} MiB`
		: stopReason(result, {isBounded: boundNs !== undefined, isInteractive: isWatched || askedSteps !== undefined, hasReader});
	const stopped = reason === undefined ? [] : stop(machine, reason);
	const collector = collect(tx.trace, stopped);
	const after = tx.commit();
	loop.end();
	const status = collector.statusOf(machine.login);
	return {world: after, output: collector.output, replies: collectReplies(tx.trace), trace: tx.trace.filter(event => !isOutput(event)), ...(status === undefined ? {} : {status})};
}

/** Virtual time after which an action is over even if its command still runs. Undefined: it goes on until the command is done. */
function boundOf(action: MachineAction, isTerminal: boolean): number | undefined {
	switch (action.type) {
		case 'advance': {
			return action.ns;
		}

		case 'line': {
			return action.waitNs;
		}

		case 'client':
		case 'client-bytes': {
			return clientNs;
		}

		case 'interrupt':
		case 'end-of-input':
		case 'suspend':
		case 'resize': {
			// A program may ignore the key.
			return isTerminal ? keyNs : undefined;
		}

		default: {
			throw new BrokenInvariant(`boundOf: ${JSON.stringify(action satisfies never)}`);
		}
	}
}

function stepsIn(ns: number): number {
	return maxStepsPerSecond * Math.max(1, Math.ceil(ns / secondNs));
}

function outputSize(event: TraceEvent): number {
	return isOutput(event) && event.kind !== 'client-output' ? (event as Extract<KernelEvent, {kind: 'stream-output'}>).bytes.length : 0;
}

/** Gives the action to the machine; false if nobody will ever read the line. */
function input(machine: Machine, tx: Transact, action: MachineAction): boolean {
	switch (action.type) {
		case 'client':
		case 'client-bytes': {
			actAsClient(machine, tx, action);
			return true;
		}

		case 'line': {
			return typeLine(machine, action.text);
		}

		case 'interrupt':
		case 'end-of-input':
		case 'suspend': {
			pressKey(machine, action.type);
			return true;
		}

		case 'resize': {
			if (machine.input.kind === 'terminal') {
				resizeTerminal(machine.loop, machine.input.terminal, {columns: action.columns, rows: action.rows});
			}

			return true;
		}

		case 'advance': {
			return true;
		}

		default: {
			throw new BrokenInvariant(`input: ${JSON.stringify(action satisfies never)}`);
		}
	}
}

/** Why a command has to be ended by force, if it has: a limit, or in line mode that it would wait for ever. */
function stopReason(result: 'settled' | 'time' | 'idle' | 'steps', how: {readonly isBounded: boolean; readonly isInteractive: boolean; readonly hasReader: boolean}): string | undefined {
	if (!how.hasReader) {
		return 'it does not read its input';
	}

	if (how.isInteractive) {
		return undefined;
	}

	switch (result) {
		case 'steps': {
			return `it made more than ${maxSteps} steps`;
		}

		case 'time': {
			return how.isBounded ? undefined : `it ran for more than ${maxActionNs / 1e9} s of virtual time`;
		}

		case 'idle':
		case 'settled': {
			return undefined;
		}

		default: {
			throw new BrokenInvariant(`stopReason: ${result satisfies never}`);
		}
	}
}

function stop(machine: Machine, reason: string): readonly Output[] {
	const {loop} = machine;
	killForeground(machine);
	loop.restartCount();
	loop.run({untilNs: nowNs(loop.tx) + 1e9, maxSteps: maxSteps / 10, isSettled: settling(machine)});
	const bytes = new TextEncoder().encode(`virtlab: the command was stopped: ${reason}\n`);
	return [{stream: machine.input.kind === 'terminal' ? 'terminal' : 'stderr', bytes}];
}

/** Appends the entry of an action, with the progress that it made, and hands the machine on to the new session. */
function record(session: Session, machine: Machine | undefined, action: Action, effect: Effect): Applied {
	const {world, output, replies, trace} = effect;
	const progress = judgeAction(session, action, effect);
	const entry: Entry = {action, world, output, replies, trace, progress};
	const next: Session = {
		...session,
		world,
		history: withEntry(session.history, entry),
		line: [...session.line, session.history.length],
		undone: action.type === 'answer' || action.type === 'hint' ? session.undone : [],
		progress,
		status: effect.status ?? session.status,
		clientBytes: session.clientBytes + sentBytes(action),
		...machine === undefined ? {} : outlook(machine, world),
	};
	if (machine !== undefined) {
		machines.delete(session);
		machines.set(next, machine);
	}

	return {session: next, output, replies, trace, elapsedNs: elapsed(session, next), broken: undefined};
}

/** Forgets what can be made again of the entry that is too old now: a served session would fill the memory long before its limit of actions. */
function withEntry(history: readonly Entry[], entry: Entry): readonly Entry[] {
	const next = [...history, entry];
	const old = next[next.length - 1 - maxKeptWorlds];
	if (old !== undefined) {
		next[next.length - 1 - maxKeptWorlds] = {...old, world: undefined, replies: [], trace: []};
	}

	return next;
}

function elapsed(before: Session, after: Session): number {
	return nowNs(reader<WorldSchema>(after.world)) - nowNs(reader<WorldSchema>(before.world));
}

/** What the terminal's foreground does, and when something will happen by itself. */
function outlook(machine: Machine, world: World): Pick<Session, 'foreground' | 'dueNs'> {
	const {loop} = machine;
	const tx: Transact = new Transaction(world);
	loop.begin(tx);
	const foreground = foregroundOf(machine);
	const dueNs = loop.isIdle && !hasReplies({tx, loop}) ? nextTimer(tx)?.dueNs : nowNs(tx);
	loop.end();
	return {foreground, dueNs};
}

function judgeAction({origin, progress}: Session, action: Action, {world, output, trace}: Effect): Progress | undefined {
	const {lab} = origin;
	if (lab === undefined || progress === undefined) {
		return progress;
	}

	const moment: Moment = {
		documents: worldDocuments(world),
		trace,
		output: decodeText(concatBytes(output.map(({bytes}) => bytes))),
		answer: action.type === 'answer' ? {step: action.step, text: action.text} : undefined,
	};
	return action.type === 'hint' ? takeHint(lab, progress, {step: action.step, moment}) : evaluate(lab, progress, moment);
}

/** Actions that undo takes back: what the learner did, not the time that passed. Of a client it takes back the connection with all that it said. */
function isDeed(action: Action): boolean {
	return isTyped(action) || (action.type === 'client' && action.does === 'connect');
}

function isTyped({type}: Action): boolean {
	return type === 'line' || type === 'interrupt' || type === 'end-of-input' || type === 'suspend';
}

function undo(session: Session): Applied {
	const {history, line} = session;
	const at = line.findLastIndex(index => isDeed(history[index]!.action));
	if (at === -1) {
		return unchanged(session, 'virtlab: nothing to undo');
	}

	return travel(session, {type: 'undo'}, {line: line.slice(0, at), undone: [...session.undone, ...line.slice(at).reverse()]});
}

function redo(session: Session): Applied {
	const {undone, history, line} = session;
	if (undone.length === 0) {
		return unchanged(session, 'virtlab: nothing to redo');
	}

	// The deed and everything up to the next one.
	let count = 1;
	while (count < undone.length && !isDeed(history[undone.at(-1 - count)!]!.action)) {
		count++;
	}

	return travel(session, {type: 'redo'}, {line: [...line, ...undone.slice(-count).reverse()], undone: undone.slice(0, -count)});
}

/** Goes to the world at the end of another line of entries. What was credited stays credited. */
function travel(session: Session, action: Action, {line, undone}: Pick<Session, 'line' | 'undone'>): Applied {
	const last = line.at(-1);
	const known = last === undefined ? session.start : session.history[last]!.world;
	try {
		const {machine, world: made} = rebuild({...session, line});
		const world = known ?? made;
		const entry: Entry = {action, world, output: [], replies: [], trace: [], progress: session.progress};
		const there: Session = {...session, world, history: withEntry(session.history, entry), line, undone, ...outlook(machine, world)};
		machines.set(there, machine);
		return {session: there, output: [], replies: [], trace: [], elapsedNs: elapsed(session, there), broken: undefined};
	} catch (error) {
		return unchanged(session, report(session, action, error));
	}
}

/** Makes the machine of a session again, and its world, by running its actions from the start. */
function rebuild(session: Pick<Session, 'origin' | 'history' | 'line'>): {readonly machine: Machine; readonly world: World} {
	const {machine, world} = start(session.origin);
	let at = world;
	for (const index of session.line) {
		const {action} = session.history[index]!;
		if (action.type !== 'answer' && action.type !== 'hint' && action.type !== 'undo' && action.type !== 'redo') {
			at = perform(machine, at, action).world;
		}
	}

	return {machine, world: at};
}
