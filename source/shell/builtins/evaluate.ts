// Builtins that run other commands: `eval`, `.`, `exec`, `command`, `builtin`, `let`.

import {errorTextOf, failed} from '../../model/kernel/errno.js';
import {tryArithmetic} from '../expand.js';
import {lookUp} from '../lookup.js';
import {executeProgram} from '../run-program.js';
import {Abandoned, complain} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {decodeShellText} from '../text.js';
import {describe} from './type.js';
import {printUsage, readOptions} from './usage.js';

/** How deep `eval` and `.` may nest. */
const nestingMax = 100;

export function * evaluate(shell: Shell, {args}: BuiltinCall): Doing {
	const text = args[0] === '--' ? args.slice(1).join(' ') : args.join(' ');
	if (shell.evalNesting >= nestingMax) {
		yield * complain(shell, `maximum eval nesting level exceeded (${nestingMax})`);
		throw new Abandoned(1, false);
	}

	shell.evalNesting++;
	try {
		return yield * shell.engine.runText(shell, text, 'eval');
	} finally {
		shell.evalNesting--;
	}
}

export function * source(shell: Shell, {name, args}: BuiltinCall): Doing {
	const [file, ...rest] = args[0] === '--' ? args.slice(1) : args;
	if (file === undefined) {
		yield * complain(shell, 'filename argument required');
		return yield * printUsage(shell, name);
	}

	const text = yield * readSource(shell, file);
	if (text === undefined) {
		return 1;
	}

	if (shell.sourceDepth >= nestingMax) {
		yield * complain(shell, `${file}: maximum source nesting level exceeded (${nestingMax})`);
		throw new Abandoned(1, false);
	}

	const {positional, line, loopDepth} = shell;
	shell.positional = rest.length > 0 ? rest : positional;
	shell.sourceDepth++;
	shell.line = 1;
	try {
		const status = yield * shell.engine.runText(shell, text, 'file');
		if (shell.flow?.kind === 'return') {
			shell.flow = undefined;
			return shell.status;
		}

		return status;
	} finally {
		shell.sourceDepth--;
		shell.line = line;
		shell.loopDepth = loopDepth;
		if (rest.length > 0) {
			shell.positional = positional;
		}
	}
}

function * readSource(shell: Shell, file: string): Doing<string | undefined> {
	const path = file.includes('/') || !shell.hasShopt('sourcepath') ? file : findProgramOrHere(shell, file);
	const fd = shell.process.sys.open(path, {read: true});
	if (failed(fd)) {
		const isBash = shell.personality.kind === 'bash';
		const before = shell.command;
		shell.command = isBash && file.includes('/') ? undefined : before;
		if (isBash) {
			yield * complain(shell, file.includes('/') || fd.errno !== 'ENOENT' ? `${file}: ${errorTextOf(fd)}` : `${file}: file not found`);
			shell.command = before;
			return undefined;
		}

		const isDash = shell.personality.kind === 'dash';
		const missing = isDash ? `cannot open ${file}: ${fd.errno === 'ENOENT' ? 'No such file' : errorTextOf(fd)}` : `can't open '${file}': ${errorTextOf(fd)}`;
		yield * complain(shell, file.includes('/') ? missing : `${file}: not found`);
		throw new Abandoned(shell.personality.kind === 'dash' ? 2 : 127, true);
	}

	const attributes = shell.process.sys.fstat(fd);
	if (!failed(attributes) && attributes.type === 'directory') {
		shell.process.sys.close(fd);
		yield * complain(shell, `${file}: is a directory`);
		return undefined;
	}

	const parts: string[] = [];
	for (;;) {
		const bytes = shell.process.sys.read(fd, 65_536);
		if (failed(bytes) && bytes.errno === 'EAGAIN') {
			yield {kind: 'sleep', channels: [shell.process.sys.readChannel(fd)]};
			continue;
		}

		if (failed(bytes) || bytes.length === 0) {
			break;
		}

		parts.push(decodeShellText(bytes));
	}

	shell.process.sys.close(fd);
	return parts.join('');
}

function findProgramOrHere(shell: Shell, file: string): string {
	const path = (shell.variables.get('PATH') ?? '').split(':').map(directory => `${directory}/${file}`).find(full => !failed(shell.process.sys.access(full, {read: true})));
	return path ?? file;
}

export function * execute(shell: Shell, {args}: BuiltinCall): Doing {
	const before = shell.command;
	shell.command = 'exec';
	const options = yield * readOptions(shell, args, 'cla:');
	shell.command = before;
	if (typeof options === 'number') {
		return options;
	}

	if (options.rest.length === 0) {
		return 0;
	}

	const [name] = options.rest;
	const path = lookUp(shell, name!);
	shell.command = 'exec';
	if (path === undefined) {
		yield * complain(shell, `${name!}: not found`);
	}

	const shown = options.values.get('a') ?? (options.flags.has('l') ? `-${name!}` : undefined);
	const status = path === undefined ? 127 : yield * executeProgram(shell, options.rest, {
		path, ...options.flags.has('c') ? {environment: new Map()} : {}, ...shown === undefined ? {} : {name: shown},
	});
	shell.command = before;
	if (!shell.isInteractive) {
		shell.status = status;
		shell.flow = {kind: 'exit'};
	}

	return status;
}

export function * command(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'pvV');
	if (typeof options === 'number') {
		return options;
	}

	if (options.flags.has('v') || options.flags.has('V')) {
		const names = shell.personality.kind === 'bash' ? options.rest : options.rest.slice(0, 1);
		return yield * describe(shell, names, {style: options.flags.has('v') ? 'terse' : 'verbose', all: false});
	}

	if (options.rest.length === 0) {
		return 0;
	}

	const before = shell.command;
	shell.command = undefined;
	try {
		return yield * shell.engine.runWords(shell, options.rest, {functions: false, builtins: true});
	} finally {
		shell.command = before;
	}
}

export function * builtin(shell: Shell, {args}: BuiltinCall): Doing {
	const [name, ...rest] = args[0] === '--' ? args.slice(1) : args;
	if (name === undefined) {
		return 0;
	}

	const found = shell.engine.builtins.get(name);
	if (found === undefined) {
		yield * complain(shell, `${name}: not a shell builtin`);
		return 1;
	}

	const before = shell.command;
	shell.command = name;
	try {
		return yield * found(shell, {name, args: rest, arrays: new Map()});
	} finally {
		shell.command = before;
	}
}

export function * letBuiltin(shell: Shell, {args}: BuiltinCall): Doing {
	if (args.length === 0) {
		yield * complain(shell, 'expression expected');
		return 1;
	}

	let last: bigint | undefined = 0n;
	for (const expression of args) {
		last = yield * tryArithmetic(shell, expression);
		if (last === undefined) {
			return 1;
		}
	}

	return last === 0n ? 1 : 0;
}

