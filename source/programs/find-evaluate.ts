// Evaluates the expressions of find(1) for files, and carries out its actions.

import {fnmatch} from '../base/fnmatch.js';
import {strftime} from '../base/calendar.js';
import {formatInteger, formatString, interpretEscapes} from '../base/printf.js';
import {failed, errorTextOf} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import type {Accounts} from './account-names.js';
import {modeText} from './file-modes.js';
import type {Comparison, Expression, FindOptions, FindProgram} from './find-expression.js';
import {baseName, directoryName} from './paths.js';
import {runCommand} from './run-command.js';
import type {Blocking} from './standard-io.js';
import type {Tool} from './tool.js';

export type Found = {readonly path: string; readonly operand: string; readonly depth: number; readonly attributes: Attributes};

/** How many paths `-exec ... +` gives to one command at most. Simplified: a count, where find(1) counts bytes. */
const batchMax = 4096;

export class Evaluator {
	status = 0;
	isDone = false;
	readonly options: FindOptions;
	readonly #t: Tool<never>;
	readonly #program: FindProgram;
	readonly #accounts: Accounts;
	readonly #batches = new Map<Expression & {kind: 'exec'}, string[]>();
	readonly #nowUs: number;
	#prune = false;

	constructor(t: Tool<never>, program: FindProgram, accounts: Accounts) {
		this.#t = t;
		this.#program = program;
		this.#accounts = accounts;
		this.options = program.options;
		const {seconds, nanoseconds} = t.sys.realTime();
		const nowUs = seconds * 1e6 + Math.floor(nanoseconds / 1000);
		this.#nowUs = program.options.dayStart ? (Math.floor(nowUs / 86_400e6) + 1) * 86_400e6 : nowUs;
	}

