// The language of find(1): options, tests and actions, joined by `!`, `-a`, `-o`, `,` and parentheses, as a tree.

import {parseDate} from '../base/calendar.js';
import {compilePosixRegex, type PosixRegex} from '../base/posix-regex.js';
import {failed, errorTextOf} from '../model/kernel/errno.js';
import type {Attributes, FileType, Mode} from '../model/kernel/file-types.js';
import type {SystemCalls} from '../model/kernel/program.js';
import type {Accounts} from './account-names.js';
import {parseMode} from './file-modes.js';

export type Comparison = {readonly sign: '+' | '-' | '='; readonly number: number};

export type Expression =
	| {readonly kind: 'and' | 'or' | 'comma'; readonly left: Expression; readonly right: Expression}
	| {readonly kind: 'not'; readonly operand: Expression}
	| {readonly kind: 'constant'; readonly value: boolean}
	| {readonly kind: 'name' | 'path' | 'lname'; readonly pattern: string; readonly ignoreCase: boolean}
	| {readonly kind: 'regex'; readonly regex: PosixRegex}
	| {readonly kind: 'type'; readonly types: readonly FileType[]}
	| {readonly kind: 'size'; readonly comparison: Comparison; readonly unitBytes: number}
	| {readonly kind: 'age'; readonly which: 'atimeUs' | 'mtimeUs' | 'ctimeUs'; readonly comparison: Comparison; readonly unitSeconds: number}
	| {readonly kind: 'newer'; readonly timeUs: number}
	| {readonly kind: 'perm'; readonly how: 'exact' | 'all' | 'any'; readonly mode: Mode}
	| {readonly kind: 'number'; readonly of: 'uid' | 'gid' | 'nlink' | 'node'; readonly comparison: Comparison}
	| {readonly kind: 'nameless'; readonly of: 'uid' | 'gid'}
	| {readonly kind: 'same'; readonly attributes: Attributes}
	| {readonly kind: 'empty'}
	| {readonly kind: 'prune' | 'delete' | 'ls' | 'quit'}
	| {readonly kind: 'access'; readonly want: 'read' | 'write' | 'execute'}
	| {readonly kind: 'print'; readonly end: string}
	| {readonly kind: 'printf'; readonly format: string}
	| {readonly kind: 'exec'; readonly argv: readonly string[]; readonly batch: boolean};

export type FindOptions = {readonly maxdepth: number; readonly mindepth: number; readonly depthFirst: boolean; readonly oneFilesystem: boolean; readonly dayStart: boolean; /** `-follow`: as `-L`. */ readonly follow: boolean};

export type FindProgram = {readonly expression: Expression; readonly options: FindOptions};

type Problem = {readonly error: string; readonly busyboxError?: string};

export type FindContext = {readonly sys: SystemCalls; readonly accounts: Accounts};

/** Parses everything after the paths. */
export function parseFindExpression(args: readonly string[], context: FindContext): FindProgram | Problem {
	return new Parser(args, context).parse();
}

const typeLetters: Readonly<Record<string, FileType>> = {f: 'file', d: 'directory', l: 'symlink', c: 'char', b: 'block', p: 'fifo', s: 'socket'};
const sizeUnits: Readonly<Record<string, number>> = {'': 512, 'b': 512, 'c': 1, 'w': 2, 'k': 1024, 'M': 1024 ** 2, 'G': 1024 ** 3};
const ages: Readonly<Record<string, readonly ['atimeUs' | 'mtimeUs' | 'ctimeUs', number]>> = {
	amin: ['atimeUs', 60], atime: ['atimeUs', 86_400], cmin: ['ctimeUs', 60], ctime: ['ctimeUs', 86_400], mmin: ['mtimeUs', 60], mtime: ['mtimeUs', 86_400],
};

/** Thrown inside the parser only, to leave it from any depth. */
class Refused extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.error);
		this.problem = problem;
	}
}

class Parser {
	readonly #args: readonly string[];
	readonly #context: FindContext;
	readonly #options = {maxdepth: Infinity, mindepth: 0, depthFirst: false, oneFilesystem: false, dayStart: false, follow: false};
	#at = 0;
	#hasAction = false;
	#extendedRegex = false;

