// Questions: leave? run the pasted lines? the answer to a lab's question. Ink's forms take the keys; input-handler.ts hands them on.

import {useState, type ReactElement} from 'react';
import {message, type Locale} from '../i18n/message.js';
import {runPaste} from './input-handler.js';
import {Box, SelectInput, Text, TextInput} from './ink.js';
import type {Rectangle} from './layout.js';
import type {Dialog, SessionStore} from './session-store.js';
import {markdownLines} from './text/markdown.js';
import {shortenLine, span} from './text/styled-line.js';
import {visibleText} from './text/visible-controls.js';
import {paintRow, toTheme, type Theme} from './theme.js';

type DialogProps = {
	readonly dialog: Exclude<Dialog, {readonly kind: 'help'}>;
	readonly store: SessionStore;
	readonly quit: () => void;
	readonly locale: Locale;
	readonly place: Rectangle;
	readonly theme: Theme;
};

export function DialogScreen(props: DialogProps): ReactElement {
	const {dialog, locale, place, theme} = props;
	const keys = dialog.kind === 'answer' ? message(locale, 'answer.keys') : message(locale, 'question.keys');
	return (
		<Box position='absolute' marginLeft={place.x} marginTop={place.y} width={place.width} height={place.height} flexDirection='column' paddingX={2} paddingTop={1} overflow='hidden'>
			<DialogForm {...props}/>
			<Box marginTop={1} flexShrink={0}>
				<Text dimColor wrap='truncate'>{toTheme(keys, theme)}</Text>
			</Box>
		</Box>
	);
}

function DialogForm({dialog, store, quit, locale, place, theme}: DialogProps): ReactElement {
	const close = (): void => {
		store.changeView({dialog: undefined});
	};

	switch (dialog.kind) {
		case 'quit':
			return <YesNo question={message(locale, 'question.quit')} locale={locale} yes={quit} no={close}/>;
		case 'paste': {
			const lines = dialog.text.trimEnd().split('\n');
			const shown = lines.slice(0, Math.max(place.height - 10, 1)).map(text => paintRow(shortenLine([span('  ' + visibleText(text))], place.width - 4), theme));
			return (
				<Box flexDirection='column' flexShrink={0}>
					<YesNo question={message(locale, 'prompt.paste-question', {lines: lines.length})} locale={locale} yes={() => {
						runPaste(store, dialog.text);
					}} no={close}/>
					<Box marginTop={1}><Text wrap='truncate'>{shown.join('\n')}</Text></Box>
				</Box>
			);
		}

		case 'answer':
			return <Answer dialog={dialog} store={store} locale={locale} width={place.width - 4} theme={theme}/>;
		default:
			return dialog satisfies never;
	}
}

type YesNoProps = {readonly question: string; readonly locale: Locale; readonly yes: () => void; readonly no: () => void};

function YesNo({question, locale, yes, no}: YesNoProps): ReactElement {
	const items = [
		{key: 'yes', label: message(locale, 'question.yes'), value: yes},
		{key: 'no', label: message(locale, 'question.no'), value: no},
	];
	return (
		<Box flexDirection='column' flexShrink={0}>
			<Text bold>{question}</Text>
			<SelectInput items={items} onSelect={item => {
				item.value();
			}}/>
		</Box>
	);
}

type AnswerProps = {readonly dialog: Extract<Dialog, {readonly kind: 'answer'}>; readonly store: SessionStore; readonly locale: Locale; readonly width: number; readonly theme: Theme};

function Answer({dialog, store, locale, width, theme}: AnswerProps): ReactElement {
	const [text, setText] = useState('');
	const submit = (answer: string): void => {
		store.changeView({dialog: undefined});
		if (answer.trim() !== '') {
			store.dispatch({type: 'answer', step: dialog.step, text: answer.trim()});
		}
	};

	return (
		<Box flexDirection='column' flexShrink={0}>
			<Text>{markdownLines(dialog.question, width).map(row => paintRow(row, theme)).join('\n')}</Text>
			<Box marginTop={1}>
				<Text>{message(locale, 'steps.question')} </Text>
				<TextInput value={text} onChange={setText} onSubmit={submit}/>
			</Box>
		</Box>
	);
}