	* evaluate(file: Found): Blocking<{readonly prune: boolean}> {
		this.#prune = false;
		yield * this.#holds(this.#program.expression, file);
		return {prune: this.#prune};
	}

	/** Runs what `-exec ... +` has gathered. */
	* finish(): Blocking<void> {
		for (const [action, paths] of this.#batches) {
			yield * this.#runBatch(action, paths);
		}
	}

	* #holds(expression: Expression, file: Found): Blocking<boolean> {
		switch (expression.kind) {
			case 'and': return (yield * this.#holds(expression.left, file)) && !this.isDone && (yield * this.#holds(expression.right, file));
			case 'or': return (yield * this.#holds(expression.left, file)) || (!this.isDone && (yield * this.#holds(expression.right, file)));
			case 'comma': {
				yield * this.#holds(expression.left, file);
				return yield * this.#holds(expression.right, file);
			}

			case 'not': return !(yield * this.#holds(expression.operand, file));
			case 'prune': {
				this.#prune = true;
				return true;
			}

			case 'quit': {
				this.isDone = true;
				return true;
			}

			case 'print': {
				yield * this.#t.print(file.path + expression.end);
				return true;
			}

			case 'printf': {
				yield * this.#t.print(this.#format(expression.format, file));
				return true;
			}

			case 'ls': {
				yield * this.#t.print(this.#listing(file));
				return true;
			}

			case 'delete': return yield * this.#delete(file);
			case 'exec': return yield * this.#exec(expression, file);
			default: return this.#test(expression, file);
		}
	}

	#test(expression: Exclude<Expression, {kind: 'and' | 'or' | 'comma' | 'not' | 'prune' | 'quit' | 'print' | 'printf' | 'ls' | 'delete' | 'exec'}>, file: Found): boolean {
		const {attributes} = file;
		switch (expression.kind) {
			case 'constant': return expression.value;
			case 'name': return fnmatch(expression.pattern, baseName(file.path), {ignoreCase: expression.ignoreCase});
			case 'path': return fnmatch(expression.pattern, file.path, {ignoreCase: expression.ignoreCase});
			case 'lname': {
				const link = this.#t.sys.readlink(file.path);
				return !failed(link) && fnmatch(expression.pattern, link.target, {ignoreCase: expression.ignoreCase});
			}

			case 'regex': return expression.regex.test(file.path);
			case 'type': return expression.types.includes(attributes.type);
			case 'size': return compares(expression.comparison, Math.ceil(attributes.sizeBytes / expression.unitBytes));
			case 'age': return this.#isAged(attributes[expression.which], expression);
			case 'newer': return attributes.mtimeUs > expression.timeUs;
			case 'perm': return expression.how === 'exact' ? attributes.mode === expression.mode : (expression.how === 'all' ? (attributes.mode & expression.mode) === expression.mode : expression.mode === 0 || (attributes.mode & expression.mode) !== 0);
			case 'number': return compares(expression.comparison, attributes[expression.of]);
			case 'nameless': return expression.of === 'uid' ? this.#accounts.userName(attributes.uid) === undefined : this.#accounts.groupName(attributes.gid) === undefined;
			case 'same': return attributes.fs === expression.attributes.fs && attributes.node === expression.attributes.node;
			case 'empty': return this.#isEmpty(file);
			case 'access': return !failed(this.#t.sys.access(file.path, {[expression.want]: true}));
			default: return expression satisfies never;
		}
	}

	/** `-mtime 1` is an age of 24 to 48 hours; `-mmin 5` is one of 4 to 5 minutes, rounded up. */
	#isAged(timeUs: number, {comparison, unitSeconds}: {readonly comparison: Comparison; readonly unitSeconds: number}): boolean {
		const units = (this.#nowUs - timeUs) / 1e6 / unitSeconds;
		if (unitSeconds === 60) {
			return comparison.sign === '+' ? units > comparison.number : (comparison.sign === '-' ? units < comparison.number : Math.ceil(units) === comparison.number);
		}

		return compares(comparison, Math.floor(units));
	}

	#isEmpty({path, attributes}: Found): boolean {
		if (attributes.type === 'directory') {
			const entries = this.#t.sys.readdir(path);
			return !failed(entries) && entries.length === 0;
		}

		return attributes.type === 'file' && attributes.sizeBytes === 0;
	}

	* #delete(file: Found): Blocking<boolean> {
		if (file.path === '.' || file.path === '..') {
			return true;
		}

		const refusal = file.attributes.type === 'directory' ? this.#t.sys.rmdir(file.path) : this.#t.sys.unlink(file.path);
		if (failed(refusal)) {
			this.status = 1;
			yield * this.#t.complain(this.#t.says(`cannot delete ${this.#t.quoted(file.path)}: ${errorTextOf(refusal)}`, `${file.path}: ${errorTextOf(refusal)}`));
			return false;
		}

		return true;
	}

	* #exec(action: Expression & {kind: 'exec'}, file: Found): Blocking<boolean> {
		if (action.batch) {
			const paths = this.#batches.get(action) ?? [];
			this.#batches.set(action, paths);
			paths.push(file.path);
			if (paths.length >= batchMax) {
				yield * this.#runBatch(action, paths.splice(0));
			}

			return true;
		}

		yield * this.#t.out.flush();
		const status = yield * runCommand(this.#t, action.argv.map(argument => argument.replaceAll('{}', file.path)), quotedCommand);
		return status === 0;
	}

	* #runBatch(action: Expression & {kind: 'exec'}, paths: readonly string[]): Blocking<void> {
		if (paths.length === 0) {
			return;
		}

		yield * this.#t.out.flush();
		const status = yield * runCommand(this.#t, [...action.argv.slice(0, -1), ...paths], quotedCommand);
		this.status = status === 0 ? this.status : 1;
	}

	/** As GNU's `-ls`: inode, blocks of 1K, then a long listing. */
	#listing({path, attributes}: Found): string {
		const owner = this.#accounts.userName(attributes.uid) ?? String(attributes.uid);
		const group = this.#accounts.groupName(attributes.gid) ?? String(attributes.gid);
		const seconds = Math.floor(attributes.mtimeUs / 1e6);
		const recent = attributes.mtimeUs > this.#nowUs - 31_556_952e6 / 2 && attributes.mtimeUs <= this.#nowUs;
		const link = attributes.type === 'symlink' ? this.#t.sys.readlink(path) : undefined;
		const fields = [
			String(attributes.node).padStart(9), String(Math.ceil(attributes.blocks / 2)).padStart(6), modeText(attributes.type, attributes.mode), String(attributes.nlink).padStart(3),
			owner.padEnd(8), group.padEnd(8), String(attributes.sizeBytes).padStart(8), strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', {seconds, nanoseconds: 0}),
		];
		return `${fields.join(' ')} ${path}${link === undefined || failed(link) ? '' : ` -> ${link.target}`}\n`;
	}

