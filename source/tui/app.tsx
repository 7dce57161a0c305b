// The screen of a lab or of the sandbox: header, panes, row of keys. All state is in the store.

import {memo, useMemo, useSyncExternalStore, type ReactElement} from 'react';
import {message, type Locale} from '../i18n/message.js';
import {currentStep} from '../lab/progress.js';
import {DialogScreen} from './dialog.js';
import {Box, Text, useCursor} from './ink.js';
import {labelOf} from './key-bindings.js';
import {labTextOf} from './lab/select-lab.js';
import {contentSize, minimum, type PlacedPane, type Rectangle} from './layout.js';
import {Pane, window} from './pane.js';
import {panels} from './panel/panels.js';
import {helpHeight, helpLines, labLines, layoutOfState, panelLines, panelOf, terminalOf} from './screen.js';
import type {AppState, SessionStore} from './session-store.js';
import {fitLine, shortenLine, span, type Line} from './text/styled-line.js';
import {widthOf} from './text/width.js';
import {paintRow, styles, type Theme} from './theme.js';

export type AppProps = {readonly store: SessionStore; readonly theme: Theme; readonly quit: () => void};

export function App({store, theme, quit}: AppProps): ReactElement {
	const state = useSyncExternalStore(store.subscribe, store.getState);
	const {setCursorPosition} = useCursor();
	const {view} = state;
	const layout = layoutOfState(state);
	const terminal = layout.kind === 'screen' && view.dialog === undefined ? layout.panes.find(({pane}) => pane === 'terminal') : undefined;
	setCursorPosition(terminal === undefined ? undefined : cursorIn(state, terminal));
	if (layout.kind === 'too-small') {
		return <TooSmall columns={view.columns} rows={view.rows} locale={view.locale}/>;
	}

	return (
		<Box width={view.columns} height={view.rows} flexDirection='column' overflow='hidden'>
			<Row y={0} text={paintRow(headerLine(state), theme)} width={view.columns}/>
			{panesBeside(view.dialog, layout.panes).map(place => <PlacedContent key={`${place.pane}${place.slot}`} place={place} state={state} theme={theme}/>)}
			{view.dialog === undefined
				? undefined
				: (view.dialog.kind === 'help'
					? <HelpPane state={state} theme={theme}/>
					: <DialogScreen dialog={view.dialog} store={store} quit={quit} locale={view.locale} place={dialogPlace(state, layout.panes)} theme={theme}/>)}
			<Row y={view.rows - 1} text={paintRow(footerLine(state), theme)} width={view.columns}/>
		</Box>
	);
}

/** What stays to be seen while something is asked: the answer to a lab's question is read off the other panes. */
function panesBeside(dialog: AppState['view']['dialog'], panes: readonly PlacedPane[]): readonly PlacedPane[] {
	switch (dialog?.kind) {
		case undefined:
			return panes;
		case 'answer':
			return panes.filter(({pane}) => pane !== 'lab');
		default:
			return [];
	}
}

/** The lab's place for its question, the whole screen for everything else. */
function dialogPlace({view}: AppState, panes: readonly PlacedPane[]): Rectangle {
	const lab = view.dialog?.kind === 'answer' ? panes.find(({pane}) => pane === 'lab') : undefined;
	return lab ?? {x: 0, y: 1, width: view.columns, height: view.rows - 2, border: 0};
}

function cursorIn(state: AppState, place: PlacedPane): {readonly x: number; readonly y: number} | undefined {
	const {cursor} = terminalOf(state, contentSize(place));
	return cursor === undefined ? undefined : {x: place.x + place.border + cursor.column, y: place.y + 1 + cursor.row};
}

const Row = memo(({y, text, width}: {readonly y: number; readonly text: string; readonly width: number}): ReactElement => (
	<Box position='absolute' marginTop={y} width={width} height={1}>
		<Text wrap='truncate'>{text}</Text>
	</Box>
));

type ContentProps = {readonly place: PlacedPane; readonly state: AppState; readonly theme: Theme};

function PlacedContent({place, state, theme}: ContentProps): ReactElement {
	switch (place.pane) {
		case 'lab':
			return <LabPane place={place} state={state} theme={theme}/>;
		case 'panels':
			return <PanelPane place={place} state={state} theme={theme}/>;
		case 'terminal':
			return <TerminalPane place={place} state={state} theme={theme}/>;
		default:
			return place.pane satisfies never;
	}
}

function LabPane({place, state, theme}: ContentProps): ReactElement {
	const {session, view} = state;
	const {width, height} = contentSize(place);
	const {progress, origin: {lab}} = session;
	const lines = useMemo(() => labLines({session, view}, {width, height}), [progress, lab, view.locale, width, height]);
	const isFocused = view.pane === 'lab';
	const shown = useMemo(() => window(lines, {scroll: view.scroll.lab, height, locale: view.locale, isFocused}), [lines, view.scroll.lab, height, view.locale, isFocused]);
	return <SteadyPane place={place} title={message(view.locale, 'pane.lab')} isFocused={isFocused} rows={shown.rows} note={shown.note} theme={theme}/>;
}

