// printf(1): formats its arguments; the format is used again until all are consumed. Numbers are 64-bit integers and doubles.
// Simplified: doubles instead of x87 long doubles for %e %f %g.

import {formatFloat, formatInteger, formatString, interpretEscapes, parseFormat, type Directive, type FormatPart} from '../base/printf.js';
import {quoted} from './quoting.js';
import type {Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

export const printf = plainTool('printf', function * (t) {
	const args = t.operands[0] === '--' ? t.operands.slice(1) : t.operands;
	const [format] = args;
	if (format === undefined) {
		return yield * t.isGnu ? t.complain(`missing operand\nTry '${t.name} --help' for more information.`) : t.usageError(undefined);
	}

	return yield * new Printer(t, args.slice(1)).run(parseFormat(format));
});

class Printer {
	readonly #t: Tool<never>;
	readonly #args: readonly string[];
	#next = 0;
	#status = 0;

	constructor(t: Tool<never>, args: readonly string[]) {
		this.#t = t;
		this.#args = args;
	}

	* run(parts: readonly FormatPart[]): Blocking<number> {
		const consumes = parts.some(part => part.kind === 'directive');
		do {
			for (const part of parts) {
				const text = part.kind === 'text' ? interpretEscapes(part.text, {octal: 'plain'}) : yield * this.#directive(part);
				if (typeof text === 'number') {
					return text;
				}

				yield * this.#t.print(text.text);
				if (text.stopped) {
					return this.#status;
				}
			}
		} while (consumes && this.#next < this.#args.length && this.#t.out.failed === undefined);

		if (!consumes && this.#args.length > 0 && this.#t.isGnu) {
			yield * this.#t.complain(`warning: ignoring excess arguments, starting with ${quoted(this.#args[0]!)}`);
		}

		return this.#status;
	}

	* #directive(directive: Directive): Blocking<{readonly text: string; readonly stopped: boolean} | number> {
		const width = directive.width === '*' ? Number(yield * this.#integer(this.#take() ?? '0')) : directive.width;
		const precision = directive.precision === '*' ? Number(yield * this.#integer(this.#take() ?? '0')) : directive.precision;
		const filled = {flags: directive.flags, width, precision: precision !== undefined && precision < 0 ? undefined : precision, conversion: directive.conversion};
		const argument = this.#take();
		switch (directive.conversion) {
			case 's': {
				return {text: formatString(filled, argument ?? ''), stopped: false};
			}

			case 'c': {
				return {text: formatString({...filled, precision: undefined}, [...argument ?? ''][0] ?? ''), stopped: false};
			}

			case 'b': {
				const {text, stopped} = interpretEscapes(argument ?? '', {octal: 'both'});
				return {text: formatString(filled, text), stopped};
			}

			case 'q': {
				return {text: formatString(filled, /^[\w.\/:@%+,\-]+$/v.test(argument ?? '') ? argument! : quoted(argument ?? '')), stopped: false};
			}

			case 'd':
			case 'i':
			case 'o':
			case 'u':
			case 'x':
			case 'X': {
				return {text: formatInteger(filled, yield * this.#integer(argument ?? '0')), stopped: false};
			}

			case 'e':
			case 'E':
			case 'f':
			case 'F':
			case 'g':
			case 'G': {
				return {text: formatFloat(filled, yield * this.#float(argument ?? '0')), stopped: false};
			}

			default: {
				yield * this.#t.out.flush();
				return yield * this.#t.complain(this.#t.says(`${directive.source}: invalid conversion specification`, `${directive.source}: invalid format`));
			}
		}
	}

	#take(): string | undefined {
		return this.#args[this.#next++];
	}

	* #integer(text: string): Blocking<bigint> {
		if (/^["']/v.test(text)) {
			return BigInt(text.codePointAt(1) ?? 0);
		}

		const match = /^\s*([+\-]?)(0[xX][\dA-Fa-f]+|\d+)/v.exec(text);
		if (match === null || match[0].length < text.length) {
			yield * this.#complain(match === null ? `${this.#t.quoted(text)}: expected a numeric value` : `${this.#t.quoted(text)}: value not completely converted`, text);
		}

		if (match === null) {
			return 0n;
		}

		const digits = match[2]!;
		const octal = /^0[0-7]+$/v.test(digits);
		const value = BigInt(octal ? `0o${digits.slice(1)}` : (/^0\d/v.test(digits) ? digits.replace(/^0+/v, '') : digits)) * (match[1] === '-' ? -1n : 1n);
		if (value > 0xFFFF_FFFF_FFFF_FFFFn || value < -0x8000_0000_0000_0000n) {
			yield * this.#complain(`${this.#t.quoted(text)}: Numerical result out of range`, text);
			return value > 0n ? 0x7FFF_FFFF_FFFF_FFFFn : -0x8000_0000_0000_0000n;
		}

		return value;
	}

	* #float(text: string): Blocking<number> {
		if (/^["']/v.test(text)) {
			return text.codePointAt(1) ?? 0;
		}

		const match = /^\s*[+\-]?(?:inf(?:inity)?|nan|0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+\-]?\d+)?)/iv.exec(text);
		if (match === null || match[0].length < text.length) {
			yield * this.#complain(match === null ? `${this.#t.quoted(text)}: expected a numeric value` : `${this.#t.quoted(text)}: value not completely converted`, text);
		}

		const word = match?.[0].trim().toLowerCase() ?? '0';
		return /inf/v.test(word) ? (word.startsWith('-') ? -Infinity : Infinity) : (word.startsWith('-0x') ? -Number(word.slice(1)) : Number(word.includes('nan') ? Number.NaN : word));
	}

	* #complain(gnu: string, text: string): Blocking<void> {
		this.#status = 1;
		yield * this.#t.out.flush();
		yield * this.#t.complain(this.#t.says(gnu, `invalid number '${text}'`));
	}
}
