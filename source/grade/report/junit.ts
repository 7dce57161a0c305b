// JUnit XML, as build servers read it: a suite for each transcript, a case for each check. Source: the schema of Jenkins' xunit plug-in
// (junit-10.xsd), which the others follow.

import type {ClassReport, Entry} from '../class-report.js';
import type {CheckGrade, Graded, StepGrade} from '../grade.js';
import {difference} from './facts.js';
import {markup} from './markup.js';

export function junitReport({entries}: ClassReport): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="virtlab">\n${entries.map(suite).join('')}</testsuites>\n`;
}

function suite({file, grade}: Entry): string {
	const name = `${grade.lab ?? 'no lab'} ${grade.learner ?? 'nobody'} ${file}`;
	if (grade.result === 'not-gradable') {
		return markup`  <testsuite name="${name}" tests="1" failures="0" errors="1" skipped="0">\n`
			+ markup`    <testcase classname="${grade.lab ?? 'no lab'}" name="gradable"><error message="line ${grade.reason.line}: ${grade.reason.message}"/></testcase>\n`
			+ '  </testsuite>\n';
	}

	const checks = grade.steps.flatMap(step => step.checks);
	const count = (result: CheckGrade['result']): number => checks.filter(check => check.result === result).length;
	return markup`  <testsuite name="${name}" tests="${checks.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}" time="${grade.seconds}">\n`
		+ grade.steps.flatMap(step => step.checks.map(check => testCase(grade, step, check))).join('')
		+ '  </testsuite>\n';
}

function testCase({lab}: Graded, step: StepGrade, check: CheckGrade): string {
	const start = markup`    <testcase classname="${lab ?? 'no lab'}.${step.id}" name="${check.id}"`;
	switch (check.result) {
		case 'passed': {
			return `${start}/>\n`;
		}

		case 'failed': {
			return `${start}>${markup`<failure message="${difference(check)}"/>`}</testcase>\n`;
		}

		case 'skipped': {
			return `${start}>${markup`<skipped message="${step.reason ?? ''}"/>`}</testcase>\n`;
		}

		default: {
			return check.result satisfies never;
		}
	}
}
