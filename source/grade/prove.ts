// The proof that a lab can be solved, and only by doing what it asks. Everything goes through the same `apply` as a learner's work.
//
//     at the start                        no step is passed
//     solution.console                    passes every step, twice the same bytes, in every language
//     solution without any one command    fails (`redundant` in lab.yaml lists the exceptions, with reasons)
//     near-miss-*.console                 fails exactly the check that it names
//     also-ok-*.console                   passes every step
//     examples of hints                   fire their hints

import {concatBytes, decodeText} from '../base/bytes.js';
import {compilePosixRegex} from '../base/posix-regex.js';
import {isComplete, type Progress} from '../lab/progress.js';
import type {Hint, Lab, LabStep} from '../lab/schema.js';
import {parseEntries, type Script, type ScriptAction, type ScriptEntry} from '../lab/script.js';
import {apply, startSession} from '../session/apply.js';
import type {Applied, Origin} from '../session/session.js';
import {outputDigest} from '../transcript/format.js';

/** What is wrong with a lab's proof: where, and what. */
export type Flaw = {readonly where: string; readonly message: string};

export type Proof = {readonly lab: string; readonly flaws: readonly Flaw[]; /** Actions that were applied to find out. */ readonly actions: number};

export type ProveOptions = {readonly seed: number; readonly learner: string};

/** Proves a lab. The flaws are in the order of the list above. */
export function prove(lab: Lab, options: ProveOptions = {seed: 1, learner: 'proof'}): Proof {
	const prover = new Prover(lab, options);
	prover.prove();
	return {lab: lab.id, flaws: prover.flaws, actions: prover.actions};
}

/** An answer that names a pattern is what the last command printed of it: what a learner would have read off the screen. */
function resolved(action: ScriptAction, last: Applied): ScriptAction {
	if (action.type !== 'answer' || !action.text.startsWith('@')) {
		return action;
	}

	const regex = compilePosixRegex(action.text.slice(1), {extended: true, ignoreCase: false});
	const shown = decodeText(concatBytes(last.output.map(({bytes}) => bytes)));
	const [span] = 'error' in regex ? [] : regex.find(shown) ?? [];
	return {...action, text: span === undefined ? '?' : shown.slice(span.start, span.end)};
}

type Played = {readonly progress: Progress; readonly last: Applied; readonly digests: readonly string[]};

class Prover {
	readonly flaws: Flaw[] = [];
	actions = 0;
	readonly #lab: Lab;
	readonly #origin: Origin;

	constructor(lab: Lab, {seed, learner}: ProveOptions) {
		this.#lab = lab;
		this.#origin = {lab, scenario: lab.scenario, seed, learner, interactive: true, columns: 80, rows: 24};
	}

	prove(): void {
		const solution = this.#lab.scripts.find(script => script.kind === 'solution')!;
		this.#proveStart();
		this.#proveSolution(solution);
		this.#proveNothingToSpare(solution);
		for (const script of this.#lab.scripts) {
			if (script.kind === 'near-miss') {
				this.#proveNearMiss(script);
			} else if (script.kind === 'also-ok') {
				this.#provePasses(script.file, this.#play(script.entries));
			}
		}

		this.#proveHints(solution);
	}

