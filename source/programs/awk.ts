// awk(1): the language of POSIX awk. On Debian and Ubuntu `awk` is mawk, whose words the messages are; on Alpine it is BusyBox.
// Not modelled: gawk's extensions (gensub, strftime, asort, length of regex groups, `@include`, FPAT), printf's %c beyond bytes.

import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Program} from '../model/kernel/program.js';
import {Interpreter} from './awk/interpreter.js';
import {unescapeText} from './awk/lexer.js';
import {parseAwk} from './awk/parser.js';
import {inputValue} from './awk/values.js';
import {busyboxHelp, type Command} from './options.js';
import {Output, printTo, type Blocking} from './standard-io.js';

const command: Command<string> = {
	name: 'awk', usage: ['[OPTIONS] [AWK_PROGRAM] [FILE]...'], summary: 'Run an AWK program over the lines of files.', options: {
		v: {short: 'v', value: 'VAR=VAL', help: 'Set variable'},
		F: {short: 'F', value: 'SEP', help: 'Use SEP as field separator'},
		f: {short: 'f', value: 'FILE', help: 'Read program from FILE'},
	},
};

const gnuUsage = 'Usage: mawk [Options] [Program] [file ...]\n\nProgram:\n    The -f option value is the name of a file containing program text.\n    If no -f option is given, a "--" ends option processing; the following\n    parameters are the program text.\n\nOptions:\n    -f program-file  Program  text is read from file instead of from the\n                     command-line.  Multiple -f options are accepted.\n    -F value         sets the field separator, FS, to value.\n    -v var=value     assigns value to program variable var.\n    --               unambiguous end of options.\n';

const sourceBytesMax = 1024 * 1024;

type Invocation = {readonly sources: string[]; readonly assignments: (readonly [string, string])[]; separator: string | undefined; rest: readonly string[]};

export const awk: Program = function * (process) {
	const invocation = yield * readArguments(process);
	if (typeof invocation === 'number') {
		return invocation;
	}

	const name = process.argv[0] ?? 'awk';
	const program = parseAwk(invocation.sources.join('\n'));
	if ('error' in program) {
		yield * printTo(process, 2, process.flavour === 'gnu' ? `${name}: line ${program.line}: ${program.error}\n` : `awk: cmd. line:${program.line}: ${program.error.startsWith('syntax error') ? 'Unexpected token' : program.error}\n`);
		return process.flavour === 'gnu' ? 2 : 1;
	}

	const out = new Output(process);
	const interpreter = new Interpreter(process, out, program);
	const {machine} = interpreter;
	machine.setArguments([name, ...invocation.rest]);
	if (invocation.separator !== undefined) {
		machine.setGlobal('FS', invocation.separator === 't' ? '\t' : unescapeText(invocation.separator));
	}

	for (const [variable, value] of invocation.assignments) {
		machine.setGlobal(variable, inputValue(unescapeText(value)));
	}

	const status = yield * interpreter.run();
	if (machine.problem !== undefined) {
		yield * printTo(process, 2, process.flavour === 'gnu' ? `${name}: run time error: ${machine.problem}\n` : `awk: ${machine.problem}\n`);
	}

	if (out.failed !== undefined) {
		yield * printTo(process, 2, `${name}: write failure (${errorTextOf(out.failed)})\n`);
		return 2;
	}

	return status === 0 ? machine.status : status;
};

function * readArguments(process: Process): Blocking<Invocation | number> {
	const args = [...process.argv.slice(1)];
	const invocation: Invocation = {sources: [], assignments: [], separator: undefined, rest: []};
	while (/^-./v.test(args[0] ?? '') && args[0] !== '--') {
		const option = args.shift()!;
		const letter = option[1]!;
		if (!['F', 'v', 'f'].includes(letter)) {
			return yield * unknownOption(process, option);
		}

		const value = option.length > 2 ? option.slice(2) : args.shift();
		if (value === undefined) {
			yield * printTo(process, 2, process.flavour === 'gnu' ? `mawk: option requires an argument -- ${letter}\n` : `awk: option requires an argument: ${letter}\n${busyboxHelp(command)}`);
			return process.flavour === 'gnu' ? 2 : 1;
		}

		const status = yield * take(process, invocation, letter, value);
		if (status !== 0) {
			return status;
		}
	}

	if (args[0] === '--') {
		args.shift();
	}

	if (invocation.sources.length === 0) {
		const source = args.shift();
		if (source === undefined) {
			yield * printTo(process, 2, process.flavour === 'gnu' ? gnuUsage : busyboxHelp(command));
			return process.flavour === 'gnu' ? 2 : 1;
		}

		invocation.sources.push(source);
	}

	invocation.rest = args;
	return invocation;
}

function * take(process: Process, invocation: Invocation, letter: string, value: string): Blocking<number> {
	switch (letter) {
		case 'F': {
			invocation.separator = value;
			return 0;
		}

		case 'v': {
			const match = /^([A-Za-z_]\w*)=([\s\S]*)$/v.exec(value);
			if (match === null) {
				yield * printTo(process, 2, `mawk: improper assignment: -v ${value}\n`);
				return 2;
			}

			invocation.assignments.push([match[1]!, match[2]!]);
			return 0;
		}

		default: {
			const fd = value === '-' ? 0 : process.sys.open(value, {read: true});
			const bytes = failed(fd) ? fd : yield * readAll(process, fd, sourceBytesMax);
			if (failed(bytes)) {
				yield * printTo(process, 2, process.flavour === 'gnu' ? `${process.argv[0] ?? 'awk'}: cannot open ${value} (${errorTextOf(bytes)})\n` : `awk: ${value}: ${errorTextOf(bytes)}\n`);
				return process.flavour === 'gnu' ? 2 : 1;
			}

			invocation.sources.push(textFromBytes(bytes));
			return 0;
		}
	}
}

function * unknownOption(process: Process, option: string): Blocking<number> {
	if (option === '--help') {
		yield * printTo(process, process.flavour === 'gnu' ? 1 : 2, process.flavour === 'gnu' ? gnuUsage : busyboxHelp(command));
		return 0;
	}

	yield * printTo(process, 2, process.flavour === 'gnu' ? `${process.argv[0] ?? 'awk'}: not an option: ${option}\n` : `awk: unrecognized option: ${option.replace(/^-+/v, '')}\n${busyboxHelp(command)}`);
	return process.flavour === 'gnu' ? 2 : 1;
}
