import {expect, test} from 'vitest';
import {prove} from '../../source/grade/prove.js';
import {fileLab} from './file-lab.js';

function flawsOf(changes: Readonly<Record<string, (text: string) => string>>): readonly string[] {
	return prove(fileLab(changes)).flaws.map(flaw => `${flaw.where}: ${flaw.message}`);
}

test('a good lab is proved', () => {
	expect(flawsOf({})).toEqual([]);
});

test('a lab that is solved at the start is refused', () => {
	expect(flawsOf({'lab.yaml': text => text.replace('echo draft', 'echo hello')})).toContain('start: step "write" is passed before anything was done');
});

test('a solution that does not pass is refused with what was found', () => {
	expect(flawsOf({'solution.console': text => text.replace('echo hello', 'echo hallo')})[0]).toBe(
		'solution.console: stops at step "write": hello (expected file /home/learner/notes; found no such file)',
	);
});

test('a command that nothing depends on must be listed with a reason', () => {
	expect(flawsOf({'solution.console': text => `$ ls\n${text}`})).toEqual([
		'solution.console:1: the lab passes without "ls": check its effect, or list it as redundant with a reason',
	]);
	expect(flawsOf({'solution.console': text => `$ ls\n${text}`, 'lab.yaml': text => `${text}redundant: [{line: ls, reason: to look around}]\n`})).toEqual([]);
	expect(flawsOf({'lab.yaml': text => `${text}redundant: [{line: rm notes, reason: none}]\n`})).toEqual([
		'solution.console:4: "rm notes" is listed as redundant, but the lab fails without it',
	]);
});

test('a near miss that passes, or that fails something else, is refused', () => {
	expect(flawsOf({'near-miss-kept.console': text => text.replace(': > notes', 'rm notes')})).toEqual(['near-miss-kept.console: passes, but should fail check "gone"']);
	expect(flawsOf({'near-miss-kept.console': text => text.replace('12.11', '11.11')})).toEqual(['near-miss-kept.console: fails number, but should fail exactly "gone"']);
});

test('another right way must pass', () => {
	expect(flawsOf({'also-ok-tee.console': text => text.replace('12.11', '11.11')})[0]).toMatch(/^also-ok-tee\.console: stops at step "version"/v);
});

test('a hint\'s example must fire it', () => {
	expect(flawsOf({'lab.yaml': text => text.replace('$ echo hello > note\n', '$ echo hello > not\n')})).toEqual(['hint 2 of step "write": its example fires hint 1']);
	expect(flawsOf({'lab.yaml': text => text.replace('$ echo hello > note\n', '$ echo hello > notes\n')})).toEqual(['hint 2 of step "write": after its example the step is not open']);
});
