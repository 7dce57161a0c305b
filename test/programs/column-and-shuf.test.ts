// column -t as util-linux 2.38.1 draws it, and shuf, whose order depends only on the seed.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

function typed(script: string): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1\n${script}`], {cwd: '/', env: {LC_ALL: 'C'}}).stdout;
}

test('column -t', () => {
	expect(typed(String.raw`printf 'a bb ccc\ndddd e\n\n f  g   h\n' | column -t | cat -A; printf 'x:y::z\n1:22\n' | column -t -s : -o '|' | cat -A; column -t nope; echo $?`)).toBe(`a     bb  ccc$
dddd  e   $
f     g   h$
x|y ||z$
1|22||$
column: nope: No such file or directory
1
`);
});

test('shuf', () => {
	expect(typed('seq 9 | shuf | sort -n | tr -d "\\n"; echo; shuf -i 1-3 -n 2 | wc -l; shuf -e a -r -n 3; shuf -n x; shuf -i 3-1; shuf a b')).toBe(`123456789
2
a
a
a
shuf: invalid line count: 'x'
shuf: invalid input range: '3-1'
shuf: extra operand 'b'
Try 'shuf --help' for more information.
`);
	expect(typed('shuf -i 1-50')).toBe(typed('shuf -i 1-50'));
});
