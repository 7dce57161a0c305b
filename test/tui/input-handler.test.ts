// Keys and what they do to the store, without a screen.

import {expect, test} from 'vitest';
import type {Action} from '../../source/session/action.js';
import {InputHandler, typedText} from '../../source/tui/input-handler.js';
import {commandOf, keyBindings, keyLabel} from '../../source/tui/key-bindings.js';
import {SessionStore} from '../../source/tui/session-store.js';
import {InputTokenizer} from '../../source/tui/terminal/input-tokens.js';
import {applyEcho, echoSession} from './echo-session.js';
import {testLab} from './test-lab.js';

function desk(options: {readonly withLab?: boolean; readonly trouble?: string} = {}) {
	const {session, output} = echoSession(options.withLab === true ? {lab: testLab()} : {});
	const actions: Action[] = [];
	const toForm: string[] = [];
	let quits = 0;
	const store = new SessionStore({session, apply: applyEcho, locale: 'en', columns: 80, rows: 24, record: ({action}) => {
		actions.push(action);
		return options.trouble;
	}});
	store.showOutput(output);
	const handler = new InputHandler({store, toForm: sequence => {
		toForm.push(sequence);
	}, quit: () => {
		quits++;
	}, words: () => ({commands: () => ['docker', 'echo'], arguments: () => [], paths: () => []})});
	const tokenizer = new InputTokenizer();
	const press = (...chunks: readonly string[]): void => {
		for (const token of chunks.flatMap(chunk => [...tokenizer.push(chunk), ...tokenizer.flush()])) {
			handler.handle(token);
		}
	};

	return {store, actions, toForm, press, quits: () => quits};
}

test('Enter runs the line and remembers it', () => {
	const {store, actions, press} = desk();
	press('echo a\r');
	expect(actions).toEqual([{type: 'line', text: 'echo a', waitNs: 1e9}]);
	expect(typedText(store)).toBe('');
	press('\u{1B}[A');
	expect(typedText(store)).toBe('echo a');
});

test('Ctrl-C gives up the line that was typed, and leaves it to be seen', () => {
	const {store, actions, press} = desk();
	press('half a line\u{3}');
	expect(actions).toEqual([{type: 'interrupt'}]);
	expect(typedText(store)).toBe('');
	expect(store.getState().log.lines.at(-1)).toEqual([{text: 'learner@lab:~$ half a line^C', style: {}}]);
	expect(store.getState().view.dialog).toBeUndefined();
});

test('a record that could not be kept is said in the log, before the output, and the line has run', () => {
	const {store, press} = desk({trouble: 'virtlab: recording has ended'});
	press('echo a\r');
	const texts = store.getState().log.lines.map(line => line.map(({text}) => text).join(''));
	const said = texts.indexOf('virtlab: recording has ended');
	expect(said).toBeGreaterThan(-1);
	expect(texts.slice(said + 1)).toContain('a');
});

test('Ctrl-D ends input on an empty prompt only', () => {
	const {store, actions, press} = desk();
	press('ab\u{1}\u{4}');
	expect(typedText(store)).toBe('b');
	press('\u{15}\u{5}\u{15}\u{4}');
	expect(actions).toEqual([{type: 'end-of-input'}]);
});

test('keys that only look are no actions', () => {
	const {store, actions, press} = desk({withLab: true});
	press('\u{1B}1', '\u{1B}2', '\u{1B}3', '\u{1B}4', '\u{1B}z', '\u{F}', '\u{7}', '\u{1B}', '\u{1B}l', '\u{C}', '\u{1B}[5~', '\u{1B}[6~', 'x', '\t');
	expect(actions).toEqual([]);
	expect(store.getState().view.locale).toBe('zh-CN');
});

test('undo and redo, hint, suspend', () => {
	const {actions, press} = desk({withLab: true});
	press('\u{1B}u', '\u{1B}r', '\u{1B}h', '\u{1A}');
	expect(actions.map(({type}) => type)).toEqual(['undo', 'redo', 'hint', 'suspend']);
});

test('Escape and a letter are Alt and that letter, for terminals without Alt; other letters are typed', () => {
	const {store, actions, press} = desk({withLab: true});
	press('\u{1B}', 'u', '\u{1B}', 'H');
	expect(actions.map(({type}) => type)).toEqual(['undo', 'hint']);
	press('\u{1B}');
	expect(store.getState().view.notice).toContain('Esc, then: h hint');
	press('e', 'l');
	expect(typedText(store)).toBe('el');
	expect(store.getState().view.locale).toBe('en');
});

test('Tab completes', () => {
	const {store, press} = desk();
	press('do\t');
	expect(typedText(store)).toBe('docker ');
});

test('a question takes the keys until it is answered', () => {
	const {store, press, toForm, quits} = desk();
	press('\u{11}', '\u{1B}[B', 'x', '\r');
	expect(toForm).toEqual(['\u{1B}[B', 'x', '\r']);
	expect(typedText(store)).toBe('');
	press('\u{1B}');
	expect(store.getState().view.dialog).toBeUndefined();
	expect(quits()).toBe(0);
	press('\u{11}', '\u{3}');
	expect(quits()).toBe(1);
});

test('typing leaves a zoomed panel and the scrollback, since whoever types wants to see it', () => {
	const {store, press} = desk();
	for (let index = 0; index < 30; index++) {
		press('echo x\r');
	}

	press('\u{1B}[5~');
	expect(store.getState().view.scroll.terminal).toBeGreaterThan(0);
	press('a');
	expect(store.getState().view.scroll.terminal).toBe(0);
	press('\u{1B}3', '\u{1B}z');
	expect(store.getState().view.isZoomed).toBe(true);
	press('b');
	expect(store.getState().view.isZoomed).toBe(false);
});

test('what is typed while a command runs goes to the program', () => {
	const {actions, press} = desk();
	press('sleep 9\r', 'answer\r');
	expect(actions.map(action => action.type === 'line' ? action.text : action.type)).toEqual(['sleep 9', 'answer']);
});

test('one table of keys: no key twice in a context, every label readable', () => {
	for (const {name, keys, context} of keyBindings) {
		for (const key of keys) {
			expect(commandOf(key, [context]), `${key} in ${context}`).toBe(name);
			expect(keyLabel(key)).not.toBe('');
		}
	}

	expect(keyLabel('ctrl-c')).toBe('Ctrl-C');
	expect(keyLabel('alt-b')).toBe('Alt-B');
	expect(keyLabel('pageup')).toBe('PageUp');
	expect(keyLabel('?')).toBe('?');
});
