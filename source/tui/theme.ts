// Colours by meaning, and what to do without: NO_COLOR leaves attributes only, and ASCII borders replace every character that fonts
// or a Chinese terminal's "ambiguous width" may spoil. Nothing is said by colour alone.

import {paint, type Line, type Style} from './text/styled-line.js';

export const styles = {
	title: {bold: true},
	focusedTitle: {bold: true, foreground: '36'},
	border: {dim: true},
	header: {inverse: true},
	hint: {dim: true},
	passed: {foreground: '32'},
	current: {bold: true},
	failed: {foreground: '31'},
	changed: {bold: true, foreground: '33'},
	running: {foreground: '32'},
	stopped: {dim: true},
	name: {foreground: '36'},
	warning: {foreground: '33'},
	bar: {foreground: '34'},
} as const satisfies Record<string, Style>;

export type Theme = {
	readonly hasColours: boolean;
	readonly isAscii: boolean;
};

/** What the environment and the options ask for. See https://no-color.org: any value that is not empty. */
export function themeOf(environment: Readonly<Record<string, string | undefined>>, options: {readonly ascii?: boolean} = {}): Theme {
	return {
		hasColours: (environment['NO_COLOR'] ?? '') === '' && environment['FORCE_COLOR'] !== '0',
		isAscii: options.ascii ?? false,
	};
}

const asciiForms: ReadonlyMap<string, string> = new Map([
	['─', '-'], ['│', '|'], ['┌', '+'], ['┐', '+'], ['└', '+'], ['┘', '+'], ['├', '+'], ['┤', '+'], ['┬', '+'], ['┴', '+'], ['┼', '+'],
	['…', '~'], ['✓', 'v'], ['○', 'o'], ['●', '*'], ['▸', '>'], ['•', '*'], ['·', '.'], ['×', 'x'], ['—', '-'],
	['█', '#'], ['▒', '%'], ['░', '.'], ['↑', '^'], ['↓', 'v'], ['←', '<'], ['→', '>'], ['❯', '>'],
]);

const asciiPattern = new RegExp(`[${[...asciiForms.keys()].join('')}]`, 'gv');

/** A row as the terminal gets it. */
export function paintRow(content: Line, theme: Theme): string {
	return toTheme(paint(content, theme.hasColours), theme);
}

/** Text that was not made of spans, with characters the theme rules out replaced. */
export function toTheme(text: string, theme: Theme): string {
	return theme.isAscii ? text.replaceAll(asciiPattern, character => asciiForms.get(character) ?? character) : text;
}
