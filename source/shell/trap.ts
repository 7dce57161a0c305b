// Traps: what the shell runs when a signal arrives, when it ends, or when a command fails. Signals act between commands.

import type {SignalName} from '../model/kernel/signal.js';
import type {Doing, Shell, TrapName} from './shell.js';
import {stashSignals} from './shell.js';

/** A trap that raises its own signal is run inside of itself this often; then the signal waits. */
const trapDepthMax = 20;

/** Runs the traps of signals that have arrived. */
export function * handleSignals(shell: Shell): Doing<void> {
	stashSignals(shell);
	while (shell.pendingSignals.length > 0 && shell.flow === undefined && shell.trapDepth < trapDepthMax) {
		yield * runTrap(shell, shell.pendingSignals.shift()!);
	}
}

/** Runs a trap's action; `$?` is the same afterwards as before. */
export function * runTrap(shell: Shell, name: TrapName): Doing<void> {
	const action = shell.traps.get(name);
	if (action === undefined || action === '') {
		return;
	}

	const {status, line, pipeStatus} = shell;
	shell.trapDepth++;
	yield * shell.engine.runText(shell, action, 'trap');
	shell.trapDepth--;
	const {flow} = shell as {flow: Shell['flow']};
	if (flow?.kind !== 'exit' && flow?.kind !== 'return') {
		shell.status = status;
	}

	shell.line = line;
	shell.pipeStatus = pipeStatus;
}

/** ERR and DEBUG do not trigger themselves. */
export function * runPseudoTrap(shell: Shell, name: 'ERR' | 'DEBUG' | 'RETURN'): Doing<void> {
	if (shell.isRunningTrap || !shell.traps.has(name)) {
		return;
	}

	shell.isRunningTrap = true;
	yield * runTrap(shell, name);
	shell.isRunningTrap = false;
}

export function isSignalTrap(name: TrapName): name is SignalName {
	return name !== 'EXIT' && name !== 'ERR' && name !== 'DEBUG' && name !== 'RETURN';
}
