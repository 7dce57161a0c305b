// bash at a terminal: prompts, lines that go on, job control, Ctrl-C, Ctrl-Z, Ctrl-D. The whole screen is expected, echo included.

import {decodeText} from '../../source/base/bytes.js';
import type {Action} from '../../source/session/action.js';
import {apply, startSession} from '../../source/session/apply.js';
import {expect, test} from 'vitest';

const secondNs = 1e9;

/** What the terminal shows after the actions. A text is a line typed; `busy` lines are left running after a second. */
function screen(actions: readonly (string | Action)[]): {readonly text: string; readonly foreground: string; readonly status: number} {
	let {session, output} = startSession({lab: undefined, scenario: 'default', seed: 1, learner: 'test', interactive: true, columns: 80, rows: 24});
	let text = output.map(({bytes}) => decodeText(bytes)).join('');
	for (const action of actions) {
		({session, output} = apply(session, typeof action === 'string' ? {type: 'line', text: action} : action));
		text += output.map(({bytes}) => decodeText(bytes)).join('');
	}

	return {text: text.replaceAll('\r\n', '\n').replaceAll('learner@lab:~', '~'), foreground: session.foreground, status: session.status};
}

const interrupt: Action = {type: 'interrupt'};
const suspend: Action = {type: 'suspend'};
const endOfInput: Action = {type: 'end-of-input'};
const busy = (text: string): Action => ({type: 'line', text, waitNs: secondNs});

test('unfinished commands are asked for with PS2', () => {
	expect(screen(['for i in 1 2', 'do echo $i', 'done', 'echo "a', 'b"', 'cat <<E', 'in $((1+1))', 'E', 'echo $(', 'echo sub)', 'echo a |', 'cat']).text).toBe(`~$ for i in 1 2
> do echo $i
> done
1
2
~$ echo "a
> b"
a
b
~$ cat <<E
> in $((1+1))
> E
in 2
~$ echo $(
> echo sub)
sub
~$ echo a |
> cat
a
~$ `);
});

test('messages have no line numbers, and functions and variables stay', () => {
	expect(screen(['nosuch', '(nosuch)', 'fi', 'echo $((1/0))', 'x=1; f() { echo "f$x"; }', 'f', 'cd /nope', 'echo $?']).text).toBe(`~$ nosuch
bash: nosuch: command not found
~$ (nosuch)
bash: nosuch: command not found
~$ fi
bash: syntax error near unexpected token \`fi'
~$ echo $((1/0))
bash: 1/0: division by 0 (error token is "0")
~$ x=1; f() { echo "f$x"; }
~$ f
f1
~$ cd /nope
bash: cd: /nope: No such file or directory
~$ echo $?
1
~$ `);
});

test('Ctrl-C ends a loop of the shell itself, a program, and a line being typed', () => {
	expect(screen([busy('while :; do :; done'), interrupt, 'echo $?', busy('sleep 100'), interrupt, 'echo $?', 'echo "unfinished', interrupt, 'echo next']).text).toBe(`~$ while :; do :; done
^C
~$ echo $?
130
~$ sleep 100
^C
~$ echo $?
130
~$ echo "unfinished
> ^C
~$ echo next
next
~$ `);
});

test('Ctrl-Z stops a job, bg and fg let it go on', () => {
	expect(screen([busy('sleep 100'), suspend, 'echo $?', 'jobs', 'bg', 'jobs', 'kill %1', '', busy('cat'), suspend, busy('fg'), busy('typed'), endOfInput, 'jobs']).text).toBe(`~$ sleep 100
^Z
[1]+  Stopped                 sleep 100
~$ echo $?
148
~$ jobs
[1]+  Stopped                 sleep 100
~$ bg
[1]+ sleep 100 &
~$ jobs
[1]+  Running                 sleep 100 &
~$ kill %1
~$ 
[1]+  Terminated              sleep 100
~$ cat
^Z
[1]+  Stopped                 cat
~$ fg
cat
typed
typed
~$ jobs
~$ `);
});

test('background jobs report at the next prompt', () => {
	expect(screen(['sleep 1 & sleep 2', '(exit 3) & sleep 1', 'sleep 50 &', 'wait %1', 'exit']).text).toMatch(/^~\$ sleep 1 & sleep 2\n\[1\] \d+\n\[1\]\+  Done                    sleep 1\n~\$ \(exit 3\) & sleep 1\n\[1\] \d+\n\[1\]\+  Exit 3                  \( exit 3 \)\n~\$ sleep 50 &\n\[1\] \d+\n~\$ wait %1\n/v);
});

test('a program reads the lines typed after its command', () => {
	expect(screen(['read name', 'Ada', 'echo "<$name>"', busy('cat | tr a-z A-Z'), busy('hello'), endOfInput]).text).toBe(`~$ read name
Ada
~$ echo "<Ada>"
<Ada>
~$ cat | tr a-z A-Z
hello
HELLO
~$ `.replace('echo "<Ada>"', 'echo "<$name>"'));
});

test('a shell in a shell, and the end of both', () => {
	const {text, foreground, status} = screen(['bash', 'echo $SHLVL', 'exit 3', 'echo $?', 'sh', 'nosuch', 'echo $0', 'exit 4', 'exit']);
	expect(text).toContain('~$ echo $SHLVL\n2\n~$ exit 3\nexit\n~$ echo $?\n3\n~$ sh\n$ nosuch\nsh: 1: nosuch: not found\n$ echo $0\nsh\n$ exit 4\n~$ exit\nexit\n');
	expect({foreground, status}).toEqual({foreground: 'ended', status: 4});
});

test('the login shell warns once of stopped jobs', () => {
	const {text, foreground} = screen([busy('sleep 100'), suspend, 'exit', 'exit']);
	expect(text.slice(text.indexOf('~$ exit'))).toBe('~$ exit\nexit\nThere are stopped jobs.\n~$ exit\nexit\n');
	expect(foreground).toBe('ended');
});
