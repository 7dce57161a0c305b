// `trap`: what to run when a signal arrives or the shell ends.

import {parseSignal, signalNumbers} from '../../model/kernel/signal.js';
import {quoteSingle} from '../quote.js';
import {complain, print, writeText} from '../shell.js';
import type {BuiltinCall, Doing, Shell, TrapName} from '../shell.js';
import {isSignalTrap} from '../trap.js';
import {signalTable} from './jobs.js';
import {printUsage, readOptions} from './usage.js';

function trapName(shell: Shell, text: string): TrapName | undefined {
	if (text === '0' || text.toUpperCase() === 'EXIT') {
		return 'EXIT';
	}

	if (shell.personality.kind === 'bash' && ['ERR', 'DEBUG', 'RETURN'].includes(text.toUpperCase())) {
		return text.toUpperCase() as TrapName;
	}

	return parseSignal(text);
}

/** EXIT first, signals by number, then the shell's own. */
function order(name: TrapName): number {
	return name === 'EXIT' ? 0 : (isSignalTrap(name) ? signalNumbers[name] : (name === 'DEBUG' ? 100 : (name === 'ERR' ? 101 : 102)));
}

export function * trap(shell: Shell, {name, args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'lp');
	if (typeof options === 'number') {
		return options;
	}

	const {flags, rest} = options;
	if (flags.has('l')) {
		return yield * print(shell, signalTable());
	}

	if (flags.has('p') || rest.length === 0) {
		return yield * showTraps(shell, rest);
	}

	const isReset = rest[0] === '-' || /^\d+$/v.test(rest[0]!) || (rest.length === 1 && trapName(shell, rest[0]!) !== undefined);
	const specs = isReset && rest[0] !== '-' ? rest : rest.slice(1);
	if (specs.length === 0) {
		return yield * printUsage(shell, name);
	}

	let status = 0;
	for (const spec of specs) {
		const which = trapName(shell, spec);
		if (which === undefined) {
			yield * (shell.personality.kind === 'dash' ? writeText(shell, 2, `trap: ${spec}: bad trap\n`) : complain(shell, `${spec}: invalid signal specification`));
			status = 1;
		} else {
			setTrap(shell, which, isReset ? undefined : rest[0]!);
		}
	}

	return status;
}

function setTrap(shell: Shell, name: TrapName, action: string | undefined): void {
	if (action === undefined) {
		shell.traps.delete(name);
	} else {
		shell.traps.set(name, action);
	}

	if (!isSignalTrap(name)) {
		return;
	}

	// What an interactive shell needs for itself stays caught or ignored without a trap.
	const own = shell.isInteractive ? (name === 'INT' ? 'catch' : (['QUIT', 'TERM', 'TSTP', 'TTIN', 'TTOU'].includes(name) ? 'ignore' : 'default')) : 'default';
	shell.process.sys.sigaction(name, action === undefined ? own : (action === '' ? 'ignore' : 'catch'));
}

function * showTraps(shell: Shell, specs: readonly string[]): Doing {
	const wanted = specs.map(spec => trapName(shell, spec));
	const shown = [...shell.traps].filter(([name]) => specs.length === 0 || wanted.includes(name)).sort(([a], [b]) => order(a) - order(b));
	const prefix = shell.personality.kind === 'bash' ? 'SIG' : '';
	return yield * print(shell, shown.map(([name, action]) => `trap -- ${quoteSingle(action)} ${isSignalTrap(name) ? prefix : ''}${name}\n`).join(''));
}
