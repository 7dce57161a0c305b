// The whole result model, for programs.

import type {ClassReport} from '../class-report.js';

/** An array with one object for each file, in their order. */
export function jsonReport({entries}: ClassReport): string {
	return `${JSON.stringify(entries.map(({file, grade, account, counts, reason}) => ({file, ...grade, counts, ...reason === undefined ? {} : {doesNotCount: reason}, ...account === undefined ? {} : {account}})), undefined, 2)}\n`;
}
