// The screen of a lab or of the sandbox: header, panes, row of keys. All state is in the store.

import {memo, useMemo, useSyncExternalStore, type ReactElement} from 'react';
import {message, type Locale} from '../i18n/message.js';
import {DialogScreen} from './dialog.js';
import {Box, Text, useCursor} from './ink.js';
import {labelOf} from './key-bindings.js';
import {labTextOf} from './lab/select-lab.js';
import {contentSize, minimum, type PlacedPane} from './layout.js';
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
	const isScreen = layout.kind === 'screen' && view.dialog === undefined;
	const terminal = isScreen ? layout.panes.find(({pane}) => pane === 'terminal') : undefined;
	setCursorPosition(terminal === undefined ? undefined : cursorIn(state, terminal));
	if (layout.kind === 'too-small') {
		return <TooSmall columns={view.columns} rows={view.rows} locale={view.locale}/>;
	}

	return (
		<Box width={view.columns} height={view.rows} flexDirection='column' overflow='hidden'>
			<Row y={0} text={paintRow(headerLine(state), theme)} width={view.columns}/>
			{view.dialog === undefined
				? layout.panes.map(place => <PlacedContent key={`${place.pane}${place.slot}`} place={place} state={state} theme={theme}/>)
				: (view.dialog.kind === 'help'
					? <HelpPane state={state} theme={theme}/>
					: <DialogScreen dialog={view.dialog} store={store} quit={quit} locale={view.locale} columns={view.columns} rows={view.rows} theme={theme}/>)}
			<Row y={view.rows - 1} text={paintRow(footerLine(state), theme)} width={view.columns}/>
		</Box>
	);
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
	const shown = useMemo(() => window(lines, {scroll: view.scroll.lab, height, locale: view.locale}), [lines, view.scroll.lab, height, view.locale]);
	return <SteadyPane place={place} title={message(view.locale, 'pane.lab')} isFocused={view.pane === 'lab'} rows={shown.rows} note={shown.note} theme={theme}/>;
}

function PanelPane({place, state, theme}: ContentProps): ReactElement {
	const {session, before, trace, view} = state;
	const {width, height} = contentSize(place);
	const name = panelOf(state, place.slot);
	const lines = useMemo(() => panelLines({session, before, trace, view}, name, width), [session.world, before, trace, name, view.locale, width]);
	const scroll = place.slot === 0 ? view.scroll.panels : 0;
	const shown = useMemo(() => window(lines, {scroll, height, locale: view.locale}), [lines, scroll, height, view.locale]);
	const isFocused = view.pane === 'panels' && place.slot === 0;
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
	const shown = window(helpLines(locale, columns - 1), {scroll: scroll.help, height, locale});
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
		: shortenLine([span(` ${message(locale, 'status.keys', {help: labelOf('help'), pane: labelOf('next-pane'), quit: labelOf('quit')})}`, styles.hint)], columns);
}

function spread(left: string, right: string, width: number): Line {
	const room = width - widthOf(right);
	return [...fitLine([span(left)], Math.max(room, 0)), span(right)];
}

function TooSmall({columns, rows, locale}: {readonly columns: number; readonly rows: number; readonly locale: Locale}): ReactElement {
	return (
		<Box width={columns} height={rows} flexDirection='column' overflow='hidden'>
			<Text bold>{message(locale, 'small.title')}</Text>
			<Text>{message(locale, 'small.need', {columns, rows, minColumns: minimum.columns, minRows: minimum.rows})}</Text>
			<Text>{message(locale, 'small.what')}</Text>
		</Box>
	);
}
