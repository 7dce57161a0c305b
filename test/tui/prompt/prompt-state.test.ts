import {expect, test} from 'vitest';
import {edit, emptyPrompt, promptText, type PromptCommand, type PromptState} from '../../../source/tui/prompt/prompt-state.js';

/** Text is typed; `<left>` and the like are commands. The answer shows the cursor as `|`. */
function type(keys: string, state: PromptState = emptyPrompt()): PromptState {
	return keys.split(/(?<=>)|(?=<)/v).reduce((current, part) => {
		const name = /^<(?<name>[a-z\-]+)>$/v.exec(part)?.groups?.['name'];
		return edit(current, (name === undefined ? {type: 'insert', text: part} : (name === 'enter' ? {type: 'submitted', remember: true} : {type: name})) as PromptCommand);
	}, state);
}

function shown(state: PromptState): string {
	return `${state.graphemes.slice(0, state.cursor).join('')}|${state.graphemes.slice(state.cursor).join('')}`;
}

test.each([
	['typing', 'ls -l', 'ls -l|'],
	['inserting in the middle', 'lsl<left> -', 'ls -|l'],
	['a Chinese character is one step', '你好<left>们', '你们|好'],
	['an emoji of several code points is one step', 'a👩‍👩‍👧b<left><left><delete-back>', '|👩‍👩‍👧b'],
	['a combining mark typed after its letter joins it', 'e\u{301}<delete-back>', '|'],
	['start and end', 'abc<line-start>x<line-end>y', 'xabcy|'],
	['words', 'docker run nginx<word-left><word-left>', 'docker |run nginx'],
	['word to the right', 'docker run<line-start><word-right>', 'docker| run'],
	['delete back to white space', 'cat /etc/passwd<delete-word>', 'cat |'],
	['kill and yank', 'abc def<kill-start>x<yank>', 'xabc def|'],
	['kill to the end', 'abcdef<left><left><kill-end>', 'abcd|'],
	['delete under the cursor', 'abc<line-start><delete>', '|bc'],
	['no control character and no line end gets in', 'a\u{1B}[31mb\nc', 'a^[[31mb c|'],
])('%s', (_name, keys, expected) => {
	expect(shown(type(keys))).toBe(expected);
});

test('history: up and down through the lines that begin like what was typed', () => {
	const state = type('docker ps<enter>ls<enter>docker images<enter>ls<enter>');
	expect(state.history).toEqual(['docker ps', 'ls', 'docker images', 'ls']);
	expect(shown(type('<history-previous><history-previous>', state))).toBe('docker images|');
	expect(shown(type('docker<history-previous><history-previous>', state))).toBe('docker ps|');
	expect(shown(type('docker<history-previous><history-next>', state))).toBe('docker|');
	expect(shown(type('x<history-previous>', state))).toBe('x|');
});

test('an empty line and a repeated one are not remembered', () => {
	expect(type('ls<enter>ls<enter>  <enter>').history).toEqual(['ls']);
});

test('searching the history backwards', () => {
	const state = type('docker ps<enter>virsh list<enter>docker images<enter>half');
	const found = type('<search>dock', state);
	expect(promptText(found)).toBe('docker images');
	expect(promptText(type('<search>', found))).toBe('docker ps');
	expect(shown(type('<search-edit>', found))).toBe('|docker images');
	expect(shown(type('<search-cancel>', found))).toBe('half|');
	expect(type('nothing', found).search).toMatchObject({query: 'docknothing', found: undefined});
	expect(type('<enter>', found).history.at(-1)).toBe('docker images');
});

test('completion inserts what is certain, then lists', () => {
	const once = edit(type('docker i'), {type: 'complete', completion: {word: 'i', candidates: ['images', 'image']}});
	expect(shown(once)).toBe('docker image|');
	const twice = edit(once, {type: 'complete', completion: {word: 'image', candidates: ['image', 'images']}});
	expect(twice.candidates).toEqual(['image', 'images']);
	expect(type('x', twice).candidates).toEqual([]);
	expect(shown(edit(type('docker p'), {type: 'complete', completion: {word: 'p', candidates: ['ps']}}))).toBe('docker ps |');
});
