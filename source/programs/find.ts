// find(1): walks trees and evaluates an expression for each file. The expression is parsed in find-expression.ts.

import {failed, errorTextOf} from '../model/kernel/errno.js';
import {readAccounts} from './account-names.js';
import {Evaluator, type Found} from './find-evaluate.js';
import {parseFindExpression} from './find-expression.js';
import {joinPath} from './paths.js';
import {printTo, type Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

const help = `Usage: find [-H] [-L] [-P] [path...] [expression]

default path is the current directory; default expression is -print
operators: ( EXPR )   ! EXPR   -not EXPR   EXPR1 -a EXPR2   EXPR1 -and EXPR2   EXPR1 -o EXPR2   EXPR1 -or EXPR2
options: -depth -maxdepth LEVELS -mindepth LEVELS -mount -xdev -daystart -follow
tests: -amin N -atime N -cmin N -ctime N -empty -executable -false -gid N -group NAME -iname PATTERN -inum N -ipath PATTERN
      -iregex PATTERN -links N -lname PATTERN -mmin N -mtime N -name PATTERN -newer FILE -newermt TIME -nogroup -nouser
      -path PATTERN -perm [-/]MODE -readable -regex PATTERN -regextype TYPE -samefile NAME -size N[bcwkMG] -true
      -type [bcdpfls] -uid N -user NAME -wholename PATTERN -writable
actions: -delete -exec COMMAND ; -exec COMMAND {} + -ls -print -print0 -printf FORMAT -prune -quit
`;

export const find = plainTool('find', function * (t) {
	const args = [...t.operands];
	if (args.includes('--help') || args.includes('-help')) {
		yield * printTo(t.process, t.isGnu ? 1 : 2, help);
		return 0;
	}

	let follow: 'never' | 'operands' | 'always' = 'never';
	while (args[0] !== undefined && /^-[HLP]$/v.test(args[0])) {
		follow = ({H: 'operands', L: 'always', P: 'never'} as const)[args.shift()![1] as 'H' | 'L' | 'P'];
	}

	const start = args.findIndex(argument => (argument.startsWith('-') && argument !== '-') || ['(', ')', '!', ','].includes(argument));
	const paths = start < 0 ? args : args.slice(0, start);
	const accounts = yield * readAccounts(t.process);
	const parsed = parseFindExpression(start < 0 ? [] : args.slice(start), {sys: t.sys, accounts});
	if ('error' in parsed) {
		return yield * t.complain(t.says(parsed.error, parsed.busyboxError ?? parsed.error));
	}

	const evaluator = new Evaluator(t, parsed, accounts);
	const walk = new Walk(t, evaluator, follow);
	for (const path of paths.length === 0 ? ['.'] : paths) {
		yield * walk.operand(path);
		if (evaluator.isDone) {
			break;
		}
	}

	yield * evaluator.finish();
	return Math.max(walk.status, evaluator.status);
});

class Walk {
	status = 0;
	readonly #t: Tool<never>;
	readonly #evaluator: Evaluator;
	readonly #follow: 'never' | 'operands' | 'always';
	#operandFs = 0;

	constructor(t: Tool<never>, evaluator: Evaluator, follow: 'never' | 'operands' | 'always') {
		this.#t = t;
		this.#evaluator = evaluator;
		this.#follow = follow;
	}

	* operand(path: string): Blocking<void> {
		const attributes = this.#look(path, 0);
		if (failed(attributes)) {
			yield * this.#complain(path, errorTextOf(attributes));
			return;
		}

		this.#operandFs = attributes.fs;
		yield * this.#visit({path, operand: path, depth: 0, attributes});
	}

	#look(path: string, depth: number) {
		const followed = this.#follow === 'always' || this.#evaluator.options.follow || (this.#follow === 'operands' && depth === 0);
		const attributes = followed ? this.#t.sys.stat(path) : this.#t.sys.lstat(path);
		return failed(attributes) && followed ? this.#t.sys.lstat(path) : attributes;
	}

	* #complain(path: string, words: string): Blocking<void> {
		this.status = 1;
		yield * this.#t.out.flush();
		yield * this.#t.complain(this.#t.says(`${this.#t.quoted(path)}: ${words}`, `${path}: ${words}`));
	}

	* #visit(file: Found): Blocking<void> {
		const {options} = this.#evaluator;
		const inRange = file.depth >= options.mindepth;
		const isDirectory = file.attributes.type === 'directory';
		if (inRange && !options.depthFirst) {
			const verdict = yield * this.#evaluator.evaluate(file);
			if (verdict.prune || this.#evaluator.isDone) {
				return;
			}
		}

		if (isDirectory && file.depth < options.maxdepth && file.depth < depthMax && (!options.oneFilesystem || file.attributes.fs === this.#operandFs)) {
			yield * this.#entries(file);
		}

		if (inRange && options.depthFirst && !this.#evaluator.isDone) {
			yield * this.#evaluator.evaluate(file);
		}
	}

	* #entries(file: Found): Blocking<void> {
		const entries = yield * sortedEntries(this.#t.process, file.path);
		if (failed(entries)) {
			yield * this.#complain(file.path, errorTextOf(entries));
			return;
		}

		for (const {name} of entries) {
			const path = joinPath(file.path, name);
			const attributes = this.#look(path, file.depth + 1);
			// What vanished since the directory was read is no error (`find -delete`, `-exec rm`).
			if (!failed(attributes)) {
				yield * this.#visit({path, operand: file.operand, depth: file.depth + 1, attributes});
			}

			if (this.#evaluator.isDone || this.#t.out.failed !== undefined) {
				return;
			}
		}
	}
}
