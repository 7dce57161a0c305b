// The menu of labs with the progress in each.

import {useState, useSyncExternalStore, type ReactElement} from 'react';
import {message, type Locale} from '../../i18n/message.js';
import {Box, SelectInput, Text, TextInput} from '../ink.js';
import {keyLabel, labelOf} from '../key-bindings.js';
import {minimum} from '../layout.js';
import {padEnd, shorten, widthOf} from '../text/width.js';
import {toTheme, type Theme} from '../theme.js';
import type {MenuStore} from './menu-store.js';
import {titleOf, type MenuLab, type SavedProgress} from './menu-state.js';

export type MenuProps = {
	readonly store: MenuStore;
	readonly labs: readonly MenuLab[];
	readonly saved: SavedProgress;
	readonly theme: Theme;
};

export function Menu({store, labs, saved, theme}: MenuProps): ReactElement {
	const {state, locale, columns, rows} = useSyncExternalStore(store.subscribe, store.getState);
	const isTooSmall = columns < minimum.columns || rows < minimum.rows;
	return (
		<Box width={columns} height={rows} flexDirection='column' overflow='hidden'>
			<Box flexShrink={0}><Text inverse wrap='truncate'>{padEnd(` ${message(locale, 'app.name')}  ${message(locale, 'app.menu')}`, columns)}</Text></Box>
			<Box flexDirection='column' flexGrow={1} paddingX={2} paddingTop={1} overflow='hidden'>
				{isTooSmall
					? <Text>{message(locale, 'small.need', {columns, rows, minColumns: minimum.columns, minRows: minimum.rows})}</Text>
					: (state.page === 'name'
						? <NameForm store={store} locale={locale}/>
						: (state.page === 'resume'
							? <ResumeForm store={store} locale={locale}/>
							: <LabList store={store} labs={labs} saved={saved} locale={locale} columns={columns} rows={rows} theme={theme}/>))}
			</Box>
			<Box flexShrink={0}><Text dimColor wrap='truncate'>{toTheme(` ${footer(state.page, locale)}`, theme)}</Text></Box>
		</Box>
	);
}

function footer(page: 'name' | 'labs' | 'resume', locale: Locale): string {
	switch (page) {
		case 'name':
			return message(locale, 'name.keys');
		case 'labs':
			return message(locale, 'menu.keys', {language: labelOf('language'), quit: keyLabel('ctrl-c')});
		case 'resume':
			return message(locale, 'question.keys');
		default:
			return page satisfies never;
	}
}

function NameForm({store, locale}: {readonly store: MenuStore; readonly locale: Locale}): ReactElement {
	const [name, setName] = useState('');
	return (
		<Box flexDirection='column'>
			<Text bold>{message(locale, 'name.ask')}</Text>
			<Box marginTop={1}>
				<Text>{'> '}</Text>
				<TextInput value={name} onChange={setName} onSubmit={store.nameGiven}/>
			</Box>
		</Box>
	);
}

function ResumeForm({store, locale}: {readonly store: MenuStore; readonly locale: Locale}): ReactElement {
	const items = [
		{key: 'resume', label: message(locale, 'question.resume-yes'), value: true},
		{key: 'afresh', label: message(locale, 'question.resume-no'), value: false},
	];
	return (
		<Box flexDirection='column'>
			<Text bold>{message(locale, 'question.resume')}</Text>
			<SelectInput items={items} onSelect={item => {
				store.resumeChosen(item.value);
			}}/>
		</Box>
	);
}

type LabListProps = MenuProps & {readonly locale: Locale; readonly columns: number; readonly rows: number};

const sandboxKey = ' sandbox';

function LabList({store, labs, saved, locale, columns, rows, theme}: LabListProps): ReactElement {
	const titleCells = Math.min(Math.max(...labs.map(lab => widthOf(titleOf(lab, locale))), widthOf(message(locale, 'menu.sandbox')), 0), Math.max(columns - 30, 10));
	const items = [
		...labs.map(lab => ({key: lab.id, label: toTheme(labLabel(lab, {saved, locale, titleCells}), theme), value: lab.id})),
		{key: sandboxKey, label: `  ${message(locale, 'menu.sandbox')}`, value: sandboxKey},
	];
	// Where most learners want to go: on with what they began, else to the first lab that they have not done.
	const began = labs.findIndex(lab => saved.lab(lab.id)?.resumableActions !== undefined);
	const next = labs.findIndex(lab => saved.lab(lab.id)?.isFinished !== true);
	return (
		<Box flexDirection='column'>
			<Text bold>{message(locale, labs.length === 0 ? 'menu.none' : 'menu.choose')}</Text>
			<SelectInput items={items} initialIndex={Math.max(began === -1 ? next : began, 0)} limit={Math.max(rows - 5, 1)} onSelect={({value}) => {
				if (value === sandboxKey) {
					store.sandboxChosen();
				} else {
					store.labChosen(value);
				}
			}}/>
		</Box>
	);
}

function labLabel(lab: MenuLab, {saved, locale, titleCells}: {readonly saved: SavedProgress; readonly locale: Locale; readonly titleCells: number}): string {
	const known = saved.lab(lab.id);
	const passed = known?.stepsPassed ?? 0;
	const mark = known?.isFinished === true ? '✓' : '○';
	const note = known?.isFinished === true
		? message(locale, 'menu.finished')
		: (known?.resumableActions === undefined ? '' : message(locale, 'menu.unfinished'));
	return `${mark} ${padEnd(shorten(titleOf(lab, locale), titleCells), titleCells)}  ${message(locale, 'menu.progress', {passed, total: lab.stepCount})}  ${note}`.trimEnd();
}
