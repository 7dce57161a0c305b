// `[[ ... ]]`: like `test`, but as syntax: no splitting, patterns on the right of `==`, regular expressions with `=~`.

import {compilePosixRegex} from '../base/posix-regex.js';
import {expandArithmetic, expandPattern, expandRegularExpression, expandText} from './expand.js';
import {compareIntegers, isIntegerOperator, testBinary, testUnary} from './file-test.js';
import {compilePattern, matches} from './pattern.js';
import {complain} from './shell.js';
import type {Doing, Shell} from './shell.js';
import type {Condition} from './syntax.js';
import {trace, traceWords} from './xtrace.js';

/** 0 true, 1 false, 2 an error. */
export function * runConditional(shell: Shell, condition: Condition): Doing {
	switch (condition.kind) {
		case 'not': {
			const status = yield * runConditional(shell, condition.operand);
			return status > 1 ? status : 1 - status;
		}

		case 'and':
		case 'or': {
			let status = 0;
			for (const operand of condition.operands) {
				status = yield * runConditional(shell, operand);
				if (status > 1 || (status === 0) === (condition.kind === 'or')) {
					return status;
				}
			}

			return status;
		}

		case 'unary': {
			const operand = yield * expandText(shell, condition.operand);
			yield * trace(shell, `[[ ${condition.operator} ${traceWords([operand])} ]]`);
			return testUnary(shell, condition.operator, operand) ? 0 : 1;
		}

		case 'binary': {
			return yield * runBinary(shell, condition);
		}
	}
}

function * runBinary(shell: Shell, {operator, left, right}: Condition & {readonly kind: 'binary'}): Doing {
	const value = yield * expandText(shell, left);
	if (operator === '=~') {
		return yield * matchRegularExpression(shell, value, yield * expandRegularExpression(shell, right));
	}

	if (operator === '=' || operator === '==' || operator === '!=') {
		const pattern = yield * expandPattern(shell, right);
		yield * trace(shell, `[[ ${traceWords([value])} ${operator} ${pattern} ]]`);
		const isMatch = matches(compilePattern(pattern, {extended: true, ignoreCase: shell.hasShopt('nocasematch')}), value);
		return isMatch === (operator !== '!=') ? 0 : 1;
	}

	const other = yield * expandText(shell, right);
	yield * trace(shell, `[[ ${traceWords([value])} ${operator} ${traceWords([other])} ]]`);
	if (isIntegerOperator(operator)) {
		return compareIntegers(operator, yield * expandArithmetic(shell, value), yield * expandArithmetic(shell, other)) ? 0 : 1;
	}

	return testBinary(shell, operator, {left: value, right: other}) ? 0 : 1;
}

function * matchRegularExpression(shell: Shell, value: string, source: string): Doing {
	yield * trace(shell, `[[ ${traceWords([value])} =~ ${source} ]]`);
	const regex = compilePosixRegex(source, {extended: true, ignoreCase: shell.hasShopt('nocasematch')});
	if ('error' in regex) {
		yield * complain(shell, `[[: invalid regular expression \`${source}': ${regex.error}`);
		return 2;
	}

	const match = regex.find(value);
	const groups = shell.variables.setArray('BASH_REMATCH', 'indexed', false);
	if (typeof groups !== 'string') {
		for (const [index, span] of (match ?? []).entries()) {
			groups.indexed.set(index, span === undefined ? '' : value.slice(span.start, span.end));
		}
	}

	return match === undefined ? 1 : 0;
}
