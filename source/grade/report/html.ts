// A page that shows the class, each grade with its evidence, and the replay of each session. It has no scripts and loads nothing, and
// says so to the browser by its Content-Security-Policy; everything that comes from a transcript is escaped.

import type {ClassReport, Entry} from '../class-report.js';
import type {CheckGrade, Evidence, Graded, StepGrade} from '../grade.js';
import type {LoggedAction} from '../log.js';
import {difference, receiptOf, resultText} from './facts.js';
import {escaped, markup} from './markup.js';

const style = 'body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.2rem .6rem;text-align:left;vertical-align:top}pre{background:#f4f4f4;padding:.5rem;overflow-x:auto;margin:.2rem 0}.passed{color:#06652b}.failed{color:#a40e26}.skipped{color:#555}:target{outline:3px solid #e8a900}summary{cursor:pointer}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}pre{background:#222}.passed{color:#5fd38a}.failed{color:#ff8b98}.skipped{color:#aaa}a{color:#8bf}}';
const marks = {passed: '✓', failed: '✗', skipped: '–'} as const;

export function htmlReport({entries}: ClassReport): string {
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Grades</title>
<style>${style}</style>
<h1>Grades</h1>
<table><tr><th>Learner<th>Lab<th>Result<th>Points<th>Counts<th>Receipt<th>File
${entries.map(row).join('')}</table>
${entries.map(section).join('')}</html>
`;
}

function pointsOf({account}: Entry): string {
	return account === undefined ? '' : `${account.points}/${account.maxPoints}`;
}

function row(entry: Entry, index: number): string {
	const {grade, counts, file} = entry;
	return markup`<tr><td>${grade.learner ?? 'nobody'}<td>${grade.lab ?? 'no lab'}<td>${resultText(entry)}<td>${pointsOf(entry)}<td>${counts ? 'yes' : 'no'}<td>${receiptOf(entry)}<td><a href="#f${index}">${file}</a>\n`;
}

function section({file, grade, account, reason}: Entry, index: number): string {
	const remarks = [
		...account?.deductions.map(deduction => `−${deduction.points}: ${deduction.reason}`) ?? [],
		...grade.notes,
		...reason === undefined ? [] : [`Does not count: ${reason}`],
	];
	return markup`<h2 id="f${index}">${file}</h2>\n`
		+ (remarks.length === 0 ? '' : `<ul>${remarks.map(remark => markup`<li>${remark}`).join('')}</ul>\n`)
		+ (grade.result === 'not-gradable' ? markup`<p class="failed">Not gradable, line ${grade.reason.line}: ${grade.reason.message}</p>\n` : graded(grade, index));
}

function graded(grade: Graded, index: number): string {
	return `<table><tr><th>Step<th>Points<th>Check<th>Evidence\n${grade.steps.map(step => stepRows(step, index)).join('')}</table>\n${grade.log === undefined ? '' : replayOf(grade.log, index)}`;
}

function stepRows(step: StepGrade, index: number): string {
	const head = markup`<td rowspan="${step.checks.length}">${step.title}<td rowspan="${step.checks.length}">${step.points}/${step.maxPoints}`;
	return step.checks.map((check, at) => `<tr>${at === 0 ? head : ''}${checkCells(check, step, index)}\n`).join('');
}

function checkCells(check: CheckGrade, step: StepGrade, index: number): string {
	const name = markup`<td class="${check.result}">${marks[check.result]} ${check.id}`;
	if (check.result === 'passed') {
		return `${name}<td>${check.evidence === undefined ? '' : link(check.evidence, index)}`;
	}

	return name + markup`<td>${check.result === 'failed' ? difference(check) : step.reason ?? ''}`;
}

function link({line, deed}: Evidence, index: number): string {
	return markup`<a href="#f${index}l${line}">line ${line}</a> <code>${deed}</code>`;
}

function replayOf(log: readonly LoggedAction[], index: number): string {
	return `<details><summary>Replay, ${log.length} moments</summary>\n${log.map(action => moment(action, index)).join('')}</details>\n`;
}

function moment({line, deed, atSeconds, output}: LoggedAction, index: number): string {
	const shown = output === '' ? '' : `<pre>${output.split('\n').map(text => escaped(text)).join('\n')}</pre>`;
	return `${markup`<div id="f${index}l${line}"><small>${clock(atSeconds)} · line ${line}</small> <code>${deed === '' ? 'start' : deed}</code>`}${shown}</div>\n`;
}

/** Seconds as h:mm:ss. */
function clock(seconds: number): string {
	const whole = Math.floor(seconds);
	const two = (number: number): string => String(number).padStart(2, '0');
	return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
