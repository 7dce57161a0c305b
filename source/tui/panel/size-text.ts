// Sizes as the tools of the simulated system write them.

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB'];
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** As docker shows sizes: powers of 1000, three significant digits (`192MB`, `1.09kB`). */
export function decimalSize(bytes: number): string {
	return scaled(bytes, 1000, decimalUnits, '');
}

/** As free -h and virsh show memory: powers of 1024. */
export function binarySize(bytes: number): string {
	return scaled(bytes, 1024, binaryUnits, ' ');
}

function scaled(bytes: number, base: number, units: readonly string[], space: string): string {
	let value = bytes;
	let unit = 0;
	while (value >= base && unit < units.length - 1) {
		value /= base;
		unit++;
	}

	return `${Number(value.toPrecision(value >= 1000 ? 4 : 3))}${space}${units[unit]!}`;
}

/** A bar of `width` cells of which a `share` from 0 to 1 is filled. */
export function bar(share: number, width: number): string {
	const filled = Math.round(Math.min(Math.max(share, 0), 1) * width);
	return '█'.repeat(filled) + '░'.repeat(width - filled);
}
