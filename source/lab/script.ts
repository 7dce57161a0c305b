// The proof's scripts: solution.console, near-miss-*.console, also-ok-*.console. They say what somebody does, line by line.
//
//     # near-miss: served                the check that a near miss must fail, and only that one
//     $ docker pull nginx                a line typed at the terminal
//     > EOF                              a further line of the same command: a here-doc, or what a program reads
//     ! answer layers 7                  an answer to the question of the step `layers`
//     ! answer layers @[0-9]+            the same, with the first text of the last command's output that matches
//     ! interrupt                        Ctrl-C; also `end-of-input`, `undo`
//     ! advance 5s                       time passes; also ms, m
//     # anything else that begins with # is a comment, and empty lines do not count

import {secondNs, millisecondNs, type Nanoseconds} from '../base/clock.js';
import type {Problem} from './text.js';

export type ScriptKind = 'solution' | 'near-miss' | 'also-ok';

/** What is done; the same words as session/action.ts, which this layer may not import. */
export type ScriptAction =
	| {readonly type: 'line'; readonly text: string}
	| {readonly type: 'interrupt'}
	| {readonly type: 'end-of-input'}
	| {readonly type: 'undo'}
	| {readonly type: 'advance'; readonly ns: Nanoseconds}
	| {readonly type: 'answer'; readonly step: string; readonly text: string};

/** A command with its further lines, which the proof leaves out together. */
export type ScriptEntry = {readonly line: number; /** As it stands after `$ ` or `! `. */ readonly text: string; readonly actions: readonly ScriptAction[]};

export type Script = {
	readonly file: string;
	readonly kind: ScriptKind;
	/** The check that a near miss must fail. */
	readonly fails: string | undefined;
	readonly entries: readonly ScriptEntry[];
};

const maxEntries = 1000;

export function parseScript(file: string, text: string): {readonly script: Script; readonly problems: readonly Problem[]} {
	const problems: Problem[] = [];
	const kind = file.startsWith('near-miss-') ? 'near-miss' : (file.startsWith('also-ok-') ? 'also-ok' : 'solution');
	const fails = /^#\s*near-miss:\s*(?<check>[a-z\d\-]+)\s*$/v.exec(text.split('\n', 1)[0] ?? '')?.groups?.['check'];
	if ((kind === 'near-miss') !== (fails !== undefined)) {
		problems.push({file, line: 1, message: kind === 'near-miss' ? 'must begin with "# near-miss: check-id", the check that it must fail' : 'only files named near-miss-*.console name a check in their first line'});
	}

	const {entries, problems: mistakes} = parseEntries(file, text);
	return {script: {file, kind, fails, entries}, problems: [...problems, ...mistakes]};
}

export function parseEntries(file: string, text: string): {readonly entries: readonly ScriptEntry[]; readonly problems: readonly Problem[]} {
	const entries: {line: number; text: string; actions: ScriptAction[]}[] = [];
	const problems: Problem[] = [];
	for (const [index, raw] of text.replaceAll('\r\n', '\n').split('\n').entries()) {
		const line = index + 1;
		const rest = raw.slice(2);
		if (raw.trim() === '' || raw.startsWith('#')) {
			continue;
		}

		if (raw.startsWith('$ ')) {
			entries.push({line, text: rest, actions: [{type: 'line', text: rest}]});
		} else if ((raw.startsWith('> ') || raw === '>') && entries.length > 0) {
			entries.at(-1)!.actions.push({type: 'line', text: rest});
		} else {
			const action = raw.startsWith('! ') ? parseAction(rest.trim()) : undefined;
			if (action === undefined) {
				problems.push({file, line, message: 'is not "$ command", "> further line", "! answer STEP TEXT", "! interrupt", "! end-of-input", "! undo", "! advance 5s" or "# comment"'});
			} else {
				entries.push({line, text: rest.trim(), actions: [action]});
			}
		}
	}

	if (entries.length > maxEntries) {
		problems.push({file, line: entries[maxEntries]!.line, message: `has more than ${maxEntries} commands: a proof must be short`});
	}

	return {entries, problems};
}

function parseAction(text: string): ScriptAction | undefined {
	const answer = /^answer\s+(?<step>[a-z\d\-]+)\s+(?<text>.+)$/v.exec(text)?.groups;
	if (answer !== undefined) {
		return {type: 'answer', step: answer['step']!, text: answer['text']!};
	}

	const time = /^advance\s+(?<count>\d{1,6})(?<unit>ms|s|m)$/v.exec(text)?.groups;
	if (time !== undefined) {
		return {type: 'advance', ns: Number(time['count']) * {ms: millisecondNs, s: secondNs, m: 60 * secondNs}[time['unit'] as 'ms' | 's' | 'm']};
	}

	return text === 'interrupt' || text === 'end-of-input' || text === 'undo' ? {type: text} : undefined;
}
