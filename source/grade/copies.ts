// Which transcripts of a class have something in common that is rare in the class: runs of commands that are the same up to names,
// pauses that are the same to the millisecond, answers that hardly anybody else gave. It reports evidence with its lines, never a
// verdict: pairs that worked side by side look the same.
//
// The idea is that of fingerprints of k neighbours in an inverted index (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003), without
// the winnowing, since sessions are short. What many learners have in common, as the lab's own solution, is no evidence and is left out.

import type {Transcript, TranscriptRecord} from '../transcript/read.js';

export type Submission = {readonly file: string; readonly transcript: Transcript};

/** A stretch of both transcripts, by lines. */
export type Stretch = {readonly first: readonly [from: number, to: number]; readonly second: readonly [from: number, to: number]; readonly length: number};

export type Evidence =
	/** As many commands in a row, the same up to names. `sample`: the first of them as each wrote it. */
	| ({readonly kind: 'commands'; readonly sample: readonly [string, string]} & Stretch)
	/** As many pauses in a row, the same to the millisecond. */
	| ({readonly kind: 'rhythm'} & Stretch)
	| {readonly kind: 'answer'; readonly step: string; readonly text: string; readonly lines: readonly [number, number]};

export type Pair = {
	/** The one that says it began earlier. */
	readonly first: string;
	readonly second: string;
	readonly lab: string;
	readonly evidence: readonly Evidence[];
};

/** How many neighbours make a fingerprint. Shorter ones are chance, longer ones miss what was changed a little. */
const commandRun = 5;
const pauseRun = 4;

/** What more learners than these have in common is usual: two, or one in fifty of a large class. */
function rareLimit(learners: number): number {
	return Math.max(2, Math.floor(learners / 50));
}

/** Pairs of transcripts of one lab by different learners, those with most evidence first. */
export function findCopies(submissions: readonly Submission[]): readonly Pair[] {
	const byLab = Map.groupBy(submissions.filter(({transcript}) => transcript.header.virtlab.lab !== undefined), ({transcript}) => transcript.header.virtlab.lab!.id);
	const pairs = [...byLab].flatMap(([lab, group]) => pairsOf(lab, group.map(workOf)));
	return pairs.sort((a, b) => weight(b) - weight(a) || (a.first < b.first ? -1 : 1));
}

function weight({evidence}: Pair): number {
	return evidence.reduce((sum, item) => sum + (item.kind === 'answer' ? 1 : item.length), 0);
}

type Deed = {readonly text: string; readonly line: number; readonly pauseMs: number};
type Work = {readonly file: string; readonly learner: string; readonly startedSeconds: number; readonly commands: readonly Deed[]; readonly deeds: readonly Deed[]; readonly answers: readonly Answer[]};
type Answer = {readonly step: string; readonly text: string; readonly line: number};

function workOf({file, transcript: {header, records}}: Submission): Work {
	const deeds = records.map((record, index): Deed => ({text: record.action.type === 'line' ? record.action.text.trim() : '', line: record.line, pauseMs: Math.round((record.atSeconds - (records[index - 1]?.atSeconds ?? 0)) * 1000)}));
	return {
		file,
		learner: header.virtlab.learner,
		startedSeconds: header.timestamp ?? 0,
		commands: deeds.filter(({text}) => text !== ''),
		deeds,
		answers: records.flatMap(answerOf),
	};
}

function answerOf({action, line}: TranscriptRecord): readonly Answer[] {
	return action.type === 'answer' ? [{step: action.step, text: action.text.trim().toLowerCase(), line}] : [];
}

function pairsOf(lab: string, works: readonly Work[]): readonly Pair[] {
	const isCommon = commonWords(works);
	const found = new Map<string, {first: Work; second: Work; evidence: Evidence[]}>();
	const add = (one: Work, other: Work, evidence: (first: Work) => Evidence): void => {
		const [first, second] = one.startedSeconds <= other.startedSeconds ? [one, other] : [other, one];
		const key = JSON.stringify([first.file, second.file]);
		const pair = found.get(key) ?? {first, second, evidence: []};
		pair.evidence.push(evidence(first));
		found.set(key, pair);
	};

	const runs = [
		{kind: 'commands', size: commandRun, of: (work: Work) => work.commands, fingerprint: (deeds: readonly Deed[]) => renamed(deeds, isCommon)},
		// A pause of nothing is a script's, and many scripts have them.
		{kind: 'rhythm', size: pauseRun, of: (work: Work) => work.deeds, fingerprint: (deeds: readonly Deed[]) => deeds.some(({pauseMs}) => pauseMs < 100) ? undefined : deeds.map(({pauseMs}) => pauseMs).join(' ')},
	] as const;
	for (const {kind, size, of, fingerprint} of runs) {
		for (const run of sharedRuns(works, {size, of, fingerprint})) {
			add(run.one, run.other, first => stretch(kind, first === run.one ? run : {one: run.other, other: run.one, at: run.otherAt, otherAt: run.at, length: run.length}, of));
		}
	}

	for (const [one, other] of sharedAnswers(works)) {
		add(one.work, other.work, first => ({kind: 'answer', step: one.answer.step, text: one.answer.text, lines: first === one.work ? [one.answer.line, other.answer.line] : [other.answer.line, one.answer.line]}));
	}

	return [...found.values()].map(({first, second, evidence}) => ({first: first.file, second: second.file, lab, evidence}));
}

