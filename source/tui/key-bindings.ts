// The one table of keys: what is pressed, where, what it does, and which text explains it. The help overlay, the hints in the last row
// and docs/keys.md are made from it.
//
// Chosen so that nothing fights an input method or a shell user's hands: line editing is readline's, F-keys are not used (they are
// what terminals and window managers take for themselves), and every Alt key can be had without Alt (Esc and then the letter, as in
// readline; Ctrl-O walks through the panes).

import type {PlainKey} from '../i18n/message.js';

export type KeyContext = 'everywhere' | 'prompt' | 'search' | 'question';

export type CommandName =
	| 'help' | 'help-question-mark' | 'next-pane' | 'lab-pane' | 'terminal-pane' | 'panels-pane' | 'next-panel' | 'zoom' | 'scroll-up' | 'scroll-down'
	| 'meta' | 'hint' | 'answer' | 'undo' | 'redo' | 'language' | 'redraw' | 'quit' | 'interrupt' | 'end-of-input' | 'suspend'
	| 'submit' | 'complete' | 'history-previous' | 'history-next' | 'history-search'
	| 'search-accept' | 'search-edit' | 'search-cancel'
	| 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end'
	| 'delete-back' | 'delete' | 'delete-word' | 'kill-start' | 'kill-end' | 'yank'
	| 'choose' | 'confirm' | 'cancel';

export type KeyBinding = {
	readonly name: CommandName;
	/** As input-tokens.ts names them. The first is the one that is shown. */
	readonly keys: readonly string[];
	readonly context: KeyContext;
	readonly text: PlainKey;
};

export const keyContexts: readonly KeyContext[] = ['everywhere', 'prompt', 'search', 'question'];

