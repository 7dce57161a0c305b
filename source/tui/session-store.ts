// The state of the program as an external store: the session, what the terminal shows of it, the line being typed, and what the
// learner looks at. Only `dispatch` changes the session, and it goes through `apply` like everything else; components subscribe with
// useSyncExternalStore and keep nothing of the world for themselves.

import {concatBytes, encodeText} from '../base/bytes.js';
import {secondNs} from '../base/clock.js';
import type {TraceEvent, World} from '../base/transaction.js';
import {message, otherLocale, type Locale} from '../i18n/message.js';
import {currentStep} from '../lab/progress.js';
import type {Action} from '../session/action.js';
import {keyNs} from '../session/limits.js';
import type {Applied, Entry, Output, Session} from '../session/session.js';
import {labTextOf, missingChecks} from './lab/select-lab.js';
import type {PaneName} from './layout.js';
import {scrollLimit} from './screen.js';
import {edit, emptyPrompt, promptText, type PromptCommand, type PromptState} from './prompt/prompt-state.js';
import {TerminalLog} from './terminal/terminal-log.js';
import {span} from './text/styled-line.js';
import {visibleText} from './text/visible-controls.js';
import {styles} from './theme.js';

export type Dialog =
	| {readonly kind: 'help'}
	| {readonly kind: 'quit'}
	| {readonly kind: 'paste'; readonly text: string}
	| {readonly kind: 'answer'; readonly step: string; readonly question: string};

export type ViewState = {
	readonly locale: Locale;
	readonly columns: number;
	readonly rows: number;
	/** What scrolls, and what a small screen shows. */
	readonly pane: PaneName;
	readonly isZoomed: boolean;
	/** How many panels to skip of those that are offered. */
	readonly panelOffset: number;
	/** Rows back for the terminal, rows down for the others. */
	readonly scroll: Readonly<Record<PaneName | 'help', number>>;
	readonly dialog: Dialog | undefined;
	/** Said in the last row until the next key. */
	readonly notice: string | undefined;
};

export type AppState = {
	readonly session: Session;
	readonly log: TerminalLog;
	readonly logVersion: number;
	/** The world before the last command, to mark what it changed. */
	readonly before: World | undefined;
	readonly trace: readonly TraceEvent[];
	readonly prompt: PromptState;
	readonly view: ViewState;
	/** Virtual seconds that the running command has taken so far. */
	readonly busySeconds: number;
	/** The running command had too much to do for the time that it was given: the rest of it is due at once. */
	readonly isBehind: boolean;
};

export type Apply = (session: Session, action: Action) => Applied;

export type StoreOptions = {
	readonly session: Session;
	readonly apply: Apply;
	readonly locale: Locale;
	readonly columns: number;
	readonly rows: number;
	readonly history?: readonly string[];
	/** Gets every entry as soon as it exists, before it is shown; answers a text for the learner if it could not keep it. */
	readonly record: (entry: Entry) => string | undefined;
};

/** A line that takes longer than this goes on running while the screen shows it, second by second. */
const lineWaitNs = secondNs;

/** Events of the running command that panels can look back on: a loop makes them without end. */
const rememberedEvents = 5000;

export class SessionStore {
	readonly #apply: Apply;
	readonly #record: (entry: Entry) => string | undefined;
	readonly #listeners = new Set<() => void>();
	#state: AppState;
	#firstOutput: readonly Output[] = [];

