// echo(1): writes its arguments. It knows -n, -e and -E; everything else, `--help` too unless alone, is text.

import {interpretEscapes} from '../base/printf.js';
import {plainTool} from './tool.js';

export const echo = plainTool('echo', function * (t) {
	const args = [...t.operands];
	let newline = true;
	let escapes = false;
	while (/^-[neE]+$/v.test(args[0] ?? '')) {
		for (const letter of args.shift()!.slice(1)) {
			newline &&= letter !== 'n';
			escapes = letter === 'e' || (escapes && letter !== 'E');
		}
	}

	const text = args.join(' ');
	const {text: interpreted, stopped} = escapes ? interpretEscapes(text, {octal: 'zero'}) : {text, stopped: false};
	yield * t.print(interpreted + (newline && !stopped ? '\n' : ''));
	return 0;
});
