// `echo`. bash has options and escapes only with -e; dash always has escapes and no option but -n.

import {unescapeAnsi} from '../quote.js';
import {print} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';

export function * echo(shell: Shell, {args}: BuiltinCall): Doing {
	const isDash = shell.personality.kind === 'dash';
	let hasEscapes = isDash || shell.hasShopt('xpg_echo');
	let hasNewline = true;
	let first = 0;
	while (first < args.length && (isDash ? args[first] === '-n' : /^-[neE]+$/v.test(args[first]!))) {
		for (const letter of args[first]!.slice(1)) {
			hasNewline &&= letter !== 'n';
			hasEscapes = letter === 'n' ? hasEscapes : letter === 'e';
		}

		first++;
		if (isDash) {
			break;
		}
	}

	const text = args.slice(first).join(' ');
	const {text: shown, stopped} = hasEscapes ? unescapeAnsi(text, 'echo') : {text, stopped: false};
	return yield * print(shell, hasNewline && !stopped ? `${shown}\n` : shown);
}
