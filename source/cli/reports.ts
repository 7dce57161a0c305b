// The subcommands that read and report: list, check, replay. Each writes to standard output and answers the exit status.

import {readFileSync} from 'node:fs';
import {prove} from '../grade/prove.js';
import {describeProblem} from '../lab/load.js';
import type {Lab} from '../lab/schema.js';
import type {Locale} from '../i18n/message.js';
import {readTranscript, type Transcript} from '../transcript/read.js';
import {replay} from '../transcript/replay.js';
import {allLabs, labFolders} from './catalogue.js';
import {describeDiff, describeMoment, momentsAt} from './explain.js';
import {knownLabs} from './grade-one.js';
import {visible} from './visible.js';

function print(text: string): void {
	process.stdout.write(text);
}

/** `virtlab list [--json]` */
export function list({json, locale}: {readonly json: boolean; readonly locale: Locale}): number {
	const labs = allLabs().map(lab => ({id: lab.id, title: titleOf(lab, locale), track: lab.track, difficulty: lab.difficulty, minutes: lab.minutes, steps: lab.steps.length, requires: lab.requires, version: lab.version}));
	if (json) {
		print(`${JSON.stringify(labs, undefined, 2)}\n`);
		return 0;
	}

	const width = Math.max(...labs.map(({id}) => id.length));
	print(labs.map(({id, title, minutes}) => `${id.padEnd(width)}  ${String(minutes).padStart(3)} min  ${title}\n`).join(''));
	return 0;
}

function titleOf(lab: Lab, locale: Locale): string {
	return (lab.texts.get(locale) ?? lab.texts.get('en'))?.title ?? lab.id;
}

/** `virtlab check [PATH...]`: 0 if every lab proves itself. */
export function check(paths: readonly string[]): number {
	let flawed = 0;
	for (const {path, loaded} of labFolders(paths)) {
		const flaws = loaded.lab === undefined
			? loaded.problems.map(problem => describeProblem(problem))
			: prove(loaded.lab).flaws.map(({where, message}) => `${where}: ${message}`);
		print(`${flaws.length === 0 ? 'ok' : 'FAILED'}  ${loaded.lab?.id ?? path}\n${flaws.map(flaw => `    ${flaw}\n`).join('')}`);
		flawed += flaws.length === 0 ? 0 : 1;
	}

	return flawed === 0 ? 0 : 1;
}

/** Where to look into a session: after how many actions. */
export type ReplayWish = {readonly packs: readonly string[]; readonly at: number | undefined; readonly diff: readonly number[]};

/**
 * `virtlab replay FILE`: shows what was shown, by running the actions again. `--at N`: the state after N actions, as JSON. `--diff A B`: what
 * changed between two moments. 2 if the file is broken or the replay differs.
 */
export function replayFile(path: string, {packs, at, diff}: ReplayWish): number {
	const bytes = readNamed(path);
	if (bytes === undefined) {
		return 2;
	}

	const transcript = readTranscript(bytes);
	if ('refused' in transcript) {
		return complain(`${path}: line ${transcript.refused.line}: ${transcript.refused.message}`);
	}

	const named = transcript.header.virtlab.lab;
	// The id is the file's word, so it is looked up as a name and never opened as a path.
	const lab = named === undefined ? undefined : knownLabs(packs).get(named.id);
	if (named !== undefined && lab === undefined) {
		return complain(`${path}: line 1: there is no lab "${named.id}" here`);
	}

	return at === undefined && diff.length === 0 ? showAgain(path, transcript, lab) : explain(path, {transcript, lab, at, diff});
}

function showAgain(path: string, transcript: Transcript, lab: Lab | undefined): number {
	for (const {applied, agrees, record} of replay(transcript, lab)) {
		for (const {stream, bytes} of applied.output) {
			const target = stream === 'stderr' ? process.stderr : process.stdout;
			target.write(target.isTTY ? visible(bytes) : bytes);
		}

		if (!agrees) {
			return complain(`${path}: line ${record?.line ?? 2}: ${applied.broken ?? 'the replay shows something else than what was recorded'}`);
		}
	}

	return transcript.cutOff === undefined ? 0 : complain(`${path}: line ${transcript.cutOff.line}: ${transcript.cutOff.message}`);
}

type Question = {readonly transcript: Transcript; readonly lab: Lab | undefined; readonly at: number | undefined; readonly diff: readonly number[]};

function explain(path: string, {transcript, lab, at, diff}: Question): number {
	try {
		const [moment, other] = momentsAt(transcript, lab, at === undefined ? diff : [at]);
		const text = other === undefined ? `${JSON.stringify(describeMoment(moment!), undefined, 2)}\n` : describeDiff(moment!, other);
		// JSON escapes control characters; the other text is made of JSON and of ids.
		print(visible(new TextEncoder().encode(text)));
		return 0;
	} catch (error) {
		if (error instanceof RangeError) {
			return complain(`${path}: ${error.message}`);
		}

		throw error;
	}
}

function readNamed(path: string): Uint8Array | undefined {
	try {
		return readFileSync(path);
	} catch (error) {
		complain(`${path}: ${error instanceof Error ? error.message : String(error)}`);
		return undefined;
	}
}

/** Says on standard error what is wrong; the answer is the exit status. */
export function complain(message: string): 2 {
	process.stderr.write(`virtlab: ${visible(new TextEncoder().encode(message))}\n`);
	return 2;
}
