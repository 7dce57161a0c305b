// Tables as virsh prints them: a head, a rule, rows; three blanks between columns. Quiet ones are rows
// only, as wide as these. Source: libvirt tools/vsh-table.c.

export function formatColumns(head: readonly string[], rows: readonly (readonly string[])[], isQuiet: boolean): string {
	const widths = head.map((title, column) => Math.max(isQuiet ? 0 : title.length, ...rows.map(row => row[column]!.length)));
	const line = (cells: readonly string[]) => ` ${cells.map((cell, column) => column === cells.length - 1 ? cell : cell.padEnd(widths[column]!)).join('   ')}\n`;
	const ruleCells = widths.reduce((sum, width) => sum + width + 3, 0);
	return `${isQuiet ? '' : `${line(head)}${'-'.repeat(ruleCells)}\n`}${rows.map(row => line(row)).join('')}`;
}

/** `Name:           value`, as dominfo, vcpuinfo and nodeinfo print facts. */
export function formatFact(name: string, value: string | number, width = 15): string {
	return `${`${name}:`.padEnd(width)} ${value}\n`;
}

/** Nanoseconds as seconds with one decimal. */
export function formatSeconds(ns: number): string {
	const tenths = Math.floor(ns / 1e8);
	return `${Math.floor(tenths / 10)}.${tenths % 10}s`;
}
