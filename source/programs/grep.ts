// grep(1), egrep and fgrep: lines that match patterns.

import {compilePosixRegex, literalRegex, type PosixRegex, type Span} from '../base/posix-regex.js';
import {fnmatch} from '../base/fnmatch.js';
import {failed, errorTextOf} from '../model/kernel/errno.js';
import type {Fd, Program} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {baseName, joinPath} from './paths.js';
import {parseCount} from './sizes.js';
import {LineReader, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

const options = {
	after: {short: 'A', long: 'after-context', value: 'NUM', help: 'print NUM lines of trailing context'},
	text: {short: 'a', long: 'text', help: 'equivalent to --binary-files=text', only: 'gnu'},
	before: {short: 'B', long: 'before-context', value: 'NUM', help: 'print NUM lines of leading context'},
	context: {short: 'C', long: 'context', value: 'NUM', help: 'print NUM lines of output context'},
	color: {long: 'color,colour', value: 'WHEN', optional: true, help: 'use markers to highlight the matching strings; WHEN is always, never, or auto'},
	count: {short: 'c', long: 'count', help: 'print only a count of selected lines per FILE'},
	extended: {short: 'E', long: 'extended-regexp', help: 'PATTERNS are extended regular expressions'},
	exclude: {long: 'exclude', value: 'GLOB', help: 'skip files that match GLOB'},
	excludeDir: {long: 'exclude-dir', value: 'GLOB', help: 'skip directories that match GLOB', only: 'gnu'},
	pattern: {short: 'e', long: 'regexp', value: 'PATTERNS', help: 'use PATTERNS for matching'},
	fixed: {short: 'F', long: 'fixed-strings', help: 'PATTERNS are strings'},
	file: {short: 'f', long: 'file', value: 'FILE', help: 'take PATTERNS from FILE'},
	basic: {short: 'G', long: 'basic-regexp', help: 'PATTERNS are basic regular expressions', only: 'gnu'},
	withName: {short: 'H', long: 'with-filename', help: 'print file name with output lines'},
	noName: {short: 'h', long: 'no-filename', help: 'suppress the file name prefix on output'},
	skipBinary: {short: 'I', help: 'equivalent to --binary-files=without-match', only: 'gnu'},
	ignoreCase: {short: 'iy', long: 'ignore-case', help: 'ignore case distinctions in patterns and data'},
	include: {long: 'include', value: 'GLOB', help: 'search only files that match GLOB (a file pattern)'},
	without: {short: 'L', long: 'files-without-match', help: 'print only names of FILEs with no selected lines'},
	withMatches: {short: 'l', long: 'files-with-matches', help: 'print only names of FILEs with selected lines'},
	lineBuffered: {long: 'line-buffered', help: 'flush output on every line', only: 'gnu'},
	max: {short: 'm', long: 'max-count', value: 'NUM', help: 'stop after NUM selected lines'},
	number: {short: 'n', long: 'line-number', help: 'print line number with output lines'},
	only: {short: 'o', long: 'only-matching', help: 'show only nonempty parts of lines that match'},
	quiet: {short: 'q', long: 'quiet,silent', help: 'suppress all normal output'},
	recursive: {short: 'r', long: 'recursive', help: 'like --directories=recurse'},
	dereferenceRecursive: {short: 'R', long: 'dereference-recursive', help: 'likewise, but follow all symlinks'},
	noMessages: {short: 's', long: 'no-messages', help: 'suppress error messages'},
	invert: {short: 'v', long: 'invert-match', help: 'select non-matching lines'},
	word: {short: 'w', long: 'word-regexp', help: 'match only whole words'},
	line: {short: 'x', long: 'line-regexp', help: 'match only whole lines'},
	nullName: {short: 'Z', long: 'null', help: 'print 0 byte after FILE name', only: 'gnu'},
	nullData: {short: 'z', long: 'null-data', help: 'a data line ends in 0 byte, not newline', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const summary = 'Search for PATTERNS in each FILE.';
const usage = ['[OPTION]... PATTERNS [FILE]...'];
const hint = (calledAs: string): string => `Usage: ${calledAs} [OPTION]... PATTERNS [FILE]...\nTry '${calledAs} --help' for more information.\n`;
const command: Command<Name> = {name: 'grep', usage, summary, options, usageStatus: 2, version: 'GNU grep) 3.8', hint, numberOption: 'context'};

export const grep: Program = tool(command, t => search(t, t.last('extended', 'fixed', 'basic') ?? 'basic'));

// GNU's egrep and fgrep are scripts that run `grep -E` and `grep -F`; Debian's do so without the warning of grep 3.8.
export const egrep: Program = tool({...command, name: 'egrep'}, t => search(t, t.last('extended', 'fixed', 'basic') ?? 'extended'));
export const fgrep: Program = tool({...command, name: 'fgrep'}, t => search(t, t.last('extended', 'fixed', 'basic') ?? 'fixed'));

function * search(t: Tool<Name>, syntax: 'extended' | 'fixed' | 'basic'): Blocking<number> {
	const patterns = t.values('pattern').flatMap(pattern => pattern.split('\n'));
	for (const path of t.values('file')) {
		const fd = t.openInput(path);
		const lines = failed(fd) ? fd : yield * new LineReader(t.process, fd).all();
		if (failed(lines)) {
			return yield * t.complainOf(path, lines, 2);
		}

		patterns.push(...lines.map(({text}) => text));
	}

	const operands = [...t.operands];
	if (!t.has('pattern', 'file')) {
		const first = operands.shift();
		if (first === undefined) {
			return yield * t.usageError(undefined);
		}

		patterns.push(...first.split('\n'));
	}

	for (const name of ['after', 'before', 'context', 'max'] as const) {
		const value = t.value(name);
		if (value !== undefined && parseCount(value) === undefined) {
			return yield * t.complain(name === 'max' ? t.says('invalid max count', `invalid number '${value}'`) : t.says(`${value}: invalid context length argument`, `invalid number '${value}'`), 2);
		}
	}

	const matchers: PosixRegex[] = [];
	for (const pattern of patterns) {
		const regex = syntax === 'fixed' && !t.has('ignoreCase') ? literalRegex(pattern) : compilePosixRegex(syntax === 'fixed' ? pattern.replaceAll(/[\\^$.*\[\]]/gv, String.raw`\$&`) : pattern, {extended: syntax === 'extended', ignoreCase: t.has('ignoreCase')});
		if ('error' in regex) {
			return yield * t.complain(t.says(regex.error, `bad regex '${pattern}': ${regex.error}`), 2);
		}

		matchers.push(regex);
	}

	return yield * new Search(t, matchers).run(operands);
}

class Search {
	readonly #t: Tool<Name>;
	readonly #matchers: readonly PosixRegex[];
	readonly #before: number;
	readonly #after: number;
	readonly #max: number;
	readonly #colored: boolean;
	#names = false;
	#anySelected = false;
	#trouble = false;
	#printedGroup = false;

	constructor(t: Tool<Name>, matchers: readonly PosixRegex[]) {
		this.#t = t;
		this.#matchers = matchers;
		const context = Number(t.value('context') ?? 0);
		this.#before = Number(t.value('before') ?? context);
		this.#after = Number(t.value('after') ?? context);
		this.#max = Number(t.value('max') ?? Infinity);
		const when = t.has('color') ? t.value('color') ?? 'auto' : 'never';
		this.#colored = when === 'always' || (when === 'auto' && t.sys.isTerminal(1));
	}

	* run(operands: readonly string[]): Blocking<number> {
		const t = this.#t;
		const recursive = t.has('recursive', 'dereferenceRecursive');
		const paths = operands.length === 0 ? [recursive ? '.' : '-'] : operands;
		this.#names = t.last('withName', 'noName') === 'withName' || (t.last('withName', 'noName') === undefined && (recursive || paths.length > 1));
		for (const path of paths) {
			yield * this.#path(path, operands.length === 0 && recursive ? '' : undefined, 0);
			if (this.#anySelected && t.has('quiet')) {
				return 0;
			}
		}

		return this.#trouble ? 2 : (this.#anySelected ? 0 : 1);
	}

	/** `shown` is the prefix to leave out: `grep -r x` names files without `./`. */
	* #path(path: string, shown: string | undefined, depth: number): Blocking<void> {
		const t = this.#t;
		const attributes = path === '-' ? undefined : t.sys.stat(path);
		const recursive = t.has('recursive', 'dereferenceRecursive');
		if (attributes !== undefined && !failed(attributes) && attributes.type === 'directory') {
			if (!recursive) {
				yield * this.#complain(`${path}: Is a directory`, true);
				return;
			}

			if (depth < depthMax) {
				yield * this.#directory(path, shown, depth);
			}

			return;
		}

		if (path !== '-' && this.#skips(path, depth)) {
			return;
		}

		const fd = t.openInput(path);
		if (failed(fd)) {
			yield * this.#complain(`${path}: ${errorTextOf(fd)}`, true);
			return;
		}

		yield * this.#file(fd, path === '-' ? '(standard input)' : (shown === '' ? path.replace(/^\.\//v, '') : path));
		t.closeInput(fd);
	}

	#skips(path: string, depth: number): boolean {
		const include = this.#t.values('include');
		const name = baseName(path);
		const recursive = this.#t.has('recursive', 'dereferenceRecursive');
		return (include.length > 0 && (depth > 0 || recursive || this.#t.isGnu) && !include.some(pattern => fnmatch(pattern, name))) || this.#t.values('exclude').some(pattern => fnmatch(pattern, name));
	}

	* #directory(path: string, shown: string | undefined, depth: number): Blocking<void> {
		if (depth > 0 && this.#t.values('excludeDir').some(pattern => fnmatch(pattern.replace(/\/$/v, ''), baseName(path)))) {
			return;
		}

		const entries = yield * sortedEntries(this.#t.process, path);
		if (failed(entries)) {
			yield * this.#complain(`${path}: ${errorTextOf(entries)}`, true);
			return;
		}

		for (const {name} of entries) {
			const below = joinPath(path, name);
			const attributes = this.#t.sys.lstat(below);
			if (failed(attributes) || (attributes.type === 'symlink' && !this.#t.has('dereferenceRecursive'))) {
				continue;
			}

			// A search of a tree leaves devices, pipes and sockets alone.
			const resolved = this.#t.sys.stat(below);
			if (!failed(resolved) && (resolved.type === 'file' || resolved.type === 'directory')) {
				yield * this.#path(below, shown, depth + 1);
			}
		}
	}

	* #complain(message: string, isTrouble: boolean): Blocking<void> {
		this.#trouble ||= isTrouble;
		if (!this.#t.has('noMessages')) {
			yield * this.#t.out.flush();
			yield * this.#t.complain(message);
		}
	}

	* #file(fd: Fd, name: string): Blocking<void> {
		const t = this.#t;
		const reader = new LineReader(t.process, fd, t.has('nullData') ? '\0' : '\n');
		const listing = t.has('quiet', 'withMatches', 'without');
		const before: {readonly number: number; readonly text: string}[] = [];
		let selected = 0;
		let lastPrinted = 0;
		let afterLeft = 0;
		for (let number = 1; ; number++) {
			const line = yield * reader.next();
			if (failed(line)) {
				yield * this.#complain(line.errno === 'EISDIR' ? `${name}: Is a directory` : `${name}: ${errorTextOf(line)}`, true);
				return;
			}

			if (line === undefined || t.out.failed !== undefined) {
				break;
			}

			if (selected < this.#max && this.#selects(line.text)) {
				selected++;
				this.#anySelected = true;
				if (listing) {
					break;
				}

				if (!t.has('count') && isBinary(line.text) && !t.has('text')) {
					yield * this.#binary(name);
					return;
				}

				if (!t.has('count')) {
					yield * this.#separate(lastPrinted, before[0]?.number ?? number);
					for (const earlier of before) {
						yield * this.#print(name, earlier.number, earlier.text, '-');
					}

					before.length = 0;
					yield * this.#print(name, number, line.text, ':');
					lastPrinted = number;
					afterLeft = this.#after;
				}
			} else if (afterLeft > 0 && !t.has('count')) {
				afterLeft--;
				yield * this.#print(name, number, line.text, '-');
				lastPrinted = number;
			} else if (selected >= this.#max) {
				break;
			} else if (this.#before > 0) {
				before.push({number, text: line.text});
				if (before.length > this.#before) {
					before.shift();
				}
			}

			if (selected >= this.#max && afterLeft === 0) {
				break;
			}
		}

		yield * this.#summary(name, selected);
	}

	* #binary(name: string): Blocking<void> {
		if (!this.#t.has('skipBinary')) {
			yield * this.#t.out.flush();
			yield * this.#t.isGnu ? this.#t.complain(`${name}: binary file matches`) : this.#t.print(`Binary file ${name} matches\n`);
		}
	}

	* #separate(lastPrinted: number, next: number): Blocking<void> {
		if (this.#before + this.#after > 0 && this.#printedGroup && (lastPrinted === 0 || next > lastPrinted + 1)) {
			yield * this.#t.print('--\n');
		}

		this.#printedGroup = true;
	}

	* #summary(name: string, selected: number): Blocking<void> {
		const t = this.#t;
		const end = t.has('nullName') ? '\0' : '\n';
		if (t.has('quiet')) {
			return;
		}

		if (t.has('withMatches', 'without')) {
			if ((selected > 0) === (t.last('withMatches', 'without') === 'withMatches')) {
				yield * t.print(name + end);
			}
		} else if (t.has('count')) {
			yield * t.print(`${this.#names ? name + (t.has('nullName') ? '\0' : ':') : ''}${selected}\n`);
		}
	}

	#selects(text: string): boolean {
		const simple = !this.#t.has('word', 'line');
		const matches = simple ? this.#matchers.some(matcher => matcher.test(text)) : this.#find(text, 0) !== undefined;
		return matches !== this.#t.has('invert');
	}

	/** The leftmost match of any pattern, of these the longest, that is a word or the whole line if it must be. */
	#find(text: string, from: number): Span | undefined {
		let best: Span | undefined;
		for (const matcher of this.#matchers) {
			const found = this.#findBy(matcher, text, from);
			if (found !== undefined && (best === undefined || found.start < best.start || (found.start === best.start && found.end > best.end))) {
				best = found;
			}
		}

		return best;
	}

	#findBy(matcher: PosixRegex, text: string, from: number): Span | undefined {
		for (let at = from; at <= text.length; at++) {
			const span = matcher.find(text, at)?.[0];
			if (span === undefined) {
				return undefined;
			}

			if (this.#t.has('line')) {
				return span.start === 0 && span.end === text.length ? span : undefined;
			}

			if (!this.#t.has('word') || (!isWordCharacter(text[span.start - 1]) && !isWordCharacter(text[span.end]))) {
				return span;
			}

			at = span.start;
		}

		return undefined;
	}

	* #print(name: string, number: number, text: string, mark: ':' | '-'): Blocking<void> {
		const t = this.#t;
		const end = t.has('nullData') ? '\0' : '\n';
		const nameEnd = t.has('nullName') ? '\0' : this.#paint(mark, '36');
		const prefix = `${this.#names ? this.#paint(name, '35') + nameEnd : ''}${t.has('number') ? this.#paint(String(number), '32') + this.#paint(mark, '36') : ''}`;
		if (!t.has('only')) {
			yield * t.print(prefix + (this.#colored && mark === ':' && !t.has('invert') ? this.#highlight(text) : text) + end);
			return;
		}

		if (mark === '-' || t.has('invert')) {
			return;
		}

		for (const span of this.#spans(text)) {
			yield * t.print(prefix + this.#paint(text.slice(span.start, span.end), '01;31') + end);
		}
	}

	#spans(text: string): readonly Span[] {
		const spans: Span[] = [];
		for (let at = 0; at <= text.length;) {
			const span = this.#find(text, at);
			if (span === undefined) {
				break;
			}

			if (span.end > span.start) {
				spans.push(span);
			}

			at = Math.max(span.end, span.start + 1);
		}

		return spans;
	}

	#highlight(text: string): string {
		let result = '';
		let at = 0;
		for (const {start, end} of this.#spans(text)) {
			result += text.slice(at, start) + this.#paint(text.slice(start, end), '01;31');
			at = end;
		}

		return result + text.slice(at);
	}

	#paint(text: string, code: string): string {
		return this.#colored ? `\u001B[${code}m\u001B[K${text}\u001B[m\u001B[K` : text;
	}
}

function isWordCharacter(character: string | undefined): boolean {
	return character !== undefined && /^[0-9A-Za-z_]$/v.test(character);
}

/** Like grep we call a line binary that has a NUL or is not UTF-8. */
function isBinary(text: string): boolean {
	return text.includes('\0') || !text.isWellFormed();
}
