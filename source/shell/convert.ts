// Turns the parser's tree into ours (syntax.ts): raw texts for words and arithmetic, line numbers, no positions.

import type * as Bash from 'unbash';
import type {
	Assignment, Command, CompoundBody, CompoundCommand, Condition, List, Pipeline, Redirection, SimpleCommand, Statement, Word,
} from './syntax.js';
import {chainText, pipelineText} from './syntax-text.js';

/** Text that the parser lets pass and a shell does not, or that this shell does not do. */
export class Refused extends Error {
	readonly position: number;
	readonly near: string | undefined;

	constructor(message: string, where: {readonly position: number; readonly near?: string}) {
		super(message);
		this.position = where.position;
		this.near = where.near;
	}
}

type Context = {
	readonly source: string;
	readonly lineOf: (position: number) => number;
	hasOpenHereDocument: boolean;
};

export function convertScript(script: Bash.ParsedScript, source: string, lineOf: (position: number) => number): {readonly list: List; readonly hasOpenHereDocument: boolean} {
	const context: Context = {source, lineOf, hasOpenHereDocument: false};
	const list = script.commands.map(statement => convertStatement(statement, context));
	return {list, hasOpenHereDocument: context.hasOpenHereDocument};
}

function convertList(list: Bash.CompoundList, context: Context): List {
	return list.commands.map(statement => convertStatement(statement, context));
}

function convertStatement({command, background}: Bash.Statement, context: Context): Statement {
	const nodes = command.type === 'AndOr' ? command.commands : [command];
	const operators = command.type === 'AndOr' ? command.operators : [];
	const [first, ...others] = nodes.map(node => convertPipeline(node, context));
	const rest = others.map((pipeline, index) => ({operator: operators[index]!, pipeline}));
	return {
		first: first!,
		rest,
		background: background ?? false,
		line: context.lineOf(command.pos),
		text: oneLine(chainText({first: first!, rest}, 0)),
	};
}

function convertPipeline(node: Bash.PipelineNode, context: Context): Pipeline {
	if (node.type !== 'Pipeline') {
		return withText({commands: [convertCommand(node, context)], joinsErrors: [], negated: false, time: undefined});
	}

	const time = node.prefixes.find(prefix => prefix.type === 'Time');
	return withText({
		commands: node.commands.map(command => convertCommand(command, context)),
		joinsErrors: node.operators.map(operator => operator === '|&'),
		negated: node.prefixes.filter(prefix => prefix.type === 'Negation').length % 2 === 1,
		time: time === undefined ? undefined : (time.posix === undefined ? 'bash' : 'posix'),
	});
}

function withText(pipeline: Omit<Pipeline, 'text'>): Pipeline {
	return {...pipeline, text: oneLine(pipelineText(pipeline, 0))};
}

function convertCommand(node: Bash.CommandNode, context: Context): Command {
	switch (node.type) {
		case 'Command': {
			return convertSimple(node, context);
		}

		case 'Function': {
			const body = node.body.type === 'CompoundList'
				? {type: 'BraceGroup' as const, pos: node.body.pos, end: node.body.end, body: node.body}
				: node.body;
			return {kind: 'function', line: context.lineOf(node.pos), name: node.name.text, hasKeyword: node.name.pos > node.pos, body: convertCompound(body, context)};
		}

		case 'Coproc': {
			throw new Refused('coproc: not supported by this shell', {position: node.pos});
		}

		default: {
			return convertCompound(node, context);
		}
	}
}

function convertSimple(node: Bash.Command, context: Context): SimpleCommand {
	const assignments: Assignment[] = [];
	const words: (Word | Assignment)[] = node.name === undefined ? [] : [convertWord(node.name)];
	const redirections: Redirection[] = [];
	for (const part of node.prefix) {
		if (part.type === 'Assignment') {
			assignments.push(convertAssignment(part));
		} else {
			redirections.push(convertRedirection(part, context));
		}
	}

	for (const part of node.suffix) {
		if (part.type === 'Assignment') {
			words.push(convertAssignment(part));
		} else if (part.type === 'Word') {
			words.push(convertWord(part));
		} else {
			redirections.push(convertRedirection(part, context));
		}
	}

	return {kind: 'simple', line: context.lineOf(node.pos), assignments, words, redirections};
}

function convertWord(word: Bash.Word): Word {
	return {text: word.text};
}

