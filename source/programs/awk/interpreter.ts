// Runs an awk program: rules over records, statements, expressions. What the functions do is in functions.ts.

import {step} from '../../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import type {Output, Blocking} from '../standard-io.js';
import {callBuiltin} from './functions.js';
import {Machine, type AwkHost} from './machine.js';
import {calculate, holds} from './operators.js';
import type {AwkProgram, Expression, LeftValue, Redirection, Rule, Statement} from './syntax.js';
import {compareValues, formatAwk, inputValue, toBoolean, toNumber, type Cell, type Value} from './values.js';

/** How a statement ended, if not simply. */
type Completion = 'break' | 'continue' | 'next' | 'nextfile' | 'exit' | 'return' | undefined;

const callDepthMax = 500;

type Operation = Extract<Expression, {kind: 'unary' | 'arithmetic' | 'compare' | 'match' | 'concatenation'}>;

export class Interpreter implements AwkHost {
	readonly machine: Machine;
	readonly #program: AwkProgram;
	readonly #inRange = new Set<Rule>();
	/** Of the function that runs. */
	#locals: ReadonlyMap<string, Cell> | undefined;
	#depth = 0;
	#steps = 0;
	#returned: Value;
	/** `next` or `exit` within a function that an expression called. */
	#pending: Completion;
	#status = 0;

	constructor(process: Process, out: Output, program: AwkProgram) {
		this.#program = program;
		this.machine = new Machine(process, out);
	}

	* run(): Blocking<number> {
		const {machine} = this;
		let completion = yield * this.#each(this.#program.begin);
		const readsInput = this.#program.rules.length > 0 || this.#program.end.length > 0;
		if (completion !== 'exit' && readsInput) {
			completion = yield * this.#records();
		}

		if (machine.problem === undefined && (completion !== 'exit' || this.#status === 0 || readsInput)) {
			this.#pending = undefined;
			yield * this.#each(this.#program.end);
		}

		yield * machine.streams.closeAll();
		return machine.problem === undefined ? this.#status : 2;
	}

	* #each(statements: readonly Statement[]): Blocking<Completion> {
		for (const statement of statements) {
			const completion = yield * this.#execute(statement);
			if (completion === 'exit' || this.machine.problem !== undefined) {
				return 'exit';
			}
		}

		return undefined;
	}

	* #records(): Blocking<Completion> {
		const {machine} = this;
		for (;;) {
			const record = yield * machine.nextRecord();
			if (record === undefined || machine.problem !== undefined || machine.out.failed !== undefined) {
				return undefined;
			}

			machine.setRecord(record);
			for (const rule of this.#program.rules) {
				const completion = (yield * this.#selects(rule)) ? yield * this.#act(rule) : undefined;
				const ended = completion ?? this.#takePending();
				if (ended === 'exit' || machine.problem !== undefined) {
					return 'exit';
				}

				if (ended === 'nextfile') {
					machine.skipFile();
				}

				if (ended === 'next' || ended === 'nextfile') {
					break;
				}
			}
		}
	}

	* #act(rule: Rule): Blocking<Completion> {
		if (rule.action !== undefined) {
			return yield * this.#execute(rule.action);
		}

