// Keys to deeds: which command a key is where, and what the command does to the store. No Ink here, so that it can be tested as a
// table of keys and states.

import {message} from '../i18n/message.js';
import {currentStep} from '../lab/progress.js';
import {commandOf, type CommandName, type KeyContext} from './key-bindings.js';
import {labTextOf} from './lab/select-lab.js';
import type {PaneName} from './layout.js';
import {completionOf, type WordSource} from './prompt/completion.js';
import {promptText, type PromptCommand} from './prompt/prompt-state.js';
import {scrollLimit, pageRows} from './screen.js';
import type {AppState, SessionStore} from './session-store.js';
import type {InputToken} from './terminal/input-tokens.js';

export type InputOptions = {
	readonly store: SessionStore;
	readonly words: () => WordSource;
	/** Gets the keys that a form of Ink's (a choice, a text field) handles itself. */
	readonly toForm: (sequence: string) => void;
	readonly quit: () => void;
};

/** Commands of the prompt that are commands of the reducer, by the same name. */
const edits: ReadonlySet<string> = new Set<PromptCommand['type']>([
	'left', 'right', 'word-left', 'word-right', 'line-start', 'line-end', 'delete-back', 'delete', 'delete-word', 'kill-start', 'kill-end', 'yank',
	'history-previous', 'history-next',
]);

export class InputHandler {
	readonly #options: InputOptions;
	/** Ctrl-C was the last key, on an empty prompt. */
	#isLeaving = false;
	/** Escape was the last key, on the prompt: the next letter counts as if Alt were held. */
	#isMeta = false;

	constructor(options: InputOptions) {
		this.#options = options;
	}

	handle(token: InputToken): void {
		const {store} = this.#options;
		const {view} = store.getState();
		const wasLeaving = this.#isLeaving;
		const wasMeta = this.#isMeta;
		this.#isLeaving = false;
		this.#isMeta = false;
		if (view.notice !== undefined) {
			store.changeView({notice: undefined});
		}

		switch (token.kind) {
			case 'key':
				this.#key(token.name, token.sequence, wasLeaving);
				return;
			case 'text':
				if (wasMeta && commandOf(`alt-${token.text.toLowerCase()}`, this.#contexts()) !== undefined) {
					this.#key(`alt-${token.text.toLowerCase()}`, `\u001B${token.text}`, false);
				} else {
					this.#text(token.text);
				}

				return;
			case 'paste':
				this.#paste(token.text);
				return;
			default:
				token satisfies never;
		}
	}

	#text(text: string): void {
		const {store, toForm} = this.#options;
		const {view, prompt, session} = store.getState();
		if (view.dialog?.kind === 'help') {
			store.changeView({dialog: undefined});
		} else if (view.dialog !== undefined) {
			toForm(text);
			return;
		}

		const isEmpty = prompt.graphemes.length === 0 && prompt.search === undefined;
		if (isEmpty && session.foreground === 'prompt' && commandOf(text, ['prompt']) === 'help-question-mark') {
			this.#run('help-question-mark', false);
			return;
		}

		store.edit({type: 'insert', text});
	}

