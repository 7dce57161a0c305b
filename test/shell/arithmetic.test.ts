import fc from 'fast-check';
import {expect, test} from 'vitest';
import {evaluateArithmetic} from '../../source/shell/arithmetic.js';

function evaluate(expression: string, values: Record<string, string> = {}): bigint {
	return evaluateArithmetic(expression, {
		get: name => values[name] ?? '',
		set(name, _, value) {
			values[name] = String(value);
		},
	});
}

test.each([
	['1+2*3', 7n], ['2**3**2', 512n], ['-2**2', 4n], ['7/-2', -3n], ['-7%3', -1n], ['0x1F', 31n], ['010', 8n], ['36#Zz', 1295n], ['64#_', 63n], ['1<<63', -9_223_372_036_854_775_808n],
	['9223372036854775807+1', -9_223_372_036_854_775_808n], ['1?2:0/0', 2n], ['0&&1/0', 0n], ['x=3,x*2', 6n], ['!0+~0', 0n], ['1 == 1 ? 5 : 6', 5n], ['', 0n], ['i+++i', 1n],
])('%s', (expression, expected) => {
	expect(evaluate(expression)).toBe(expected);
});

test('C\'s precedence, whatever the operators', () => {
	const operator = fc.constantFrom('+', '-', '*', '&', '|', '^', '<', '>', '==', '!=', '<=', '>=', '<<', '>>', '&&', '||');
	const precedence: Readonly<Record<string, number>> = {'||': 1, '&&': 2, '|': 3, '^': 4, '&': 5, '==': 6, '!=': 6, '<': 7, '>': 7, '<=': 7, '>=': 7, '<<': 8, '>>': 8, '+': 9, '-': 9, '*': 10};
	fc.assert(fc.property(fc.array(fc.tuple(fc.integer({min: 0, max: 70}), operator), {minLength: 1, maxLength: 8}), fc.integer({min: 0, max: 70}), (terms, last) => {
		const flat = terms.map(([value, text]) => `${value} ${text} `).join('') + last;
		expect(evaluate(flat)).toBe(evaluate(parenthesised(terms, last, precedence)));
	}), {seed: 7, numRuns: 300});
});

/** The same expression with all parentheses, made by precedence climbing. */
function parenthesised(terms: readonly (readonly [number, string])[], last: number, precedence: Readonly<Record<string, number>>): string {
	const values = [...terms.map(([value]) => String(value)), String(last)];
	const operators = terms.map(([, text]) => text);
	while (operators.length > 0) {
		const highest = Math.max(...operators.map(text => precedence[text]!));
		const at = operators.findIndex(text => precedence[text] === highest);
		values.splice(at, 2, `(${values[at]} ${operators[at]} ${values[at + 1]})`);
		operators.splice(at, 1);
	}

	return values[0]!;
}