	#format(format: string, file: Found): string {
		const {text} = interpretEscapes(format, {octal: 'plain'});
		return text.replaceAll(/%([\-+ #0]*)(\d*)(?:\.(\d+))?(?:([ACTB])([@A-Za-z+])|([A-Za-z%]))/gv, (whole, flags: string, width: string, precision: string | undefined, time: string | undefined, timeLetter: string | undefined, letter: string | undefined) => {
			if (letter === '%') {
				return '%';
			}

			const value = time === undefined ? this.#field(letter!, file) : timeField({A: file.attributes.atimeUs, C: file.attributes.ctimeUs, T: file.attributes.mtimeUs}[time] ?? 0, timeLetter!);
			const size = {flags, width: width === '' ? undefined : Number(width), precision: precision === undefined ? undefined : Number(precision)};
			return value === undefined ? whole : (typeof value === 'number' ? formatInteger({...size, conversion: letter === 'm' ? 'o' : 'd'}, BigInt(value)) : formatString({...size, conversion: 's'}, value));
		});
	}

	#field(letter: string, {path, operand, depth, attributes}: Found): string | number | undefined {
		switch (letter) {
			case 'p': return path;
			case 'f': return baseName(path);
			case 'h': return path.includes('/') ? directoryName(path) : '.';
			case 'H': return operand;
			case 'P': return path === operand ? '' : path.slice(operand.endsWith('/') ? operand.length : operand.length + 1);
			case 's': return attributes.sizeBytes;
			case 'b': return attributes.blocks;
			case 'k': return Math.ceil(attributes.blocks / 2);
			case 'd': return depth;
			case 'm': return attributes.mode;
			case 'M': return modeText(attributes.type, attributes.mode);
			case 'u': return this.#accounts.userName(attributes.uid) ?? String(attributes.uid);
			case 'U': return attributes.uid;
			case 'g': return this.#accounts.groupName(attributes.gid) ?? String(attributes.gid);
			case 'G': return attributes.gid;
			case 'i': return attributes.node;
			case 'n': return attributes.nlink;
			case 'D': return attributes.fs;
			case 'l': {
				const link = this.#t.sys.readlink(path);
				return failed(link) ? '' : link.target;
			}

			case 'y': return {file: 'f', directory: 'd', symlink: 'l', char: 'c', block: 'b', fifo: 'p', socket: 's'}[attributes.type];
			case 't': return timeField(attributes.mtimeUs, 'c');
			case 'a': return timeField(attributes.atimeUs, 'c');
			case 'c': return timeField(attributes.ctimeUs, 'c');
			default: return undefined;
		}
	}
}

function quotedCommand(name: string): string {
	return `'${name}'`;
}

function compares({sign, number}: Comparison, value: number): boolean {
	return sign === '+' ? value > number : (sign === '-' ? value < number : value === number);
}

/** GNU find shows fractions of seconds with ten digits. */
function timeField(us: number, letter: string): string {
	const seconds = Math.floor(us / 1e6);
	const fraction = `${String((us - seconds * 1e6) * 1000).padStart(9, '0')}0`;
	const moment = {seconds, nanoseconds: (us - seconds * 1e6) * 1000};
	switch (letter) {
		case '@': return `${seconds}.${fraction}`;
		case 'S': return `${strftime('%S', moment)}.${fraction}`;
		case 'T': return `${strftime('%H:%M:%S', moment)}.${fraction}`;
		case '+': return `${strftime('%Y-%m-%d+%H:%M:%S', moment)}.${fraction}`;
		case 'c': return `${strftime('%a %b %e %H:%M:%S', moment)}.${fraction} ${strftime('%Y', moment)}`;
		default: return strftime(`%${letter}`, moment);
	}
}
