// Builtins about variables: `declare`, `typeset`, `local`, `export`, `readonly`, `unset`.

import {assignArray, assignText, isName, parseAssignment} from '../assign.js';
import {declarationOf} from '../declaration.js';
import {expandArithmetic} from '../expand.js';
import {quoteDouble, quoteSingle} from '../quote.js';
import {Abandoned, complain, print} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import type {Attribute, Variable} from '../variables.js';
import {functionText} from './function-text.js';
import {refuseOption} from './usage.js';

type Changes = {readonly add: ReadonlySet<Attribute>; readonly remove: ReadonlySet<Attribute>; readonly kind: 'indexed' | 'associative' | undefined; readonly scope: 'local' | 'global' | 'any'};

const attributeOf: Readonly<Record<string, Attribute>> = {i: 'integer', l: 'lower', n: 'nameref', r: 'readonly', u: 'upper', x: 'exported'};

type Flags = {readonly on: Set<string>; readonly off: Set<string>; readonly first: number};

/** Options may begin with `-` to set or `+` to remove. Answers a status after a refusal. */
function * readFlags(shell: Shell, args: readonly string[], letters: string): Doing<Flags | number> {
	const flags: {on: Set<string>; off: Set<string>; first: number} = {on: new Set(), off: new Set(), first: 0};
	for (; flags.first < args.length; flags.first++) {
		const arg = args[flags.first]!;
		if (arg === '--') {
			flags.first++;
			break;
		}

		if (!/^[+\-]./v.test(arg)) {
			break;
		}

		for (const letter of arg.slice(1)) {
			if (!letters.includes(letter)) {
				return yield * refuseOption(shell, `${arg[0]!}${letter}`);
			}

			(arg.startsWith('-') ? flags.on : flags.off).add(letter);
		}
	}

	return flags;
}

export function * declare(shell: Shell, call: BuiltinCall): Doing {
	const {name, args} = call;
	const isLocal = name === 'local';
	if (isLocal && !shell.variables.isLocalScope) {
		if (shell.personality.kind === 'bash') {
			yield * complain(shell, 'can only be used in a function');
			return 1;
		}

		yield * complain(shell, 'not in a function');
		throw new Abandoned(2, true);
	}

	const flags = yield * readFlags(shell, args, 'aAfFgiIlnrtuxp');
	if (typeof flags === 'number') {
		return flags;
	}

	if (flags.on.has('f') || flags.on.has('F')) {
		return yield * showFunctions(shell, args.slice(flags.first), flags.on.has('F'));
	}

	const isGlobal = flags.on.has('g') || !shell.variables.isLocalScope;
	const changes: Changes = {
		add: attributes(flags.on), remove: attributes(flags.off),
		kind: flags.on.has('A') ? 'associative' : (flags.on.has('a') ? 'indexed' : undefined),
		scope: isGlobal ? 'global' : 'local',
	};
	if (flags.first >= args.length || flags.on.has('p')) {
		return yield * showVariables(shell, args.slice(flags.first), {changes, isPrinted: flags.on.has('p')});
	}

	return yield * declareAll(shell, call, flags.first, changes);
}

function attributes(letters: ReadonlySet<string>): ReadonlySet<Attribute> {
	return new Set([...letters].map(letter => attributeOf[letter]).filter(attribute => attribute !== undefined));
}

function * declareAll(shell: Shell, {args, arrays}: BuiltinCall, first: number, changes: Changes): Doing {
	let status = 0;
	for (let index = first; index < args.length; index++) {
		const array = arrays.get(index);
		const target = array === undefined ? parseAssignment(args[index]!) : {name: array.name, subscript: undefined, append: array.append, value: undefined};
		if (!isName(target.name)) {
			yield * complain(shell, `\`${args[index]!}': not a valid identifier`);
			status = 1;
			continue;
		}

		const existing = shell.variables.findRaw(target.name);
		if (existing?.attributes.has('readonly') && (array !== undefined || target.value !== undefined || changes.remove.has('readonly')) && !(changes.scope === 'local')) {
			yield * complain(shell, `${target.name}: readonly variable`);
			status = 1;
			continue;
		}

		const kind = changes.kind ?? (array !== undefined && existing?.kind !== 'associative' ? 'indexed' : undefined);
		const variable = shell.variables.declare(target.name, changes.scope);
		prepare(variable, {...changes, kind: kind ?? (target.subscript !== undefined && variable.kind === 'scalar' ? 'indexed' : undefined)});
		if (array !== undefined) {
			yield * assignArray(shell, array);
		} else if (target.value !== undefined) {
			yield * assignDeclared(shell, variable, {...target, value: target.value});
		}

		finish(variable, changes);
	}

	return status;
}

/** Attributes that change how a value is stored come first; `readonly` comes last. */
function prepare(variable: Variable, {add, remove, kind}: Changes): void {
	for (const attribute of remove) {
		variable.attributes.delete(attribute);
	}

	for (const attribute of add) {
		if (attribute !== 'readonly' && attribute !== 'nameref') {
			variable.attributes.add(attribute);
		}
	}

	if (kind !== undefined && variable.kind !== kind) {
		variable.isArraySet ||= variable.scalar !== undefined;
		if (variable.scalar !== undefined && kind === 'indexed') {
			variable.indexed.set(0, variable.scalar);
		}

		variable.kind = kind;
		variable.scalar = undefined;
	}
}

function finish(variable: Variable, {add}: Changes): void {
	for (const attribute of ['readonly', 'nameref'] as const) {
		if (add.has(attribute)) {
			variable.attributes.add(attribute);
		}
	}
}

