// docs/keys.md, made from the table of keys.

import {message, type Locale, type PlainKey} from '../i18n/message.js';
import {keyBindings, keyContexts, keyLabel, type KeyContext} from './key-bindings.js';

const contextKeys: Readonly<Record<KeyContext, PlainKey>> = {
	everywhere: 'context.everywhere', prompt: 'context.prompt', search: 'context.search', question: 'context.question',
};

export function contextText(locale: Locale, context: KeyContext): string {
	return message(locale, contextKeys[context]);
}

/** The text of docs/keys.md. */
export function keysDocument(): string {
	const sections = keyContexts.map(context => {
		const rows = keyBindings.filter(binding => binding.context === context)
			.map(({keys, text}) => `| ${keys.map(key => `\`${keyLabel(key)}\``).join(', ')} | ${message('en', text)} | ${message('zh-CN', text)} |`);
		return [`## ${contextText('en', context)} · ${contextText('zh-CN', context)}`, '', '| key | what it does | 作用 |', '|---|---|---|', ...rows].join('\n');
	});
	return [
		'# Keys',
		'',
		'Made from `source/tui/key-bindings.ts` by `npm run generate`; the help overlay of the program shows the same table.',
		'Where a terminal does not send Alt, press Esc and then the key.',
		'',
		sections.join('\n\n'),
		'',
	].join('\n');
}
