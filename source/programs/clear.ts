// clear(1): clears the screen and what was scrolled off it, in the words of an xterm.

import {tool} from './tool.js';

const options = {keep: {short: 'x', help: 'do not try to clear scrollback', only: 'gnu'}} as const;

export const clear = tool({name: 'clear', usage: ['[options]'], summary: 'Clear the screen.', options, version: 'ncurses) 6.4'}, function * (t) {
	yield * t.print(t.isGnu && !t.has('keep') ? '\u001B[H\u001B[2J\u001B[3J' : '\u001B[H\u001B[J');
	return 0;
});
