// The formats of a report by name, as `virtlab grade --format` knows them.

import type {ClassReport} from '../class-report.js';
import {csvReport} from './csv.js';
import {gradescopeReport} from './gradescope.js';
import {htmlReport} from './html.js';
import {jsonReport} from './json.js';
import {junitReport} from './junit.js';
import {markdownReport} from './markdown.js';
import {tapReport} from './tap.js';
import {textReport} from './text.js';

export const formats = {
	text: textReport, markdown: markdownReport, json: jsonReport, junit: junitReport, tap: tapReport, csv: csvReport, gradescope: gradescopeReport, html: htmlReport,
} as const satisfies Readonly<Record<string, (report: ClassReport) => string>>;

export type FormatName = keyof typeof formats;