export const keyBindings: readonly KeyBinding[] = [
	{name: 'help', keys: ['ctrl-g'], context: 'everywhere', text: 'key.help'},
	{name: 'next-pane', keys: ['ctrl-o'], context: 'everywhere', text: 'key.next-pane'},
	{name: 'lab-pane', keys: ['alt-1'], context: 'everywhere', text: 'key.lab-pane'},
	{name: 'terminal-pane', keys: ['alt-2'], context: 'everywhere', text: 'key.terminal-pane'},
	{name: 'panels-pane', keys: ['alt-3'], context: 'everywhere', text: 'key.panels-pane'},
	{name: 'next-panel', keys: ['alt-4', 'shift-tab'], context: 'everywhere', text: 'key.next-panel'},
	{name: 'zoom', keys: ['alt-z'], context: 'everywhere', text: 'key.zoom'},
	{name: 'scroll-up', keys: ['pageup', 'shift-up'], context: 'everywhere', text: 'key.scroll-up'},
	{name: 'scroll-down', keys: ['pagedown', 'shift-down'], context: 'everywhere', text: 'key.scroll-down'},
	{name: 'meta', keys: ['escape'], context: 'prompt', text: 'key.meta'},
	{name: 'hint', keys: ['alt-h'], context: 'everywhere', text: 'key.hint'},
	{name: 'answer', keys: ['alt-a'], context: 'everywhere', text: 'key.answer'},
	{name: 'undo', keys: ['alt-u'], context: 'everywhere', text: 'key.undo'},
	{name: 'redo', keys: ['alt-r'], context: 'everywhere', text: 'key.redo'},
	{name: 'language', keys: ['alt-l'], context: 'everywhere', text: 'key.language'},
	{name: 'redraw', keys: ['ctrl-l'], context: 'everywhere', text: 'key.redraw'},
	{name: 'quit', keys: ['ctrl-q'], context: 'everywhere', text: 'key.quit'},
	{name: 'interrupt', keys: ['ctrl-c'], context: 'prompt', text: 'key.interrupt'},
	{name: 'end-of-input', keys: ['ctrl-d'], context: 'prompt', text: 'key.end-of-input'},
	{name: 'suspend', keys: ['ctrl-z'], context: 'prompt', text: 'key.suspend'},
	{name: 'help-question-mark', keys: ['?'], context: 'prompt', text: 'key.help-question-mark'},
	{name: 'submit', keys: ['enter'], context: 'prompt', text: 'key.submit'},
	{name: 'complete', keys: ['tab'], context: 'prompt', text: 'key.complete'},
	{name: 'history-previous', keys: ['up', 'ctrl-p'], context: 'prompt', text: 'key.history-previous'},
	{name: 'history-next', keys: ['down', 'ctrl-n'], context: 'prompt', text: 'key.history-next'},
	{name: 'history-search', keys: ['ctrl-r'], context: 'prompt', text: 'key.history-search'},
	{name: 'left', keys: ['left', 'ctrl-b'], context: 'prompt', text: 'key.left'},
	{name: 'right', keys: ['right', 'ctrl-f'], context: 'prompt', text: 'key.right'},
	{name: 'word-left', keys: ['alt-b', 'ctrl-left', 'alt-left'], context: 'prompt', text: 'key.word-left'},
	{name: 'word-right', keys: ['alt-f', 'ctrl-right', 'alt-right'], context: 'prompt', text: 'key.word-right'},
	{name: 'line-start', keys: ['ctrl-a', 'home'], context: 'prompt', text: 'key.line-start'},
	{name: 'line-end', keys: ['ctrl-e', 'end'], context: 'prompt', text: 'key.line-end'},
	{name: 'delete-back', keys: ['backspace'], context: 'prompt', text: 'key.delete-back'},
	{name: 'delete', keys: ['delete'], context: 'prompt', text: 'key.delete'},
	{name: 'delete-word', keys: ['ctrl-w', 'alt-backspace'], context: 'prompt', text: 'key.delete-word'},
	{name: 'kill-start', keys: ['ctrl-u'], context: 'prompt', text: 'key.kill-start'},
	{name: 'kill-end', keys: ['ctrl-k'], context: 'prompt', text: 'key.kill-end'},
	{name: 'yank', keys: ['ctrl-y'], context: 'prompt', text: 'key.yank'},
	{name: 'search-accept', keys: ['enter'], context: 'search', text: 'key.search-accept'},
	{name: 'search-edit', keys: ['escape', 'tab', 'right', 'left', 'ctrl-e', 'ctrl-a'], context: 'search', text: 'key.search-edit'},
	{name: 'search-cancel', keys: ['ctrl-g', 'ctrl-c'], context: 'search', text: 'key.search-cancel'},
	{name: 'choose', keys: ['up', 'down'], context: 'question', text: 'key.choose'},
	{name: 'confirm', keys: ['enter'], context: 'question', text: 'key.confirm'},
	{name: 'cancel', keys: ['escape', 'ctrl-c', 'ctrl-g'], context: 'question', text: 'key.cancel'},
];

const byContext: ReadonlyMap<KeyContext, ReadonlyMap<string, CommandName>> = new Map(keyContexts.map(context => [
	context,
	new Map(keyBindings.filter(binding => binding.context === context).flatMap(({keys, name}) => keys.map(key => [key, name] as const))),
]));

/** What a key does: the first of the contexts that knows it says so. */
export function commandOf(key: string, contexts: readonly KeyContext[]): CommandName | undefined {
	for (const context of contexts) {
		const command = byContext.get(context)!.get(key);
		if (command !== undefined) {
			return command;
		}
	}

	return undefined;
}

const partNames: ReadonlyMap<string, string> = new Map([
	['ctrl', 'Ctrl'], ['alt', 'Alt'], ['shift', 'Shift'], ['pageup', 'PageUp'], ['pagedown', 'PageDown'], ['enter', 'Enter'], ['tab', 'Tab'],
	['escape', 'Esc'], ['backspace', 'Backspace'], ['delete', 'Delete'], ['home', 'Home'], ['end', 'End'],
	['up', '↑'], ['down', '↓'], ['left', '←'], ['right', '→'],
]);

/** A key as people write it: `Ctrl-C`, `PageUp`, `Alt-1`. */
export function keyLabel(key: string): string {
	return key.split('-').map(part => partNames.get(part) ?? part.toUpperCase()).join('-');
}

/** The label of the first key of a command. */
export function labelOf(command: CommandName): string {
	return keyLabel(keyBindings.find(binding => binding.name === command)!.keys[0]!);
}