	constructor(args: readonly string[], context: FindContext) {
		this.#args = args;
		this.#context = context;
	}

	parse(): FindProgram | Problem {
		try {
			const expression: Expression = this.#args.length === 0 ? {kind: 'constant', value: true} : this.#comma();
			if (this.#at < this.#args.length) {
				return {error: this.#args[this.#at] === ')' ? 'you have too many \')\'' : `paths must precede expression: \`${this.#args[this.#at]!}'`, busyboxError: `unrecognized: ${this.#args[this.#at]!}`};
			}

			const complete: Expression = this.#hasAction ? expression : {kind: 'and', left: expression, right: {kind: 'print', end: '\n'}};
			return {expression: complete, options: this.#options};
		} catch (error) {
			if (error instanceof Refused) {
				return error.problem;
			}

			throw error;
		}
	}

	#comma(): Expression {
		let left = this.#or();
		while (this.#args[this.#at] === ',') {
			this.#at++;
			left = {kind: 'comma', left, right: this.#or()};
		}

		return left;
	}

	#or(): Expression {
		let left = this.#and();
		while (['-o', '-or'].includes(this.#args[this.#at] ?? '')) {
			this.#at++;
			left = {kind: 'or', left, right: this.#and()};
		}

		return left;
	}

	#and(): Expression {
		let left = this.#not();
		for (;;) {
			const next = this.#args[this.#at];
			if (next === undefined || ['-o', '-or', ',', ')'].includes(next)) {
				return left;
			}

			if (next === '-a' || next === '-and') {
				this.#at++;
			}

			left = {kind: 'and', left, right: this.#not()};
		}
	}

	#not(): Expression {
		const token = this.#args[this.#at];
		if (token === undefined) {
			const before = this.#args[this.#at - 1] ?? '';
			throw new Refused({error: `expected an expression after '${before}'`});
		}

		this.#at++;
		if (token === '!' || token === '-not') {
			return {kind: 'not', operand: this.#not()};
		}

		if (token === '(') {
			if (this.#args[this.#at] === ')') {
				throw new Refused({error: 'invalid expression; empty parentheses are not allowed.'});
			}

			const inside = this.#comma();
			if (this.#args[this.#at] !== ')') {
				throw new Refused({error: 'invalid expression; I was expecting to find a \')\' somewhere but did not see one.'});
			}

			this.#at++;
			return inside;
		}

		if (token === ')' || ['-a', '-o', ',', '-and', '-or'].includes(token)) {
			throw new Refused({error: token === ')' ? 'invalid expression; you have too many \')\'' : `invalid expression; you have used a binary operator '${token}' with nothing before it.`});
		}

		if (!token.startsWith('-')) {
			throw new Refused({error: `paths must precede expression: \`${token}'`, busyboxError: `unrecognized: ${token}`});
		}

		return this.#option(token) ?? this.#test(token) ?? this.#ownership(token) ?? this.#action(token) ?? this.#unknown(token);
	}

	#unknown(token: string): never {
		throw new Refused({error: `unknown predicate \`${token}'`, busyboxError: `unrecognized: ${token}`});
	}

	#value(token: string): string {
		const value = this.#args[this.#at++];
		if (value === undefined) {
			throw new Refused({error: `missing argument to \`${token}'`, busyboxError: `option requires an argument: ${token.slice(1)}`});
		}

		return value;
	}

	#comparison(token: string, text = this.#value(token)): Comparison {
		const match = /^([+\-]?)(\d+(?:\.\d+)?)$/v.exec(text);
		if (match === null) {
			throw new Refused({error: `invalid argument \`${text}' to \`${token}'`, busyboxError: `invalid number '${text}'`});
		}

		return {sign: match[1] === '+' ? '+' : (match[1] === '-' ? '-' : '='), number: Number(match[2])};
	}

