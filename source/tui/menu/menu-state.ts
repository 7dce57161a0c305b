// The menu: what is asked, in which order. First the learner's name, once; then which lab; then, where one was left unfinished,
// whether to go on with it.

import type {Locale} from '../../i18n/message.js';

/** A lab as the menu lists it. */
export type MenuLab = {
	readonly id: string;
	/** Titles by locale; English where a language is missing. */
	readonly titles: Readonly<Partial<Record<Locale, string>>>;
	readonly stepCount: number;
};

/** What is known of a learner's earlier work on a lab. */
export type SavedLab = {
	readonly stepsPassed: number;
	readonly isFinished: boolean;
	/** Actions of a session that can be gone on with, or undefined. */
	readonly resumableActions: number | undefined;
};

/** Kept between runs of the program; the caller decides where. */
export type SavedProgress = {
	learner(): string | undefined;
	setLearner(name: string): void;
	setLocale(locale: Locale): void;
	lab(id: string): SavedLab | undefined;
};

export type MenuChoice =
	| {readonly kind: 'lab'; readonly id: string; readonly resume: boolean; readonly learner: string; readonly locale: Locale}
	| {readonly kind: 'sandbox'; readonly learner: string; readonly locale: Locale}
	| {readonly kind: 'quit'; readonly locale: Locale};

export type MenuState =
	| {readonly page: 'name'}
	| {readonly page: 'labs'}
	| {readonly page: 'resume'; readonly lab: string};

export function firstPage(saved: SavedProgress): MenuState {
	return saved.learner() === undefined ? {page: 'name'} : {page: 'labs'};
}

/** What follows when a lab was chosen: a question, or the lab. */
export function afterLab(id: string, saved: SavedProgress): MenuState | 'open' {
	return saved.lab(id)?.resumableActions === undefined ? 'open' : {page: 'resume', lab: id};
}

export function titleOf(lab: MenuLab, locale: Locale): string {
	return lab.titles[locale] ?? lab.titles.en ?? lab.id;
}