function * assignDeclared(shell: Shell, variable: Variable, target: {readonly name: string; readonly subscript: string | undefined; readonly append: boolean; readonly value: string}): Doing<void> {
	if (variable.attributes.has('integer') && target.subscript === undefined && variable.kind === 'scalar') {
		const before = target.append ? yield * expandArithmetic(shell, variable.scalar ?? '0') : 0n;
		variable.scalar = String(BigInt.asIntN(64, before + (yield * expandArithmetic(shell, target.value))));
	} else {
		yield * assignText(shell, variable.kind === 'scalar' || target.subscript !== undefined ? target : {...target, subscript: '0'}, target.value);
	}
}

function * showFunctions(shell: Shell, names: readonly string[], namesOnly: boolean): Doing {
	let status = 0;
	for (const name of names.length > 0 ? names : [...shell.functions.keys()].sort()) {
		const definition = shell.functions.get(name);
		if (definition === undefined) {
			status = 1;
		} else {
			yield * print(shell, namesOnly ? `${names.length > 0 ? '' : 'declare -f '}${name}\n` : `${functionText(name, definition)}\n`);
		}
	}

	return status;
}

function * showVariables(shell: Shell, names: readonly string[], {changes, isPrinted}: {readonly changes: Changes; readonly isPrinted: boolean}): Doing {
	let status = 0;
	for (const name of names.length > 0 ? names : shell.variables.names()) {
		const variable = shell.variables.findRaw(name);
		if (variable === undefined) {
			if (names.length > 0) {
				yield * complain(shell, `${name}: not found`);
				status = 1;
			}

			continue;
		}

		const fits = [...changes.add].every(attribute => variable.attributes.has(attribute)) && (changes.kind === undefined || variable.kind === changes.kind);
		if (names.length > 0 || fits) {
			yield * print(shell, `${isPrinted || changes.add.size > 0 || changes.kind !== undefined ? declarationOf(name, variable) : `${name}=${quoteSingle(variable.scalar ?? '')}`}\n`);
		}
	}

	return status;
}

export function * exportOrReadonly(shell: Shell, call: BuiltinCall): Doing {
	const {name, args} = call;
	const attribute: Attribute = name === 'export' ? 'exported' : 'readonly';
	const flags = yield * readFlags(shell, args, name === 'export' ? 'fnp' : 'aAfp');
	if (typeof flags === 'number') {
		return flags;
	}

	if (flags.first >= args.length) {
		return yield * showAttribute(shell, name, attribute);
	}

	if (flags.on.has('f')) {
		return yield * markFunctions(shell, args.slice(flags.first), name);
	}

	const isRemoved = flags.on.has('n');
	return yield * declareAll(shell, call, flags.first, {
		add: new Set(isRemoved ? [] : [attribute]), remove: new Set(isRemoved ? [attribute] : []),
		kind: flags.on.has('A') ? 'associative' : (flags.on.has('a') ? 'indexed' : undefined), scope: 'any',
	});
}

function * markFunctions(shell: Shell, names: readonly string[], builtin: string): Doing {
	let status = 0;
	for (const name of names) {
		if (!shell.functions.has(name)) {
			yield * complain(shell, `${name}: not a function`);
			status = 1;
		} else if (builtin === 'readonly') {
			shell.readonlyFunctions.add(name);
		} else {
			yield * complain(shell, `${name}: functions cannot be exported by this shell`);
			status = 1;
		}
	}

	return status;
}

function * showAttribute(shell: Shell, builtin: string, attribute: Attribute): Doing {
	for (const name of shell.variables.names()) {
		const variable = shell.variables.findRaw(name);
		if (!variable?.attributes.has(attribute)) {
			continue;
		}

		const value = variable.scalar === undefined ? '' : `=${shell.personality.kind === 'bash' ? quoteDouble(variable.scalar) : quoteSingle(variable.scalar)}`;
		yield * print(shell, shell.personality.kind === 'bash' ? `${declarationOf(name, variable)}\n` : `${builtin} ${name}${value}\n`);
	}

	return 0;
}

export function * unset(shell: Shell, {args}: BuiltinCall): Doing {
	const flags = yield * readFlags(shell, args, 'fvn');
	if (typeof flags === 'number') {
		return flags;
	}

	let status = 0;
	for (const text of args.slice(flags.first)) {
		const element = /^(?<name>[A-Z_a-z]\w*)\[(?<subscript>.*)\]$/sv.exec(text)?.groups;
		const name = element?.['name'] ?? text;
		if (flags.on.has('f')) {
			shell.functions.delete(text);
			continue;
		}

		if (!isName(name)) {
			status = 1;
			continue;
		}

		const target = flags.on.has('n') ? name : shell.variables.resolve(name).name;
		const failure = element === undefined ? unsetName(shell, target, flags.on.has('v')) : yield * unsetElement(shell, target, element['subscript']!);
		if (failure !== undefined) {
			yield * complain(shell, shell.personality.kind === 'bash' ? `${name}: cannot unset: readonly variable` : `${name}: is read only`);
			status = 1;
		}
	}

	return status;
}

function unsetName(shell: Shell, name: string, variablesOnly: boolean): 'readonly' | 'subscript' | undefined {
	if (shell.variables.findRaw(name) === undefined && !shell.variables.dynamic.has(name)) {
		if (!variablesOnly) {
			shell.functions.delete(name);
		}

		return undefined;
	}

	return shell.variables.unset(name);
}

function * unsetElement(shell: Shell, name: string, subscript: string): Doing<'readonly' | 'subscript' | undefined> {
	if (subscript === '@' || subscript === '*') {
		return shell.variables.unset(name);
	}

	const key = shell.variables.find(name)?.kind === 'associative' ? subscript : String(yield * expandArithmetic(shell, subscript));
	return shell.variables.unsetElement(name, key);
}
