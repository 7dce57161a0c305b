import {expect, test} from 'vitest';
import {contentSize, layoutOf, terminalSize, type LayoutWish, type PlacedPane} from '../../source/tui/layout.js';

function panesOf(wish: Partial<LayoutWish>): readonly PlacedPane[] {
	const layout = layoutOf({columns: 80, rows: 24, hasLab: true, pane: 'lab', isZoomed: false, panelCount: 5, ...wish});
	return layout.kind === 'screen' ? layout.panes : [];
}

function short(panes: readonly PlacedPane[]): readonly string[] {
	return panes.map(({pane, x, y, width, height}) => `${pane} ${width}x${height}+${x}+${y}`);
}

test('80x24: one pane above the terminal, or the terminal alone', () => {
	expect(short(panesOf({}))).toEqual(['lab 80x13+0+1', 'terminal 80x9+0+14']);
	expect(short(panesOf({pane: 'panels'}))).toEqual(['panels 80x13+0+1', 'terminal 80x9+0+14']);
	expect(short(panesOf({pane: 'terminal'}))).toEqual(['terminal 80x22+0+1']);
});

test('larger screens show all, the more panels the wider', () => {
	expect(short(panesOf({columns: 100, rows: 30}))).toEqual(['lab 50x15+0+1', 'panels 50x15+50+1', 'terminal 100x13+0+16']);
	expect(short(panesOf({columns: 200, rows: 60}))).toEqual([
		'lab 66x58+0+1', 'panels 44x26+66+1', 'panels 45x26+110+1', 'panels 45x26+155+1', 'terminal 134x32+66+27',
	]);
});

test('without a lab the panels have the room', () => {
	expect(short(panesOf({columns: 120, rows: 40, hasLab: false}))).toEqual(['panels 60x17+0+1', 'panels 60x17+60+1', 'terminal 120x21+0+18']);
});

test('a zoomed pane has the whole screen', () => {
	expect(short(panesOf({columns: 120, rows: 40, isZoomed: true, pane: 'panels'}))).toEqual(['panels 120x38+0+1']);
});

test('at every size the panes cover the body exactly once', () => {
	for (let columns = 40; columns <= 240; columns += 7) {
		for (let rows = 10; rows <= 80; rows += 3) {
			for (const hasLab of [true, false]) {
				const panes = panesOf({columns, rows, hasLab, pane: 'panels'});
				expect(panes.reduce((sum, {width, height}) => sum + width * height, 0), `${columns}x${rows}`).toBe(columns * (rows - 2));
				expect(panes.every(pane => pane.y + pane.height <= rows - 1 && pane.x + pane.width <= columns && contentSize(pane).height > 0)).toBe(true);
			}
		}
	}
});

test('a screen that is too small says so', () => {
	expect(layoutOf({columns: 39, rows: 24, hasLab: true, pane: 'lab', isZoomed: false, panelCount: 5})).toEqual({kind: 'too-small'});
	expect(layoutOf({columns: 80, rows: 9, hasLab: true, pane: 'lab', isZoomed: false, panelCount: 5})).toEqual({kind: 'too-small'});
});

test('the simulated terminal has the size of its pane, whatever has the focus', () => {
	expect(terminalSize({columns: 80, rows: 24, hasLab: true})).toEqual({columns: 80, rows: 21});
	expect(terminalSize({columns: 200, rows: 60, hasLab: true})).toEqual({columns: 132, rows: 31});
	expect(terminalSize({columns: 20, rows: 5, hasLab: true})).toEqual({columns: 40, rows: 7});
});
