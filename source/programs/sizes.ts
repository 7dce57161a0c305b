// Numbers with units, as options take them (`head -c 1K`, `truncate -s 1G`) and listings show them (`ls -lh`, `du -h`).

const units: Readonly<Record<string, number>> = {
	'': 1, b: 512, c: 1, w: 2, B: 1, kB: 1000, K: 1024, k: 1024, KB: 1000, KiB: 1024, MB: 1e6, M: 1024 ** 2, m: 1024 ** 2, MiB: 1024 ** 2, GB: 1e9, G: 1024 ** 3, g: 1024 ** 3, GiB: 1024 ** 3,
	TB: 1e12, T: 1024 ** 4, t: 1024 ** 4, TiB: 1024 ** 4, P: 1024 ** 5, PiB: 1024 ** 5,
};

/** `10`, `2K`, `1MB` in bytes; undefined if it is no such number. */
export function parseSize(text: string): number | undefined {
	const match = /^(\d+)([A-Za-z]*)$/v.exec(text);
	if (match === null || !Object.hasOwn(units, match[2]!)) {
		return undefined;
	}

	const size = Number(match[1]) * units[match[2]!]!;
	return Number.isSafeInteger(size) ? size : undefined;
}

/** A whole number without sign or unit. */
export function parseCount(text: string): number | undefined {
	return /^\+?\d+$/v.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : undefined;
}

/** `-h` of GNU programs: three significant places at most, rounded up: `1.1K`, `12M`. */
export function humanSize(bytes: number, base: 1000 | 1024 = 1024): string {
	if (bytes < base) {
		return String(bytes);
	}

	const letters = base === 1024 ? 'KMGTPE' : 'kMGTPE';
	let power = 1;
	while (power < letters.length && Math.ceil(bytes / base ** power) >= base) {
		power++;
	}

	const value = bytes / base ** power;
	const tenths = Math.ceil(value * 10);
	return `${tenths < 100 ? `${Math.floor(tenths / 10)}.${tenths % 10}` : Math.ceil(value)}${letters[power - 1]!}`;
}

/** `-h` of BusyBox: one decimal below 10, rounded to nearest. */
export function busyboxHumanSize(bytes: number): string {
	if (bytes < 1024) {
		return String(bytes);
	}

	let value = bytes;
	let power = 0;
	while (value >= 1024 && power < 6) {
		value /= 1024;
		power++;
	}

	const tenths = Math.floor(value * 10 + 0.5);
	return `${Math.floor(tenths / 10)}.${tenths % 10}${' KMGTPE'[power]!}`;
}
