// The trace of `set -x`: PS4, then the command's words after expansion. In bash the first character of PS4 is repeated for every
// level of command substitution.

import {expandText} from './expand.js';
import {decodePrompt} from './prompt.js';
import type {Personality} from './personality.js';
import {quoteIfNeeded} from './quote.js';
import {writeText} from './shell.js';
import type {Doing, Shell} from './shell.js';

export function * trace(shell: Shell, text: string): Doing<void> {
	if (!shell.isSet('xtrace')) {
		return;
	}

	shell.options.set.delete('xtrace');
	const source = shell.variables.get('PS4') ?? '+ ';
	const prompt = yield * expandText(shell, {text: shell.personality.kind === 'bash' ? decodePrompt(shell, source) : source}, 'here-document');
	shell.options.set.add('xtrace');
	const depth = shell.personality.kind === 'bash' ? shell.evalDepth : 0;
	yield * writeText(shell, 2, `${prompt.slice(0, 1).repeat(depth)}${prompt}${text}\n`);
}

/** Words as the trace shows them; dash does not quote. */
export function traceWords(words: readonly string[], personality?: Personality): string {
	return personality?.kind === 'dash' ? words.join(' ') : words.map(word => word === '' ? '\'\'' : quoteIfNeeded(word)).join(' ');
}
