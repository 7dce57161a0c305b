// The state of the menu as an external store. `chosen` is called once, with what the learner wants.

import {otherLocale, type Locale} from '../../i18n/message.js';
import type {InputToken} from '../terminal/input-tokens.js';
import {commandOf} from '../key-bindings.js';
import {afterLab, firstPage, type MenuChoice, type MenuState, type SavedProgress} from './menu-state.js';

export type MenuSnapshot = {readonly state: MenuState; readonly locale: Locale; readonly columns: number; readonly rows: number};

export type MenuStoreOptions = {
	readonly saved: SavedProgress;
	readonly locale: Locale;
	readonly columns: number;
	readonly rows: number;
	/** The name of a learner who gives none. */
	readonly defaultLearner: string;
	readonly chosen: (choice: MenuChoice) => void;
};

export class MenuStore {
	readonly #options: MenuStoreOptions;
	readonly #listeners = new Set<() => void>();
	#snapshot: MenuSnapshot;

	constructor(options: MenuStoreOptions) {
		const {saved, locale, columns, rows} = options;
		this.#options = options;
		this.#snapshot = {state: firstPage(saved), locale, columns, rows};
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};

	readonly getState = (): MenuSnapshot => this.#snapshot;

	readonly nameGiven = (name: string): void => {
		this.#options.saved.setLearner(name.trim() === '' ? this.#options.defaultLearner : name.trim());
		this.#set({state: {page: 'labs'}});
	};

	readonly labChosen = (id: string): void => {
		const next = afterLab(id, this.#options.saved);
		if (next === 'open') {
			this.#choose({kind: 'lab', id, resume: false, learner: this.#learner(), locale: this.#snapshot.locale});
		} else {
			this.#set({state: next});
		}
	};

	readonly resumeChosen = (resume: boolean): void => {
		const {state, locale} = this.#snapshot;
		if (state.page === 'resume') {
			this.#choose({kind: 'lab', id: state.lab, resume, learner: this.#learner(), locale});
		}
	};

	readonly sandboxChosen = (): void => {
		this.#choose({kind: 'sandbox', learner: this.#learner(), locale: this.#snapshot.locale});
	};

	resize(columns: number, rows: number): void {
		this.#set({columns, rows});
	}

	/** Keys that are not the form's. Answers what to hand to the form, if anything. */
	handle(token: InputToken): string | undefined {
		if (token.kind !== 'key') {
			return token.text.replaceAll('\n', ' ');
		}

		const {state, locale} = this.#snapshot;
		switch (commandOf(token.name, ['question', 'everywhere'])) {
			case 'language':
				this.#options.saved.setLocale(otherLocale(locale));
				this.#set({locale: otherLocale(locale)});
				return undefined;
			case 'quit':
				this.#choose({kind: 'quit', locale});
				return undefined;
			case 'cancel':
				if (state.page === 'name' && token.name === 'escape') {
					this.nameGiven('');
				} else if (state.page === 'resume') {
					this.#set({state: {page: 'labs'}});
				} else if (token.name !== 'escape') {
					this.#choose({kind: 'quit', locale});
				}

				return undefined;
			default:
				return token.sequence;
		}
	}

	#learner(): string {
		return this.#options.saved.learner() ?? this.#options.defaultLearner;
	}

	#choose(choice: MenuChoice): void {
		this.#options.chosen(choice);
	}

	#set(changes: Partial<MenuSnapshot>): void {
		this.#snapshot = {...this.#snapshot, ...changes};
		for (const listener of this.#listeners) {
			listener();
		}
	}
}