		yield * this.machine.out.print(this.machine.field(0) + this.machine.text('ORS'));
		return undefined;
	}

	* #selects(rule: Rule): Blocking<boolean> {
		if (rule.pattern === undefined) {
			return true;
		}

		if (rule.until === undefined) {
			return toBoolean(yield * this.evaluate(rule.pattern));
		}

		if (!this.#inRange.has(rule)) {
			if (!toBoolean(yield * this.evaluate(rule.pattern))) {
				return false;
			}

			this.#inRange.add(rule);
		}

		if (toBoolean(yield * this.evaluate(rule.until))) {
			this.#inRange.delete(rule);
		}

		return true;
	}

	#takePending(): Completion {
		const pending = this.#pending;
		this.#pending = undefined;
		return pending;
	}

	// Statements

	* #execute(statement: Statement): Blocking<Completion> {
		if (++this.#steps % 128 === 0) {
			yield step;
		}

		if (this.machine.problem !== undefined || this.machine.out.failed !== undefined) {
			return 'exit';
		}

		switch (statement.kind) {
			case 'block': {
				for (const inner of statement.body) {
					const completion = yield * this.#execute(inner);
					if (completion !== undefined) {
						return completion;
					}
				}

				return undefined;
			}

			case 'expression': {
				yield * this.evaluate(statement.expression);
				return this.#takePending();
			}

			case 'print':
			case 'printf': {
				yield * this.#print(statement);
				return this.#takePending();
			}

			case 'if': {
				const holds = toBoolean(yield * this.evaluate(statement.condition));
				const pending = this.#takePending();
				const chosen = holds ? statement.yes : statement.no;
				return pending ?? (chosen === undefined ? undefined : yield * this.#execute(chosen));
			}

			case 'while':
			case 'do':
			case 'for':
			case 'for in': return yield * this.#loop(statement);
			case 'delete': {
				const array = this.array(statement.name);
				if (statement.subscripts === undefined) {
					array?.clear();
				} else {
					array?.delete(yield * this.#subscript(statement.subscripts));
				}

				return undefined;
			}

			case 'break':
			case 'continue':
			case 'next':
			case 'nextfile': return statement.kind;
			case 'exit': {
				this.#status = statement.value === undefined ? this.#status : Math.trunc(toNumber(yield * this.evaluate(statement.value))) & 0xFF;
				return 'exit';
			}

			case 'return': {
				this.#returned = statement.value === undefined ? undefined : yield * this.evaluate(statement.value);
				return this.#takePending() ?? 'return';
			}

			default: return statement satisfies never;
		}
	}

	* #loop(statement: Statement & {kind: 'while' | 'do' | 'for' | 'for in'}): Blocking<Completion> {
		if (statement.kind === 'for in') {
			for (const key of [...this.array(statement.name)?.keys() ?? []]) {
				yield * this.assign(statement.variable, inputValue(key));
				const completion = yield * this.#execute(statement.body);
				if (completion !== undefined && completion !== 'continue') {
					return completion === 'break' ? undefined : completion;
				}
			}

			return undefined;
		}

		if (statement.kind === 'for' && statement.start !== undefined) {
			yield * this.#execute(statement.start);
		}

		for (let first = true; ; first = false) {
			if (!(statement.kind === 'do' && first) && statement.condition !== undefined && !toBoolean(yield * this.evaluate(statement.condition))) {
				return this.#takePending();
			}

			const completion = this.#takePending() ?? (yield * this.#execute(statement.body));
			if (completion !== undefined && completion !== 'continue') {
				return completion === 'break' ? undefined : completion;
			}

			if (statement.kind === 'for' && statement.update !== undefined) {
				yield * this.#execute(statement.update);
			}

			if (++this.#steps % 128 === 0) {
				yield step;
			}

			if (this.machine.problem !== undefined) {
				return 'exit';
			}
		}
	}

	* #print(statement: Statement & {kind: 'print' | 'printf'}): Blocking<void> {
		const {machine} = this;
		const values: Value[] = [];
		for (const argument of statement.args) {
			values.push(yield * this.evaluate(argument));
		}

		const ofmt = machine.text('OFMT');
		const text = statement.kind === 'printf'
			? formatAwk(machine.textOf(values[0]), values.slice(1), machine.text('CONVFMT'))
			: (values.length === 0 ? machine.field(0) : values.map(value => machine.textOf(value, ofmt)).join(machine.text('OFS'))) + machine.text('ORS');
		const out = yield * this.#stream(statement.redirection);
		if (out !== undefined) {
			yield * out.print(text);
			if (out !== machine.out && statement.redirection?.kind !== '|') {
				yield * out.flush();
			}
		}
	}

	* #stream(redirection: Redirection | undefined): Blocking<Output | undefined> {
		const {machine} = this;
		if (redirection === undefined) {
			return machine.out;
		}

		const target = machine.textOf(yield * this.evaluate(redirection.target));
		const out = yield * machine.streams.output(redirection.kind, target);
		if (failed(out)) {
			machine.problem = `cannot open "${target}" for output (${errorTextOf(out)})`;
			return undefined;
		}

		return out;
	}

	// Names

	cell(name: string): Cell {
		return this.#locals?.get(name) ?? this.machine.global(name);
	}

	/** The array of a name, made at its first use. Undefined (and a problem) if the name is a scalar. */
	array(name: string): Map<string, Value> | undefined {
		const cell = this.cell(name);
		if (cell.array === undefined) {
			if (cell.value !== undefined) {
				this.machine.problem ??= `can't use scalar '${name}' as array`;
				return undefined;
			}

			const array = new Map<string, Value>();
			for (let at: Cell | undefined = cell; at !== undefined; at = at.origin) {
				at.array = array;
			}
		}

		return cell.array;
	}

	* #subscript(subscripts: readonly Expression[]): Blocking<string> {
		const parts: string[] = [];
		for (const subscript of subscripts) {
			parts.push(this.machine.textOf(yield * this.evaluate(subscript)));
		}

		return parts.join(subscripts.length > 1 ? this.machine.text('SUBSEP') : '');
	}

	* assign(target: LeftValue, value: Value): Blocking<void> {
		const {machine} = this;
		switch (target.kind) {
			case 'variable': {
				const cell = this.cell(target.name);
				if (cell.array !== undefined) {
					machine.problem ??= `can't assign to ${target.name}; it's an array name.`;
					return;
				}

				cell.value = value;
				machine.assigned(target.name, cell);
				break;
			}

			case 'field': {
				machine.setField(Math.trunc(toNumber(yield * this.evaluate(target.index))), value);
				break;
			}

			case 'element': {
				const key = yield * this.#subscript(target.subscripts);
				machine.setElement(this.array(target.name), key, value);
				break;
			}

			default: {
				target satisfies never;
			}
		}
	}

	// Expressions

	* evaluate(expression: Expression): Blocking<Value> {
		switch (expression.kind) {
			case 'number':
			case 'string': return expression.value;
			case 'group': return yield * this.evaluate(expression.inside);
			case 'regex': return this.machine.regex(expression.source)?.test(this.machine.field(0)) === true ? 1 : 0;
			case 'variable': return this.machine.read(expression.name, this.cell(expression.name));

			case 'field': return this.machine.fieldValue(Math.trunc(toNumber(yield * this.evaluate(expression.index))));
			case 'element': {
				const key = yield * this.#subscript(expression.subscripts);
				const array = this.array(expression.name);
				if (array !== undefined && !array.has(key)) {
					this.machine.setElement(array, key, undefined);
				}

				return array?.get(key);
			}

			case 'in': {
				const key = yield * this.#subscript(expression.subscripts);
				return this.array(expression.name)?.has(key) === true ? 1 : 0;
			}

			case 'assign': return yield * this.#assignment(expression);
			case 'increment': {
				const before = toNumber(yield * this.evaluate(expression.target));
				yield * this.assign(expression.target, before + expression.by);
				return expression.prefix ? before + expression.by : before;
			}

			case 'and': return toBoolean(yield * this.evaluate(expression.left)) && toBoolean(yield * this.evaluate(expression.right)) ? 1 : 0;
			case 'or': return toBoolean(yield * this.evaluate(expression.left)) || toBoolean(yield * this.evaluate(expression.right)) ? 1 : 0;
			case 'choice': return yield * this.evaluate(toBoolean(yield * this.evaluate(expression.condition)) ? expression.yes : expression.no);
			case 'call': return yield * this.#call(expression.name, expression.args);
			case 'builtin': return yield * callBuiltin(this, expression.name, expression.args);
			case 'getline': return yield * this.#getline(expression);
			default: return yield * this.#operation(expression);
		}
	}

	* #assignment({operator, target, value}: Expression & {kind: 'assign'}): Blocking<Value> {
		const {machine} = this;
		const before = operator === '' ? undefined : toNumber(yield * this.evaluate(target));
		const right = yield * this.evaluate(value);
		const result = before === undefined ? right : calculate(machine, operator, before, toNumber(right));
		yield * this.assign(target, result);
		return result;
	}

	* #operation(expression: Operation): Blocking<Value> {
		const {machine} = this;
		if (expression.kind === 'unary') {
			const operand = yield * this.evaluate(expression.operand);
			return expression.operator === '!' ? (toBoolean(operand) ? 0 : 1) : (expression.operator === '-' ? -toNumber(operand) : toNumber(operand));
		}

		const left = yield * this.evaluate(expression.left);
		if (expression.kind === 'match') {
			const regex = yield * this.regexOf(expression.right);
			return (regex?.test(machine.textOf(left)) === true) === expression.negated ? 0 : 1;
		}

		const right = yield * this.evaluate(expression.right);
		switch (expression.kind) {
			case 'arithmetic': return calculate(machine, expression.operator, toNumber(left), toNumber(right));
			case 'concatenation': return machine.bounded(machine.textOf(left) + machine.textOf(right));
			case 'compare': return holds(expression.operator, compareValues(left, right, machine.text('CONVFMT'))) ? 1 : 0;
			default: return expression satisfies never;
		}
	}

	/** A regex literal as it is; anything else is a text that is compiled. */
	* regexOf(expression: Expression) {
		return this.machine.regex(expression.kind === 'regex' ? expression.source : this.machine.textOf(yield * this.evaluate(expression)));
	}

	* #call(name: string, args: readonly Expression[]): Blocking<Value> {
		const {machine} = this;
		const definition = this.#program.functions.get(name)!;
		if (++this.#depth > callDepthMax || args.length > definition.parameters.length) {
			machine.problem ??= this.#depth > callDepthMax ? `function call nesting too deep in ${name}` : `too many arguments in call to ${name}`;
			return undefined;
		}

		const locals = new Map<string, Cell>();
		for (const [index, parameter] of definition.parameters.entries()) {
			locals.set(parameter, yield * this.#argument(args[index]));
		}

		const before = this.#locals;
		this.#locals = locals;
		const completion = yield * this.#execute(definition.body);
		this.#locals = before;
		this.#depth--;
		if (completion === 'next' || completion === 'exit' || completion === 'nextfile') {
			this.#pending = completion;
		}

		const result = this.#returned;
		this.#returned = undefined;
		return completion === 'return' ? result : undefined;
	}

	/** Scalars are passed by value, arrays and unset names by reference. */
	* #argument(argument: Expression | undefined): Blocking<Cell> {
		if (argument?.kind === 'variable' && !this.machine.isSpecial(argument.name)) {
			const cell = this.cell(argument.name);
			return cell.array === undefined ? {value: cell.value, array: undefined, origin: cell.value === undefined ? cell : undefined} : {value: undefined, array: cell.array};
		}

		return {value: argument === undefined ? undefined : yield * this.evaluate(argument), array: undefined};
	}

	* #getline({from, source, target}: Expression & {kind: 'getline'}): Blocking<Value> {
		const {machine} = this;
		if (from === 'input') {
			const record = yield * machine.nextRecord();
			if (record !== undefined) {
				yield * this.#takeRecord(record, target);
			}

			return record === undefined ? 0 : 1;
		}

		yield * machine.streams.flush();
		const name = machine.textOf(source === undefined ? '' : yield * this.evaluate(source));
		const reader = machine.streams.input(from, name);
		const record: string | undefined | Failure = failed(reader) ? reader : yield * reader.next(machine.text('RS'));
		if (record === undefined || failed(record)) {
			return record === undefined ? 0 : -1;
		}

		if (from === 'command') {
			machine.countRecord();
		}

		yield * this.#takeRecord(record, target);
		return 1;
	}

	* #takeRecord(record: string, target: LeftValue | undefined): Blocking<void> {
		if (target === undefined) {
			this.machine.setRecord(record);
		} else {
			yield * this.assign(target, inputValue(record));
		}
	}
}
