// The line being typed: a pure reducer over graphemes, so that a Chinese character or an emoji is one step of the cursor. It knows
// nothing of keys (key-bindings.ts) and nothing of the screen.

import {graphemesOf} from '../text/width.js';
import {visibleText} from '../text/visible-controls.js';
import {completed, type Completion} from './completion.js';

export type Search = {
	readonly query: string;
	/** Index of the line found, or undefined. */
	readonly found: number | undefined;
	/** What was being typed when the search began. */
	readonly before: {readonly graphemes: readonly string[]; readonly cursor: number};
};

export type PromptState = {
	readonly graphemes: readonly string[];
	/** Graphemes before the cursor. */
	readonly cursor: number;
	/** What Ctrl-Y inserts. */
	readonly killed: readonly string[];
	/** Lines run before, oldest first. */
	readonly history: readonly string[];
	/** Where the line shown comes from, while walking through the history. */
	readonly recalled: {readonly index: number; readonly prefix: string; readonly draft: string} | undefined;
	readonly search: Search | undefined;
	/** Candidates that are listed, after a second Tab. */
	readonly candidates: readonly string[];
};

export type PromptCommand =
	| {readonly type: 'insert'; readonly text: string}
	| {readonly type: 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end'}
	| {readonly type: 'delete-back' | 'delete' | 'delete-word' | 'kill-start' | 'kill-end' | 'yank' | 'clear'}
	| {readonly type: 'history-previous' | 'history-next'}
	| {readonly type: 'search' | 'search-edit' | 'search-cancel'}
	/** The line was run: it goes into the history, and a new one begins. */
	| {readonly type: 'submitted'; readonly remember: boolean}
	| {readonly type: 'complete'; readonly completion: Completion};

/** Lines of history that are kept. */
export const historyLimit = 1000;

export function emptyPrompt(history: readonly string[] = []): PromptState {
	return {
		graphemes: [], cursor: 0, killed: [], history: history.slice(-historyLimit), recalled: undefined, search: undefined, candidates: [],
	};
}

export function promptText(state: PromptState): string {
	return state.graphemes.join('');
}

export function edit(state: PromptState, command: PromptCommand): PromptState {
	if (state.search !== undefined && command.type !== 'submitted') {
		return editSearch(state, state.search, command);
	}

	return {...editLine(state, command), ...(command.type === 'complete' ? {} : {candidates: []})};
}

function editLine(state: PromptState, command: PromptCommand): PromptState {
	switch (command.type) {
		case 'insert':
			return replace(state, state.cursor, state.cursor, graphemesOf(oneLine(command.text)));
		case 'left':
			return {...state, cursor: Math.max(state.cursor - 1, 0)};
		case 'right':
			return {...state, cursor: Math.min(state.cursor + 1, state.graphemes.length)};
		case 'word-left':
			return {...state, cursor: wordStart(state)};
		case 'word-right':
			return {...state, cursor: wordEnd(state)};
		case 'line-start':
			return {...state, cursor: 0};
		case 'line-end':
			return {...state, cursor: state.graphemes.length};
		case 'delete-back':
			return replace(state, Math.max(state.cursor - 1, 0), state.cursor, []);
		case 'delete':
			return replace(state, state.cursor, Math.min(state.cursor + 1, state.graphemes.length), []);
		case 'delete-word':
			return kill(state, blankWordStart(state), state.cursor);
		case 'kill-start':
			return kill(state, 0, state.cursor);
		case 'kill-end':
			return kill(state, state.cursor, state.graphemes.length);
		case 'yank':
			return replace(state, state.cursor, state.cursor, state.killed);
		case 'clear':
			return {...state, graphemes: [], cursor: 0, recalled: undefined};
		case 'history-previous':
			return recall(state, -1);
		case 'history-next':
			return recall(state, 1);
		case 'search':
			return {...state, search: {query: '', found: undefined, before: {graphemes: state.graphemes, cursor: state.cursor}}};
		case 'search-edit':
		case 'search-cancel':
			return state;
		case 'submitted':
			return submitted(state, command.remember);
		case 'complete':
			return complete(state, command.completion);
		default:
			return command satisfies never;
	}
}

/** The line without line ends, which would run it, and without control characters. */
function oneLine(text: string): string {
	return visibleText(text.replaceAll(/[\n\t]/gv, ' '));
}

function replace(state: PromptState, from: number, to: number, by: readonly string[]): PromptState {
	const text = [...state.graphemes.slice(0, from), ...by].join('');
	// Segmented afresh: a combining mark typed after its letter joins it.
	const before = graphemesOf(text);
	const graphemes = graphemesOf(text + state.graphemes.slice(to).join(''));
	return {...state, graphemes, cursor: Math.min(before.length, graphemes.length), recalled: undefined};
}

function kill(state: PromptState, from: number, to: number): PromptState {
	return from === to ? state : {...replace(state, from, to, []), killed: state.graphemes.slice(from, to)};
}

const wordCharacter = /[\p{L}\p{N}_]/v;

function wordStart(state: PromptState): number {
	let at = state.cursor;
	while (at > 0 && !wordCharacter.test(state.graphemes[at - 1]!)) {
		at--;
	}

	while (at > 0 && wordCharacter.test(state.graphemes[at - 1]!)) {
		at--;
	}

	return at;
}

function wordEnd(state: PromptState): number {
	let at = state.cursor;
	while (at < state.graphemes.length && !wordCharacter.test(state.graphemes[at]!)) {
		at++;
	}

	while (at < state.graphemes.length && wordCharacter.test(state.graphemes[at]!)) {
		at++;
	}

	return at;
}

/** Ctrl-W takes back to white space, as the terminal's own line editing does (unix-word-rubout). */
function blankWordStart(state: PromptState): number {
	let at = state.cursor;
	while (at > 0 && state.graphemes[at - 1] === ' ') {
		at--;
	}

	while (at > 0 && state.graphemes[at - 1] !== ' ') {
		at--;
	}

	return at;
}

/** Up and down: lines that begin with what was typed before the first of them. */
function recall(state: PromptState, direction: -1 | 1): PromptState {
	const text = promptText(state);
	const {index, prefix, draft} = state.recalled ?? {index: state.history.length, prefix: text, draft: text};
	let next = index + direction;
	while (next >= 0 && next < state.history.length && (!state.history[next]!.startsWith(prefix) || state.history[next] === text)) {
		next += direction;
	}

	if (next < 0 || (direction === 1 && state.recalled === undefined)) {
		return state;
	}

	const isBack = next >= state.history.length;
	const graphemes = graphemesOf(isBack ? draft : state.history[next]!);
	return {...state, graphemes, cursor: graphemes.length, recalled: isBack ? undefined : {index: next, prefix, draft}};
}

function submitted(state: PromptState, remember: boolean): PromptState {
	const text = promptText(state);
	const isNew = remember && text.trim() !== '' && state.history.at(-1) !== text;
	return {
		...emptyPrompt(isNew ? [...state.history, text] : state.history),
		killed: state.killed,
	};
}

function complete(state: PromptState, completion: Completion): PromptState {
	const {inserted, candidates} = completed(completion);
	const word = graphemesOf(completion.word);
	const next = inserted === completion.word ? state : replace(state, state.cursor - word.length, state.cursor, graphemesOf(inserted));
	// Candidates are listed when Tab could not add anything.
	return {...next, candidates: next === state ? candidates : []};
}

function editSearch(state: PromptState, search: Search, command: PromptCommand): PromptState {
	switch (command.type) {
		case 'insert':
			return find(state, search, search.query + oneLine(command.text), state.history.length);
		case 'delete-back':
			return find(state, search, graphemesOf(search.query).slice(0, -1).join(''), state.history.length);
		case 'search':
			return find(state, search, search.query, search.found ?? state.history.length);
		case 'search-cancel':
			return {...state, ...search.before, search: undefined};
		default: {
			const accepted = {...state, search: undefined};
			return command.type === 'search-edit' ? accepted : edit(accepted, command);
		}
	}
}

function find(state: PromptState, search: Search, query: string, before: number): PromptState {
	let found: number | undefined;
	for (let index = before - 1; index >= 0 && query !== ''; index--) {
		if (state.history[index]!.includes(query)) {
			found = index;
			break;
		}
	}

	if (found === undefined) {
		return {...state, search: {...search, query, found: undefined}};
	}

	const graphemes = graphemesOf(state.history[found]!);
	const at = graphemesOf(state.history[found]!.slice(0, state.history[found]!.indexOf(query))).length;
	return {...state, graphemes, cursor: at, search: {...search, query, found}};
}
