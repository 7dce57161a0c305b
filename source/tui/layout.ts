// Where things go on the screen: a pure function of its size and of what the learner wants to see. Typing always goes to the prompt,
// whatever pane has the focus; the focus says what scrolls and, on a small screen, what is shown above the terminal.
//
//     80x24                       100x30 and up                 160 columns and up
//     ┌ header ──────────┐        ┌ header ──────────┐          ┌ header ─────────────────┐
//     │ lab or panels    │        │ lab     │ panel  │          │ lab   │ panel   │ panel │
//     │                  │        │         │        │          │       │                 │
//     ├ terminal ────────┤        ├ terminal ────────┤          │       ├ terminal ───────┤
//     │ $                │        │ $                │          │       │ $               │
//     └ keys ────────────┘        └ keys ────────────┘          └ keys ───────────────────┘

import {must} from '../base/assert.js';

export type PaneName = 'lab' | 'terminal' | 'panels';

/** A pane's place on the screen, in cells from the upper left corner; its first row is its title. */
export type PlacedPane = {
	readonly pane: PaneName;
	/** Of panels: which of those that are shown. */
	readonly slot: number;
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
	/** Cells at its left that a line takes which parts it from its neighbour. */
	readonly border: number;
};

export type LayoutWish = {
	readonly columns: number;
	readonly rows: number;
	readonly hasLab: boolean;
	readonly pane: PaneName;
	readonly isZoomed: boolean;
	readonly panelCount: number;
};

export const minimum = {columns: 40, rows: 10} as const;

/** Rows that are neither pane: the header and the row of keys. */
const frameRows = 2;
const mediumColumns = 100;
const mediumRows = 28;
const wideColumns = 160;
const smallTerminalRows = 9;
/** What is above the terminal takes this much of the height: more where there is text to read. */
const textShare = 0.55;
const panelShare = 0.45;
const narrowestPanel = 44;
const borderCells = 2;

export type Layout =
	| {readonly kind: 'too-small'}
	| {readonly kind: 'screen'; readonly panes: readonly PlacedPane[]};

/** Without the pane that is in it. */
export type Rectangle = Omit<PlacedPane, 'pane' | 'slot'>;
type ScreenSize = 'small' | 'medium' | 'wide';

export function layoutOf(wish: LayoutWish): Layout {
	if (wish.columns < minimum.columns || wish.rows < minimum.rows) {
		return {kind: 'too-small'};
	}

	const body: Rectangle = {x: 0, y: 1, width: wish.columns, height: wish.rows - frameRows, border: 0};
	return {kind: 'screen', panes: wish.isZoomed ? [{pane: wish.pane, slot: 0, ...body}] : panesOf(wish, body)};
}

/** Cells that a pane has for its content. */
export function contentSize({pane, width, height, border}: PlacedPane): {readonly width: number; readonly height: number} {
	// Text that is read does not touch the neighbour; the terminal needs every column.
	return {width: Math.max(width - border - (pane === 'terminal' ? 0 : 1), 1), height: Math.max(height - 1, 0)};
}

/** The size that the simulated terminal has on a screen of this size: it does not change with focus and zoom. */
export function terminalSize({columns, rows, hasLab}: Pick<LayoutWish, 'columns' | 'rows' | 'hasLab'>): {readonly columns: number; readonly rows: number} {
	const layout = layoutOf({columns: Math.max(columns, minimum.columns), rows: Math.max(rows, minimum.rows), hasLab, pane: 'terminal', isZoomed: false, panelCount: 1});
	const terminal = layout.kind === 'screen' ? layout.panes.find(({pane}) => pane === 'terminal') : undefined;
	const {width, height} = contentSize(must(terminal, 'terminalSize: a layout without a terminal'));
	return {columns: width, rows: height};
}

function screenSize({columns, rows}: LayoutWish): ScreenSize {
	if (rows < mediumRows || columns < mediumColumns) {
		return 'small';
	}

	return columns >= wideColumns ? 'wide' : 'medium';
}

function panesOf(wish: LayoutWish, body: Rectangle): readonly PlacedPane[] {
	const size = screenSize(wish);
	switch (size) {
		case 'small':
			return small(wish, body);
		case 'medium': {
			const [upper, lower] = cutRows(body, Math.floor(body.height * (wish.hasLab ? textShare : panelShare)));
			const [left, right] = cutColumns(upper, wish.hasLab ? Math.ceil(upper.width / 2) : 0);
			return [...(wish.hasLab ? [place('lab', left)] : []), ...panels(wish, right), place('terminal', lower)];
		}

		case 'wide': {
			const [left, right] = cutColumns(body, wish.hasLab ? labColumns(body.width) : 0);
			const [upper, lower] = cutRows(right, Math.floor(body.height * panelShare));
			return [...(wish.hasLab ? [place('lab', left)] : []), ...panels(wish, upper), place('terminal', lower)];
		}

		default:
			return size satisfies never;
	}
}

function small(wish: LayoutWish, body: Rectangle): readonly PlacedPane[] {
	if (wish.pane === 'terminal') {
		return [place('terminal', body)];
	}

	const [upper, lower] = cutRows(body, body.height - Math.min(smallTerminalRows, Math.floor(body.height / 2)));
	return [place(wish.pane, upper), place('terminal', lower)];
}

/** As many panels side by side as are wide enough to be read. */
function panels(wish: LayoutWish, area: Rectangle): readonly PlacedPane[] {
	const count = Math.max(Math.min(Math.floor(area.width / narrowestPanel), wish.panelCount), 1);
	return Array.from({length: count}, (_, slot): PlacedPane => {
		const from = Math.floor(area.width * slot / count);
		const to = Math.floor(area.width * (slot + 1) / count);
		return {pane: 'panels', slot, ...area, x: area.x + from, width: to - from, border: slot > 0 ? borderCells : area.border};
	});
}

function place(pane: PaneName, area: Rectangle): PlacedPane {
	return {pane, slot: 0, ...area};
}

function cutRows(area: Rectangle, height: number): [upper: Rectangle, lower: Rectangle] {
	return [{...area, height}, {...area, y: area.y + height, height: area.height - height}];
}

function cutColumns(area: Rectangle, width: number): [left: Rectangle, right: Rectangle] {
	return [{...area, width}, {...area, x: area.x + width, width: area.width - width, border: width > 0 ? borderCells : area.border}];
}

function labColumns(width: number): number {
	return Math.min(Math.floor(width / 3), 76);
}
