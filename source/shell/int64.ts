// C's operators on 64-bit two's complement integers.

export function compute(operator: string, left: bigint, right: bigint): bigint {
	switch (operator) {
		case '+': return wrap(left + right);
		case '-': return wrap(left - right);
		case '*': return wrap(left * right);
		case '/': return wrap(left / right);
		case '%': return wrap(left % right);
		// The processor uses the low six bits of a shift count.
		case '<<': return wrap(left << (right & 63n));
		case '>>': return wrap(left >> (right & 63n));
		case '&': return left & right;
		case '|': return left | right;
		case '^': return left ^ right;
		case '==': return left === right ? 1n : 0n;
		case '!=': return left === right ? 0n : 1n;
		case '<': return left < right ? 1n : 0n;
		case '>': return left > right ? 1n : 0n;
		case '<=': return left <= right ? 1n : 0n;
		default: return left >= right ? 1n : 0n;
	}
}

/** The low 64 bits, with sign. */
export function wrap(value: bigint): bigint {
	return BigInt.asIntN(64, value);
}

export function power(base: bigint, exponent: bigint): bigint {
	let result = 1n;
	let square = base;
	for (let rest = exponent; rest > 0n; rest >>= 1n) {
		if ((rest & 1n) === 1n) {
			result = wrap(result * square);
		}

		square = wrap(square * square);
	}

	return result;
}

/** Digits above 9 are a-z, then A-Z, then @ and _; up to base 36 case does not matter. */
export function digitValue(character: string, base: number): number {
	const code = character.codePointAt(0)!;
	if (character >= '0' && character <= '9') {
		return code - 48;
	}

	if (character >= 'a' && character <= 'z') {
		return code - 87;
	}

	if (character >= 'A' && character <= 'Z') {
		return code - (base <= 36 ? 55 : 29);
	}

	return character === '@' ? 62 : (character === '_' ? 63 : 64);
}
