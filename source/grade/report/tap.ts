// TAP 14: a subtest for each transcript, a test point for each check. Source: testanything.org/tap-version-14-specification.html.

import type {ClassReport, Entry} from '../class-report.js';
import type {CheckGrade, StepGrade} from '../grade.js';
import {onOneLine} from './one-line.js';

export function tapReport({entries}: ClassReport): string {
	return `TAP version 14\n1..${entries.length}\n${entries.map(subtest).join('')}`;
}

function subtest({file, grade}: Entry, index: number): string {
	const point = `${grade.result === 'passed' ? 'ok' : 'not ok'} ${index + 1} - ${description(file)}\n`;
	if (grade.result === 'not-gradable') {
		return point + diagnosis('  ', {result: 'not gradable', line: grade.reason.line, message: grade.reason.message});
	}

	const checks = grade.steps.flatMap(step => step.checks.map(check => ({step, check})));
	return `# Subtest: ${description(file)}\n    1..${checks.length}\n${checks.map(({step, check}, at) => testPoint(step, check, at + 1)).join('')}${point}`;
}

function testPoint(step: StepGrade, check: CheckGrade, number: number): string {
	const start = `    ${check.result === 'failed' ? 'not ok' : 'ok'} ${number} - ${description(`${step.id}: ${check.id}`)}`;
	switch (check.result) {
		case 'passed': {
			return `${start}\n`;
		}

		case 'failed': {
			return `${start}\n${diagnosis('      ', {expected: check.expected, actual: check.actual})}`;
		}

		case 'skipped': {
			return `${start} # SKIP ${onOneLine(step.reason ?? '')}\n`;
		}

		default: {
			return check.result satisfies never;
		}
	}
}

/** A hash would begin a directive. */
function description(text: string): string {
	return onOneLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}

/** A YAML block; every JSON text is one of YAML. */
function diagnosis(indent: string, values: Readonly<Record<string, string | number>>): string {
	const lines = ['---', ...Object.entries(values).map(([key, value]) => `${key}: ${JSON.stringify(value)}`), '...'];
	return lines.map(text => `${indent}${text}\n`).join('');
}
