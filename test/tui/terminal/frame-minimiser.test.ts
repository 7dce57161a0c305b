// Fewer bytes, the same screen: what Ink writes and what is sent in its place must leave two terminals alike.

import xterm from '@xterm/headless';
import {expect, test} from 'vitest';
import {FrameMinimiser} from '../../../source/tui/terminal/frame-minimiser.js';

type Terminal = InstanceType<typeof xterm.Terminal>;
const columns = 20;
const rows = 6;

function open(): Terminal {
	return new xterm.Terminal({cols: columns, rows, allowProposedApi: true, convertEol: true});
}

async function write(terminal: Terminal, text: string): Promise<void> {
	await new Promise<void>(resolve => {
		terminal.write(text, resolve);
	});
}

function screenOf({buffer: {active}}: Terminal): string {
	return Array.from({length: rows}, (_, row) => active.getLine(row)!.translateToString(true)).join('\n') + `\n${active.cursorY},${active.cursorX}`;
}

const full = Array.from({length: rows}, (_, row) => `row ${row}`).join('\n');

/** A frame as Ink writes it when the cursor is shown: some rows drawn anew from some column, the others skipped. */
function frame({cursor, changes, next}: {readonly cursor: number; readonly changes: ReadonlyMap<number, {readonly column: number; readonly text: string}>; readonly next: {readonly row: number; readonly column: number}}): string {
	const body = Array.from({length: rows}, (_, row) => {
		const change = changes.get(row);
		const isLast = row === rows - 1;
		return change === undefined ? (isLast ? '' : '\u{1B}[E') : `\u{1B}[${change.column + 1}G\u{1B}[K${change.text}${isLast ? '' : '\n'}`;
	}).join('');
	const down = rows - 1 - cursor;
	const up = rows - 1 - next.row;
	return `\u{1B}[?2026h\u{1B}[?25l${down > 0 ? `\u{1B}[${down}B` : ''}\u{1B}[1G\u{1B}[${rows - 1}A${body}${up > 0 ? `\u{1B}[${up}A` : ''}\u{1B}[${next.column + 1}G\u{1B}[?25h\u{1B}[?2026l`;
}

test('a typed character is itself', () => {
	const minimiser = new FrameMinimiser(columns);
	minimiser.minimise(`${full}\u{1B}[3A\u{1B}[4G\u{1B}[?25h`);
	const typed = frame({cursor: 2, changes: new Map([[2, {column: 3, text: 'z'}]]), next: {row: 2, column: 4}});
	expect(minimiser.minimise(typed)).toBe('\u{1B}[Kz');
});

test('a cursor that only moves is only moved', () => {
	const minimiser = new FrameMinimiser(columns);
	minimiser.minimise(`${full}\u{1B}[3A\u{1B}[4G\u{1B}[?25h`);
	expect(minimiser.minimise(frame({cursor: 2, changes: new Map(), next: {row: 2, column: 9}}))).toBe('\u{1B}[10G');
	expect(minimiser.minimise(frame({cursor: 2, changes: new Map(), next: {row: 4, column: 0}}))).toBe('\u{1B}[2E');
});

test('several changes stay one synchronized frame without a cursor running about', () => {
	const minimiser = new FrameMinimiser(columns);
	minimiser.minimise(`${full}\u{1B}[3A\u{1B}[4G\u{1B}[?25h`);
	const changed = frame({cursor: 2, changes: new Map([[0, {column: 0, text: 'a'}], [5, {column: 4, text: 'b'}]]), next: {row: 2, column: 4}});
	expect(minimiser.minimise(changed)).toBe('\u{1B}[?2026h\u{1B}[?25l\u{1B}[2A\r\u{1B}[Ka\u{1B}[5B\u{1B}[5G\u{1B}[Kb\u{1B}[3A\u{1B}[5G\u{1B}[?25h\u{1B}[?2026l');
});

test.each([1, 2, 3, 4, 5])('random frames leave the same screen and cursor (seed %i)', async seed => {
	let state = seed;
	const below = (limit: number): number => {
		state = state * 48_271 % 2_147_483_647;
		return state % limit;
	};

	const plain = open();
	const short = open();
	const minimiser = new FrameMinimiser(columns);
	const texts = ['x', 'hello', '你好', '\u{1B}[31mred\u{1B}[39m', 'full width to the end'.slice(0, 20), ''];
	let cursor = {row: 2, column: 3};
	const send = async (text: string): Promise<void> => {
		await write(plain, text);
		await write(short, minimiser.minimise(text));
	};

	await send(`${full}\u{1B}[${rows - 1 - cursor.row}A\u{1B}[${cursor.column + 1}G\u{1B}[?25h`);
	for (let count = 0; count < 60; count++) {
		const next = {row: below(rows), column: below(columns)};
		const changes = new Map(Array.from({length: below(3)}, () => {
			const text = texts[below(texts.length)]!;
			return [below(rows), {column: text.length === 20 ? 0 : below(8), text}] as const;
		}));
		await send(below(9) === 0 ? `\u{1B}[H\u{1B}[J${full}\u{1B}[${rows - 1 - next.row}A\u{1B}[${next.column + 1}G` .replace('\u{1B}[0A', '') : frame({cursor: cursor.row, changes, next}));
		cursor = next;
		expect(screenOf(short), `frame ${count}`).toBe(screenOf(plain));
	}
});