function PanelPane({place, state, theme}: ContentProps): ReactElement {
	const {session, before, trace, view} = state;
	const {width, height} = contentSize(place);
	const name = panelOf(state, place.slot);
	const lines = useMemo(() => panelLines({session, before, trace, view}, name, width), [session.world, before, trace, name, view.locale, width]);
	const scroll = place.slot === 0 ? view.scroll.panels : 0;
	const isFocused = view.pane === 'panels' && place.slot === 0;
	const shown = useMemo(() => window(lines, {scroll, height, locale: view.locale, isFocused}), [lines, scroll, height, view.locale, isFocused]);
	return <SteadyPane place={place} title={message(view.locale, panels[name].title)} isFocused={isFocused} rows={shown.rows} note={shown.note} theme={theme}/>;
}

function TerminalPane({place, state, theme}: ContentProps): ReactElement {
	const {view} = state;
	const {rows, scroll} = terminalOf(state, contentSize(place));
	const note = scroll > 0 ? message(view.locale, 'status.scrolled') : '';
	return <SteadyPane place={place} title={message(view.locale, 'pane.terminal')} isFocused={view.pane === 'terminal'} rows={rows} note={note} theme={theme}/>;
}

/** A place is made anew with every layout; equal ones must not make a pane draw again. */
function SteadyPane(props: Parameters<typeof Pane>[0]): ReactElement {
	const {x, y, width, height, border, pane, slot} = props.place;
	const place = useMemo(() => props.place, [x, y, width, height, border, pane, slot]);
	return <Pane {...props} place={place}/>;
}

function HelpPane({state, theme}: {readonly state: AppState; readonly theme: Theme}): ReactElement {
	const {locale, columns, rows, scroll} = state.view;
	const height = helpHeight(rows);
	const shown = window(helpLines(locale, columns - 1), {scroll: scroll.help, height, locale, isFocused: true});
	const place: PlacedPane = {pane: 'lab', slot: 0, x: 0, y: 1, width: columns, height: height + 1, border: 0};
	const title = `${message(locale, 'help.title')}: ${message(locale, 'help.close', {help: labelOf('help')})}`;
	return <Pane place={place} title={title} isFocused={true} rows={shown.rows} note={shown.note} theme={theme}/>;
}

function headerLine({session, view}: AppState): Line {
	const {lab} = session.origin;
	const title = lab === undefined ? message(view.locale, 'app.sandbox') : labTextOf(lab, view.locale)?.title ?? lab.id;
	const {progress} = session;
	const count = progress === undefined ? '' : message(view.locale, 'steps.progress', {
		passed: progress.steps.filter(step => step.state === 'passed').length, total: progress.steps.length,
	});
	return spread(` ${message(view.locale, 'app.name')}  ${title}`, `${count} `, view.columns).map(part => ({...part, style: styles.header}));
}

function footerLine({session, view, busySeconds}: AppState): Line {
	const {locale, columns} = view;
	if (view.notice !== undefined) {
		return shortenLine([span(` ${view.notice}`, styles.warning)], columns);
	}

	if (session.foreground === 'ended') {
		return shortenLine([span(` ${message(locale, 'prompt.ended')}`, styles.warning)], columns);
	}

	return session.foreground === 'busy'
		? shortenLine([span(` ${message(locale, 'prompt.busy', {seconds: Math.floor(busySeconds)})}`, styles.hint)], columns)
		: keysLine({session, view});
}

/** The keys that are of use now, as many as fit; those that go first when there is no room stand last here. */
function keysLine({session, view: {locale, columns, dialog}}: Pick<AppState, 'session' | 'view'>): Line {
	const {origin: {lab}, progress} = session;
	const step = progress === undefined ? undefined : currentStep(progress);
	const hasQuestion = lab !== undefined && step !== undefined && labTextOf(lab, locale)?.steps.get(step.id)?.question !== undefined;
	const keys: readonly string[] = [
		message(locale, 'status.help', {key: labelOf('help')}),
		...(dialog === undefined && hasQuestion ? [message(locale, 'status.answer', {key: labelOf('answer')})] : []),
		...(dialog === undefined && step !== undefined ? [message(locale, 'status.hint', {key: labelOf('hint')})] : []),
		message(locale, 'status.quit', {key: labelOf('quit')}),
		...(dialog === undefined ? [message(locale, 'status.pane', {key: labelOf('next-pane')})] : []),
		message(locale, 'status.language', {key: labelOf('language')}),
	];
	const fitting = keys.filter((_, index) => widthOf(` ${keys.slice(0, index + 1).join(' · ')}`) <= columns);
	return shortenLine([span(` ${fitting.join(' · ')}`, styles.hint)], columns);
}

function spread(left: string, right: string, width: number): Line {
	const room = width - widthOf(right);
	return [...fitLine([span(left)], Math.max(room, 0)), span(right)];
}

function TooSmall({columns, rows, locale}: {readonly columns: number; readonly rows: number; readonly locale: Locale}): ReactElement {
	return (
		<Box width={columns} height={rows} flexDirection='column' overflow='hidden'>
			<Box flexShrink={0}><Text bold>{message(locale, 'small.title')}</Text></Box>
			<Box flexShrink={0}><Text>{message(locale, 'small.need', {columns, rows, minColumns: minimum.columns, minRows: minimum.rows})}</Text></Box>
			<Box flexShrink={0}><Text>{message(locale, 'small.what')}</Text></Box>
		</Box>
	);
}
