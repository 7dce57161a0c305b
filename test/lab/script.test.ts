import {expect, test} from 'vitest';
import {parseScript} from '../../source/lab/script.js';

test('a script is commands with their further lines, answers, keys and time', () => {
	const {script, problems} = parseScript('near-miss-port.console', `# near-miss: served
$ cat > f <<EOF
> hello
>
> EOF
! interrupt
! advance 1500ms
! answer layers 7 layers

# a comment
`);
	expect(problems).toEqual([]);
	expect(script.kind).toBe('near-miss');
	expect(script.fails).toBe('served');
	expect(script.entries).toEqual([
		{line: 2, text: 'cat > f <<EOF', actions: [{type: 'line', text: 'cat > f <<EOF'}, {type: 'line', text: 'hello'}, {type: 'line', text: ''}, {type: 'line', text: 'EOF'}]},
		{line: 6, text: 'interrupt', actions: [{type: 'interrupt'}]},
		{line: 7, text: 'advance 1500ms', actions: [{type: 'advance', ns: 1_500_000_000}]},
		{line: 8, text: 'answer layers 7 layers', actions: [{type: 'answer', step: 'layers', text: '7 layers'}]},
	]);
});

test('anything else is refused with its line', () => {
	const {problems} = parseScript('solution.console', '> first\nls\n! wait\n');
	expect(problems.map(problem => problem.line)).toEqual([1, 2, 3]);
});
