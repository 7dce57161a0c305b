// Tab completion: which words could stand where the cursor is. The words come from a `WordSource`, so that this file knows the form
// of command lines only, and the source (world-words.ts) knows the world.

import {compareText} from '../../base/bytes.js';

export type WordSource = {
	/** Names that can be run. */
	commands(): readonly string[];
	/** Words that fit as the next argument of a command whose words so far are given. */
	arguments(words: readonly string[]): readonly string[];
	/** Names in a directory; those of directories end in a slash. */
	paths(directory: string): readonly string[];
};

export type Completion = {
	/** What of the word stands before the cursor. */
	readonly word: string;
	/** Whole words that begin with it, sorted. */
	readonly candidates: readonly string[];
};

const separators = /;|&|[\|\(\)\{\}]/v;

/** The words that could replace the one before the cursor. */
export function completionOf(textBeforeCursor: string, source: WordSource): Completion {
	const command = lastCommand(textBeforeCursor);
	const words = command.split(/\s+/v);
	const word = words.pop() ?? '';
	const given = words.filter(part => part !== '' && !/^\w+=/v.test(part) && part !== 'sudo');
	const names = given.length === 0 && !word.includes('/') ? source.commands() : source.arguments(given);
	const matching = names.filter(name => name.startsWith(word));
	const mayBePath = given.length > 0 || word.includes('/');
	const candidates = [...new Set([...matching, ...(mayBePath ? pathCandidates(word, source) : [])])];
	return {word, candidates: candidates.sort(compareText)};
}

/** What Tab inserts in place of the word, and what is left to choose from. */
export function completed(completion: Completion): {readonly inserted: string; readonly candidates: readonly string[]} {
	const {word, candidates} = completion;
	const [only] = candidates;
	if (only === undefined) {
		return {inserted: word, candidates: []};
	}

	if (candidates.length === 1) {
		return {inserted: only.endsWith('/') ? only : only + ' ', candidates: []};
	}

	return {inserted: commonStart(candidates), candidates};
}

function pathCandidates(word: string, source: WordSource): string[] {
	const slash = word.lastIndexOf('/');
	const directory = word.slice(0, slash + 1);
	const name = word.slice(slash + 1);
	return source.paths(directory)
		.filter(entry => entry.startsWith(name) && (name.startsWith('.') || !entry.startsWith('.')))
		.map(entry => directory + entry);
}

/** The simple command that the cursor is in. Simplified: quotes around separators are not looked at. */
function lastCommand(text: string): string {
	return text.split(separators).at(-1)!.trimStart();
}

function commonStart(words: readonly string[]): string {
	let [start = ''] = words;
	for (const word of words) {
		while (!word.startsWith(start)) {
			start = start.slice(0, -1);
		}
	}

	return start;
}