	#proveStart(): void {
		const {progress} = this.#play([{line: 0, text: '', actions: [{type: 'advance', ns: 0}]}]);
		for (const step of progress.steps.filter(({state}) => state === 'passed')) {
			this.#complain('start', `step "${step.id}" is passed before anything was done`);
		}
	}

	#proveSolution(solution: Script): void {
		const first = this.#play(solution.entries);
		this.#provePasses(solution.file, first);
		const again = [this.#origin, {...this.#origin, interactive: false}, ...[...this.#lab.texts].map(text => ({...this.#origin, lab: {...this.#lab, texts: new Map([text])}}))];
		for (const origin of again) {
			const played = this.#play(solution.entries, origin);
			const differs = played.digests.findIndex((digest, index) => digest !== first.digests[index]);
			if (!origin.interactive) {
				this.#provePasses(`${solution.file} in line mode`, played);
			} else if (differs !== -1) {
				this.#complain(solution.file, `a replay shows something else after action ${differs}`);
			}
		}
	}

	#proveNothingToSpare(solution: Script): void {
		for (const [index, entry] of solution.entries.entries()) {
			const isListed = this.#lab.redundant.some(({line}) => line === entry.text);
			const {progress} = this.#play(solution.entries.filter((_, at) => at !== index));
			if (isComplete(progress) !== isListed) {
				this.#complain(`${solution.file}:${entry.line}`, isListed ? `"${entry.text}" is listed as redundant, but the lab fails without it` : `the lab passes without "${entry.text}": check its effect, or list it as redundant with a reason`);
			}
		}
	}

	#proveNearMiss({file, fails, entries}: Script): void {
		const {progress} = this.#play(entries);
		const failing = progress.steps.filter(({state}) => state === 'open').flatMap(step => step.checks.filter(check => !check.passed).map(check => check.id));
		if (failing.length !== 1 || failing[0] !== fails) {
			this.#complain(file, failing.length === 0 ? `passes, but should fail check "${fails}"` : `fails ${failing.join(', ')}, but should fail exactly "${fails}"`);
		}
	}

	#proveHints(solution: Script): void {
		for (const step of this.#lab.steps) {
			for (const [index, hint] of step.hints.entries()) {
				if (hint.example !== undefined) {
					this.#proveHint({solution, step, hint, index});
				}
			}
		}
	}

	#proveHint({solution, step, hint, index}: {readonly solution: Script; readonly step: LabStep; readonly hint: Hint; readonly index: number}): void {
		const where = `hint ${index + 1} of step "${step.id}"`;
		const {entries} = parseEntries('lab.yaml', hint.example ?? '');
		const before = this.#entriesUntilOpen(solution, step.id);
		const ask: ScriptEntry = {line: 0, text: '', actions: []};
		const played = this.#play([...before, ...entries, ask]);
		const asked = this.#apply(played.last, {type: 'hint', step: step.id});
		const given = asked.session.progress?.steps.find(({id}) => id === step.id);
		if (given?.state !== 'open') {
			this.#complain(where, 'after its example the step is not open');
		} else if (given.hints.at(-1) !== index) {
			this.#complain(where, `its example fires hint ${(given.hints.at(-1) ?? -1) + 1}`);
		}
	}

	/** The part of the solution that is played before the learner is asked to do the step. */
	#entriesUntilOpen(solution: Script, step: string): readonly ScriptEntry[] {
		let last = this.#start(this.#origin);
		for (const [index, entry] of solution.entries.entries()) {
			if (last.session.progress?.steps.find(({id}) => id === step)?.state !== 'locked') {
				return solution.entries.slice(0, index);
			}

			last = entry.actions.reduce((applied, action) => this.#apply(applied, resolved(action, applied)), last);
		}

		return solution.entries;
	}

	#provePasses(where: string, {progress}: Played): void {
		const step = progress.steps.find(({state}) => state !== 'passed');
		if (step !== undefined) {
			const failed = step.checks.filter(check => !check.passed).map(check => `${check.id} (expected ${check.expected}; found ${check.actual})`);
			this.#complain(where, `stops at step "${step.id}": ${failed.join('; ')}`);
		}
	}

	#play(entries: readonly ScriptEntry[], origin: Origin = this.#origin): Played {
		let last = this.#start(origin);
		const digests: string[] = [outputDigest(last.output)];
		for (const entry of entries) {
			for (const action of entry.actions) {
				last = this.#apply(last, resolved(action, last));
				digests.push(outputDigest(last.output));
			}
		}

		return {progress: last.session.progress ?? {steps: []}, last, digests};
	}

	#start(origin: Origin): Applied {
		return startSession(origin);
	}

	#apply(before: Applied, action: Parameters<typeof apply>[1]): Applied {
		this.actions++;
		const after = apply(before.session, action);
		if (after.broken !== undefined) {
			this.#complain(JSON.stringify(action), after.broken);
		}

		return after;
	}

	#complain(where: string, message: string): void {
		this.flaws.push({where, message});
	}
}