	#option(token: string): Expression | undefined {
		switch (token) {
			case '-maxdepth':
			case '-mindepth': {
				const text = this.#value(token);
				if (!/^\d+$/v.test(text)) {
					throw new Refused({error: `Expected a positive decimal integer argument to ${token}, but got '${text}'`, busyboxError: `invalid number '${text}'`});
				}

				this.#options[token.slice(1) as 'maxdepth' | 'mindepth'] = Number(text);
				break;
			}

			case '-depth':
			case '-d': {
				this.#options.depthFirst = true;
				break;
			}

			case '-xdev':
			case '-mount': {
				this.#options.oneFilesystem = true;
				break;
			}

			case '-daystart': {
				this.#options.dayStart = true;
				break;
			}

			case '-follow': {
				this.#options.follow = true;
				break;
			}

			case '-regextype': {
				const type = this.#value(token);
				if (!['posix-extended', 'egrep', 'posix-egrep', 'posix-basic', 'grep', 'sed', 'emacs', 'findutils-default'].includes(type)) {
					throw new Refused({error: `Unknown regular expression type '${type}'`});
				}

				this.#extendedRegex = ['posix-extended', 'egrep', 'posix-egrep'].includes(type);
				break;
			}

			case '-noleaf':
			case '-ignore_readdir_race': {
				break;
			}

			default: {
				return undefined;
			}
		}