function convertAssignment(node: Bash.Assignment): Assignment {
	const value = node.value.type === 'ArrayValue' ? {elements: node.value.elements.map(word => convertWord(word))} : convertWord(node.value);
	return {text: node.text, name: node.name, subscript: node.index?.text, append: node.append ?? false, value};
}

function convertRedirection(node: Bash.Redirection, context: Context): Redirection {
	const fd = node.descriptor?.type === 'FileDescriptor' ? node.descriptor.value : undefined;
	const variable = node.descriptor?.type === 'FileDescriptorVariable' ? node.descriptor.name : undefined;
	switch (node.type) {
		case 'HereDoc': {
			context.hasOpenHereDocument ||= node.closing === undefined;
			const text = node.operator === '<<-' ? node.body.text.replace(/^\t+/gmv, '') : node.body.text;
			return {kind: 'here-document', fd, variable, body: {text}, literal: node.delimiter?.quoted ?? false};
		}

		case 'HereString': {
			return {kind: 'here-string', fd, variable, target: convertTarget(node.target, node)};
		}

		case 'Redirect': {
			return {kind: 'file', fd, variable, operator: node.operator, target: convertTarget(node.target, node)};
		}
	}
}

function convertTarget(target: Bash.Word | undefined, node: {readonly end: number}): Word {
	if (target === undefined) {
		throw new Refused('', {position: node.end, near: 'newline'});
	}

	return convertWord(target);
}

function convertCompound(node: Bash.CompoundCommand | Bash.Redirected, context: Context): CompoundCommand {
	const redirections = node.type === 'Redirected' ? node.redirects.map(redirection => convertRedirection(redirection, context)) : [];
	const command = node.type === 'Redirected' ? node.command : node;
	return {...convertBody(command, context), line: context.lineOf(command.pos), redirections};
}

function convertBody(node: Bash.CompoundCommand, context: Context): CompoundBody {
	switch (node.type) {
		case 'If': {
			const clauses = [node, ...node.elif].map(({clause, then}) => ({test: convertList(clause, context), body: convertList(then, context)}));
			return {kind: 'if', clauses, otherwise: node.else === undefined ? undefined : convertList(node.else, context)};
		}

		case 'For':
		case 'Select': {
			const words = node.wordlist?.map(word => convertWord(word));
			return {kind: node.type === 'For' ? 'for' : 'select', name: node.name.text, words, body: convertList(node.body, context)};
		}

		case 'ArithmeticFor': {
			const text = (expression: Bash.ArithmeticExpression | undefined): string => expression === undefined ? '' : context.source.slice(expression.pos, expression.end);
			return {
				kind: 'arithmetic-for', initialize: text(node.initialize), test: text(node.test), update: text(node.update), body: convertList(node.body, context),
			};
		}

		case 'While': {
			return {kind: 'while', until: node.kind === 'until', test: convertList(node.clause, context), body: convertList(node.body, context)};
		}

		case 'Case': {
			const items = node.items.map(item => ({
				patterns: item.pattern.map(word => convertWord(word)), body: convertList(item.body, context), terminator: item.terminator ?? ';;',
			}));
			return {kind: 'case', word: convertWord(node.word), items};
		}

		case 'BraceGroup': {
			return {kind: 'group', body: convertList(node.body, context)};
		}

		case 'Subshell': {
			return {kind: 'subshell', body: convertList(node.body, context)};
		}

		case 'TestCommand': {
			return {kind: 'conditional', condition: convertCondition(node.expression)};
		}

		case 'ArithmeticCommand': {
			return {kind: 'arithmetic', text: node.body};
		}
	}
}

function convertCondition(node: Bash.TestExpression): Condition {
	switch (node.type) {
		case 'TestUnary': {
			return {kind: 'unary', operator: node.operator, operand: convertWord(node.operand)};
		}

		case 'TestBinary': {
			return {kind: 'binary', operator: node.operator, left: convertWord(node.left), right: convertWord(node.right)};
		}

		case 'TestLogical': {
			return {kind: node.operator === '&&' ? 'and' : 'or', operands: node.operands.map(operand => convertCondition(operand))};
		}

		case 'TestNot': {
			const operand = convertCondition(node.operand);
			return node.negations.length % 2 === 1 ? {kind: 'not', operand} : operand;
		}

		case 'TestGroup': {
			return convertCondition(node.expression);
		}
	}
}

/** How `jobs` shows a command. */
function oneLine(text: string): string {
	return text.replace(/\s*\n\s*/gv, ' ');
}
