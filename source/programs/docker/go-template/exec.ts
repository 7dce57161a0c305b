// Executes a parsed template on a Go value. Source: Go text/template/exec.go, whose words errors use. The work is counted: a
// template that ranges over ranges ends in an error, not in a hang.

import {encodeText} from '../../../base/bytes.js';
import {builtins, FunctionFault, isTrue, type TemplateFunction} from './functions.js';
import {nodeText, type Branch, type Command, type Node, type Operand, type Pipe} from './nodes.js';
import {parseTemplate, type Template} from './parser.js';
import {valueText} from './print.js';
import {quote} from './quote.js';
import {sortedEntries, typeOf, type GoKind, type GoMethod, type GoValue} from './value.js';

export type Result = {readonly output: string; readonly error: string | undefined};

export type ExecOptions = {
	readonly functions: Readonly<Record<string, TemplateFunction>>;
	/** `missingkey=error`: a key that a map lacks is an error instead of `<no value>`. */
	readonly missingKeyFails?: boolean;
};

const stepLimit = 1_000_000;
const depthLimit = 1000;

/** Parses a template that may call the functions of text/template and `functions`. */
export function parse(source: string, functions: Readonly<Record<string, TemplateFunction>>): Template | {readonly error: string} {
	return parseTemplate(source, new Set(['and', 'or', ...Object.keys(builtins), ...Object.keys(functions)]));
}

/** What the template wrote, up to the first error. */
export function execute(template: Template, data: GoValue, options: ExecOptions): Result {
	const execution = new Execution(template, data, options);
	try {
		execution.list(template.nodes, data, 0);
		return {output: execution.output, error: undefined};
	} catch (error) {
		if (error instanceof ExecFault) {
			return {output: execution.output, error: error.message};
		}

		throw error;
	}
}

class ExecFault extends Error {}

/** Characters whose making or writing counts as a step. */
const charactersPerStep = 64;

/** What a value's text, or that of the texts in a list, costs to handle. */
function textCost(value: GoValue): number {
	if (typeof value === 'string') {
		return value.length / charactersPerStep;
	}

	return typeof value === 'object' && value.kind === 'slice' ? value.items.reduce<number>((sum, item) => sum + 1 + (typeof item === 'string' ? item.length / charactersPerStep : 0), 0) : 0;
}

/** What a call will cost at least, known before it is made: a few words can ask for a text that no memory holds. */
function costOf(name: string, values: readonly GoValue[]): number {
	const texts = values.reduce<number>((sum, value) => sum + textCost(value), 0);
	const [first, second] = values;
	if (name === 'join' && typeof first === 'object' && first.kind === 'slice' && typeof second === 'string') {
		return texts + first.items.length * second.length / charactersPerStep;
	}

	// Each character becomes a value of its own.
	return name === 'split' && typeof first === 'string' ? texts + first.length : texts;
}

type Variable = {readonly name: string; value: GoValue};
type Flow = 'next' | 'break' | 'continue';

/** The value that a pipeline hands to its next command; distinct from none, because it may be nil. */
type Final = {readonly value: GoValue} | undefined;

class Execution {
	output = '';
	readonly #template: Template;
	readonly #options: ExecOptions;
	readonly #variables: Variable[];
	#node: Operand | Command | undefined;
	#steps = 0;

	constructor(template: Template, data: GoValue, options: ExecOptions) {
		this.#template = template;
		this.#options = options;
		this.#variables = [{name: '$', value: data}];
	}

	list(nodes: readonly Node[], dot: GoValue, depth: number): Flow {
		for (const node of nodes) {
			this.#step();
			const flow = this.#walk(node, dot, depth);
			if (flow !== 'next') {
				return flow;
			}
		}

		return 'next';
	}