		return {kind: 'constant', value: true};
	}

	#test(token: string): Expression | undefined {
		const age = ages[token.slice(1)];
		if (age !== undefined) {
			return {kind: 'age', which: age[0], comparison: this.#comparison(token), unitSeconds: age[1]};
		}

		switch (token) {
			case '-name':
			case '-iname': return {kind: 'name', pattern: this.#value(token), ignoreCase: token === '-iname'};
			case '-path':
			case '-wholename':
			case '-ipath':
			case '-iwholename': return {kind: 'path', pattern: this.#value(token), ignoreCase: token.startsWith('-i')};
			case '-lname':
			case '-ilname': return {kind: 'lname', pattern: this.#value(token), ignoreCase: token === '-ilname'};
			case '-regex':
			case '-iregex': return this.#regex(this.#value(token), token === '-iregex');
			case '-type': return this.#type(this.#value(token));
			case '-size': return this.#size(this.#value(token));
			case '-perm': return this.#perm(this.#value(token));
			case '-newer':
			case '-anewer':
			case '-cnewer': return {kind: 'newer', timeUs: this.#stat(this.#value(token)).mtimeUs};
			case '-newermt': return this.#newerThan(this.#value(token));
			case '-samefile': return {kind: 'same', attributes: this.#stat(this.#value(token))};
			case '-links': return {kind: 'number', of: 'nlink', comparison: this.#comparison(token)};
			case '-inum': return {kind: 'number', of: 'node', comparison: this.#comparison(token)};
			case '-empty': return {kind: 'empty'};
			case '-true':
			case '-false': return {kind: 'constant', value: token === '-true'};
			case '-readable': return {kind: 'access', want: 'read'};
			case '-writable': return {kind: 'access', want: 'write'};
			case '-executable': return {kind: 'access', want: 'execute'};
			default: return undefined;
		}
	}

	#ownership(token: string): Expression | undefined {
		switch (token) {
			case '-uid':
			case '-gid': return {kind: 'number', of: token === '-uid' ? 'uid' : 'gid', comparison: this.#comparison(token)};
			case '-nouser': return {kind: 'nameless', of: 'uid'};
			case '-nogroup': return {kind: 'nameless', of: 'gid'};
			case '-user': {
				const name = this.#value(token);
				const uid = this.#context.accounts.uidOf(name);
				if (uid === undefined) {
					throw new Refused({error: `${name === '' ? '' : `'${name}' is not the name of a known user`}`, busyboxError: `unknown user ${name}`});
				}

				return {kind: 'number', of: 'uid', comparison: {sign: '=', number: uid}};
			}

			case '-group': {
				const name = this.#value(token);
				const gid = this.#context.accounts.gidOf(name);
				if (gid === undefined) {
					throw new Refused({error: `'${name}' is not the name of an existing group and it does not look like a numeric group ID because it has the unexpected suffix '${name}'`, busyboxError: `unknown group ${name}`});
				}

				return {kind: 'number', of: 'gid', comparison: {sign: '=', number: gid}};
			}

			default: return undefined;
		}
	}

	#action(token: string): Expression | undefined {
		switch (token) {
			case '-prune': return {kind: 'prune'};
			case '-print':
			case '-print0': {
				this.#hasAction = true;
				return {kind: 'print', end: token === '-print' ? '\n' : '\0'};
			}

			case '-printf': {
				this.#hasAction = true;
				return {kind: 'printf', format: this.#value(token)};
			}

			case '-delete': {
				this.#hasAction = true;
				this.#options.depthFirst = true;
				return {kind: 'delete'};
			}

			case '-ls':
			case '-quit': {
				this.#hasAction ||= token === '-ls';
				return {kind: token === '-ls' ? 'ls' : 'quit'};
			}

			case '-exec': return this.#exec();
			default: return undefined;
		}
	}

	#exec(): Expression {
		this.#hasAction = true;
		const argv: string[] = [];
		for (;;) {
			const argument = this.#args[this.#at++];
			if (argument === undefined) {
				throw new Refused({error: 'missing argument to `-exec\'', busyboxError: 'option requires an argument: exec'});
			}

			if (argument === ';' || (argument === '+' && argv.at(-1) === '{}')) {
				if (argv.length === 0) {
					throw new Refused({error: 'invalid argument `;\' to `-exec\''});
				}

				return {kind: 'exec', argv, batch: argument === '+'};
			}

			argv.push(argument);
		}
	}

	#regex(pattern: string, ignoreCase: boolean): Expression {
		const compiled = compilePosixRegex(this.#extendedRegex ? `^(${pattern})$` : String.raw`^\(${pattern}\)$`, {extended: this.#extendedRegex, ignoreCase});
		if ('error' in compiled) {
			throw new Refused({error: `failed to compile regular expression '${pattern}': ${compiled.error}`});
		}

		return {kind: 'regex', regex: compiled};
	}

	#type(text: string): Expression {
		const types: FileType[] = [];
		for (const letter of text.split(',')) {
			const type = typeLetters[letter];
			if (type === undefined) {
				throw new Refused({error: letter.length > 1 ? 'Must separate multiple arguments to -type using: \',\'' : (letter === '' ? 'Arguments to -type should contain at least one letter' : `Unknown argument to -type: ${letter}`), busyboxError: `invalid argument '${text}' to '-type'`});
			}

			types.push(type);
		}

		return {kind: 'type', types};
	}

	#size(text: string): Expression {
		const match = /^([+\-]?\d+)([bcwkMG]?)$/v.exec(text);
		if (match === null) {
			throw new Refused({error: `invalid -size type \`${text.at(-1) ?? ''}'`, busyboxError: `invalid number '${text}'`});
		}

		return {kind: 'size', comparison: this.#comparison('-size', match[1]), unitBytes: sizeUnits[match[2]!]!};
	}

	#perm(text: string): Expression {
		const how = text.startsWith('-') ? 'all' : (text.startsWith('/') ? 'any' : 'exact');
		const change = parseMode(how === 'exact' ? text : text.slice(1), 0);
		if (change === undefined) {
			throw new Refused({error: `invalid mode '${text}'`});
		}

		return {kind: 'perm', how, mode: change(0, false)};
	}

	#stat(path: string): Attributes {
		const attributes = this.#context.sys.stat(path);
		if (failed(attributes)) {
			throw new Refused({error: `'${path}': ${errorTextOf(attributes)}`, busyboxError: `${path}: ${errorTextOf(attributes)}`});
		}

		return attributes;
	}

	#newerThan(text: string): Expression {
		const moment = parseDate(text, this.#context.sys.realTime());
		if (moment === undefined) {
			throw new Refused({error: `I cannot figure out how to interpret '${text}' as a date or time`});
		}

		return {kind: 'newer', timeUs: moment.seconds * 1e6 + Math.floor(moment.nanoseconds / 1000)};
	}
}