	constructor({session, apply, locale, columns, rows, history = [], record}: StoreOptions) {
		this.#apply = apply;
		this.#record = record;
		const log = new TerminalLog(bytes => message(this.#state.view.locale, 'status.cut', {bytes}));
		this.#state = {
			session,
			log,
			logVersion: 0,
			before: undefined,
			trace: [],
			prompt: emptyPrompt([...history, ...linesOf(session)]),
			busySeconds: 0,
			isBehind: false,
			view: {
				locale, columns, rows, pane: session.origin.lab === undefined ? 'terminal' : 'lab', isZoomed: false, panelOffset: 0,
				scroll: {lab: 0, terminal: 0, panels: 0, help: 0}, dialog: undefined, notice: undefined,
			},
		};
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};

	readonly getState = (): AppState => this.#state;

	/** Shows what was put out before the program was there to show it: the login, or a session that is resumed. */
	showOutput(output: readonly Output[]): void {
		this.#firstOutput = output;
		this.#state.log.write(concatBytes(output.map(({bytes}) => bytes)));
		this.#set({logVersion: this.#state.log.version});
	}

	dispatch(action: Action): void {
		const {session, log, view, before, trace} = this.#state;
		const applied = this.#apply(session, action);
		if (applied.broken !== undefined) {
			// In full where it can be scrolled to and copied: it is what a report needs.
			log.note([[span(visibleText(applied.broken), styles.failed)]]);
			this.#set({logVersion: log.version, view: {...view, notice: message(view.locale, 'status.broken'), scroll: {...view.scroll, terminal: 0}}});
			return;
		}

		const entry = applied.session.history.at(-1);
		const isNew = entry !== undefined && applied.session.history.length > session.history.length;
		const trouble = isNew ? this.#record(entry) : undefined;
		if (trouble !== undefined) {
			log.note([[span(visibleText(trouble), styles.failed)]]);
		}

		log.write(concatBytes(applied.output.map(({bytes}) => bytes)));
		if (action.type === 'undo' || action.type === 'redo') {
			this.#showTravel(applied.session, action.type);
		}

		// The clock that ticks while a command runs is part of that command, as far as marks go.
		const isTick = action.type === 'advance' || action.type === 'resize';
		this.#set({
			session: applied.session,
			logVersion: log.version,
			before: isTick ? before : session.world,
			trace: isTick ? [...trace, ...applied.trace].slice(-rememberedEvents) : applied.trace,
			busySeconds: applied.session.foreground === 'busy' ? (isTick ? this.#state.busySeconds : 0) + applied.elapsedNs / secondNs : 0,
			isBehind: applied.session.foreground === 'busy' && applied.elapsedNs < givenNs(action),
			view: {...view, notice: this.#news(session, applied.session), scroll: scrollAfter(view, session, applied.session)},
		});
		if (hasNewFeedback(session, applied.session)) {
			this.showLabEnd();
		}
	}

	/** Scrolls to the end of the lab text, where hints, what is missing and the question stand. */
	showLabEnd(): void {
		const {view} = this.#state;
		const lab = scrollLimit({...this.#state, view: {...view, pane: 'lab'}}, 'lab');
		this.changeView({scroll: {...view.scroll, lab}});
	}

	/** Runs the line that was typed. */
	submit(): void {
		const {prompt, session} = this.#state;
		this.#set({prompt: edit(prompt, {type: 'submitted', remember: session.foreground !== 'busy'})});
		// A line typed ahead only goes into the terminal's buffer: time passes by the ticker.
		this.dispatch({type: 'line', text: promptText(prompt), waitNs: session.foreground === 'busy' ? 0 : lineWaitNs});
	}

	/** Ctrl-C: what was typed stays on the screen, as it does in a terminal, but is not run. */
	interrupt(): void {
		const {prompt, log} = this.#state;
		log.write(encodeText(promptText(prompt)));
		this.edit({type: 'clear'});
		this.dispatch({type: 'interrupt'});
	}

	edit(command: PromptCommand): void {
		const {prompt, view} = this.#state;
		const zoomed = view.isZoomed && view.pane !== 'terminal';
		this.#set({
			prompt: edit(prompt, command),
			// Whoever types wants to see it.
			view: zoomed || view.scroll.terminal > 0 ? {...view, isZoomed: zoomed ? false : view.isZoomed, scroll: {...view.scroll, terminal: 0}} : view,
		});
	}

	changeView(changes: Partial<ViewState>): void {
		this.#set({view: {...this.#state.view, ...changes}});
	}

	switchLanguage(): void {
		const locale = otherLocale(this.#state.view.locale);
		this.changeView({locale, notice: message(locale, 'status.language-switched')});
	}

	clearTerminal(): void {
		this.#state.log.clear();
		this.#set({logVersion: this.#state.log.version});
		this.changeView({scroll: {...this.#state.view.scroll, terminal: 0}});
	}

	/** An undo writes nothing, but the prompt (and the shell behind it) may be another one. */
	#showTravel(session: Session, direction: 'undo' | 'redo'): void {
		const {log, view: {locale}} = this.#state;
		log.dropPartial();
		log.note([[span(`[${message(locale, direction === 'undo' ? 'status.undone' : 'status.redone')}]`, styles.hint)]]);
		log.write(lastPartialLine([this.#firstOutput, ...session.line.map(index => session.history[index]!.output)]));
	}

	/** What the learner should be told about an action besides its output. */
	#news(before: Session, after: Session): string | undefined {
		const {locale} = this.#state.view;
		const {lab} = after.origin;
		if (lab === undefined || before.progress === after.progress) {
			return undefined;
		}

		const passed = after.progress?.steps.find((step, index) => step.state === 'passed' && before.progress?.steps[index]?.state !== 'passed');
		if (passed !== undefined) {
			return message(locale, 'status.lab-done', {title: labTextOf(lab, locale)?.steps.get(passed.id)?.title ?? passed.id});
		}

		return hasNewFeedback(before, after) ? message(locale, 'steps.not-yet') : undefined;
	}

	#set(changes: Partial<AppState>): void {
		this.#state = {...this.#state, ...changes};
		for (const listener of this.#listeners) {
			listener();
		}
	}
}

/** An answer was wrong, or another part of the step has become right while something is still missing. */
function hasNewFeedback(before: Session, after: Session): boolean {
	const [step, was] = [after, before].map(({progress}) => progress === undefined ? undefined : currentStep(progress));
	if (step === undefined || step.id !== was?.id || step === was) {
		return false;
	}

	const {lab} = after.origin;
	const checks = lab?.steps.find(({id}) => id === step.id)?.checks ?? [];
	const hasMore = step.checks.some((check, index) => check.passed && was.checks[index]?.passed !== true && checks[index]?.when === 'ever');
	return lab !== undefined && missingChecks(lab, step).length > 0 && (step.wrongAnswers > was.wrongAnswers || hasMore);
}

function givenNs(action: Action): number {
	return action.type === 'advance' ? action.ns : (action.type === 'line' ? action.waitNs ?? 0 : keyNs);
}

/** A new step is shown from its start; new output brings the terminal back to its end. */
function scrollAfter({scroll}: ViewState, before: Session, after: Session): ViewState['scroll'] {
	const isSameStep = before.progress === after.progress
		|| (before.progress !== undefined && after.progress !== undefined && currentStep(before.progress)?.id === currentStep(after.progress)?.id);
	return {...scroll, terminal: 0, lab: isSameStep ? scroll.lab : 0};
}

/** What was written after the last newline of a sequence of outputs. */
function lastPartialLine(outputs: ReadonlyArray<readonly Output[]>): Uint8Array {
	const parts: Uint8Array[] = [];
	for (const {bytes} of outputs.flat().reverse()) {
		const newLine = bytes.lastIndexOf(10);
		parts.unshift(bytes.subarray(newLine + 1));
		if (newLine !== -1) {
			break;
		}
	}

	return concatBytes(parts);
}

/** The lines typed so far in a session that is resumed. */
function linesOf(session: Session): readonly string[] {
	return session.history.flatMap(({action}) => action.type === 'line' && action.text.trim() !== '' ? [action.text] : []);
}
