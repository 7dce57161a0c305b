// exp, log, sin, cos, atan2 and pow from additions, multiplications and divisions only, which IEEE 754 fixes to the last bit on
// every machine; what `Math` answers differs between engines. Good to about 15 digits.

const ln2 = 0.693_147_180_559_945_3;
const halfPi = 1.570_796_326_794_896_6;

/** Sum of x^n / n! after taking out powers of two. */
export function exponential(x: number): number {
	if (Number.isNaN(x) || x > 709.8 || x < -745.2) {
		return Number.isNaN(x) ? x : (x > 0 ? Infinity : 0);
	}

	const power = Math.round(x / ln2);
	const rest = x - power * ln2;
	let term = 1;
	let sum = 1;
	for (let n = 1; n < 24; n++) {
		term *= rest / n;
		sum += term;
	}

	return scaleByTwo(sum, power);
}

/** 2 artanh((m - 1) / (m + 1)) of the mantissa m between 0.7 and 1.4. */
export function logarithm(x: number): number {
	if (!(x > 0) || x === Infinity) {
		return x === 0 ? -Infinity : (x === Infinity ? x : Number.NaN);
	}

	let mantissa = x;
	let power = 0;
	while (mantissa > 1.414_213_562_373_095) {
		mantissa /= 2;
		power++;
	}

	while (mantissa < 0.707_106_781_186_547_5) {
		mantissa *= 2;
		power--;
	}

	const ratio = (mantissa - 1) / (mantissa + 1);
	let term = ratio;
	let sum = 0;
	for (let n = 1; n < 50; n += 2) {
		sum += term / n;
		term *= ratio * ratio;
	}

	return 2 * sum + power * ln2;
}

export function sine(x: number): number {
	if (!Number.isFinite(x)) {
		return Number.NaN;
	}

	const quarter = Math.round(x / halfPi);
	const rest = x - quarter * halfPi;
	const phase = ((quarter % 4) + 4) % 4;
	const value = phase % 2 === 0 ? alternating(rest, rest, 1) : alternating(rest, 1, 0);
	return phase < 2 ? value : -value;
}

export function cosine(x: number): number {
	return sine(x + halfPi);
}

/** first - first x^2 / ((n+1)(n+2)) + ... */
function alternating(x: number, first: number, from: number): number {
	let term = first;
	let sum = first;
	for (let n = from; n < from + 24; n += 2) {
		term *= -x * x / ((n + 1) * (n + 2));
		sum += term;
	}

	return sum;
}

export function arcTangent2(y: number, x: number): number {
	if (x === 0 && y === 0) {
		return x === 0 && 1 / x < 0 ? 2 * halfPi : 0;
	}

	const steep = Math.abs(y) > Math.abs(x);
	const angle = steep ? halfPi - arcTangent(Math.abs(x) / Math.abs(y)) : arcTangent(Math.abs(y) / Math.abs(x));
	const turned = x < 0 ? 2 * halfPi - angle : angle;
	return y < 0 ? -turned : turned;
}

/** Of 0 to 1: the argument is halved twice by atan(x) = 2 atan(x / (1 + sqrt(1 + x^2))). */
function arcTangent(x: number): number {
	let reduced = x;
	for (let time = 0; time < 2; time++) {
		reduced /= 1 + Math.sqrt(1 + reduced * reduced);
	}

	let term = reduced;
	let sum = 0;
	for (let n = 1; n < 48; n += 2) {
		sum += term / n;
		term *= -reduced * reduced;
	}

	return 4 * sum;
}

/** Whole exponents by repeated squaring, others by exp and log. */
export function power(base: number, exponent: number): number {
	if (!Number.isInteger(exponent) || Math.abs(exponent) > 1e6) {
		return base < 0 && !Number.isInteger(exponent) ? Number.NaN : (base === 0 ? (exponent > 0 ? 0 : Infinity) : exponential(exponent * logarithm(Math.abs(base))));
	}

	let result = 1;
	let factor = base;
	for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
		result *= rest % 2 === 1 ? factor : 1;
		factor *= factor;
	}

	return exponent < 0 ? 1 / result : result;
}

function scaleByTwo(value: number, power: number): number {
	let result = value;
	for (let rest = Math.abs(power); rest > 0; rest--) {
		result = power > 0 ? result * 2 : result / 2;
	}

	return result;
}
