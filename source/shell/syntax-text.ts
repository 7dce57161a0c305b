// The syntax tree as text again, laid out as bash prints functions (print_cmd.c).

import {isArrayValue, isAssignment} from './syntax.js';
import type {Assignment, Command, CompoundCommand, Condition, List, Pipeline, Redirection, Statement, Word} from './syntax.js';

const indentStep = 4;

/** The text of a command whose first line is indented already. */
export function commandText(command: Command, indent: number): string {
	switch (command.kind) {
		case 'simple': {
			const words = [...command.assignments.map(assignment => assignment.text), ...command.words.map(word => wordText(word))];
			return [...words, ...redirectionTexts(command.redirections)].join(' ') + hereDocuments(command.redirections);
		}

		case 'function': {
			return `function ${command.name} () \n${pad(indent)}${commandText(command.body, indent)}`;
		}

		default: {
			return [compoundText(command, indent), ...redirectionTexts(command.redirections)].join(' ') + hereDocuments(command.redirections);
		}
	}
}

function wordText(word: Word | Assignment): string {
	return isAssignment(word) && isArrayValue(word.value) ? `${word.name}${word.append ? '+' : ''}=(${word.value.elements.map(element => element.text).join(' ')})` : word.text;
}

function pad(indent: number): string {
	return ' '.repeat(indent);
}

function compoundText(command: CompoundCommand, indent: number): string {
	const body = (list: List): string => bodyText(list, indent + indentStep);
	const close = (word: string): string => `\n${pad(indent)}${word}`;
	switch (command.kind) {
		case 'group': {
			return `{ \n${body(command.body)}${close('}')}`;
		}

		case 'subshell': {
			return `( ${listText(command.body, indent, `;\n${pad(indent)}`)} )`;
		}

		case 'if': {
			const clauses = command.clauses.map(({test, body: then}, index) => `${index === 0 ? '' : `${close('else')}\n${pad(indent + indentStep * index)}`}if ${listText(test, indent)}; then\n${body(then)};`).join('');
			return `${clauses}${command.otherwise === undefined ? '' : `${close('else')}\n${body(command.otherwise)};`}${close('fi')}`;
		}

		case 'for':
		case 'select': {
			const words = command.words === undefined ? ' in "$@"' : ` in ${command.words.map(word => word.text).join(' ')}`;
			return `${command.kind} ${command.name}${words};${close('do')}\n${body(command.body)};${close('done')}`;
		}

		case 'arithmetic-for': {
			return `for ((${command.initialize}; ${command.test}; ${command.update}))${close('do')}\n${body(command.body)};${close('done')}`;
		}

		case 'while': {
			return `${command.until ? 'until' : 'while'} ${listText(command.test, indent)}; do\n${body(command.body)};${close('done')}`;
		}

		case 'case': {
			const inner = indent + indentStep;
			const items = command.items.map(item => `\n${pad(inner)}${item.patterns.map(pattern => pattern.text).join(' | ')})\n${bodyText(item.body, inner + indentStep)}\n${pad(inner)}${item.terminator}`);
			return `case ${command.word.text} in ${items.join('')}${close('esac')}`;
		}

		case 'arithmetic': {
			return `((${command.text}))`;
		}

		case 'conditional': {
			return `[[ ${conditionText(command.condition)} ]]`;
		}
	}
}

function conditionText(condition: Condition): string {
	switch (condition.kind) {
		case 'unary': {
			return `${condition.operator} ${condition.operand.text}`;
		}

		case 'binary': {
			return `${condition.left.text} ${condition.operator} ${condition.right.text}`;
		}

		case 'not': {
			return `! ${conditionText(condition.operand)}`;
		}

		default: {
			return condition.operands.map(operand => conditionText(operand)).join(condition.kind === 'and' ? ' && ' : ' || ');
		}
	}
}

function bodyText(list: List, indent: number): string {
	return pad(indent) + listText(list, indent, `;\n${pad(indent)}`);
}

function listText(list: List, indent: number, separator = '; '): string {
	return list.map((statement, index) => `${statementText(statement, indent)}${index === list.length - 1 ? '' : (statement.background ? ' ' : separator)}`).join('');
}

/** `a && b | c`, without a final `&`. */
export function chainText({first, rest}: Pick<Statement, 'first' | 'rest'>, indent: number): string {
	return [pipelineText(first, indent), ...rest.map(({operator, pipeline}) => `${operator} ${pipelineText(pipeline, indent)}`)].join(' ');
}

function statementText(statement: Statement, indent: number): string {
	return statement.background ? `${chainText(statement, indent)} &` : chainText(statement, indent);
}

export function pipelineText({commands, joinsErrors, negated, time}: Omit<Pipeline, 'text'>, indent: number): string {
	const stages = commands.map((command, index) => commandText(command, indent) + (index < commands.length - 1 ? (joinsErrors[index] ? ' |& ' : ' | ') : '')).join('');
	return `${time === undefined ? '' : (time === 'posix' ? 'time -p ' : 'time ')}${negated ? '! ' : ''}${stages}`;
}

function redirectionTexts(redirections: readonly Redirection[]): readonly string[] {
	return redirections.map(redirection => {
		const fd = redirection.variable === undefined ? String(redirection.fd ?? '') : `{${redirection.variable}}`;
		switch (redirection.kind) {
			case 'here-document': {
				return `${fd}<<${redirection.literal ? '\'EOF\'' : 'EOF'}`;
			}

			case 'here-string': {
				return `${fd}<<< ${redirection.target.text}`;
			}

			case 'file': {
				const isCopy = redirection.operator === '>&' || redirection.operator === '<&';
				const shown = isCopy && fd === '' ? (redirection.operator === '>&' ? '1' : '0') : fd;
				return `${shown}${redirection.operator}${isCopy ? '' : ' '}${redirection.target.text}`;
			}
		}
	});
}

/** The texts of here-documents follow the command's line. */
function hereDocuments(redirections: readonly Redirection[]): string {
	return redirections.map(redirection => redirection.kind === 'here-document' ? `\n${redirection.body.text}EOF` : '').join('');
}
