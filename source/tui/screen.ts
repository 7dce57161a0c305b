// What each pane shows, from the state: used by the components to draw and by the key handler to know how far one can scroll.

import {message, type Locale} from '../i18n/message.js';
import {currentStep} from '../lab/progress.js';
import {keyBindings, keyContexts, keyLabel} from './key-bindings.js';
import {contextText} from './keys-document.js';
import {labPaneLines} from './lab/lab-pane-lines.js';
import {selectLab} from './lab/select-lab.js';
import {contentSize, layoutOf, type Layout, type PaneName, type PlacedPane} from './layout.js';
import {panelNames, panelOrder, panels, type PanelName} from './panel/panels.js';
import {terminalView, type TerminalView} from './terminal/terminal-view.js';
import {line, span, type Line} from './text/styled-line.js';
import {padEnd, widthOf} from './text/width.js';
import {wrapLine} from './text/wrap.js';
import type {AppState} from './session-store.js';
import {styles} from './theme.js';

export function layoutOfState({view, session}: AppState): Layout {
	return layoutOf({...view, hasLab: session.origin.lab !== undefined, panelCount: panelNames.length});
}

/** The lines of the lab pane; empty without a lab. */
export function labLines({session, view}: Pick<AppState, 'session' | 'view'>, size: {readonly width: number; readonly height: number}): readonly Line[] {
	const {origin: {lab}, progress} = session;
	return lab === undefined || progress === undefined ? [] : labPaneLines(selectLab(lab, progress, view.locale), {locale: view.locale, ...size});
}

/** Which panel is shown in a slot. */
export function panelOf({session, view}: Pick<AppState, 'session' | 'view'>, slot: number): PanelName {
	const order = panelOrder(session.world, focusOf(session));
	return order[(view.panelOffset + slot) % order.length]!;
}

export function panelLines(state: Pick<AppState, 'session' | 'before' | 'trace' | 'view'>, name: PanelName, width: number): readonly Line[] {
	return panels[name].lines({world: state.session.world, before: state.before, trace: state.trace}, {locale: state.view.locale, width});
}

export function terminalOf(state: AppState, {width, height}: {readonly width: number; readonly height: number}): TerminalView {
	const {log, prompt, view} = state;
	return terminalView({
		log,
		prompt,
		width,
		height,
		scroll: view.scroll.terminal,
		searchLabels: {search: message(view.locale, 'prompt.search'), failed: message(view.locale, 'prompt.search-failed')},
	});
}

/** The table of keys, for the help overlay. */
export function helpLines(locale: Locale, width: number): readonly Line[] {
	const labels = keyBindings.map(binding => binding.keys.map(key => keyLabel(key)).join(', '));
	const labelCells = Math.min(Math.max(...labels.map(label => widthOf(label))), 24) + 2;
	return keyContexts.flatMap((context, index): Line[] => [
		...(index > 0 ? [[]] : []),
		line(span(contextText(locale, context), styles.focusedTitle)),
		...keyBindings.flatMap((binding, row): Line[] => binding.context === context
			? wrapLine([span('  ' + padEnd(labels[row]!, labelCells), styles.name), span(message(locale, binding.text))], width, labelCells + 2)
			: []),
	]);
}

/** Rows of content that a pane shows at once. */
export function pageRows(state: AppState, target: PaneName | 'help'): number {
	if (target === 'help') {
		return helpHeight(state.view.rows);
	}

	const pane = paneOf(state, target);
	return pane === undefined ? 0 : contentSize(pane).height;
}

/** The furthest that a pane can be scrolled. */
export function scrollLimit(state: AppState, target: PaneName | 'help'): number {
	const rows = pageRows(state, target);
	if (target === 'help') {
		return Math.max(helpLines(state.view.locale, state.view.columns).length - rows, 0);
	}

	const pane = paneOf(state, target);
	if (pane === undefined) {
		return 0;
	}

	const {width, height} = contentSize(pane);
	switch (target) {
		case 'lab':
			return Math.max(labLines(state, {width, height}).length - rows, 0);
		case 'panels':
			return Math.max(panelLines(state, panelOf(state, 0), width).length - rows, 0);
		case 'terminal':
			return terminalOf({...state, view: {...state.view, scroll: {...state.view.scroll, terminal: Number.MAX_SAFE_INTEGER}}}, {width, height}).scroll;
		default:
			return target satisfies never;
	}
}

/** All rows but the header, the title and the row of keys. */
export function helpHeight(rows: number): number {
	return Math.max(rows - 3, 1);
}

function paneOf(state: AppState, name: PaneName): PlacedPane | undefined {
	const layout = layoutOfState(state);
	return layout.kind === 'screen' ? layout.panes.find(({pane}) => pane === name) : undefined;
}

/** The panel that the lab's current step is about. */
function focusOf({origin: {lab}, progress}: AppState['session']): string | undefined {
	const step = progress === undefined ? undefined : currentStep(progress);
	return lab?.steps.find(({id}) => id === step?.id)?.focus;
}