function stretch(kind: 'commands' | 'rhythm', {one, other, at, otherAt, length}: Run, of: (work: Work) => readonly Deed[]): Evidence {
	const [first, second] = [of(one).slice(at, at + length), of(other).slice(otherAt, otherAt + length)];
	const lines = {first: [first[0]!.line, first.at(-1)!.line], second: [second[0]!.line, second.at(-1)!.line], length} as const;
	return kind === 'commands' ? {kind, ...lines, sample: [first[0]!.text, second[0]!.text]} : {kind, ...lines};
}

const word = /[\p{L}_][\p{L}\d_\-.]*/gv;

/** Words that more than a rare few use belong to the lab; the others are names that somebody chose. */
function commonWords(works: readonly Work[]): (text: string) => boolean {
	const users = new Map<string, Set<string>>();
	for (const {commands, learner} of works) {
		for (const text of new Set(commands.flatMap(command => command.text.match(word) ?? []))) {
			users.set(text, (users.get(text) ?? new Set()).add(learner));
		}
	}

	const limit = rareLimit(new Set(works.map(({learner}) => learner)).size);
	return text => (users.get(text)?.size ?? 0) > limit;
}

/** Commands with every chosen name replaced by the number of its first appearance. */
function renamed(deeds: readonly Deed[], isCommon: (text: string) => boolean): string {
	const numbers = new Map<string, number>();
	return deeds.map(({text}) => text.replaceAll(word, found => {
		if (isCommon(found)) {
			return found;
		}

		const number = numbers.get(found) ?? numbers.size;
		numbers.set(found, number);
		return `\u0000${number}`;
	})).join('\n');
}

type Run = {readonly one: Work; readonly other: Work; readonly at: number; readonly otherAt: number; readonly length: number};
type Runs = {readonly size: number; readonly of: (work: Work) => readonly Deed[]; readonly fingerprint: (deeds: readonly Deed[]) => string | undefined};
type Place = {readonly work: Work; readonly at: number};

/** Maximal runs that two learners share and hardly anybody else has. */
function sharedRuns(works: readonly Work[], {size, of, fingerprint}: Runs): readonly Run[] {
	const places = new Map<string, Place[]>();
	for (const work of works) {
		const deeds = of(work);
		for (let at = 0; at + size <= deeds.length; at++) {
			const print = fingerprint(deeds.slice(at, at + size));
			if (print !== undefined) {
				const same = places.get(print) ?? [];
				same.push({work, at});
				places.set(print, same);
			}
		}
	}

	const limit = rareLimit(new Set(works.map(({learner}) => learner)).size);
	const shared = [...places.values()].flatMap(found => new Set(found.map(({work}) => work.learner)).size <= limit ? couples(found) : []);
	return joined(shared, size);
}

/** All pairs of places of different learners. A fingerprint that one learner repeats counts once. */
function couples(places: readonly Place[]): ReadonlyArray<readonly [Place, Place]> {
	const firsts = [...Map.groupBy(places, ({work}) => work.file).values()].map(found => found[0]!);
	return firsts.flatMap((one, index) => firsts.slice(index + 1).filter(other => other.work.learner !== one.work.learner).map(other => [one, other] as const));
}

/** Fingerprints that follow each other in both transcripts are one run. */
function joined(shared: ReadonlyArray<readonly [Place, Place]>, size: number): readonly Run[] {
	const runs: Run[] = [];
	const byPair = Map.groupBy(shared, ([one, other]) => JSON.stringify([one.work.file, other.work.file]));
	for (const found of byPair.values()) {
		let last: Run | undefined;
		for (const [one, other] of found.toSorted(([a], [b]) => a.at - b.at)) {
			const next = last === undefined ? undefined : last.length - size + 1;
			if (last !== undefined && one.at === last.at + next! && other.at === last.otherAt + next!) {
				last = {...last, length: last.length + 1};
				runs[runs.length - 1] = last;
			} else {
				last = {one: one.work, other: other.work, at: one.at, otherAt: other.at, length: size};
				runs.push(last);
			}
		}
	}

	return runs;
}

type GivenAnswer = {readonly work: Work; readonly answer: Answer};

function sharedAnswers(works: readonly Work[]): ReadonlyArray<readonly [GivenAnswer, GivenAnswer]> {
	const given = Map.groupBy(works.flatMap(work => work.answers.map((answer): GivenAnswer => ({work, answer}))), ({answer}) => JSON.stringify([answer.step, answer.text]));
	const learners = new Set(works.map(({learner}) => learner)).size;
	// Where two are the class, every answer is rare.
	const limit = learners > 2 ? rareLimit(learners) : 0;
	return [...given.values()].flatMap(found => {
		const firsts = [...Map.groupBy(found, ({work}) => work.learner).values()].map(same => same[0]!);
		return firsts.length > limit ? [] : firsts.flatMap((one, index) => firsts.slice(index + 1).map(other => [one, other] as const));
	});
}