	#paste(text: string): void {
		const {store, toForm} = this.#options;
		const {dialog} = store.getState().view;
		if (dialog?.kind === 'answer') {
			toForm(text.replaceAll('\n', ' '));
		} else if (dialog === undefined && text.trimEnd().includes('\n')) {
			store.changeView({dialog: {kind: 'paste', text}});
		} else if (dialog === undefined) {
			// Some terminals deliver what an input method makes as a paste of one line: treated as typing.
			store.edit({type: 'insert', text: text.trimEnd()});
		}
	}

	#key(name: string, sequence: string, wasLeaving: boolean): void {
		const {store, toForm} = this.#options;
		const {dialog} = store.getState().view;
		const command = commandOf(name, this.#contexts());
		const isLooking = dialog?.kind === 'answer' && (command === 'scroll-up' || command === 'scroll-down');
		if (dialog !== undefined && dialog.kind !== 'help' && command !== 'cancel' && command !== 'language' && !isLooking) {
			toForm(sequence);
			return;
		}

		if (command !== undefined) {
			this.#run(command, wasLeaving, name);
		}
	}

	#contexts(): readonly KeyContext[] {
		const {view, prompt} = this.#options.store.getState();
		if (view.dialog !== undefined) {
			return ['question', 'everywhere'];
		}

		return prompt.search === undefined ? ['prompt', 'everywhere'] : ['search', 'prompt', 'everywhere'];
	}

	#run(command: CommandName, wasLeaving: boolean, key = ''): void {
		const {store, quit} = this.#options;
		const {view, session} = store.getState();
		if (edits.has(command)) {
			store.edit({type: command} as PromptCommand);
			return;
		}

		switch (command) {
			case 'submit':
			case 'search-accept':
				if (session.foreground === 'ended') {
					quit();
				} else {
					store.submit();
				}

				return;
			case 'complete':
				this.#complete();
				return;
			case 'history-search':
				store.edit({type: 'search'});
				return;
			case 'search-edit':
			case 'search-cancel':
				store.edit({type: command});
				return;
			case 'interrupt':
				this.#interrupt(wasLeaving);
				return;
			case 'cancel':
				if (view.dialog?.kind === 'quit' && key === 'ctrl-c') {
					quit();
				} else {
					store.changeView({dialog: undefined});
				}

				return;
			case 'quit':
				store.changeView({dialog: {kind: 'quit'}});
				return;
			default:
				this.#runOther(command);
		}
	}

	#runOther(command: CommandName): void {
		const {store} = this.#options;
		const {prompt} = store.getState();
		switch (command) {
			case 'end-of-input':
				if (prompt.graphemes.length === 0) {
					store.dispatch({type: 'end-of-input'});
				} else {
					store.edit({type: 'delete'});
				}

				return;
			case 'suspend':
				store.dispatch({type: 'suspend'});
				return;
			case 'meta':
				this.#isMeta = true;
				store.changeView({notice: message(store.getState().view.locale, 'status.meta')});
				return;
			case 'undo':
			case 'redo':
				store.dispatch({type: command});
				return;
			case 'hint':
				this.#hint();
				return;
			case 'answer':
				this.#answer();
				return;
			case 'language':
				store.switchLanguage();
				return;
			case 'redraw':
				store.clearTerminal();
				return;
			default:
				this.#look(command);
		}
	}

	/** Commands that change what is looked at. */
	#look(command: CommandName): void {
		const {store} = this.#options;
		const {view} = store.getState();
		switch (command) {
			case 'help':
			case 'help-question-mark':
				store.changeView({dialog: view.dialog?.kind === 'help' ? undefined : {kind: 'help'}, scroll: {...view.scroll, help: 0}});
				return;
			case 'next-pane':
				this.#focus(this.#nextPane());
				return;
			case 'lab-pane':
				this.#focus('lab');
				return;
			case 'terminal-pane':
				this.#focus('terminal');
				return;
			case 'panels-pane':
				this.#focus('panels');
				return;
			case 'next-panel':
				store.changeView({panelOffset: view.panelOffset + 1, scroll: {...view.scroll, panels: 0}, pane: view.pane === 'lab' ? 'panels' : view.pane});
				return;
			case 'zoom':
				store.changeView({isZoomed: !view.isZoomed});
				return;
			case 'scroll-up':
				this.#scroll(-1);
				return;
			case 'scroll-down':
				this.#scroll(1);
				return;
			default:
		}
	}

	#nextPane(): PaneName {
		const {view, session} = this.#options.store.getState();
		const panes: readonly PaneName[] = session.origin.lab === undefined ? ['terminal', 'panels'] : ['lab', 'terminal', 'panels'];
		return panes[(panes.indexOf(view.pane) + 1) % panes.length]!;
	}

	#focus(pane: PaneName): void {
		const {store} = this.#options;
		if (pane !== 'lab' || store.getState().session.origin.lab !== undefined) {
			store.changeView({pane});
		}
	}

	/** The terminal scrolls back from its end, everything else down from its start. */
	#scroll(direction: -1 | 1): void {
		const {store} = this.#options;
		const state = store.getState();
		const target = scrolledBy(state);
		const step = Math.max(pageRows(state, target) - 2, 1) * (target === 'terminal' ? -direction : direction);
		const limit = scrollLimit(state, target);
		const position = Math.min(Math.max(Math.min(state.view.scroll[target], limit) + step, 0), limit);
		store.changeView({scroll: {...state.view.scroll, [target]: position}});
	}

	#interrupt(wasLeaving: boolean): void {
		const {store} = this.#options;
		const {session, prompt, view} = store.getState();
		const isIdle = session.foreground === 'prompt' && prompt.graphemes.length === 0;
		if (session.foreground === 'ended' || (isIdle && wasLeaving)) {
			store.changeView({dialog: {kind: 'quit'}});
			return;
		}

		store.interrupt();
		if (isIdle) {
			this.#isLeaving = true;
			store.changeView({notice: message(view.locale, 'prompt.quit-again')});
		}
	}

	#complete(): void {
		const {store, words} = this.#options;
		const {prompt} = store.getState();
		store.edit({type: 'complete', completion: completionOf(prompt.graphemes.slice(0, prompt.cursor).join(''), words())});
	}

	#hint(): void {
		const {store} = this.#options;
		const {session, view} = store.getState();
		const step = session.progress === undefined ? undefined : currentStep(session.progress);
		const count = session.origin.lab?.steps.find(({id}) => id === step?.id)?.hints.length ?? 0;
		if (step === undefined || count === 0) {
			store.changeView({notice: message(view.locale, 'steps.no-hints')});
			return;
		}

		store.dispatch({type: 'hint', step: step.id});
		const after = store.getState();
		const given = after.session.progress?.steps.find(({id}) => id === step.id)?.hints.length ?? 0;
		store.showLabEnd();
		store.changeView({
			pane: 'lab',
			...(given === step.hints.length ? {notice: message(view.locale, 'steps.no-more-hints')} : {}),
		});
	}

	#answer(): void {
		const {store} = this.#options;
		const {session, view} = store.getState();
		const step = session.progress === undefined ? undefined : currentStep(session.progress);
		const question = step === undefined || session.origin.lab === undefined
			? undefined
			: labTextOf(session.origin.lab, view.locale)?.steps.get(step.id)?.question;
		store.changeView(question === undefined
			? {notice: message(view.locale, 'steps.no-question')}
			: {dialog: {kind: 'answer', step: step!.id, question}, pane: 'lab', isZoomed: false});
	}
}

/** What the keys scroll: behind a lab's question, the terminal that the answer is read off. */
function scrolledBy({view: {dialog, pane}}: AppState): PaneName | 'help' {
	switch (dialog?.kind) {
		case 'help':
			return 'help';
		case 'answer':
			return 'terminal';
		default:
			return pane;
	}
}

/** Runs the lines of a paste; a last line without its end stays in the prompt. */
export function runPaste(store: SessionStore, text: string): void {
	const lines = text.split('\n');
	const rest = lines.pop() ?? '';
	store.edit({type: 'line-end'});
	for (const content of lines) {
		store.edit({type: 'insert', text: content});
		store.submit();
	}

	store.edit({type: 'insert', text: rest});
	store.changeView({dialog: undefined});
}

/** The line so far, for tests and for messages. */
export function typedText(store: SessionStore): string {
	return promptText(store.getState().prompt);
}
