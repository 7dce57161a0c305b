// Scripts that would never end, or need more memory than there is: each ends with a message and a status, and the shell goes on.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const times = (text: string, count: number): string => text.repeat(count);

const cases: readonly (readonly [name: string, script: string, message: string])[] = [
	['a function that calls itself', 'f() { f; }; f', 'environment: line 1: f: maximum function nesting level exceeded (300)'],
	['functions in deep groups', `f() { ${times('{ ', 40)} f; ${times('}; ', 40)}}; f`, 'environment: line 1: maximum nesting level exceeded (1000)'],
	['substitutions in substitutions', 'f() { x=$(f); }; f', 'environment: line 1: maximum subshell nesting level exceeded (100)'],
	['eval of itself', 'e="eval \\$e"; eval $e', '/bin/bash: line 1: eval: maximum eval nesting level exceeded (100)'],
	['a file that reads itself', 'echo ". /tmp/s" > /tmp/s; . /tmp/s', '/bin/bash: line 1: .: /tmp/s: maximum source nesting level exceeded (100)'],
	['braces without end', 'echo {1..1000000000}', '/bin/bash: line 1: brace expansion: cannot allocate memory for more than 10000 words'],
	['braces times braces', 'echo {1..100}{1..100}{1..100}', '/bin/bash: line 1: brace expansion: cannot allocate memory for more than 10000 words'],
	['a word that doubles', 'x=a; while :; do x=$x$x; done', '/bin/bash: line 1: word is longer than 1048576 characters'],
	['a pattern with too many ways', 'x=$(printf "%060000d" 1); y=${x//0*[2]/z}', '/bin/bash: line 1: pattern matching: too much work'],
	['parentheses without end', `echo ${times('$(', 3000)}`, '/bin/bash: -c: line 1: maximum nesting depth exceeded'],
	['function heads without end', times('f() ', 10_000), '/bin/bash: -c: line 1: maximum nesting depth exceeded'],
	['a command without end', `echo ${times('x', 70_000)}`, '/bin/bash: -c: line 1: command is longer than 65536 characters'],
	['a variable that is itself', 'a=a; echo $((a))', '/bin/bash: line 1: a: expression recursion level exceeded (error token is "a")'],
	['a field as wide as the sea', 'printf "%1000000000d" 1', '/bin/bash: line 1: printf: warning: width or precision: Numerical result out of range'],
];

test.each(cases)('%s', (_, script, message) => {
	const {stderr, status} = new TestHost().sh(script);
	expect(stderr).toBe(`${message}\n`);
	expect(status).toBeGreaterThan(0);
});

test('patterns take linear steps where backtracking would take exponential ones', () => {
	const script = `x=${times('a', 3000)}; [[ $x == *a*a*a*a*a*a*a*a*a*a*b ]]; echo $?; shopt -s extglob; y=${times('a', 400)}; [[ $y == +(+(+(a)))b ]]; echo $?; [[ $x =~ (a*)*b ]]; echo $?`;
	expect(new TestHost().sh(script).stdout).toBe('1\n1\n1\n');
});

test('a loop without end is work that can be counted', () => {
	const {status} = new TestHost().sh('while :; do :; done', {seconds: 0.01});
	expect(status).toBe(-1);
});

test('names that JavaScript gives a meaning have none', () => {
	const {stdout} = new TestHost().sh('__proto__=1; constructor=2; echo $__proto__ $constructor $toString; declare -A m; m[__proto__]=x; echo ${m[__proto__]} ${m[constructor]}.; toString() { echo f; }; toString');
	expect(stdout).toBe('1 2\nx .\nf\n');
});
