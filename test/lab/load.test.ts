import {expect, test} from 'vitest';
import {describeProblem, loadLab} from '../../source/lab/load.js';
import {smallFiles, withFile} from './small-lab.js';

function problemsOf(files: ReadonlyMap<string, string>): readonly string[] {
	return loadLab('small', files).problems.map(describeProblem);
}

test('a lab is its definition, its words and its scripts', () => {
	const {lab, problems} = loadLab('small', smallFiles);
	expect(problems).toEqual([]);
	expect(lab?.steps.map(step => [step.id, step.points, step.needs])).toEqual([['pull', 10, []], ['count', 5, ['pull']]]);
	expect(lab?.texts.get('en')?.steps.get('pull')?.hints).toEqual(['Where do images come from?', 'You typed `ngnix`.']);
	expect(lab?.scripts.map(script => script.entries.length)).toEqual([2]);
});

test('the digest is that of lab.yaml: correcting words keeps it', () => {
	const digest = loadLab('small', smallFiles).lab?.digest;
	expect(loadLab('small', withFile('text.en.md', text => text.replace('small', 'tiny'))).lab?.digest).toBe(digest);
	expect(loadLab('small', withFile('lab.yaml', text => `${text}# more\n`)).lab?.digest).not.toBe(digest);
});

test('an unknown name is refused with its line', () => {
	expect(problemsOf(withFile('lab.yaml', text => text.replace('minutes: 5', 'minutes: 5\nlevel: 3')))).toEqual([
		'lab.yaml:6: level: is not a known name here',
	]);
});

test('an unknown name deep in a check is refused with its line', () => {
	expect(problemsOf(withFile('lab.yaml', text => text.replace('{reference: nginx}', '{reference: nginx, tag: latest}')))).toEqual([
		'lab.yaml:10: steps.0.checks.0.image.tag: is not a known name here',
	]);
});

test('a check has exactly one test', () => {
	expect(problemsOf(withFile('lab.yaml', text => text.replace('        image: {reference: nginx}\n', '')))).toEqual([
		'lab.yaml:9: steps.0.checks.0: must have exactly one of answer, container, container-change, domain, file, http, image, image-layers-shared, output, published-port, trace, all, any, not',
	]);
});

test.each([
	['format: 1', 'format: 2', 'lab.yaml:1: format: invalid input: expected 1'],
	['id: small', 'id: Small', 'lab.yaml:2: id: must be lower-case words joined by hyphens'],
	['id: small', 'id: big', 'lab.yaml:2: id: is "big" but the folder is called "small": give both the same name'],
	['minutes: 5', 'minutes: soon', 'lab.yaml:5: minutes: invalid input: expected number, received string'],
	['minutes: 5', 'minutes: 5\nscenario: moon', 'lab.yaml:6: scenario: "moon" is not one of default, pool; other hosts are described under "hosts"'],
	['minutes: 5', 'minutes: 5\nminutes: 6', 'lab.yaml:6: is not YAML: Map keys must be unique'],
	['minutes: 5', 'minutes: *soon', 'lab.yaml:1: uses aliases (*name) more than 20 times, or one that is not defined: write the text out'],
	['path: "RootFS.Layers[*]"', 'path: "RootFS..Layers"', 'lab.yaml:21: steps.1.checks.0.answer.from.path: is not a path such as State.Status or Ports["80/tcp"][0].HostPort'],
])('lab.yaml with %s written as %s', (right, wrong, problem) => {
	expect(problemsOf(withFile('lab.yaml', text => text.replace(right, wrong)))).toContain(problem);
});

test('a bomb of aliases is refused', () => {
	const bomb = `a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n`;
	expect(problemsOf(withFile('lab.yaml', () => bomb))).toEqual(['lab.yaml:1: uses aliases (*name) more than 20 times, or one that is not defined: write the text out']);
});

test('nesting is bounded', () => {
	expect(problemsOf(withFile('lab.yaml', () => `steps: ${'['.repeat(100_000)}`))).toEqual(['lab.yaml:1: is nested more than 40 deep']);
	expect(problemsOf(withFile('lab.yaml', () => `a: 1\n${'- '.repeat(50_000)}1`))).toEqual(['lab.yaml:2: is nested more than 40 deep']);
});

test.each([
	['## count: Count', '## counting: Count', 'text.en.md:1: has no "## count: ..." (lab.yaml:17)'],
	['### hint 2\nYou typed `ngnix`.\n', '', 'text.en.md:1: step "pull" has 1 hints here and 2 in lab.yaml'],
	['### check there', '### check here', 'text.en.md:1: step "pull" needs "### check there": what to say when it fails'],
	['### question\nHow many layers?\n', '', 'text.en.md:1: step "count" needs "### question", because a check asks for an answer'],
	['## finish\nThat was it.\n', '', 'text.en.md:1: needs an introduction under the title, a list under "## objectives", and an explanation under "## finish"'],
])('a text that lacks %s', (right, wrong, problem) => {
	expect(problemsOf(withFile('text.en.md', text => text.replace(right, wrong)))).toContain(problem);
});

test('a lab without a solution is refused', () => {
	expect(problemsOf(new Map([...smallFiles].filter(([name]) => !name.endsWith('.console'))))).toEqual([
		'solution.console:1: is missing: a lab proves that it can be solved',
	]);
});

test('a near miss names the check that it fails', () => {
	expect(problemsOf(new Map([...smallFiles, ['near-miss-a.console', '$ true\n'], ['near-miss-b.console', '# near-miss: nothing\n$ true\n']]))).toEqual([
		'near-miss-a.console:1: must begin with "# near-miss: check-id", the check that it must fail',
		'near-miss-b.console:1: "nothing" is not a check of lab.yaml',
	]);
});
