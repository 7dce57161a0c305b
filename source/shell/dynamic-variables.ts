// Variables that the shell computes when they are read. Source: bash manual 5.2.

import {secondNs} from '../base/clock.js';
import type {Shell} from './shell.js';
import type {Variables} from './variables.js';

/** Gives the shell's variables the computed ones; of a copied shell those that its origin still has. */
export function defineDynamicVariables(shell: Shell, origin?: Variables): void {
	const {dynamic} = shell.variables;
	const define = (name: string, get: () => string, set?: (value: string) => void): void => {
		if (origin === undefined || origin.dynamic.has(name)) {
			dynamic.set(name, set === undefined ? {get} : {get, set});
		}
	};

	if (shell.personality.kind !== 'bash') {
		define('LINENO', () => String(shell.line));
		if (shell.personality.kind === 'busybox') {
			define('RANDOM', () => String(nextRandom(shell)), value => {
				shell.randomSeed = Number(value) || 0;
			});
		}

		return;
	}

	define('RANDOM', () => String(nextRandom(shell)), value => {
		shell.randomSeed = Number(BigInt.asUintN(32, BigInt(/^-?\d+$/v.test(value) ? value : '0')));
	});
	define('SECONDS', () => String(Math.floor((shell.process.sys.now() - shell.startNs) / secondNs) + shell.secondsOffset), value => {
		shell.secondsOffset = (Number(value) || 0) - Math.floor((shell.process.sys.now() - shell.startNs) / secondNs);
	});
	define('LINENO', () => String(shell.line), value => {
		shell.line = Number(value) || 0;
	});
	define('BASHPID', () => String(shell.process.sys.getpid()));
	define('BASH_SUBSHELL', () => String(shell.subshellDepth));
	define('EPOCHSECONDS', () => String(shell.process.sys.realTime().seconds));
	define('EPOCHREALTIME', () => {
		const {seconds, nanoseconds} = shell.process.sys.realTime();
		return `${seconds}.${String(Math.floor(nanoseconds / 1000)).padStart(6, '0')}`;
	});
	define('BASH_COMMAND', () => shell.commandText);
	define('HISTCMD', () => String(shell.history.length + 1));
}

/** bash's generator (Park and Miller's minimal standard), folded to 15 bits as since bash 5.1. */
export function nextRandom(shell: Shell): number {
	const seed = shell.randomSeed === 0 ? 123_459_876 : shell.randomSeed;
	const high = Math.floor(seed / 127_773);
	const low = seed % 127_773;
	const next = 16_807 * low - 2836 * high;
	shell.randomSeed = next < 0 ? next + 0x7F_FF_FF_FF : next;
	return ((shell.randomSeed >>> 16) ^ (shell.randomSeed & 0xFF_FF)) & 0x7F_FF;
}
