// Completion of a word at the cursor: command names at the start of a command, `$name`, and paths. A pure function of the line and
// of what can be looked up, for the full-screen prompt; the running shell knows nothing of it.

import {compareText} from '../base/bytes.js';
import {reservedWords} from './builtins/type.js';
import {quoteBackslash} from './quote.js';

/** What completion may look at: the world as the shell in the foreground sees it. */
export type Lookup = {
	/** Builtins, functions, aliases and executables in PATH. */
	commands(): readonly string[];
	variables(): readonly string[];
	/** Entries of a directory (relative to the shell's working directory, `~` resolved); none if it cannot be read. */
	entries(directory: string): readonly {readonly name: string; readonly isDirectory: boolean}[];
};

export type Completion = {
	/** Where in the line the completed word begins. */
	readonly from: number;
	/** What can stand there instead, sorted, quoted as needed; a directory ends in a slash. */
	readonly candidates: readonly string[];
	/** The longest beginning that all candidates share. */
	readonly common: string;
};

const candidatesMax = 2000;

export function complete(line: string, cursor: number, lookup: Lookup): Completion {
	const before = line.slice(0, cursor);
	const from = wordStart(before);
	const word = before.slice(from);
	const variable = /\$\{?(?<name>\w*)$/v.exec(word);
	if (variable !== null) {
		const brace = variable[0].startsWith('${');
		const names = lookup.variables().filter(name => name.startsWith(variable.groups!['name']!));
		return completion(from + variable.index, names.map(name => brace ? `\${${name}}` : `$${name}`));
	}

	if (isCommandPlace(before.slice(0, from)) && !/[\/~]/v.test(word)) {
		const names = [...new Set([...lookup.commands(), ...reservedWords.filter(name => /^[a-z]/v.test(name))])];
		return completion(from, names.filter(name => name.startsWith(word)));
	}

	return completion(from, paths(word, lookup));
}

function completion(from: number, candidates: readonly string[]): Completion {
	const sorted = candidates.toSorted(compareText).slice(0, candidatesMax);
	return {from, candidates: sorted, common: commonBeginning(sorted)};
}

/** After the last blank or operator that is not quoted. */
function wordStart(text: string): number {
	let start = 0;
	let quote = '';
	for (let at = 0; at < text.length; at++) {
		const character = text[at]!;
		if (character === '\\' && quote !== '\'') {
			at++;
		} else if (quote !== '') {
			quote = character === quote ? '' : quote;
		} else if (character === '\'' || character === '"') {
			quote = character;
		} else if (/[\s;\|\&\(\)<>=:`]/v.test(character)) {
			start = at + 1;
		}
	}

	return start;
}

/** Whether a word after this text would be the name of a command. */
function isCommandPlace(before: string): boolean {
	return /(?:^|[;\|\&\(`\{!]|\b(?:then|do|else|elif|if|while|until|sudo|exec|command|time|nohup|env|xargs))\s*$/v.test(before) && !/[<>]\s*$/v.test(before)
		|| /(?:^|[;\|\&]\s*)\w+=\S*\s+$/v.test(before);
}

/** A quote that is open is kept, and names inside of it are not escaped. */
function paths(word: string, lookup: Lookup): readonly string[] {
	const quote = /^["']/v.exec(word)?.[0] ?? '';
	const plain = quote === '' ? word.replace(/\\(?<character>.)/gv, '$<character>') : word.slice(1);
	const slash = plain.lastIndexOf('/');
	const directory = plain.slice(0, slash + 1);
	const beginning = plain.slice(slash + 1);
	return lookup.entries(directory === '' ? '.' : directory)
		.filter(({name}) => name.startsWith(beginning) && (beginning.startsWith('.') || !name.startsWith('.')))
		.map(({name, isDirectory}) => {
			const full = `${directory}${name}`;
			const shown = quote === '' ? escapePath(full) : `${quote}${full}`;
			return isDirectory ? `${shown}/` : `${shown}${quote}`;
		});
}

function escapePath(path: string): string {
	return path.startsWith('~') ? `~${path.length > 1 ? quoteBackslash(path.slice(1)) : ''}` : quoteBackslash(path);
}

function commonBeginning(words: readonly string[]): string {
	const [first, ...rest] = words;
	if (first === undefined) {
		return '';
	}

	let length = first.length;
	for (const word of rest) {
		let same = 0;
		while (same < length && word[same] === first[same]) {
			same++;
		}

		length = same;
	}

	return first.slice(0, length);
}
