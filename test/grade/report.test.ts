import {expect, test} from 'vitest';
import {encodeText} from '../../source/base/bytes.js';
import {classReport} from '../../source/grade/class-report.js';
import {grade} from '../../source/grade/grade.js';
import {defaultPolicy} from '../../source/grade/policy.js';
import {formats} from '../../source/grade/report/formats.js';
import {fileLab} from './file-lab.js';
import {record, solution} from './file-session.js';

const lab = fileLab();
const files: Readonly<Record<string, Uint8Array>> = {
	'han.cast': record(solution, {timestampSeconds: 1_700_000_000}),
	'=li.cast': record([{type: 'line', text: 'echo "<b>" > notes'}], {learner: '</td><script>', timestampSeconds: 1_700_000_000}),
	'broken.cast': encodeText('{}\n'),
};
const graded = Object.entries(files).map(([file, bytes]) => ({file, grade: grade(bytes, {findLab: id => id === 'files' ? lab : undefined, locale: 'en', keepsLog: true})}));
const report = classReport(graded, defaultPolicy);


/** Receipts change with whatever the simulated system prints. */
function told(format: keyof typeof formats): string {
	return formats[format](report).replaceAll(/[\da-f]{12}(?:[\da-f]{52})?(?=["\|<,\) \\]|$)/gmv, 'RECEIPT');
}

test('text, for reading', () => {
	expect(told('text')).toMatchInlineSnapshot(`
		"han.cast: passed, 25 of 25 points, 5 actions, receipt RECEIPT (files, han.meimei)
		  + write: Write, 10/10 (line 7 after echo hello > notes, hints 1)
		  + version: Version, 5/5 (line 9 after answer version: 12.11, wrong answers 1)
		  + tidy: Tidy, 10/10 (line 12 after rm notes)

		=li.cast: not passed, 0 of 25 points, 1 actions, receipt RECEIPT (files, </td><script>)
		  - write: Write, 0/10
		      hello: expected /home/learner/notes contains "hello"; found "<b>\\n"
		  . version: Version, 0/5 (never opened: it needs write)
		  . tidy: Tidy, 0/10 (never opened: it needs version)

		broken.cast: not gradable (no lab, nobody)
		  line 1: not a transcript: the first line is not the header of an asciicast
		"
	`);
});

test('Markdown, for course pages', () => {
	expect(told('markdown')).toMatchInlineSnapshot(`
		"# Grades

		| Learner | Lab | Result | Points | Counts | Receipt |
		|---|---|---|---|---|---|
		| han.meimei | files | passed | 25/25 | yes | RECEIPT |
		| \\</td\\>\\<script\\> | files | not passed | 0/25 | yes | RECEIPT |
		| nobody | no lab | not gradable |  | yes |  |

		## han.cast

		- ✅ **Write**, 10/10 (line 7 after echo hello \\> notes, hints 1)
		- ✅ **Version**, 5/5 (line 9 after answer version: 12.11, wrong answers 1)
		- ✅ **Tidy**, 10/10 (line 12 after rm notes)

		## =li.cast

		- ❌ **Write**, 0/10
		  - hello: expected /home/learner/notes contains "hello"; found "\\<b\\>\\\\n"
		- ➖ **Version**, 0/5 (never opened: it needs write)
		- ➖ **Tidy**, 0/10 (never opened: it needs version)

		## broken.cast

		Line 1: not a transcript: the first line is not the header of an asciicast
		"
	`);
});

test('JUnit XML, for build servers', () => {
	expect(told('junit')).toMatchInlineSnapshot(`
		"<?xml version="1.0" encoding="UTF-8"?>
		<testsuites name="virtlab">
		  <testsuite name="files han.meimei han.cast" tests="3" failures="0" errors="0" skipped="0" time="6">
		    <testcase classname="files.write" name="hello"/>
		    <testcase classname="files.version" name="number"/>
		    <testcase classname="files.tidy" name="gone"/>
		  </testsuite>
		  <testsuite name="files &lt;/td&gt;&lt;script&gt; =li.cast" tests="3" failures="1" errors="0" skipped="2" time="2">
		    <testcase classname="files.write" name="hello"><failure message="expected /home/learner/notes contains &quot;hello&quot;; found &quot;&lt;b&gt;\\n&quot;"/></testcase>
		    <testcase classname="files.version" name="number"><skipped message="never opened: it needs write"/></testcase>
		    <testcase classname="files.tidy" name="gone"><skipped message="never opened: it needs version"/></testcase>
		  </testsuite>
		  <testsuite name="no lab nobody broken.cast" tests="1" failures="0" errors="1" skipped="0">
		    <testcase classname="no lab" name="gradable"><error message="line 1: not a transcript: the first line is not the header of an asciicast"/></testcase>
		  </testsuite>
		</testsuites>
		"
	`);
});

test('TAP 14', () => {
	expect(told('tap')).toMatchInlineSnapshot(`
		"TAP version 14
		1..3
		# Subtest: han.cast
		    1..3
		    ok 1 - write: hello
		    ok 2 - version: number
		    ok 3 - tidy: gone
		ok 1 - han.cast
		# Subtest: =li.cast
		    1..3
		    not ok 1 - write: hello
		      ---
		      expected: "/home/learner/notes contains \\"hello\\""
		      actual: "\\"<b>\\\\n\\""
		      ...
		    ok 2 - version: number # SKIP never opened: it needs write
		    ok 3 - tidy: gone # SKIP never opened: it needs version
		not ok 2 - =li.cast
		not ok 3 - broken.cast
		  ---
		  result: "not gradable"
		  line: 1
		  message: "not a transcript: the first line is not the header of an asciicast"
		  ...
		"
	`);
});

test('CSV, for spreadsheets, which must not take a file name for a formula', () => {
	expect(told('csv')).toMatchInlineSnapshot(`
		"file,learner,lab,result,counts,points,max_points,steps_passed,steps,hints,wrong_answers,actions,seconds,started,receipt,remark
		han.cast,han.meimei,files,passed,yes,25,25,3,3,1,1,5,6,2023-11-14T22:13:20Z,RECEIPT,
		'=li.cast,</td><script>,files,not-passed,yes,0,25,0,3,0,0,1,2,2023-11-14T22:13:20Z,RECEIPT,
		broken.cast,,,not-gradable,yes,,,,,,,,,,,line 1: not a transcript: the first line is not the header of an asciicast
		"
	`);
});

test('Gradescope\'s results say what the lab says, and not what was expected', () => {
	expect(told('gradescope')).toMatchInlineSnapshot(`
		"{
		  "score": 25,
		  "output": "han.cast: 25 of 25 points, receipt RECEIPT\\n=li.cast: 0 of 25 points, receipt RECEIPT\\nbroken.cast: not gradable (line 1: not a transcript: the first line is not the header of an asciicast)",
		  "visibility": "visible",
		  "tests": [
		    {
		      "name": "files: Write",
		      "score": 10,
		      "max_score": 10,
		      "status": "passed",
		      "output": "",
		      "visibility": "visible"
		    },
		    {
		      "name": "files: Version",
		      "score": 5,
		      "max_score": 5,
		      "status": "passed",
		      "output": "",
		      "visibility": "visible"
		    },
		    {
		      "name": "files: Tidy",
		      "score": 10,
		      "max_score": 10,
		      "status": "passed",
		      "output": "",
		      "visibility": "visible"
		    },
		    {
		      "name": "files: Write",
		      "score": 0,
		      "max_score": 10,
		      "status": "failed",
		      "output": "There is no hello in notes.",
		      "visibility": "visible"
		    },
		    {
		      "name": "files: Version",
		      "score": 0,
		      "max_score": 5,
		      "status": "failed",
		      "output": "never opened: it needs write",
		      "visibility": "visible"
		    },
		    {
		      "name": "files: Tidy",
		      "score": 0,
		      "max_score": 10,
		      "status": "failed",
		      "output": "never opened: it needs version",
		      "visibility": "visible"
		    },
		    {
		      "name": "broken.cast",
		      "score": 0,
		      "max_score": 0,
		      "status": "failed",
		      "output": "line 1: not a transcript: the first line is not the header of an asciicast",
		      "visibility": "visible"
		    }
		  ]
		}
		"
	`);
});

test('a page without scripts, with links from the evidence to the replay', () => {
	expect(told('html').replace(/<style>.*<\/style>/v, '<style>...</style>')).toMatchInlineSnapshot(`
		"<!doctype html>
		<html lang="en">
		<meta charset="utf-8">
		<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
		<meta name="viewport" content="width=device-width">
		<title>Grades</title>
		<style>...</style>
		<h1>Grades</h1>
		<table><tr><th>Learner<th>Lab<th>Result<th>Points<th>Counts<th>Receipt<th>File
		<tr><td>han.meimei<td>files<td>passed<td>25/25<td>yes<td>RECEIPT<td><a href="#f0">han.cast</a>
		<tr><td>&lt;/td&gt;&lt;script&gt;<td>files<td>not passed<td>0/25<td>yes<td>RECEIPT<td><a href="#f1">=li.cast</a>
		<tr><td>nobody<td>no lab<td>not gradable<td><td>yes<td><td><a href="#f2">broken.cast</a>
		</table>
		<h2 id="f0">han.cast</h2>
		<table><tr><th>Step<th>Points<th>Check<th>Evidence
		<tr><td rowspan="1">Write<td rowspan="1">10/10<td class="passed">✓ hello<td><a href="#f0l7">line 7</a> <code>echo hello &gt; notes</code>
		<tr><td rowspan="1">Version<td rowspan="1">5/5<td class="passed">✓ number<td><a href="#f0l9">line 9</a> <code>answer version: 12.11</code>
		<tr><td rowspan="1">Tidy<td rowspan="1">10/10<td class="passed">✓ gone<td><a href="#f0l12">line 12</a> <code>rm notes</code>
		</table>
		<details><summary>Replay, 6 moments</summary>
		<div id="f0l2"><small>0:00:00 · line 2</small> <code>start</code><pre>learner@lab:~$ </pre></div>
		<div id="f0l4"><small>0:00:02 · line 4</small> <code>hint for write</code></div>
		<div id="f0l7"><small>0:00:03 · line 7</small> <code>echo hello &gt; notes</code><pre>echo hello &gt; notes
		learner@lab:~$ </pre></div>
		<div id="f0l8"><small>0:00:04 · line 8</small> <code>answer version: 13</code></div>
		<div id="f0l9"><small>0:00:05 · line 9</small> <code>answer version: 12.11</code></div>
		<div id="f0l12"><small>0:00:06 · line 12</small> <code>rm notes</code><pre>rm notes
		learner@lab:~$ </pre></div>
		</details>
		<h2 id="f1">=li.cast</h2>
		<table><tr><th>Step<th>Points<th>Check<th>Evidence
		<tr><td rowspan="1">Write<td rowspan="1">0/10<td class="failed">✗ hello<td>expected /home/learner/notes contains &quot;hello&quot;; found &quot;&lt;b&gt;\\n&quot;
		<tr><td rowspan="1">Version<td rowspan="1">0/5<td class="skipped">– number<td>never opened: it needs write
		<tr><td rowspan="1">Tidy<td rowspan="1">0/10<td class="skipped">– gone<td>never opened: it needs version
		</table>
		<details><summary>Replay, 2 moments</summary>
		<div id="f1l2"><small>0:00:00 · line 2</small> <code>start</code><pre>learner@lab:~$ </pre></div>
		<div id="f1l6"><small>0:00:02 · line 6</small> <code>echo &quot;&lt;b&gt;&quot; &gt; notes</code><pre>echo &quot;&lt;b&gt;&quot; &gt; notes
		learner@lab:~$ </pre></div>
		</details>
		<h2 id="f2">broken.cast</h2>
		<p class="failed">Not gradable, line 1: not a transcript: the first line is not the header of an asciicast</p>
		</html>
		"
	`);
});

test('JSON is the whole model', () => {
	expect(JSON.parse(formats.json(report))).toMatchObject([
		{file: 'han.cast', learner: 'han.meimei', result: 'passed', counts: true, account: {points: 25, maxPoints: 25, deductions: []}, steps: [{checks: [{id: 'hello', evidence: {line: 7, deed: 'echo hello > notes', atSeconds: 3}}]}, {}, {}]},
		{file: '=li.cast', result: 'not-passed', steps: [{result: 'failed'}, {result: 'skipped', reason: 'never opened: it needs write'}, {result: 'skipped'}]},
		{file: 'broken.cast', result: 'not-gradable', reason: {line: 1}},
	]);
});
