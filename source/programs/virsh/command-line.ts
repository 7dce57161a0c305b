// From words to calls: virsh's own options, then one command as separate words, or several in one word with `;` between them.
// Source: libvirt 9.0 tools/vsh.c (vshCommandStringGetArg), tools/virsh.c (virshParseArgv).

import {type Call, parseOptions} from './command.js';
import {findCommand, unmodelledCommands} from './command-table.js';

export type Invocation = {
	readonly uri: string | undefined;
	readonly isQuiet: boolean;
	readonly show: 'help' | 'version' | undefined;
	readonly words: readonly string[];
};

export function readInvocation(argv: readonly string[]): Invocation | string {
	let invocation: Invocation = {uri: undefined, isQuiet: false, show: undefined, words: []};
	for (let at = 1; at < argv.length; at++) {
		const [word = '', attached] = argv[at]!.startsWith('--') ? argv[at]!.split(/=(?<value>.*)/sv, 2) : [argv[at]!];
		if (word === '-c' || word === '--connect') {
			const uri = attached ?? argv[++at];
			if (uri === undefined) {
				return `option '${word === '-c' ? '-c\'/\'--connect' : '--connect'}' requires an argument`;
			}

			invocation = {...invocation, uri};
		} else if (word === '-q' || word === '--quiet') {
			invocation = {...invocation, isQuiet: true};
		} else if (word === '-h' || word === '--help') {
			invocation = {...invocation, show: 'help'};
		} else if (word === '-v' || word === '--version') {
			invocation = {...invocation, show: 'version'};
		} else if (word.startsWith('-') && word !== '-') {
			return ['-d', '--debug', '-e', '--escape', '-k', '--keepalive-interval', '-K', '-l', '--log', '-r', '--readonly', '-t', '--timing', '-V'].includes(word) ? `virtlab does not model the option '${word}'` : `unsupported option '${word}'. See --help.`;
		} else {
			return {...invocation, words: argv.slice(at)};
		}
	}

	return invocation;
}

/** One word is a line of commands; several are the words of one. */
export function readCalls(words: readonly string[]): readonly Call[] | string {
	const commands = words.length === 1 ? splitLine(words[0]!) : (words.length === 0 ? [] : [words]);
	if (typeof commands === 'string') {
		return commands;
	}

	const calls: Call[] = [];
	for (const [name = '', ...rest] of commands) {
		const command = findCommand(name);
		if (command === undefined) {
			return unmodelledCommands.has(name) ? `virtlab does not model the command '${name}'` : `unknown command: '${name}'`;
		}

		const given = parseOptions(command, rest);
		if (typeof given === 'string') {
			return given;
		}

		calls.push({command, given});
	}

	return calls;
}

/** Words of a line by commands: blanks, quotes, backslashes, `;` and newlines between commands, `#` comments. */
export function splitLine(line: string): readonly (readonly string[])[] | string {
	const commands: string[][] = [[]];
	let word: string | undefined;
	let quote: '"' | '\'' | undefined;
	const endWord = () => {
		if (word !== undefined) {
			commands.at(-1)!.push(word);
			word = undefined;
		}
	};

	for (let at = 0; at < line.length; at++) {
		const character = line[at]!;
		if (quote === undefined && (character === ';' || character === '\n')) {
			endWord();
			commands.push([]);
		} else if (quote === undefined && (character === ' ' || character === '\t')) {
			endWord();
		} else if (quote === undefined && character === '#' && word === undefined) {
			at = line.indexOf('\n', at) === -1 ? line.length : line.indexOf('\n', at) - 1;
		} else if (character === '\\' && quote !== '\'') {
			at++;
			if (at >= line.length) {
				return 'dangling \\';
			}

			word = (word ?? '') + line[at]!;
		} else if ((character === '"' || character === '\'') && (quote === undefined || quote === character)) {
			quote = quote === undefined ? character : undefined;
			word ??= '';
		} else {
			word = (word ?? '') + character;
		}
	}

	endWord();
	return quote === undefined ? commands.filter(words => words.length > 0) : `missing ${quote}`;
}