	#walk(node: Node, dot: GoValue, depth: number): Flow {
		switch (node.kind) {
			case 'text': {
				this.#write(node.text);
				return 'next';
			}

			case 'action': {
				const value = this.#pipe(node.pipe, dot);
				this.#write(node.pipe.variables.length > 0 ? '' : (value === undefined ? '<no value>' : valueText(value)));
				return 'next';
			}

			case 'if':
			case 'with': {
				return this.#branch(node, dot, depth);
			}

			case 'range': {
				return this.#range(node, dot, depth);
			}

			case 'template': {
				return this.#call(node.name, node.pipe === undefined ? undefined : this.#pipe(node.pipe, dot), depth);
			}

			case 'break':
			case 'continue': {
				return node.kind;
			}
		}
	}

	#branch(node: Branch, dot: GoValue, depth: number): Flow {
		const mark = this.#variables.length;
		const value = this.#pipe(node.pipe, dot);
		const inner = node.kind === 'with' ? value : dot;
		const flow = isTrue(value) ? this.list(node.body, inner, depth) : this.list(node.otherwise, dot, depth);
		this.#variables.length = mark;
		return flow;
	}

	#range(node: Branch, dot: GoValue, depth: number): Flow {
		const mark = this.#variables.length;
		const value = this.#pipe(node.pipe, dot);
		const items = this.#items(value);
		if (items.length === 0) {
			const flow = this.list(node.otherwise, dot, depth);
			this.#variables.length = mark;
			return flow;
		}

		const inner = this.#variables.length;
		for (const [key, item] of items) {
			this.#step();
			this.#bindRange(node.pipe, key, item);
			const flow = this.list(node.body, item, depth);
			this.#variables.length = inner;
			if (flow === 'break') {
				break;
			}
		}

		this.#variables.length = mark;
		return 'next';
	}

	#items(value: GoValue): ReadonlyArray<readonly [GoValue, GoValue]> {
		if (value === undefined) {
			return [];
		}

		if (typeof value === 'object' && value.kind === 'slice') {
			return value.items.map((item, index) => [BigInt(index), item]);
		}

		if (typeof value === 'object' && value.kind === 'map') {
			return sortedEntries(value);
		}

		if (typeof value === 'bigint') {
			return Array.from({length: Math.max(0, Math.min(Number(value), stepLimit))}, (_, index) => [BigInt(index), BigInt(index)]);
		}

		return this.#fail(`range can't iterate over ${valueText(value)}`);
	}

	#bindRange(pipe: Pipe, key: GoValue, item: GoValue): void {
		const [first, second] = pipe.variables;
		if (first === undefined) {
			return;
		}

		const bindings: ReadonlyArray<readonly [string, GoValue]> = second === undefined ? [[first, item]] : [[first, key], [second, item]];
		for (const [name, value] of bindings) {
			if (pipe.assigns) {
				this.#assign(name, value);
			} else {
				this.#variables.push({name, value});
			}
		}
	}

	#call(name: string, data: GoValue, depth: number): Flow {
		const nodes = this.#template.defined.get(name);
		if (nodes === undefined) {
			return this.#fail(`template ${quote(name)} not defined`);
		}

		if (depth > depthLimit) {
			return this.#fail(`exceeded maximum template depth (${depthLimit})`);
		}

		const saved = this.#variables.splice(0, this.#variables.length, {name: '$', value: data});
		this.list(nodes, data, depth + 1);
		this.#variables.splice(0, this.#variables.length, ...saved);
		return 'next';
	}

	#pipe(pipe: Pipe, dot: GoValue): GoValue {
		this.#at(pipe);
		let final: Final;
		for (const command of pipe.commands) {
			final = {value: this.#command(command, dot, final)};
		}

		const value = final?.value;
		for (const name of pipe.variables) {
			if (pipe.assigns) {
				this.#assign(name, value);
			} else {
				this.#variables.push({name, value});
			}
		}

		return value;
	}

	#command(command: Command, dot: GoValue, final: Final): GoValue {
		const first = command.operands[0]!;
		switch (first.kind) {
			case 'field': {
				return this.#fields(first, {receiver: dot, names: first.names}, command, dot, final);
			}

			case 'chain': {
				this.#at(first);
				return this.#fields(first, {receiver: this.#operand(first.node, dot), names: first.names}, command, dot, final);
			}

			case 'function': {
				return this.#function(first.name, first, command, dot, final);
			}

			case 'variable': {
				this.#at(first);
				const receiver = this.#variable(first.names[0]!);
				if (first.names.length === 1) {
					this.#notFunction(command, final);
					return receiver;
				}

				return this.#fields(first, {receiver, names: first.names.slice(1)}, command, dot, final);
			}

			default: {
				this.#at(first);
				this.#notFunction(command, final);
				return first.kind === 'nil' ? this.#fail('nil is not a command') : this.#operand(first, dot);
			}
		}
	}

	#notFunction(command: Command, final: Final): void {
		if (command.operands.length > 1 || final !== undefined) {
			this.#fail(`can't give argument to non-function ${nodeText(command.operands[0]!)}`);
		}
	}

	/** The value of an operand that stands as an argument. */
	#operand(operand: Operand, dot: GoValue): GoValue {
		this.#at(operand);
		switch (operand.kind) {
			case 'dot': {
				return dot;
			}

			case 'nil': {
				return undefined;
			}

			case 'bool':
			case 'number':
			case 'string': {
				return operand.value;
			}

			case 'pipe': {
				return this.#pipe(operand, dot);
			}

			default: {
				return this.#command({kind: 'command', operands: [operand], position: operand.position}, dot, undefined);
			}
		}
	}

	#fields(node: Operand, chain: {readonly receiver: GoValue; readonly names: readonly string[]}, command: Command, dot: GoValue, final: Final): GoValue {
		this.#at(node);
		let value = chain.receiver;
		for (const [index, name] of chain.names.entries()) {
			const isLast = index === chain.names.length - 1;
			value = this.#field(value, name, node, isLast ? {command, dot, final} : undefined);
		}

		return value;
	}

	#field(receiver: GoValue, name: string, node: Operand, call: {readonly command: Command; readonly dot: GoValue; readonly final: Final} | undefined): GoValue {
		const hasArguments = call !== undefined && (call.command.operands.length > 1 || call.final !== undefined);
		if (receiver === undefined) {
			return this.#options.missingKeyFails === true ? this.#fail(`nil data; no entry for key ${quote(name)}`) : undefined;
		}

		if (typeof receiver === 'object' && receiver.kind === 'nil-pointer') {
			return this.#fail(`nil pointer evaluating ${receiver.type}.${name}`);
		}

		if (typeof receiver !== 'object' || receiver.kind === 'slice' || receiver.kind === 'number-text') {
			return this.#fail(`can't evaluate field ${name} in type ${typeOf(receiver)}`);
		}

		const method = receiver.method?.(name);
		if (method !== undefined) {
			return this.#apply(name, {...method}, call?.command.operands.slice(1) ?? [], call?.dot, call?.final, node);
		}

		if (receiver.kind === 'map') {
			return hasArguments ? this.#fail(`${name} is not a method but has arguments`) : this.#entry(receiver.entries, name);
		}

		if (!receiver.hasField(name)) {
			return this.#fail(`can't evaluate field ${name} in type ${receiver.type}`);
		}

		return hasArguments ? this.#fail(receiver.type.startsWith('*formatter.') ? `wrong number of args for ${name}: want 0 got ${(call.command.operands.length - 1) + (call.final === undefined ? 0 : 1)}` : `${name} has arguments but cannot be invoked as function`) : receiver.field(name);
	}

	#entry(entries: ReadonlyMap<string, GoValue>, name: string): GoValue {
		return entries.has(name) || this.#options.missingKeyFails !== true ? entries.get(name) : this.#fail(`map has no entry for key ${quote(name)}`);
	}

	#function(name: string, node: Operand, command: Command, dot: GoValue, final: Final): GoValue {
		this.#at(node);
		const operands = command.operands.slice(1);
		if (name === 'and' || name === 'or') {
			return this.#shortCircuit(name, operands, dot, final);
		}

		const own = Object.hasOwn(this.#options.functions, name) ? this.#options.functions[name] : undefined;
		const definition = own ?? (Object.hasOwn(builtins, name) ? builtins[name] : undefined);
		return definition === undefined ? this.#fail(`${quote(name)} is not a defined function`) : this.#apply(name, definition, operands, dot, final, command);
	}

	/** `and` gives the first argument that is not true, `or` the first that is; the others stay unevaluated. */
	#shortCircuit(name: 'and' | 'or', operands: readonly Operand[], dot: GoValue, final: Final): GoValue {
		if (operands.length === 0 && final === undefined) {
			return this.#fail(`wrong number of args for ${name}: want at least 1 got 0`);
		}

		let value: GoValue;
		for (const operand of operands) {
			value = this.#operand(operand, dot);
			if (isTrue(value) === (name === 'or')) {
				return value;
			}
		}

		return final === undefined ? value : final.value;
	}

	#apply(name: string, definition: TemplateFunction | GoMethod, operands: readonly Operand[], dot: GoValue, final: Final, node: Operand | Command): GoValue {
		const {parameters} = definition;
		const rest = 'rest' in definition ? definition.rest : undefined;
		const given = operands.length + (final === undefined ? 0 : 1);
		if (rest === undefined ? given !== parameters.length : given < parameters.length) {
			return this.#fail(`wrong number of args for ${name}: want ${rest === undefined ? '' : 'at least '}${parameters.length} got ${given}`);
		}

		const kindAt = (index: number): GoKind => parameters[index] ?? rest ?? 'any';
		const values = operands.map((operand, index) => this.#argument(operand, kindAt(index), dot));
		if (final !== undefined) {
			values.push(this.#checked(final.value, kindAt(operands.length)));
		}

		this.#charge(costOf(name, values));
		try {
			const result = definition.call(values);
			this.#charge(textCost(result));
			return result;
		} catch (error) {
			if (error instanceof FunctionFault) {
				this.#at(node);
				return this.#fail(`error calling ${name}: ${error.message}`);
			}

			throw error;
		}
	}

	#argument(operand: Operand, kind: GoKind, dot: GoValue): GoValue {
		const isLiteral = operand.kind === 'string' || operand.kind === 'number' || operand.kind === 'bool';
		const value = this.#operand(operand, dot);
		if (isLiteral && ((kind === 'string' && typeof value !== 'string') || (kind === 'int' && typeof value !== 'bigint'))) {
			return this.#fail(`expected ${kind === 'int' ? 'integer' : 'string'}; found ${nodeText(operand)}`);
		}

		if (operand.kind === 'nil' && kind !== 'any') {
			return this.#fail(`cannot assign nil to ${kind}`);
		}

		return this.#checked(value, kind);
	}

	#checked(value: GoValue, kind: GoKind): GoValue {
		if (kind === 'any' || (kind === 'string' && typeof value === 'string') || (kind === 'int' && typeof value === 'bigint')) {
			return value;
		}

		return this.#fail(value === undefined ? `invalid value; expected ${kind}` : `wrong type for value; expected ${kind}; got ${typeOf(value)}`);
	}

	#variable(name: string): GoValue {
		return this.#variables.findLast(variable => variable.name === name)?.value;
	}

	#assign(name: string, value: GoValue): void {
		const variable = this.#variables.findLast(each => each.name === name);
		if (variable === undefined) {
			this.#fail(`undefined variable: ${name}`);
		}

		variable.value = value;
	}

	#write(text: string): void {
		this.#charge(textCost(text));
		this.output += text;
	}

	#at(node: Operand | Command): void {
		this.#node = node;
	}

	#step(): void {
		this.#charge(1);
	}

	#charge(steps: number): void {
		this.#steps += steps;
		if (this.#steps > stepLimit) {
			this.#fail(`virtlab: the template does more than ${stepLimit} steps`);
		}
	}

	#fail(message: string): never {
		const node = this.#node;
		if (node === undefined) {
			throw new ExecFault(`template: : ${message}`);
		}

		const before = this.#template.source.slice(0, node.position);
		const line = before.split('\n').length;
		const column = encodeText(before.slice(before.lastIndexOf('\n') + 1)).length;
		const text = nodeText(node);
		const shown = text.length > 20 ? `${text.slice(0, 20)}...` : text;
		throw new ExecFault(`template: :${line}:${column}: executing "" at <${shown}>: ${message}`);
	}
}
