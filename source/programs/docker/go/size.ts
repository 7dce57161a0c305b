// Sizes as docker writes and reads them. Source: docker/go-units size.go.

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** `2.066MB`: base 1000, four significant digits. */
export function humanSize(bytes: number): string {
	return scaled(bytes, 1000, decimalUnits, 4);
}

/** `2.07MB`: base 1000, three significant digits, as lists of images and containers show. */
export function humanSize3(bytes: number): string {
	return scaled(bytes, 1000, decimalUnits, 3);
}

/** `3.826GiB`: base 1024, four significant digits. */
export function bytesSize(bytes: number): string {
	return scaled(bytes, 1024, binaryUnits, 4);
}

function scaled(bytes: number, base: number, units: readonly string[], digits: number): string {
	let size = bytes;
	let unit = 0;
	while (size >= base && unit < units.length - 1) {
		size /= base;
		unit++;
	}

	return `${significant(size, digits)}${units[unit]}`;
}

/** Go's `%.{digits}g`: significant digits without trailing zeros; the exponent form from 10^digits on. */
export function significant(value: number, digits: number): string {
	if (value === 0) {
		return '0';
	}

	const [mantissa = '', exponentText = '0'] = value.toExponential(digits - 1).split('e');
	const exponent = Number(exponentText);
	if (exponent < -4 || exponent >= digits) {
		const sign = exponent < 0 ? '-' : '+';
		return `${trimZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
	}

	return trimZeros(value.toFixed(Math.max(digits - 1 - exponent, 0)));
}

function trimZeros(text: string): string {
	return text.includes('.') ? text.replace(/\.?0+$/v, '') : text;
}

const letters = 'kmgtp';

/** `512m`, `1.5GiB`, `64` in bytes with base 1024 (units.RAMInBytes), or its error. */
export function ramInBytes(text: string): number | {readonly error: string} {
	// A number, at most one space, and a suffix that begins with a letter.
	const separator = Math.max(...Array.from('0123456789. ', char => text.lastIndexOf(char)));
	if (separator === -1) {
		return {error: `invalid size: '${text}'`};
	}

	const hasSpace = text[separator] === ' ';
	const number = text.slice(0, hasSpace ? separator : separator + 1);
	const suffix = text.slice(separator + 1).toLowerCase();
	if (!/^[\+\-]?(?:\d+\.?\d*|\.\d+)(?:[eE][\+\-]?\d+)?$/v.test(number)) {
		return {error: `strconv.ParseFloat: parsing ${JSON.stringify(number)}: invalid syntax`};
	}

	const size = Number(number);
	if (size < 0) {
		return {error: `invalid size: '${text}'`};
	}

	if (suffix === '' || suffix === 'b') {
		// The sum makes 0 of -0.
		return Math.trunc(size) + 0;
	}

	const power = letters.indexOf(suffix[0]!) + 1;
	const tail = suffix.slice(1);
	if (power === 0 || !(tail === '' || tail === 'b' || tail === 'ib')) {
		return {error: `invalid suffix: '${suffix}'`};
	}

	return Math.trunc(size * 1024 ** power) + 0;
}
