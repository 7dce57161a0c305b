// Aligns columns as Go's text/tabwriter does with docker's settings: cells end with tabs, a column is as wide as its widest cell
// and three blanks, at least ten. The last cell of a line belongs to no column.

const defaultWidth = 10;
const defaultPadding = 3;

type Lines = ReadonlyArray<readonly string[]>;

export function alignColumns(text: string, minimumWidth = defaultWidth, padding = defaultPadding): string {
	const endsWithNewline = text.endsWith('\n');
	const lines = (endsWithNewline ? text.slice(0, -1) : text).split('\n').map(line => line.split('\t'));
	const widths = lines.map(() => [] as number[]);
	measure(lines, widths, {from: 0, to: lines.length, column: 0, minimumWidth, padding});
	const aligned = lines.map((cells, index) => cells.map((cell, column) => column < cells.length - 1 ? cell.padEnd(cell.length + widths[index]![column]! - [...cell].length) : cell).join(''));
	return aligned.join('\n') + (endsWithNewline ? '\n' : '');
}

/** Finds the width of a column in each block of neighbouring lines that have it, then of the columns right of it in the block. */
function measure(lines: Lines, widths: number[][], {from, to, column, minimumWidth, padding}: {readonly from: number; readonly to: number; readonly column: number; readonly minimumWidth: number; readonly padding: number}): void {
	let at = from;
	while (at < to) {
		if (column >= lines[at]!.length - 1) {
			at++;
			continue;
		}

		let end = at;
		let width = minimumWidth;
		while (end < to && column < lines[end]!.length - 1) {
			width = Math.max(width, [...lines[end]![column]!].length + padding);
			end++;
		}

		for (let line = at; line < end; line++) {
			widths[line]![column] = width;
		}

		measure(lines, widths, {from: at, to: end, column: column + 1, minimumWidth, padding});
		at = end;
	}
}
