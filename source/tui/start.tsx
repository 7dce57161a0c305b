// Where the command line enters the full-screen interface. Each function takes the terminal, gives it back whatever happens, and
// promises the exit status: 0, or 128 and the number of the signal that ended it.

import type {ReactNode} from 'react';
import type {Locale} from '../i18n/message.js';
import type {Entry, Output, Session} from '../session/session.js';
import {App} from './app.js';
import {renderFullScreen} from './ink.js';
import {InputHandler} from './input-handler.js';
import {terminalSize} from './layout.js';
import {Menu} from './menu/menu.js';
import type {MenuChoice, MenuLab, SavedProgress} from './menu/menu-state.js';
import {MenuStore} from './menu/menu-store.js';
import {worldWords} from './prompt/world-words.js';
import {SessionStore, type Apply} from './session-store.js';
import {FormInput} from './terminal/form-input.js';
import {FrameStream} from './terminal/frame-stream.js';
import {FullScreen, type FullScreenListener, type TerminalStreams} from './terminal/full-screen.js';
import {startTicker} from './ticker.js';
import {themeOf, type Theme} from './theme.js';

export type {MenuChoice, MenuLab, SavedLab, SavedProgress} from './menu/menu-state.js';
export {terminalSize} from './layout.js';

export type ScreenOptions = TerminalStreams & {
	readonly locale: Locale;
	/** Borders and marks in ASCII only. */
	readonly ascii?: boolean;
	/** For NO_COLOR. */
	readonly environment: Readonly<Record<string, string | undefined>>;
};

export type Play = {
	/** Started, or rebuilt from a transcript. */
	readonly session: Session;
	readonly apply: Apply;
	/** What was put out so far: the login's, or all of a resumed session's. */
	readonly output: readonly Output[];
	/**
	 * Called with every entry before it is shown; must have written it when it returns.
	 * Answers a text for the learner if recording has just ended, as on a full disk.
	 */
	readonly record: (entry: Entry) => string | undefined;
	/** Lines of earlier sessions, oldest first. */
	readonly history?: readonly string[];
};

export type PlayOptions = ScreenOptions & Play;

export type MenuOptions = ScreenOptions & {
	readonly labs: readonly MenuLab[];
	readonly saved: SavedProgress;
	readonly defaultLearner: string;
	/** Starts or resumes what was chosen. */
	readonly open: (choice: Exclude<MenuChoice, {readonly kind: 'quit'}>) => Play | Promise<Play>;
};

/** Plays a session until the learner leaves. */
export function playLab(options: PlayOptions): Promise<number> {
	return onScreen(options, screen => play(screen, {...options, theme: themeFor(options)}).then(({status}) => status));
}

/** Shows the menu, plays what is chosen, and comes back to the menu until the learner leaves. */
export function openMenu(options: MenuOptions): Promise<number> {
	return onScreen(options, async screen => {
		const theme = themeFor(options);
		let {locale} = options;
		for (;;) {
			const choice = await chooseLab(screen, {...options, locale, theme});
			if (typeof choice === 'number') {
				return choice;
			}

			if (choice.kind === 'quit') {
				return 0;
			}

			const played = await play(screen, {...await options.open(choice), locale: choice.locale, theme});
			locale = played.locale;
			options.saved.setLocale(locale);
			if (played.isForced) {
				return played.status;
			}
		}
	});
}

type PlayWish = Play & {readonly locale: Locale; readonly theme: Theme};
type Played = {
	readonly status: number;
	/** A signal or a lost terminal ended it: nothing may be shown any more. */
	readonly isForced: boolean;
	/** The language at the end. */
	readonly locale: Locale;
};

async function play(screen: FullScreen, {session, apply, output, record, history, locale, theme}: PlayWish): Promise<Played> {
	const {columns, rows} = screen;
	const store = new SessionStore({session, apply, record, locale, columns, rows, ...(history === undefined ? {} : {history})});
	store.showOutput(output);
	fitTerminal(store);
	const played = await drawn<{readonly status: number; readonly isForced: boolean}>(screen, (form, finish) => {
		const quit = (): void => {
			finish({status: 0, isForced: false});
		};

		const handler = new InputHandler({store, words: () => worldWords(store.getState().session.world), toForm: sequence => {
			form.type(sequence);
		}, quit});
		const stopTicker = startTicker(store);
		return {
			node: <App store={store} theme={theme} quit={quit}/>,
			listener: {
				input: token => {
					handler.handle(token);
				},
				resize: (newColumns, newRows) => {
					store.changeView({columns: newColumns, rows: newRows});
					fitTerminal(store);
				},
				end: status => {
					finish({status, isForced: true});
				},
			},
			stop: stopTicker,
		};
	});
	return {...played, locale: store.getState().view.locale};
}

/** Tells the simulated terminal its size, where that has changed. */
function fitTerminal(store: SessionStore): void {
	const {session, view} = store.getState();
	const size = terminalSize({columns: view.columns, rows: view.rows, hasLab: session.origin.lab !== undefined});
	const known = session.history.findLast(({action}) => action.type === 'resize')?.action ?? session.origin;
	if ('columns' in known && (known.columns !== size.columns || known.rows !== size.rows)) {
		store.dispatch({type: 'resize', ...size});
	}
}

/** The choice, or the status with which to end. */
async function chooseLab(screen: FullScreen, {labs, saved, locale, defaultLearner, theme}: MenuOptions & {readonly theme: Theme}): Promise<MenuChoice | number> {
	const {columns, rows} = screen;
	return drawn<MenuChoice | number>(screen, (form, finish) => {
		const store = new MenuStore({saved, locale, columns, rows, defaultLearner, chosen: finish});
		return {
			node: <Menu store={store} labs={labs} saved={saved} theme={theme}/>,
			listener: {
				input: token => {
					const sequence = store.handle(token);
					if (sequence !== undefined) {
						form.type(sequence);
					}
				},
				resize: (newColumns, newRows) => {
					store.resize(newColumns, newRows);
				},
				end: finish,
			},
			stop: () => undefined,
		};
	});
}

type Drawing = {readonly node: ReactNode; readonly listener: FullScreenListener; readonly stop: () => void};

/** Draws until `finish` is called, and answers what it was called with. */
async function drawn<T>(screen: FullScreen, make: (form: FormInput, finish: (result: T) => void) => Drawing): Promise<T> {
	const form = new FormInput();
	screen.clear();
	const frames = new FrameStream(screen);
	const {promise, resolve} = Promise.withResolvers<T>();
	const {node, listener, stop} = make(form, resolve);
	const instance = renderFullScreen(node, {stdin: form, stdout: frames});
	screen.listen({
		...listener,
		resize: (columns, rows) => {
			screen.clear();
			frames.restart();
			instance.clear();
			listener.resize(columns, rows);
		},
	});
	try {
		return await promise;
	} finally {
		stop();
		instance.unmount();
		frames.close();
	}
}

async function onScreen(streams: TerminalStreams, use: (screen: FullScreen) => Promise<number>): Promise<number> {
	const screen = new FullScreen(streams);
	screen.enter();
	try {
		return await use(screen);
	} finally {
		screen.leave();
	}
}

function themeFor({environment, ascii}: ScreenOptions): Theme {
	return themeOf(environment, ascii === undefined ? {} : {ascii});
}
