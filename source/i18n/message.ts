// Looking up a text of the interface. Keys and placeholders are checked by the compiler: a text with `{count}` cannot be asked for
// without a `count`.

import {en} from './en.js';
import {zhCn} from './zh-CN.js';

export type Locale = 'en' | 'zh-CN';

export const locales: readonly Locale[] = ['en', 'zh-CN'];

type English = typeof en;
export type MessageKey = keyof English;

/** The names in braces of a text: `'{a} of {b}'` gives `'a' | 'b'`. */
type PlaceholderIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholderIn<Rest> : never;

type ValuesOf<Key extends MessageKey> = English[Key] extends (values: infer Values) => string
	? Values
	: English[Key] extends string ? {readonly [Name in PlaceholderIn<English[Key]>]: string | number} : never;

/** No third argument where a text has no placeholders. */
type Arguments<Key extends MessageKey> = keyof ValuesOf<Key> extends never ? [] : [values: ValuesOf<Key>];

/** What every language must have: the keys of English, functions where English has them. */
export type Catalogue = {
	readonly [Key in MessageKey]: English[Key] extends (values: infer Values) => string ? (values: Values) => string : string;
};

/** Keys of texts without placeholders: what tables of names may refer to. */
export type PlainKey = {
	[Key in MessageKey]: keyof ValuesOf<Key> extends never ? Key : never;
}[MessageKey];

const catalogues: Readonly<Record<Locale, Catalogue>> = {en, 'zh-CN': zhCn};

/** The text of `key` in the language `locale`, with its placeholders filled in. */
export function message<Key extends MessageKey>(locale: Locale, key: Key, ...[values]: Arguments<Key>): string {
	const entry = catalogues[locale][key] as string | ((values: unknown) => string);
	return typeof entry === 'function' ? entry(values) : fillIn(entry, (values ?? {}) as Readonly<Record<string, string | number>>);
}

/** The locale that an environment's LC_ALL, LC_MESSAGES or LANG asks for. */
export function localeOf(language: string | undefined): Locale {
	return language?.toLowerCase().startsWith('zh') === true ? 'zh-CN' : 'en';
}

export function otherLocale(locale: Locale): Locale {
	return locale === 'en' ? 'zh-CN' : 'en';
}

function fillIn(text: string, values: Readonly<Record<string, string | number>>): string {
	return text.replaceAll(/\{(?<name>[a-zA-Z]+)\}/gv, (whole, name: string) => String(values[name] ?? whole));
}
